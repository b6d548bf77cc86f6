package tns.op;

import java.util.Arrays;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The greatest element and the mean of sliding windows over the last one to three dims. */
public final class Pooling {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("pooling");

    static {
        for (int dims = 1; dims <= 3; dims++) {
            max(dims);
            average(dims);
        }
    }

    private Pooling() {}

    private static void max(int dims) {
        FAMILY.define("max_pool" + dims + "d(x: tensor, kernel_size: ints, stride: ints = none, padding: ints = 0,"
                        + " dilation: ints = 1, ceil_mode: bool = false, return_indices: bool = false)")
                .doc("The greatest element of each window, kernel_size apart unless a stride is given;"
                        + " return_indices adds its position in the input's plane.")
                .example(
                        "max_pool" + dims + "d(arange(4.).reshape(1, " + "1, ".repeat(dims - 1) + "4), "
                                + (dims == 1 ? "2" : "(" + "1, ".repeat(dims - 1) + "2)") + ")",
                        "tensor([[" + "[".repeat(dims - 1) + "1., 3.]" + "]".repeat(dims) + ")")
                .gradient(
                        "max_pool" + dims + "d(x, 2, stride=1, padding=1, dilation=2)",
                        "x: [2" + ", 3".repeat(dims) + "]")
                .is(args -> maximum(args, dims));
    }

    private static void average(int dims) {
        FAMILY.define("avg_pool" + dims + "d(x: tensor, kernel_size: ints, stride: ints = none, padding: ints = 0,"
                        + " ceil_mode: bool = false, count_include_pad: bool = true"
                        + (dims == 1 ? ")" : ", divisor_override: int = none)"))
                .doc("The mean of each window, kernel_size apart unless a stride is given; padding counts as zeros"
                        + " unless count_include_pad is false.")
                .example(
                        "avg_pool" + dims + "d(arange(4.).reshape(1, " + "1, ".repeat(dims - 1) + "4), "
                                + (dims == 1 ? "2" : "(" + "1, ".repeat(dims - 1) + "2)") + ")",
                        "tensor([[" + "[".repeat(dims - 1) + "0.5000, 2.5000]" + "]".repeat(dims) + ")")
                .gradient(
                        "avg_pool" + dims + "d(x, 2, stride=1, padding=1, count_include_pad=false)",
                        "x: [2" + ", 3".repeat(dims) + "]")
                .gradient("avg_pool" + dims + "d(x, 3, stride=2, ceil_mode=true)", "x: [1" + ", 4".repeat(dims) + "]")
                .is(args -> mean(args, dims));
    }

    /** The arguments common to all poolings, and how many windows they give along each dim. */
    private record Plan(
            Tensor x, int[] kernel, int[] stride, int[] padding, int[] dilation, int[] counts, boolean batched) {
        static Plan of(Args args, int dims, boolean dilated) {
            Tensor given = args.tensor("x");
            String op = args.name();
            if (given.rank() != dims + 1 && given.rank() != dims + 2 || given.dtype() == DType.BOOL) {
                throw new TnsException(
                        given.dtype() == DType.BOOL ? ErrorKind.DTYPE : ErrorKind.SHAPE,
                        op + ": expected numbers in [n, channels, " + "size, ".repeat(dims - 1)
                                + "size] or without n, found " + given.describe());
            }
            boolean batched = given.rank() == dims + 2;
            Tensor x = batched ? given : Movement.unsqueeze(given, 0);
            int[] kernel = Windows.perDim(args, "kernel_size", dims, 1);
            int[] chosen = args.intsOrNull("stride");
            int[] stride = chosen == null || chosen.length == 0 ? kernel : Windows.perDim(args, "stride", dims, 1);
            int[] padding = Windows.perDim(args, "padding", dims, 0);
            int[] dilation = kernel.clone();
            Arrays.fill(dilation, 1);
            if (dilated) {
                dilation = Windows.perDim(args, "dilation", dims, 1);
            }
            int[] counts = new int[dims];
            for (int d = 0; d < dims; d++) {
                int reach = dilation[d] * (kernel[d] - 1) + 1;
                if (padding[d] > reach / 2) {
                    throw new TnsException(
                                    ErrorKind.VALUE,
                                    op + ": padding " + padding[d] + " is more than half of the window of " + reach)
                            .help("such a window could hold nothing but padding; pad(x, …) adds more");
                }
                counts[d] = count(x.size(d + 2), reach, stride[d], padding[d], args.flag("ceil_mode"));
                if (counts[d] < 1 || x.size(d + 2) == 0 || x.size(1) == 0) {
                    throw new TnsException(
                            ErrorKind.SHAPE,
                            op + ": no window of " + Arrays.toString(kernel) + " fits into " + given.describe());
                }
            }
            return new Plan(x, kernel, stride, padding, dilation, counts, batched);
        }

        private static int count(int n, int reach, int stride, int padding, boolean ceil) {
            int room = n + 2 * padding - reach;
            int count = Math.floorDiv(room + (ceil ? stride - 1 : 0), stride) + 1;
            // A window that would start in the padding after the end is left out.
            return ceil && (count - 1) * stride >= n + padding ? count - 1 : count;
        }

        int dims() {
            return kernel.length;
        }

        int start(int d, int i) {
            return i * stride[d] - padding[d];
        }

        /** x with {@code value} around, as far as the windows reach. */
        Tensor padded(Tensor source, double value) {
            int[] before = new int[x.rank()];
            int[] after = new int[x.rank()];
            for (int d = 0; d < dims(); d++) {
                before[d + 2] = padding[d];
                int end = start(d, counts[d] - 1) + dilation[d] * (kernel[d] - 1) + 1;
                after[d + 2] = end - x.size(d + 2);
            }
            return Padding.constant(source, before, after, value);
        }

        Tensor finished(Tensor y) {
            return batched ? y : Movement.squeeze(y, 0);
        }

        Tensor vector(int d, long[] values) {
            int[] sizes = new int[dims()];
            Arrays.fill(sizes, 1);
            sizes[d] = values.length;
            return Tensor.upload(x.device(), DType.INT64, Shape.of(sizes), values);
        }
    }

    private static Object maximum(Args args, int dims) {
        Plan plan = Plan.of(args, dims, true);
        Tensor x = plan.x;
        double least = x.dtype().isFloat() ? Double.NEGATIVE_INFINITY : Long.MIN_VALUE;
        Tensor windows = plan.padded(x.detach(), least);
        for (int d = 0; d < dims; d++) {
            windows = Windows.of(windows, d + 2, plan.kernel[d], plan.stride[d], plan.dilation[d]);
        }
        int[] folded = new int[dims];
        for (int d = 0; d < dims; d++) {
            folded[d] = dims + 2 + d;
        }
        Tensor place = Reductions.position(Reduction.ARGMAX, windows, Dims.of(windows, folded, false), args.name());
        Tensor index = inPlane(plan, place);
        Tensor y = taken(x, index);
        return args.flag("return_indices") ? Tuple.of(plan.finished(y), plan.finished(index)) : plan.finished(y);
    }

    /** From positions in windows to positions in the input's plane, both row-major. */
    private static Tensor inPlane(Plan plan, Tensor place) {
        Tensor index = null;
        Tensor rest = place;
        int step = 1;
        for (int d = plan.dims() - 1; d >= 0; d--) {
            Tensor within = d == 0 ? rest : Arithmetic.REMAINDER.apply(rest, Reductions.scalar(rest, plan.kernel[d]));
            rest = d == 0 ? rest : Arithmetic.FLOOR_DIVIDE.apply(rest, Reductions.scalar(rest, plan.kernel[d]));
            long[] starts = new long[plan.counts[d]];
            for (int i = 0; i < starts.length; i++) {
                starts[i] = plan.start(d, i);
            }
            Tensor at = Arithmetic.ADD.apply(
                    Arithmetic.MUL.apply(within, Reductions.scalar(within, plan.dilation[d])), plan.vector(d, starts));
            // Where all of a window is -inf, the padding's -inf is first: the nearest real element stands for it.
            Tensor inside = Arithmetic.MINIMUM.apply(
                    Arithmetic.MAXIMUM.apply(at, Reductions.scalar(at, 0)),
                    Reductions.scalar(at, plan.x.size(d + 2) - 1));
            Tensor term = Arithmetic.MUL.apply(inside, Reductions.scalar(inside, step));
            index = index == null ? term : Arithmetic.ADD.apply(index, term);
            step *= plan.x.size(d + 2);
        }
        return java.util.Objects.requireNonNull(index);
    }

    /** The elements of x, [n, c, plane], at {@code index} [n, c, any], a position in the plane. */
    static Tensor taken(Tensor x, Tensor index) {
        int planes = x.size(0) * x.size(1);
        int size = planes == 0 ? 0 : x.elements() / planes;
        long[] starts = new long[planes];
        for (int i = 0; i < planes; i++) {
            starts[i] = (long) i * size;
        }
        Tensor start = Tensor.upload(x.device(), DType.INT64, Shape.of(planes, 1), starts);
        int each = planes == 0 ? 0 : index.elements() / planes;
        Tensor rows = Arithmetic.ADD.apply(Movement.reshape(index, Shape.of(planes, each)), start);
        Tensor flat = Movement.reshape(x, Shape.of(x.elements(), 1));
        return Movement.reshape(
                Selection.takeRows(flat, Movement.reshape(rows, Shape.of(rows.elements()))), index.shape());
    }

    private static Object mean(Args args, int dims) {
        Plan plan = Plan.of(args, dims, false);
        Object override = dims == 1 ? None.NONE : args.get("divisor_override");
        if (override instanceof Long zero && zero == 0) {
            throw new TnsException(ErrorKind.VALUE, args.name() + ": divisor_override must not be 0");
        }
        Tensor sum = plan.padded(plan.x, 0);
        for (int d = 0; d < dims; d++) {
            Tensor windows = Windows.of(sum, d + 2, plan.kernel[d], plan.stride[d], 1);
            sum = Reductions.sum(windows, Dims.of(windows, windows.rank() - 1, false));
        }
        Tensor count = override instanceof Long n
                ? Tensor.scalar(sum.device(), DType.INT64, n)
                : counts(plan, args.flag("count_include_pad"));
        Tensor divisor = Casts.to(count, sum.dtype());
        return plan.finished(
                sum.dtype().isFloat()
                        ? Arithmetic.DIV.apply(sum, divisor)
                        : Arithmetic.TRUNC_DIVIDE.apply(sum, divisor));
    }

    private static Tensor counts(Plan plan, boolean withPadding) {
        Tensor product = null;
        for (int d = 0; d < plan.dims(); d++) {
            long[] counts = new long[plan.counts[d]];
            int margin = withPadding ? plan.padding[d] : 0;
            for (int i = 0; i < counts.length; i++) {
                int start = Math.max(plan.start(d, i), -margin);
                int end = Math.min(plan.start(d, i) + plan.kernel[d], plan.x.size(d + 2) + margin);
                counts[i] = (long) end - start;
            }
            Tensor each = plan.vector(d, counts);
            product = product == null ? each : Arithmetic.MUL.apply(product, each);
        }
        return java.util.Objects.requireNonNull(product);
    }
}
