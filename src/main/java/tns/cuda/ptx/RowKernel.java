package tns.cuda.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tns.expr.Lane;
import tns.expr.Opcode;
import tns.expr.Program;
import tns.expr.RowLayout;
import tns.expr.RowProgram;
import tns.expr.RowProgram.Extent;
import tns.expr.RowProgram.Fold;
import tns.tensor.DType;

/**
 * The kernel of a row program: the threads of a layout share each row, and a block has one row or several.
 *
 * <p>Where a row is one piece of the layout, every element is read once and kept in registers from stage to stage; a
 * longer one is read again for the outputs and for every fold that needs an earlier one. Within a warp folds go through shuffles, between warps
 * through shared memory. Parameters, in order: the number of rows, the number of columns, the address of each operand,
 * inputs before outputs.
 *
 * @param program what is computed
 * @param dtypes of each input, then of each output
 * @param layout how many threads share a row, and which elements each has
 * @param fit how the columns fit the layout
 * @param vector whether addresses are multiples of 16 and runs of elements never cross the end of a row
 */
public record RowKernel(RowProgram program, List<DType> dtypes, RowLayout layout, Fit fit, boolean vector)
        implements KernelText {
    /** Threads of a block of several rows, each of a warp or a part of one; longer rows have a block of their own. */
    private static final int THREADS = 128;

    /** Threads of a multiprocessor that have 128 registers each. */
    private static final int ROOMY_THREADS = 512;

    /** From here on a block of single float32 elements keeps many addresses beside them. */
    private static final int MANY_SINGLES = 16;

    /** How many columns there are, compared with the elements of a piece of the layout. */
    public enum Fit {
        /** As many: nothing needs a check. */
        EXACT,
        /** At most as many. */
        ONE_PIECE,
        /** More: the threads walk the row piece by piece. */
        MANY_PIECES
    }

    public RowKernel {
        dtypes = List.copyOf(dtypes);
    }

    /** Threads of a block. */
    public int threads() {
        return layout.threads() <= RowLayout.WARP ? THREADS : layout.threads();
    }

    /** Rows of a block. */
    public int rows() {
        return threads() / layout.threads();
    }

    /**
     * Whether the assembler is told to leave room for all of a row. Of its own accord it makes room for more threads in
     * some kernels of float64, and of float32 in the largest blocks, and then spills 4 to 32 bytes (15 of 4816 variants).
     * Others are left alone: what they were measured with is its choice.
     */
    private boolean isRoomy() {
        boolean manyOperands = program.inputs().size() > 2;
        return program.lane() == Lane.F64
                || threads() > ROOMY_THREADS && manyOperands
                || threads() == ROOMY_THREADS && layout.groups() >= MANY_SINGLES;
    }

    @Override
    public Kernel render() {
        return new Rendering().kernel();
    }

    /** One kernel being written. */
    private final class Rendering {
        private final PtxWriter w = new PtxWriter("rows", threads());
        private final List<RowProgram.Value> values = program.values();
        private final PtxType type = Element.register(program.lane());
        private final FloatFormat format = type == PtxType.F32 ? FloatFormat.BINARY32 : FloatFormat.BINARY64;
        private final FloatSteps steps = new FloatSteps(w, format);
        private final String rows = w.parameter(PtxType.B32);
        private final String columns = w.parameter(PtxType.B32);
        private final String[] base = new String[dtypes.size()];
        /** The operand that each value is, or -1. */
        private final int[] operand = new int[values.size()];
        /** The register of each value of the row; null for those of elements. */
        private final @Nullable String[] once = new @Nullable String[values.size()];

        private String thread = "";
        private String row = "";
        private String rowStart = "";
        private String first = "";
        private @Nullable String inside;
        private int zones;

        Kernel kernel() {
            if (isRoomy()) {
                w.residents(Math.max(1, ROOMY_THREADS / threads()));
            }
            for (int k = 0; k < base.length; k++) {
                base[k] = w.pointer();
            }
            position();
            int next = 0;
            for (int k = 0; k < operand.length; k++) {
                operand[k] = values.get(k) instanceof RowProgram.Input ? next++ : -1;
            }
            Piece whole = fit == Fit.MANY_PIECES ? null : new Piece(null);
            for (int k = 0; k < values.size(); k++) {
                switch (values.get(k)) {
                    case RowProgram.Input(Extent extent) -> once[k] = single(operand[k], extent);
                    case RowProgram.Length _ -> once[k] = number(columns);
                    case RowProgram.Mapped f
                    when f.extent() == Extent.ROW ->
                        once[k] = new ProgramSteps(w, f.program())
                                .write(rowInputs(f.program().inputs()))[0];
                    case RowProgram.Folded f -> {
                        if (whole != null) {
                            once[k] = combined(f.fold(), folded(f, whole));
                        } else if (once[k] == null) {
                            walk(together(k));
                        }
                    }
                    case RowProgram.Mapped _, RowProgram.Index _ -> {}
                }
            }
            write(whole);
            return w.kernel();
        }

        /** Which row this thread works for, and which column is its first. */
        private void position() {
            String tid = w.make(PtxType.B32, "mov.u32", "%tid.x");
            String block = w.make(PtxType.B32, "mov.u32", "%ctaid.x");
            thread = tid;
            row = block;
            if (rows() > 1) {
                thread = w.make(PtxType.B32, "and.b32", tid, Integer.toString(layout.threads() - 1));
                String within = w.make(PtxType.B32, "shr.u32", tid, log(layout.threads()));
                String given = w.make(PtxType.B32, "mad.lo.u32", block, Integer.toString(rows()), within);
                inside = w.make(PtxType.PRED, "setp.lt.u32", given, rows);
                // Threads without a row work on the last one for nothing: shuffles need whole warps.
                String last = w.make(PtxType.B32, "sub.u32", rows, "1");
                row = w.make(PtxType.B32, "min.u32", given, last);
            }
            rowStart = w.make(PtxType.B32, "mul.lo.u32", row, columns);
            first = w.make(PtxType.B32, "mul.lo.u32", thread, Integer.toString(layout.width()));
        }

        private static String log(int powerOfTwo) {
            return Integer.toString(Integer.numberOfTrailingZeros(powerOfTwo));
        }

        /** An integer as a value of the lane. */
        private String number(String register) {
            return Element.toLane(w, DType.BOOL, program.lane(), register);
        }

        private @Nullable String single(int k, Extent extent) {
            if (extent == Extent.ELEMENT || extent == Extent.COLUMN) {
                return null;
            }
            String address = extent == Extent.ROW ? at(base[k], row, k) : base[k];
            return new Neighbours(w, dtypes.get(k), program.lane(), 1, false).load(address)[0];
        }

        /** The address of element {@code index} of an operand. */
        private String at(String from, String index, int k) {
            String bytes = Integer.toString(Element.bytes(dtypes.get(k)));
            return w.make(PtxType.B64, "mad.wide.u32", index, bytes, from);
        }

        private String[] rowInputs(int count) {
            String[] inputs = new String[count];
            Arrays.setAll(inputs, k -> once[k] == null ? "" : once[k]);
            return inputs;
        }

        /** This thread's share of a fold over the one piece of the row. */
        private String folded(RowProgram.Folded f, Piece piece) {
            return step(f.fold(), identity(f.fold()), share(f, piece));
        }

        /** Folds over the pieces of the row, one after the other. */
        private void walk(List<Integer> folds) {
            String[] shares = new String[folds.size()];
            Arrays.setAll(
                    shares,
                    i -> w.make(
                            type,
                            "mov." + format.word(),
                            identity(fold(folds.get(i)).fold())));
            pieces(piece -> {
                for (int i = 0; i < shares.length; i++) {
                    RowProgram.Folded f = fold(folds.get(i));
                    w.op("mov." + format.word(), shares[i], step(f.fold(), shares[i], share(f, piece)));
                }
            });
            for (int i = 0; i < shares.length; i++) {
                once[folds.get(i)] = combined(fold(folds.get(i)).fold(), shares[i]);
            }
        }

        private RowProgram.Folded fold(int k) {
            return (RowProgram.Folded) values.get(k);
        }

        /** Fold {@code k} and those after it that need nothing that is not known before: the row is read once for all. */
        private List<Integer> together(int k) {
            List<Integer> folds = new ArrayList<>();
            for (int next = k; next < values.size(); next++) {
                if (values.get(next) instanceof RowProgram.Folded f && isReady(f.program(), k)) {
                    folds.add(next);
                }
            }
            return folds;
        }

        /** Whether what a program reads of number {@code k} and later can be computed before any of the row's values. */
        private boolean isReady(Program f, int k) {
            boolean ready = true;
            for (int i = k; i < f.inputs(); i++) {
                if (RowProgram.uses(f, i)) {
                    RowProgram.Value value = values.get(i);
                    ready &= value.extent() == Extent.COLUMN || value.extent() == Extent.ELEMENT;
                    ready &= !(value instanceof RowProgram.Mapped m) || isReady(m.program(), k);
                }
            }
            return ready;
        }

        private void pieces(Consumer<Piece> body) {
            String from = w.make(PtxType.B32, "mov.u32", "0");
            String top = w.label();
            w.place(top);
            body.accept(new Piece(from));
            w.op("add.u32", from, from, Integer.toString(layout.piece()));
            w.jumpIf(w.make(PtxType.PRED, "setp.lt.u32", from, columns), top);
        }

        private String identity(Fold fold) {
            return format.literal(fold == Fold.SUM ? 0 : Double.NEGATIVE_INFINITY);
        }

        private String step(Fold fold, String a, String b) {
            return steps.apply(fold == Fold.SUM ? Opcode.ADD : Opcode.MAX, a, b, "");
        }

        /** The fold of this thread's elements of a piece. */
        private String share(RowProgram.Folded f, Piece piece) {
            String all = "";
            String nan = "";
            for (int e = 0; e < piece.elements(); e++) {
                String value = piece.apply(f.program(), e);
                String ok = piece.ok(e);
                String own = ok == null ? value : w.make(type, "selp." + format.word(), value, identity(f.fold()), ok);
                if (e == 0) {
                    all = own;
                    nan = f.fold() == Fold.MAX ? w.make(PtxType.PRED, "setp.nan." + format.word(), own, own) : "";
                } else if (f.fold() == Fold.SUM) {
                    all = w.make(type, "add.rn." + format.word(), all, own);
                } else {
                    // max of PTX drops NaN: remembering them apart takes half the instructions of a max that does not.
                    all = w.make(type, "max." + format.word(), all, own);
                    nan = w.make(PtxType.PRED, "setp.nan.or." + format.word(), own, own, nan);
                }
            }
            return f.fold() == Fold.SUM
                    ? all
                    : w.make(type, "selp." + format.word(), format.literal(Double.NaN), all, nan);
        }

        /** The fold of what the threads of the row have; the same in all of them. */
        private String combined(Fold fold, String own) {
            String all = own;
            int lanes = Math.min(layout.threads(), RowLayout.WARP);
            for (int distance = lanes / 2; distance > 0; distance /= 2) {
                all = step(fold, all, shuffled(all, distance));
            }
            if (layout.threads() > RowLayout.WARP) {
                all = acrossWarps(fold, all);
            }
            // Which zero a max of both is depends on the thread: +0 for all.
            return fold == Fold.MAX ? steps.apply(Opcode.ADD, all, format.literal(0), "") : all;
        }

        /** A zone of its own for every fold: one barrier is enough. */
        private String acrossWarps(Fold fold, String own) {
            String zone = "fold" + zones++;
            int warps = layout.threads() / RowLayout.WARP;
            w.shared(zone, warps * type.bytes());
            String start = w.make(PtxType.B32, "mov.u32", zone);
            String bytes = Integer.toString(type.bytes());
            String warp = w.make(PtxType.B32, "shr.u32", thread, log(RowLayout.WARP));
            String lane = w.make(PtxType.B32, "and.b32", thread, Integer.toString(RowLayout.WARP - 1));
            String skip = w.label();
            w.jumpIf(w.make(PtxType.PRED, "setp.ne.s32", lane, "0"), skip);
            String place = w.make(PtxType.B32, "mad.lo.u32", warp, bytes, start);
            w.op("st.shared." + format.word(), "[" + place + "]", own);
            w.place(skip);
            w.op("bar.sync", "0");
            // Every lane takes one warp's value, the lanes beyond once more from the first on.
            String chosen = w.make(PtxType.B32, "and.b32", lane, Integer.toString(warps - 1));
            String from = w.make(PtxType.B32, "mad.lo.u32", chosen, bytes, start);
            String all = w.make(type, "ld.shared." + format.word(), "[" + from + "]");
            for (int distance = warps / 2; distance > 0; distance /= 2) {
                all = step(fold, all, shuffled(all, distance));
            }
            return all;
        }

        private String shuffled(String value, int distance) {
            if (type == PtxType.F32) {
                return w.make(PtxType.F32, "mov.b32", exchanged(w.make(PtxType.B32, "mov.b32", value), distance));
            }
            String bits = w.make(PtxType.B64, "mov.b64", value);
            String low = exchanged(w.make(PtxType.B32, "cvt.u32.u64", bits), distance);
            String upper = w.make(PtxType.B64, "shr.u64", bits, "32");
            String high = exchanged(w.make(PtxType.B32, "cvt.u32.u64", upper), distance);
            String raised = w.make(PtxType.B64, "shl.b64", w.make(PtxType.B64, "cvt.u64.u32", high), "32");
            String joined = w.make(PtxType.B64, "or.b64", raised, w.make(PtxType.B64, "cvt.u64.u32", low));
            return w.make(PtxType.F64, "mov.b64", joined);
        }

        private String exchanged(String bits, int distance) {
            return w.make(PtxType.B32, "shfl.sync.bfly.b32", bits, Integer.toString(distance), "0x1f", "0xffffffff");
        }

        /** Stores the outputs. */
        private void write(@Nullable Piece whole) {
            List<Integer> outputs = program.outputs();
            boolean elements = program.results().contains(Extent.ELEMENT);
            if (whole != null && elements) {
                writeElements(whole);
            } else if (elements) {
                pieces(this::writeElements);
            }
            String end = w.label();
            if (program.results().contains(Extent.ROW)) {
                w.jumpIf(w.make(PtxType.PRED, "setp.ne.s32", thread, "0"), end);
                if (inside != null) {
                    w.jumpUnless(inside, end);
                }
                for (int o = 0; o < outputs.size(); o++) {
                    String value = once[outputs.get(o)];
                    if (value != null) {
                        int k = operandOf(o);
                        Neighbours one = new Neighbours(w, dtypes.get(k), program.lane(), 1, false);
                        one.store(at(base[k], row, k), new String[] {value});
                    }
                }
            }
            w.place(end);
        }

        private int operandOf(int output) {
            return dtypes.size() - program.outputs().size() + output;
        }

        private void writeElements(Piece piece) {
            List<Integer> outputs = program.outputs();
            String[][] results = new String[outputs.size()][];
            for (int o = 0; o < results.length; o++) {
                int k = outputs.get(o);
                if (once[k] == null) {
                    String[] own = new String[piece.elements()];
                    Arrays.setAll(own, e -> piece.value(k, e));
                    results[o] = own;
                }
            }
            for (int g = 0; g < layout.groups(); g++) {
                String skip = w.label();
                String ok = piece.ok(g * layout.width());
                if (ok != null) {
                    w.jumpUnless(ok, skip);
                }
                if (inside != null) {
                    w.jumpUnless(inside, skip);
                }
                for (int o = 0; o < results.length; o++) {
                    String[] all = results[o];
                    if (all != null) {
                        int from = g * layout.width();
                        piece.neighbours(operandOf(o))
                                .store(
                                        piece.address(operandOf(o), g, Extent.ELEMENT),
                                        Arrays.copyOfRange(all, from, from + layout.width()));
                    }
                }
                w.place(skip);
            }
        }

        /** This thread's elements of one piece of the row; what has been computed for them is not computed again. */
        private final class Piece {
            private final @Nullable String[] column = new @Nullable String[layout.groups()];
            private final @Nullable String[] ok = new @Nullable String[layout.groups()];
            private final @Nullable String[] @Nullable [] known = new @Nullable String[values.size()] @Nullable [];

            /** The piece that begins at the column in a register, or at column 0. */
            Piece(@Nullable String from) {
                String start = from == null ? first : w.make(PtxType.B32, "add.u32", first, from);
                for (int g = 0; g < ok.length; g++) {
                    int ahead = g * layout.threads() * layout.width();
                    String own = ahead == 0 ? start : w.make(PtxType.B32, "add.u32", start, Integer.toString(ahead));
                    column[g] = own;
                    if (fit != Fit.EXACT) {
                        String within = w.make(PtxType.PRED, "setp.lt.u32", own, columns);
                        ok[g] = within;
                        // Elements past the end are read from the row's first, and not used.
                        column[g] = w.make(PtxType.B32, "selp.b32", own, "0", within);
                    }
                }
            }

            int elements() {
                return layout.groups() * layout.width();
            }

            /** The predicate that an element is one of the row, or null for always. */
            @Nullable
            String ok(int element) {
                return ok[element / layout.width()];
            }

            Neighbours neighbours(int k) {
                return new Neighbours(w, dtypes.get(k), program.lane(), layout.width(), vector);
            }

            /** Where the elements of a group lie in an operand. */
            String address(int k, int group, Extent extent) {
                String index = Objects.requireNonNull(column[group]);
                return at(
                        base[k], extent == Extent.ELEMENT ? w.make(PtxType.B32, "add.u32", rowStart, index) : index, k);
            }

            /** The register of a value at an element. */
            String value(int k, int element) {
                String single = once[k];
                if (single != null) {
                    return single;
                }
                @Nullable String[] own = known[k];
                if (own == null) {
                    own = values.get(k) instanceof RowProgram.Input(Extent extent)
                            ? load(operand[k], extent)
                            : new @Nullable String[elements()];
                    known[k] = own;
                }
                String value = own[element];
                if (value == null) {
                    value = values.get(k) instanceof RowProgram.Mapped f ? apply(f.program(), element) : index(element);
                    own[element] = value;
                }
                return value;
            }

            private @Nullable String[] load(int k, Extent extent) {
                @Nullable String[] all = new @Nullable String[elements()];
                for (int g = 0; g < layout.groups(); g++) {
                    String[] group = neighbours(k).load(address(k, g, extent));
                    System.arraycopy(group, 0, all, g * layout.width(), group.length);
                }
                return all;
            }

            private String index(int element) {
                String group = Objects.requireNonNull(column[element / layout.width()]);
                int ahead = element % layout.width();
                return number(ahead == 0 ? group : w.make(PtxType.B32, "add.u32", group, Integer.toString(ahead)));
            }

            /** The result of a program at an element. */
            String apply(Program f, int element) {
                String[] inputs = new String[f.inputs()];
                Arrays.setAll(inputs, k -> RowProgram.uses(f, k) ? value(k, element) : "");
                return new ProgramSteps(w, f).write(inputs)[0];
            }
        }
    }
}
