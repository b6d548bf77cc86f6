package tns.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Whole tensors turned, rolled, stacked and split by PyTorch's shorthands for dims. */
public final class Rearranging {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("shapes and conversions");

    static {
        FAMILY.define("roll(x: tensor, shifts: ints, dims: ints = none)")
                .doc("The elements moved along dims, those that leave at the end entering at the start; without dims"
                        + " in row-major order.")
                .example("roll([1, 2, 3, 4], 1)", "tensor([4, 1, 2, 3])")
                .gradient("roll(x, (1, -1), (0, 1))", "x: [2, 3]")
                .is(Rearranging::roll);
        FAMILY.define("rot90(x: tensor, k: int = 1, dims: ints = (0, 1))")
                .doc("Turned by k quarters in the plane of two dims, from the first towards the second.")
                .example("rot90([[1, 2], [3, 4]])", "tensor([[2, 4],\n        [1, 3]])")
                .gradient("rot90(x, 3)", "x: [2, 3]")
                .is(Rearranging::rotate);
        FAMILY.define("fliplr(x: tensor)")
                .doc("Dim 1 in reverse.")
                .example("fliplr([[1, 2], [3, 4]])", "tensor([[2, 1],\n        [4, 3]])")
                .gradient("fliplr(x)", "x: [2, 3]")
                .is(args -> Movement.flip(atLeast(args.tensor("x"), 2, "fliplr"), 1));
        FAMILY.define("flipud(x: tensor)")
                .doc("Dim 0 in reverse.")
                .example("flipud([[1, 2], [3, 4]])", "tensor([[3, 4],\n        [1, 2]])")
                .gradient("flipud(x)", "x: [2, 3]")
                .is(args -> Movement.flip(atLeast(args.tensor("x"), 1, "flipud"), 0));
        FAMILY.define("swapdims(x: tensor, dim0: int, dim1: int)")
                .doc("The two dims swapped.")
                .example("swapdims([[1, 2], [3, 4]], 0, 1)", "tensor([[1, 3],\n        [2, 4]])")
                .gradient("swapdims(x, 0, 1)", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    int a = x.shape().dim(args.integer("dim0"), "swapdims");
                    return Movement.transpose(x, a, x.shape().dim(args.integer("dim1"), "swapdims"));
                });
        FAMILY.define("ravel(x: tensor)")
                .doc("All elements in row-major order in one dim.")
                .example("ravel([[1, 2], [3, 4]])", "tensor([1, 2, 3, 4])")
                .gradient("ravel(x)", "x: [2, 3]")
                .is(args -> Movement.reshape(
                        args.tensor("x"), Shape.of(args.tensor("x").elements())));
        lifted("atleast_1d", 1, "(1,)");
        lifted("atleast_2d", 2, "(1, 1)");
        lifted("atleast_3d", 3, "(1, 1, 1)");
        FAMILY.define("broadcast_tensors(*tensors: tensors)")
                .doc("The tuple of the tensors, all expanded to their common shape.")
                .example("broadcast_tensors([1, 2], [[3]])", "(tensor([[1, 2]]), tensor([[3, 3]]))")
                .gradient("broadcast_tensors(x, y)[1]", "x: [2, 3]", "y: [3]")
                .is(args -> {
                    Tensor[] tensors = nonempty(args, "broadcast_tensors");
                    Shape shape = Broadcasting.shape("broadcast_tensors", tensors);
                    return Tuple.of(Arrays.stream(tensors)
                            .map(t -> (Object) Movement.expand(t, shape))
                            .toArray());
                });
        joined("hstack", "tensor([1, 2, 3])", "side by side: along dim 1, or dim 0 of vectors");
        joined("vstack", "tensor([[1, 2],\n        [3, 4]])", "one below the other, vectors as rows");
        joined("row_stack", "tensor([[1, 2],\n        [3, 4]])", "one below the other, vectors as rows");
        joined("dstack", "tensor([[[1, 3],\n         [2, 4]]])", "along dim 2, with dims of size 1 put in");
        joined("column_stack", "tensor([[1, 3],\n        [2, 4]])", "side by side, vectors as columns");
        FAMILY.define("tensor_split(x: tensor, indices_or_sections: any, dim: int = 0)")
                .doc("The tuple of that many nearly equal parts along a dim, or of the parts between several indices.")
                .example("tensor_split([1, 2, 3], 2)", "(tensor([1, 2]), tensor([3]))")
                .gradient("tensor_split(x, (1,), dim=1)[1]", "x: [2, 3]")
                .is(args -> split(
                        args.tensor("x"), args, args.tensor("x").shape().dim(args.integer("dim"), "tensor_split")));
        FAMILY.define("hsplit(x: tensor, indices_or_sections: any)")
                .doc("tensor_split along dim 1, or dim 0 of a vector.")
                .example("hsplit([[1, 2]], 2)", "(tensor([[1]]), tensor([[2]]))")
                .gradient("hsplit(x, (1,))[1]", "x: [2, 3]")
                .is(args -> {
                    Tensor x = atLeast(args.tensor("x"), 1, "hsplit");
                    return split(x, args, x.rank() == 1 ? 0 : 1);
                });
        FAMILY.define("vsplit(x: tensor, indices_or_sections: any)")
                .doc("tensor_split along dim 0.")
                .example("vsplit([[1], [2]], 2)", "(tensor([[1]]), tensor([[2]]))")
                .gradient("vsplit(x, (1,))[1]", "x: [2, 3]")
                .is(args -> split(atLeast(args.tensor("x"), 2, "vsplit"), args, 0));
        FAMILY.define("dsplit(x: tensor, indices_or_sections: any)")
                .doc("tensor_split along dim 2.")
                .example("dsplit([[[1, 2]]], 2)", "(tensor([[[1]]]), tensor([[[2]]]))")
                .gradient("dsplit(x, (1,))[1]", "x: [2, 1, 3]")
                .is(args -> split(atLeast(args.tensor("x"), 3, "dsplit"), args, 2));
    }

    private Rearranging() {}

    private static Tensor atLeast(Tensor x, int rank, String op) {
        if (x.rank() < rank) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    op + ": needs at least " + rank + " dim" + (rank == 1 ? "" : "s") + ", found " + x.describe());
        }
        return x;
    }

    private static Tensor[] nonempty(Args args, String op) {
        Tensor[] tensors = args.tensors("tensors");
        if (tensors.length == 0) {
            throw new TnsException(ErrorKind.VALUE, op + ": needs at least one tensor");
        }
        return tensors;
    }

    private static Object roll(Args args) {
        Tensor x = args.tensor("x");
        int[] shifts = args.ints("shifts");
        int[] dims = args.intsOrNull("dims");
        if (dims == null || dims.length == 0) {
            if (shifts.length != 1) {
                throw new TnsException(ErrorKind.VALUE, "roll: " + shifts.length + " shifts without dims");
            }
            Tensor flat = Movement.reshape(x, Shape.of(x.elements()));
            return Movement.reshape(roll(flat, 0, shifts[0]), x.shape());
        }
        if (shifts.length != dims.length) {
            throw new TnsException(ErrorKind.VALUE, "roll: " + shifts.length + " shifts for " + dims.length + " dims");
        }
        for (int i = 0; i < dims.length; i++) {
            int dim = x.shape().dim(dims[i], "roll");
            x = x.rank() == 0 ? x : roll(x, dim, shifts[i]);
        }
        return x;
    }

    private static Tensor roll(Tensor x, int dim, int shift) {
        int n = x.size(dim);
        int start = n == 0 ? 0 : Math.floorMod(-shift, n);
        if (start == 0) {
            return x;
        }
        return Joining.cat(new Tensor[] {Movement.range(x, dim, start, n), Movement.range(x, dim, 0, start)}, dim);
    }

    private static Object rotate(Args args) {
        Tensor x = args.tensor("x");
        int[] dims = args.ints("dims");
        int first = dims.length == 2 ? x.shape().dim(dims[0], "rot90") : 0;
        int second = dims.length == 2 ? x.shape().dim(dims[1], "rot90") : 0;
        if (first == second) {
            throw new TnsException(
                    ErrorKind.VALUE, "rot90: dims must be two different dims, found " + Arrays.toString(dims));
        }
        return switch (Math.floorMod(args.integer("k"), 4)) {
            case 1 -> Movement.transpose(Movement.flip(x, second), first, second);
            case 2 -> Movement.flip(Movement.flip(x, first), second);
            case 3 -> Movement.flip(Movement.transpose(x, first, second), second);
            default -> x;
        };
    }

    private static void lifted(String name, int rank, String shape) {
        FAMILY.define(name + "(x: tensor)")
                .doc("x, or with dims of size 1 put in until there are " + rank + ".")
                .example(name + "(7).shape", shape)
                .gradient(name + "(x)", "x: [3]")
                .is(args -> lift(args.tensor("x"), rank));
    }

    /** NumPy's placement: a vector becomes a row, a matrix gets its new dim at the end. */
    private static Tensor lift(Tensor x, int rank) {
        Tensor y = x.rank() == 0 ? Movement.reshape(x, Shape.of(1)) : x;
        y = y.rank() == 1 && rank > 1 ? Movement.unsqueeze(y, 0) : y;
        return y.rank() == 2 && rank > 2 ? Movement.unsqueeze(y, 2) : y;
    }

    private static void joined(String name, String result, String words) {
        String call = name.equals("hstack") ? "hstack(([1, 2], [3]))" : name + "(([1, 2], [3, 4]))";
        FAMILY.define(name + "(tensors: tensors)")
                .doc("The tensors " + words + ".")
                .example(call, result)
                .gradient(name + "((x, y))", "x: [3]", "y: [3]")
                .is(args -> {
                    Tensor[] tensors = nonempty(args, name);
                    for (int i = 0; i < tensors.length; i++) {
                        tensors[i] = switch (name) {
                            case "hstack" -> lift(tensors[i], 1);
                            case "dstack" -> lift(tensors[i], 3);
                            case "column_stack" ->
                                tensors[i].rank() < 2
                                        ? Movement.reshape(tensors[i], Shape.of(tensors[i].elements(), 1))
                                        : tensors[i];
                            default -> lift(tensors[i], 2);
                        };
                    }
                    int dim = switch (name) {
                        case "hstack" -> tensors[0].rank() == 1 ? 0 : 1;
                        case "dstack" -> 2;
                        case "column_stack" -> 1;
                        default -> 0;
                    };
                    return Joining.cat(tensors, dim);
                });
    }

    private static Tuple split(Tensor x, Args args, int dim) {
        atLeast(x, 1, args.name());
        Object where = args.get("indices_or_sections");
        int[] given = Conversion.ints(where);
        if (given == null) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    args.name() + ": needs a number of parts or a tuple of indices, found " + TypeName.describe(where));
        }
        int n = x.size(dim);
        List<Object> parts = new ArrayList<>();
        boolean sections = where instanceof Long || where instanceof Tensor t && t.rank() == 0;
        if (!sections) {
            int from = 0;
            for (int i = 0; i <= given.length; i++) {
                int to = i == given.length ? n : Math.clamp(given[i] < 0 ? given[i] + n : given[i], 0, n);
                parts.add(Movement.range(x, dim, Math.min(from, to), to));
                from = to;
            }
            return Tuple.of(parts);
        }
        if (given[0] < 1) {
            throw new TnsException(ErrorKind.VALUE, args.name() + ": needs at least 1 part, found " + given[0]);
        }
        int from = 0;
        for (int i = 0; i < given[0]; i++) {
            int to = from + n / given[0] + (i < n % given[0] ? 1 : 0);
            parts.add(Movement.range(x, dim, from, to));
            from = to;
        }
        if (!args.name().equals("tensor_split") && n % given[0] != 0) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    args.name() + ": dim " + dim + " of size " + n + " does not split into " + given[0]
                            + " equal parts");
        }
        return Tuple.of(parts);
    }
}
