package tns.optim;

import java.util.ArrayList;
import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Casts;
import tns.op.Family;
import tns.op.None;
import tns.op.Pointwise;
import tns.op.Reductions;
import tns.op.ShapeOps;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** Limits on gradients between backward and step. */
final class Clipping {
    private static final Pointwise CLIP = new Pointwise(
            "clip", 3, Pointwise.Result.SAME, Expr.input(0).max(Expr.input(1)).min(Expr.input(2)));

    private static final Pointwise SCALE =
            new Pointwise("scale", 2, Pointwise.Result.SAME, Expr.input(0).mul(Expr.input(1)));
    private static final Pointwise SQUARE =
            new Pointwise("square", 1, Pointwise.Result.SAME, Expr.input(0).square());

    private static final Pointwise SIZE =
            new Pointwise("abs", 1, Pointwise.Result.SAME, Expr.input(0).abs());
    private static final Pointwise SUM =
            new Pointwise("add", 2, Pointwise.Result.SAME, Expr.input(0).add(Expr.input(1)));
    private static final Pointwise LARGER =
            new Pointwise("maximum", 2, Pointwise.Result.SAME, Expr.input(0).max(Expr.input(1)));
    private static final Pointwise POWER =
            new Pointwise("pow", 2, Pointwise.Result.SAME, Expr.input(0).pow(Expr.input(1)));
    /** What the gradients are multiplied by: at most 1. */
    private static final Pointwise FACTOR = new Pointwise(
            "factor",
            2,
            Pointwise.Result.SAME,
            Expr.input(1).div(Expr.input(0).add(Expr.constant(1e-6))).min(Expr.constant(1.0)));

    private Clipping() {}

    static void define(Family family) {
        family.define("clip_grad_norm(params: any, max_norm: float, norm_type: float = 2.0,"
                        + " error_if_nonfinite: bool = false)")
                .doc("Scales the gradients of the parameters down so that together their norm is at most max_norm;"
                        + " gives the norm before. norm_type=inf takes the largest element.")
                .example("p = param([3., 4.]); (p ** 2).sum().backward(); clip_grad_norm((p,), 5.)", "tensor(10.)")
                .is(Clipping::norm);
        family.define("clip_grad_value(params: any, clip_value: float)")
                .doc("Limits every element of the gradients to -clip_value..clip_value.")
                .example(
                        "p = param([3., -4.]); (p ** 2).sum().backward(); clip_grad_value((p,), 7.); p.grad",
                        "tensor([ 6., -7.])")
                .is(args -> {
                    double limit = args.real("clip_value");
                    for (Param p : withGradient(args)) {
                        Tensor g = gradient(p);
                        p.grad(CLIP.apply(g, scalar(g, -limit), scalar(g, limit)));
                    }
                    return None.NONE;
                });
    }

    private static List<Param> withGradient(Args args) {
        List<Param> found = new ArrayList<>();
        for (Param p : Params.of(args.name(), args.get("params"))) {
            if (p.lookAtGrad() != null) {
                found.add(p);
            }
        }
        return found;
    }

    private static Tensor gradient(Param p) {
        Tensor g = p.lookAtGrad();
        if (g == null) {
            throw new IllegalStateException("no gradient");
        }
        return g.detach();
    }

    private static Tensor scalar(Tensor like, double value) {
        return Tensor.scalar(like.device(), like.dtype(), value);
    }

    /** The sum over the elements of {@code |g| ** type}, or the largest {@code |g|}, in float64 where {@code g} is. */
    private static Tensor gathered(Tensor g, double type) {
        if (type == 2) {
            return Casts.to(Reductions.sum(SQUARE.apply(g)), DType.FLOAT64);
        }
        Tensor size = Casts.to(SIZE.apply(g), DType.FLOAT64);
        return Double.isInfinite(type) ? Reductions.max(size) : Reductions.sum(POWER.apply(size, scalar(size, type)));
    }

    /** The norm stays where the gradients are: nothing here waits for its number. */
    private static Object norm(Args args) {
        double type = args.real("norm_type");
        if (!(type > 0)) {
            throw new TnsException(ErrorKind.VALUE, "clip_grad_norm: norm_type must be above 0, found " + type)
                    .help("2 is the length, 1 the sum of sizes, inf the largest size");
        }
        List<Param> params = withGradient(args);
        if (params.isEmpty()) {
            return Tensor.scalar(args.context().device(), args.context().defaultDType(), 0);
        }
        Device home = gradient(params.getFirst()).device();
        DType dtype = gradient(params.getFirst()).dtype();
        Tensor norm = Tensor.scalar(home, DType.FLOAT64, 0);
        for (Param p : params) {
            Tensor g = gradient(p);
            dtype = DType.promote(dtype, g.dtype());
            if (g.elements() > 0) {
                Tensor part = ShapeOps.onDevice(gathered(g, type), home);
                norm = (Double.isInfinite(type) ? LARGER : SUM).apply(norm, part);
            }
        }
        if (!Double.isInfinite(type)) {
            norm = POWER.apply(norm, scalar(norm, 1 / type));
        }
        if (args.flag("error_if_nonfinite")) {
            double found = ((Number) norm.item()).doubleValue();
            if (!Double.isFinite(found)) {
                throw new TnsException(ErrorKind.VALUE, "clip_grad_norm: the norm of the gradients is " + found);
            }
        }
        Tensor factor = FACTOR.apply(norm, scalar(norm, args.real("max_norm")));
        for (Param p : params) {
            Tensor g = gradient(p);
            p.grad(SCALE.apply(g, Casts.to(ShapeOps.onDevice(factor, g.device()), g.dtype())));
        }
        return Casts.to(norm, dtype);
    }
}
