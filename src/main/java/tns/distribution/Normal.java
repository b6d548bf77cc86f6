package tns.distribution;

import tns.expr.Expr;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Context;
import tns.op.Family;
import tns.op.Pointwise;
import tns.op.RandomOps;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The normal distribution around loc with the standard deviation scale. */
final class Normal extends Continuous {
    private static final Family FORMULAS = new Family("distributions");
    private static final double HALF_LOG_2_PI = 0.5 * Math.log(2 * Math.PI);

    private static final Pointwise LOG = FORMULAS.pointwise("log_prob(x, loc, scale)")
            .floating()
            .is((x, loc, scale) ->
                    x.sub(loc).div(scale).square().mul(-0.5).sub(scale.log()).sub(Expr.constant(HALF_LOG_2_PI)));
    private static final Pointwise BELOW = FORMULAS.pointwise("cdf(x, loc, scale)")
            .floating()
            .is((x, loc, scale) ->
                    x.sub(loc).div(scale.mul(Math.sqrt(2))).erf().add(1.0).mul(0.5));
    private static final Pointwise ENTROPY = FORMULAS.pointwise("entropy(scale)")
            .floating()
            .is(scale -> scale.log().add(0.5 + HALF_LOG_2_PI));

    private final Tensor loc;
    private final Tensor scale;

    Normal(Args args) {
        this(args, Given.together(args, "loc", "scale"));
    }

    private Normal(Args args, Tensor[] given) {
        super(args.name(), given[0].shape());
        this.loc = given[0];
        this.scale = given[1];
        Given.require(args, "scale", scale, "above 0", v -> v > 0);
        parameter("loc", loc);
        parameter("scale", scale);
        property("mean", () -> loc);
        property("stddev", () -> scale);
        property("variance", () -> Arithmetic.SQUARE.apply(scale));
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        Tensor standard = RandomOps.normal(context, loc.dtype(), shape, loc.device());
        return Arithmetic.ADD.apply(Arithmetic.MUL.apply(standard, scale), loc);
    }

    @Override
    Tensor logProbability(Tensor x) {
        return LOG.apply(x, loc, scale);
    }

    @Override
    Tensor below(Tensor x) {
        return BELOW.apply(x, loc, scale);
    }

    @Override
    Tensor entropy() {
        return ENTROPY.apply(scale);
    }
}
