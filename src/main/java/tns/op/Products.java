package tns.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Products beyond matmul: cross, Kronecker and tensor products, chains, and products added to something. */
public final class Products {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("matrix products");

    static {
        FAMILY.define("cross(x: tensor, y: tensor, dim: int = none)")
                .doc("The vector product along a dim of size 3, the first such dim unless given.")
                .example("cross([1, 0, 0], [0, 1, 0])", "tensor([0, 0, 1])")
                .gradient("cross(x, y, dim=-1)", "x: [2, 3]", "y: [3]")
                .is(Products::cross);
        FAMILY.define("kron(x: tensor, y: tensor)")
                .doc("The Kronecker product: every element of x times the whole of y, in its place.")
                .example("kron([1, 2], [1, 10])", "tensor([ 1, 10,  2, 20])")
                .gradient("kron(x, y)", "x: [2, 2]", "y: [2]")
                .is(args -> kron(args.tensor("x"), args.tensor("y")));
        FAMILY.define("tensordot(x: tensor, y: tensor, dims: any = 2)")
                .doc("The products summed over the last dims of x and the first of y, that many, or over the pair"
                        + " (dims of x, dims of y).")
                .example("tensordot([[1, 2], [3, 4]], [[1, 0], [0, 1]])", "tensor(5)")
                .gradient("tensordot(x, y, dims=1)", "x: [2, 3]", "y: [3, 2]")
                .gradient("tensordot(x, y, dims=((0, 1), (1, 0)))", "x: [2, 3, 2]", "y: [3, 2]")
                .is(Products::tensordot);
        FAMILY.define("vdot(x: tensor, y: tensor)")
                .doc("The sum of the products of two vectors.")
                .example("vdot([1, 2], [3, 4])", "tensor(11)")
                .gradient("vdot(x, y)", "x: [3]", "y: [3]")
                .is(args -> Contraction.matmul(
                        Contraction.rank(args, "vdot", "x", 1), Contraction.rank(args, "vdot", "y", 1)));
        FAMILY.define("vecdot(x: tensor, y: tensor, dim: int = -1)")
                .doc("The sum of the products along a dim.")
                .example("vecdot([[1, 2], [3, 4]], [1, 1])", "tensor([3, 7])")
                .gradient("vecdot(x, y)", "x: [2, 3]", "y: [3]")
                .is(args -> {
                    Tensor products = Arithmetic.MUL.apply(args.tensor("x"), args.tensor("y"));
                    int dim = products.shape().dim(args.integer("dim"), "vecdot");
                    return Reductions.sum(products, Dims.of(products, dim, false));
                });
        FAMILY.define("multi_dot(tensors: tensors)")
                .doc("The product of several matrices, bracketed so that it costs least; the first and last may be"
                        + " vectors.")
                .example("multi_dot(([[1., 2.]], [[3.], [4.]], [[2.]]))", "tensor([[22.]])")
                .alias("chain_matmul")
                .gradient("multi_dot((x, y, z))", "x: [2, 3]", "y: [3, 2]", "z: [2]")
                .is(args -> chain(args.tensors("tensors")));
        added(
                "addmv",
                "a",
                "vec",
                "a matrix and a vector",
                2,
                1,
                "addmv([1., 1.], [[1., 2.], [3., 4.]], [1., 0.])",
                "tensor([2., 4.])",
                "x: [2]",
                "a: [2, 3]",
                "b: [3]");
        added(
                "baddbmm",
                "a",
                "b",
                "two batches of matrices",
                3,
                3,
                "baddbmm([1.], [[[2.]]], [[[3.]]])",
                "tensor([[[7.]]])",
                "x: [2]",
                "a: [2, 2, 3]",
                "b: [2, 3, 2]");
        added(
                "addbmm",
                "a",
                "b",
                "two batches of matrices, summed over the batch",
                3,
                3,
                "addbmm([1.], [[[2.]], [[1.]]], [[[3.]], [[1.]]])",
                "tensor([[8.]])",
                "x: [2]",
                "a: [2, 2, 3]",
                "b: [2, 3, 2]");
        added(
                "addr",
                "a",
                "b",
                "a column and a row, all their products",
                1,
                1,
                "addr([1., 1.], [1., 2.], [3., 4.])",
                "tensor([[4., 5.],\n        [7., 9.]])",
                "x: [2]",
                "a: [3]",
                "b: [2]");
    }

    private Products() {}

    private static void added(
            String name,
            String left,
            String right,
            String words,
            int leftRank,
            int rightRank,
            String call,
            String result,
            String... inputs) {
        FAMILY.define(name + "(x: tensor, " + left + ": tensor, " + right
                        + ": tensor, beta: number = 1, alpha: number = 1)")
                .doc("beta * x plus alpha times the product of " + words + ".")
                .example(call, result)
                .gradient(name + "(x, a, b, beta=0.5, alpha=2)", inputs)
                .is(args -> {
                    Tensor a = Contraction.rank(args, name, left, leftRank);
                    Tensor b = Contraction.rank(args, name, right, rightRank);
                    Tensor product = switch (name) {
                        case "addr" -> Arithmetic.MUL.apply(Movement.unsqueeze(a, 1), b);
                        case "addbmm" -> {
                            Tensor each = batch(name, a, b);
                            yield Reductions.sum(each, Dims.of(each, 0, false));
                        }
                        case "baddbmm" -> batch(name, a, b);
                        default -> Contraction.matmul(a, b);
                    };
                    return Contraction.added(args, product);
                });
    }

    private static Tensor batch(String op, Tensor a, Tensor b) {
        if (a.size(0) != b.size(0)) {
            throw new TnsException(ErrorKind.SHAPE, op + ": batches differ: " + a.shape() + " @ " + b.shape());
        }
        return Contraction.matmul(a, b);
    }

    private static Object cross(Args args) {
        Tensor x = args.tensor("x");
        Tensor y = args.tensor("y");
        Shape shape = Broadcasting.shape("cross", x, y);
        int dim = -1;
        if (args.has("dim")) {
            dim = shape.dim(args.integer("dim"), "cross");
        } else {
            for (int d = shape.rank() - 1; d >= 0; d--) {
                dim = shape.size(d) == 3 ? d : dim;
            }
        }
        if (dim < 0 || shape.rank() == 0 || shape.size(dim) != 3) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "cross: needs a dim of size 3, found " + x.describe() + " and " + y.describe())
                    .help("dim= names the dim of the coordinates");
        }
        Tensor a = Movement.expand(x, shape);
        Tensor b = Movement.expand(y, shape);
        return Arithmetic.SUB.apply(
                Arithmetic.MUL.apply(turned(a, dim, 1), turned(b, dim, 2)),
                Arithmetic.MUL.apply(turned(a, dim, 2), turned(b, dim, 1)));
    }

    private static Tensor turned(Tensor x, int dim, int by) {
        return Joining.cat(new Tensor[] {Movement.range(x, dim, by, 3), Movement.range(x, dim, 0, by)}, dim);
    }

    private static Tensor kron(Tensor x, Tensor y) {
        int rank = Math.max(x.rank(), y.rank());
        int[] left = new int[2 * rank];
        int[] right = new int[2 * rank];
        int[] joined = new int[rank];
        for (int d = 0; d < rank; d++) {
            int a = d < rank - x.rank() ? 1 : x.size(d - (rank - x.rank()));
            int b = d < rank - y.rank() ? 1 : y.size(d - (rank - y.rank()));
            left[2 * d] = a;
            left[2 * d + 1] = 1;
            right[2 * d] = 1;
            right[2 * d + 1] = b;
            joined[d] = a * b;
        }
        Tensor products =
                Arithmetic.MUL.apply(Movement.reshape(x, Shape.of(left)), Movement.reshape(y, Shape.of(right)));
        return Movement.reshape(products, Shape.of(joined));
    }

    private static Object tensordot(Args args) {
        Tensor x = args.tensor("x");
        Tensor y = args.tensor("y");
        Object dims = args.get("dims");
        int[] left;
        int[] right;
        if (dims instanceof Tuple pair
                && pair.size() == 2
                && Conversion.ints(pair.get(0)) instanceof int[] a
                && Conversion.ints(pair.get(1)) instanceof int[] b
                && a.length == b.length) {
            left = a.clone();
            right = b.clone();
        } else if (dims instanceof Long n && n >= 0 && n <= Math.min(x.rank(), y.rank())) {
            int count = Math.toIntExact(n);
            left = new int[count];
            right = Movement.identityOrder(count);
            Arrays.setAll(left, i -> x.rank() - count + i);
        } else {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "tensordot: dims must be a number of dims that both tensors have or a pair of tuples of"
                                    + " equal length, found " + TypeName.describe(dims))
                    .help("dims=((0, 1), (1, 0)) sums over dims 0 and 1 of x, and 1 and 0 of y");
        }
        List<Integer> inner = new ArrayList<>();
        List<Integer> other = new ArrayList<>();
        for (int i = 0; i < left.length; i++) {
            int a = Dims.one(x, left[i], "tensordot");
            int b = Dims.one(y, right[i], "tensordot");
            if (x.size(a) != y.size(b) || inner.contains(a) || other.contains(b)) {
                throw new TnsException(
                        ErrorKind.SHAPE,
                        "tensordot: dim " + a + " of " + x.shape() + " and dim " + b + " of " + y.shape()
                                + " cannot be summed together");
            }
            inner.add(a);
            other.add(b);
        }
        List<Integer> rows = rest(x, inner);
        List<Integer> columns = rest(y, other);
        int k = size(x, inner);
        Tensor a = Movement.reshape(ordered(x, rows, inner), Shape.of(size(x, rows), k));
        Tensor b = Movement.reshape(ordered(y, other, columns), Shape.of(k, size(y, columns)));
        Shape shape = Shape.of(rows.stream().mapToInt(x::size).toArray())
                .concat(Shape.of(columns.stream().mapToInt(y::size).toArray()));
        return Movement.reshape(Contraction.matmul(a, b), shape);
    }

    private static List<Integer> rest(Tensor x, List<Integer> used) {
        List<Integer> rest = new ArrayList<>();
        for (int d = 0; d < x.rank(); d++) {
            if (!used.contains(d)) {
                rest.add(d);
            }
        }
        return rest;
    }

    private static int size(Tensor x, List<Integer> dims) {
        return dims.stream().mapToInt(x::size).reduce(1, (a, b) -> a * b);
    }

    private static Tensor ordered(Tensor x, List<Integer> first, List<Integer> last) {
        List<Integer> all = new ArrayList<>(first);
        all.addAll(last);
        return Movement.permute(x, all.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The product in the order of fewest multiplications (Cormen and others, Introduction to Algorithms, 15.2). */
    private static Tensor chain(Tensor[] given) {
        int n = given.length;
        if (n < 2) {
            throw new TnsException(ErrorKind.VALUE, "multi_dot: needs at least two tensors, found " + n);
        }
        Tensor[] matrices = given.clone();
        boolean row = given[0].rank() == 1;
        boolean column = given[n - 1].rank() == 1;
        matrices[0] = row ? Movement.unsqueeze(given[0], 0) : given[0];
        matrices[n - 1] = column ? Movement.unsqueeze(given[n - 1], 1) : given[n - 1];
        for (int i = 0; i < n; i++) {
            if (matrices[i].rank() != 2 || i > 0 && matrices[i - 1].size(1) != matrices[i].size(0)) {
                throw new TnsException(
                        ErrorKind.SHAPE,
                        "multi_dot: " + given[i].describe() + " at place " + i + " does not fit into the chain");
            }
        }
        long[][] cost = new long[n][n];
        int[][] split = new int[n][n];
        for (int length = 1; length < n; length++) {
            for (int i = 0; i + length < n; i++) {
                int j = i + length;
                cost[i][j] = Long.MAX_VALUE;
                for (int k = i; k < j; k++) {
                    long steps = (long) matrices[i].size(0) * matrices[k].size(1) * matrices[j].size(1);
                    if (cost[i][k] + cost[k + 1][j] + steps < cost[i][j]) {
                        cost[i][j] = cost[i][k] + cost[k + 1][j] + steps;
                        split[i][j] = k;
                    }
                }
            }
        }
        Tensor y = product(matrices, split, 0, n - 1);
        y = column ? Movement.squeeze(y, 1) : y;
        return row ? Movement.squeeze(y, 0) : y;
    }

    private static Tensor product(Tensor[] matrices, int[][] split, int i, int j) {
        if (i == j) {
            return matrices[i];
        }
        int k = split[i][j];
        return Contraction.matmul(product(matrices, split, i, k), product(matrices, split, k + 1, j));
    }
}
