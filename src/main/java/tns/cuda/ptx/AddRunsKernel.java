package tns.cuda.ptx;

import java.util.Arrays;
import tns.tensor.DType;

/**
 * Adds rows by a sorted index: the thread of the first of a run of equal entries, and of a column, adds the rows of the
 * whole run to the target in order.
 *
 * <p>Takes the parameters of {@link RowsOperands} with the sorted index, then the address of where each entry of it
 * stood before, int64 [k], and k. Pieces are elements.
 *
 * @param dtype of the elements; bools add as or
 */
public record AddRunsKernel(DType dtype) implements KernelText {
    /** Threads of a block. */
    public static final int THREADS = 256;

    /** Rows of a run that are loaded together. */
    private static final int FLIGHT = 4;

    @Override
    public Kernel render() {
        PtxWriter w = new PtxWriter("add_runs", THREADS);
        RowsOperands operands = new RowsOperands(w, Element.bytes(dtype), false);
        String order = w.pointer();
        String length = w.parameter(PtxType.B32);
        Walk.write(w, operands.count, 1, (index, inside) -> {
            String[] place = operands.split(index[0]);
            String row = w.register(PtxType.B32);
            operands.row("", row, place[0]);
            String end = w.label();
            String follows = w.make(PtxType.PRED, "setp.ne.u32", place[0], "0");
            String before = w.make(PtxType.B32, "mov.u32", "-1");
            operands.row(Walk.guard(follows), before, w.make(PtxType.B32, "sub.u32", place[0], "1"));
            w.jumpIf(w.make(PtxType.PRED, "setp.eq.u32", before, row), end);
            run(w, operands, order, length, place, row);
            w.place(end);
        });
        return w.kernel();
    }

    private void run(PtxWriter w, RowsOperands operands, String order, String length, String[] place, String row) {
        String access = Element.access(dtype);
        String target = operands.target(row, place[1]);
        String sum = w.register(Element.raw(dtype));
        w.op("ld.global." + access, sum, "[" + target + "]");
        String next = w.make(PtxType.B32, "mov.u32", place[0]);
        String top = w.label();
        w.place(top);
        String[] guards = new String[FLIGHT];
        String[] sources = new String[FLIGHT];
        String last = "";
        for (int u = 0; u < FLIGHT; u++) {
            String inside = w.make(PtxType.PRED, "setp.lt.u32", next, length);
            String entry = w.make(PtxType.B32, "mov.u32", "-1");
            operands.row(Walk.guard(inside), entry, next);
            last = w.make(PtxType.PRED, "setp.eq.u32", entry, row);
            guards[u] = Walk.guard(last);
            String from = w.make(PtxType.B64, "mad.wide.u32", next, "8", order);
            sources[u] = w.make(PtxType.B32, "mov.u32", "0");
            w.op(guards[u] + "ld.global.u32", sources[u], "[" + from + "]");
            w.op("add.u32", next, next, "1");
        }
        String[] values = new String[FLIGHT];
        Arrays.setAll(values, u -> w.register(Element.raw(dtype)));
        for (int u = 0; u < FLIGHT; u++) {
            w.op(guards[u] + "ld.global." + access, values[u], "[" + operands.source(sources[u], place[1]) + "]");
        }
        for (int u = 0; u < FLIGHT; u++) {
            w.op(guards[u] + Element.addition(dtype), sum, sum, values[u]);
        }
        w.jumpIf(last, top);
        w.op("st.global." + access, "[" + target + "]", sum);
    }
}
