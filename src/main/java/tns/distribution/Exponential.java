package tns.distribution;

import tns.expr.Expr;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Context;
import tns.op.Family;
import tns.op.Pointwise;
import tns.op.RandomOps;
import tns.op.Reductions;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The exponential distribution: the waiting time for what happens rate times in a unit of time. */
final class Exponential extends Continuous {
    private static final Family FORMULAS = new Family("distributions");
    private static final Expr ZERO = Expr.constant(0.0);

    private static final Pointwise LOG = FORMULAS.pointwise("log_prob(x, rate)")
            .floating()
            .is((x, rate) ->
                    Expr.select(x.ge(ZERO), rate.log().sub(rate.mul(x)), Expr.constant(Double.NEGATIVE_INFINITY)));
    private static final Pointwise BELOW = FORMULAS.pointwise("cdf(x, rate)")
            .floating()
            .is((x, rate) -> Expr.select(x.ge(ZERO), rate.mul(x).neg().expm1().neg(), ZERO));
    private static final Pointwise ENTROPY = FORMULAS.pointwise("entropy(rate)")
            .floating()
            .is(rate -> rate.log().neg().add(1.0));

    private final Tensor rate;

    Exponential(Args args) {
        this(args, Given.together(args, "rate")[0]);
    }

    private Exponential(Args args, Tensor rate) {
        super(args.name(), rate.shape());
        this.rate = rate;
        Given.require(args, "rate", rate, "above 0", v -> v > 0);
        parameter("rate", rate);
        property("mean", this::mean);
        property("stddev", this::mean);
        property("variance", () -> Arithmetic.SQUARE.apply(mean()));
    }

    private Tensor mean() {
        return Arithmetic.DIV.apply(Reductions.scalar(rate, 1), rate);
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        return Arithmetic.DIV.apply(RandomOps.exponential(context, rate.dtype(), shape, rate.device()), rate);
    }

    @Override
    Tensor logProbability(Tensor x) {
        return LOG.apply(x, rate);
    }

    @Override
    Tensor below(Tensor x) {
        return BELOW.apply(x, rate);
    }

    @Override
    Tensor entropy() {
        return ENTROPY.apply(rate);
    }
}
