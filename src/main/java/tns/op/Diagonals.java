package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Diagonals read and written, triangles of indices, and matrices made of blocks or powers. */
public final class Diagonals {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("diagonals and triangles");

    static {
        FAMILY.define("diagonal(x: tensor, offset: int = 0, dim1: int = 0, dim2: int = 1)")
                .doc("The diagonal of two dims as the last dim, offset places above the main one.")
                .example("diagonal([[1, 2], [3, 4]])", "tensor([1, 4])")
                .gradient("diagonal(x, offset=1)", "x: [3, 4]")
                .gradient("diagonal(x, -1, 0, 2)", "x: [3, 2, 3]")
                .is(args -> diagonal(
                        args.tensor("x"),
                        args.integer("offset"),
                        args.integer("dim1"),
                        args.integer("dim2"),
                        "diagonal"));
        FAMILY.define("diag_embed(x: tensor, offset: int = 0, dim1: int = -2, dim2: int = -1)")
                .doc("The last dim as the diagonals of new matrices, in the dims dim1 and dim2, zeros elsewhere.")
                .example("diag_embed([1, 2])", "tensor([[1, 0],\n        [0, 2]])")
                .gradient("diag_embed(x, offset=-1)", "x: [2, 3]")
                .is(Diagonals::embed);
        FAMILY.define("diagflat(x: tensor, offset: int = 0)")
                .doc("All elements as the diagonal of a matrix.")
                .example("diagflat([[1, 2]])", "tensor([[1, 0],\n        [0, 2]])")
                .gradient("diagflat(x)", "x: [2, 2]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    return matrices(Movement.reshape(x, Shape.of(x.elements())), args.integer("offset"));
                });
        FAMILY.define("trace(x: tensor)")
                .doc("The sum of the diagonal of a matrix.")
                .example("trace([[1, 2], [3, 4]])", "tensor(5)")
                .gradient("trace(x)", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    if (x.rank() != 2) {
                        throw new TnsException(ErrorKind.SHAPE, "trace: needs a matrix, found " + x.describe())
                                .help("diagonal(x, 0, -2, -1).sum(-1) takes batches");
                    }
                    return Reductions.sum(Movement.diagonal(x, 0, 0, 1));
                });
        indices("tril_indices", "below", "tensor([[0, 1, 1],\n        [0, 0, 1]])", true);
        indices("triu_indices", "above", "tensor([[0, 0, 1],\n        [0, 1, 1]])", false);
        FAMILY.define("block_diag(*tensors: tensors)")
                .doc("A matrix with the tensors, each at most a matrix, along its diagonal, zeros elsewhere.")
                .example("block_diag([1, 2], [[3]])", "tensor([[1, 2, 0],\n        [0, 0, 3]])")
                .gradient("block_diag(x, y)", "x: [2, 2]", "y: [3]")
                .is(args -> blocks(args.tensors("tensors")));
        FAMILY.define("vander(x: tensor, N: int = none, increasing: bool = false)")
                .doc("The matrix of powers of a vector, a column each, from the highest unless increasing.")
                .example("vander([1, 2, 3])", "tensor([[1, 1, 1],\n        [4, 2, 1],\n        [9, 3, 1]])")
                .gradient("vander(x, N=4)", "x: [3]")
                .is(Diagonals::vander);
    }

    private Diagonals() {}

    private static Tensor diagonal(Tensor x, int offset, int dim1, int dim2, String op) {
        if (x.rank() < 2) {
            throw new TnsException(ErrorKind.SHAPE, op + ": needs at least 2 dims, found " + x.describe());
        }
        int a = x.shape().dim(dim1, op);
        int b = x.shape().dim(dim2, op);
        if (a == b) {
            throw new TnsException(ErrorKind.VALUE, op + ": dim1 and dim2 are both dim " + a);
        }
        return Movement.diagonal(x, offset, a, b);
    }

    /** The last dim as diagonals of square matrices in two new last dims. */
    static Tensor matrices(Tensor x, int offset) {
        int n = x.size(-1);
        int size = Shape.checkedSize(n + Math.abs((long) offset));
        Shape table = Shape.of(size, size);
        Shape batch = x.shape().part(0, x.rank() - 1);
        int rows = batch.elements();
        long[] places = new long[n];
        for (int i = 0; i < n; i++) {
            places[i] = (long) (i + Math.max(-offset, 0)) * size + i + Math.max(offset, 0);
        }
        Tensor zeros = Tensor.allocate(x.device(), x.dtype(), Shape.of(table.elements(), rows));
        Tensor index = Tensor.upload(x.device(), DType.INT64, Shape.of(n), places);
        Tensor columns = Movement.permute(Movement.reshape(x, Shape.of(rows, n)), 1, 0);
        Tensor filled = Selection.putRows(zeros, index, columns, false);
        return Movement.reshape(Movement.permute(filled, 1, 0), batch.concat(table));
    }

    private static Object embed(Args args) {
        Tensor x = args.tensor("x");
        if (x.rank() == 0) {
            throw new TnsException(ErrorKind.SHAPE, "diag_embed: needs at least 1 dim, found " + x.describe());
        }
        Tensor y = matrices(x, args.integer("offset"));
        int a = y.shape().dim(args.integer("dim1"), "diag_embed");
        int b = y.shape().dim(args.integer("dim2"), "diag_embed");
        if (a == b) {
            throw new TnsException(ErrorKind.VALUE, "diag_embed: dim1 and dim2 are both dim " + a);
        }
        int[] order = new int[y.rank()];
        int next = 0;
        for (int d = 0; d < order.length; d++) {
            order[d] = d == a ? y.rank() - 2 : d == b ? y.rank() - 1 : next++;
        }
        return Movement.permute(y, order);
    }

    private static void indices(String name, String side, String result, boolean lower) {
        FAMILY.define(name + "(row: int, col: int, offset: int = 0)")
                .doc("The positions on and " + side
                        + " a diagonal of a matrix: a row of row indices and a row of columns.")
                .example(name + "(2, 2)", result)
                .is(args -> {
                    int rows = args.integer("row");
                    int columns = args.integer("col");
                    int offset = args.integer("offset");
                    Shape.of(rows, columns);
                    long[] first = new long[rows * columns];
                    long[] second = new long[rows * columns];
                    int count = 0;
                    for (int i = 0; i < rows; i++) {
                        for (int j = 0; j < columns; j++) {
                            if (lower ? j - i <= offset : j - i >= offset) {
                                first[count] = i;
                                second[count++] = j;
                            }
                        }
                    }
                    long[] both = java.util.Arrays.copyOf(first, 2 * count);
                    System.arraycopy(second, 0, both, count, count);
                    return Tensor.upload(args.context().device(), DType.INT64, Shape.of(2, count), both);
                });
    }

    private static Tensor blocks(Tensor[] tensors) {
        if (tensors.length == 0) {
            throw new TnsException(ErrorKind.VALUE, "block_diag: needs at least one tensor");
        }
        int columns = 0;
        for (int i = 0; i < tensors.length; i++) {
            Tensor t = tensors[i];
            if (t.rank() > 2) {
                throw new TnsException(
                        ErrorKind.SHAPE, "block_diag: a block has at most 2 dims, found " + t.describe());
            }
            tensors[i] = t.rank() == 2 ? t : Movement.reshape(t, Shape.of(1, t.elements()));
            columns += tensors[i].size(1);
        }
        Tensor[] bands = new Tensor[tensors.length];
        int at = 0;
        for (int i = 0; i < bands.length; i++) {
            Tensor t = tensors[i];
            Tensor before = Tensor.allocate(t.device(), t.dtype(), Shape.of(t.size(0), at));
            at += t.size(1);
            Tensor after = Tensor.allocate(t.device(), t.dtype(), Shape.of(t.size(0), columns - at));
            bands[i] = Joining.cat(new Tensor[] {before, t, after}, 1);
        }
        return Joining.cat(bands, 0);
    }

    private static Object vander(Args args) {
        Tensor x = args.tensor("x");
        if (x.rank() != 1) {
            throw new TnsException(ErrorKind.SHAPE, "vander: needs a vector, found " + x.describe());
        }
        int n = args.has("N") ? args.integer("N") : x.elements();
        Shape.of(n);
        Tensor column = Movement.unsqueeze(x, 1);
        Tensor one = Movement.expand(Tensor.scalar(x.device(), x.dtype(), 1), Shape.of(x.elements(), 1));
        Tensor[] parts = new Tensor[n];
        for (int i = 0; i < n; i++) {
            parts[i] = i == 0 ? one : column;
        }
        if (n == 0) {
            return Tensor.allocate(x.device(), x.dtype(), Shape.of(x.elements(), 0));
        }
        Tensor powers = Cumulative.runningProduct(Joining.cat(parts, 1), 1);
        return args.flag("increasing") ? powers : Movement.flip(powers, 1);
    }
}
