package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Context;
import tns.op.Family;
import tns.op.IncompleteGamma;
import tns.op.Movement;
import tns.op.Pointwise;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The gamma distribution: the waiting time for what happens rate times in a unit of time to happen concentration times. */
final class Gamma extends Distribution {
    private static final Family FORMULAS = new Family("distributions");

    /** At rate times x, but for lgamma(concentration) and for a factor rate. */
    private static final Pointwise LOG = FORMULAS.pointwise("log_prob(x, concentration)")
            .floating()
            .is((x, a) -> {
                Expr inside = x.ge(Expr.ZERO);
                Expr kept = Expr.select(inside, x, Expr.constant(1.0));
                return Expr.select(
                        inside,
                        Counts.timesLog(a.sub(1.0), kept).sub(kept),
                        Expr.select(x.isNaN(), x, Expr.constant(Double.NEGATIVE_INFINITY)));
            });

    private static final Pointwise SCALED = FORMULAS.pointwise("log_prob(log, gamma, rate)")
            .floating()
            .is((log, gamma, rate) -> log.sub(gamma).add(rate.log()));
    private static final Pointwise NOT_NEGATIVE =
            FORMULAS.pointwise("cdf(x)").floating().is(x -> x.max(Expr.ZERO));
    private static final Pointwise ENTROPY = new Pointwise(
            "entropy", 4, Pointwise.Result.FLOAT, entropy(Expr.input(0), Expr.input(1), Expr.input(2), Expr.input(3)));
    private static final Pointwise DIVERGENCE = FORMULAS.pointwise("kl_divergence(a, b, digamma)")
            .floating()
            .is((a, b, digamma) -> a.sub(b).mul(digamma));
    private static final Pointwise RATES = FORMULAS.pointwise("kl_divergence(ratio, a, b)")
            .floating()
            .is((ratio, a, b) -> ratio.sub(1.0).mul(a).sub(b.mul(ratio.log())));

    private final Tensor concentration;
    private final Tensor rate;

    Gamma(Args args) {
        this(args, Given.together(args, "concentration", "rate"));
    }

    private Gamma(Args args, Tensor[] given) {
        super(args.name(), given[0].shape());
        this.concentration = given[0];
        this.rate = given[1];
        Given.require(args, "concentration", concentration, "above 0", v -> v > 0);
        Given.require(args, "rate", rate, "above 0", v -> v > 0);
        parameter("concentration", concentration);
        parameter("rate", rate);
        property("mean", this::mean);
        variance(() -> Arithmetic.DIV.apply(mean(), rate));
        rsample();
        entropy(() -> Wide.rounded(
                ENTROPY.apply(
                        Wide.of(concentration),
                        Wide.of(rate),
                        Wide.logGamma(concentration),
                        Wide.digamma(concentration)),
                rate));
        cdf(x -> IncompleteGamma.lower("cdf", concentration, NOT_NEGATIVE.apply(Arithmetic.MUL.apply(x, rate))));
    }

    private Tensor mean() {
        return Arithmetic.DIV.apply(concentration, rate);
    }

    private static Expr entropy(Expr a, Expr rate, Expr gamma, Expr digamma) {
        return a.sub(rate.log()).add(gamma).add(Expr.constant(1.0).sub(a).mul(digamma));
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        Tensor standard = GammaDraws.standard(context, Movement.expand(concentration, shape));
        return GammaDraws.atLeastTiny(Arithmetic.DIV.apply(standard, rate));
    }

    @Override
    Tensor logProbability(Tensor x) {
        Tensor b = Wide.of(rate);
        Tensor log = LOG.apply(Arithmetic.MUL.apply(Wide.of(x), b), Wide.of(concentration));
        return Wide.rounded(SCALED.apply(log, Wide.logGamma(concentration), b), x, rate);
    }

    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        if (!(q instanceof Gamma other)) {
            return null;
        }
        Tensor a = Wide.of(concentration);
        Tensor b = Wide.of(other.concentration);
        Tensor rates = RATES.apply(Arithmetic.DIV.apply(Wide.of(other.rate), Wide.of(rate)), a, b);
        Tensor shapes = Arithmetic.ADD.apply(
                DIVERGENCE.apply(a, b, Wide.digamma(a)), Arithmetic.SUB.apply(Wide.logGamma(b), Wide.logGamma(a)));
        return Wide.rounded(Arithmetic.ADD.apply(rates, shapes), rate, other.rate);
    }
}
