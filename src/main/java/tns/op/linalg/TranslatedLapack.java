package tns.op.linalg;

import org.jspecify.annotations.Nullable;
import org.netlib.blas.Dtrsm;
import org.netlib.lapack.Dbdsdc;
import org.netlib.lapack.Dgelsy;
import org.netlib.lapack.Dgeqrf;
import org.netlib.lapack.Dgesdd;
import org.netlib.lapack.Dgetrf;
import org.netlib.lapack.Dgetrs;
import org.netlib.lapack.Dlamch;
import org.netlib.lapack.Dorgqr;
import org.netlib.lapack.Dpotrf;
import org.netlib.lapack.Dstedc;
import org.netlib.lapack.Dsterf;
import org.netlib.lapack.Dsyevd;
import org.netlib.lapack.Dsytrf;
import org.netlib.lapack.Dsytrs;
import org.netlib.util.intW;

/**
 * LAPACK 3.1 translated from Fortran to Java: the same bits on every machine.
 *
 * <p>Caution: some of its routines keep their state in static variables. Of those reached from here that is only
 * {@code dlamch}, which computes constants once; asking for singular values without vectors would reach
 * {@code dlasq3}, which must not run twice at a time, hence always the vectors.
 */
final class TranslatedLapack implements Factorizations {
    /** The unit of work arrays: LAPACK's block size, with room to spare. */
    private static final int BLOCK = 64;

    static {
        Dlamch.dlamch("E");
    }

    @Override
    public int cholesky(int n, double[] a) {
        intW info = new intW(0);
        Dpotrf.dpotrf("L", n, a, 0, leading(n), info);
        return info.val;
    }

    @Override
    public int lu(int m, int n, double[] a, int[] pivots) {
        intW info = new intW(0);
        Dgetrf.dgetrf(m, n, a, 0, leading(m), pivots, 0, info);
        return info.val;
    }

    @Override
    public void solve(boolean transposed, int n, int columns, double[] lu, int[] pivots, double[] b) {
        double[] x = byColumns(n, columns, b);
        Dgetrs.dgetrs(transposed ? "T" : "N", n, columns, lu, 0, leading(n), pivots, 0, x, 0, leading(n), new intW(0));
        putByRows(n, columns, x, b);
    }

    @Override
    public int ldl(int n, double[] a, int[] pivots) {
        double[] work = new double[leading(n) * BLOCK];
        intW info = new intW(0);
        Dsytrf.dsytrf("L", n, a, 0, leading(n), pivots, 0, work, 0, work.length, info);
        return info.val;
    }

    @Override
    public void ldlSolve(int n, int columns, double[] ld, int[] pivots, double[] b) {
        double[] x = byColumns(n, columns, b);
        Dsytrs.dsytrs("L", n, columns, ld, 0, leading(n), pivots, 0, x, 0, leading(n), new intW(0));
        putByRows(n, columns, x, b);
    }

    @Override
    public double[] inverse(int n, double[] lu, int[] pivots) {
        double[] inverse = new double[n * n];
        for (int i = 0; i < n; i++) {
            inverse[i * n + i] = 1;
        }
        Dgetrs.dgetrs("N", n, n, lu, 0, leading(n), pivots, 0, inverse, 0, leading(n), new intW(0));
        return Lines.turned(n, n, inverse);
    }

    @Override
    public void solveTriangular(boolean upper, boolean unit, int n, int columns, double[] a, double[] b) {
        // Not dtrtrs, which refuses zeros on the diagonal.
        double[] x = byColumns(n, columns, b);
        Dtrsm.dtrsm("L", upper ? "U" : "L", "N", unit ? "U" : "N", n, columns, 1.0, a, 0, leading(n), x, 0, leading(n));
        putByRows(n, columns, x, b);
    }

    /** A matrix given row by row, which of one column is the same. */
    private static double[] byColumns(int rows, int columns, double[] b) {
        return columns == 1 ? b : Lines.turned(columns, rows, b);
    }

    private static void putByRows(int rows, int columns, double[] x, double[] b) {
        if (columns != 1) {
            System.arraycopy(Lines.turned(rows, columns, x), 0, b, 0, b.length);
        }
    }

    @Override
    public void qr(int m, int n, int k, double[] a, double @Nullable [] q, double[] r) {
        int steps = Math.min(m, n);
        double[] tau = new double[steps];
        reflections(m, n, a, tau);
        for (int j = 0; j < n; j++) {
            System.arraycopy(a, j * m, r, j * k, Math.min(j + 1, steps));
        }
        if (q != null) {
            System.arraycopy(a, 0, q, 0, m * steps);
            double[] work = new double[leading(k) * BLOCK];
            Dorgqr.dorgqr(m, k, steps, q, 0, leading(m), tau, 0, work, 0, work.length, new intW(0));
        }
    }

    @Override
    public void reflections(int m, int n, double[] a, double[] tau) {
        double[] work = new double[leading(n) * BLOCK];
        Dgeqrf.dgeqrf(m, n, a, 0, leading(m), tau, 0, work, 0, work.length, new intW(0));
    }

    @Override
    public boolean svd(boolean full, int m, int n, double[] a, double[] u, double[] s, double[] vt) {
        int k = Math.min(m, n);
        // dgesdd's own bound for the jobs used here, 3k + max(max(m, n), 4k² + 4k), and blocks for the reductions.
        double[] work = new double[4 * k * k + 8 * k + Math.max(m, n) * BLOCK * 2 + 64];
        intW info = new intW(0);
        Dgesdd.dgesdd(
                full ? "A" : "S",
                m,
                n,
                a,
                0,
                leading(m),
                s,
                0,
                u,
                0,
                leading(m),
                vt,
                0,
                leading(full ? n : k),
                work,
                0,
                work.length,
                new int[8 * k],
                0,
                info);
        return info.val == 0;
    }

    @Override
    public boolean eigh(boolean upper, boolean vectors, int n, double[] a, double[] values) {
        double[] work = new double[1 + 6 * n + 2 * n * n + n * BLOCK];
        int[] integers = new int[3 + 5 * n];
        intW info = new intW(0);
        Dsyevd.dsyevd(
                vectors ? "V" : "N",
                upper ? "U" : "L",
                n,
                a,
                0,
                leading(n),
                values,
                0,
                work,
                0,
                work.length,
                integers,
                0,
                integers.length,
                info);
        return info.val == 0;
    }

    @Override
    public int leastSquares(int m, int n, int columns, double[] a, double[] b, double rcond) {
        int k = Math.min(m, n);
        double[] work = new double[leading(k) + Math.max(2 * k + (n + 1) * BLOCK, 2 * k + BLOCK * columns) + n + 1];
        intW rank = new intW(0);
        double[] x = byColumns(Math.max(m, n), columns, b);
        Dgelsy.dgelsy(
                m,
                n,
                columns,
                a,
                0,
                leading(m),
                x,
                0,
                leading(Math.max(m, n)),
                new int[leading(n)],
                0,
                rcond,
                rank,
                work,
                0,
                work.length,
                new intW(0));
        putByRows(Math.max(m, n), columns, x, b);
        return rank.val;
    }

    /**
     * Writes a bidiagonal matrix, [n, n], as {@code u} times the diagonal {@code s} times {@code vt}, all of order n.
     *
     * @param upper whether {@code beside}, which is lost, is above the diagonal
     * @param s the diagonal at first
     * @return whether it converged
     */
    boolean bidiagonalSvd(boolean upper, int n, double[] s, double[] beside, double[] u, double[] vt) {
        double[] work = new double[3 * n * n + 4 * n];
        intW info = new intW(0);
        Dbdsdc.dbdsdc(
                upper ? "U" : "L",
                "I",
                n,
                s,
                0,
                beside,
                0,
                u,
                0,
                leading(n),
                vt,
                0,
                leading(n),
                new double[1],
                0,
                new int[1],
                0,
                work,
                0,
                new int[8 * n],
                0,
                info);
        return info.val == 0;
    }

    /**
     * Replaces the diagonal {@code values} of a symmetric tridiagonal matrix, [n, n], by its eigenvalues, ascending.
     *
     * @param beside the elements beside the diagonal, lost
     * @param vectors receives the eigenvectors, unless null
     * @return whether it converged
     */
    boolean tridiagonalEigh(int n, double[] values, double[] beside, double @Nullable [] vectors) {
        intW info = new intW(0);
        if (vectors == null) {
            Dsterf.dsterf(n, values, 0, beside, 0, info);
            return info.val == 0;
        }
        double[] work = new double[1 + 4 * n + n * n];
        int[] integers = new int[3 + 5 * n];
        Dstedc.dstedc(
                "I",
                n,
                values,
                0,
                beside,
                0,
                vectors,
                0,
                leading(n),
                work,
                0,
                work.length,
                integers,
                0,
                integers.length,
                info);
        return info.val == 0;
    }

    /** A leading dimension: LAPACK wants at least 1. */
    private static int leading(int rows) {
        return Math.max(1, rows);
    }
}
