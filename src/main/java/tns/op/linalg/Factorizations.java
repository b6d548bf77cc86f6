package tns.op.linalg;

import org.jspecify.annotations.Nullable;

/**
 * What a library of linear algebra must offer: the factorisations that everything else is made of, of float64 matrices
 * given column by column, all finite; right sides and what is found for them row by row. With signs and orders as LAPACK's, which are PyTorch's. Any thread may call.
 */
public interface Factorizations {
    /** The one that tns uses; getting it ready takes 5 ms, so refer to it where it is called. */
    Factorizations HOST = new BlockedFactorizations(new TranslatedLapack());

    /**
     * Replaces {@code a}, [n, n], of which the lower triangle is read, by its Cholesky factor there; the upper one stays.
     *
     * @return 0, or the order of the first leading minor that is not positive
     */
    int cholesky(int n, double[] a);

    /**
     * Replaces {@code a}, [m, n], by its unit lower and its upper factor; row i was exchanged with row {@code pivots[i]},
     * counted from 1, for the first min(m, n) rows.
     *
     * @return 0, or the number of the first pivot that is 0, counted from 1
     */
    int lu(int m, int n, double[] a, int[] pivots);

    /**
     * Replaces {@code b}, [n, columns] row by row, by the solution, given the result of {@link #lu} for [n, n]; for the
     * transposed matrix if {@code transposed}.
     */
    void solve(boolean transposed, int n, int columns, double[] lu, int[] pivots, double[] b);

    /**
     * Replaces {@code a}, [n, n] and symmetric, of which the lower triangle is read, by its factors there: a unit lower one
     * and a diagonal one of blocks of 1 or 2 rows. {@code pivots} are LAPACK's: row i exchanged with row {@code pivots[i]},
     * counted from 1; negative for both rows of a block of 2, of which the second is exchanged.
     *
     * @return 0, or the number of the first block that is 0, counted from 1
     */
    int ldl(int n, double[] a, int[] pivots);

    /** Replaces {@code b}, [n, columns] row by row, by the solution, given the result of {@link #ldl}. */
    void ldlSolve(int n, int columns, double[] ld, int[] pivots, double[] b);

    /** The inverse, row by row, given the result of {@link #lu} without a pivot that is 0. */
    double[] inverse(int n, double[] lu, int[] pivots);

    /** Replaces {@code b}, [n, columns] row by row, by the solution for one triangle of {@code a}, [n, n]; zeros there give inf. */
    void solveTriangular(boolean upper, boolean unit, int n, int columns, double[] a, double[] b);

    /** Writes {@code a}, [m, n], which is lost, as {@code q}, [m, k], times {@code r}, [k, n]; min(m, n) <= k <= m. */
    void qr(int m, int n, int k, double[] a, double @Nullable [] q, double[] r);

    /**
     * Replaces {@code a}, [m, n], by R on and above its diagonal, and below by the vectors of the reflections that make Q,
     * whose first elements that are not 0 are 1 and not written.
     *
     * @param tau the factors of the min(m, n) reflections
     */
    void reflections(int m, int n, double[] a, double[] tau);

    /**
     * Writes {@code a}, [m, n], which is lost, as {@code u} times the diagonal {@code s} times {@code vt}; u is [m, m] and
     * vt [n, n] if {@code full}, otherwise [m, k] and [k, n] with k = min(m, n).
     *
     * @return whether it converged
     */
    boolean svd(boolean full, int m, int n, double[] a, double[] u, double[] s, double[] vt);

    /**
     * Replaces {@code a}, [n, n] and symmetric, of which one triangle is read, by its eigenvectors if {@code vectors};
     * {@code values} are ascending.
     *
     * @return whether it converged
     */
    boolean eigh(boolean upper, boolean vectors, int n, double[] a, double[] values);

    /**
     * Replaces the first n rows of {@code b}, [max(m, n), columns] row by row, by the shortest x that brings a x nearest to b, for
     * {@code a}, [m, n], which is lost: by complete orthogonal factorisation.
     *
     * @param rcond what counts as 0, relative to the greatest
     * @return the rank of a
     */
    int leastSquares(int m, int n, int columns, double[] a, double[] b, double rcond);
}
