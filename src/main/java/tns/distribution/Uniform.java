package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Comparison;
import tns.op.Context;
import tns.op.Family;
import tns.op.Pointwise;
import tns.op.RandomOps;
import tns.op.Reductions;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The uniform distribution from low to below high. */
final class Uniform extends Distribution {
    private static final Family FORMULAS = new Family("distributions");

    private static final Pointwise LOG = FORMULAS.pointwise("log_prob(x, low, high)")
            .floating()
            .is((x, low, high) -> Expr.select(
                    x.ge(low).and(x.lt(high)), high.sub(low).log().neg(), Expr.constant(Double.NEGATIVE_INFINITY)));
    private static final Pointwise BELOW = FORMULAS.pointwise("cdf(x, low, high)")
            .floating()
            .is((x, low, high) -> Expr.select(
                    x.lt(low),
                    Expr.constant(0.0),
                    Expr.select(x.ge(high), Expr.constant(1.0), x.sub(low).div(high.sub(low)))));
    private static final Pointwise QUANTILE =
            FORMULAS.pointwise("icdf(p, low, high)").floating().is((p, low, high) -> low.add(p.mul(high.sub(low))));
    private static final Pointwise LOG_WIDTH = FORMULAS.pointwise("entropy(low, high)")
            .floating()
            .is((low, high) -> high.sub(low).log());
    private static final Pointwise MEAN = FORMULAS.pointwise("mean(low, high)")
            .floating()
            .is((low, high) -> low.add(high).mul(0.5));
    private static final Pointwise DEVIATION = FORMULAS.pointwise("stddev(low, high)")
            .floating()
            .is((low, high) -> high.sub(low).div(Math.sqrt(12)));

    private final Tensor low;
    private final Tensor high;

    Uniform(Args args) {
        this(args, Given.together(args, "low", "high"));
    }

    private Uniform(Args args, Tensor[] given) {
        super(args.name(), given[0].shape());
        this.low = given[0];
        this.high = given[1];
        Tensor ordered = Comparison.LT.apply(low.detach(), high.detach());
        if (Reductions.anyTrue(Comparison.LOGICAL_NOT.apply(ordered))) {
            throw new TnsException(ErrorKind.VALUE, args.name() + ": low must be below high");
        }
        parameter("low", low);
        parameter("high", high);
        property("mean", () -> MEAN.apply(low, high));
        property("stddev", () -> DEVIATION.apply(low, high));
        property("variance", () -> Arithmetic.SQUARE.apply(DEVIATION.apply(low, high)));
        rsample();
        entropy(this::logWidth);
        cdf(x -> BELOW.apply(x, low, high));
        icdf(p -> QUANTILE.apply(p, low, high));
    }

    private Tensor logWidth() {
        return LOG_WIDTH.apply(low, high);
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        Tensor draws = RandomOps.uniform(context, low.dtype(), shape, low.device());
        return Arithmetic.ADD.apply(low, Arithmetic.MUL.apply(draws, Arithmetic.SUB.apply(high, low)));
    }

    @Override
    Tensor logProbability(Tensor x) {
        return LOG.apply(x, low, high);
    }

    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        if (!(q instanceof Uniform other)) {
            return null;
        }
        Tensor outside =
                Comparison.LOGICAL_OR.apply(Comparison.LT.apply(low, other.low), Comparison.GT.apply(high, other.high));
        return Divergence.infinite(outside, Arithmetic.SUB.apply(other.logWidth(), logWidth()));
    }
}
