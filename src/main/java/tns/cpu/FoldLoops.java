package tns.cpu;

import org.jspecify.annotations.Nullable;
import tns.expr.Lane;
import tns.expr.RowProgram.Fold;

/** The vectorised loops of {@link RowFold}. */
final class FoldLoops {
    /** Whole pieces, and part of one. */
    private static final int ELEMENTS = RowExecutor.LAYOUT.piece() + RowExecutor.LAYOUT.threads();

    /** By fold, and the lane within. */
    private final BackgroundLoop[][] loops;

    /** @param maker what makes loops; null to do without */
    FoldLoops(@Nullable FusedLoops maker) {
        loops = new BackgroundLoop[Fold.values().length][];
        for (Fold fold : Fold.values()) {
            loops[fold.ordinal()] = new BackgroundLoop[] {of(maker, fold, Lane.F32), of(maker, fold, Lane.F64)};
        }
    }

    private static BackgroundLoop of(@Nullable FusedLoops maker, Fold fold, Lane lane) {
        return new BackgroundLoop(maker, () -> VectorFolds.of(fold, lane), lane, VectorFolds.OPERANDS, ELEMENTS, 1, 1);
    }

    /** The loop if there is one by now; {@code elements} are about to be folded. */
    @Nullable
    FusedLoop loop(Fold by, Lane lane, int elements) {
        return loops[by.ordinal()][lane == Lane.F32 ? 0 : 1].get(elements);
    }
}
