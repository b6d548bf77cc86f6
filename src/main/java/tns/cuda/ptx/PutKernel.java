package tns.cuda.ptx;

/**
 * Writes rows by index, {@code target[rows[i], :] = source[i, :]}, where {@code i} is the last of its row as
 * {@link ClaimKernel} found. Takes the parameters of {@link RowsOperands}, then the winners.
 *
 * @param unit bytes of a piece
 * @param single whether a row is one piece
 */
public record PutKernel(int unit, boolean single) implements KernelText {
    /** Threads of a block. */
    public static final int THREADS = 256;

    private static final int FLIGHT = 4;

    @Override
    public Kernel render() {
        PtxWriter w = new PtxWriter("put", THREADS);
        RowsOperands operands = new RowsOperands(w, unit, single);
        String winners = w.pointer();
        Unit piece = new Unit(unit);
        Walk.write(w, operands.count, FLIGHT, (index, inside) -> {
            String[][] place = new String[FLIGHT][];
            String[] row = new String[FLIGHT];
            String[] winner = new String[FLIGHT];
            for (int u = 0; u < FLIGHT; u++) {
                place[u] = operands.split(index[u]);
                row[u] = w.make(PtxType.B32, "mov.u32", "0");
                operands.row(Walk.guard(inside[u]), row[u], place[u][0]);
            }
            for (int u = 0; u < FLIGHT; u++) {
                winner[u] = w.make(PtxType.B32, "mov.u32", "-1");
                String at = w.make(PtxType.B64, "mad.wide.u32", row[u], "4", winners);
                w.op(Walk.guard(inside[u]) + "ld.global.u32", winner[u], "[" + at + "]");
            }
            String[] guard = new String[FLIGHT];
            String[][] values = new String[FLIGHT][];
            for (int u = 0; u < FLIGHT; u++) {
                guard[u] = Walk.guard(w.make(PtxType.PRED, "setp.eq.and.s32", winner[u], place[u][0], inside[u]));
                values[u] = piece.registers(w);
                piece.load(w, guard[u], "global", values[u], operands.source(place[u][0], place[u][1]));
            }
            for (int u = 0; u < FLIGHT; u++) {
                piece.store(w, guard[u], "global", operands.target(row[u], place[u][1]), values[u]);
            }
        });
        return w.kernel();
    }
}
