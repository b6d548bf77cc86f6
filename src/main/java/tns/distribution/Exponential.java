package tns.distribution;

import org.jspecify.annotations.Nullable;
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
final class Exponential extends Distribution {
    private static final Family FORMULAS = new Family("distributions");

    private static final Pointwise LOG = FORMULAS.pointwise("log_prob(x, rate)")
            .floating()
            .is((x, rate) ->
                    Expr.select(x.ge(Expr.ZERO), rate.log().sub(rate.mul(x)), Expr.constant(Double.NEGATIVE_INFINITY)));
    private static final Pointwise BELOW = FORMULAS.pointwise("cdf(x, rate)")
            .floating()
            .is((x, rate) ->
                    Expr.select(x.ge(Expr.ZERO), rate.mul(x).neg().expm1().neg(), Expr.ZERO));
    private static final Pointwise QUANTILE = FORMULAS.pointwise("icdf(p, rate)")
            .floating()
            .is((p, rate) -> p.neg().log1p().neg().div(rate));
    private static final Pointwise ENTROPY = FORMULAS.pointwise("entropy(rate)")
            .floating()
            .is(rate -> rate.log().neg().add(1.0));

    private static final Pointwise DIVERGENCE = FORMULAS.pointwise("kl_divergence(p, q)")
            .floating()
            .is((p, q) -> q.div(p).sub(q.div(p).log()).sub(Expr.constant(1.0)));

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
        rsample();
        entropy(() -> ENTROPY.apply(rate));
        cdf(x -> BELOW.apply(x, rate));
        icdf(p -> QUANTILE.apply(p, rate));
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
    @Nullable
    Tensor divergence(Distribution q) {
        return q instanceof Exponential other ? DIVERGENCE.apply(rate, other.rate) : null;
    }
}
