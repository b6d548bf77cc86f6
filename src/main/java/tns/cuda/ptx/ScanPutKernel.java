package tns.cuda.ptx;

import org.jspecify.annotations.Nullable;
import tns.tensor.DType;

/**
 * Writes rows by index in one launch, for short indices: the thread of piece {@code (i, column)} looks through the whole
 * index. Writing, the last of equal rows does it: {@code target[rows[i], :] = source[i, :]}. Adding, the first of equal
 * rows adds them all in the order of the index, so that a sum has the bits of the plain loop. Takes the parameters of
 * {@link RowsOperands}, then k.
 *
 * @param unit bytes of a piece; those of an element when adding
 * @param added the dtype when adding, else null; bools add as or
 */
public record ScanPutKernel(int unit, @Nullable DType added) implements KernelText {
    /** Threads of a block. */
    public static final int THREADS = 256;

    /** Entries of the index looked at together. */
    private static final int FLIGHT = 4;

    @Override
    public Kernel render() {
        return new Rendering(unit).kernel(added);
    }

    /** One kernel being written. */
    private static final class Rendering {
        private final PtxWriter w = new PtxWriter("scan_put", THREADS);
        private final Unit piece;
        private final RowsOperands operands;
        private final String length;

        Rendering(int unit) {
            piece = new Unit(unit);
            operands = new RowsOperands(w, unit, false);
            length = w.parameter(PtxType.B32);
        }

        Kernel kernel(@Nullable DType added) {
            Walk.write(w, operands.count, 1, (index, inside) -> {
                String[] place = operands.split(index[0]);
                String row = w.register(PtxType.B32);
                operands.row("", row, place[0]);
                String end = w.label();
                if (added == null) {
                    put(place[0], place[1], row, end);
                } else {
                    add(added, place[0], place[1], row, end);
                }
                w.place(end);
            });
            return w.kernel();
        }

        private void put(String i, String column, String row, String end) {
            String after = w.make(PtxType.B32, "add.u32", i, "1");
            loop(after, length, row, (entry, equal) -> w.jumpIf(equal, end));
            String[] values = piece.registers(w);
            piece.load(w, "", "global", values, operands.source(i, column));
            piece.store(w, "", "global", operands.target(row, column), values);
        }

        private void add(DType dtype, String i, String column, String row, String end) {
            loop("0", i, row, (entry, equal) -> w.jumpIf(equal, end));
            String sum = w.register(Element.raw(dtype));
            String target = operands.target(row, column);
            w.op("ld.global." + Element.access(dtype), sum, "[" + target + "]");
            loop(i, length, row, (entry, equal) -> {
                String value = w.register(Element.raw(dtype));
                String guard = Walk.guard(equal);
                w.op(guard + "ld.global." + Element.access(dtype), value, "[" + operands.source(entry, column) + "]");
                w.op(guard + Element.addition(dtype), sum, sum, value);
            });
            w.op("st.global." + Element.access(dtype), "[" + target + "]", sum);
        }

        /** Compares the entries {@code from} to {@code to} of the index with {@code row}, in order. */
        private void loop(String from, String to, String row, Match match) {
            String next = w.make(PtxType.B32, "mov.u32", from);
            String top = w.label();
            String done = w.label();
            w.place(top);
            w.jumpIf(w.make(PtxType.PRED, "setp.ge.u32", next, to), done);
            String[] entries = new String[FLIGHT];
            String[] others = new String[FLIGHT];
            for (int u = 0; u < FLIGHT; u++) {
                entries[u] = w.make(PtxType.B32, "mov.u32", next);
                others[u] = w.make(PtxType.B32, "mov.u32", "-1");
                String inside = w.make(PtxType.PRED, "setp.lt.u32", next, to);
                operands.row(Walk.guard(inside), others[u], next);
                w.op("add.u32", next, next, "1");
            }
            for (int u = 0; u < FLIGHT; u++) {
                match.write(entries[u], w.make(PtxType.PRED, "setp.eq.u32", others[u], row));
            }
            w.jump(top);
            w.place(done);
        }
    }

    /** What happens with an entry of the index. */
    @FunctionalInterface
    private interface Match {
        /** Writes it for the entry of number {@code entry}; {@code equal} says whether it is the row sought. */
        void write(String entry, String equal);
    }
}
