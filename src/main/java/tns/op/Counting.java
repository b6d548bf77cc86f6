package tns.op;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
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

    /** More are looked up: 4 million elements among 5 take 49 ms, and compared with each of 2 take 132, with 1 14. */
    private static final int COMPARED_MOST_ELEMENTS = 1;

    private static final long MISSING = Double.doubleToLongBits(Double.NaN);

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
        FAMILY.define("searchsorted(sorted: tensor, values: tensor, right: bool = false, side: string = none)")
                .doc("Where values belong in ordered rows: before their equals, or behind them with right=true.")
                .example("searchsorted([1, 3, 5], [3, 4])", "tensor([1, 2])")
                .is(args -> search(args.tensor("sorted"), args.tensor("values"), right(args), "searchsorted"));
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
                    Tensor found = isIn(
                            args.tensor("elements").detach(),
                            args.tensor("test_elements").detach());
                    return args.flag("invert") ? Comparison.LOGICAL_NOT.apply(found) : found;
                });
        FAMILY.define("argwhere(x: tensor)")
                .doc("The positions of the elements that are not 0, one row of indices each.")
                .example("argwhere([0, 5, 7])", "tensor([[1],\n        [2]])")
                .is(args -> Masks.positions(args.tensor("x").detach()));
    }

    private Counting() {}

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
        Tensor order = null;
        if (sort && items.rank() == 1) {
            Tuple sorted = SortingOps.sort(items, 0, false);
            items = (Tensor) sorted.get(0);
            order = (Tensor) sorted.get(1);
        } else if (sort) {
            order = sliceOrder(items, width);
            items = Selection.indexSelect(op, items, 0, order);
        }
        boolean inverse = args.flag("return_inverse");
        boolean counts = args.flag("return_counts");
        List<Object> results = new ArrayList<>();
        long[] starts;
        if (items.rank() == 1) {
            Object line = HostArray.elements(items);
            starts = inverse || counts ? Runs.starts(line) : new long[0];
            Object firsts = Runs.firsts(line);
            results.add(Tensor.upload(x.device(), x.dtype(), Shape.of(Array.getLength(firsts)), firsts));
        } else {
            starts = sliceRuns(items, n, width);
            results.add(Movement.moveDim(Selection.indexSelect(op, items, 0, ints(x, starts)), 0, dim));
        }
        if (inverse) {
            Tensor places = ints(x, inverse(starts, n, order));
            results.add(slices ? places : Movement.reshape(places, x.shape()));
        }
        if (counts) {
            results.add(ints(x, lengths(starts, n)));
        }
        return results.size() == 1 ? results.getFirst() : Tuple.of(results);
    }

    /** The positions of slices in order, by their first elements that differ. */
    private static Tensor sliceOrder(Tensor items, int width) {
        long[] keys = keys(items, items.dtype().isFloat());
        Comparator<Integer> byElements =
                (a, b) -> Arrays.compare(keys, a * width, (a + 1) * width, keys, b * width, (b + 1) * width);
        return Selection.ints(
                items.device(),
                IntStream.range(0, items.size(0)).boxed().sorted(byElements).mapToLong(Integer::longValue));
    }

    /** The slices that differ from the one before, each of {@code width} elements; NaN differs from NaN. */
    private static long[] sliceRuns(Tensor items, int n, int width) {
        boolean real = items.dtype().isFloat();
        long[] keys = keys(items, real);
        return IntStream.range(0, n)
                .filter(slice -> slice == 0
                        || IntStream.range(slice * width, (slice + 1) * width)
                                .anyMatch(i -> keys[i] != keys[i - width] || real && keys[i] == MISSING))
                .asLongStream()
                .toArray();
    }

    private static long[] lengths(long[] starts, int n) {
        long[] lengths = new long[starts.length];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = (i + 1 < lengths.length ? starts[i + 1] : n) - starts[i];
        }
        return lengths;
    }

    /** The run that each of {@code n} items belongs to, which were brought into {@code order}. */
    private static long[] inverse(long[] starts, int n, @Nullable Tensor order) {
        long[] places = order == null ? null : HostArray.longs(order);
        long[] inverse = new long[n];
        for (int run = 0; run < starts.length; run++) {
            int end = (int) (run + 1 < starts.length ? starts[run + 1] : n);
            for (int i = (int) starts[run]; i < end; i++) {
                inverse[places == null ? i : (int) places[i]] = run;
            }
        }
        return inverse;
    }

    /** Which elements of {@code x} are among others: a few compared with each, many looked up. */
    private static Tensor isIn(Tensor x, Tensor among) {
        if (among.elements() <= COMPARED_MOST_ELEMENTS) {
            Tensor wide = Movement.unsqueeze(x, x.rank());
            Tensor row = Movement.reshape(among, Shape.of(among.elements()));
            Tensor equal = Comparison.EQ.apply(wide, row);
            return Reductions.truth(Reduction.MAX, equal, Dims.of(equal, equal.rank() - 1, false));
        }
        Broadcasting.device("isin", x, among);
        DType dtype = DType.promote(x.dtype(), among.dtype());
        boolean real = dtype.isFloat();
        long[] wanted = keys(Casts.to(x, dtype), real);
        LongSet members = new LongSet(keys(Casts.to(among, dtype), real));
        byte[] found = new byte[wanted.length];
        for (int i = 0; i < found.length; i++) {
            boolean number = !real || wanted[i] != MISSING;
            found[i] = (byte) (number && members.has(wanted[i]) ? 1 : 0);
        }
        return Tensor.upload(x.device(), DType.BOOL, x.shape(), found);
    }

    /**
     * Longs in the order of the elements, equal where they are; all NaN are {@link #MISSING}, above all numbers.
     *
     * @param real whether to compare them as float64, not as int64
     */
    private static long[] keys(Tensor x, boolean real) {
        if (!real) {
            return HostArray.longs(x);
        }
        double[] reals = HostArray.doubles(x);
        long[] keys = new long[reals.length];
        for (int i = 0; i < keys.length; i++) {
            // Adding 0 makes -0 into 0; of negative numbers the greater has the lesser bits.
            long bits = Double.doubleToLongBits(reals[i] + 0.0);
            keys[i] = bits ^ bits >> 63 & Long.MAX_VALUE;
        }
        return keys;
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
        int size = Math.max(Shape.checkedSize(greatest) + 1, least);
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

    private static boolean right(Args args) {
        boolean right = args.flag("right");
        if (!args.has("side")) {
            return right;
        }
        String side = args.text("side");
        if (!side.equals("left") && !side.equals("right")) {
            throw new TnsException(ErrorKind.VALUE, "searchsorted: unknown side \"" + side + '"')
                    .help("\"left\" or \"right\"");
        }
        if (right && side.equals("left")) {
            throw new TnsException(ErrorKind.VALUE, "searchsorted: side \"left\" contradicts right=true");
        }
        return side.equals("right");
    }

    /**
     * Where values belong in ordered rows: {@code sorted} [.., n] and {@code values} [.., m], or {@code sorted} [n] and
     * values of any shape; int64 of the shape of the values. NaN is above all.
     *
     * @param right whether behind their equals
     */
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
        boolean real = sorted.dtype().isFloat() || values.dtype().isFloat();
        long[] rows = keys(sorted.detach(), real);
        long[] wanted = keys(values.detach(), real);
        int n = sorted.size(-1);
        int each = lead == 0 ? Math.max(wanted.length, 1) : Math.max(values.size(-1), 1);
        long[] places = new long[wanted.length];
        for (int i = 0; i < wanted.length; i++) {
            places[i] = place(rows, i / each * n, n, wanted[i], right);
        }
        return Tensor.upload(values.device(), DType.INT64, values.shape(), places);
    }

    /** The number of keys of a row below {@code wanted}, or not above it. */
    private static int place(long[] rows, int start, int n, long wanted, boolean right) {
        int low = 0;
        int high = n;
        while (low < high) {
            int middle = (low + high) >>> 1;
            long at = rows[start + middle];
            if (right ? at <= wanted : at < wanted) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
