package tns.op.linalg;

import org.jspecify.annotations.Nullable;

/**
 * Factorisations of large matrices by products of their blocks, which are fast where the library's loops are not; small
 * ones, and those the formulas do not hold for, are the library's.
 */
final class BlockedFactorizations implements Factorizations {
    /** From this order on blocks pay: at 48 an inverse takes half the time and LU the same, at 64 both less (2026-11-27). */
    private static final int LEAST = 48;

    /** Rows of so many columns are solved for as they are, shorter ones column by column. */
    private static final int LONG = 24;

    /** From its inverse to it, elements are squared without scaling them. Floats are far within. */
    private static final double MODERATE = 1e100;

    private final TranslatedLapack library;

    BlockedFactorizations(TranslatedLapack library) {
        this.library = library;
    }

    @Override
    public int cholesky(int n, double[] a) {
        if (n < LEAST) {
            return library.cholesky(n, a);
        }
        double[][] columns = Lines.columns(n, n, a);
        int order = Cholesky.factor(columns);
        Lines.putColumns(columns, a);
        return order;
    }

    @Override
    public int lu(int m, int n, double[] a, int[] pivots) {
        if (Math.min(m, n) < LEAST || !isFinite(a, 0, a.length)) {
            return library.lu(m, n, a, pivots);
        }
        double[][] columns = Lines.columns(m, n, a);
        int zero = Lu.factor(columns, pivots);
        Lines.putColumns(columns, a);
        return zero;
    }

    @Override
    public void solve(boolean transposed, int n, int columns, double[] lu, int[] pivots, double[] b) {
        if (n < LEAST) {
            library.solve(transposed, n, columns, lu, pivots, b);
        } else if (columns < LONG) {
            double[][] factors = transposed ? Lines.rows(n, n, lu) : Lines.columns(n, n, lu);
            double[][] x = Lines.rows(columns, n, b);
            for (int j = 0; !transposed && j < columns; j++) {
                Lu.exchange(x[j], pivots, 0, n);
            }
            Triangles.lower(factors, !transposed, x);
            Triangles.upper(factors, transposed, x);
            for (int j = 0; transposed && j < columns; j++) {
                Lu.exchangeBack(x[j], pivots);
            }
            Lines.putRows(x, b);
        } else {
            double[][] factors = transposed ? Lines.columns(n, n, lu) : Lines.rows(n, n, lu);
            double[][] x = Lines.columns(columns, n, b);
            if (!transposed) {
                Lu.exchange(x, pivots);
            }
            Triangles.lowerByRows(factors, !transposed, x);
            Triangles.upperByRows(factors, transposed, x);
            if (transposed) {
                Lu.exchangeBack(x, pivots);
            }
            Lines.putColumns(x, b);
        }
    }

    @Override
    public int ldl(int n, double[] a, int[] pivots) {
        return library.ldl(n, a, pivots);
    }

    @Override
    public void ldlSolve(int n, int columns, double[] ld, int[] pivots, double[] b) {
        library.ldlSolve(n, columns, ld, pivots, b);
    }

    @Override
    public double[] inverse(int n, double[] lu, int[] pivots) {
        if (n < LEAST) {
            return library.inverse(n, lu, pivots);
        }
        double[][] factors = Lines.rows(n, n, lu);
        double[][] x = new double[n][n];
        for (int i = 0; i < n; i++) {
            x[i][i] = 1;
        }
        Triangles.invertUnitLower(factors, x);
        Triangles.upperByRows(factors, false, x);
        double[] inverse = new double[n * n];
        for (int i = 0; i < n; i++) {
            Lu.exchangeBack(x[i], pivots);
        }
        Lines.putColumns(x, inverse);
        return inverse;
    }

    @Override
    public void solveTriangular(boolean upper, boolean unit, int n, int columns, double[] a, double[] b) {
        if (n < LEAST || !isRegular(upper, unit, n, a)) {
            library.solveTriangular(upper, unit, n, columns, a, b);
        } else if (columns < LONG) {
            double[][] triangle = Lines.columns(n, n, a);
            double[][] x = Lines.rows(columns, n, b);
            if (upper) {
                Triangles.upper(triangle, unit, x);
            } else {
                Triangles.lower(triangle, unit, x);
            }
            Lines.putRows(x, b);
        } else {
            double[][] triangle = Lines.rows(n, n, a);
            double[][] x = Lines.columns(columns, n, b);
            if (upper) {
                Triangles.upperByRows(triangle, unit, x);
            } else {
                Triangles.lowerByRows(triangle, unit, x);
            }
            Lines.putColumns(x, b);
        }
    }

    /** Whether a triangle is finite and, unless it is {@code unit}, has no 0 on its diagonal. */
    private static boolean isRegular(boolean upper, boolean unit, int n, double[] a) {
        for (int j = 0; j < n; j++) {
            int diagonal = j * n + j;
            if (!unit && (a[diagonal] == 0 || !Double.isFinite(a[diagonal]))) {
                return false;
            }
            if (upper ? !isFinite(a, j * n, diagonal) : !isFinite(a, diagonal + 1, (j + 1) * n)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFinite(double[] a, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!Double.isFinite(a[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void qr(int m, int n, int k, double[] a, double @Nullable [] q, double[] r) {
        int steps = Math.min(m, n);
        if (steps < LEAST || !isModerate(a)) {
            library.qr(m, n, k, a, q, r);
            return;
        }
        double[][] rows = Lines.rows(m, n, a);
        Reflections reflections = Qr.factor(n, rows);
        for (int i = 0; i < steps; i++) {
            for (int j = i; j < n; j++) {
                r[j * k + i] = rows[i][j];
            }
        }
        if (q != null) {
            double[][] identity = new double[m][k];
            for (int i = 0; i < k; i++) {
                identity[i][i] = 1;
            }
            reflections.applyToIdentity(identity);
            Lines.putRows(identity, q);
        }
    }

    @Override
    public void reflections(int m, int n, double[] a, double[] tau) {
        if (tau.length < LEAST || !isModerate(a)) {
            library.reflections(m, n, a, tau);
            return;
        }
        double[][] rows = Lines.rows(m, n, a);
        Reflections reflections = Qr.factor(n, rows);
        Lines.putRows(rows, a);
        reflections.putBelowDiagonal(m, a, tau);
    }

    @Override
    public boolean svd(boolean full, int m, int n, double[] a, double[] u, double[] s, double[] vt) {
        if (Math.min(m, n) < LEAST || !isModerate(a)) {
            return library.svd(full, m, n, a, u, s, vt);
        }
        return new SingularValues(library, full, m, n).find(a, u, s, vt);
    }

    @Override
    public boolean eigh(boolean upper, boolean vectors, int n, double[] a, double[] values) {
        if (n < LEAST || !isModerate(a)) {
            return library.eigh(upper, vectors, n, a, values);
        }
        return new Eigenvalues(library, upper, n).find(vectors, a, values);
    }

    /** Whether no square of an element overflows or vanishes, nor the squares of what is left after cancellation. */
    private static boolean isModerate(double[] a) {
        for (double element : a) {
            double size = Math.abs(element);
            if (!(size < MODERATE) || size < 1 / MODERATE && size != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int leastSquares(int m, int n, int columns, double[] a, double[] b, double rcond) {
        if (Math.min(m, n) < LEAST || columns == 0 || !isModerate(a)) {
            return library.leastSquares(m, n, columns, a, b, rcond);
        }
        double[][] x = Lines.columns(columns, Math.max(m, n), b);
        int rank = LeastSquares.solve(Lines.rows(m, n, a), x, rcond);
        Lines.putColumns(x, b);
        return rank;
    }
}
