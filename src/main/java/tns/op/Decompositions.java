package tns.op;

import static tns.op.linalg.Factorizations.HOST;

import java.util.List;
import java.util.OptionalDouble;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Matrices taken apart: QR, singular values and eigenvalues. The factors are LAPACK's, in sign and order. A gradient is
 * that of PyTorch; where two singular values or eigenvalues are equal, what their vectors contribute counts as 0.
 */
final class Decompositions {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("decompositions");

    static {
        FAMILY.define("qr(A: tensor, mode: string = 'reduced')")
                .doc("The pair (Q, R) with Q @ R = A, the columns of Q orthonormal and R upper triangular. Q has as"
                        + " many columns as min(m, n), or m if mode is \"complete\"; none is computed if it is"
                        + " \"r\". Computed on the host.")
                .example("qr([[3., 1.], [4., 2.]]).R", "tensor([[-5.0000, -2.2000],\n        [ 0.0000,  0.4000]])")
                .gradient("qr(x).Q", "x: [4, 3]")
                .gradient("qr(x).R", "x: [2, 3, 2]")
                .gradient("qr(x).Q", "x: [2, 3]")
                .gradient("qr(x).R", "x: [2, 3]")
                .gradient("qr(x, mode=\"complete\").Q", "x: [3, 3]")
                .gradient("qr(x, mode=\"r\").R", "x: [3, 2]")
                .is(Decompositions::qr);
        FAMILY.define("svd(A: tensor, full_matrices: bool = true)")
                .doc("The triple (U, S, Vh) with U @ diag(S) @ Vh = A, the columns of U and the rows of Vh"
                        + " orthonormal, S descending. U and Vh are square, or as small as S allows unless"
                        + " full_matrices. Computed on the host.")
                .example("svd([[3., 0.], [0., 4.]]).S", "tensor([4., 3.])")
                .gradient("svd(x, full_matrices=false).S", "x: [3, 2]")
                .gradient("svd(x, full_matrices=false).U ** 2", "x: [3, 2]")
                .gradient("svd(x, full_matrices=false).Vh ** 2", "x: [2, 2, 3]")
                .gradient("svd(x).U[:, :2] ** 2", "x: [3, 2]")
                .gradient("svd(x).Vh[:2] ** 2", "x: [2, 3]")
                .is(args -> svd(Matrices.matrices(args.tensor("A"), "svd"), args.flag("full_matrices"), "svd"));
        FAMILY.define("svdvals(A: tensor)")
                .doc("The singular values, descending.")
                .example("svdvals([[3., 0.], [0., 4.]])", "tensor([4., 3.])")
                .gradient("svdvals(x)", "x: [2, 3]")
                .is(args -> singularValues(Matrices.matrices(args.tensor("A"), "svdvals"), "svdvals"));
        FAMILY.define("eigh(A: tensor, UPLO: string = 'L')")
                .doc("The pair (eigenvalues, eigenvectors) of a symmetric matrix, ascending; the vectors are the"
                        + " columns of an orthonormal matrix. Only the lower triangle is read, or the upper one if"
                        + " UPLO is \"U\". Computed on the host.")
                .example("eigh([[2., 0.], [0., 1.]]).eigenvalues", "tensor([1., 2.])")
                .gradient("eigh(x + x.T).eigenvalues", "x: [3, 3]")
                .gradient("eigh(x + x.T, UPLO=\"U\").eigenvectors ** 2", "x: [2, 2, 2]")
                .is(args -> {
                    Tensor a = Matrices.square(args.tensor("A"), "eigh");
                    Tensor[] parts = eigh(a, isUpper(args, "eigh"), "eigh");
                    return Tuple.named(List.of("eigenvalues", "eigenvectors"), parts[0], parts[1]);
                });
        FAMILY.define("eigvalsh(A: tensor, UPLO: string = 'L')")
                .doc("The eigenvalues of a symmetric matrix, ascending.")
                .example("eigvalsh([[2., 1.], [1., 2.]])", "tensor([1., 3.])")
                .gradient("eigvalsh(x + x.T)", "x: [3, 3]")
                .is(args -> eigenvalues(
                        Matrices.square(args.tensor("A"), "eigvalsh"), isUpper(args, "eigvalsh"), "eigvalsh"));
    }

    private Decompositions() {}

    private static Object qr(Args args) {
        Tensor a = Matrices.matrices(args.tensor("A"), "qr");
        String mode = args.text("mode");
        if (!List.of("reduced", "complete", "r").contains(mode)) {
            throw new TnsException(ErrorKind.VALUE, "qr: there is no mode \"" + mode + "\"")
                    .help("\"reduced\", \"complete\" or \"r\"");
        }
        int m = a.size(-2);
        int n = a.size(-1);
        Tensor[] parts;
        if (m < n && Reductions.tracked(a)) {
            // The first m columns determine Q, and Q what R is of the others: only square ones need a rule.
            int last = a.rank() - 1;
            Tensor[] square = qr(Movement.range(a, last, 0, m), false);
            Tensor others = Movement.range(a, last, m, n);
            Tensor rest = Matrices.product(Matrices.transposed(square[0]), others);
            parts = new Tensor[] {square[0], Joining.cat(new Tensor[] {square[1], rest}, last)};
        } else {
            parts = qr(a, mode.equals("complete"));
        }
        if (mode.equals("r")) {
            parts[0] = Tensor.allocate(a.device(), a.dtype(), Shape.of(0));
        }
        return Tuple.named(List.of("Q", "R"), parts[0], parts[1]);
    }

    /** Q, [.., m, k], and R, [.., k, n]; k is m if {@code complete}, otherwise min(m, n). */
    static Tensor[] qr(Tensor a, boolean complete) {
        HostMatrices all = HostMatrices.of(a);
        int m = all.rows();
        int n = all.columns();
        int k = complete ? m : Math.min(m, n);
        Factors factors = new Factors(all.batch(), Shape.of(m, k), Shape.of(k, n));
        HostMatrices room = factors.room();
        for (int i = 0; i < all.count(); i++) {
            double[] q = new double[m * k];
            double[] r = new double[k * n];
            HOST.qr(m, n, k, all.get(i), q, r);
            factors.put(room, i, q, r);
        }
        Tensor packed = Matrices.tracked(
                "qr",
                factors.packed(room, a),
                (i, y, dy) -> {
                    if (k > n) {
                        throw new TnsException(
                                        ErrorKind.VALUE,
                                        "qr: mode \"complete\" has no gradient for more rows than columns: "
                                                + a.describe())
                                .help("mode=\"reduced\" has one");
                    }
                    return qrGradient(factors, y, dy);
                },
                a);
        return new Tensor[] {factors.of(packed, 0), factors.of(packed, 1)};
    }

    /** For m >= n: dA = (dQ + Q sym(triu(dR R.T - Q.T dQ))) R^-T, where sym mirrors a triangle. */
    private static Tensor qrGradient(Factors factors, Tensor y, Tensor dy) {
        Tensor q = factors.of(y, 0);
        Tensor r = factors.of(y, 1);
        Tensor dq = factors.of(dy, 0);
        Tensor inner = Matrices.minus(
                Matrices.product(factors.of(dy, 1), Matrices.transposed(r)),
                Matrices.product(Matrices.transposed(q), dq));
        Tensor half = Matrices.lowerHalf(Matrices.transposed(inner));
        Tensor mirrored = Matrices.plus(half, Matrices.transposed(half));
        Tensor sum = Matrices.plus(dq, Matrices.product(q, mirrored));
        return Matrices.transposed(Solving.triangular(r, Matrices.transposed(sum), true, false));
    }

    static Tuple svd(Tensor a, boolean full, String op) {
        HostMatrices all = finite(a, op);
        int m = all.rows();
        int n = all.columns();
        int k = Math.min(m, n);
        int uColumns = full ? m : k;
        int vRows = full ? n : k;
        Factors factors = new Factors(all.batch(), Shape.of(m, uColumns), Shape.of(k, 1), Shape.of(vRows, n));
        HostMatrices room = factors.room();
        for (int i = 0; i < all.count(); i++) {
            double[] u = identity(m, uColumns);
            double[] s = new double[k];
            double[] vt = identity(vRows, n);
            requireConverged(HOST.svd(full, m, n, all.get(i), u, s, vt), all, i, op);
            factors.put(room, i, u, s, vt);
        }
        Tensor packed = Matrices.tracked(op, factors.packed(room, a), (i, y, dy) -> svdGradient(factors, k, y, dy), a);
        return Tuple.named(
                List.of("U", "S", "Vh"), factors.of(packed, 0), factors.vector(packed, 1), factors.of(packed, 2));
    }

    /** What is left of the factors of a matrix without rows or columns. */
    private static double[] identity(int rows, int columns) {
        double[] elements = new double[rows * columns];
        for (int i = 0; i < Math.min(rows, columns); i++) {
            elements[i * rows + i] = 1;
        }
        return elements;
    }

    /**
     * dA = (U (skew(U.T dU) / E S + S skew(V.T dV) / E + dS) + (1 - U U.T) dU / S) V.T + U / S dV.T (1 - V V.T) with
     * E = s_j² - s_i² and skew(X) = X - X.T, over the first k vectors, which alone A determines.
     */
    private static Tensor svdGradient(Factors factors, int k, Tensor y, Tensor dy) {
        Tensor u = firstColumns(factors.of(y, 0), k);
        Tensor s = factors.vector(y, 1);
        Tensor vh = firstRows(factors.of(y, 2), k);
        Tensor du = firstColumns(factors.of(dy, 0), k);
        Tensor ds = factors.vector(dy, 1);
        Tensor dvh = firstRows(factors.of(dy, 2), k);
        Tensor ut = Matrices.transposed(u);
        Tensor v = Matrices.transposed(vh);
        Tensor dv = Matrices.transposed(dvh);
        Tensor square = Arithmetic.SQUARE.apply(s);
        Tensor gaps = Matrices.reciprocal(Matrices.minus(Matrices.rows(square), Matrices.columns(square)));
        Tensor utdu = Matrices.product(ut, du);
        Tensor vtdv = Matrices.product(vh, dv);
        Tensor left = Matrices.times(skew(utdu), Matrices.times(gaps, Matrices.rows(s)));
        Tensor right = Matrices.times(skew(vtdv), Matrices.times(gaps, Matrices.columns(s)));
        Tensor middle = Matrices.plus(Matrices.plus(left, right), Diagonals.matrices(ds, 0));
        Tensor inverse = Matrices.reciprocal(s);
        Tensor da = Matrices.product(u, middle);
        if (u.size(-2) > k) {
            da = Matrices.plus(
                    da, Matrices.times(Matrices.minus(du, Matrices.product(u, utdu)), Matrices.rows(inverse)));
        }
        da = Matrices.product(da, vh);
        if (v.size(-2) > k) {
            Tensor beyond = Matrices.minus(dvh, Matrices.product(Matrices.transposed(vtdv), vh));
            da = Matrices.plus(da, Matrices.product(Matrices.times(u, Matrices.rows(inverse)), beyond));
        }
        return da;
    }

    private static Tensor skew(Tensor x) {
        return Matrices.minus(x, Matrices.transposed(x));
    }

    private static Tensor firstColumns(Tensor x, int k) {
        return Movement.range(x, x.rank() - 1, 0, k);
    }

    private static Tensor firstRows(Tensor x, int k) {
        return Movement.range(x, x.rank() - 2, 0, k);
    }

    /** The singular values, descending: [.., min(m, n)]. */
    static Tensor singularValues(Tensor a, String op) {
        return (Tensor) svd(a, false, op).get(1);
    }

    private static boolean isUpper(Args args, String op) {
        return switch (args.text("UPLO")) {
            case "L", "l" -> false;
            case "U", "u" -> true;
            default ->
                throw new TnsException(ErrorKind.VALUE, op + ": there is no UPLO \"" + args.text("UPLO") + "\"")
                        .help("\"L\" reads the lower triangle, \"U\" the upper one");
        };
    }

    /** The eigenvalues, ascending, and the eigenvectors as columns; dA = V (V.T dV / (l_j - l_i) + dL) V.T. */
    static Tensor[] eigh(Tensor a, boolean upper, String op) {
        HostMatrices all = finite(Triangles.part(a.detach(), 0, !upper), op);
        int n = all.rows();
        Factors factors = new Factors(all.batch(), Shape.of(n, 1), Shape.of(n, n));
        HostMatrices room = factors.room();
        for (int i = 0; i < all.count(); i++) {
            double[] vectors = all.get(i);
            double[] values = new double[n];
            requireConverged(HOST.eigh(upper, true, n, vectors, values), all, i, op);
            factors.put(room, i, values, vectors);
        }
        Tensor packed = Matrices.tracked(
                op,
                factors.packed(room, a),
                (i, y, dy) -> {
                    Tensor values = factors.vector(y, 0);
                    Tensor vectors = factors.of(y, 1);
                    Tensor gaps = Matrices.reciprocal(Matrices.minus(Matrices.rows(values), Matrices.columns(values)));
                    Tensor turned = Matrices.product(Matrices.transposed(vectors), factors.of(dy, 1));
                    Tensor middle =
                            Matrices.plus(Matrices.times(turned, gaps), Diagonals.matrices(factors.vector(dy, 0), 0));
                    return Matrices.product(vectors, middle, Matrices.transposed(vectors));
                },
                a);
        return new Tensor[] {factors.vector(packed, 0), factors.of(packed, 1)};
    }

    /** The eigenvalues, ascending. */
    static Tensor eigenvalues(Tensor a, boolean upper, String op) {
        if (Reductions.tracked(a)) {
            return eigh(a, upper, op)[0];
        }
        HostMatrices all = finite(Triangles.part(a.detach(), 0, !upper), op);
        int n = all.rows();
        HostMatrices found = HostMatrices.zeros(all.batch(), n, 1);
        for (int i = 0; i < all.count(); i++) {
            double[] values = new double[n];
            requireConverged(HOST.eigh(upper, false, n, all.get(i), values), all, i, op);
            found.put(i, values);
        }
        return Movement.squeeze(found.tensor(a), a.rank() - 1);
    }

    /** The matrices of {@code a} on the host, refused if an element is NaN or infinite: iterations would not end. */
    static HostMatrices finite(Tensor a, String op) {
        HostMatrices all = HostMatrices.of(a);
        for (int i = 0; i < all.count(); i++) {
            OptionalDouble element = all.notFinite(i);
            if (element.isPresent()) {
                throw new TnsException(
                                ErrorKind.VALUE, op + ": " + all.name(i) + " holds " + word(element.getAsDouble()))
                        .help("isfinite(x) tells where")
                        .argument(0);
            }
        }
        return all;
    }

    private static String word(double element) {
        return Double.isNaN(element) ? "nan" : element > 0 ? "inf" : "-inf";
    }

    private static void requireConverged(boolean converged, HostMatrices all, int i, String op) {
        if (!converged) {
            throw new TnsException(ErrorKind.VALUE, op + ": no convergence: " + all.name(i) + " is ill-conditioned")
                    .argument(0);
        }
    }
}
