package tns.op;

import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Running products and extremes, differences of neighbours, and areas under sampled curves, along a dim. */
public final class Cumulative {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("differences and running sums");

    static {
        FAMILY.define("cumprod(x: tensor, dim: int, dtype: dtype = none)")
                .doc("The running product along a dim; its gradient is exact with zeros too.")
                .example("cumprod([1, 2, 3], 0)", "tensor([1, 2, 6])")
                .gradient("cumprod(x, 1)", "x: [2, 3]")
                .gradient("cumprod(x * [1, 0, 1, 1, 1], 0)", "x: [5]")
                .is(args -> {
                    DType dtype = args.dtypeOrNull("dtype");
                    Tensor x = args.tensor("x");
                    int dim = x.shape().dim(args.integer("dim"), "cumprod");
                    return runningProduct(dtype == null ? x : Casts.to(x, dtype), dim);
                });
        runningExtreme("cummax", 1, "tensor([1, 3, 3])", "greatest");
        runningExtreme("cummin", -1, "tensor([1, 1, 1])", "least");
        FAMILY.define("logcumsumexp(x: tensor, dim: int)")
                .doc("log(cumsum(exp(x))) along a dim, without overflow.")
                .example("logcumsumexp([0., 0., 0.], 0)", "tensor([0.0000, 0.6931, 1.0986])")
                .gradient("logcumsumexp(x, 1)", "x: [2, 4]")
                .is(args -> {
                    Tensor x = ReductionOps.floating(args.tensor("x"));
                    int dim = x.shape().dim(args.integer("dim"), "logcumsumexp");
                    return x.rank() == 0 ? x : doubling(x, dim, SpecialFunctions.LOGADDEXP);
                });
        FAMILY.define("diff(x: tensor, n: int = 1, dim: int = -1, prepend: tensor = none, append: tensor = none)")
                .doc("The differences of neighbours along a dim, taken n times; of bools, whether they differ.")
                .example("diff([1, 4, 9, 16])", "tensor([3, 5, 7])")
                .example("diff([1, 4, 9], prepend=[0])", "tensor([1, 3, 5])")
                .gradient("diff(x, n=2, dim=0)", "x: [4, 2]")
                .gradient("diff(x, prepend=y, append=z)", "x: [2, 3]", "y: [2, 1]", "z: [2, 2]")
                .is(Cumulative::diff);
        FAMILY.define("trapezoid(y: tensor, x: tensor = none, dx: float = none, dim: int = -1)")
                .doc("The area under samples y along a dim by the trapezoid rule, dx apart or at the places x.")
                .example("trapezoid([1., 2., 3.])", "tensor(4.)")
                .example("trapezoid([1., 2., 3.], x=[0., 1., 3.])", "tensor(6.5000)")
                .alias("trapz")
                .gradient("trapezoid(y, x)", "y: [2, 3]", "x: [3]")
                .gradient("trapezoid(y, dx=0.5, dim=0)", "y: [3, 2]")
                .is(args -> {
                    Tensor areas = areas(args, "trapezoid");
                    return Reductions.sum(areas, Dims.of(areas, dim(args, areas, "trapezoid"), false));
                });
        FAMILY.define("cumulative_trapezoid(y: tensor, x: tensor = none, dx: float = none, dim: int = -1)")
                .doc("The running area under samples y along a dim, one result fewer than samples.")
                .example("cumulative_trapezoid([1., 2., 3.])", "tensor([1.5000, 4.0000])")
                .gradient("cumulative_trapezoid(y, x)", "y: [2, 3]", "x: [2, 3]")
                .is(args -> {
                    Tensor areas = areas(args, "cumulative_trapezoid");
                    return Differences.runningSum(areas, dim(args, areas, "cumulative_trapezoid"));
                });
    }

    private Cumulative() {}

    private static int dim(Args args, Tensor x, String op) {
        return x.shape().dim(args.integer("dim"), op);
    }

    static Tensor runningProduct(Tensor x, int dim) {
        Tensor factors = x.dtype().isFloat() ? x : Casts.to(x, DType.INT64);
        if (x.rank() == 0) {
            return factors;
        }
        if (Reductions.tracked(factors)) {
            // Products of products: no division, so zeros need no care, and every derivative is one of products.
            return doubling(factors, dim, Arithmetic.MUL);
        }
        Tensor rows = Movement.moveDim(factors.detach(), dim, x.rank() - 1);
        Tensor y = Tensor.room(x.device(), factors.dtype(), rows.shape());
        x.device().scan(Reduction.PROD, rows, y);
        return Movement.moveDim(y, x.rank() - 1, dim);
    }

    /** The running value of an associative operation, in log2(n) steps over the whole dim (Hillis and Steele, 1986). */
    private static Tensor doubling(Tensor x, int dim, Pointwise operation) {
        Tensor y = x;
        int n = x.size(dim);
        for (int step = 1; step < n; step *= 2) {
            Tensor begin = Movement.range(y, dim, 0, step);
            Tensor rest = operation.apply(Movement.range(y, dim, step, n), Movement.range(y, dim, 0, n - step));
            y = Joining.cat(new Tensor[] {begin, rest}, dim);
        }
        return y;
    }

    private static void runningExtreme(String name, int sign, String result, String word) {
        FAMILY.define(name + "(x: tensor, dim: int)")
                .doc("The pair (values, indices) of the " + word
                        + " element so far along a dim, the latest of equals; NaN wins.")
                .example(name + "([1, 3, 2], 0).values", result)
                .gradient(name + "(x, 1).values", "x: [2, 4]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    return runningExtreme(x, x.shape().dim(args.integer("dim"), name), sign);
                });
    }

    private static Tuple runningExtreme(Tensor x, int dim, int sign) {
        List<String> names = List.of("values", "indices");
        if (x.rank() == 0) {
            return Tuple.named(names, x, Tensor.scalar(x.device(), DType.INT64, 0));
        }
        int last = x.rank() - 1;
        Tensor rows = Movement.moveDim(x.detach(), dim, last);
        int n = x.size(dim);
        boolean ints = !x.dtype().isFloat();
        double[] reals = ints ? new double[0] : HostArray.doubles(rows);
        long[] whole = ints ? HostArray.longs(rows) : new long[0];
        long[] places = new long[rows.elements()];
        for (int i = 0; i < places.length; i++) {
            int start = i - i % n;
            int best = start + (i == start ? 0 : (int) places[i - 1]);
            boolean later = ints
                    ? (sign > 0 ? whole[i] >= whole[best] : whole[i] <= whole[best])
                    : Double.isNaN(reals[i])
                            || !Double.isNaN(reals[best]) && (reals[i] - reals[best]) * sign >= 0
                            || reals[i] == reals[best];
            places[i] = later ? i - start : best - start;
        }
        Tensor indices = Movement.moveDim(Tensor.upload(x.device(), DType.INT64, rows.shape(), places), last, dim);
        return Tuple.named(names, Selection.gather(x, dim, indices), indices);
    }

    private static Object diff(Args args) {
        Tensor x = args.tensor("x");
        if (x.rank() == 0) {
            throw new TnsException(ErrorKind.SHAPE, "diff: a 0-d tensor has no neighbours");
        }
        int n = args.integer("n");
        if (n < 0) {
            throw new TnsException(ErrorKind.VALUE, "diff: n must not be negative, found " + n);
        }
        int dim = dim(args, x, "diff");
        if (n == 0) {
            return x;
        }
        Tensor before = args.tensorOrNull("prepend");
        Tensor after = args.tensorOrNull("append");
        Tensor y = before == null ? x : Joining.cat(new Tensor[] {before, x}, dim);
        y = after == null ? y : Joining.cat(new Tensor[] {y, after}, dim);
        for (int i = 0; i < n && y.size(dim) > 0; i++) {
            Tensor later = Movement.range(y, dim, 1, y.size(dim));
            Tensor earlier = Movement.range(y, dim, 0, y.size(dim) - 1);
            y = (y.dtype() == DType.BOOL ? Comparison.LOGICAL_XOR : Arithmetic.SUB).apply(later, earlier);
        }
        return y;
    }

    /** The area between every two neighbouring samples. */
    private static Tensor areas(Args args, String op) {
        Tensor y = ReductionOps.floating(args.tensor("y"));
        Tensor x = args.tensorOrNull("x");
        if (y.rank() == 0) {
            throw new TnsException(ErrorKind.SHAPE, op + ": needs samples along a dim, found " + y.describe());
        }
        if (x != null && args.has("dx")) {
            throw new TnsException(ErrorKind.VALUE, op + ": x and dx are both given")
                    .help("x are the places of the samples, dx is their distance");
        }
        int dim = dim(args, y, op);
        if (y.size(dim) < 2) {
            return Movement.range(y, dim, 0, 0);
        }
        Tensor widths =
                x == null ? Reductions.scalar(y, args.has("dx") ? args.real("dx") : 1.0) : widths(x, y, dim, op);
        Tensor sums = Arithmetic.ADD.apply(
                Movement.range(y, dim, 0, y.size(dim) - 1), Movement.range(y, dim, 1, y.size(dim)));
        return Arithmetic.MUL.apply(
                Arithmetic.MUL.apply(sums, Reductions.scalar(sums, 0.5)), Casts.to(widths, y.dtype()));
    }

    private static Tensor widths(Tensor places, Tensor y, int dim, String op) {
        Tensor x = places;
        if (x.rank() == 1) {
            x = Movement.reshape(x, alone(y.rank(), dim, x.size(0)));
        }
        while (x.rank() < y.rank()) {
            x = Movement.unsqueeze(x, 0);
        }
        if (x.rank() != y.rank() || x.size(dim) != y.size(dim)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            op + ": x has shape " + places.shape() + ", but the samples have " + y.shape()
                                    + ", along dim " + dim)
                    .argument(1);
        }
        return Arithmetic.SUB.apply(Movement.range(x, dim, 1, x.size(dim)), Movement.range(x, dim, 0, x.size(dim) - 1));
    }

    /** A shape of {@code rank} dims of size 1, but {@code size} at {@code dim}. */
    static Shape alone(int rank, int dim, int size) {
        int[] sizes = new int[rank];
        java.util.Arrays.fill(sizes, 1);
        sizes[dim] = size;
        return Shape.of(sizes);
    }
}
