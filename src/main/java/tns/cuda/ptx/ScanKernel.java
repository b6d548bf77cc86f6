package tns.cuda.ptx;

import java.util.Arrays;
import tns.tensor.DType;

/**
 * The kernel of running sums and products along rows.
 *
 * <p>A block takes {@code 256 / along} parts of rows, each with {@code along} threads. It goes through a part in tiles of
 * {@code 4 * along} elements, of which thread y takes four from {@code 4 * y} on. The fold of each thread's four (in
 * order, from the fold of no elements) is folded over the threads before it by doubling distances: at distance d = 1, 2,
 * 4, … thread y takes the fold of what thread y - d has and what it has. A thread's run starts with the fold of the run
 * at the end of the tile before and what the thread before it then has, and takes its elements one by one. So one thread
 * alone along a row gives the plain running sum. The run is of float64 for floats and int64 for integers, and is rounded
 * where it is stored.
 *
 * <p>Parameters, in order: parts of rows in all, parts of a row, elements of a row, elements of a part, a multiple of
 * the tile; how far to shift and what to mask of a thread's number for its part within the block, and the mask for its
 * place along; the address of the input, of the output, and (where {@link Stage#LATER}) of the starts of parts; the sizes
 * of the rows' dims but the first, their strides in elements, and the stride along a row.
 *
 * @param product whether products run, else sums
 * @param dtype of the input
 * @param output the dtype of the output
 * @param rank dims of rows, at least 1
 * @param stage what of the work is done
 * @param vector whether rows are contiguous and every group of four elements is at a multiple of 16 bytes (or of its
 *     size), in the input and in the output
 */
public record ScanKernel(boolean product, DType dtype, DType output, int rank, Stage stage, boolean vector)
        implements KernelText {
    /** Threads of a block. */
    public static final int THREADS = 256;

    /** Elements a thread takes at a time. */
    public static final int GROUP = 4;

    /** A row of one part needs one stage, a longer one three. */
    public enum Stage {
        /** Every part is a whole row. */
        WHOLE,
        /** Stores how far each part runs by itself, as float64 or int64, one after the other. */
        TOTALS,
        /** Runs each part from where the part before it ends, which it finds in an array like that of TOTALS. */
        LATER
    }

    @Override
    public Kernel render() {
        return new Rendering().kernel();
    }

    /** One kernel being written. */
    private final class Rendering {
        private final PtxWriter w = new PtxWriter("scan", THREADS);
        private final DType run = dtype.isFloat() ? DType.FLOAT64 : DType.INT64;
        private final PtxType type = Element.raw(run);
        private final String allParts = w.parameter(PtxType.B32);
        private final String rowParts = w.parameter(PtxType.B32);
        private final String length = w.parameter(PtxType.B32);
        private final String partLength = w.parameter(PtxType.B32);
        private final String partShift = w.parameter(PtxType.B32);
        private final String partMask = w.parameter(PtxType.B32);
        private final String alongMask = w.parameter(PtxType.B32);
        private final String source = w.pointer();
        private final String target = w.pointer();
        private final String starts = stage == Stage.LATER ? w.pointer() : "";
        private final String[] sizes = words(rank - 1);
        private final String[] strides = words(rank);
        private final String stride = w.parameter(PtxType.B32);

        private String[] words(int count) {
            String[] all = new String[count];
            Arrays.setAll(all, i -> w.parameter(PtxType.B32));
            return all;
        }

        Kernel kernel() {
            w.shared("sums", 2 * THREADS * type.bytes());
            w.shared("ends", THREADS * type.bytes());
            String thread = word("mov.u32", "%tid.x");
            String y = word("and.b32", thread, alongMask);
            String within = word("and.b32", word("shr.u32", thread, partShift), partMask);
            String number = word("mad.lo.u32", word("mov.u32", "%ctaid.x"), word("add.u32", partMask, "1"), within);
            String row = word("div.u32", number, rowParts);
            String part = word("sub.u32", number, word("mul.lo.u32", row, rowParts));
            String from = word("mul.lo.u32", part, partLength);
            String inside = w.make(PtxType.PRED, "setp.lt.u32", number, allParts);
            String end = word("min.u32", word("add.u32", from, partLength), length);
            w.op("selp.b32", end, end, "0", inside);
            String input = address(source, rowOffset(row), dtype);
            String rowStart = word("mul.lo.u32", row, length);
            String carry = nothing();
            if (stage == Stage.LATER) {
                String later = w.make(PtxType.PRED, "setp.ne.u32", part, "0");
                String takes = w.register(PtxType.PRED);
                w.op("and.pred", takes, later, inside);
                String before = address(starts, word("sub.s32", number, "1"), run);
                w.op("@" + takes + " ld.global." + type.word(), carry, "[" + before + "]");
            }
            tiles(thread, y, within, from, end, input, rowStart, carry);
            if (stage == Stage.TOTALS) {
                String first = w.make(PtxType.PRED, "setp.eq.and.u32", y, "0", inside);
                String at = address(target, number, run);
                w.op("@" + first + " st.global." + type.word(), "[" + at + "]", carry);
            }
            return w.kernel();
        }

        /** Goes through the part; afterwards {@code carry} is where it ends. */
        private void tiles(
                String thread,
                String y,
                String within,
                String from,
                String end,
                String input,
                String rowStart,
                String carry) {
            String height = word("add.u32", alongMask, "1");
            String tile = word("shl.b32", height, "2");
            String own = slot("sums", thread);
            String other = word("add.u32", own, Integer.toString(THREADS * type.bytes()));
            String last = slot("ends", within);
            String isFirst = w.make(PtxType.PRED, "setp.eq.u32", y, "0");
            String isLast = w.make(PtxType.PRED, "setp.eq.u32", y, alongMask);
            String i = word("mad.lo.u32", y, Integer.toString(GROUP), from);
            String left = word("mov.u32", partLength);
            String top = w.label();
            w.place(top);
            String[] valid = new String[GROUP];
            String[] elements = load(input, i, end, valid);
            String sum = nothing();
            for (int e = 0; e < GROUP; e++) {
                fold("@" + valid[e] + " ", sum, sum, elements[e]);
            }
            doubling(y, height, sum, own, other);
            // Here every thread's own buffer holds the sums: what comes before is its neighbour's.
            String running = nothing();
            String notFirst = w.make(PtxType.PRED, "setp.ne.u32", y, "0");
            w.op(
                    "@" + notFirst + " ld.shared." + type.word(),
                    running,
                    "[" + word("sub.u32", own, Integer.toString(type.bytes())) + "]");
            String started = w.make(type, move(), carry);
            fold("", started, carry, running);
            w.op("selp." + type.word(), running, carry, started, isFirst);
            String[] runs = new String[GROUP];
            for (int e = 0; e < GROUP; e++) {
                fold("@" + valid[e] + " ", running, running, elements[e]);
                runs[e] = w.make(type, move(), running);
            }
            if (stage != Stage.TOTALS) {
                store(runs, word("add.u32", rowStart, i), valid);
            }
            w.op("@" + isLast + " st.shared." + type.word(), "[" + last + "]", running);
            w.op("bar.sync", "0");
            w.op("ld.shared." + type.word(), carry, "[" + last + "]");
            w.op("add.u32", i, i, tile);
            w.op("sub.u32", left, left, tile);
            w.jumpIf(w.make(PtxType.PRED, "setp.gt.s32", left, "0"), top);
        }

        /** Leaves in each thread's slot of {@code own} the fold over the threads up to it. */
        private void doubling(String y, String height, String sum, String own, String other) {
            String distance = word("mov.u32", "1");
            String here = word("mov.u32", own);
            String there = word("mov.u32", other);
            String top = w.label();
            String done = w.label();
            w.op("st.shared." + type.word(), "[" + here + "]", sum);
            w.place(top);
            w.op("bar.sync", "0");
            w.jumpIf(w.make(PtxType.PRED, "setp.ge.u32", distance, height), done);
            String reaches = w.make(PtxType.PRED, "setp.ge.u32", y, distance);
            String back = word("mul.lo.u32", distance, Integer.toString(type.bytes()));
            String before = w.make(type, move(), sum);
            w.op("@" + reaches + " ld.shared." + type.word(), before, "[" + word("sub.u32", here, back) + "]");
            fold("@" + reaches + " ", sum, before, sum);
            w.op("st.shared." + type.word(), "[" + there + "]", sum);
            String swap = word("mov.u32", here);
            w.op("mov.u32", here, there);
            w.op("mov.u32", there, swap);
            w.op("shl.b32", distance, distance, "1");
            w.jump(top);
            w.place(done);
            w.op("mov.u32", own, here);
            w.op("mov.u32", other, there);
        }

        /** Four elements from {@code i} on as the run takes them; sets which of them lie before the end. */
        private String[] load(String input, String i, String end, String[] valid) {
            String[] raw = new String[GROUP];
            for (int e = 0; e < GROUP; e++) {
                String index = e == 0 ? i : word("add.u32", i, Integer.toString(e));
                valid[e] = w.make(PtxType.PRED, "setp.lt.u32", index, end);
                raw[e] = w.make(Element.raw(dtype), "mov." + Element.raw(dtype).word(), zero());
                if (!vector) {
                    String at = address(input, word("mul.lo.s32", index, stride), dtype);
                    w.op("@" + valid[e] + " ld.global." + Element.access(dtype), raw[e], "[" + at + "]");
                }
            }
            if (vector) {
                String skip = w.label();
                w.jumpUnless(valid[0], skip);
                String[] group = Element.load(w, dtype, address(input, i, dtype), GROUP);
                for (int e = 0; e < GROUP; e++) {
                    w.op("mov." + Element.raw(dtype).word(), raw[e], group[e]);
                }
                w.place(skip);
            }
            String[] elements = new String[GROUP];
            Arrays.setAll(elements, e -> Element.toLane(w, dtype, run.lane(), raw[e]));
            return elements;
        }

        private String zero() {
            return switch (dtype) {
                case FLOAT32 -> FloatFormat.BINARY32.literal(0);
                case FLOAT64 -> FloatFormat.BINARY64.literal(0);
                case INT64, BOOL -> "0";
            };
        }

        private void store(String[] runs, String first, String[] valid) {
            String[] raw = new String[GROUP];
            Arrays.setAll(raw, e -> Element.toMemory(w, run.lane(), output, runs[e]));
            String at = address(target, first, output);
            if (vector) {
                String skip = w.label();
                w.jumpUnless(valid[0], skip);
                Element.store(w, output, at, raw);
                w.place(skip);
                return;
            }
            for (int e = 0; e < GROUP; e++) {
                w.op(
                        "@" + valid[e] + " st.global." + Element.access(output),
                        Element.place(at, e * Element.bytes(output)),
                        raw[e]);
            }
        }

        private String rowOffset(String row) {
            String rest = row;
            String offset = "";
            for (int d = rank - 1; d >= 0; d--) {
                String index = rest;
                if (d > 0) {
                    rest = word("div.u32", rest, sizes[d - 1]);
                    index = word("sub.u32", index, word("mul.lo.u32", rest, sizes[d - 1]));
                }
                offset = offset.isEmpty()
                        ? word("mul.lo.s32", index, strides[d])
                        : word("mad.lo.s32", index, strides[d], offset);
            }
            return offset;
        }

        private String nothing() {
            String value = run == DType.INT64 ? product ? "1" : "0" : FloatFormat.BINARY64.literal(product ? 1 : 0);
            return w.make(type, move(), value);
        }

        private void fold(String when, String into, String a, String b) {
            String instruction =
                    run == DType.INT64 ? product ? "mul.lo.s64" : "add.s64" : product ? "mul.rn.f64" : "add.rn.f64";
            w.op(when + instruction, into, a, b);
        }

        private String move() {
            return "mov." + type.word();
        }

        private String slot(String zone, String number) {
            return word("mad.lo.u32", number, Integer.toString(type.bytes()), word("mov.u32", zone));
        }

        private String address(String base, String offset, DType dtype) {
            return w.make(PtxType.B64, "mad.wide.s32", offset, Integer.toString(Element.bytes(dtype)), base);
        }

        private String word(String instruction, String... operands) {
            return w.make(PtxType.B32, instruction, operands);
        }
    }
}
