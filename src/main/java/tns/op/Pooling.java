package tns.op;

import java.util.Arrays;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Cells;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/** The greatest element and the mean of sliding windows over the last one to three dims. */
public final class Pooling {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("pooling");

    private static final Pointwise GREATER = new Family("pooling")
            .pointwise("greater(x, y)")
            .predicate()
            .is((x, y) -> x.gt(y).or(x.ne(x)));

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
                long reach = (long) dilation[d] * (kernel[d] - 1) + 1;
                if (padding[d] > reach / 2) {
                    throw new TnsException(
                                    ErrorKind.VALUE,
                                    op + ": padding " + padding[d] + " is more than half of the window of " + reach)
                            .help("such a window could hold nothing but padding; pad(x, …) adds more");
                }
                counts[d] = count(x.size(d + 2), reach, stride[d], padding[d], args.flag("ceil_mode"));
                if (reach > Integer.MAX_VALUE || counts[d] < 1 || x.size(d + 2) == 0 || x.size(1) == 0) {
                    throw new TnsException(
                            ErrorKind.SHAPE,
                            op + ": no window of " + Arrays.toString(kernel) + " fits into " + given.describe());
                }
            }
            return new Plan(x, kernel, stride, padding, dilation, counts, batched);
        }

        private static int count(int n, long reach, long stride, long padding, boolean ceil) {
            long room = n + 2 * padding - reach;
            long count = Math.floorDiv(room + (ceil ? stride - 1 : 0), stride) + 1;
            // A window that would start in the padding after the end is left out.
            return (int) (ceil && (count - 1) * stride >= n + padding ? count - 1 : count);
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

        /**
         * The positions in the plane of the greatest elements of {@code windows}, [n, c, windows, kernel]: of equal ones
         * the first, of NaNs the last, as PyTorch. Element by element of the window, for whole images at a time.
         */
        Tensor places(Tensor windows, double least) {
            Tensor greatest = element(windows, 0);
            Tensor within = Tensor.scalar(x.device(), DType.INT64, 0);
            int width = Shape.of(kernel).elements();
            for (int k = 1; k < width; k++) {
                Tensor each = element(windows, k);
                Tensor better = GREATER.apply(each, greatest);
                Tensor before = within;
                within = Comparison.WHERE.apply(better, Tensor.scalar(x.device(), DType.INT64, offset(k)), before);
                before.lost();
                if (k + 1 < width) {
                    Tensor less = greatest;
                    greatest = Comparison.WHERE.apply(better, each, less);
                    if (k > 1) {
                        less.lost();
                    }
                }
                better.lost();
            }
            Tensor corners = corners(false);
            Shape all = windows.shape().part(0, dims() + 2);
            Tensor sums = Arithmetic.ADD.apply(corners, within);
            Tensor places = Casts.duplicate(sums.window(sums.view().expand(all)));
            sums.lost();
            within.lost();
            if (Arrays.stream(padding).allMatch(n -> n == 0)) {
                return places;
            }
            // Where a window is all -inf, the padding's came first: its first real element stands for it.
            Tensor highest = Arithmetic.MAXIMUM.apply(greatest, element(windows, width - 1));
            Tensor nothing = Comparison.EQ.apply(highest, Reductions.scalar(highest, least));
            return Comparison.WHERE.apply(nothing, corners(true), places);
        }

        /** Element {@code k}, counted row-major, of every window. */
        private Tensor element(Tensor windows, int k) {
            View element = windows.view();
            int rest = k;
            for (int d = dims() - 1; d >= 0; d--) {
                element = element.select(d + 2 + dims(), rest % kernel[d]);
                rest /= kernel[d];
            }
            return windows.window(element);
        }

        /** How far element {@code k} of a window lies from its first one in the plane. */
        private long offset(int k) {
            long offset = 0;
            long step = 1;
            int rest = k;
            for (int d = dims() - 1; d >= 0; d--) {
                offset += step * (rest % kernel[d]) * dilation[d];
                rest /= kernel[d];
                step *= x.size(d + 2);
            }
            return offset;
        }

        /** Where each window starts in the plane, or, when {@code real}, has its first element that is not padding. */
        private Tensor corners(boolean real) {
            Tensor corners = null;
            long step = 1;
            for (int d = dims() - 1; d >= 0; d--) {
                long[] starts = new long[counts[d]];
                for (int i = 0; i < starts.length; i++) {
                    int skipped = real ? skipped(d, i) : 0;
                    starts[i] = step * (start(d, i) + skipped * dilation[d]);
                }
                Tensor each = vector(d, starts);
                corners = corners == null ? each : Arithmetic.ADD.apply(corners, each);
                step *= x.size(d + 2);
            }
            return java.util.Objects.requireNonNull(corners);
        }

        /** The sums of windows, dim by dim, for whole tensors at a time. */
        Tensor sums(Tensor source) {
            Tensor sum = padded(source, 0);
            for (int d = 0; d < dims(); d++) {
                sum = Windows.sum(sum, d + 2, kernel[d], stride[d]);
            }
            return sum;
        }

        /** What of x is in each window. */
        Cells[] cells() {
            Cells[] cells = new Cells[dims()];
            for (int d = 0; d < cells.length; d++) {
                int[] from = new int[counts[d]];
                int[] to = new int[counts[d]];
                for (int i = 0; i < from.length; i++) {
                    from[i] = start(d, i) + skipped(d, i) * dilation[d];
                    to[i] = Math.min(x.size(d + 2), start(d, i) + dilation[d] * (kernel[d] - 1) + 1);
                }
                cells[d] = new Cells(from, to, dilation[d]);
            }
            return cells;
        }

        /** Elements of a window that lie in the padding before the first. */
        private int skipped(int d, int i) {
            int start = start(d, i);
            return start < 0 ? (-start + dilation[d] - 1) / dilation[d] : 0;
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
        Cells[] cells = plan.cells();
        if (CellPooling.suits(x, cells)) {
            CellPooling.Greatest greatest = CellPooling.greatest(x, cells);
            Tensor values = plan.finished(greatest.values());
            return args.flag("return_indices") ? Tuple.of(values, plan.finished(greatest.places())) : values;
        }
        double least = x.dtype().isFloat() ? Double.NEGATIVE_INFINITY : Long.MIN_VALUE;
        Tensor windows = plan.padded(x.plain(), least);
        for (int d = 0; d < dims; d++) {
            windows = Windows.of(windows, d + 2, plan.kernel[d], plan.stride[d], plan.dilation[d]);
        }
        Tensor index = plan.places(windows, least);
        Tensor y = taken(x, index);
        if (args.flag("return_indices")) {
            return Tuple.of(plan.finished(y), plan.finished(index));
        }
        index.lost();
        return plan.finished(y);
    }

    /** The elements of x, [n, c, plane], at {@code index} [n, c, any], a position in the plane. */
    static Tensor taken(Tensor x, Tensor index) {
        Tensor flat = Movement.reshapeWithin(x, Shape.of(x.elements(), 1));
        Tensor rows = rows(x.shape(), index);
        Tensor taken = Movement.reshapeWithin(Selection.takeRows(flat, rows), index.shape());
        rows.lost();
        return taken;
    }

    /** What {@link #taken} gives back to an x of this shape: the sums of {@code y} at the places of {@code index}. */
    static Tensor placed(Tensor y, Tensor index, Shape shape) {
        Tensor rows = rows(shape, index);
        Tensor zeros = Tensor.allocate(y.device(), y.dtype(), Shape.of(shape.elements(), 1));
        Tensor source = Movement.reshape(y, Shape.of(y.elements(), 1));
        if (Reductions.tracked(y)) {
            return Movement.reshape(Selection.putRows(zeros, rows, source, true), shape);
        }
        y.device().put(zeros, rows, source, true);
        return Movement.reshape(zeros, shape);
    }

    /** Positions in the planes of a shape [n, c, plane] as positions in the whole. */
    private static Tensor rows(Shape shape, Tensor index) {
        int planes = shape.size(0) * shape.size(1);
        int size = planes == 0 ? 0 : shape.elements() / planes;
        long[] starts = new long[planes];
        for (int i = 0; i < planes; i++) {
            starts[i] = (long) i * size;
        }
        Tensor start = Tensor.upload(index.device(), DType.INT64, Shape.of(planes, 1), starts);
        int each = planes == 0 ? 0 : index.elements() / planes;
        Tensor rows = Arithmetic.ADD.apply(Movement.reshapeWithin(index, Shape.of(planes, each)), start);
        start.lost();
        return Movement.reshapeWithin(rows, Shape.of(rows.elements()));
    }

    private static Object mean(Args args, int dims) {
        Plan plan = Plan.of(args, dims, false);
        Object override = dims == 1 ? None.NONE : args.get("divisor_override");
        if (override instanceof Long zero && zero == 0) {
            throw new TnsException(ErrorKind.VALUE, args.name() + ": divisor_override must not be 0");
        }
        Cells[] cells = plan.cells();
        Tensor sum = CellPooling.suits(plan.x, cells)
                ? CellPooling.sums(plan.x, cells, () -> plan.sums(plan.x.plain()))
                : plan.sums(plan.x);
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
