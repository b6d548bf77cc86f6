package tns.distribution;

import tns.op.Args;
import tns.op.Elementary;
import tns.tensor.Tensor;

/** The chance of success of one try, given as a probability or as its logit, known as both. */
record Chance(Tensor probs, Tensor logits) {
    /** {@code given}, which is the argument {@code form}: probs or logits. */
    static Chance of(Args args, String form, Tensor given) {
        if (form.equals("logits")) {
            return new Chance(Elementary.SIGMOID.apply(given).share(), given.share());
        }
        Given.require(args, "probs", given, "between 0 and 1", v -> v >= 0 && v <= 1);
        return new Chance(given.share(), Logits.odds(given).share());
    }

    /** Gives {@code d} both as properties, and the one it was made with as a parameter. */
    void declare(Distribution d, String form) {
        d.parameter(form, form.equals("probs") ? probs : logits);
        d.property("probs", () -> probs);
        d.property("logits", () -> logits);
    }
}
