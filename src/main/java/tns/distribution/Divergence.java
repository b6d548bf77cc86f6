package tns.distribution;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Comparison;
import tns.op.Family;
import tns.op.Pointwise;
import tns.op.Reductions;
import tns.op.TypeName;
import tns.tensor.Tensor;

/**
 * The Kullback-Leibler divergence of two distributions, by the closed form that the first one knows, and what those forms
 * share for outcomes that never happen.
 */
final class Divergence {
    private static final Family FORMULAS = new Family("distributions");

    private static final Pointwise OUTCOME = FORMULAS.pointwise("kl_divergence(probability, p, q)")
            .floating()
            .is((probability, p, q) ->
                    Expr.select(probability.eq(Expr.constant(0.0)), Expr.constant(0.0), probability.mul(p.sub(q))));

    private Divergence() {}

    static Tensor of(Args args) {
        Tensor known = args.get("p") instanceof Distribution p && args.get("q") instanceof Distribution q
                ? p.divergence(q)
                : null;
        if (known != null) {
            return known;
        }
        throw new TnsException(
                        ErrorKind.VALUE,
                        "kl_divergence: no closed form is known for " + TypeName.of(args.get("p")) + " and "
                                + TypeName.of(args.get("q")))
                .help("two distributions of one kind; else the mean of p.log_prob(x) - q.log_prob(x) over x ="
                        + " p.sample(n) is an estimate");
    }

    /** What one outcome adds: its probability, and its log probabilities in both distributions. */
    static Tensor outcome(Tensor probability, Tensor log, Tensor otherLog) {
        return OUTCOME.apply(probability, log, otherLog);
    }

    /** Where p has outcomes that q never has. */
    static Tensor impossible(Tensor p, Tensor q) {
        return Comparison.LOGICAL_AND.apply(
                Comparison.GT.apply(p, Reductions.scalar(p, 0)), Comparison.EQ.apply(q, Reductions.scalar(q, 0)));
    }

    /** Infinity there, else the divergence found. */
    static Tensor infinite(Tensor where, Tensor otherwise) {
        return Comparison.WHERE.apply(where, Reductions.scalar(otherwise, Double.POSITIVE_INFINITY), otherwise);
    }
}
