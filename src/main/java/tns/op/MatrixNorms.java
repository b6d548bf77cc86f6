package tns.op;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Reduction;
import tns.tensor.Tensor;

/** Sizes of matrices: norms, and the condition number, which is a quotient of sizes. */
final class MatrixNorms {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("matrix norms");

    private static final String ORDERS = "\"fro\", \"nuc\", 2, -2, 1, -1, inf or -inf";

    static {
        FAMILY.define("matrix_norm(A: tensor, ord: any = 'fro', dim: ints = (-2, -1), keepdim: bool = false,"
                        + " dtype: dtype = none)")
                .doc("The norm of each matrix in two dims: ord is " + ORDERS
                        + ". \"fro\" is the root of the sum of squares, \"nuc\" the sum of the singular values, 2 and"
                        + " -2 the greatest and the least of them, 1 and -1 the greatest and the least sum of"
                        + " magnitudes of a column, inf and -inf of a row.")
                .example("matrix_norm([[1., 2.], [2., 4.]])", "tensor(5.)")
                .example("matrix_norm([[1., -2.], [3., 4.]], ord=inf)", "tensor(7.)")
                .gradient("matrix_norm(x)", "x: [2, 3]")
                .gradient("matrix_norm(x, \"nuc\", dim=(0, 2))", "x: [2, 2, 3]")
                .gradient("matrix_norm(x, ord=2, keepdim=true)", "x: [2, 3]")
                .gradient("matrix_norm(x, -1)", "x: [2, 3] in 0.3..2")
                .is(MatrixNorms::norm);
        FAMILY.define("cond(A: tensor, p: any = none)")
                .doc("The condition number: the norm of a matrix times that of its inverse, by singular values for"
                        + " p none, 2 and -2; inf for a singular matrix, NaN for zeros there.")
                .example("cond([[2., 0.], [0., 4.]])", "tensor(2.)")
                .gradient("cond(x)", "x: [3, 2]")
                .gradient("cond(x + 4 * eye(2), \"fro\")", "x: [2, 2, 2]")
                .is(MatrixNorms::condition);
    }

    private MatrixNorms() {}

    private static Object norm(Args args) {
        Tensor given = args.tensor("A");
        Tensor a = args.dtypeOrNull("dtype") == null ? given : Casts.to(given, args.dtypeOrNull("dtype"));
        Matrices.matrices(a, "matrix_norm");
        return norm(a, args.get("ord"), args.ints("dim"), args.flag("keepdim"), "matrix_norm");
    }

    /** The norm over two dims, which stay with size 1 if {@code keep}. */
    static Tensor norm(Tensor a, Object order, int[] dims, boolean keep, String op) {
        if (dims.length != 2) {
            throw new TnsException(ErrorKind.VALUE, op + ": dim must be two dims, found " + dims.length);
        }
        int rows = a.shape().dim(dims[0], op);
        int columns = a.shape().dim(dims[1], op);
        if (rows == columns) {
            throw new TnsException(ErrorKind.VALUE, op + ": dim " + dims[1] + " is given twice");
        }
        int[] sequence = new int[a.rank()];
        int next = 0;
        for (int d = 0; d < a.rank(); d++) {
            if (d != rows && d != columns) {
                sequence[next++] = d;
            }
        }
        sequence[next++] = rows;
        sequence[next] = columns;
        Tensor norm = norm(Movement.permute(a, sequence), order, op);
        if (!keep) {
            return norm;
        }
        return Movement.unsqueeze(Movement.unsqueeze(norm, Math.min(rows, columns)), Math.max(rows, columns));
    }

    /** The nuclear norm as {@code norm} has it: over two dims, which need not be given for a matrix. */
    static Tensor nuclear(Tensor x, int @Nullable [] dims, boolean keep) {
        if (dims == null && x.rank() != 2) {
            throw new TnsException(ErrorKind.SHAPE, "norm: p=\"nuc\" needs a matrix, found " + x.describe())
                    .help("dim=(0, 1) names the dims of matrices");
        }
        return norm(Matrices.matrices(x, "norm"), "nuc", dims == null ? new int[] {0, 1} : dims, keep, "norm");
    }

    private static Tensor norm(Tensor a, Object order, String op) {
        int last = a.rank() - 1;
        if (order instanceof String word) {
            return switch (word) {
                case "fro" -> ReductionOps.norm(a, 2, Dims.of(a, new int[] {last - 1, last}, false));
                case "nuc" -> {
                    Tensor s = Decompositions.singularValues(a, op);
                    yield Reductions.sum(s, Dims.of(s, s.rank() - 1, false));
                }
                default -> throw unknown(order, op);
            };
        }
        double p = order instanceof Number n ? n.doubleValue() : Double.NaN;
        Reduction extreme = p > 0 ? Reduction.MAX : Reduction.MIN;
        Tensor sizes;
        if (Math.abs(p) == 2) {
            sizes = Decompositions.singularValues(a, op);
        } else if (Math.abs(p) == 1 || Double.isInfinite(p)) {
            Tensor magnitudes = Elementary.ABS.apply(a);
            sizes = Reductions.sum(magnitudes, Dims.of(a, Math.abs(p) == 1 ? last - 1 : last, false));
        } else {
            throw unknown(order, op);
        }
        if (sizes.size(-1) == 0 && Matrices.batch(a).elements() > 0) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            op + ": a matrix of no elements has no norm " + order + ": " + a.describe())
                    .help("\"fro\" and \"nuc\" are 0 for it");
        }
        return Reductions.extreme(extreme, sizes, Dims.of(sizes, sizes.rank() - 1, false), op);
    }

    private static TnsException unknown(Object order, String op) {
        return new TnsException(ErrorKind.VALUE, op + ": there is no norm " + TypeName.describe(order))
                .help("it may be " + ORDERS);
    }

    private static Object condition(Args args) {
        Tensor a = Matrices.matrices(args.tensor("A"), "cond");
        Object p = args.has("p") ? args.get("p") : 2L;
        if (p instanceof Number n && Math.abs(n.doubleValue()) == 2) {
            Tensor s = Decompositions.singularValues(a, "cond");
            int last = s.rank() - 1;
            int k = s.size(last);
            if (k == 0) {
                return Tensor.allocate(a.device(), a.dtype(), s.shape().without(last));
            }
            Tensor greatest = Movement.select(s, last, 0);
            Tensor least = Movement.select(s, last, k - 1);
            return n.doubleValue() > 0 ? Arithmetic.DIV.apply(greatest, least) : Arithmetic.DIV.apply(least, greatest);
        }
        Matrices.square(a, "cond");
        Tensor norm = norm(a, p, "cond");
        if (a.elements() == 0) {
            return Tensor.allocate(a.device(), a.dtype(), norm.shape());
        }
        Tensor singular = Solving.singular(a);
        Tensor safe = Comparison.WHERE.apply(
                Matrices.columns(Matrices.columns(singular)), Matrices.identity(a, a.size(-1)), a);
        Tensor product = Arithmetic.MUL.apply(norm, norm(Solving.inverse(safe, "cond"), p, "cond"));
        return Comparison.WHERE.apply(singular, Reductions.scalar(a, Double.POSITIVE_INFINITY), product);
    }
}
