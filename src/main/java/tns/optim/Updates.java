package tns.optim;

import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.op.Pointwise;
import tns.tensor.Tensor;

/** The elementwise formulas of the optimisers, each one fused pass; host scalars are computed in double, as PyTorch does. */
final class Updates {
    private static final Pointwise SCALED = new Pointwise("scaled", 2, Pointwise.Result.SAME, in(0).mul(in(1)));
    private static final Pointwise ADD_SCALED =
            new Pointwise("add_scaled", 3, Pointwise.Result.SAME, in(0).add(in(1).mul(in(2))));
    private static final Pointwise LERP =
            new Pointwise("lerp", 3, Pointwise.Result.SAME, in(0).add(in(2).mul(in(1).sub(in(0)))));
    private static final Pointwise SQUARES = new Pointwise(
            "squares",
            4,
            Pointwise.Result.SAME,
            in(0).mul(in(2)).add(in(1).mul(in(1)).mul(in(3))));
    private static final Pointwise GREATER = new Pointwise("greater", 2, Pointwise.Result.SAME, in(0).max(in(1)));
    private static final Pointwise ADAM = new Pointwise(
            "adam",
            6,
            Pointwise.Result.SAME,
            in(0).add(in(1).mul(in(5)).div(in(2).sqrt().div(in(3)).add(in(4)))));
    private static final Pointwise RMS = new Pointwise(
            "rms", 3, Pointwise.Result.SAME, in(0).div(in(1).sqrt().add(in(2))));
    private static final Pointwise VARIANCE =
            new Pointwise("variance", 2, Pointwise.Result.SAME, in(0).sub(in(1).mul(in(1))));

    private Updates() {}

    private static Expr in(int i) {
        return Expr.input(i);
    }

    private static Tensor scalar(Tensor like, double value) {
        return Tensor.scalar(like.device(), like.dtype(), value);
    }

    private static Tensor zeros(Tensor like) {
        return Tensor.allocate(like.device(), like.dtype(), like.shape());
    }

    /** x * factor. */
    static Tensor scaled(Tensor x, double factor) {
        return SCALED.apply(x, scalar(x, factor));
    }

    /** x + factor * y. */
    static Tensor addScaled(Tensor x, Tensor y, double factor) {
        return ADD_SCALED.apply(x, y, scalar(x, factor));
    }

    /** m + weight * (g - m), from zeros at first. */
    static Tensor lerp(@Nullable Tensor m, Tensor g, double weight) {
        return LERP.apply(m == null ? zeros(g) : m, g, scalar(g, weight));
    }

    /** v * beta + (1 - beta) * g * g, from zeros at first. */
    static Tensor addScaledSquare(@Nullable Tensor v, Tensor g, double beta) {
        return SQUARES.apply(v == null ? zeros(g) : v, g, scalar(g, beta), scalar(g, 1 - beta));
    }

    static Tensor greater(Tensor x, Tensor y) {
        return GREATER.apply(x, y);
    }

    /** p + step * m / (sqrt(v) / root + eps). */
    static Tensor adam(Tensor p, Tensor m, Tensor v, double root, double eps, double step) {
        return ADAM.apply(p, m, v, scalar(p, root), scalar(p, eps), scalar(p, step));
    }

    /** g / (sqrt(square - mean²) + eps). */
    static Tensor rms(Tensor g, Tensor square, @Nullable Tensor mean, double eps) {
        return RMS.apply(g, mean == null ? square : VARIANCE.apply(square, mean), scalar(g, eps));
    }
}
