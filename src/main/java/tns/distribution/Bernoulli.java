package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.op.Activations;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Comparison;
import tns.op.Context;
import tns.op.Elementary;
import tns.op.Family;
import tns.op.Movement;
import tns.op.Pointwise;
import tns.op.RandomOps;
import tns.op.Reductions;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The Bernoulli distribution: 1 with a probability, else 0. */
final class Bernoulli extends Distribution {
    private static final Family FORMULAS = new Family("distributions");

    private static final Pointwise LOG = FORMULAS.pointwise("log_prob(x, logits)")
            .floating()
            .is((x, logits) -> x.mul(logits.logSigmoid())
                    .add(x.neg().add(1.0).mul(logits.neg().logSigmoid())));
    private static final Pointwise VARIANCE =
            FORMULAS.pointwise("variance(p)").floating().is(p -> p.mul(p.neg().add(1.0)));

    private final Tensor probs;
    private final Tensor logits;

    Bernoulli(Args args) {
        this(args, Given.form(args));
    }

    private Bernoulli(Args args, String form) {
        this(args, form, Given.together(args, form)[0]);
    }

    private Bernoulli(Args args, String form, Tensor given) {
        super(args.name(), given.shape());
        if (form.equals("probs")) {
            Given.require(args, "probs", given, "between 0 and 1", v -> v >= 0 && v <= 1);
        }
        this.probs = (form.equals("probs") ? given : Elementary.SIGMOID.apply(given)).share();
        this.logits = (form.equals("probs") ? Logits.odds(given) : given).share();
        parameter(form, given);
        property("probs", () -> probs);
        property("logits", () -> logits);
        property("mean", () -> probs);
        variance(() -> VARIANCE.apply(probs));
        entropy(() -> Arithmetic.NEG.apply(LOG.apply(probs, logits)));
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        return RandomOps.bernoulli(context, Movement.expand(probs, shape));
    }

    @Override
    Tensor logProbability(Tensor x) {
        return LOG.apply(x, logits);
    }

    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        return q instanceof Bernoulli other ? divergence(probs, logits, other.probs, other.logits) : null;
    }

    /** Of two of these distributions, by their probabilities and logits. */
    static Tensor divergence(Tensor probs, Tensor logits, Tensor otherProbs, Tensor otherLogits) {
        Tensor one = Reductions.scalar(probs, 1);
        Tensor miss = Arithmetic.SUB.apply(one, probs);
        Tensor sum = Arithmetic.ADD.apply(
                Divergence.outcome(
                        probs, Activations.LOG_SIGMOID.apply(logits), Activations.LOG_SIGMOID.apply(otherLogits)),
                Divergence.outcome(miss, opposite(logits), opposite(otherLogits)));
        Tensor otherMiss = Arithmetic.SUB.apply(one, otherProbs);
        Tensor impossible = Comparison.LOGICAL_OR.apply(
                Divergence.impossible(probs, otherProbs), Divergence.impossible(miss, otherMiss));
        return Divergence.infinite(impossible, sum);
    }

    private static Tensor opposite(Tensor logits) {
        return Activations.LOG_SIGMOID.apply(Arithmetic.NEG.apply(logits));
    }
}
