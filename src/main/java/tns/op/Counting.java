package tns.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Which values there are, how often, and where a value belongs in an ordered row; results carry no gradient. */
public final class Counting {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("counting and searching");

    static {
        FAMILY.define("unique(x: tensor, sorted: bool = true, return_inverse: bool = false,"
                        + " return_counts: bool = false, dim: int = none)")
                .doc("The different elements in order, or the different slices along a dim; on request with the"
                        + " place of every element among them and how often each occurs.")
                .example("unique([3, 1, 3, 2])", "tensor([1, 2, 3])")
                .example(
                        "unique([3, 1, 3], return_inverse=true, return_counts=true)",
                        "(tensor([1, 3]), tensor([1, 0, 1]), tensor([1, 2]))")
                .is(args -> unique(args, "unique", true));
        FAMILY.define("unique_consecutive(x: tensor, return_inverse: bool = false, return_counts: bool = false,"
                        + " dim: int = none)")
                .doc("The elements without those equal to the one before, or the slices along a dim.")
                .example("unique_consecutive([1, 1, 2, 1])", "tensor([1, 2, 1])")
                .is(args -> unique(args, "unique_consecutive", false));
        FAMILY.define("bincount(x: tensor, weights: tensor = none, minlength: int = 0)")
                .doc("How often each int from 0 on occurs, or the sum of its weights.")
                .example("bincount([0, 2, 2])", "tensor([1, 0, 2])")
                .is(Counting::bincount);
        FAMILY.define("histc(x: tensor, bins: int = 100, min: float = 0, max: float = 0)")
                .doc("How many elements fall into each of the equal bins from min to max, or over all elements.")
                .example("histc([1., 2., 1.], bins=4, min=0, max=4)", "tensor([0., 2., 1., 0.])")
                .is(Counting::histogram);
        FAMILY.define("searchsorted(sorted: tensor, values: tensor, right: bool = false, side: string = none)")
                .doc("Where values belong in ordered rows: before their equals, or behind them with right=true.")
                .example("searchsorted([1, 3, 5], [3, 4])", "tensor([1, 2])")
                .is(args -> {
                    boolean right = args.flag("right");
                    if (args.has("side")) {
                        right = args.text("side").equals("right");
                    }
                    return search(args.tensor("sorted"), args.tensor("values"), right, "searchsorted");
                });
        FAMILY.define("bucketize(x: tensor, boundaries: tensor, right: bool = false)")
                .doc("The number of the interval between ordered boundaries that each element falls into.")
                .example("bucketize([0, 3, 9], [1, 3, 5])", "tensor([0, 1, 3])")
                .is(args -> {
                    Tensor boundaries = args.tensor("boundaries");
                    if (boundaries.rank() != 1) {
                        throw new TnsException(
                                ErrorKind.SHAPE,
                                "bucketize: the boundaries must have 1 dim, found " + boundaries.describe());
                    }
                    return search(boundaries, args.tensor("x"), args.flag("right"), "bucketize");
                });
        FAMILY.define("isin(elements: tensor, test_elements: tensor, invert: bool = false)")
                .doc("True where an element is among the test elements.")
                .example("isin([1, 2, 3], [2, 5])", "tensor([false,  true, false])")
                .is(args -> {
                    Tensor x = args.tensor("elements").detach();
                    Tensor among = args.tensor("test_elements").detach();
                    Tensor wide = Movement.unsqueeze(x, x.rank());
                    Tensor row = Movement.reshape(among, Shape.of(among.elements()));
                    Tensor equal = Comparison.EQ.apply(wide, row);
                    Tensor found = Reductions.truth(Reduction.MAX, equal, Dims.of(equal, equal.rank() - 1, false));
                    return args.flag("invert") ? Comparison.LOGICAL_NOT.apply(found) : found;
                });
        FAMILY.define("argwhere(x: tensor)")
                .doc("The positions of the elements that are not 0, one row of indices each.")
                .example("argwhere([0, 5, 7])", "tensor([[1],\n        [2]])")
                .is(args -> Masks.positions(args.tensor("x").detach()));
    }

    private Counting() {}

    /** Rows of numbers to compare: ints exactly, floats as doubles, in which NaN equals nothing. */
    private record Table(double[] reals, long[] whole, int width) {
        static Table of(Tensor rows, int width) {
            boolean real = rows.dtype().isFloat();
            return new Table(
                    real ? HostArray.doubles(rows) : new double[0], real ? new long[0] : HostArray.longs(rows), width);
        }

        int compare(int a, int b) {
            for (int i = 0; i < width; i++) {
                int at = a * width + i;
                int to = b * width + i;
                int order = whole.length > 0
                        ? Long.compare(whole[at], whole[to])
                        : reals[at] == reals[to] ? 0 : Double.compare(reals[at], reals[to]);
                if (order != 0) {
                    return order;
                }
            }
            return 0;
        }

        boolean equal(int a, int b) {
            for (int i = 0; i < width; i++) {
                boolean same = whole.length > 0
                        ? whole[a * width + i] == whole[b * width + i]
                        : reals[a * width + i] == reals[b * width + i];
                if (!same) {
                    return false;
                }
            }
            return true;
        }
    }

    private static Object unique(Args args, String op, boolean sort) {
        Tensor x = args.tensor("x").detach();
        boolean slices = args.has("dim");
        int dim = slices ? x.shape().dim(args.integer("dim"), op) : 0;
        Tensor items =
                slices && x.rank() > 0 ? Movement.moveDim(x, dim, 0) : Movement.reshape(x, Shape.of(x.elements()));
        int n = items.size(0);
        int width = n == 0 ? 0 : items.elements() / n;
        if (slices && n > 0 && width == 0) {
            throw new TnsException(ErrorKind.SHAPE, op + ": the slices of " + x.describe() + " have no elements");
        }
        Table table = Table.of(items, width);
        Integer[] order = IntStream.range(0, n).boxed().toArray(Integer[]::new);
        if (sort) {
            Arrays.sort(order, table::compare);
        }
        long[] inverse = new long[n];
        List<Integer> first = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            if (i > 0 && table.equal(order[i - 1], order[i])) {
                counts.set(counts.size() - 1, counts.getLast() + 1);
            } else {
                first.add(order[i]);
                counts.add(1L);
            }
            inverse[order[i]] = first.size() - 1L;
        }
        Tensor picked = Selection.indexSelect(
                op,
                items,
                0,
                ints(x, first.stream().mapToLong(Integer::longValue).toArray()));
        List<Object> results = new ArrayList<>();
        results.add(slices && x.rank() > 0 ? Movement.moveDim(picked, 0, dim) : picked);
        if (args.flag("return_inverse")) {
            Tensor places = ints(x, inverse);
            results.add(slices ? places : Movement.reshape(places, x.shape()));
        }
        if (args.flag("return_counts")) {
            results.add(ints(x, counts.stream().mapToLong(Long::longValue).toArray()));
        }
        return results.size() == 1 ? results.getFirst() : Tuple.of(results);
    }

    private static Tensor ints(Tensor like, long[] values) {
        return Tensor.upload(like.device(), DType.INT64, Shape.of(values.length), values);
    }

    private static Object bincount(Args args) {
        Tensor x = args.tensor("x");
        Selection.requireInts("bincount", x);
        int least = args.integer("minlength");
        if (x.rank() != 1 || least < 0) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    "bincount: needs a 1-d tensor and a minlength of at least 0, found " + x.describe() + " and "
                            + least);
        }
        long greatest = greatest(x);
        Tensor weights = args.tensorOrNull("weights");
        if (weights != null && !weights.shape().equals(x.shape())) {
            throw new TnsException(
                    ErrorKind.SHAPE, "bincount: weights of shape " + weights.shape() + " for " + x.describe());
        }
        DType dtype = weights == null ? DType.INT64 : weights.dtype() == DType.FLOAT32 ? DType.FLOAT32 : DType.FLOAT64;
        long wanted = Math.max(Math.min(greatest, Long.MAX_VALUE - 1) + 1, least);
        int size = Args.integer(wanted, "bincount: the number of counts");
        Tensor zeros = Tensor.allocate(x.device(), dtype, Shape.of(size, 1));
        Tensor each = weights == null ? Tensor.scalar(x.device(), dtype, 1) : Casts.to(weights.detach(), dtype);
        Tensor column = Movement.unsqueeze(Movement.expand(each, x.shape()), 1);
        return Movement.squeeze(Selection.putRows(zeros, x, column, true), 1);
    }

    /** Of ints that may not be negative; -1 of none. */
    private static long greatest(Tensor x) {
        if (x.elements() == 0) {
            return -1;
        }
        Dims all = Dims.all(x, false);
        if ((Long) Reductions.extreme(Reduction.MIN, x, all, "bincount").item() < 0) {
            for (long v : HostArray.longs(x)) {
                if (v < 0) {
                    throw new TnsException(ErrorKind.VALUE, "bincount: an int must not be negative, found " + v);
                }
            }
        }
        return (Long) Reductions.extreme(Reduction.MAX, x, all, "bincount").item();
    }

    private static Object histogram(Args args) {
        Tensor x = ReductionOps.requireFloat(args.tensor("x").detach(), "histc");
        int bins = args.integer("bins");
        double low = args.real("min");
        double high = args.real("max");
        if (bins < 1 || !(low <= high) || Double.isInfinite(low) || Double.isInfinite(high)) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    "histc: needs at least 1 bin and finite min <= max, found " + bins + " bins from " + low + " to "
                            + high);
        }
        double[] values = HostArray.doubles(x);
        if (low == high && values.length > 0) {
            low = Arrays.stream(values).min().orElseThrow();
            high = Arrays.stream(values).max().orElseThrow();
            if (!(Math.abs(low) <= Double.MAX_VALUE && Math.abs(high) <= Double.MAX_VALUE)) {
                throw new TnsException(ErrorKind.VALUE, "histc: the elements must be finite").help("give min and max");
            }
        }
        if (low == high) {
            low -= 1;
            high += 1;
        }
        double[] counts = new double[bins];
        for (double v : values) {
            if (v >= low && v <= high) {
                counts[Math.min((int) ((v - low) / (high - low) * bins), bins - 1)]++;
            }
        }
        return Casts.to(Tensor.upload(x.device(), DType.FLOAT64, Shape.of(bins), counts), x.dtype());
    }

    static Tensor search(Tensor sorted, Tensor values, boolean right, String op) {
        int lead = sorted.rank() - 1;
        boolean fits = sorted.rank() > 0
                && (lead == 0
                        || values.rank() == sorted.rank()
                                && values.shape()
                                        .part(0, lead)
                                        .equals(sorted.shape().part(0, lead)));
        if (!fits) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            op + ": " + values.describe() + " does not match the ordered rows " + sorted.describe())
                    .help("all dims but the last must be equal, or the rows be one");
        }
        double[] rows = HostArray.doubles(sorted.detach());
        double[] wanted = HostArray.doubles(values.detach());
        int n = sorted.size(-1);
        int each = lead == 0 ? Math.max(wanted.length, 1) : Math.max(values.size(-1), 1);
        long[] places = new long[wanted.length];
        for (int i = 0; i < wanted.length; i++) {
            places[i] = place(rows, i / each * n, n, wanted[i], right);
        }
        return Tensor.upload(values.device(), DType.INT64, values.shape(), places);
    }

    /** The number of elements of a row below {@code value}, or not above it; NaN is above all. */
    private static int place(double[] rows, int start, int n, double value, boolean right) {
        int low = 0;
        int high = n;
        while (low < high) {
            int middle = (low + high) >>> 1;
            double at = rows[start + middle];
            boolean before = right
                    ? !(at > value) && !(Double.isNaN(at) && !Double.isNaN(value))
                    : at < value || Double.isNaN(value) && !Double.isNaN(at);
            if (before) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
