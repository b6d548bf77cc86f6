package tns.distribution;

import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Context;
import tns.op.Elementary;
import tns.op.Family;
import tns.op.Movement;
import tns.op.Pointwise;
import tns.op.RandomOps;
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
        property("stddev", () -> Arithmetic.SQRT.apply(VARIANCE.apply(probs)));
        property("variance", () -> VARIANCE.apply(probs));
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
    Tensor entropy() {
        return Arithmetic.NEG.apply(LOG.apply(probs, logits));
    }
}
