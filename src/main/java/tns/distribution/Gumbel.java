package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Context;
import tns.op.Family;
import tns.op.Pointwise;
import tns.op.RandomOps;
import tns.op.Reductions;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The Gumbel distribution: of the greatest of many numbers. */
final class Gumbel extends LocationScale {
    private static final Family FORMULAS = new Family("distributions");

    /** The Euler-Mascheroni constant. */
    private static final double EULER = 0.57721566490153286;

    private static final Pointwise FROM_UNIFORM = FORMULAS.pointwise("sample(u)")
            .floating()
            .is(u -> u.log().neg().log().neg());

    private static final Standard STANDARD = new Standard(
            Gumbel::standard,
            z -> z.neg().sub(z.neg().exp()),
            z -> z.neg().exp().neg().exp(),
            Standard.quantile(p -> p.log().neg().log().neg()),
            1 + EULER,
            EULER,
            Math.PI * Math.PI / 6);

    /** By the ratio of the scales, the distance of the locs in the second one's scale, and lgamma(1 + ratio). */
    private static final Pointwise DIVERGENCE = FORMULAS.pointwise("kl_divergence(ratio, distance, gamma)")
            .floating()
            .is((ratio, distance, gamma) -> distance.add(ratio.mul(EULER))
                    .add(gamma.sub(distance).exp())
                    .sub(ratio.log())
                    .sub(1 + EULER));

    Gumbel(Args args) {
        super(args, STANDARD);
    }

    /** From what PyTorch draws: uniform from the least normal number to a step below 1. */
    private static Tensor standard(Context context, DType dtype, Shape shape, Device device) {
        boolean wide = dtype == DType.FLOAT64;
        double least = leastNormal(dtype);
        Tensor draws = RandomOps.uniform(context, dtype, shape, device);
        Tensor width = Reductions.scalar(draws, (wide ? 1 - Math.ulp(1.0) : 1 - Math.ulp(1f)) - least);
        return FROM_UNIFORM.apply(
                Arithmetic.ADD.apply(Arithmetic.MUL.apply(draws, width), Reductions.scalar(draws, least)));
    }

    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        if (!(q instanceof Gumbel other)) {
            return null;
        }
        Tensor ratio = Wide.of(Arithmetic.DIV.apply(scale, other.scale));
        Tensor distance = Arithmetic.DIV.apply(Arithmetic.SUB.apply(loc, other.loc), other.scale);
        Tensor gamma = Wide.logGamma(Arithmetic.ADD.apply(ratio, Reductions.scalar(ratio, 1)));
        return Wide.rounded(DIVERGENCE.apply(ratio, Wide.of(distance), gamma), distance);
    }
}
