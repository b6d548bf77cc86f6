package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.tensor.Reduction;
import tns.tensor.Tensor;

/** Activations with corners or gates: shrinking, cheap forms of smooth ones, gated halves, and random one-hot choices. */
public final class Thresholds {
    private static final Expr ZERO = Expr.constant(0.0);

    /** Klambauer and others, Self-Normalizing Neural Networks, 2017. */
    private static final double SELU_ALPHA = 1.6732632423543772848170429916717;

    private static final double SELU_SCALE = 1.0507009873554804934193349852946;

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("activations");

    private static final Family PRIMITIVES = new Family("activations");
    private static final Pointwise THRESHOLD = PRIMITIVES
            .pointwise("threshold(x, limit, value)")
            .is((x, limit, value) -> Expr.select(x.le(limit), value, x));
    private static final Pointwise TANHSHRINK =
            PRIMITIVES.pointwise("tanhshrink(x)").floating().is(x -> x.sub(x.tanh()));

    static {
        FAMILY.define("threshold(x: operand, threshold: operand, value: operand)")
                .doc("x where it exceeds the threshold, else the value.")
                .example("threshold([-1., 0.5, 2.], 1, 0)", "tensor([0., 0., 2.])")
                .gradient("threshold(x, 0.5, v)", "x: [2, 3]", "v: [3]")
                .is(args -> THRESHOLD.call(args.context(), args.all()));
        FAMILY.pointwise("hardsigmoid(x)")
                .doc("x / 6 + 1 / 2 kept between 0 and 1: a cheap sigmoid.")
                .example("hardsigmoid([-4., 0., 1.5])", "tensor([0.0000, 0.5000, 0.7500])")
                .floating()
                .is(x -> gate(x));
        FAMILY.pointwise("hardswish(x)")
                .doc("x times hardsigmoid(x); its slope at -3 and 3 is that between them, as in PyTorch.")
                .example("hardswish([-4., 0., 3.])", "tensor([0., 0., 3.])")
                .floating()
                .is(x -> Expr.select(
                        x.gt(Expr.constant(3.0)), x, Expr.select(x.lt(Expr.constant(-3.0)), ZERO, x.mul(line(x)))));
        FAMILY.pointwise("selu(x)")
                .doc("1.0507 * x where it is positive, else 1.7581 * (exp(x) - 1): activations keep their variance.")
                .example("selu([-1., 1.])", "tensor([-1.1113,  1.0507])")
                .floating()
                .is(x -> Expr.select(
                        x.gt(ZERO), x.mul(SELU_SCALE), notAbove(x).expm1().mul(SELU_SCALE * SELU_ALPHA)));
        FAMILY.pointwise("celu(x, alpha=1.0)")
                .doc("x where it is positive, else alpha * (exp(x / alpha) - 1).")
                .example("celu([-1., 2.])", "tensor([-0.6321,  2.0000])")
                .floating()
                .is((x, alpha) -> Expr.select(
                        x.gt(ZERO), x, alpha.mul(notAbove(x).div(alpha).expm1())));
        FAMILY.pointwise("hardshrink(x, lambd=0.5)")
                .doc("x where it is farther than lambd from 0, else 0.")
                .example("hardshrink([-1., 0.3, 2.])", "tensor([-1.,  0.,  2.])")
                .is((x, lambd) -> Expr.select(x.ge(lambd.neg()).and(x.le(lambd)), ZERO, x));
        FAMILY.pointwise("softshrink(x, lambd=0.5)")
                .doc("x moved lambd towards 0, and 0 where it is nearer than that.")
                .example("softshrink([-1., 0.3, 2.])", "tensor([-0.5000,  0.0000,  1.5000])")
                .is((x, lambd) -> Expr.select(
                        x.gt(lambd),
                        x.sub(lambd),
                        Expr.select(x.lt(lambd.neg()), x.add(lambd), Expr.select(x.isNaN(), x, ZERO))));
        FAMILY.define("tanhshrink(x: operand)")
                .doc("x - tanh(x).")
                .example("tanhshrink([0., 1.])", "tensor([0.0000, 0.2384])")
                .gradient("tanhshrink(x)", "x: [2, 3]")
                .is(args -> SpecialFunctions.wide(args, TANHSHRINK));
        FAMILY.define("glu(x: tensor, dim: int = -1)")
                .doc("The first half along a dim times the sigmoid of the second.")
                .example("glu([1., 2., 0., 0.])", "tensor([0.5000, 1.0000])")
                .gradient("glu(x)", "x: [2, 4]")
                .is(args -> {
                    Tensor x = ReductionOps.requireFloat(args.tensor("x"), "glu");
                    int dim = x.shape().dim(args.integer("dim"), "glu");
                    if (x.rank() == 0 || x.size(dim) % 2 != 0) {
                        throw new TnsException(
                                ErrorKind.SHAPE, "glu: dim " + dim + " of " + x.describe() + " has no two halves");
                    }
                    int half = x.size(dim) / 2;
                    Tensor gate = Movement.range(x, dim, half, 2 * half);
                    return Arithmetic.MUL.apply(Movement.range(x, dim, 0, half), Elementary.SIGMOID.apply(gate));
                });
        FAMILY.define("gumbel_softmax(logits: tensor, tau: float = 1.0, hard: bool = false, dim: int = -1)")
                .doc("A random choice along a dim with the probabilities softmax(logits), softened so that gradients"
                        + " flow; hard=true gives exact zeros and ones with the soft gradient.")
                .example("gumbel_softmax(zeros(3), hard=true).sum()", "tensor(1.)")
                .gradient("with seed(1) { gumbel_softmax(x, tau=0.5) }", "x: [2, 3]")
                .is(Thresholds::gumbel);
    }

    private Thresholds() {}

    /** x where it is not positive, else 0, so that the branch not taken has a finite slope. */
    static Expr notAbove(Expr x) {
        return Expr.select(x.gt(ZERO), ZERO, x);
    }

    private static Expr gate(Expr x) {
        return Expr.select(
                x.le(Expr.constant(-3.0)), ZERO, Expr.select(x.ge(Expr.constant(3.0)), Expr.constant(1.0), line(x)));
    }

    private static Expr line(Expr x) {
        return x.div(6.0).add(0.5);
    }

    private static Object gumbel(Args args) {
        Tensor logits = ReductionOps.requireFloat(args.tensor("logits"), "gumbel_softmax");
        int dim = logits.shape().dim(args.integer("dim"), "gumbel_softmax");
        double tau = args.real("tau");
        if (!(tau > 0)) {
            throw new TnsException(ErrorKind.VALUE, "gumbel_softmax: tau must be above 0, found " + tau);
        }
        // -log of an exponential draw is a Gumbel draw.
        Tensor exponential = RandomOps.exponential(args.context(), logits.dtype(), logits.shape(), logits.device());
        Tensor noisy = Arithmetic.SUB.apply(logits, Elementary.LOG.apply(exponential));
        Tensor soft = Softmax.softmax(Arithmetic.DIV.apply(noisy, Reductions.scalar(logits, tau)), dim);
        if (!args.flag("hard") || soft.elements() == 0) {
            return soft;
        }
        Tensor still = soft.detach();
        Dims dims = Dims.of(still, dim, true);
        Tensor greatest = Reductions.position(Reduction.ARGMAX, still, dims, "gumbel_softmax");
        Tensor zeros = Tensor.allocate(still.device(), still.dtype(), still.shape());
        Tensor one = still.rank() == 0
                ? Reductions.scalar(still, 1)
                : Selection.scatter(zeros, dim, greatest, Reductions.scalar(still, 1), false);
        return Arithmetic.ADD.apply(Arithmetic.SUB.apply(one, still), soft);
    }
}
