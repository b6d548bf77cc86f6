package tns.op;

import java.util.Arrays;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.GradMode;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The ops that rearrange, convert or ask about a tensor without changing its numbers. */
public final class ShapeOps {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("shapes and conversions");

    static {
        views();
        conversions();
        questions();
    }

    private ShapeOps() {}

    private static void views() {
        for (String name : new String[] {"reshape", "view"}) {
            FAMILY.define(name + "(x: tensor, *shape: ints)")
                    .doc("The same elements in row-major order under another shape; one size may be -1.")
                    .example(name + "([1, 2, 3, 4], 2, -1)", "tensor([[1, 2],\n        [3, 4]])")
                    .gradient(name + "(x, (3, 2))", "x: [2, 3]")
                    .is(args -> {
                        Tensor x = args.tensor("x");
                        return Movement.reshape(x, Movement.resolve(name, x, args.ints("shape")));
                    });
        }
        FAMILY.define("flatten(x: tensor, start_dim: int = 0, end_dim: int = -1)")
                .doc("The dims from start_dim to end_dim joined into one.")
                .example("flatten([[1, 2], [3, 4]])", "tensor([1, 2, 3, 4])")
                .gradient("flatten(x)", "x: [2, 3]")
                .is(ShapeOps::flatten);
        FAMILY.define("unflatten(x: tensor, dim: int, sizes: ints)")
                .doc("Dim split into several of the given sizes; one may be -1.")
                .example("unflatten([1, 2, 3, 4], 0, (2, 2))", "tensor([[1, 2],\n        [3, 4]])")
                .gradient("unflatten(x, 1, (2, -1))", "x: [2, 4]")
                .is(ShapeOps::unflatten);
        FAMILY.define("squeeze(x: tensor, dim: ints = none)")
                .doc("Without its dims of size 1, or without the given ones where their size is 1.")
                .example("squeeze([[1, 2]]).shape", "(2,)")
                .gradient("squeeze(x, 1)", "x: [2, 1, 3]")
                .is(ShapeOps::squeeze);
        FAMILY.define("unsqueeze(x: tensor, dim: int)")
                .doc("With a new dim of size 1 at the given place.")
                .example("unsqueeze([1, 2], 0)", "tensor([[1, 2]])")
                .gradient("unsqueeze(x, -1)", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    int dim = args.integer("dim");
                    int rank = x.rank() + 1;
                    if (dim < -rank || dim >= rank) {
                        throw outOfRange("unsqueeze", dim, rank, x);
                    }
                    return Movement.unsqueeze(x, dim < 0 ? dim + rank : dim);
                });
        FAMILY.define("transpose(x: tensor, dim0: int, dim1: int)")
                .doc("The two dims swapped.")
                .example("transpose([[1, 2], [3, 4]], 0, 1)", "tensor([[1, 3],\n        [2, 4]])")
                .alias("swapaxes")
                .gradient("transpose(x, 0, 1)", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    int a = x.shape().dim(args.integer("dim0"), "transpose");
                    return Movement.transpose(x, a, x.shape().dim(args.integer("dim1"), "transpose"));
                });
        FAMILY.define("adjoint(x: tensor)")
                .doc("Each matrix with rows and columns exchanged: the last two dims.")
                .example("adjoint([[1, 2], [3, 4]])", "tensor([[1, 3],\n        [2, 4]])")
                .gradient("adjoint(x)", "x: [2, 3, 2]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    if (x.rank() < 2) {
                        throw new TnsException(
                                ErrorKind.SHAPE, "adjoint: needs at least 2 dims, found " + x.describe());
                    }
                    return Matrices.transposed(x);
                });
        FAMILY.define("t(x: tensor)")
                .doc("The transpose of a matrix; a vector is itself.")
                .example("t([[1, 2], [3, 4]])", "tensor([[1, 3],\n        [2, 4]])")
                .gradient("t(x)", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    if (x.rank() > 2) {
                        throw new TnsException(ErrorKind.SHAPE, "t: needs at most 2 dims, found " + x.describe())
                                .help("x.T swaps the last two dims of any tensor");
                    }
                    return x.rank() < 2 ? x : Movement.transpose(x, 0, 1);
                });
        FAMILY.define("permute(x: tensor, *dims: ints)")
                .doc("The dims in the given order.")
                .example("permute(zeros(2, 3, 4), 2, 0, 1).shape", "(4, 2, 3)")
                .gradient("permute(x, 1, 0)", "x: [2, 3]")
                .is(ShapeOps::permute);
        FAMILY.define("movedim(x: tensor, source: ints, destination: ints)")
                .doc("The source dims moved to the destination places; the others keep their order.")
                .example("movedim(zeros(2, 3, 4), 0, 2).shape", "(3, 4, 2)")
                .alias("moveaxis")
                .gradient("movedim(x, 0, 1)", "x: [2, 3]")
                .is(ShapeOps::movedim);
        for (String name : new String[] {"expand", "broadcast_to"}) {
            FAMILY.define(name + "(x: tensor, *shape: ints)")
                    .doc("Repeated along dims of size 1 to the given shape, without copying; -1 keeps a size.")
                    .example(name + "([[1], [2]], 2, 3)", "tensor([[1, 1, 1],\n        [2, 2, 2]])")
                    .gradient(name + "(x, (4, 2, 3))", "x: [2, 1]")
                    .is(args -> expand(name, args.tensor("x"), args.ints("shape")));
        }
        FAMILY.define("expand_as(x: tensor, other: tensor)")
                .doc("Repeated to the shape of another tensor.")
                .example("expand_as([1, 2], zeros(2, 2))", "tensor([[1, 2],\n        [1, 2]])")
                .gradient("expand_as(x, zeros(2, 3))", "x: [3]")
                .is(args -> expand(
                        "expand_as",
                        args.tensor("x"),
                        args.tensor("other").shape().toArray()));
        FAMILY.define("flip(x: tensor, *dims: ints)")
                .doc("The given dims in reverse.")
                .example("flip([1, 2, 3], 0)", "tensor([3, 2, 1])")
                .gradient("flip(x, (0, 1))", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    for (int d : args.ints("dims")) {
                        int dim = x.shape().dim(d, "flip");
                        x = x.rank() == 0 ? x : Movement.flip(x, dim);
                    }
                    return x;
                });
        FAMILY.define("unbind(x: tensor, dim: int = 0)")
                .doc("The tuple of sub-tensors along a dim.")
                .example("unbind([[1, 2], [3, 4]])", "(tensor([1, 2]), tensor([3, 4]))")
                .gradient("unbind(x, 1)[0]", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    if (x.rank() == 0) {
                        throw new TnsException(ErrorKind.SHAPE, "unbind: a 0-d tensor has no dim to unbind");
                    }
                    return Movement.unbind(x, x.shape().dim(args.integer("dim"), "unbind"));
                });
    }

    private static void conversions() {
        FAMILY.define("to(x: tensor, *what: any, dtype: dtype = none, device: device = none)")
                .doc("The tensor as another dtype or on another device: x.to(float64), x.to(cpu).")
                .example("to([1, 2], float32)", "tensor([1., 2.])")
                .gradient("to(x, float64)", "x: [2, 3]")
                .is(ShapeOps::to);
        cast("float", DType.FLOAT32, "[1, 2]", "tensor([1., 2.])");
        cast("double", DType.FLOAT64, "[1, 2]", "tensor([1., 2.], dtype=float64)");
        cast("long", DType.INT64, "[1.7, -1.7]", "tensor([ 1, -1])");
        cast("int", DType.INT64, "[1.7, -1.7]", "tensor([ 1, -1])");
        cast("bool", DType.BOOL, "[0, 2]", "tensor([false,  true])");
        FAMILY.define("cpu(x: tensor)")
                .doc("The tensor in host memory.")
                .example("[1., 2.].cpu()", "tensor([1., 2.])")
                .gradient("x.cpu()", "x: [2, 3]")
                .is(args -> onDevice(args.tensor("x"), args.context().cpu()));
        FAMILY.define("contiguous(x: tensor)")
                .doc("The tensor with its elements in row-major order in memory.")
                .example("contiguous([[1, 2], [3, 4]].T)", "tensor([[1, 3],\n        [2, 4]])")
                .gradient("contiguous(x.T)", "x: [2, 3]")
                .is(args -> Casts.contiguous(args.tensor("x")));
        FAMILY.define("clone(x: tensor)")
                .doc("A copy of the tensor; gradients flow through it.")
                .example("clone([1., 2.])", "tensor([1., 2.])")
                .gradient("clone(x)", "x: [2, 3]")
                .is(args -> Casts.duplicate(args.tensor("x")));
        FAMILY.define("detach(x: tensor)")
                .doc("The same numbers without their history: no gradient flows through it.")
                .example("detach([1., 2.])", "tensor([1., 2.])")
                .is(args -> args.tensor("x").detach());
        FAMILY.define("item(x: tensor)")
                .doc("The only element as a host number.")
                .example("item([3])", "3")
                .is(args -> args.tensor("x").item());
        FAMILY.define("tolist(x: tensor)")
                .doc("The elements as nested tuples of host numbers.")
                .example("tolist([[1, 2], [3, 4]])", "((1, 2), (3, 4))")
                .is(args -> toTuple(onDevice(args.tensor("x"), args.context().cpu())));
    }

    private static void questions() {
        FAMILY.define("numel(x: tensor)")
                .doc("The number of elements.")
                .example("numel(zeros(2, 3))", "6")
                .is(args -> (long) args.tensor("x").elements());
        FAMILY.define("is_floating_point(x: tensor)")
                .doc("Whether the elements are floats.")
                .example("is_floating_point([1, 2])", "false")
                .is(args -> args.tensor("x").dtype().isFloat());
        FAMILY.define("dim(x: tensor)")
                .doc("The number of dims.")
                .example("dim(zeros(2, 3))", "2")
                .is(args -> (long) args.tensor("x").rank());
        FAMILY.define("size(x: tensor, dim: int = none)")
                .doc("The shape, or the size of one dim.")
                .example("size(zeros(2, 3), 1)", "3")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    return args.has("dim")
                            ? (Object) (long) sizeOf(x, args.integer("dim"))
                            : Tuple.ofInts(x.shape().toArray());
                });
        FAMILY.define("is_contiguous(x: tensor)")
                .doc("Whether the elements lie in row-major order in memory.")
                .example("is_contiguous(zeros(2, 3))", "true")
                .is(args -> args.tensor("x").isContiguous());
    }

    private static int sizeOf(Tensor x, int dim) {
        if (dim < -x.rank() || dim >= x.rank()) {
            throw outOfRange("size", dim, x.rank(), x);
        }
        return x.size(dim);
    }

    private static TnsException outOfRange(String op, int dim, int rank, Tensor x) {
        return new TnsException(ErrorKind.INDEX, op + ": dim " + dim + " is out of range for shape " + x.shape())
                .help("a dim here is between " + -rank + " and " + (rank - 1));
    }

    private static void cast(String name, DType dtype, String from, String result) {
        Op.Definition cast = FAMILY.define(name + "(x: tensor)")
                .doc("The tensor as " + dtype + ".")
                .example(name + "(" + from + ")", result);
        if (dtype == DType.FLOAT64) {
            cast.gradient(name + "(x)", "x: [2, 3]");
        }
        cast.is(args -> Casts.to(args.tensor("x"), dtype));
    }

    private static Object flatten(Args args) {
        Tensor x = args.tensor("x");
        int start = x.shape().dim(args.integer("start_dim"), "flatten");
        int end = x.shape().dim(args.integer("end_dim"), "flatten");
        if (x.rank() == 0) {
            return Movement.reshape(x, Shape.of(1));
        }
        if (start > end) {
            throw new TnsException(ErrorKind.VALUE, "flatten: start_dim " + start + " comes after end_dim " + end);
        }
        Shape middle = Shape.of(x.shape().part(start, end + 1).elements());
        return Movement.reshape(
                x, x.shape().part(0, start).concat(middle).concat(x.shape().part(end + 1, x.rank())));
    }

    private static Object unflatten(Args args) {
        Tensor x = args.tensor("x");
        int d = Dims.one(x, args.integer("dim"), "unflatten");
        int[] sizes = args.ints("sizes");
        Tensor one = Tensor.allocate(x.device(), DType.BOOL, Shape.of(x.size(d)));
        Shape split = Movement.resolve("unflatten", one, sizes);
        return Movement.reshape(
                x, x.shape().part(0, d).concat(split).concat(x.shape().part(d + 1, x.rank())));
    }

    private static Object squeeze(Args args) {
        Tensor x = args.tensor("x");
        int[] given = args.intsOrNull("dim");
        boolean[] drop = new boolean[x.rank()];
        if (given == null) {
            Arrays.fill(drop, true);
        } else {
            for (int d : given) {
                int dim = x.shape().dim(d, "squeeze");
                if (dim < drop.length) {
                    drop[dim] = true;
                }
            }
        }
        for (int d = drop.length - 1; d >= 0; d--) {
            x = drop[d] && x.size(d) == 1 ? Movement.squeeze(x, d) : x;
        }
        return x;
    }

    private static Object permute(Args args) {
        Tensor x = args.tensor("x");
        int[] order = args.ints("dims");
        boolean[] seen = new boolean[x.rank()];
        boolean fits = order.length == x.rank();
        for (int i = 0; i < order.length && fits; i++) {
            order[i] = x.shape().dim(order[i], "permute");
            fits = !seen[order[i]];
            seen[order[i]] = true;
        }
        if (!fits) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "permute: " + Arrays.toString(args.ints("dims")) + " is not an order of the dims of "
                                    + x.describe())
                    .help("name each of the " + x.rank() + " dims once");
        }
        return Movement.permute(x, order);
    }

    private static Object movedim(Args args) {
        Tensor x = args.tensor("x");
        int[] source = args.ints("source");
        int[] destination = args.ints("destination");
        if (source.length != destination.length) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    "movedim: " + source.length + " source dims but " + destination.length + " destinations");
        }
        int[] order = new int[Math.max(1, x.rank())]; // a 0-d tensor counts as one of 1 dim
        Arrays.fill(order, -1);
        boolean[] taken = new boolean[order.length];
        for (int i = 0; i < source.length; i++) {
            int from = x.shape().dim(source[i], "movedim");
            int to = x.shape().dim(destination[i], "movedim");
            if (taken[from] || order[to] >= 0) {
                throw new TnsException(ErrorKind.VALUE, "movedim: a dim is given twice");
            }
            order[to] = from;
            taken[from] = true;
        }
        int next = 0;
        for (int d = 0; d < order.length; d++) {
            if (order[d] < 0) {
                while (taken[next]) {
                    next++;
                }
                order[d] = next++;
            }
        }
        return x.rank() == 0 ? x : Movement.permute(x, order);
    }

    private static Tensor expand(String op, Tensor x, int[] sizes) {
        int lead = sizes.length - x.rank();
        int[] target = sizes.clone();
        boolean fits = lead >= 0;
        for (int d = 0; d < sizes.length && fits; d++) {
            int size = d < lead ? -1 : x.size(d - lead);
            if (sizes[d] == -1) {
                fits = d >= lead;
                target[d] = size;
            } else {
                fits = d < lead || size == 1 || size == sizes[d];
            }
        }
        if (!fits) {
            throw new TnsException(
                            ErrorKind.SHAPE, op + ": " + x.describe() + " does not expand to " + Arrays.toString(sizes))
                    .help("only dims of size 1 repeat; new dims come first; -1 keeps a size");
        }
        return Movement.expand(x, Shape.of(target));
    }

    private static Object to(Args args) {
        Tensor x = args.tensor("x");
        DType dtype = args.dtypeOrNull("dtype");
        Device device = args.deviceOrNull("device");
        for (Object what : (Tuple) args.get("what")) {
            switch (what) {
                case DType d -> dtype = d;
                case Tensor t -> {
                    dtype = t.dtype();
                    device = t.device();
                }
                case String s when DType.named(s) instanceof DType d -> dtype = d;
                default -> {
                    FactorType.refuse("to", what);
                    device = device(args, what);
                }
            }
        }
        Tensor moved = device == null ? x : onDevice(x, device);
        return dtype == null ? moved : Casts.to(moved, dtype);
    }

    private static Device device(Args args, Object what) {
        Device device = args.context().device(what);
        if (device == null) {
            throw new TnsException(
                    ErrorKind.VALUE, "to: expected a dtype or a device, found " + TypeName.describe(what));
        }
        return device;
    }

    /** The tensor on {@code device}; itself when it is there. Differentiable: gradients travel back. */
    public static Tensor onDevice(Tensor x, Device device) {
        if (x.device() == device) {
            return x;
        }
        Tensor source = Casts.contiguous(x.detach());
        // A host's array may be the buffer's own, and another host would work on the same one.
        boolean hosts = source.device().isHost() && device.isHost();
        if (hosts || source.buffer().size() != source.elements()) {
            source = Casts.duplicate(source);
        }
        Object array = source.device().download(source.buffer());
        Tensor y = Tensor.upload(device, x.dtype(), x.shape(), array);
        return x.requiresGrad() && GradMode.enabled()
                ? y.withOrigin(new Movement.ViewOrigin("to", x, dy -> onDevice(dy, x.device())))
                : y;
    }

    /** The elements as nested tuples of host numbers; a 0-d tensor gives its number. */
    static Object toTuple(Tensor x) {
        if (x.rank() == 0) {
            return x.item();
        }
        Object[] items = new Object[x.size(0)];
        for (int i = 0; i < items.length; i++) {
            items[i] = toTuple(Movement.select(x.detach(), 0, i));
        }
        return Tuple.of(items);
    }
}
