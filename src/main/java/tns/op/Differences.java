package tns.op;

import java.util.ArrayList;
import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Reduction;
import tns.tensor.Tensor;

/** Numerical differences, running sums and what is made of them, along a dim. */
public final class Differences {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("differences and running sums");

    static {
        FAMILY.define("gradient(x: tensor, spacing: any = none, dim: ints = none, edge_order: int = 1)")
                .doc("The numerical slope along each dim by central differences, one-sided at the edges;"
                        + " for automatic derivatives see grad and backward.")
                .example("gradient([1., 4., 9., 16.])", "tensor([3., 4., 6., 7.])")
                .gradient("gradient(x)", "x: [4]")
                .gradient("gradient(x, spacing=([0., 1., 3., 4.5],), edge_order=2)", "x: [4]")
                .is(Differences::gradient);
        FAMILY.define("cumsum(x: tensor, dim: int, dtype: dtype = none)")
                .doc("The running sum along a dim.")
                .example("cumsum([1, 2, 3], 0)", "tensor([1, 3, 6])")
                .gradient("cumsum(x, 1)", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    Tensor cast = args.dtypeOrNull("dtype") == null ? x : Casts.to(x, args.dtypeOrNull("dtype"));
                    return runningSum(cast, x.shape().dim(args.integer("dim"), "cumsum"));
                });
    }

    private Differences() {}

    static Tensor runningSum(Tensor x, int dim) {
        if (x.rank() == 0) {
            return x.dtype().isFloat() ? x : Casts.to(x, tns.tensor.DType.INT64);
        }
        Tensor rows = Movement.moveDim(x.detach(), dim, x.rank() - 1);
        Tensor y = Tensor.room(x.device(), x.dtype().isFloat() ? x.dtype() : tns.tensor.DType.INT64, rows.shape());
        x.device().scan(Reduction.SUM, rows, y);
        Tensor back = Movement.moveDim(y, x.rank() - 1, dim);
        return Reductions.tracked(x)
                ? back.withOrigin(new Movement.ViewOrigin(
                        "cumsum", x, dy -> Movement.flip(runningSum(Movement.flip(dy, dim), dim), dim)))
                : back;
    }

    private static Object gradient(Args args) {
        Tensor x = ReductionOps.floating(args.tensor("x"));
        int[] dims = args.intsOrNull("dim");
        if (dims == null) {
            dims = Movement.identityOrder(x.rank());
        }
        int order = args.integer("edge_order");
        if (order != 1 && order != 2) {
            throw new TnsException(ErrorKind.VALUE, "gradient: edge_order must be 1 or 2, found " + order);
        }
        List<Object> slopes = new ArrayList<>();
        for (int i = 0; i < dims.length; i++) {
            int d = x.shape().dim(dims[i], "gradient");
            if (x.rank() == 0 || x.size(d) <= order) {
                throw new TnsException(
                                ErrorKind.SHAPE,
                                "gradient: dim " + d + " of " + x.describe() + " needs at least " + (order + 1)
                                        + " elements")
                        .help("grad(f) differentiates a function");
            }
            Object spacing = args.get("spacing");
            Object step = spacing instanceof Tuple t ? each(t, i, dims.length) : spacing;
            slopes.add(slope(x, d, step, order));
        }
        return slopes.size() == 1 ? slopes.getFirst() : Tuple.of(slopes);
    }

    private static Object each(Tuple spacing, int i, int dims) {
        if (spacing.size() != 1 && spacing.size() != dims) {
            throw new TnsException(ErrorKind.VALUE, "gradient: " + spacing.size() + " spacings for " + dims + " dims");
        }
        return spacing.get(spacing.size() == 1 ? 0 : i);
    }

    private static Tensor slope(Tensor x, int d, Object spacing, int order) {
        int n = x.size(d);
        if (spacing instanceof Tensor t && t.rank() == 1 && t.size(0) != n) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "gradient: " + t.size(0) + " coordinates for dim " + d + " of " + x.describe())
                    .help("there must be one for each element of the dim; a number is the distance of all");
        }
        Tensor steps = spacing instanceof Tensor t && t.rank() == 1
                ? between(along(ReductionOps.floating(t), x.rank(), d), d, 1)
                : Reductions.scalar(x, spacing == None.NONE ? 1.0 : number(spacing));
        boolean even = steps.rank() == 0;
        Tensor rise = between(x, d, 1);
        Tensor slopes = Arithmetic.DIV.apply(rise, steps);
        Tensor first = Movement.range(slopes, d, 0, 1);
        Tensor last = Movement.range(slopes, d, n - 2, n - 1);
        if (n == 2) {
            return Joining.cat(new Tensor[] {first, last}, d);
        }
        if (order == 2) {
            first = edge(slopes, steps, d, 0, 1);
            last = edge(slopes, steps, d, n - 2, n - 3);
        }
        // Between uneven neighbours the slopes on both sides are weighed by the step on the other side.
        Tensor left = Movement.range(slopes, d, 0, n - 2);
        Tensor right = Movement.range(slopes, d, 1, n - 1);
        Tensor middle;
        if (even) {
            Tensor twice = Arithmetic.ADD.apply(steps, steps);
            middle = Arithmetic.DIV.apply(between(x, d, 2), twice);
        } else {
            Tensor before = Movement.range(steps, d, 0, n - 2);
            Tensor after = Movement.range(steps, d, 1, n - 1);
            Tensor weighed =
                    Arithmetic.ADD.apply(Arithmetic.MUL.apply(left, after), Arithmetic.MUL.apply(right, before));
            middle = Arithmetic.DIV.apply(weighed, Arithmetic.ADD.apply(before, after));
        }
        return Joining.cat(new Tensor[] {first, middle, last}, d);
    }

    /** The slope at the end of the parabola through three points: {@code s0 + (s0 - s1) * h0 / (h0 + h1)}. */
    private static Tensor edge(Tensor slopes, Tensor steps, int d, int outer, int inner) {
        Tensor s0 = Movement.range(slopes, d, outer, outer + 1);
        Tensor s1 = Movement.range(slopes, d, inner, inner + 1);
        Tensor h0 = steps.rank() == 0 ? steps : Movement.range(steps, d, outer, outer + 1);
        Tensor h1 = steps.rank() == 0 ? steps : Movement.range(steps, d, inner, inner + 1);
        Tensor bend = Arithmetic.MUL.apply(Arithmetic.SUB.apply(s0, s1), h0);
        return Arithmetic.ADD.apply(s0, Arithmetic.DIV.apply(bend, Arithmetic.ADD.apply(h0, h1)));
    }

    /** {@code x[i + gap] - x[i]} along a dim. */
    private static Tensor between(Tensor x, int d, int gap) {
        int n = x.size(d);
        return Arithmetic.SUB.apply(Movement.range(x, d, gap, n), Movement.range(x, d, 0, n - gap));
    }

    private static Tensor along(Tensor coordinates, int rank, int d) {
        int[] sizes = new int[rank];
        java.util.Arrays.fill(sizes, 1);
        sizes[d] = coordinates.elements();
        return Movement.reshape(coordinates, tns.tensor.Shape.of(sizes));
    }

    private static double number(Object spacing) {
        return switch (spacing) {
            case Number n -> n.doubleValue();
            case Tensor t when t.elements() == 1 && t.item() instanceof Number n -> n.doubleValue();
            default ->
                throw new TnsException(
                        ErrorKind.VALUE,
                        "gradient: spacing must be a number or coordinates, found " + TypeName.describe(spacing));
        };
    }
}
