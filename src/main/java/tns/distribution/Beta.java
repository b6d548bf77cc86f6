package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Context;
import tns.op.Family;
import tns.op.Joining;
import tns.op.Movement;
import tns.op.Pointwise;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The beta distribution of a probability: the first of two that a Dirichlet distribution draws. */
final class Beta extends Distribution {
    private static final Family FORMULAS = new Family("distributions");

    /** But for the logarithm of the beta function. */
    private static final Pointwise LOG = FORMULAS.pointwise("log_prob(x, a, b)")
            .floating()
            .is((x, a, b) -> {
                Expr inside = x.ge(Expr.ZERO).and(x.le(Expr.constant(1.0)));
                Expr kept = Expr.select(inside, x, Expr.constant(0.5));
                Expr miss = Expr.constant(1.0).sub(kept);
                return Expr.select(
                        inside,
                        Counts.timesLog(a.sub(1.0), kept).add(Counts.timesLog(b.sub(1.0), miss)),
                        Expr.select(x.isNaN(), x, Expr.constant(Double.NEGATIVE_INFINITY)));
            });

    private static final Pointwise MEAN =
            FORMULAS.pointwise("mean(a, b)").floating().is((a, b) -> a.div(a.add(b)));
    private static final Pointwise VARIANCE = FORMULAS.pointwise("variance(a, b)")
            .floating()
            .is((a, b) -> {
                Expr sum = a.add(b);
                return a.mul(b).div(sum.square().mul(sum.add(1.0)));
            });

    private final Tensor first;
    private final Tensor second;

    Beta(Args args) {
        this(args, Given.together(args, "concentration1", "concentration0"));
    }

    private Beta(Args args, Tensor[] given) {
        super(args.name(), given[0].shape());
        this.first = given[0];
        this.second = given[1];
        Given.require(args, "concentration1", first, "above 0", v -> v > 0);
        Given.require(args, "concentration0", second, "above 0", v -> v > 0);
        parameter("concentration1", first);
        parameter("concentration0", second);
        property("mean", () -> MEAN.apply(first, second));
        variance(() -> VARIANCE.apply(first, second));
        rsample();
        entropy(() -> Wide.rounded(Dirichlet.entropy(both()), first));
    }

    /** The concentrations in a new last dim. */
    private Tensor both() {
        return Joining.stack(new Tensor[] {first, second}, first.rank());
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        Tensor draws = Dirichlet.drawn(context, Movement.expand(both(), shape.concat(Shape.of(2))));
        return Movement.select(draws, draws.rank() - 1, 0);
    }

    @Override
    Tensor logProbability(Tensor x) {
        Tensor log = LOG.apply(Wide.of(x), Wide.of(first), Wide.of(second));
        return Wide.rounded(Arithmetic.SUB.apply(log, Dirichlet.logBeta(Wide.of(both()))), x, first);
    }

    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        return q instanceof Beta other
                ? Wide.rounded(Dirichlet.divergence(both(), other.both()), first, other.first)
                : null;
    }
}
