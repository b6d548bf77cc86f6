package tns.cuda.ptx;

/**
 * Finds the last of the equal rows of an index in two launches: the first forgets who claimed the rows that occur, the
 * second leaves in {@code winners[r]} the greatest {@code i} with {@code rows[i] = r}.
 *
 * <p>Parameters: k; the index, int64 [k], and its stride; the winners, 32-bit numbers, one for every row there may be.
 * The atomic maximum is of integers, whose result does not depend on the order.
 *
 * @param claims whether this is the second launch
 */
public record ClaimKernel(boolean claims) implements KernelText {
    /** Threads of a block. */
    public static final int THREADS = 256;

    private static final int FLIGHT = 4;

    @Override
    public Kernel render() {
        PtxWriter w = new PtxWriter("claim", THREADS);
        String count = w.parameter(PtxType.B32);
        String rows = w.pointer();
        String stride = w.parameter(PtxType.B32);
        String winners = w.pointer();
        Walk.write(w, count, FLIGHT, (index, inside) -> {
            String[] row = new String[FLIGHT];
            for (int u = 0; u < FLIGHT; u++) {
                String offset = w.make(PtxType.B32, "mul.lo.s32", index[u], stride);
                String at = w.make(PtxType.B64, "mad.wide.s32", offset, "8", rows);
                row[u] = w.make(PtxType.B32, "mov.u32", "0");
                w.op(Walk.guard(inside[u]) + "ld.global.u32", row[u], "[" + at + "]");
            }
            for (int u = 0; u < FLIGHT; u++) {
                String at = w.make(PtxType.B64, "mad.wide.u32", row[u], "4", winners);
                String write = claims ? "red.global.max.s32" : "st.global.u32";
                w.op(Walk.guard(inside[u]) + write, "[" + at + "]", claims ? index[u] : "-1");
            }
        });
        return w.kernel();
    }
}
