package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Comparison;
import tns.op.Context;
import tns.op.CountDraws;
import tns.op.Elementary;
import tns.op.Family;
import tns.op.Movement;
import tns.op.Pointwise;
import tns.op.Reductions;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The binomial distribution: of how many of total_count tries succeed. */
final class Binomial extends Distribution {
    private static final Family FORMULAS = new Family("distributions");

    /** Of one order of successes and failures; the number of orders comes apart. */
    private static final Pointwise LOG = FORMULAS.pointwise("log_prob(x, count, logits)")
            .floating()
            .is((x, count, logits) -> Counts.ifCount(
                    x,
                    Expr.select(
                            x.le(count),
                            x.mul(logits.logSigmoid())
                                    .add(count.sub(x).mul(logits.neg().logSigmoid())),
                            Expr.constant(Double.NEGATIVE_INFINITY))));

    private static final Pointwise ORDERS = FORMULAS.pointwise("orders(all, hits, misses)")
            .floating()
            .is((all, hits, misses) -> Expr.select(
                    hits.isInf().or(misses.isInf()).or(hits.isNaN()),
                    Expr.ZERO,
                    all.sub(hits).sub(misses)));
    private static final Pointwise MEAN =
            FORMULAS.pointwise("mean(count, p)").floating().is((count, p) -> count.mul(p));
    private static final Pointwise VARIANCE = FORMULAS.pointwise("variance(count, p)")
            .floating()
            .is((count, p) -> count.mul(p).mul(p.neg().add(1.0)));

    private final Tensor count;
    private final Chance chance;

    Binomial(Args args) {
        this(args, Given.form(args));
    }

    private Binomial(Args args, String form) {
        this(args, form, Given.together(args, "total_count", form));
    }

    private Binomial(Args args, String form, Tensor[] given) {
        super(args.name(), given[0].shape());
        this.count = given[0].detach();
        Given.require(
                args,
                "total_count",
                count,
                "a whole number from 0 on",
                v -> v >= 0 && v == Math.rint(v) && v < Double.POSITIVE_INFINITY);
        this.chance = Chance.of(args, form, given[1]);
        parameter("total_count", count);
        chance.declare(this, form);
        property("mean", () -> MEAN.apply(count, chance.probs()));
        variance(() -> VARIANCE.apply(count, chance.probs()));
        entropy(this::uncertainty);
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        return CountDraws.binomial(context, Movement.expand(count, shape), Movement.expand(chance.probs(), shape));
    }

    @Override
    Tensor logProbability(Tensor x) {
        Tensor wide = Wide.of(x);
        Tensor all = Wide.of(count);
        Tensor one = LOG.apply(wide, all, Wide.of(chance.logits()));
        Tensor orders = ORDERS.apply(
                Counts.logFactorial(count),
                Counts.logFactorial(x),
                Counts.logFactorial(Arithmetic.SUB.apply(all, wide)));
        return Wide.rounded(Arithmetic.ADD.apply(one, orders), x, count);
    }

    /** By all that can be drawn, which must be as much for each of the batch. */
    private Tensor uncertainty() {
        double[] counts = HostArray.doubles(count);
        for (double each : counts) {
            if (each != counts[0]) {
                throw new TnsException(
                                ErrorKind.VALUE,
                                "entropy: needs one total_count for the whole batch, found " + counts[0] + " and "
                                        + each)
                        .help("make a distribution for each total_count");
            }
        }
        int outcomes = counts.length == 0 ? 0 : Shape.checkedSize((long) counts[0] + 1);
        double[] each = new double[outcomes];
        for (int k = 0; k < outcomes; k++) {
            each[k] = k;
        }
        Shape column = Shape.of(outcomes);
        for (int d = 0; d < batch().rank(); d++) {
            column = column.concat(Shape.of(1));
        }
        Tensor log = logProbability(Tensor.upload(count.device(), DType.FLOAT64, column, each));
        Tensor parts = Arithmetic.MUL.apply(Elementary.EXP.apply(log), log);
        return Wide.rounded(Arithmetic.NEG.apply(Reductions.sum(parts, 0, false)), count);
    }

    /** As often that of one try as there are tries; inf where q has fewer of them. */
    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        if (!(q instanceof Binomial other) || Reductions.anyTrue(Comparison.LT.apply(count, other.count))) {
            return null;
        }
        Tensor all = Arithmetic.MUL.apply(count, Bernoulli.divergence(chance, other.chance));
        return Divergence.infinite(Comparison.GT.apply(count, other.count), all);
    }
}
