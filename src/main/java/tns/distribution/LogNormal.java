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
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The log-normal distribution, of what has a normal logarithm, with mean loc and standard deviation scale. */
final class LogNormal extends Distribution {
    private static final Family FORMULAS = new Family("distributions");

    private static final Pointwise LOG = FORMULAS.pointwise("log_prob(x, loc, scale)")
            .floating()
            .is((x, loc, scale) -> {
                Expr log = log(x);
                Expr there =
                        Normal.density(log.sub(loc).div(scale)).sub(scale.log()).sub(log);
                return Expr.select(x.gt(Expr.ZERO), there, Expr.constant(Double.NEGATIVE_INFINITY));
            });
    private static final Pointwise BELOW = FORMULAS.pointwise("cdf(x, loc, scale)")
            .floating()
            .is((x, loc, scale) ->
                    Expr.select(x.gt(Expr.ZERO), Normal.below(log(x).sub(loc).div(scale)), Expr.ZERO));
    private static final Pointwise FROM_STANDARD = FORMULAS.pointwise("icdf(z, loc, scale)")
            .floating()
            .is((z, loc, scale) -> z.mul(scale).add(loc).exp());
    private static final Pointwise MEAN = FORMULAS.pointwise("mean(loc, scale)")
            .floating()
            .is((loc, scale) -> scale.square().mul(0.5).add(loc).exp());
    private static final Pointwise VARIANCE = FORMULAS.pointwise("variance(loc, scale)")
            .floating()
            .is((loc, scale) ->
                    scale.square().expm1().mul(loc.mul(2.0).add(scale.square()).exp()));
    private static final Pointwise ENTROPY = FORMULAS.pointwise("entropy(loc, scale)")
            .floating()
            .is((loc, scale) -> loc.add(scale.log()).add(Normal.ENTROPY));

    private final Tensor loc;
    private final Tensor scale;

    LogNormal(Args args) {
        this(args, Given.together(args, "loc", "scale"));
    }

    private LogNormal(Args args, Tensor[] given) {
        super(args.name(), given[0].shape());
        this.loc = given[0];
        this.scale = given[1];
        Given.require(args, "scale", scale, "above 0", v -> v > 0);
        parameter("loc", loc);
        parameter("scale", scale);
        property("mean", () -> MEAN.apply(loc, scale));
        variance(() -> VARIANCE.apply(loc, scale));
        rsample();
        entropy(() -> ENTROPY.apply(loc, scale));
        cdf(x -> BELOW.apply(x, loc, scale));
        icdf(p -> FROM_STANDARD.apply(NormalFunctions.quantile(p), loc, scale));
    }

    /** The logarithm where there is one, else 0: what is outside must not make gradients NaN. */
    private static Expr log(Expr x) {
        return Expr.select(x.gt(Expr.ZERO), x, Expr.constant(1.0)).log();
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        Tensor standard = RandomOps.normal(context, loc.dtype(), shape, loc.device());
        return Elementary.EXP.apply(Arithmetic.ADD.apply(Arithmetic.MUL.apply(standard, scale), loc));
    }

    @Override
    Tensor logProbability(Tensor x) {
        return LOG.apply(x, loc, scale);
    }

    /** That of their logarithms. */
    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        return q instanceof LogNormal other ? Normal.divergence(loc, scale, other.loc, other.scale) : null;
    }
}
