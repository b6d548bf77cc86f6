package tns.optim;

import java.util.ArrayList;
import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Family;
import tns.op.None;
import tns.op.Pointwise;
import tns.op.Reductions;
import tns.tensor.DType;
import tns.tensor.HostArray;
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
            if (p.grad() != null) {
                found.add(p);
            }
        }
        return found;
    }

    private static Tensor gradient(Param p) {
        Tensor g = p.grad();
        if (g == null) {
            throw new IllegalStateException("no gradient");
        }
        return g.detach();
    }

    private static Tensor scalar(Tensor like, double value) {
        return Tensor.scalar(like.device(), like.dtype(), value);
    }

    private static double gathered(double before, double[] elements, double type) {
        double total = before;
        for (double x : elements) {
            double size = Math.abs(x);
            total = Double.isInfinite(type) ? Math.max(total, size) : total + Math.pow(size, type);
        }
        return total;
    }

    private static Object norm(Args args) {
        double type = args.real("norm_type");
        if (!(type > 0)) {
            throw new TnsException(ErrorKind.VALUE, "clip_grad_norm: norm_type must be above 0, found " + type)
                    .help("2 is the length, 1 the sum of sizes, inf the largest size");
        }
        List<Param> params = withGradient(args);
        double total = 0;
        DType dtype = args.context().defaultDType();
        for (Param p : params) {
            Tensor g = gradient(p);
            dtype = p == params.get(0) ? g.dtype() : DType.promote(dtype, g.dtype());
            total = type == 2
                    ? total + ((Number) Reductions.sum(SQUARE.apply(g)).item()).doubleValue()
                    : gathered(total, HostArray.doubles(g), type);
        }
        double norm = Double.isInfinite(type) ? total : Math.pow(total, 1 / type);
        if (args.flag("error_if_nonfinite") && !Double.isFinite(norm)) {
            throw new TnsException(ErrorKind.VALUE, "clip_grad_norm: the norm of the gradients is " + norm);
        }
        double scale = Math.min(1, args.real("max_norm") / (norm + 1e-6));
        for (Param p : params) {
            Tensor g = gradient(p);
            p.grad(SCALE.apply(g, scalar(g, scale)));
        }
        return Tensor.scalar(args.context().cpu(), dtype, norm);
    }
}
