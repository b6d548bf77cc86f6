package tns.cpu;

import org.jspecify.annotations.Nullable;
import tns.expr.Lane;
import tns.expr.RowProgram.Fold;

/** The vectorised loops of {@link RowFold} and {@link Lanes}. */
final class FoldLoops {
    /** Whole pieces, and part of one. */
    private static final int ELEMENTS = RowExecutor.LAYOUT.piece() + RowExecutor.LAYOUT.threads();

    /** Enough to warm up the loops of lanes with. */
    private static final int LANE_ELEMENTS = 1 << 12;

    /** By fold, and the lane within. */
    private final BackgroundLoop[][] loops;

    private final BackgroundLoop run;
    private final BackgroundLoop rows;

    /** @param maker what makes loops; null to do without */
    FoldLoops(@Nullable FusedLoops maker) {
        loops = new BackgroundLoop[Fold.values().length][];
        for (Fold fold : Fold.values()) {
            loops[fold.ordinal()] = new BackgroundLoop[] {of(maker, fold, Lane.F32), of(maker, fold, Lane.F64)};
        }
        run = new BackgroundLoop(maker, () -> VectorSums.run(), () -> sums(1), LANE_ELEMENTS, 1);
        rows = new BackgroundLoop(maker, () -> VectorSums.rows(), () -> sums(VectorSums.ROWS), LANE_ELEMENTS, 1);
    }

    private static BackgroundLoop of(@Nullable FusedLoops maker, Fold fold, Lane lane) {
        return new BackgroundLoop(
                maker,
                () -> VectorFolds.of(fold, lane),
                () -> FusedLoops.arrays(lane, VectorFolds.OPERANDS, ELEMENTS),
                ELEMENTS,
                1);
    }

    /** Rows of floats, in the first operand all of them, and lanes. */
    private static Object[] sums(int rows) {
        Object[] arrays = new Object[rows + 1];
        arrays[0] = new float[LANE_ELEMENTS];
        arrays[rows] = new double[LANE_ELEMENTS];
        return arrays;
    }

    /** The loop if there is one by now; {@code elements} are about to be folded. */
    @Nullable
    FusedLoop loop(Fold by, Lane lane, int elements) {
        return loops[by.ordinal()][lane == Lane.F32 ? 0 : 1].get(elements);
    }

    /** {@link VectorSums#run} likewise. */
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
