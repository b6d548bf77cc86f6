package tns.op;

import static tns.op.linalg.Factorizations.HOST;

import java.util.Arrays;
import tns.error.ErrorKind;
import tns.error.TnsException;

/**
 * One matrix on the host as the sum of u[k] s[k] v[k].T.
 *
 * @param m rows of the matrix
 * @param n its columns
 * @param u the vectors u, one after another
 * @param v the components of the vectors v: first components first, unless {@code byVector}
 */
record Spectrum(int m, int n, double[] values, double[] u, double[] v, boolean byVector) {

    /** By singular values, descending. */
    static Spectrum of(int m, int n, double[] a) {
        int k = Math.min(m, n);
        double[] u = new double[m * k];
        double[] s = new double[k];
        double[] vt = new double[k * n];
        require(HOST.svd(false, m, n, a, u, s, vt));
        return new Spectrum(m, n, s, u, vt, false);
    }

    /** By eigenvalues, ascending, of a symmetric matrix of which the lower triangle is read. */
    static Spectrum ofSymmetric(int n, double[] a) {
        double[] values = new double[n];
        require(HOST.eigh(false, true, n, a, values));
        return new Spectrum(n, n, values, a, a, true);
    }

    private static void require(boolean converged) {
        if (!converged) {
            throw new TnsException(ErrorKind.VALUE, "singular values: no convergence: the matrix is ill-conditioned");
        }
    }

    /** The greatest magnitude of a value; 0 of none. */
    double greatest() {
        double greatest = 0;
        for (double value : values) {
            greatest = Math.max(greatest, Math.abs(value));
        }
        return greatest;
    }

    /** How many values are above {@code cutoff} in magnitude. */
    int rank(double cutoff) {
        int rank = 0;
        for (double value : values) {
            rank += Math.abs(value) > cutoff ? 1 : 0;
        }
        return rank;
    }

    /** The pseudo-inverse, [n, m], without the values up to {@code cutoff} in magnitude. */
    double[] inverse(double cutoff) {
        // Arrays of their own, at equal indexes: the compiler makes vectors of loops over those.
        double[][] vectors = new double[values.length][n];
        for (int k = 0; k < values.length; k++) {
            for (int i = 0; i < n; i++) {
                vectors[k][i] = byVector ? v[k * n + i] : v[i * values.length + k];
            }
        }
        double[] inverse = new double[n * m];
        double[] column = new double[n];
        for (int j = 0; j < m; j++) {
            Arrays.fill(column, 0);
            for (int k = 0; k < values.length; k++) {
                if (Math.abs(values[k]) > cutoff) {
                    addScaled(u[k * m + j] / values[k], vectors[k], column);
                }
            }
            System.arraycopy(column, 0, inverse, j * n, n);
        }
        return inverse;
    }

    private static void addScaled(double scale, double[] vector, double[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += scale * vector[i];
        }
    }
}
