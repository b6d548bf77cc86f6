package tns.op;

import java.util.stream.LongStream;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Elements taken from and put to places that int tensors name, by flat position, along a dim, or slice by slice. */
public final class Placement {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("selection");

    static {
        FAMILY.define("take(x: tensor, index: tensor)")
                .doc("The elements at positions in row-major order, in the shape of the index.")
                .example("take([[10, 20], [30, 40]], [3, 0])", "tensor([40, 10])")
                .gradient("take(x, [[0, 5], [2, 2]])", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    return taken("take", x, args.tensor("index"));
                });
        FAMILY.define("put(x: tensor, index: tensor, source: tensor, accumulate: bool = false)")
                .doc("x with the source's elements written, or added, at positions in row-major order.")
                .example("put([0, 0, 0], [2, 0], [5, 6])", "tensor([6, 0, 5])")
                .gradient("put(x, [5, 0], s)", "x: [2, 3]", "s: [2]")
                .gradient("put(x, [5, 5], s, accumulate=true)", "x: [2, 3]", "s: [2]")
                .is(Placement::put);
        FAMILY.define("take_along_dim(x: tensor, indices: tensor, dim: int = none)")
                .doc("gather with shapes that broadcast, as argsort and argmax give indices; of all elements without a"
                        + " dim.")
                .example("take_along_dim([[30, 10, 20]], [[1, 2, 0]], dim=1)", "tensor([[10, 20, 30]])")
                .gradient("take_along_dim(x, [[2], [0]], dim=1)", "x: [1, 3]")
                .is(Placement::takeAlong);
        FAMILY.define("index_add(x: tensor, dim: int, index: tensor, source: tensor, alpha: number = 1)")
                .doc("x with alpha times the slices of the source added at the slices of a dim that the index names.")
                .example("index_add([1, 1, 1], 0, [0, 2, 0], [10, 20, 30])", "tensor([41,  1, 21])")
                .gradient("index_add(x, 1, [2, 0, 2], s, alpha=0.5)", "x: [2, 3]", "s: [2, 3]")
                .is(args -> {
                    Tensor source = args.tensor("source");
                    Object alpha = args.get("alpha");
                    Tensor scaled = alpha.equals(1L)
                            ? source
                            : (Tensor) Arithmetic.MUL.call(args.context(), new Object[] {source, alpha});
                    return place(args, "index_add", scaled, true);
                });
        FAMILY.define("index_copy(x: tensor, dim: int, index: tensor, source: tensor)")
                .doc("x with the slices of the source written to the slices of a dim that the index names.")
                .example("index_copy([1, 1, 1], 0, [2, 0], [5, 6])", "tensor([6, 1, 5])")
                .gradient("index_copy(x, 1, [2, 0], s)", "x: [2, 3]", "s: [2, 2]")
                .is(args -> place(args, "index_copy", args.tensor("source"), false));
        FAMILY.define("index_fill(x: tensor, dim: int, index: tensor, value: operand)")
                .doc("x with a value in the slices of a dim that the index names.")
                .example("index_fill([1, 1, 1], 0, [2, 0], 7)", "tensor([7, 1, 7])")
                .gradient("index_fill(x, 1, [2, 0], 0.5)", "x: [2, 3]")
                .is(Placement::fill);
        FAMILY.define("repeat_interleave(x: tensor, repeats: any = none, dim: int = none, output_size: int = none)")
                .doc("Every slice of a dim repeated in place, all as often or each its own count; of all elements"
                        + " without a dim. Of counts alone, their positions.")
                .example("repeat_interleave([1, 2], 2)", "tensor([1, 1, 2, 2])")
                .example("repeat_interleave([1, 2], [1, 3])", "tensor([1, 2, 2, 2])")
                .example("repeat_interleave([1, 3])", "tensor([0, 1, 1, 1])")
                .gradient("repeat_interleave(x, [2, 0, 1], dim=1)", "x: [2, 3]")
                .is(Placement::repeat);
        FAMILY.define("masked_scatter(x: tensor, mask: tensor, source: tensor)")
                .doc("x with the source's elements, in row-major order, where the mask holds.")
                .example("masked_scatter([0, 0, 0], [true, false, true], [7, 8])", "tensor([7, 0, 8])")
                .gradient("masked_scatter(x, x > 0, s)", "x: [2, 3]", "s: [6]")
                .is(Placement::maskedScatter);
        FAMILY.define("select(x: tensor, dim: int, index: int)")
                .doc("The part of a dim under one index, without that dim.")
                .example("select([[1, 2], [3, 4]], 1, -1)", "tensor([2, 4])")
                .gradient("select(x, 1, 0)", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    int dim = dimOf(x, args, "select");
                    return Movement.select(x, dim, at("select", x, dim, args.integer("index")));
                });
        FAMILY.define("narrow(x: tensor, dim: int, start: int, length: int)")
                .doc("The part of a dim from a start on, of a given length.")
                .example("narrow([1, 2, 3, 4], 0, 1, 2)", "tensor([2, 3])")
                .gradient("narrow(x, 1, 1, 2)", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    int dim = dimOf(x, args, "narrow");
                    int n = x.size(dim);
                    int start = args.integer("start");
                    int first = start < 0 ? start + n : start;
                    long end = (long) first + args.integer("length");
                    if (first < 0 || end > n || end < first) {
                        throw new TnsException(
                                ErrorKind.INDEX,
                                "narrow: " + args.integer("length") + " elements from " + start + " do not lie in dim "
                                        + dim + " of size " + n);
                    }
                    return Movement.range(x, dim, first, (int) end);
                });
    }

    private Placement() {}

    /** An index of dim {@code dim}, which may count from the end, as one from 0. */
    static int at(String op, Tensor x, int dim, int index) {
        int n = x.size(dim);
        if (index < -n || index >= n) {
            throw new TnsException(
                    ErrorKind.INDEX, op + ": index " + index + " is out of range for dim " + dim + " of size " + n);
        }
        return index < 0 ? index + n : index;
    }

    private static int dimOf(Tensor x, Args args, String op) {
        if (x.rank() == 0) {
            throw new TnsException(ErrorKind.INDEX, op + ": a 0-d tensor has no dim");
        }
        return x.shape().dim(args.integer("dim"), op);
    }

    private static Tensor flat(Tensor x) {
        return Movement.reshape(x, Shape.of(x.elements()));
    }

    private static Tensor taken(String op, Tensor x, Tensor index) {
        Tensor picked = Selection.indexSelect(op, flat(x), 0, flat(index));
        return Movement.reshape(picked, index.shape());
    }

    private static Object put(Args args) {
        Tensor x = args.tensor("x");
        Tensor index = args.tensor("index");
        Tensor source = args.tensor("source");
        Selection.requireInts("put", index);
        if (index.elements() != source.elements()) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    "put: " + index.elements() + " places for the " + source.elements() + " elements of "
                            + source.describe());
        }
        Tensor places = flat(Selection.wrapped("put", index, x.elements(), 0));
        Tensor column = Movement.unsqueeze(flat(Casts.to(source, x.dtype())), 1);
        Tensor table = Movement.unsqueeze(flat(x), 1);
        return Movement.reshape(Selection.putRows(table, places, column, args.flag("accumulate")), x.shape());
    }

    private static Object takeAlong(Args args) {
        Tensor x = args.tensor("x");
        Tensor indices = args.tensor("indices");
        if (!args.has("dim")) {
            return Selection.gather(flat(x), 0, flat(indices));
        }
        int dim = x.shape().dim(args.integer("dim"), "take_along_dim");
        if (x.rank() != indices.rank()) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    "take_along_dim: the indices " + indices.shape() + " must have as many dims as " + x.shape());
        }
        if (x.rank() == 0) {
            return Selection.gather(x, 0, indices);
        }
        Shape one = x.shape().with(dim, 1);
        Shape other = indices.shape().with(dim, 1);
        Shape common = Shape.broadcast(one, other);
        if (common == null) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    "take_along_dim: " + x.shape() + " and the indices " + indices.shape()
                            + " do not broadcast outside dim " + dim);
        }
        Tensor wide = Movement.expand(x, common.with(dim, x.size(dim)));
        return Selection.gather(wide, dim, Movement.expand(indices, common.with(dim, indices.size(dim))));
    }

    private static Tensor place(Args args, String op, Tensor given, boolean add) {
        Tensor x = args.tensor("x");
        Tensor index = args.tensor("index");
        int dim = x.shape().dim(args.integer("dim"), op);
        Selection.requireInts(op, index);
        Tensor source = Casts.to(given, x.dtype());
        if (index.rank() > 1) {
            throw new TnsException(
                    ErrorKind.SHAPE, op + ": the index must have at most 1 dim, found " + index.describe());
        }
        if (x.rank() == 0) {
            Tensor one = Movement.reshape(x, Shape.of(1));
            if (source.elements() != index.elements()) {
                throw mismatch(op, x, index, source);
            }
            return Movement.reshape(placed(op, one, 0, flat(index), flat(source), add), x.shape());
        }
        int k = index.elements();
        Tensor parts = source.rank() == 0 && x.rank() == 1 ? Movement.reshape(source, Shape.of(1)) : source;
        if (parts.rank() != x.rank() || !parts.shape().equals(x.shape().with(dim, k))) {
            throw mismatch(op, x, index, source);
        }
        return placed(op, x, dim, flat(index), parts, add);
    }

    private static TnsException mismatch(String op, Tensor x, Tensor index, Tensor source) {
        return new TnsException(
                        ErrorKind.SHAPE,
                        op + ": the source " + source.describe() + " does not fit " + x.describe() + " at "
                                + index.elements() + " places")
                .help("its shape is that of x, with the number of places along the dim");
    }

    private static Tensor placed(String op, Tensor x, int dim, Tensor index, Tensor source, boolean add) {
        return Selection.putSlices(
                x, dim, Casts.contiguous(Selection.wrapped(op, index, x.size(dim), dim)), source, add);
    }

    private static Object fill(Args args) {
        Tensor x = args.tensor("x");
        int dim = x.shape().dim(args.integer("dim"), "index_fill");
        Tensor value = Conversion.beside(args.context(), x, args.get("value"));
        if (value == null || value.rank() > 0) {
            throw new TnsException(ErrorKind.SHAPE, "index_fill: the value must be a number or 0-d tensor");
        }
        Shape slices = x.rank() == 0
                ? x.shape()
                : x.shape().with(dim, args.tensor("index").elements());
        Tensor source = Movement.expand(Casts.to(value, x.dtype()), slices);
        return place(args, "index_fill", source, false);
    }

    private static Object repeat(Args args) {
        boolean counted = args.has("repeats");
        Object times = args.get(counted ? "repeats" : "x");
        Tensor given = args.tensor("x");
        if (!counted) {
            given = Selection.ints(given.device(), LongStream.range(0, given.elements()));
        }
        Tensor x = args.has("dim") && given.rank() > 0 ? given : flat(given);
        int dim = args.has("dim") ? given.shape().dim(args.integer("dim"), "repeat_interleave") : 0;
        Tensor repeats = Conversion.tensor(args.context(), times);
        if (repeats == null && times instanceof Tuple) {
            repeats = Creation.convert(args.context(), times);
        }
        int n = x.size(dim);
        if (repeats == null
                || repeats.dtype() != DType.INT64
                || repeats.rank() > 1
                || repeats.elements() != 1 && repeats.elements() != n) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    "repeat_interleave: repeats must be an int or " + n + " ints, found " + TypeName.describe(times));
        }
        long[] counts = HostArray.longs(repeats);
        int total = 0;
        for (int i = 0; i < n; i++) {
            long count = counts[counts.length == 1 ? 0 : i];
            if (count < 0) {
                throw new TnsException(
                        ErrorKind.VALUE, "repeat_interleave: a count must not be negative, found " + count);
            }
            total = Shape.checkedSize((long) total + Shape.checkedSize(count));
        }
        if (args.has("output_size") && args.integer("output_size") != total) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    "repeat_interleave: output_size is " + args.integer("output_size") + ", but the counts sum to "
                            + total);
        }
        long[] index = new long[total];
        int at = 0;
        for (int i = 0; i < n; i++) {
            for (long c = counts[counts.length == 1 ? 0 : i]; c > 0; c--) {
                index[at++] = i;
            }
        }
        Tensor places = Tensor.upload(x.device(), DType.INT64, Shape.of(index.length), index);
        return Selection.indexSelect("repeat_interleave", x, dim, places);
    }

    private static Object maskedScatter(Args args) {
        Tensor mask = args.tensor("mask");
        if (mask.dtype() != DType.BOOL) {
            throw new TnsException(ErrorKind.DTYPE, "masked_scatter: the mask must be bool, found " + mask.describe())
                    .help("x != 0 makes a mask of numbers")
                    .argument(1);
        }
        Tensor given = args.tensor("x");
        Shape shape = Broadcasting.shape("masked_scatter", given, mask);
        Tensor x = Casts.contiguous(Movement.expand(given, shape));
        Tensor index = Masks.places(Movement.expand(mask, shape));
        int count = index.elements();
        Tensor source = Casts.to(args.tensor("source"), x.dtype());
        if (source.elements() < count) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    "masked_scatter: " + count + " places, but the source has " + source.elements() + " elements");
        }
        Tensor column = Movement.unsqueeze(Movement.range(flat(source), 0, 0, count), 1);
        Tensor y = Selection.putRows(Movement.unsqueeze(flat(x), 1), index, column, false);
        return Movement.reshape(y, shape);
    }
}
