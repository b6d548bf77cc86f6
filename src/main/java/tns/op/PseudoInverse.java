package tns.op;

import static tns.op.linalg.Factorizations.HOST;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** What is defined for every matrix, of whatever shape and rank: the rank, the pseudo-inverse, nearest solutions. */
final class PseudoInverse {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("least squares");

    private static final String TOLERANCE =
            " Singular values up to the greater of atol and rtol times the greatest count"
                    + " as 0; rtol is max(m, n) times the dtype's precision unless one is given.";

    static {
        FAMILY.define("pinv(A: tensor, rtol: any = none, atol: any = none, hermitian: bool = false)")
                .doc("The pseudo-inverse: the matrix that takes b to the shortest x with A @ x nearest to b."
                        + TOLERANCE + " With hermitian A must be symmetric. Computed on the host.")
                .example("pinv([[2., 0.], [0., 0.]])", "tensor([[0.5000, 0.0000],\n        [0.0000, 0.0000]])")
                .alias("pinverse")
                .gradient("pinv(x)", "x: [3, 2]")
                .gradient("pinv(x)", "x: [2, 2, 3]")
                .gradient("pinv(x @ x.T, rtol=0.000001)", "x: [3, 2]")
                .gradient("pinv(x + x.T, hermitian=true)", "x: [2, 2]")
                .is(args -> {
                    Tensor a = Matrices.matrices(args.tensor("A"), "pinv");
                    return pseudoInverse(a, cutoffs(args, a), args.flag("hermitian"));
                });
        FAMILY.define("matrix_rank(A: tensor, tol: any = none, hermitian: bool = false, rtol: any = none,"
                        + " atol: any = none)")
                .doc("The number of singular values that are not 0." + TOLERANCE
                        + " tol is another name for atol. With hermitian A must be symmetric.")
                .example("matrix_rank([[1., 2.], [2., 4.]])", "tensor(1)")
                .is(PseudoInverse::rank);
        FAMILY.define("lstsq(A: tensor, B: tensor, rcond: number = none, driver: string = none)")
                .doc("The X that brings A @ X nearest to B, the shortest of them if there are several; B is a"
                        + " vector or a matrix. A tuple (solution, residuals, rank, singular_values), of which"
                        + " drivers fill in what they know: \"gelsy\" (the default) the rank; \"gels\", for"
                        + " matrices of full rank, the residuals; \"gelsd\" and \"gelss\" all. Computed on the"
                        + " host.")
                .example("lstsq([[1., 0.], [1., 0.], [0., 1.]], [1., 3., 5.]).solution", "tensor([2., 5.])")
                .gradient("lstsq(x, y).solution", "x: [3, 2]", "y: [3, 2]")
                .gradient("lstsq(x, y, driver=\"gelsd\").solution", "x: [2, 2, 3]", "y: [2, 2]")
                .is(PseudoInverse::leastSquares);
    }

    private PseudoInverse() {}

    /** What a dtype's numbers err by, relative to them. */
    private static double precision(Tensor a) {
        return a.dtype() == DType.FLOAT64 ? Math.ulp(1.0) : Math.ulp(1f);
    }

    /** For each matrix the pair of its absolute and its relative tolerance. */
    private record Cutoffs(double[] absolute, double[] relative) {
        double of(int i, double greatest) {
            return Math.max(absolute[i], relative[i] * greatest);
        }
    }

    private static Cutoffs cutoffs(Args args, Tensor a) {
        Shape batch = Matrices.batch(a);
        double[] absolute = tolerance(args, "atol", batch);
        double[] relative = tolerance(args, "rtol", batch);
        double[] none = new double[batch.elements()];
        if (absolute == null && relative == null) {
            double standard = precision(a) * Math.max(a.size(-2), a.size(-1));
            double[] all = none.clone();
            Arrays.fill(all, standard);
            return new Cutoffs(none, all);
        }
        return new Cutoffs(absolute == null ? none : absolute, relative == null ? none : relative);
    }

    private static double @Nullable [] tolerance(Args args, String parameter, Shape batch) {
        Object given = args.get(parameter);
        Object value = given instanceof Param p ? p.value() : given;
        if (value instanceof Number n) {
            double[] all = new double[batch.elements()];
            Arrays.fill(all, n.doubleValue());
            return all;
        }
        if (value instanceof Tensor t && batch.equals(Shape.broadcast(t.shape(), batch))) {
            return HostArray.doubles(Movement.expand(t.detach(), batch));
        }
        if (value == None.NONE) {
            return null;
        }
        throw new TnsException(
                ErrorKind.VALUE,
                args.name() + ": " + parameter + " must be a number, or one for each matrix of " + batch + ", found "
                        + TypeName.describe(value));
    }

    /** The pseudo-inverses, given which singular values count as 0; the rule holds while the rank stays. */
    private static Tensor pseudoInverse(Tensor a, Cutoffs cutoffs, boolean hermitian) {
        if (hermitian) {
            Matrices.square(a, "pinv");
        }
        HostMatrices all = Decompositions.finite(a, "pinv");
        int m = all.rows();
        int n = all.columns();
        HostMatrices found = HostMatrices.zeros(all.batch(), n, m);
        for (int i = 0; i < all.count(); i++) {
            Spectrum spectrum = hermitian ? Spectrum.ofSymmetric(n, all.get(i)) : Spectrum.of(m, n, all.get(i));
            found.put(i, spectrum.inverse(cutoffs.of(i, spectrum.greatest())));
        }
        return Matrices.tracked("pinv", found.tensor(a), (i, y, dy) -> inverseGradient(a, y, dy), a);
    }

    /**
     * The terms of Golub and Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems", SIAM
     * J. Numer. Anal. 10 (1973), transposed and multiplied out so that the products are of the smaller size.
     */
    private static Tensor inverseGradient(Tensor a, Tensor p, Tensor dp) {
        Tensor d = Matrices.transposed(dp);
        Tensor pt = Matrices.transposed(p);
        if (a.size(-2) <= a.size(-1)) {
            Tensor k = Matrices.product(d, p);
            Tensor kpt = Matrices.product(k, pt);
            Tensor first = Matrices.minus(kpt, Matrices.transposed(Matrices.product(p, k)));
            Tensor second = Matrices.product(Matrices.product(a, p), kpt);
            Tensor third = Matrices.product(pt, p, Matrices.minus(d, Matrices.product(k, a)));
            return Matrices.plus(Matrices.minus(first, second), third);
        }
        Tensor k = Matrices.product(p, d);
        Tensor ptk = Matrices.product(pt, k);
        Tensor first = Matrices.minus(ptk, Matrices.transposed(Matrices.product(k, p)));
        Tensor second = Matrices.product(Matrices.minus(d, Matrices.product(a, k)), p, pt);
        Tensor third = Matrices.product(Matrices.product(ptk, p), a);
        return Matrices.minus(Matrices.plus(first, second), third);
    }

    private static Object rank(Args args) {
        Tensor a = Matrices.matrices(args.tensor("A"), "matrix_rank");
        boolean hermitian = args.flag("hermitian");
        if (hermitian) {
            Matrices.square(a, "matrix_rank");
        }
        double[] tol = tolerance(args, "tol", Matrices.batch(a));
        Cutoffs cutoffs = tol == null ? cutoffs(args, a) : new Cutoffs(tol, new double[tol.length]);
        HostMatrices all = Decompositions.finite(a, "matrix_rank");
        long[] ranks = new long[all.count()];
        for (int i = 0; i < ranks.length; i++) {
            Spectrum spectrum = hermitian
                    ? Spectrum.ofSymmetric(all.rows(), all.get(i))
                    : Spectrum.of(all.rows(), all.columns(), all.get(i));
            ranks[i] = spectrum.rank(cutoffs.of(i, spectrum.greatest()));
        }
        return Tensor.upload(a.device(), DType.INT64, all.batch(), ranks);
    }

    private static Object leastSquares(Args args) {
        Tensor a = Matrices.matrices(args.tensor("A"), "lstsq");
        Tensor b = args.tensor("B");
        Matrices.sameKind("lstsq", a, b);
        String driver = args.has("driver") ? args.text("driver") : "gelsy";
        if (!List.of("gels", "gelsy", "gelsd", "gelss").contains(driver)) {
            throw new TnsException(ErrorKind.VALUE, "lstsq: there is no driver \"" + driver + "\"")
                    .help("\"gelsy\", \"gelsd\", \"gelss\" or \"gels\"");
        }
        boolean vectors = Solving.isVector(a, b);
        Tensor right = vectors ? Matrices.columns(b) : b;
        if (right.rank() < 2 || right.size(-2) != a.size(-2)) {
            throw new TnsException(
                            ErrorKind.SHAPE, "lstsq: A is " + a.describe() + ", which does not fit B, " + b.describe())
                    .help("B needs " + a.size(-2) + " rows")
                    .argument(1);
        }
        Shape batch = Matrices.batch("lstsq", a, right);
        double rcond = args.has("rcond") ? args.real("rcond") : precision(a) * Math.max(a.size(-2), a.size(-1));
        return new Nearest(Matrices.spread(a, batch), Matrices.spread(right, batch), driver, rcond).parts(vectors);
    }

    /** Nearest solutions for one batch, and what a driver tells about them. */
    private static final class Nearest {
        private final Tensor a;
        private final Tensor b;
        private final String driver;
        private final HostMatrices left;
        private final HostMatrices found;
        private final HostMatrices squares;
        private final HostMatrices spectra;
        private final long[] ranks;

        Nearest(Tensor a, Tensor b, String driver, double rcond) {
            this.a = a;
            this.b = b;
            this.driver = driver;
            left = Decompositions.finite(a, "lstsq");
            HostMatrices right = Decompositions.finite(Matrices.transposed(b), "lstsq");
            int m = left.rows();
            int n = left.columns();
            int columns = right.rows();
            found = HostMatrices.zeros(left.batch(), columns, n);
            squares = HostMatrices.zeros(left.batch(), columns, 1);
            spectra = HostMatrices.zeros(left.batch(), Math.min(m, n), 1);
            ranks = new long[left.count()];
            boolean bySpectrum = driver.equals("gelsd") || driver.equals("gelss");
            for (int i = 0; i < ranks.length; i++) {
                double[] target = right.get(i);
                double[] x =
                        bySpectrum ? bySpectrum(i, target, columns, rcond) : byOrthogonal(i, target, columns, rcond);
                found.put(i, x);
                if (!driver.equals("gelsy")) {
                    squares.put(i, squares(m, n, columns, left.get(i), x, target));
                }
            }
        }

        private double[] bySpectrum(int i, double[] target, int columns, double rcond) {
            int m = left.rows();
            int n = left.columns();
            Spectrum spectrum = Spectrum.of(m, n, left.get(i));
            double cutoff = rcond * spectrum.greatest();
            ranks[i] = spectrum.rank(cutoff);
            spectra.put(i, spectrum.values());
            double[] inverse = spectrum.inverse(cutoff);
            double[] x = new double[n * columns];
            for (int r = 0; r < n; r++) {
                for (int j = 0; j < m; j++) {
                    for (int c = 0; c < columns; c++) {
                        x[r * columns + c] += inverse[j * n + r] * target[j * columns + c];
                    }
                }
            }
            return x;
        }

        private double[] byOrthogonal(int i, double[] target, int columns, double rcond) {
            int m = left.rows();
            int n = left.columns();
            double[] x = new double[n * columns];
            if (Math.min(m, n) > 0) {
                double[] room = Arrays.copyOf(target, Math.max(m, n) * columns);
                boolean full = driver.equals("gels");
                ranks[i] = HOST.leastSquares(m, n, columns, left.get(i), room, full ? precision(a) : rcond);
                if (full && ranks[i] < Math.min(m, n)) {
                    throw new TnsException(ErrorKind.VALUE, "lstsq: " + left.name(i) + " does not have full rank")
                            .help("driver=\"gelsy\" and \"gelsd\" allow that")
                            .argument(0);
                }
                System.arraycopy(room, 0, x, 0, x.length);
            }
            return x;
        }

        /** The squared distance of a x from the target, both given row by row, for each column. */
        private static double[] squares(int m, int n, int columns, double[] a, double[] x, double[] target) {
            double[] squares = new double[columns];
            double[] differences = new double[columns];
            for (int i = 0; i < m; i++) {
                for (int c = 0; c < columns; c++) {
                    differences[c] = -target[i * columns + c];
                }
                for (int j = 0; j < n; j++) {
                    double factor = a[j * m + i];
                    for (int c = 0; c < columns; c++) {
                        differences[c] += factor * x[j * columns + c];
                    }
                }
                for (int c = 0; c < columns; c++) {
                    squares[c] += differences[c] * differences[c];
                }
            }
            return squares;
        }

        private Tuple parts(boolean vectors) {
            Tensor solution = Matrices.tracked(
                    "lstsq",
                    Matrices.transposed(found.tensor(a)),
                    (i, x, dx) -> {
                        double[] none = new double[ranks.length];
                        Cutoffs standard =
                                new Cutoffs(none, filled(precision(a) * Math.max(left.rows(), left.columns())));
                        Tensor p = pseudoInverse(a, standard, false);
                        return i == 1
                                ? Matrices.product(Matrices.transposed(p), dx)
                                : inverseGradient(a, p, Matrices.product(dx, Matrices.transposed(b)));
                    },
                    a,
                    b);
            Tensor none = Tensor.allocate(a.device(), a.dtype(), Shape.of(0));
            boolean gels = driver.equals("gels");
            boolean gelsy = driver.equals("gelsy");
            boolean full = left.rows() > left.columns() && Arrays.stream(ranks).allMatch(r -> r == left.columns());
            return Tuple.named(
                    List.of("solution", "residuals", "rank", "singular_values"),
                    vectors ? Movement.squeeze(solution, solution.rank() - 1) : solution,
                    full && !gelsy ? vectors(squares) : none,
                    gels
                            ? Tensor.allocate(a.device(), DType.INT64, Shape.of(0))
                            : Tensor.upload(a.device(), DType.INT64, left.batch(), ranks),
                    gels || gelsy ? none : vectors(spectra));
        }

        private double[] filled(double value) {
            double[] all = new double[ranks.length];
            Arrays.fill(all, value);
            return all;
        }

        private Tensor vectors(HostMatrices columns) {
            return Movement.squeeze(columns.tensor(a), left.batch().rank() + 1);
        }
    }
}
