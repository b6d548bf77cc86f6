package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Activations that draw while training: dropouts of whole channels or of a fixed variance, and leaks of random slope. */
final class RandomActivations {
    /** What selu tends to far below 0, less its sign: the value a dropped element gets. */
    private static final double SATURATION = 1.7580993408473766;

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("activations");

    static {
        for (int dims = 1; dims <= 3; dims++) {
            ofChannels(dims);
        }
        FAMILY.define("alpha_dropout(x: tensor, p: float = 0.5, training: bool = false)")
                .doc("While training, each element made selu's least value with probability p, then all scaled and"
                        + " shifted so that a mean of 0 and a variance of 1 stay.")
                .example("alpha_dropout([1., 2.])", "tensor([1., 2.])")
                .gradient("with seed(1) { alpha_dropout(x, 0.5, training=true) }", "x: [2, 3]")
                .is(args -> keeping(args, args.tensor("x").shape()));
        FAMILY.define("feature_alpha_dropout(x: tensor, p: float = 0.5, training: bool = false)")
                .doc("alpha_dropout of whole channels, the slices of the first two dims.")
                .example("feature_alpha_dropout([[1., 2.]])", "tensor([[1., 2.]])")
                .gradient("with seed(1) { feature_alpha_dropout(x, 0.5, training=true) }", "x: [2, 3, 2]")
                .is(args -> keeping(args, channels("feature_alpha_dropout", args.tensor("x"))));
        FAMILY.define("rrelu(x: tensor, lower: float = 0.125, upper: float = 0.3333333333333333,"
                        + " training: bool = false)")
                .doc("x where it is positive, else x times a slope drawn between lower and upper; their mean when not"
                        + " training.")
                .example("rrelu([-1., 2.], 0.1, 0.3)", "tensor([-0.2000,  2.0000])")
                .gradient("rrelu(x)", "x: [2, 3]")
                .gradient("with seed(1) { rrelu(x, training=true) }", "x: [2, 3]")
                .is(RandomActivations::leaky);
    }

    private RandomActivations() {}

    /** Defines the dropout of whole channels of so many spatial dims. */
    private static void ofChannels(int dims) {
        String op = "dropout" + dims + "d";
        int batched = dims == 2 ? 3 : dims + 2;
        String shape = dims == 1 ? "[n, c, l]" : dims == 2 ? "[n, c, h, w]" : "[n, c, d, h, w]";
        int rank = dims + 2;
        FAMILY.define(op + "(x: tensor, p: float = 0.5, training: bool = true)")
                .doc("x " + shape
                        + " with whole channels made 0 with probability p and the others divided by 1 - p, while"
                        + " training.")
                .example(op + "(ones(1, 1" + ", 1".repeat(dims) + "), training=false).sum()", "tensor(1.)")
                .gradient("with seed(1) { " + op + "(x) }", "x: [2, 3" + ", 2".repeat(dims) + "]")
                .is(args -> {
                    Tensor x = ReductionOps.requireFloat(args.tensor("x"), op);
                    if (x.rank() != rank && x.rank() != rank - 1) {
                        throw new TnsException(ErrorKind.SHAPE, op + ": x must be " + shape + ", found " + x.describe())
                                .argument(0);
                    }
                    Tensor whole = x.rank() < batched ? Movement.unsqueeze(x, 0) : x;
                    Tensor y = dropped(args, whole, channels(op, whole));
                    return x.rank() < batched ? Movement.squeeze(y, 0) : y;
                });
    }

    /** One draw for each slice of the first two dims. */
    private static Shape channels(String op, Tensor x) {
        if (x.rank() < 2) {
            throw new TnsException(ErrorKind.SHAPE, op + ": needs dims [n, c, ...], found " + x.describe()).argument(0);
        }
        Shape shape = x.shape();
        for (int d = 2; d < x.rank(); d++) {
            shape = shape.with(d, 1);
        }
        return shape;
    }

    private static boolean idle(Args args, Tensor x, double p) {
        return !args.flag("training") || p == 0 || x.elements() == 0;
    }

    private static Tensor dropped(Args args, Tensor x, Shape draws) {
        double p = RandomOps.probability(args.name(), args.real("p"));
        if (idle(args, x, p)) {
            return x;
        }
        if (p == 1) {
            return Arithmetic.MUL.apply(x, Reductions.scalar(x, 0));
        }
        Tensor kept = RandomOps.kept(args.context(), x, draws, p);
        return Arithmetic.MUL.apply(x, Arithmetic.DIV.apply(kept, Reductions.scalar(x, 1 - p)));
    }

    /** Klambauer and others, Self-Normalizing Neural Networks, 2017. */
    private static Tensor keeping(Args args, Shape draws) {
        double p = RandomOps.probability(args.name(), args.real("p"));
        Tensor x = ReductionOps.requireFloat(args.tensor("x"), args.name());
        if (idle(args, x, p)) {
            return x;
        }
        if (p == 1) {
            return Arithmetic.MUL.apply(x, Reductions.scalar(x, 0));
        }
        double scale = 1 / Math.sqrt((SATURATION * SATURATION * p + 1) * (1 - p));
        Tensor kept = RandomOps.kept(args.context(), x, draws, p);
        Tensor lost = Arithmetic.SUB.apply(kept, Reductions.scalar(x, 1 - p));
        Tensor shift = Arithmetic.MUL.apply(lost, Reductions.scalar(x, SATURATION * scale));
        Tensor factor = Arithmetic.MUL.apply(kept, Reductions.scalar(x, scale));
        return Arithmetic.ADD.apply(Arithmetic.MUL.apply(x, factor), shift);
    }

    /** Xu and others, Empirical Evaluation of Rectified Activations, 2015. Draws only where x is not positive. */
    private static Object leaky(Args args) {
        Tensor x = ReductionOps.requireFloat(args.tensor("x"), "rrelu");
        double lower = args.real("lower");
        double upper = args.real("upper");
        if (!(lower <= upper)) {
            throw new TnsException(
                    ErrorKind.VALUE, "rrelu: lower must not exceed upper, found " + lower + " and " + upper);
        }
        Tensor negative = Comparison.LE.apply(x.detach(), Reductions.scalar(x, 0));
        Tensor slope = Reductions.scalar(x, (lower + upper) / 2);
        if (args.flag("training")) {
            Tensor places = Masks.places(negative);
            Tensor draws = RandomOps.uniform(args.context(), DType.FLOAT64, places.shape(), x.device());
            Tensor drawn = Arithmetic.ADD.apply(
                    Arithmetic.MUL.apply(draws, Reductions.scalar(draws, upper - lower)),
                    Reductions.scalar(draws, lower));
            Tensor table = Tensor.allocate(x.device(), x.dtype(), Shape.of(x.elements(), 1));
            Tensor placed = Selection.putRows(table, places, Movement.unsqueeze(Casts.to(drawn, x.dtype()), 1), false);
            slope = Movement.reshape(placed, x.shape());
        }
        return Comparison.WHERE.apply(negative, Arithmetic.MUL.apply(x, slope), x);
    }
}
