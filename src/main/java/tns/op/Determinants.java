package tns.op;

import static tns.op.linalg.Factorizations.HOST;

import java.util.Arrays;

/** Determinants of one matrix on the host, and their derivatives. */
final class Determinants {

    private Determinants() {}

    /** The determinant of a matrix of which {@code lu} are the factors. */
    static double product(int n, double[] lu, int[] pivots) {
        double product = parity(pivots);
        for (int j = 0; j < n; j++) {
            product *= lu[j * n + j];
        }
        return product;
    }

    /** 1 or -1, as the number of exchanged rows is even or odd. */
    static double parity(int[] pivots) {
        double sign = 1;
        for (int j = 0; j < pivots.length; j++) {
            sign = pivots[j] == j + 1 ? sign : -sign;
        }
        return sign;
    }

    /**
     * The cofactors of {@code a}, [n, n]: det(a) inv(a).T; for a singular a, where that has no meaning, by its singular
     * values, of which each cofactor of the diagonal matrix is the product of all others; NaN if an element is not finite.
     */
    static double[] cofactors(int n, double[] a) {
        if (!Arrays.stream(a).allMatch(Double::isFinite)) {
            double[] unknown = new double[n * n];
            Arrays.fill(unknown, Double.NaN);
            return unknown;
        }
        double[] lu = a.clone();
        int[] pivots = new int[n];
        if (HOST.lu(n, n, lu, pivots) > 0) {
            return ofSingular(n, a.clone());
        }
        double det = product(n, lu, pivots);
        // Row by row, the inverse is its transpose column by column.
        double[] cofactors = HOST.inverse(n, lu, pivots);
        for (int i = 0; i < cofactors.length; i++) {
            cofactors[i] *= det;
        }
        return cofactors;
    }

    private static double[] ofSingular(int n, double[] a) {
        Spectrum spectrum = Spectrum.of(n, n, a);
        double[] u = spectrum.u();
        double[] s = spectrum.values();
        double[] vt = spectrum.v();
        double sign = determinant(n, u) * determinant(n, vt);
        double[] cofactors = new double[n * n];
        for (int k = 0; k < n; k++) {
            double others = sign;
            for (int l = 0; l < n; l++) {
                others *= l == k ? 1 : s[l];
            }
            for (int j = 0; j < n; j++) {
                for (int i = 0; i < n; i++) {
                    cofactors[j * n + i] += u[k * n + i] * others * vt[j * n + k];
                }
            }
        }
        return cofactors;
    }

    private static double determinant(int n, double[] a) {
        double[] lu = a.clone();
        int[] pivots = new int[n];
        HOST.lu(n, n, lu, pivots);
        return product(n, lu, pivots);
    }
}
