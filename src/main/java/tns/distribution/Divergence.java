package tns.distribution;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Comparison;
import tns.op.Family;
import tns.op.Pointwise;
import tns.op.Reductions;
import tns.op.TypeName;
import tns.tensor.Tensor;

/** The Kullback-Leibler divergence of two distributions of one kind, by its closed form. */
final class Divergence {
    private static final Family FORMULAS = new Family("distributions");

    /** By the ratio of the deviations and the distance of the means in the second one's deviations. */
    private static final Pointwise NORMAL = FORMULAS.pointwise("kl_divergence(ratio, distance)")
            .floating()
            .is((ratio, distance) -> ratio.square()
                    .add(distance.square())
                    .sub(Expr.constant(1.0))
                    .mul(0.5)
                    .sub(ratio.log()));

    private static final Pointwise EXPONENTIAL = FORMULAS.pointwise("kl_divergence(p, q)")
            .floating()
            .is((p, q) -> q.div(p).sub(q.div(p).log()).sub(Expr.constant(1.0)));
    /** One of two outcomes: its probability, and its log probabilities in both distributions. */
    private static final Pointwise OUTCOME = FORMULAS.pointwise("kl_divergence(probability, p, q)")
            .floating()
            .is((probability, p, q) ->
                    Expr.select(probability.eq(Expr.constant(0.0)), Expr.constant(0.0), probability.mul(p.sub(q))));

    private static final Pointwise LOG_SIGMOID =
            FORMULAS.pointwise("logsigmoid(x)").floating().is(x -> x.logSigmoid());

    private Divergence() {}

    static Tensor of(Args args) {
        Object p = args.get("p");
        Object q = args.get("q");
        if (p instanceof Normal a && q instanceof Normal b) {
            Tensor ratio = Arithmetic.DIV.apply(a.value("scale"), b.value("scale"));
            Tensor distance = Arithmetic.SUB.apply(a.value("loc"), b.value("loc"));
            return NORMAL.apply(ratio, Arithmetic.DIV.apply(distance, b.value("scale")));
        }
        if (p instanceof Exponential a && q instanceof Exponential b) {
            return EXPONENTIAL.apply(a.value("rate"), b.value("rate"));
        }
        if (p instanceof Uniform a && q instanceof Uniform b) {
            Tensor outside = Comparison.LOGICAL_OR.apply(
                    Comparison.LT.apply(a.value("low"), b.value("low")),
                    Comparison.GT.apply(a.value("high"), b.value("high")));
            return infinite(outside, Arithmetic.SUB.apply(b.entropy(), a.entropy()));
        }
        if (p instanceof Bernoulli a && q instanceof Bernoulli b) {
            return bernoulli(a, b);
        }
        if (p instanceof Categorical a && q instanceof Categorical b) {
            Tensor each = infinite(
                    impossible(a.value("probs"), b.value("probs")),
                    OUTCOME.apply(a.value("probs"), a.value("logits"), b.value("logits")));
            return Reductions.sum(each, each.rank() - 1, false);
        }
        throw new TnsException(
                        ErrorKind.VALUE,
                        "kl_divergence: no closed form is known for " + TypeName.of(p) + " and " + TypeName.of(q))
                .help("two distributions of one kind; else the mean of p.log_prob(x) - q.log_prob(x) over x ="
                        + " p.sample(n) is an estimate");
    }

    private static Tensor bernoulli(Bernoulli p, Bernoulli q) {
        Tensor one = Reductions.scalar(p.value("probs"), 1);
        Tensor hit = p.value("probs");
        Tensor miss = Arithmetic.SUB.apply(one, hit);
        Tensor sum = Arithmetic.ADD.apply(
                OUTCOME.apply(hit, LOG_SIGMOID.apply(p.value("logits")), LOG_SIGMOID.apply(q.value("logits"))),
                OUTCOME.apply(miss, opposite(p.value("logits")), opposite(q.value("logits"))));
        Tensor missInQ = Arithmetic.SUB.apply(one, q.value("probs"));
        Tensor impossible = Comparison.LOGICAL_OR.apply(impossible(hit, q.value("probs")), impossible(miss, missInQ));
        return infinite(impossible, sum);
    }

    private static Tensor opposite(Tensor logits) {
        return LOG_SIGMOID.apply(Arithmetic.NEG.apply(logits));
    }

    /** Where p has outcomes that q never has. */
    private static Tensor impossible(Tensor p, Tensor q) {
        return Comparison.LOGICAL_AND.apply(
                Comparison.GT.apply(p, Reductions.scalar(p, 0)), Comparison.EQ.apply(q, Reductions.scalar(q, 0)));
    }

    private static Tensor infinite(Tensor where, Tensor otherwise) {
        return Comparison.WHERE.apply(where, Reductions.scalar(otherwise, Double.POSITIVE_INFINITY), otherwise);
    }
}
