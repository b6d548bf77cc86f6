package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Family;
import tns.op.NormalFunctions;
import tns.op.Pointwise;
import tns.op.RandomOps;
import tns.tensor.Tensor;

/** The normal distribution around loc with the standard deviation scale. */
final class Normal extends LocationScale {
    private static final Family FORMULAS = new Family("distributions");
    private static final double HALF_LOG_2_PI = 0.5 * Math.log(2 * Math.PI);

    /** With the deviation 1. */
    static final double ENTROPY = 0.5 + HALF_LOG_2_PI;

    private static final Standard STANDARD =
            new Standard(RandomOps::normal, Normal::density, Normal::below, NormalFunctions::quantile, ENTROPY, 0, 1);

    /** By the ratio of the deviations and the distance of the means in the second one's deviations. */
    private static final Pointwise DIVERGENCE = FORMULAS.pointwise("kl_divergence(ratio, distance)")
            .floating()
            .is((ratio, distance) -> ratio.square()
                    .add(distance.square())
                    .sub(Expr.constant(1.0))
                    .mul(0.5)
                    .sub(ratio.log()));

    Normal(Args args) {
        super(args, STANDARD);
    }

    /** The logarithm of the density of the standard distribution. */
    static Expr density(Expr z) {
        return z.square().mul(-0.5).sub(HALF_LOG_2_PI);
    }

    /** The probability of standard values up to {@code z}. */
    static Expr below(Expr z) {
        return z.div(Math.sqrt(2)).erf().add(1.0).mul(0.5);
    }

    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        return q instanceof Normal other ? divergence(loc, scale, other.loc, other.scale) : null;
    }

    /** Of two normal distributions, by their parameters. */
    static Tensor divergence(Tensor loc, Tensor scale, Tensor otherLoc, Tensor otherScale) {
        return DIVERGENCE.apply(
                Arithmetic.DIV.apply(scale, otherScale),
                Arithmetic.DIV.apply(Arithmetic.SUB.apply(loc, otherLoc), otherScale));
    }
}
