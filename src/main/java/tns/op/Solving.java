package tns.op;

import static tns.op.linalg.Factorizations.HOST;

import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Systems of linear equations with one solution, and what comes from the same factors: inverses and determinants. */
public final class Solving {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("linear systems");

    static {
        FAMILY.define("inv(A: tensor)")
                .doc("The inverse of a square matrix, or of each of a batch, computed on the host.")
                .example("inv([[2., 0.], [0., 4.]])", "tensor([[0.5000, 0.0000],\n        [0.0000, 0.2500]])")
                .alias("inverse")
                .gradient("inv(x + 4 * eye(3))", "x: [3, 3]")
                .gradient("inv(x + 4 * eye(2))", "x: [2, 2, 2]")
                .is(args -> inverse(Matrices.square(args.tensor("A"), "inv"), "inv"));
        FAMILY.define("solve(A: tensor, B: tensor, left: bool = true)")
                .doc("The X with A @ X = B, or X @ A = B unless left, for a square A; B is a vector or a matrix."
                        + " Leading dims are batches and broadcast. Computed on the host.")
                .example("solve([[2., 0.], [0., 4.]], [2., 2.])", "tensor([1.0000, 0.5000])")
                .gradient("solve(x + 4 * eye(3), y)", "x: [3, 3]", "y: [3]")
                .gradient("solve(x + 4 * eye(2), y)", "x: [2, 2, 2]", "y: [2, 3]")
                .gradient("solve(x + 4 * eye(2), y, left=false)", "x: [2, 2]", "y: [3, 2]")
                .is(Solving::solve);
        FAMILY.define("solve_triangular(A: tensor, B: tensor, upper: bool, left: bool = true,"
                        + " unitriangular: bool = false)")
                .doc("The X with A @ X = B, or X @ A = B unless left, for a triangular A: its other triangle is not"
                        + " read, nor its diagonal if unitriangular, which is then 1. Computed on the host.")
                .example(
                        "solve_triangular([[2., 0.], [1., 1.]], [[2.], [2.]], upper=false)",
                        "tensor([[1.],\n        [1.]])")
                .gradient("solve_triangular(x + 4 * eye(3), y, upper=true)", "x: [3, 3]", "y: [3, 2]")
                .gradient("solve_triangular(x + 4 * eye(3), y, upper=false, left=false)", "x: [3, 3]", "y: [2, 2, 3]")
                .gradient("solve_triangular(x, y, upper=false, unitriangular=true)", "x: [3, 3]", "y: [3, 2]")
                .is(Solving::solveTriangular);
        FAMILY.define("cholesky(A: tensor, upper: bool = false)")
                .doc("The lower triangular L with L @ L.T = A, for a symmetric, positive definite A of which the lower"
                        + " triangle is read; if upper, the upper triangular U with U.T @ U = A. Computed on the host.")
                .example("cholesky([[4., 2.], [2., 5.]])", "tensor([[2., 0.],\n        [1., 2.]])")
                .gradient("cholesky(x @ x.T + eye(3))", "x: [3, 3]")
                .gradient("cholesky(x @ x.T + eye(2), upper=true)", "x: [2, 2, 2]")
                .is(args -> {
                    Tensor a = Matrices.square(args.tensor("A"), "cholesky");
                    return args.flag("upper") ? Matrices.transposed(cholesky(Matrices.transposed(a))) : cholesky(a);
                });
        FAMILY.define("cholesky_solve(B: tensor, L: tensor, upper: bool = false)")
                .doc("The X with A @ X = B, given the Cholesky factor L of A.")
                .example("cholesky_solve([[8.], [4.]], [[2., 0.], [0., 2.]])", "tensor([[2.],\n        [1.]])")
                .gradient("cholesky_solve(y, x + 4 * eye(3))", "x: [3, 3]", "y: [3, 2]")
                .gradient("cholesky_solve(y, x + 4 * eye(3), upper=true)", "x: [3, 3]", "y: [2, 3, 2]")
                .is(args -> {
                    Tensor factor = args.tensor("L");
                    Tensor b = Matrices.matrices(args.tensor("B"), "cholesky_solve");
                    Matrices.sameKind("cholesky_solve", b, factor);
                    if (factor.rank() < 2 || factor.size(-2) != factor.size(-1) || factor.size(-1) != b.size(-2)) {
                        throw new TnsException(
                                        ErrorKind.SHAPE,
                                        "cholesky_solve: L is " + factor.describe() + ", which does not fit B, "
                                                + b.describe())
                                .help("L needs " + b.size(-2) + " rows and as many columns")
                                .argument(1);
                    }
                    return afterCholesky("cholesky_solve", factor, b, args.flag("upper"));
                });
        FAMILY.define("cholesky_inverse(L: tensor, upper: bool = false)")
                .doc("The inverse of A, given its Cholesky factor L.")
                .example(
                        "cholesky_inverse([[2., 0.], [0., 1.]])",
                        "tensor([[0.2500, 0.0000],\n        [0.0000, 1.0000]])")
                .gradient("cholesky_inverse(x + 4 * eye(3))", "x: [3, 3]")
                .is(args -> {
                    Tensor factor = Matrices.square(args.tensor("L"), "cholesky_inverse");
                    Tensor identity = Matrices.identity(factor, factor.size(-1));
                    return afterCholesky("cholesky_inverse", factor, identity, args.flag("upper"));
                });
        FAMILY.define("det(A: tensor)")
                .doc("The determinant of a square matrix, or of each of a batch, by its LU factors on the host; its"
                        + " gradient is exact for singular matrices too.")
                .example("det([[1., 2.], [3., 4.]])", "tensor(-2.)")
                .gradient("det(x)", "x: [3, 3]")
                .gradient("det(x)", "x: [2, 2, 2]")
                .is(args -> det(Matrices.square(args.tensor("A"), "det")));
        FAMILY.define("slogdet(A: tensor)")
                .doc("The pair (sign, logabsdet) of the determinant, which itself may be too large or small for a"
                        + " float.")
                .example("slogdet([[0., 2.], [1., 0.]])", "(sign=tensor(-1.), logabsdet=tensor(0.6931))")
                .gradient("slogdet(x + 4 * eye(3)).logabsdet", "x: [3, 3]")
                .is(args -> slogdet(Matrices.square(args.tensor("A"), "slogdet"), "slogdet"));
        FAMILY.define("logdet(A: tensor)")
                .doc("The logarithm of the determinant: -inf where that is 0, NaN where it is negative.")
                .example("logdet([[2., 0.], [0., 4.]])", "tensor(2.0794)")
                .gradient("logdet(x @ x.T + eye(3))", "x: [3, 3]")
                .is(args -> {
                    Tuple parts = slogdet(Matrices.square(args.tensor("A"), "logdet"), "logdet");
                    Tensor sign = (Tensor) parts.get(0);
                    Tensor negative = Comparison.LT.apply(sign, Reductions.scalar(sign, 0));
                    return Comparison.WHERE.apply(negative, Reductions.scalar(sign, Double.NaN), (Tensor) parts.get(1));
                });
        FAMILY.define("matrix_power(A: tensor, n: int)")
                .doc("A square matrix multiplied n times by itself; the identity for 0, powers of the inverse below.")
                .example("matrix_power([[1., 1.], [0., 1.]], 5)", "tensor([[1., 5.],\n        [0., 1.]])")
                .gradient("matrix_power(x, 5)", "x: [2, 2]")
                .gradient("matrix_power(x + 4 * eye(2), -2)", "x: [2, 2, 2]")
                .is(args -> power(Matrices.square(args.tensor("A"), "matrix_power"), args.longInteger("n")));
        FAMILY.define("matrix_exp(A: tensor)")
                .doc("The exponential of a square matrix, or of each of a batch: the sum of its powers A^k / k!.")
                .example("matrix_exp([[0., 1.], [0., 0.]])", "tensor([[1., 1.],\n        [0., 1.]])")
                .gradient("matrix_exp(x)", "x: [3, 3]")
                .gradient("matrix_exp(x * 3)", "x: [2, 2, 2]")
                .is(args -> MatrixExponential.of(Matrices.square(args.tensor("A"), "matrix_exp")));
    }

    private Solving() {}

    static Tensor inverse(Tensor a, String op) {
        HostMatrices all = Decompositions.finite(a, op);
        int n = all.rows();
        HostMatrices inverses = HostMatrices.zeros(all.batch(), n, n);
        for (int i = 0; i < all.count(); i++) {
            double[] matrix = all.get(i);
            int[] pivots = factored(op, all, i, matrix, "pinv(x) is there for every matrix");
            inverses.put(i, HOST.inverse(n, matrix, pivots));
        }
        return Matrices.tracked(
                "inv",
                Matrices.transposed(inverses.tensor(a)),
                (i, y, dy) -> {
                    Tensor t = Matrices.transposed(y);
                    return Matrices.negative(Matrices.product(t, dy, t));
                },
                a);
    }

    /** Replaces a matrix by its LU factors and gives the pivots; refuses one that is singular. */
    private static int[] factored(String op, HostMatrices all, int i, double[] matrix, String help) {
        int[] pivots = new int[all.rows()];
        int dependent = HOST.lu(all.rows(), all.rows(), matrix, pivots);
        if (dependent > 0) {
            String why = dependent == 1
                    ? "its first column is 0"
                    : "its first " + dependent + " columns are linearly dependent";
            throw new TnsException(ErrorKind.VALUE, op + ": " + all.name(i) + " is singular: " + why)
                    .help(help)
                    .argument(0);
        }
        return pivots;
    }

    /** Which matrices are singular, as bools in the shape of the batch. */
    static Tensor singular(Tensor a) {
        HostMatrices all = HostMatrices.of(a);
        byte[] singular = new byte[all.count()];
        for (int i = 0; i < singular.length; i++) {
            singular[i] = (byte) (HOST.lu(all.rows(), all.rows(), all.get(i), new int[all.rows()]) > 0 ? 1 : 0);
        }
        return Tensor.upload(a.device(), DType.BOOL, all.batch(), singular);
    }

    private static Object solve(Args args) {
        Tensor a = Matrices.square(args.tensor("A"), "solve");
        Tensor b = args.tensor("B");
        Matrices.sameKind("solve", a, b);
        boolean left = args.flag("left");
        boolean vectors = isVector(a, b);
        if (vectors && !left) {
            throw new TnsException(ErrorKind.SHAPE, "solve: with left=false B must be a matrix, found " + b.describe())
                    .help("B[none] makes a matrix of one row; solve(A.T, B) is the same for a vector")
                    .argument(1);
        }
        Tensor right = vectors ? Matrices.columns(b) : b;
        requireRows(args, "A", "B", right, left ? -2 : -1, 1);
        Shape batch = Matrices.batch("solve", a, right);
        Tensor wideA = Matrices.spread(a, batch);
        Tensor wideB = Matrices.spread(right, batch);
        if (left) {
            Tensor x = solution(wideA, wideB);
            return vectors ? Movement.squeeze(x, x.rank() - 1) : x;
        }
        return Matrices.transposed(solution(Matrices.transposed(wideA), Matrices.transposed(wideB)));
    }

    /** Whether b is a vector or a batch of them, as PyTorch decides it: 1-d, or of a's shape without the last dim. */
    static boolean isVector(Tensor a, Tensor b) {
        return b.rank() == 1
                || b.rank() == a.rank() - 1 && b.shape().equals(a.shape().part(0, a.rank() - 1));
    }

    /**
     * Refuses the argument {@code second} unless it has as many rows, or columns if {@code dim} is -1, as {@code first} has
     * rows.
     *
     * @param matrices it as matrices
     */
    static void requireRows(Args args, String first, String second, Tensor matrices, int dim, int argument) {
        Tensor a = args.tensor(first);
        if (matrices.rank() < 2 || matrices.size(dim) != a.size(-2)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            args.name() + ": " + first + " is " + a.describe() + ", which does not fit " + second + ", "
                                    + args.tensor(second).describe())
                    .help(second + " needs " + a.size(-2) + (dim == -2 ? " rows" : " columns"))
                    .argument(argument);
        }
    }

    /** The X, [.., n, k], with A @ X = B, for one batch. */
    static Tensor solution(Tensor a, Tensor b) {
        HostMatrices all = Decompositions.finite(a, "solve");
        int[][] pivots = new int[all.count()][];
        for (int i = 0; i < pivots.length; i++) {
            double[] matrix = all.get(i);
            pivots[i] = factored("solve", all, i, matrix, "lstsq(A, B) finds the X that comes nearest");
            all.put(i, matrix);
        }
        return solution(a, new Kept(all, pivots), b, false);
    }

    /** What is kept of A for gradients: its LU factors and their pivots. */
    private record Kept(HostMatrices lu, int[][] pivots) {}

    /** The same given the factors; for A.T if {@code transposed}. */
    private static Tensor solution(Tensor a, Kept factors, Tensor b, boolean transposed) {
        HostMatrices right = HostMatrices.of(Matrices.transposed(b));
        HostMatrices lu = factors.lu();
        for (int i = 0; i < right.count(); i++) {
            double[] x = right.get(i);
            HOST.solve(transposed, lu.rows(), right.rows(), lu.get(i), factors.pivots()[i], x);
            right.put(i, x);
        }
        return Matrices.tracked(
                "solve",
                Matrices.transposed(right.tensor(b)),
                (i, x, dx) -> {
                    Tensor db = solution(a, factors, dx, !transposed);
                    if (i == 1) {
                        return db;
                    }
                    return Matrices.negative(
                            transposed
                                    ? Matrices.product(x, Matrices.transposed(db))
                                    : Matrices.product(db, Matrices.transposed(x)));
                },
                a,
                b);
    }

    private static Object solveTriangular(Args args) {
        String op = "solve_triangular";
        Tensor a = Matrices.square(args.tensor("A"), op);
        Tensor b = args.tensor("B");
        boolean left = args.flag("left");
        boolean upper = args.flag("upper");
        boolean unit = args.flag("unitriangular");
        Matrices.sameKind(op, a, b);
        requireRows(args, "A", "B", b, left ? -2 : -1, 1);
        Shape batch = Matrices.batch(op, a, b);
        Tensor wideA = Matrices.spread(a, batch);
        Tensor wideB = Matrices.spread(b, batch);
        return left
                ? triangular(wideA, wideB, upper, unit)
                : Matrices.transposed(triangular(Matrices.transposed(wideA), Matrices.transposed(wideB), !upper, unit));
    }

    /** The X, [.., n, k], with A @ X = B, for one batch of triangular A. */
    public static Tensor triangular(Tensor a, Tensor b, boolean upper, boolean unit) {
        HostMatrices all = HostMatrices.of(a);
        HostMatrices right = HostMatrices.of(Matrices.transposed(b));
        for (int i = 0; i < all.count(); i++) {
            double[] x = right.get(i);
            HOST.solveTriangular(upper, unit, all.rows(), right.rows(), all.get(i), x);
            right.put(i, x);
        }
        return Matrices.tracked(
                "solve_triangular",
                Matrices.transposed(right.tensor(b)),
                (i, x, dx) -> {
                    Tensor db = triangular(Matrices.transposed(a), dx, !upper, unit);
                    if (i == 1) {
                        return db;
                    }
                    Tensor da = Matrices.negative(Matrices.product(db, Matrices.transposed(x)));
                    return Triangles.part(da, unit ? upper ? 1 : -1 : 0, !upper);
                },
                a,
                b);
    }

    /** The lower Cholesky factor; dA = L^-T (P + P.T) / 2 L^-1, where P is L.T dL below the diagonal and half of it there. */
    public static Tensor cholesky(Tensor a) {
        HostMatrices all = Decompositions.finite(Triangles.part(a.detach(), 0, true), "cholesky");
        int n = all.rows();
        for (int i = 0; i < all.count(); i++) {
            double[] matrix = all.get(i);
            int order = HOST.cholesky(n, matrix);
            if (order > 0) {
                throw new TnsException(
                                ErrorKind.VALUE,
                                "cholesky: " + all.name(i) + " is not positive definite: its leading minor of order "
                                        + order + " is not positive")
                        .help("x @ x.T + eps * eye(n) is positive definite for every eps > 0")
                        .argument(0);
            }
            all.put(i, matrix);
        }
        return Matrices.tracked(
                "cholesky",
                all.tensor(a),
                (i, l, dl) -> {
                    Tensor upper = Matrices.transposed(l);
                    Tensor p = Matrices.lowerHalf(Matrices.product(upper, dl));
                    Tensor both = Matrices.plus(p, Matrices.transposed(p));
                    Tensor half = triangular(upper, both, true, false);
                    Tensor whole = triangular(upper, Matrices.transposed(half), true, false);
                    return Matrices.times(whole, Reductions.scalar(whole, 0.5));
                },
                a);
    }

    private static Tensor afterCholesky(String op, Tensor factor, Tensor b, boolean upper) {
        Shape batch = Matrices.batch(op, factor, b);
        Tensor wide = Matrices.spread(factor, batch);
        Tensor lower = upper ? Matrices.transposed(wide) : wide;
        Tensor half = triangular(lower, Matrices.spread(b, batch), false, false);
        return triangular(Matrices.transposed(lower), half, true, false);
    }

    private static Tensor det(Tensor a) {
        HostMatrices all = HostMatrices.of(a);
        double[] dets = new double[all.count()];
        for (int i = 0; i < dets.length; i++) {
            double[] matrix = all.get(i);
            int[] pivots = new int[all.rows()];
            HOST.lu(all.rows(), all.rows(), matrix, pivots);
            dets[i] = Determinants.product(all.rows(), matrix, pivots);
        }
        return Matrices.tracked(
                "det",
                HostMatrices.upload(a, all.batch(), dets),
                (i, y, dy) -> Matrices.times(Matrices.columns(Matrices.columns(dy)), cofactors(a)),
                a);
    }

    /** The derivative of the determinant, det(A) inv(A).T where A is not singular. */
    private static Tensor cofactors(Tensor a) {
        HostMatrices all = HostMatrices.of(a);
        for (int i = 0; i < all.count(); i++) {
            all.put(i, Determinants.cofactors(all.rows(), all.get(i)));
        }
        return Matrices.tracked(
                "cofactors",
                all.tensor(a),
                (i, c, dc) -> {
                    Tensor m = Matrices.transposed(inverse(a, "second derivative of det"));
                    Tensor along = Reductions.sum(
                            Matrices.times(dc, c), Dims.of(c, new int[] {c.rank() - 2, c.rank() - 1}, true));
                    return Matrices.minus(Matrices.times(along, m), Matrices.product(c, Matrices.transposed(dc), m));
                },
                a);
    }

    private static Tuple slogdet(Tensor a, String op) {
        HostMatrices all = HostMatrices.of(a);
        int n = all.rows();
        double[] signs = new double[all.count()];
        double[] logs = new double[all.count()];
        for (int i = 0; i < signs.length; i++) {
            double[] matrix = all.get(i);
            int[] pivots = new int[n];
            HOST.lu(n, n, matrix, pivots);
            signs[i] = Determinants.parity(pivots);
            for (int j = 0; j < n; j++) {
                double pivot = matrix[j * n + j];
                signs[i] *= Math.signum(pivot);
                logs[i] += Math.log(Math.abs(pivot));
            }
        }
        Tensor log = Matrices.tracked(
                op,
                HostMatrices.upload(a, all.batch(), logs),
                (i, y, dy) -> Matrices.times(
                        Matrices.columns(Matrices.columns(dy)), Matrices.transposed(inverse(a, "derivative of " + op))),
                a);
        return Tuple.named(List.of("sign", "logabsdet"), HostMatrices.upload(a, all.batch(), signs), log);
    }

    private static Tensor power(Tensor a, long n) {
        if (n == 0) {
            Tensor identity = Movement.expand(Matrices.identity(a, a.size(-1)), a.shape());
            return Matrices.tracked(
                    "matrix_power", identity, (i, y, dy) -> Tensor.allocate(a.device(), a.dtype(), a.shape()), a);
        }
        Tensor square = n < 0 ? inverse(a, "matrix_power") : a;
        long rest = Math.abs(n);
        Tensor result = (rest & 1) == 1 ? square : null;
        while ((rest >>>= 1) > 0) {
            square = Matrices.product(square, square);
            if ((rest & 1) == 1) {
                result = result == null ? square : Matrices.product(result, square);
            }
        }
        return java.util.Objects.requireNonNull(result);
    }
}
