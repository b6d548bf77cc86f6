package tns.op;

import java.util.ArrayList;
import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Ops that answer a tensor with one part of another written over it: a slice, a diagonal, chosen elements, all of it. */
final class WrittenParts {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("selection");

    static {
        FAMILY.define("fill(x: tensor, value: operand)")
                .doc("A tensor of x's shape and dtype, every element the value.")
                .example("fill([1., 2.], 3)", "tensor([3., 3.])")
                .gradient("fill(zeros(2, 3, dtype=float64), v)", "v: []")
                .is(args -> {
                    Tensor value = Conversion.beside(args.context(), args.tensor("x"), args.get("value"));
                    if (value == null || value.rank() > 0) {
                        throw new TnsException(
                                ErrorKind.SHAPE,
                                "fill: the value must be a number or 0-d tensor, found "
                                        + TypeName.describe(args.get("value")));
                    }
                    Tensor x = args.tensor("x");
                    return Casts.duplicate(Movement.expand(Casts.to(value, x.dtype()), x.shape()));
                });
        FAMILY.define("select_scatter(x: tensor, src: tensor, dim: int, index: int)")
                .doc("x with src written where select(x, dim, index) is.")
                .example("select_scatter([[1, 2], [3, 4]], [7, 8], 0, 1)", "tensor([[1, 2],\n        [7, 8]])")
                .gradient("select_scatter(x, s, 1, -1)", "x: [2, 3]", "s: [2]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    int dim = Dims.one(x, args.integer("dim"), "select_scatter");
                    long place = Placement.at("select_scatter", x, dim, args.integer("index"));
                    Tensor part = args.tensor("src");
                    requireShape("select_scatter", part, x.shape().without(dim));
                    return written(x, dim, new long[] {place}, Movement.unsqueeze(part, dim));
                });
        FAMILY.define("slice_scatter(x: tensor, src: tensor, dim: int = 0, start: int = none, end: int = none,"
                        + " step: int = 1)")
                .doc("x with src written over the slice start:end:step of a dim.")
                .example("slice_scatter([1, 2, 3, 4], [7, 8], start=1, end=3)", "tensor([1, 7, 8, 4])")
                .gradient("slice_scatter(x, s, dim=1, step=2)", "x: [2, 3]", "s: [2, 2]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    int dim = Dims.one(x, args.integer("dim"), "slice_scatter");
                    int n = x.size(dim);
                    int step = args.integer("step");
                    if (step < 1) {
                        throw new TnsException(
                                ErrorKind.VALUE, "slice_scatter: step must be at least 1, found " + step);
                    }
                    int start = clipped(args.has("start") ? args.longInteger("start") : 0, n);
                    int end = clipped(args.has("end") ? args.longInteger("end") : n, n);
                    int count = end <= start ? 0 : (end - start - 1) / step + 1;
                    long[] places = new long[count];
                    for (int i = 0; i < count; i++) {
                        places[i] = start + (long) i * step;
                    }
                    requireShape("slice_scatter", args.tensor("src"), x.shape().with(dim, count));
                    return written(x, dim, places, args.tensor("src"));
                });
        FAMILY.define("diagonal_scatter(x: tensor, src: tensor, offset: int = 0, dim1: int = 0, dim2: int = 1)")
                .doc("x with src written over the diagonal that diagonal(x, offset, dim1, dim2) gives.")
                .example("diagonal_scatter([[1, 2], [3, 4]], [7, 8])", "tensor([[7, 2],\n        [3, 8]])")
                .gradient("diagonal_scatter(x, s, 1)", "x: [3, 3]", "s: [2]")
                .is(WrittenParts::diagonal);
        FAMILY.define("index_put(x: tensor, indices: tensors, values: tensor, accumulate: bool = false)")
                .doc("x with the values written, or added, where int tensors say, one for each of the first dims, or"
                        + " where a bool tensor holds.")
                .example("index_put([0, 0, 0], ([0, 2],), [5, 6])", "tensor([5, 0, 6])")
                .example("index_put([1, 1], ([0, 0],), 2, accumulate=true)", "tensor([5, 1])")
                .gradient("index_put(x, ([1, 0], [2, 2]), s)", "x: [2, 3]", "s: [2]")
                .gradient("index_put(x, ([1, 1],), s, accumulate=true)", "x: [2, 3]", "s: [3]")
                .is(WrittenParts::indexPut);
        FAMILY.define("unravel_index(indices: tensor, shape: ints)")
                .doc("For positions in row-major order, a tuple of their indices along each dim of a shape.")
                .example("unravel_index([0, 5], (2, 3))", "(tensor([0, 1]), tensor([0, 2]))")
                .is(WrittenParts::unravel);
    }

    private WrittenParts() {}

    private static int clipped(long place, int n) {
        return Math.clamp(place < 0 ? place + n : place, 0, n);
    }

    private static void requireShape(String op, Tensor part, Shape shape) {
        if (!part.shape().equals(shape)) {
            throw new TnsException(ErrorKind.SHAPE, op + ": src must have shape " + shape + ", found " + part.shape())
                    .argument(1);
        }
    }

    private static Tensor written(Tensor x, int dim, long[] places, Tensor part) {
        Tensor index = Tensor.upload(x.device(), DType.INT64, Shape.of(places.length), places);
        return Selection.putSlices(x, dim, index, Casts.to(part, x.dtype()), false);
    }

    private static Tensor table(Tensor x) {
        return Movement.reshape(x, Shape.of(x.elements(), 1));
    }

    private static Object diagonal(Args args) {
        Tensor x = args.tensor("x");
        int first = x.shape().dim(args.integer("dim1"), "diagonal_scatter");
        int second = x.shape().dim(args.integer("dim2"), "diagonal_scatter");
        if (x.rank() < 2 || first == second) {
            throw new TnsException(
                    ErrorKind.SHAPE, "diagonal_scatter: needs two different dims, found " + x.describe());
        }
        long[] all = new long[x.elements()];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        Tensor numbers = Tensor.upload(x.device(), DType.INT64, x.shape(), all);
        Tensor places = Casts.contiguous(Movement.diagonal(numbers, args.integer("offset"), first, second));
        requireShape("diagonal_scatter", args.tensor("src"), places.shape());
        Tensor part = table(Casts.to(args.tensor("src"), x.dtype()));
        Tensor rows = Movement.reshape(places, Shape.of(places.elements()));
        return Movement.reshape(Selection.putRows(table(x), rows, part, false), x.shape());
    }

    private static Object indexPut(Args args) {
        Tensor x = args.tensor("x");
        List<Tensor> indices = new ArrayList<>();
        for (Tensor index : args.tensors("indices")) {
            if (index.dtype() == DType.BOOL) {
                Indexing.requireMaskFits("index_put", index, x, indices.size());
                for (Object each : Movement.unbind(Masks.positions(index), 1)) {
                    indices.add((Tensor) each);
                }
            } else {
                Selection.requireInts("index_put", index);
                indices.add(index);
            }
        }
        if (indices.isEmpty() || indices.size() > x.rank()) {
            throw new TnsException(
                    ErrorKind.INDEX, "index_put: " + indices.size() + " index tensors for " + x.describe());
        }
        int k = indices.size();
        Shape where = Broadcasting.shape("index_put", indices.toArray(new Tensor[0]));
        Tensor places = Reductions.scalar(indices.getFirst(), 0);
        for (int d = 0; d < k; d++) {
            Tensor within = Selection.wrapped("index_put", indices.get(d), x.size(d), d);
            Tensor scaled = Arithmetic.MUL.apply(places, Reductions.scalar(places, x.size(d)));
            places = Arithmetic.ADD.apply(scaled, within);
        }
        Shape rest = x.shape().part(k, x.rank());
        Shape lead = x.shape().part(0, k);
        Tensor rows = Movement.reshape(Casts.contiguous(Movement.expand(places, where)), Shape.of(where.elements()));
        Shape wanted = where.concat(rest);
        Shape given = args.tensor("values").shape();
        if (!wanted.equals(Shape.broadcast(given, wanted))) {
            throw new TnsException(
                            ErrorKind.SHAPE, "index_put: values of shape " + given + " for places of shape " + wanted)
                    .argument(2);
        }
        Tensor values = Movement.expand(Casts.to(args.tensor("values"), x.dtype()), wanted);
        Tensor flat = Movement.reshape(x, Shape.of(lead.elements(), rest.elements()));
        Tensor source = Movement.reshape(values, Shape.of(where.elements(), rest.elements()));
        return Movement.reshape(Selection.putRows(flat, rows, source, args.flag("accumulate")), x.shape());
    }

    private static Object unravel(Args args) {
        Tensor rest = args.tensor("indices");
        Selection.requireInts("unravel_index", rest);
        Shape shape = Shape.of(args.ints("shape"));
        rest = Selection.wrapped("unravel_index", rest, shape.elements(), 0);
        Object[] found = new Object[shape.rank()];
        for (int d = shape.rank() - 1; d >= 0; d--) {
            Tensor size = Reductions.scalar(rest, Math.max(1, shape.size(d)));
            found[d] = Arithmetic.REMAINDER.apply(rest, size);
            rest = Arithmetic.FLOOR_DIVIDE.apply(rest, size);
        }
        return Tuple.of(found);
    }
}
