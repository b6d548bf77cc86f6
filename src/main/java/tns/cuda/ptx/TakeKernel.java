package tns.cuda.ptx;

/**
 * Copies rows by index, {@code target[i, :] = source[rows[i], :]}, a thread for every piece of the target. Takes the
 * parameters of {@link RowsOperands}.
 *
 * @param unit bytes of a piece
 * @param single whether a row is one piece
 */
public record TakeKernel(int unit, boolean single) implements KernelText {
    /** Threads of a block. */
    public static final int THREADS = 256;

    private static final int FLIGHT = 4;

    @Override
    public Kernel render() {
        PtxWriter w = new PtxWriter("take", THREADS);
        RowsOperands operands = new RowsOperands(w, unit, single);
        Unit piece = new Unit(unit);
        Walk.write(w, operands.count, FLIGHT, (index, inside) -> {
            String[] row = new String[FLIGHT];
            String[] column = new String[FLIGHT];
            for (int u = 0; u < FLIGHT; u++) {
                String[] place = operands.split(index[u]);
                column[u] = place[1];
                row[u] = w.make(PtxType.B32, "mov.u32", "0");
                operands.row(Walk.guard(inside[u]), row[u], place[0]);
            }
            String[][] values = new String[FLIGHT][];
            for (int u = 0; u < FLIGHT; u++) {
                values[u] = piece.registers(w);
                piece.load(w, Walk.guard(inside[u]), "global", values[u], operands.source(row[u], column[u]));
            }
            for (int u = 0; u < FLIGHT; u++) {
                piece.store(w, Walk.guard(inside[u]), "global", operands.target(index[u]), values[u]);
            }
        });
        return w.kernel();
    }
}
