package tns.op;

import java.util.stream.LongStream;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The language's ops that pick, place and mask elements. */
public final class SelectionOps {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("selection");

    static {
        FAMILY.define("gather(x: tensor, dim: int, index: tensor, sparse_grad: bool = false)")
                .doc("The elements that an int tensor names along a dim: y[i][j] = x[i][index[i][j]] for dim 1."
                        + " Its gradient is dense whatever sparse_grad.")
                .example("gather([[1, 2], [3, 4]], 1, [[1], [0]])", "tensor([[2],\n        [3]])")
                .gradient("gather(x, 1, [[0, 0], [2, 1]])", "x: [2, 3]")
                .is(args -> Selection.gather(args.tensor("x"), dim(args, "gather"), args.tensor("index")));
        FAMILY.define("scatter(x: tensor, dim: int, index: tensor, src: tensor = none, value: tensor = none,"
                        + " reduce: string = none)")
                .doc("x with the elements of src, or one value, written where an int tensor says along a dim; added or"
                        + " multiplied there with reduce \"add\" or \"multiply\".")
                .example("scatter([0, 0, 0], 0, [2, 0], [5, 6])", "tensor([6, 0, 5])")
                .example("scatter([1, 2, 3], 0, [2, 2], value=2, reduce=\"multiply\")", "tensor([ 1,  2, 12])")
                .gradient("scatter(x, 1, [[0], [2]], s)", "x: [2, 3]", "s: [2, 1]")
                .gradient("scatter(x, 1, [[0, 0], [2, 1]], s, reduce=\"multiply\")", "x: [2, 3]", "s: [2, 2]")
                .is(SelectionOps::scatter);
        FAMILY.define("scatter_add(x: tensor, dim: int, index: tensor, src: tensor)")
                .doc("x with the elements of src added where an int tensor says along a dim.")
                .example("scatter_add([0, 0], 0, [1, 1], [5, 6])", "tensor([ 0, 11])")
                .gradient("scatter_add(x, 1, [[0, 0], [2, 1]], s)", "x: [2, 3]", "s: [2, 2]")
                .is(args -> Selection.scatter(
                        args.tensor("x"), dim(args, "scatter_add"), args.tensor("index"), args.tensor("src"), true));
        FAMILY.define("scatter_reduce(x: tensor, dim: int, index: tensor, src: tensor, reduce: string,"
                        + " include_self: bool = true)")
                .doc("x with the elements of src folded into it where an int tensor says along a dim, by reduce"
                        + " \"sum\", \"prod\", \"mean\", \"amax\" or \"amin\"; without include_self, of the"
                        + " elements sent there alone.")
                .example("scatter_reduce([1., 2., 3.], 0, [0, 0, 2], [5., 6., 1.], \"amax\")", "tensor([6., 2., 3.])")
                .example(
                        "scatter_reduce([1., 2., 3.], 0, [0, 0, 2], [5., 6., 1.], \"mean\", include_self=false)",
                        "tensor([5.5000, 2.0000, 1.0000])")
                .gradient("scatter_reduce(x, 1, [[0, 0], [2, 1]], s, \"mean\")", "x: [2, 3]", "s: [2, 2]")
                .gradient("scatter_reduce(x, 1, [[0, 0], [2, 1]], s, \"amin\")", "x: [2, 3]", "s: [2, 2]")
                .gradient(
                        "scatter_reduce(x, 1, [[0, 0], [2, 1]], s, \"prod\", include_self=false)",
                        "x: [2, 3]",
                        "s: [2, 2]")
                .gradient(
                        "scatter_reduce(x, 1, [[0, 0], [2, 1]], s, \"amax\", include_self=false)",
                        "x: [2, 3]",
                        "s: [2, 2]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    Tensor source = args.tensor("src");
                    ScatterReduction.requireDType(x, source);
                    int dim = dim(args, "scatter_reduce");
                    Tensor index = args.tensor("index");
                    boolean include = args.flag("include_self");
                    return new ScatterReduction("scatter_reduce", x, dim, index, source, include)
                            .reduced(args.text("reduce"));
                });
        FAMILY.define("index_reduce(x: tensor, dim: int, index: tensor, source: tensor, reduce: string,"
                        + " include_self: bool = true)")
                .doc("x with the slices of the source folded into the slices of a dim that the index names, by reduce"
                        + " \"prod\", \"mean\", \"amax\" or \"amin\"; without include_self, of those alone.")
                .example("index_reduce([1., 2., 3.], 0, [0, 2, 0], [5., 6., 7.], \"prod\")", "tensor([35.,  2., 18.])")
                .gradient("index_reduce(x, 1, [2, 0, 2], s, \"mean\")", "x: [2, 3]", "s: [2, 3]")
                .gradient("index_reduce(x, 0, [1, 1], s, \"amax\", include_self=false)", "x: [2, 3]", "s: [2, 3]")
                .is(SelectionOps::indexReduce);
        FAMILY.define("index_select(x: tensor, dim: int, index: tensor)")
                .doc("The slices of a dim that an int tensor names.")
                .example("index_select([10, 20, 30], 0, [2, 0])", "tensor([30, 10])")
                .gradient("index_select(x, 1, [2, 0, 2])", "x: [2, 3]")
                .is(args -> Selection.indexSelect(
                        "index_select", args.tensor("x"), dim(args, "index_select"), args.tensor("index")));
        FAMILY.define("masked_fill(x: tensor, mask: tensor, value: operand)")
                .doc("x with the value where the mask holds.")
                .example("masked_fill([1, 2, 3], [true, false, true], 0)", "tensor([0, 2, 0])")
                .gradient("masked_fill(x, x > 0, 5)", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    Tensor mask = mask(args, "masked_fill");
                    Tensor value = Conversion.beside(args.context(), x, args.get("value"));
                    if (value == null || value.rank() > 0) {
                        throw new TnsException(ErrorKind.SHAPE, "masked_fill: the value must be a number or 0-d tensor")
                                .help("where(mask, y, x) takes any y");
                    }
                    return Comparison.WHERE.apply(mask, Casts.to(value, x.dtype()), x);
                });
        FAMILY.define("masked_select(x: tensor, mask: tensor)")
                .doc("The elements where the mask holds, in row-major order.")
                .example("masked_select([1, 2, 3], [true, false, true])", "tensor([1, 3])")
                .gradient("masked_select(x, x > 0)", "x: [2, 3]")
                .is(args -> {
                    Tensor mask = mask(args, "masked_select");
                    Shape shape = Broadcasting.shape("masked_select", args.tensor("x"), mask);
                    Tensor x = Movement.expand(args.tensor("x"), shape);
                    Tensor places = Masks.places(Movement.expand(mask, shape));
                    return Selection.slices(Movement.reshape(x, Shape.of(x.elements())), 0, places);
                });
        FAMILY.define("nonzero(x: tensor)")
                .doc("The positions of the elements that are not 0, one row of indices each.")
                .example("nonzero([0, 5, 7])", "tensor([[1],\n        [2]])")
                .is(args -> Masks.positions(args.tensor("x").detach()));
        FAMILY.define("one_hot(x: tensor, num_classes: int = -1)")
                .doc("For each int, a row of zeros with a 1 at its place.")
                .example("one_hot([0, 2])", "tensor([[1, 0, 0],\n        [0, 0, 1]])")
                .is(SelectionOps::oneHot);
        FAMILY.define("tril(x: tensor, diagonal: int = 0)")
                .doc("x on and below a diagonal, 0 above.")
                .example("tril([[1, 2], [3, 4]])", "tensor([[1, 0],\n        [3, 4]])")
                .gradient("tril(x)", "x: [3, 3]")
                .is(args -> triangle(args, "tril", true));
        FAMILY.define("triu(x: tensor, diagonal: int = 0)")
                .doc("x on and above a diagonal, 0 below.")
                .example("triu([[1, 2], [3, 4]])", "tensor([[1, 2],\n        [0, 4]])")
                .gradient("triu(x, 1)", "x: [3, 3]")
                .is(args -> triangle(args, "triu", false));
        FAMILY.define("diag(x: tensor, diagonal: int = 0)")
                .doc("A vector as the diagonal of a matrix; of a matrix, its diagonal.")
                .example("diag([1, 2])", "tensor([[1, 0],\n        [0, 2]])")
                .gradient("diag(x)", "x: [3]")
                .gradient("diag(x, 1)", "x: [3, 3]")
                .is(SelectionOps::diag);
    }

    private SelectionOps() {}

    private static int dim(Args args, String op) {
        return args.tensor("x").shape().dim(args.integer("dim"), op);
    }

    private static Object scatter(Args args) {
        if (args.has("src") == args.has("value")) {
            throw new TnsException(ErrorKind.VALUE, "scatter: needs either src or value")
                    .help("src gives each place an element of its own, value the same to all");
        }
        Tensor x = args.tensor("x");
        int dim = dim(args, "scatter");
        Tensor index = args.tensor("index");
        Tensor source = args.tensor(args.has("src") ? "src" : "value");
        if (!args.has("reduce")) {
            return Selection.scatter(x, dim, index, source, false);
        }
        return switch (args.text("reduce")) {
            case "add" -> Selection.scatter(x, dim, index, source, true);
            case "multiply" -> new ScatterReduction("scatter", x, dim, index, source, true).product();
            default ->
                throw new TnsException(
                        ErrorKind.VALUE,
                        "scatter: reduce is \"add\" or \"multiply\", found \"" + args.text("reduce") + "\"");
        };
    }

    private static Object indexReduce(Args args) {
        Tensor x = args.tensor("x");
        Tensor source = args.tensor("source");
        Tensor index = args.tensor("index");
        int dim = dim(args, "index_reduce");
        ScatterReduction.requireDType(x, source);
        boolean fits = index.rank() <= 1 && x.rank() == source.rank();
        for (int d = 0; d < x.rank() && fits; d++) {
            fits = source.size(d) == (d == dim ? index.elements() : x.size(d));
        }
        if (!fits) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "index_reduce: the index " + index.shape() + " and the source " + source.shape()
                                    + " do not fit x " + x.shape() + " along dim " + dim)
                    .help("the source has a slice of that dim for each int of the index");
        }
        String reduce = args.text("reduce");
        if (reduce.equals("sum")) {
            throw new TnsException(ErrorKind.VALUE, "index_reduce: unknown reduce \"sum\"")
                    .help("\"prod\", \"mean\", \"amax\" or \"amin\"; index_add adds");
        }
        int[] sizes = new int[x.rank()];
        java.util.Arrays.fill(sizes, 1);
        if (x.rank() > 0) {
            sizes[dim] = index.elements();
        }
        Tensor spread = Casts.contiguous(Movement.expand(Movement.reshape(index, Shape.of(sizes)), source.shape()));
        return new ScatterReduction("index_reduce", x, dim, spread, source, args.flag("include_self")).reduced(reduce);
    }

    private static Tensor mask(Args args, String op) {
        Tensor mask = args.tensor("mask");
        if (mask.dtype() != DType.BOOL) {
            throw new TnsException(ErrorKind.DTYPE, op + ": the mask must be bool, found " + mask.describe())
                    .help("x != 0 makes a mask of numbers")
                    .argument(1);
        }
        return mask;
    }

    private static Object oneHot(Args args) {
        Tensor x = args.tensor("x");
        Selection.requireInts("one_hot", x);
        int classes = args.integer("num_classes");
        int width = classes >= 0 && Selection.isKnownWithin(x, classes) ? classes : width(x, classes);
        Tensor places = Selection.ints(x.device(), LongStream.range(0, width));
        return Casts.to(Comparison.EQ.apply(Movement.unsqueeze(x, x.rank()), places), DType.INT64);
    }

    /** How many classes there are: so many, or where that is negative as many as are seen. */
    private static int width(Tensor x, int classes) {
        long greatest = -1;
        for (long v : HostArray.longs(x)) {
            if (v < 0 || classes >= 0 && v >= classes) {
                throw new TnsException(
                        ErrorKind.VALUE,
                        "one_hot: class " + v + " is not between 0 and "
                                + (classes < 0 ? "the last class" : classes - 1));
            }
            greatest = Math.max(greatest, v);
        }
        return classes < 0 ? Shape.checkedSize(greatest) + 1 : classes;
    }

    private static Object triangle(Args args, String op, boolean lower) {
        Tensor x = args.tensor("x");
        if (x.rank() < 2) {
            throw new TnsException(ErrorKind.SHAPE, op + ": needs at least 2 dims, found " + x.describe());
        }
        return Triangles.part(x, args.integer("diagonal"), lower);
    }

    private static Object diag(Args args) {
        Tensor x = args.tensor("x");
        int offset = args.integer("diagonal");
        if (x.rank() == 2) {
            return Casts.duplicate(Movement.diagonal(x, offset, 0, 1));
        }
        if (x.rank() != 1) {
            throw new TnsException(ErrorKind.SHAPE, "diag: needs a vector or a matrix, found " + x.describe());
        }
        return Diagonals.matrices(x, offset);
    }
}
