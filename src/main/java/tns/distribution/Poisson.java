package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.op.Args;
import tns.op.Context;
import tns.op.CountDraws;
import tns.op.Family;
import tns.op.Movement;
import tns.op.Pointwise;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The Poisson distribution: of how often what happens rate times in a unit of time does in one. */
final class Poisson extends Distribution {
    private static final Family FORMULAS = new Family("distributions");

    private static final Pointwise LOG = FORMULAS.pointwise("log_prob(x, rate, gamma)")
            .floating()
            .is((x, rate, gamma) ->
                    Counts.ifCount(x, Counts.timesLog(x, rate).sub(rate).sub(gamma)));
    private static final Pointwise DIVERGENCE = FORMULAS.pointwise("kl_divergence(p, q)")
            .floating()
            .is((p, q) -> Counts.timesLog(p, p.div(q)).sub(p.sub(q)));

    private final Tensor rate;

    Poisson(Args args) {
        this(args, Given.together(args, "rate")[0]);
    }

    private Poisson(Args args, Tensor rate) {
        super(args.name(), rate.shape());
        this.rate = rate;
        Given.require(args, "rate", rate, "at least 0 and finite", v -> v >= 0 && v < Double.POSITIVE_INFINITY);
        parameter("rate", rate);
        property("mean", () -> rate);
        variance(() -> rate);
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        return CountDraws.poisson(context, Movement.expand(rate, shape));
    }

    @Override
    Tensor logProbability(Tensor x) {
        return Wide.rounded(LOG.apply(Wide.of(x), Wide.of(rate), Counts.logFactorial(x)), x, rate);
    }

    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        return q instanceof Poisson other ? DIVERGENCE.apply(rate, other.rate) : null;
    }
}
