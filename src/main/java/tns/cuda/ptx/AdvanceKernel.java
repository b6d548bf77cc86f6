package tns.cuda.ptx;

/**
 * Takes the next row of a table to where other kernels read it, and counts: so that the host need not send the numbers of
 * every run by itself.
 *
 * <p>Parameters: the address of the table, an int64 that counts the rows taken and after it the rows; where the row goes.
 * Launched as one block.
 *
 * @param words int64 in a row, at most 1024; the threads of the block
 */
public record AdvanceKernel(int words) implements KernelText {
    @Override
    public Kernel render() {
        PtxWriter w = new PtxWriter("advance", words);
        String table = w.pointer();
        String target = w.pointer();
        String thread = w.make(PtxType.B32, "mov.u32", "%tid.x");
        String own = w.make(PtxType.B64, "mul.wide.u32", thread, "8");
        String row = w.make(PtxType.B64, "ld.global.u64", "[" + table + "]");
        String before = w.make(PtxType.B64, "mul.lo.u64", row, Integer.toString(8 * words));
        String from = w.make(PtxType.B64, "add.u64", w.make(PtxType.B64, "add.u64", table, before), own);
        String word = w.make(PtxType.B64, "ld.global.u64", "[" + from + "+8]");
        w.op("st.global.u64", "[" + w.make(PtxType.B64, "add.u64", target, own) + "]", word);
        // Every thread has read the count when the first one changes it.
        w.op("bar.sync", "0");
        String done = w.label();
        w.jumpIf(w.make(PtxType.PRED, "setp.ne.u32", thread, "0"), done);
        w.op("st.global.u64", "[" + table + "]", w.make(PtxType.B64, "add.u64", row, "1"));
        w.place(done);
        return w.kernel();
    }
}
