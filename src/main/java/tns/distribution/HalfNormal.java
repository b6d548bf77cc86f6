package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Context;
import tns.op.Elementary;
import tns.op.Family;
import tns.op.NormalFunctions;
import tns.op.Pointwise;
import tns.op.RandomOps;
import tns.op.Reductions;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The half-normal distribution, of the distance from 0 of what is normal around 0 with the deviation scale. */
final class HalfNormal extends Distribution {
    private static final Family FORMULAS = new Family("distributions");

    private static final Pointwise LOG = FORMULAS.pointwise("log_prob(x, scale)")
            .floating()
            .is((x, scale) -> Expr.select(
                    x.ge(Expr.ZERO),
                    Normal.density(x.div(scale)).sub(scale.log()).add(Math.log(2)),
                    Expr.constant(Double.NEGATIVE_INFINITY)));
    private static final Pointwise BELOW = FORMULAS.pointwise("cdf(x, scale)")
            .floating()
            .is((x, scale) -> x.max(Expr.ZERO).div(scale).div(Math.sqrt(2)).erf());
    private static final Pointwise UPPER_HALF =
            FORMULAS.pointwise("icdf(p)").floating().is(p -> p.add(1.0).mul(0.5));
    private static final Pointwise ENTROPY = FORMULAS.pointwise("entropy(scale)")
            .floating()
            .is(scale -> scale.log().add(Normal.ENTROPY - Math.log(2)));

    private final Tensor scale;

    HalfNormal(Args args) {
        this(args, Given.together(args, "scale")[0]);
    }

    private HalfNormal(Args args, Tensor scale) {
        super(args.name(), scale.shape());
        this.scale = scale;
        Given.require(args, "scale", scale, "above 0", v -> v > 0);
        parameter("scale", scale);
        property("mean", () -> times(scale, Math.sqrt(2 / Math.PI)));
        variance(() -> times(Arithmetic.SQUARE.apply(scale), 1 - 2 / Math.PI));
        rsample();
        entropy(() -> ENTROPY.apply(scale));
        cdf(x -> BELOW.apply(x, scale));
        icdf(p -> Arithmetic.MUL.apply(NormalFunctions.quantile(UPPER_HALF.apply(p)), scale));
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        Tensor standard = RandomOps.normal(context, scale.dtype(), shape, scale.device());
        return Arithmetic.MUL.apply(Elementary.ABS.apply(standard), scale);
    }

    @Override
    Tensor logProbability(Tensor x) {
        return LOG.apply(x, scale);
    }

    /** That of the normal distributions. */
    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        if (!(q instanceof HalfNormal other)) {
            return null;
        }
        Tensor zero = Reductions.scalar(scale, 0);
        return Normal.divergence(zero, scale, zero, other.scale);
    }
}
