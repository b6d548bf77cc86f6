package tns.distribution;

import tns.op.Family;
import tns.op.Pointwise;
import tns.op.Reductions;
import tns.tensor.DType;
import tns.tensor.Tensor;

/** Logits of probabilities, which are first kept a step of their dtype away from 0 and 1, as PyTorch has it. */
final class Logits {
    private static final Family FORMULAS = new Family("distributions");

    private static final Pointwise ODDS = FORMULAS.pointwise("logits(p, step)")
            .floating()
            .is((p, step) -> {
                var kept = p.max(step).min(step.neg().add(1.0));
                return kept.log().sub(kept.neg().log1p());
            });
    private static final Pointwise LOG = FORMULAS.pointwise("logits(p, step)")
            .floating()
            .is((p, step) -> p.max(step).min(step.neg().add(1.0)).log());

    private Logits() {}

    /** log(p / (1 - p)). */
    static Tensor odds(Tensor p) {
        return ODDS.apply(p, step(p));
    }

    /** log(p). */
    static Tensor log(Tensor p) {
        return LOG.apply(p, step(p));
    }

    /** The distance of 1 from the next greater number. */
    private static Tensor step(Tensor p) {
        return Reductions.scalar(p, p.dtype() == DType.FLOAT64 ? Math.ulp(1.0) : Math.ulp(1f));
    }
}
