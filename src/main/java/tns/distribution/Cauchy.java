package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Family;
import tns.op.Pointwise;
import tns.op.RandomOps;
import tns.tensor.Tensor;

/** The Cauchy distribution around loc, whose mean does not exist: NaN, and the variance inf, as in PyTorch. */
final class Cauchy extends LocationScale {
    private static final Family FORMULAS = new Family("distributions");

    private static final Standard STANDARD = new Standard(
            RandomOps::cauchy,
            z -> z.square().log1p().neg().sub(Math.log(Math.PI)),
            z -> z.atan().div(Math.PI).add(0.5),
            Standard.quantile(p -> p.sub(0.5).mul(Math.PI).tan()),
            Math.log(4 * Math.PI),
            Double.NaN,
            Double.POSITIVE_INFINITY);

    /** By the ratio of the scales and the distance of the locs in the second one's scale. */
    private static final Pointwise DIVERGENCE = FORMULAS.pointwise("kl_divergence(ratio, distance)")
            .floating()
            .is((ratio, distance) -> ratio.add(1.0)
                    .square()
                    .add(distance.square())
                    .div(ratio.mul(4.0))
                    .log());

    Cauchy(Args args) {
        super(args, STANDARD);
    }

    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        return q instanceof Cauchy other
                ? DIVERGENCE.apply(
                        Arithmetic.DIV.apply(scale, other.scale),
                        Arithmetic.DIV.apply(Arithmetic.SUB.apply(loc, other.loc), other.scale))
                : null;
    }
}
