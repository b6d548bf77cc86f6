package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.op.Activations;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Comparison;
import tns.op.Context;
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

    private final Chance chance;

    Bernoulli(Args args) {
        this(args, Given.form(args));
    }

    private Bernoulli(Args args, String form) {
        this(args, form, Given.together(args, form)[0]);
    }

    private Bernoulli(Args args, String form, Tensor given) {
        super(args.name(), given.shape());
        this.chance = Chance.of(args, form, given);
        chance.declare(this, form);
        property("mean", chance::probs);
        variance(() -> VARIANCE.apply(chance.probs()));
        entropy(() -> entropy(chance));
    }

    static Tensor entropy(Chance chance) {
        return Arithmetic.NEG.apply(LOG.apply(chance.probs(), chance.logits()));
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        return RandomOps.bernoulli(context, Movement.expand(chance.probs(), shape));
    }

    @Override
    Tensor logProbability(Tensor x) {
        return LOG.apply(x, chance.logits());
    }

    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        return q instanceof Bernoulli other ? divergence(chance, other.chance) : null;
    }

    /** Of two of these distributions, by their chances. */
    static Tensor divergence(Chance p, Chance q) {
        Tensor one = Reductions.scalar(p.probs(), 1);
        Tensor miss = Arithmetic.SUB.apply(one, p.probs());
        Tensor sum = Arithmetic.ADD.apply(
                Divergence.outcome(
                        p.probs(),
                        Activations.LOG_SIGMOID.apply(p.logits()),
                        Activations.LOG_SIGMOID.apply(q.logits())),
                Divergence.outcome(miss, opposite(p.logits()), opposite(q.logits())));
        Tensor otherMiss = Arithmetic.SUB.apply(one, q.probs());
        Tensor impossible = Comparison.LOGICAL_OR.apply(
                Divergence.impossible(p.probs(), q.probs()), Divergence.impossible(miss, otherMiss));
        return Divergence.infinite(impossible, sum);
    }

    private static Tensor opposite(Tensor logits) {
        return Activations.LOG_SIGMOID.apply(Arithmetic.NEG.apply(logits));
    }
}
