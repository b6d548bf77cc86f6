package tns.cpu;

import org.jspecify.annotations.Nullable;

/** The vectorised loops of {@link Lanes}. */
final class FoldLoops {
    /** Enough to warm up the loops of lanes with. */
    private static final int LANE_ELEMENTS = 1 << 12;

    private final BackgroundLoop<FusedLoop> run;
    private final BackgroundLoop<FusedLoop> rows;

    /** @param maker what makes loops; null to do without */
    FoldLoops(@Nullable FusedLoops maker) {
        run = BackgroundLoop.of(maker, () -> VectorSums.run(), () -> sums(1), LANE_ELEMENTS, 1);
        rows = BackgroundLoop.of(maker, () -> VectorSums.rows(), () -> sums(VectorSums.ROWS), LANE_ELEMENTS, 1);
    }

    /** Rows of floats, in the first operand all of them, and lanes. */
    private static Object[] sums(int rows) {
        Object[] arrays = new Object[rows + 1];
        arrays[0] = new float[LANE_ELEMENTS];
        arrays[rows] = new double[LANE_ELEMENTS];
        return arrays;
    }

    /** {@link VectorSums#run} if it is there by now; {@code elements} are about to be folded. */
    @Nullable
    FusedLoop run(int elements) {
        return run.get(elements);
    }

    /** {@link VectorSums#rows} likewise. */
    @Nullable
    FusedLoop rows(int elements) {
        return rows.get(elements);
    }
}
