package tns.op;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.Tensor;

/** Losses between distributions, and losses that bear outliers. Shapes must be equal, as for every loss. */
public final class Divergences {
    private static final Family PRIMITIVES = new Family("losses");

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("losses");

    private static final Expr HALF = Expr.constant(0.5);
    private static final Expr FLOOR = Expr.constant(-100.0);

    /** Logarithms are kept at -100 and above, and the slope at 1e-12 of its greatest, as PyTorch has both. */
    private static final Pointwise BCE = PRIMITIVES
            .pointwise("binary_cross_entropy(x, y)")
            .is((x, y) -> {
                Expr miss = y.sub(1.0).mul(x.neg().log1p().max(FLOOR));
                return miss.sub(y.mul(x.log().max(FLOOR)));
            });

    private static final Pointwise BCE_SLOPE = PRIMITIVES
            .pointwise("binary_cross_entropy(x, y)")
            .is((x, y) -> x.sub(y).div(Expr.constant(1.0).sub(x).mul(x).max(Expr.constant(1e-12))));
    private static final Pointwise BCE_TARGET_SLOPE = PRIMITIVES
            .pointwise("binary_cross_entropy(x)")
            .is(x -> x.neg().log1p().max(FLOOR).sub(x.log().max(FLOOR)));
    private static final Pointwise HUBER = PRIMITIVES
            .pointwise("huber_loss(x, y, delta)")
            .is((x, y, delta) -> {
                Expr size = x.sub(y).abs();
                return Expr.select(size.le(delta), HALF.mul(size.square()), delta.mul(size.sub(HALF.mul(delta))));
            });
    private static final Pointwise SMOOTH = PRIMITIVES
            .pointwise("smooth_l1_loss(x, y, beta)")
            .is((x, y, beta) -> {
                Expr size = x.sub(y).abs();
                return Expr.select(size.lt(beta), HALF.mul(size.square()).div(beta), size.sub(HALF.mul(beta)));
            });
    private static final Pointwise STIRLING = PRIMITIVES
            .pointwise("poisson_nll_loss(y)")
            .is(given -> {
                Expr some = given.gt(Expr.constant(1.0));
                Expr y = Expr.select(some, given, Expr.constant(1.0));
                Expr log = y.mul(y.log()).sub(y).add(y.mul(2 * Math.PI).log().mul(0.5));
                return Expr.select(some, log, Expr.constant(0.0));
            });

    static {
        FAMILY.define("binary_cross_entropy(x: tensor, target: tensor, weight: tensor = none,"
                        + " reduction: string = 'mean')")
                .doc("The cross entropy of probabilities x against targets between 0 and 1; logarithms stop at -100.")
                .example("binary_cross_entropy([0.5, 0.9], [1., 1.])", "tensor(0.3993)")
                .gradient("binary_cross_entropy(x, y)", "x: [2, 3] in 0.1..0.9", "y: [2, 3] in 0.1..0.9")
                .is(Divergences::binary);
        FAMILY.define("kl_div(x: tensor, target: tensor, reduction: string = 'mean', log_target: bool = false)")
                .doc("The Kullback-Leibler divergence of log probabilities x from probabilities target;"
                        + " reduction \"batchmean\" divides by the first dim.")
                .example("kl_div([-1., -1.], [0.5, 0.5], reduction=\"sum\")", "tensor(0.3069)")
                .gradient("kl_div(x, y)", "x: [2, 3]", "y: [2, 3] in 0.1..0.9")
                .gradient("kl_div(x, y, reduction=\"batchmean\", log_target=true)", "x: [2, 3]", "y: [2, 3]")
                .is(Divergences::divergence);
        FAMILY.define("huber_loss(x: tensor, target: tensor, reduction: string = 'mean', delta: float = 1.0,"
                        + " weight: tensor = none)")
                .doc("Half the squared difference up to delta, and delta times the difference from there on.")
                .example("huber_loss([1., 5.], [1.5, 1.])", "tensor(1.8125)")
                .gradient("huber_loss(x, y)", "x: [2, 3]", "y: [2, 3]")
                .is(args -> {
                    double delta = positive(args, "huber_loss", "delta", false);
                    return weighed(args, "huber_loss", between(args, "huber_loss", HUBER, delta));
                });
        FAMILY.define("smooth_l1_loss(x: tensor, target: tensor, reduction: string = 'mean', beta: float = 1.0)")
                .doc("The absolute difference less beta / 2, rounded to a parabola where it is below beta.")
                .example("smooth_l1_loss([1., 5.], [1.5, 1.])", "tensor(1.8125)")
                .gradient("smooth_l1_loss(x, y, beta=0.5)", "x: [2, 3]", "y: [2, 3]")
                .is(args -> {
                    double beta = positive(args, "smooth_l1_loss", "beta", true);
                    Tensor each = beta == 0
                            ? Elementary.ABS.apply(LossOps.difference(args, "smooth_l1_loss"))
                            : between(args, "smooth_l1_loss", SMOOTH, beta);
                    return LossOps.reduced(args, "smooth_l1_loss", each);
                });
        FAMILY.define("poisson_nll_loss(x: tensor, target: tensor, log_input: bool = true, full: bool = false,"
                        + " eps: float = 1e-08, reduction: string = 'mean')")
                .doc("Minus the log probability of counts under a Poisson distribution of rate exp(x), or x itself with"
                        + " log_input=false; full=true adds Stirling's term of the target alone.")
                .example("poisson_nll_loss([0., 1.], [1., 2.])", "tensor(0.8591)")
                .gradient("poisson_nll_loss(x, y, full=true)", "x: [2, 3]", "y: [2, 3] in 1.5..4")
                .gradient("poisson_nll_loss(x, y, log_input=false)", "x: [2, 3] in 0.5..2", "y: [2, 3] in 0.1..4")
                .is(Divergences::poisson);
        FAMILY.define("gaussian_nll_loss(x: tensor, target: tensor, var: tensor, full: bool = false,"
                        + " eps: float = 1e-06, reduction: string = 'mean')")
                .doc("Minus the log probability of the target under a normal distribution around x with variance var.")
                .example("gaussian_nll_loss([1., 2.], [1., 4.], [1., 1.])", "tensor(1.)")
                .gradient("gaussian_nll_loss(x, y, v)", "x: [2, 3]", "y: [2, 3]", "v: [2, 1] in 0.5..2")
                .is(Divergences::gaussian);
    }

    private Divergences() {}

    private static double positive(Args args, String op, String parameter, boolean orZero) {
        double value = args.real(parameter);
        if (!(value > 0) && !(orZero && value == 0)) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    op + ": " + parameter + " must be " + (orZero ? "at least" : "above") + " 0, found " + value);
        }
        return value;
    }

    private static Tensor between(Args args, String op, Pointwise loss, double limit) {
        Tensor x = ReductionOps.floating(args.tensor("x"));
        Tensor target = args.tensor("target");
        LossOps.requireEqualShapes(op, x, target);
        return loss.apply(x, target, Reductions.scalar(x, limit));
    }

    private static Tensor weighed(Args args, String op, Tensor each) {
        Tensor weight = args.tensorOrNull("weight");
        return LossOps.reduced(args, op, weight == null ? each : Arithmetic.MUL.apply(each, weight));
    }

    private static Object binary(Args args) {
        Tensor x = ReductionOps.requireFloat(args.tensor("x"), "binary_cross_entropy");
        Tensor target = Casts.to(args.tensor("target"), x.dtype());
        LossOps.requireEqualShapes("binary_cross_entropy", x, target);
        Tensor probability = x.detach();
        Tensor outside = Comparison.LOGICAL_OR.apply(
                Comparison.LT.apply(probability, Reductions.scalar(x, 0)),
                Comparison.GT.apply(probability, Reductions.scalar(x, 1)));
        if (Reductions.anyTrue(outside)) {
            throw new TnsException(ErrorKind.VALUE, "binary_cross_entropy: x must lie between 0 and 1")
                    .help("sigmoid(x) first, or binary_cross_entropy_with_logits(x, target)")
                    .argument(0);
        }
        boolean tracked = (x.requiresGrad() || target.requiresGrad()) && GradMode.enabled();
        Tensor each = BCE.apply(probability, target.detach());
        return weighed(args, "binary_cross_entropy", tracked ? each.withOrigin(new BinaryOrigin(x, target)) : each);
    }

    private static final class BinaryOrigin extends Origin {
        BinaryOrigin(Tensor x, Tensor target) {
            super("binary_cross_entropy", x, target);
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            Tensor slope = i == 0 ? BCE_SLOPE.apply(input(0), input(1)) : BCE_TARGET_SLOPE.apply(input(0));
            return Arithmetic.MUL.apply(dy, slope);
        }
    }

    private static Object divergence(Args args) {
        Tensor x = args.tensor("x");
        Tensor target = args.tensor("target");
        LossOps.requireEqualShapes("kl_div", x, target);
        Tensor each = args.flag("log_target")
                ? Arithmetic.MUL.apply(Elementary.EXP.apply(target), Arithmetic.SUB.apply(target, x))
                : Arithmetic.SUB.apply(SpecialFunctions.XLOGY.apply(target, target), Arithmetic.MUL.apply(target, x));
        if (args.text("reduction").equals("batchmean")) {
            Tensor total = Reductions.sum(each);
            return x.rank() == 0 ? total : Arithmetic.DIV.apply(total, Reductions.scalar(total, x.size(0)));
        }
        return LossOps.reduced(args, "kl_div", each);
    }

    private static Object poisson(Args args) {
        Tensor x = ReductionOps.floating(args.tensor("x"));
        Tensor target = Casts.to(args.tensor("target"), x.dtype());
        LossOps.requireEqualShapes("poisson_nll_loss", x, target);
        Tensor rate = args.flag("log_input") ? Elementary.EXP.apply(x) : x;
        Tensor log = args.flag("log_input")
                ? x
                : Elementary.LOG.apply(Arithmetic.ADD.apply(x, Reductions.scalar(x, args.real("eps"))));
        Tensor each = Arithmetic.SUB.apply(rate, Arithmetic.MUL.apply(target, log));
        return LossOps.reduced(
                args,
                "poisson_nll_loss",
                args.flag("full") ? Arithmetic.ADD.apply(each, STIRLING.apply(target)) : each);
    }

    private static Object gaussian(Args args) {
        Tensor x = ReductionOps.floating(args.tensor("x"));
        Tensor target = args.tensor("target");
        LossOps.requireEqualShapes("gaussian_nll_loss", x, target);
        Tensor given = args.tensor("var");
        if (given.rank() == x.rank() - 1 && given.rank() > 0) {
            given = Movement.unsqueeze(given, given.rank());
        }
        if (Reductions.anyTrue(Comparison.LT.apply(given.detach(), Reductions.scalar(given, 0)))) {
            throw new TnsException(ErrorKind.VALUE, "gaussian_nll_loss: a variance must not be negative").argument(2);
        }
        // The variance is kept at eps without a trace in the gradient.
        Tensor still = given.detach();
        Tensor kept = Arithmetic.MAXIMUM.apply(still, Reductions.scalar(still, args.real("eps")));
        Tensor var = Arithmetic.ADD.apply(given, Arithmetic.SUB.apply(kept, still));
        Tensor square = Arithmetic.SQUARE.apply(Arithmetic.SUB.apply(x, target));
        Tensor twice = Arithmetic.ADD.apply(Elementary.LOG.apply(var), Arithmetic.DIV.apply(square, var));
        Tensor each = Arithmetic.MUL.apply(twice, Reductions.scalar(twice, 0.5));
        if (args.flag("full")) {
            each = Arithmetic.ADD.apply(each, Reductions.scalar(each, 0.5 * Math.log(2 * Math.PI)));
        }
        return LossOps.reduced(args, "gaussian_nll_loss", each);
    }
}
