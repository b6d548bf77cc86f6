package tns.cuda.ptx;

import tns.tensor.DType;

/**
 * The kernel that adds the parts of a product whose k was cut: {@code output[i] = parts[0][i] + parts[1][i] + …} in this
 * order.
 *
 * <p>Parameters, in order: the number of results; the address of the parts, one after the other; that of the output.
 *
 * @param parts how many, at least 1
 */
public record PartSumKernel(DType dtype, int parts) implements KernelText {
    /** Threads of a block: few, since results are few. */
    public static final int THREADS = 128;

    @Override
    public Kernel render() {
        PtxWriter w = new PtxWriter("part_sum", THREADS);
        PtxType type = Element.raw(dtype);
        String bytes = Integer.toString(dtype.bytes());
        String count = w.parameter(PtxType.B32);
        String from = w.pointer();
        String output = w.pointer();
        String i = w.gridPosition()[0];
        String done = w.label();
        w.jumpIf(w.make(PtxType.PRED, "setp.ge.u32", i, count), done);
        String address = w.make(PtxType.B64, "mad.wide.u32", i, bytes, from);
        String apart = w.make(PtxType.B64, "mul.wide.u32", count, bytes);
        String[] values = new String[parts];
        for (int part = 0; part < parts; part++) {
            values[part] = w.make(type, "ld.global.nc." + Element.access(dtype), "[" + address + "]");
            address = w.make(PtxType.B64, "add.s64", address, apart);
        }
        String sum = values[0];
        String add = dtype == DType.INT64 ? "add.s64" : "add.rn." + type.word();
        for (int part = 1; part < parts; part++) {
            sum = w.make(type, add, sum, values[part]);
        }
        w.op(
                "st.global." + Element.access(dtype),
                "[" + w.make(PtxType.B64, "mad.wide.u32", i, bytes, output) + "]",
                sum);
        w.place(done);
        return w.kernel();
    }
}
