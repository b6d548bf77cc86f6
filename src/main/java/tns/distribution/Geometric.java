package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Context;
import tns.op.Family;
import tns.op.Pointwise;
import tns.op.RandomOps;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The geometric distribution: of how many tries fail before the first that succeeds. */
final class Geometric extends Distribution {
    private static final Family FORMULAS = new Family("distributions");

    private static final Pointwise FROM_UNIFORM = FORMULAS.pointwise("sample(u, p)")
            .floating()
            .is((u, p) -> u.log().div(p.neg().log1p()).floor());
    private static final Pointwise LOG = FORMULAS.pointwise("log_prob(x, p)")
            .floating()
            .is((x, p) -> Counts.ifCount(
                    x,
                    x.mul(Expr.select(x.eq(Expr.ZERO), Expr.ZERO, p).neg().log1p())
                            .add(p.log())));
    private static final Pointwise MEAN =
            FORMULAS.pointwise("mean(p)").floating().is(p -> p.reciprocal().sub(1.0));
    private static final Pointwise VARIANCE = FORMULAS.pointwise("variance(p)")
            .floating()
            .is(p -> p.reciprocal().sub(1.0).div(p));

    private final Chance chance;

    Geometric(Args args) {
        this(args, Given.form(args));
    }

    private Geometric(Args args, String form) {
        this(args, form, Given.together(args, form)[0]);
    }

    private Geometric(Args args, String form, Tensor given) {
        super(args.name(), given.shape());
        this.chance = Chance.of(args, form, given);
        Given.require(args, "probs", chance.probs(), "above 0 and at most 1", v -> v > 0 && v <= 1);
        chance.declare(this, form);
        property("mean", () -> MEAN.apply(chance.probs()));
        variance(() -> VARIANCE.apply(chance.probs()));
        entropy(this::uncertainty);
    }

    /** That of one try, for each of the tries expected. */
    private Tensor uncertainty() {
        return Arithmetic.DIV.apply(Bernoulli.entropy(chance), chance.probs());
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        Tensor probs = chance.probs();
        Tensor u = RandomOps.uniform(context, probs.dtype(), shape, probs.device(), leastNormal(probs.dtype()), 1);
        return FROM_UNIFORM.apply(u, probs);
    }

    @Override
    Tensor logProbability(Tensor x) {
        return LOG.apply(x, chance.probs());
    }

    /** That of one try, for each of the tries expected. */
    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        return q instanceof Geometric other
                ? Arithmetic.DIV.apply(Bernoulli.divergence(chance, other.chance), chance.probs())
                : null;
    }
}
