package tns.op;

import java.util.List;
import java.util.stream.LongStream;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** What describes a sample: median, quantiles, mode and extremes, with or without NaN, and covariance. */
public final class Quantiles {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("statistics");

    private static final List<String> PAIR = List.of("values", "indices");

    static {
        FAMILY.define("median(x: tensor, dim: int = none, keepdim: bool = false)")
                .doc("The middle element, the lower of two; with a dim, the pair (values, indices) along it. NaN wins.")
                .example("median([3., 1., 4., 2.])", "tensor(2.)")
                .example("median([[3, 1, 2]], dim=1)", "(values=tensor([2]), indices=tensor([2]))")
                .gradient("median(x)", "x: [2, 3]")
                .gradient("median(x, dim=1).values", "x: [2, 3]")
                .is(args -> middle(args, "median", false));
        FAMILY.define("nanmedian(x: tensor, dim: int = none, keepdim: bool = false)")
                .doc("The middle of the elements that are not NaN.")
                .example("nanmedian([3., nan, 1.])", "tensor(1.)")
                .gradient("nanmedian(x)", "x: [2, 3]")
                .is(args -> middle(args, "nanmedian", true));
        FAMILY.define("kthvalue(x: tensor, k: int, dim: int = -1, keepdim: bool = false)")
                .doc("The pair (values, indices) of the k-th smallest element along a dim, counted from 1.")
                .example("kthvalue([30, 10, 20], 2)", "(values=tensor(20), indices=tensor(2))")
                .gradient("kthvalue(x, 2).values", "x: [2, 3]")
                .is(Quantiles::kthValue);
        FAMILY.define("mode(x: tensor, dim: int = -1, keepdim: bool = false)")
                .doc("The pair (values, indices) of the most frequent element along a dim, the least of equals.")
                .example("mode([2, 1, 2, 3])", "(values=tensor(2), indices=tensor(2))")
                .gradient("mode(x).values", "x: [2, 3]")
                .is(Quantiles::mode);
        quantile("quantile", "NaN wins", "quantile([1., 2., 3., 4.], 0.5)", "tensor(2.5000)");
        quantile("nanquantile", "NaN is left out", "nanquantile([1., nan, 3.], 0.5)", "tensor(2.)");
        FAMILY.define("nansum(x: tensor, dim: ints = none, keepdim: bool = false, dtype: dtype = none)")
                .doc("The sum with NaN counted as 0.")
                .example("nansum([1., nan, 3.])", "tensor(4.)")
                .gradient("nansum(x, dim=1)", "x: [2, 3]")
                .is(args -> {
                    DType dtype = args.dtypeOrNull("dtype");
                    Tensor x = args.tensor("x");
                    Tensor cast = dtype == null ? x : Casts.to(x, dtype);
                    return Reductions.sum(withoutNaN(cast), Dims.of(args, cast, "nansum"));
                });
        FAMILY.define("nanmean(x: tensor, dim: ints = none, keepdim: bool = false, dtype: dtype = none)")
                .doc("The mean of the elements that are not NaN.")
                .example("nanmean([1., nan, 3.])", "tensor(2.)")
                .gradient("nanmean(x, dim=1)", "x: [2, 3]")
                .is(args -> {
                    DType dtype = args.dtypeOrNull("dtype");
                    Tensor given = args.tensor("x");
                    Tensor x = ReductionOps.requireFloat(dtype == null ? given : Casts.to(given, dtype), "nanmean");
                    Dims dims = Dims.of(args, x, "nanmean");
                    Tensor there = Casts.to(Comparison.LOGICAL_NOT.apply(Comparison.IS_NAN.apply(x)), x.dtype());
                    return Arithmetic.DIV.apply(Reductions.sum(withoutNaN(x), dims), Reductions.sum(there, dims));
                });
        FAMILY.define("aminmax(x: tensor, dim: int = none, keepdim: bool = false)")
                .doc("The pair (min, max) of all elements or along a dim; a tie shares its gradient equally.")
                .example("aminmax([3., 1., 2.])", "(min=tensor(1.), max=tensor(3.))")
                .gradient("aminmax(x, dim=1).max", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    boolean keep = args.flag("keepdim");
                    Dims dims = args.has("dim")
                            ? Dims.of(x, x.shape().dim(args.integer("dim"), "aminmax"), keep)
                            : Dims.all(x, keep);
                    return Tuple.named(
                            List.of("min", "max"),
                            Reductions.extreme(Reduction.MIN, x, dims, "aminmax"),
                            Reductions.extreme(Reduction.MAX, x, dims, "aminmax"));
                });
        FAMILY.define("cov(x: tensor, correction: int = 1)")
                .doc("The covariances of the rows of a matrix, each a variable with its observations.")
                .example("cov([[1., 2., 3.], [1., 0., 5.]])", "tensor([[1., 2.],\n        [2., 7.]])")
                .gradient("cov(x)", "x: [2, 4]")
                .is(args -> covariance(args.tensor("x"), args.integer("correction"), "cov"));
        FAMILY.define("corrcoef(x: tensor)")
                .doc("The correlations of the rows of a matrix, between -1 and 1.")
                .example("corrcoef([[1., 2., 3.], [6., 4., 2.]])", "tensor([[ 1., -1.],\n        [-1.,  1.]])")
                .gradient("corrcoef(x)", "x: [2, 4]")
                .is(args -> correlation(covariance(args.tensor("x"), 1, "corrcoef")));
    }

    private Quantiles() {}

    private static Tensor withoutNaN(Tensor x) {
        return Comparison.WHERE.apply(Comparison.IS_NAN.apply(x.detach()), Reductions.scalar(x, 0), x);
    }

    private static void quantile(String name, String nan, String call, String result) {
        FAMILY.define(name + "(x: tensor, q: tensor, dim: int = none, keepdim: bool = false,"
                        + " interpolation: string = 'linear')")
                .doc("The value below which a share q of the elements lie, between neighbours by the interpolation"
                        + " \"linear\", \"lower\", \"higher\", \"nearest\" or \"midpoint\"; several q come first. "
                        + nan + ".")
                .example(call, result)
                .gradient(name + "(x, [0.2, 0.7], dim=1)", "x: [2, 4]")
                .is(args -> quantile(args, name, name.startsWith("nan")));
    }

    private static Object middle(Args args, String op, boolean skipNaN) {
        Tensor x = args.tensor("x");
        if (!args.has("dim")) {
            Tensor flat = Movement.reshape(x.detach(), Shape.of(x.elements()));
            if (x.elements() == 0) {
                if (x.dtype().isFloat()) {
                    return Reductions.scalar(x, Double.NaN);
                }
                throw new TnsException(ErrorKind.SHAPE, op + ": there are no elements in " + x.describe());
            }
            Tensor y = (Tensor) middle(flat, 0, false, op, skipNaN).get(0);
            return Reductions.tracked(x) ? Reductions.chosen(op, x, Dims.all(x, false), y, Reductions.SAME) : y;
        }
        return middle(x, x.shape().dim(args.integer("dim"), op), args.flag("keepdim"), op, skipNaN);
    }

    private static Tuple middle(Tensor x, int dim, boolean keep, String op, boolean skipNaN) {
        if (x.rank() == 0) {
            return SortingOps.sort(x, 0, false);
        }
        requireElements(x, dim, op);
        Tensor plain = x.detach();
        if (skipNaN && x.dtype().isFloat()) {
            return picked(x, dim, SortingOps.ranked(plain, dim, false, middleRanks(plain, dim)), keep);
        }
        Tensor middle = SortingOps.along(x, dim, LongStream.of((x.size(dim) - 1) / 2));
        Tensor index = SortingOps.ranked(plain, dim, false, middle);
        if (x.dtype().isFloat()) {
            // The first greatest is the first NaN where there is one.
            Tensor top = Reductions.position(Reduction.ARGMAX, plain, Dims.of(x, dim, true), op);
            Tensor missing = Comparison.IS_NAN.apply(Selection.gather(plain, dim, top));
            index = Comparison.WHERE.apply(missing, top, index);
        }
        return picked(x, dim, index, keep);
    }

    /** Where the middle of the elements that are not NaN stands in their order; 0 where all are NaN. */
    private static Tensor middleRanks(Tensor x, int dim) {
        Tensor missed = Reductions.sum(Comparison.IS_NAN.apply(x), Dims.of(x, dim, true));
        Tensor last = Arithmetic.SUB.apply(Tensor.scalar(x.device(), DType.INT64, x.size(dim) - 1), missed);
        Tensor half = Arithmetic.FLOOR_DIVIDE.apply(last, Tensor.scalar(x.device(), DType.INT64, 2));
        return Arithmetic.MAXIMUM.apply(half, Tensor.scalar(x.device(), DType.INT64, 0));
    }

    /** The pair of the elements at {@code index}, whose dim has size 1, and the index. */
    private static Tuple picked(Tensor x, int dim, Tensor index, boolean keep) {
        Tensor values = Selection.gather(x, dim, index);
        return keep
                ? Tuple.named(PAIR, values, index)
                : Tuple.named(PAIR, Movement.squeeze(values, dim), Movement.squeeze(index, dim));
    }

    private static void requireElements(Tensor x, int dim, String op) {
        if (x.size(dim) == 0) {
            throw new TnsException(
                    ErrorKind.SHAPE, op + ": no elements to choose from along dim " + dim + " of " + x.describe());
        }
    }

    private static Object kthValue(Args args) {
        Tensor x = args.tensor("x");
        int dim = x.shape().dim(args.integer("dim"), "kthvalue");
        int n = x.rank() == 0 ? 1 : x.size(dim);
        int k = args.integer("k");
        if (k < 1 || k > n) {
            throw new TnsException(ErrorKind.INDEX, "kthvalue: k is " + k + ", but there are " + n + " elements")
                    .help("k counts from 1");
        }
        if (x.rank() == 0) {
            return SortingOps.sort(x, dim, false);
        }
        Tensor ranks = SortingOps.along(x, dim, LongStream.of(k - 1));
        return picked(x, dim, SortingOps.ranked(x, dim, false, ranks), args.flag("keepdim"));
    }

    private static Object mode(Args args) {
        Tensor x = args.tensor("x");
        int dim = x.shape().dim(args.integer("dim"), "mode");
        Tuple order = SortingOps.sort(x.detach(), dim, false);
        if (x.rank() == 0) {
            return Tuple.named(PAIR, x, order.get(1));
        }
        requireElements(x, dim, "mode");
        int last = x.rank() - 1;
        int n = x.size(dim);
        Tensor rows = Movement.moveDim((Tensor) order.get(0), dim, last);
        long[] starts = Runs.starts(HostArray.elements(rows));
        long[] places = (long[]) HostArray.elements(Movement.moveDim((Tensor) order.get(1), dim, last));
        long[] best = new long[places.length / n];
        int next = 0;
        for (int row = 0; row < best.length; row++) {
            int longest = 0;
            int end = (row + 1) * n;
            int stop;
            for (int from = row * n; from < end; from = stop) {
                while (next < starts.length && starts[next] <= from) {
                    next++;
                }
                // A run may go on in the next row.
                stop = next < starts.length ? (int) Math.min(starts[next], end) : end;
                if (stop - from > longest) {
                    longest = stop - from;
                    best[row] = places[stop - 1];
                }
            }
        }
        Shape kept = rows.shape().with(last, 1);
        Tensor index = Movement.moveDim(Tensor.upload(x.device(), DType.INT64, kept, best), last, dim);
        return picked(x, dim, index, args.flag("keepdim"));
    }

    private static Object quantile(Args args, String op, boolean skipNaN) {
        Tensor x = ReductionOps.requireFloat(args.tensor("x"), op);
        Tensor q = Casts.to(args.tensor("q"), x.dtype());
        if (q.rank() > 1) {
            throw new TnsException(ErrorKind.SHAPE, op + ": q must be a number or a 1-d tensor, found " + q.describe());
        }
        for (double share : HostArray.doubles(q.detach())) {
            if (!(share >= 0 && share <= 1)) {
                throw new TnsException(ErrorKind.VALUE, op + ": q must lie between 0 and 1, found " + share);
            }
        }
        boolean keep = args.flag("keepdim");
        Dims dims = args.has("dim") ? Dims.of(x, x.shape().dim(args.integer("dim"), op), keep) : Dims.all(x, keep);
        Tensor rows = Movement.reshape(dims.folded(x), Shape.of(dims.keptCount(), dims.count()));
        if (dims.count() == 0) {
            throw new TnsException(ErrorKind.SHAPE, op + ": there are no elements in " + x.describe());
        }
        Dims along = Dims.of(rows, 1, true);
        Tensor last = Reductions.scalar(x, dims.count() - 1);
        Tensor shares = Movement.reshape(q, Shape.of(1, q.elements()));
        Tensor rank;
        if (skipNaN) {
            Tensor missed = Casts.to(Reductions.sum(Comparison.IS_NAN.apply(rows.detach()), along), x.dtype());
            Tensor highest = Arithmetic.MAXIMUM.apply(Arithmetic.SUB.apply(last, missed), Reductions.scalar(x, 0));
            rank = Arithmetic.MUL.apply(shares, highest);
        } else {
            // A row with NaN, which is then its greatest, answers with its last element, which is NaN.
            Tensor any = Comparison.IS_NAN.apply(Reductions.extreme(Reduction.MAX, rows.detach(), along, op));
            rank = Comparison.WHERE.apply(any, last, Arithmetic.MUL.apply(shares, last));
        }
        Tensor y = between(rows, rank, args.text("interpolation"), op);
        Tensor first = Movement.permute(y, 1, 0);
        Tensor shaped = Movement.reshape(first, Shape.of(q.elements()).concat(dims.keptShape()));
        Object[] each = new Object[q.elements()];
        for (int i = 0; i < each.length; i++) {
            each[i] = dims.shaped(Movement.select(shaped, 0, i));
        }
        if (q.rank() == 0) {
            return each[0];
        }
        Tensor[] all = new Tensor[each.length];
        System.arraycopy(each, 0, all, 0, all.length);
        return all.length == 0 ? shaped : Joining.stack(all, 0);
    }

    /** The elements of ordered {@code rows} [r, n] at the fractional places {@code rank} [r, q]. */
    private static Tensor between(Tensor rows, Tensor rank, String interpolation, String op) {
        Tensor below = Elementary.FLOOR.apply(rank.detach());
        Tensor above = Elementary.CEIL.apply(rank.detach());
        return switch (interpolation) {
            case "linear" -> between(rows, below, above, Arithmetic.SUB.apply(rank, below));
            case "midpoint" -> between(rows, below, above, Reductions.scalar(rows, 0.5));
            case "lower" -> at(rows, below);
            case "higher" -> at(rows, above);
            case "nearest" -> at(rows, Elementary.ROUND.apply(rank.detach()));
            default ->
                throw new TnsException(ErrorKind.VALUE, op + ": unknown interpolation \"" + interpolation + '"')
                        .help("\"linear\", \"lower\", \"higher\", \"nearest\" or \"midpoint\"");
        };
    }

    private static Tensor between(Tensor rows, Tensor below, Tensor above, Tensor share) {
        // Neighbours side by side are found together.
        Tensor pairs = Joining.stack(new Tensor[] {below, above}, 2);
        Tensor both = Movement.reshape(
                at(rows, Movement.reshape(pairs, Shape.of(below.size(0), 2 * below.size(1)))), pairs.shape());
        Tensor low = Movement.select(both, 2, 0);
        Tensor step = Arithmetic.SUB.apply(Movement.select(both, 2, 1), low);
        return Arithmetic.ADD.apply(low, Arithmetic.MUL.apply(share, step));
    }

    private static Tensor at(Tensor rows, Tensor rank) {
        return Selection.gather(rows, 1, SortingOps.ranked(rows, 1, false, Casts.to(rank, DType.INT64)));
    }

    private static Tensor covariance(Tensor given, int correction, String op) {
        if (given.rank() > 2) {
            throw new TnsException(ErrorKind.SHAPE, op + ": needs a matrix or a vector, found " + given.describe());
        }
        Tensor x = ReductionOps.floating(given);
        Tensor rows = x.rank() == 2 ? x : Movement.reshape(x, Shape.of(1, x.elements()));
        Tensor centred = Arithmetic.SUB.apply(rows, Reductions.mean(rows, Dims.of(rows, 1, true)));
        Tensor products = Contraction.matmul(centred, Movement.transpose(centred, 0, 1));
        Tensor y = Arithmetic.DIV.apply(products, Reductions.scalar(x, Math.max(rows.size(1) - correction, 0)));
        return x.rank() == 2 ? y : Movement.reshape(y, Shape.SCALAR);
    }

    private static Tensor correlation(Tensor covariance) {
        if (covariance.rank() == 0) {
            return Arithmetic.DIV.apply(covariance, covariance);
        }
        Tensor deviation = Arithmetic.SQRT.apply(Movement.diagonal(covariance, 0, 0, 1));
        Tensor scaled = Arithmetic.DIV.apply(covariance, Movement.unsqueeze(deviation, 1));
        return Arithmetic.DIV.apply(scaled, deviation);
    }
}
