package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Casts;
import tns.op.Context;
import tns.op.Family;
import tns.op.Movement;
import tns.op.Pointwise;
import tns.op.Reductions;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The Dirichlet distribution over the probabilities of classes, with a concentration for each in the last dim. */
final class Dirichlet extends Distribution {
    private static final Family FORMULAS = new Family("distributions");

    /** What PyTorch allows the sum of probabilities to be off by. */
    private static final double OFF = 1e-6;

    private static final Pointwise LOG =
            FORMULAS.pointwise("log_prob(x, a)").floating().is((x, a) -> Counts.timesLog(a.sub(1.0), x));
    private static final Pointwise VARIANCE = FORMULAS.pointwise("variance(a, sum)")
            .floating()
            .is((a, sum) -> a.mul(sum.sub(a)).div(sum.square().mul(sum.add(1.0))));
    private static final Pointwise ENTROPY = FORMULAS.pointwise("entropy(a, digamma)")
            .floating()
            .is((a, digamma) -> a.sub(1.0).mul(digamma));
    private static final Pointwise DIVERGENCE = FORMULAS.pointwise("kl_divergence(a, b, digamma)")
            .floating()
            .is((a, b, digamma) -> a.sub(b).mul(digamma));

    private final Tensor concentration;

    Dirichlet(Args args) {
        this(args, Given.together(args, "concentration")[0]);
    }

    private Dirichlet(Args args, Tensor concentration) {
        super(
                args.name(),
                Given.batchOfClasses(args, "concentration", concentration),
                Shape.of(concentration.size(-1)));
        this.concentration = concentration;
        Given.require(args, "concentration", concentration, "above 0", v -> v > 0);
        parameter("concentration", concentration);
        property("mean", () -> Arithmetic.DIV.apply(concentration, total(concentration, true)));
        variance(() -> VARIANCE.apply(concentration, total(concentration, true)));
        rsample();
        entropy(() -> Wide.rounded(entropy(concentration), concentration));
    }

    private static Tensor total(Tensor x, boolean keep) {
        return Reductions.sum(x, x.rank() - 1, keep);
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        return drawn(context, Movement.expand(concentration, shape));
    }

    /** One draw for each row: gamma draws in float64, divided by their sum. */
    static Tensor drawn(Context context, Tensor concentration) {
        Tensor draws = GammaDraws.standard(context, Wide.of(concentration));
        Tensor y = Casts.to(Arithmetic.DIV.apply(draws, total(draws, true)), concentration.dtype());
        double most = y.dtype() == DType.FLOAT64 ? Math.nextDown(1.0) : Math.nextDown(1f);
        return Arithmetic.MINIMUM.apply(GammaDraws.atLeastTiny(y), Reductions.scalar(y, most));
    }

    @Override
    Tensor logProbability(Tensor x) {
        if (x.rank() == 0 || x.size(-1) != concentration.size(-1)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "log_prob: needs " + concentration.size(-1) + " probabilities in the last dim, found "
                                    + x.describe())
                    .argument(0);
        }
        requireProbabilities(x.detach());
        Tensor a = Wide.of(concentration);
        Tensor parts = total(LOG.apply(Wide.of(x), a), false);
        return Wide.rounded(Arithmetic.SUB.apply(parts, logBeta(a)), x, concentration);
    }

    private static void requireProbabilities(Tensor x) {
        for (double each : HostArray.doubles(x)) {
            if (!(each >= 0)) {
                throw new TnsException(ErrorKind.VALUE, "log_prob: probabilities must be at least 0, found " + each)
                        .argument(0);
            }
        }
        for (double sum : HostArray.doubles(total(Wide.of(x), false))) {
            if (!(Math.abs(sum - 1) <= OFF)) {
                throw new TnsException(
                                ErrorKind.VALUE, "log_prob: probabilities must add up to 1, found a sum of " + sum)
                        .help("x / x.sum(dim=-1, keepdim=true) does")
                        .argument(0);
            }
        }
    }

    /** The logarithm of the beta function of each row, in float64. */
    static Tensor logBeta(Tensor concentration) {
        return Arithmetic.SUB.apply(
                total(Wide.logGamma(concentration), false), Wide.logGamma(total(concentration, false)));
    }

    /** In float64. */
    static Tensor entropy(Tensor concentration) {
        Tensor a = Wide.of(concentration);
        Tensor sum = total(a, false);
        Tensor others = Arithmetic.SUB.apply(sum, Reductions.scalar(sum, a.size(-1)));
        Tensor rest = Arithmetic.SUB.apply(
                Arithmetic.MUL.apply(others, Wide.digamma(sum)), total(ENTROPY.apply(a, Wide.digamma(a)), false));
        return Arithmetic.ADD.apply(logBeta(a), rest);
    }

    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        return q instanceof Dirichlet other
                ? Wide.rounded(divergence(concentration, other.concentration), concentration, other.concentration)
                : null;
    }

    /** In float64. */
    static Tensor divergence(Tensor concentration, Tensor otherConcentration) {
        Tensor a = Wide.of(concentration);
        Tensor b = Wide.of(otherConcentration);
        Tensor digamma = Arithmetic.SUB.apply(Wide.digamma(a), Wide.digamma(total(a, true)));
        Tensor parts = total(DIVERGENCE.apply(a, b, digamma), false);
        return Arithmetic.ADD.apply(Arithmetic.SUB.apply(logBeta(b), logBeta(a)), parts);
    }
}
