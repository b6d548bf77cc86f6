package tns.optim;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Casts;
import tns.op.Display;
import tns.op.Family;
import tns.op.Pointwise;
import tns.op.Reductions;
import tns.op.Tuple;
import tns.optim.Wholesale.Step;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * adafactor: the gradient scaled by its own size so far, of which a matrix remembers the means of its rows and columns
 * only (Shazeer and Stern, 2018, algorithms 4 and 5), in PyTorch's form.
 *
 * <p>Sizes of whole parameters are summed in the parameter's dtype and go on in float64, as PyTorch's numbers do.
 */
final class Adafactor {
    private static final Pointwise SQUARE = pointwise("square", 1, Expr.input(0).square());

    /** From the mean so far, a sum of squares, how many there are, and the weight of the new ones. */
    private static final Pointwise MEAN = pointwise(
            "mean",
            4,
            Expr.input(0).add(Expr.input(3).mul(Expr.input(1).div(Expr.input(2)).sub(Expr.input(0)))));

    private static final Pointwise DIV = pointwise("div", 2, Expr.input(0).div(Expr.input(1)));

    /** The gradient over the root of its size, which is at least the square of input 2. */
    private static final Pointwise SCALED = pointwise("scaled", 3, scaled(Expr.input(1), Expr.input(2)));

    /** The same with the size from rows (input 1), columns (3) and the mean of the rows (4). */
    private static final Pointwise FACTORED = pointwise(
            "factored",
            5,
            scaled(Expr.input(1).mul(Expr.input(3)).div(Expr.input(4).max(Expr.input(2))), Expr.input(2)));

    /** The length of the step: from the sums of squares of the value and the update, both over 4, the rate, eps, d. */
    private static final Pointwise LENGTH = pointwise(
            "length",
            6,
            larger(Expr.input(3), root(0))
                    .mul(Expr.input(2))
                    .div(larger(Expr.constant(1.0), root(1).div(Expr.input(5)))));

    private static final Pointwise NEXT = pointwise(
            "next", 4, Expr.input(0).mul(Expr.input(1)).sub(Expr.input(2).mul(Expr.input(3))));

    private Adafactor() {}

    private static Pointwise pointwise(String name, int arity, Expr expr) {
        return new Pointwise(name, arity, Pointwise.Result.SAME, expr);
    }

    private static Expr scaled(Expr size, Expr eps) {
        return Expr.constant(1.0).div(size.max(eps.mul(eps)).sqrt()).mul(Expr.input(0));
    }

    private static Expr root(int sum) {
        return Expr.input(sum).div(Expr.input(4)).sqrt();
    }

    /** As PyTorch compares its numbers: {@code least} where the other is NaN. */
    private static Expr larger(Expr least, Expr other) {
        return Expr.select(other.gt(least), other, least);
    }

    static void define(Family family) {
        family.define("adafactor(params: any, lr: float = 0.01, beta2_decay: float = -0.8,"
                        + " eps: any = (none, 0.001), d: float = 1.0, weight_decay: float = 0.0" + Optimizers.MAXIMIZE)
                .doc("Adafactor (Shazeer and Stern, 2018): steps relative to the size of each parameter, divided by"
                        + " the running size of the gradient, of which a matrix keeps its rows and columns only. d"
                        + " limits the size of a step, eps[0] (none: the precision of the dtype) that of a gradient"
                        + " and eps[1] that of a parameter from below.")
                .example("adafactor((param([1.]),)).eps", "(none, 0.001)")
                .is(Adafactor::make);
    }

    private static Object make(Args args) {
        if (!(args.get("eps") instanceof Tuple)) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "adafactor: eps " + Settings.BOUNDS + ", found " + Display.quoted(args.get("eps")))
                    .help("eps=(none, 0.001)");
        }
        return new Optimizer(args, new Wholesale(p -> {}, Adafactor::next));
    }

    private static Tensor next(Step step) {
        Tensor value = step.value();
        Tensor update = update(step);
        Tensor length = LENGTH.apply(
                squares(value),
                squares(update),
                step.number(DType.FLOAT64, Adafactor::rate),
                step.number(DType.FLOAT64, (s, state) -> s.item("eps", 1)),
                step.number(DType.FLOAT64, (s, state) -> value.elements()),
                step.number(DType.FLOAT64, (s, state) -> s.real("d")));
        return NEXT.apply(
                value,
                step.number((s, state) -> 1 - s.real("lr") * s.real("weight_decay")),
                Casts.to(length, value.dtype()),
                update);
    }

    /** Relative to the parameter's size; below 0 where what is optimised is made large. */
    private static double rate(Settings s, ParamGroup.State state) {
        double rate = Math.min(s.real("lr"), 1 / Math.sqrt(state.step()));
        return s.flag("maximize") ? -rate : rate;
    }

    private static Tensor squares(Tensor x) {
        return Casts.to(Reductions.sum(SQUARE.apply(x)), DType.FLOAT64);
    }

    /** The scaled gradient before it is limited. */
    private static Tensor update(Step step) {
        Tensor g = step.gradient();
        Shape shape = g.shape();
        Tensor weight = step.number((s, state) -> Math.pow(state.step(), s.real("beta2_decay")));
        Tensor eps = step.number((s, state) -> least(s, step.value().dtype()));
        Tensor squares = SQUARE.apply(g);
        if (shape.rank() < 2) {
            Tensor size = MEAN.apply(step.remembered("variance", shape), squares, step.number((s, state) -> 1), weight);
            return SCALED.apply(g, step.keep("variance", size), eps);
        }
        int row = shape.rank() - 2;
        int column = shape.rank() - 1;
        Tensor rows = mean(step, "row_var", squares, column, weight);
        Tensor columns = mean(step, "col_var", squares, row, weight);
        Tensor whole = DIV.apply(Reductions.sum(rows, row, true), step.number((s, state) -> shape.size(row)));
        return FACTORED.apply(g, rows, eps, columns, whole);
    }

    /** The running mean of the squares over one dim. */
    private static Tensor mean(Step step, String name, Tensor squares, int dim, Tensor weight) {
        Shape shape = squares.shape();
        Tensor before = step.remembered(name, shape.with(dim, 1));
        Tensor count = step.number((s, state) -> shape.size(dim));
        return step.keep(name, MEAN.apply(before, Reductions.sum(squares, dim, true), count, weight));
    }

    /** The first of eps; where it is none, the distance from 1 to the next number of the dtype. */
    private static double least(Settings settings, DType dtype) {
        double given = settings.item("eps", 0);
        return Double.isNaN(given) ? dtype == DType.FLOAT32 ? 0x1p-23 : 0x1p-52 : given;
    }
}
