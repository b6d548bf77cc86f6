package tns.op.linalg;

import java.util.Arrays;

/**
 * The eigenvalues of a large symmetric matrix by those of a tridiagonal one, which are the library's: {@code dsyevd} of
 * LAPACK. It reduces an upper triangle from its last column on, which here is the lower one of the matrix turned round.
 */
final class Eigenvalues {
    private final TranslatedLapack library;
    private final boolean upper;
    private final int n;

    /** For [n, n], n at least 1; {@code upper} as {@link Factorizations#eigh} has it. */
    Eigenvalues(TranslatedLapack library, boolean upper, int n) {
        this.library = library;
        this.upper = upper;
        this.n = n;
    }

    /** See {@link Factorizations#eigh}; elements are moderate. */
    boolean find(boolean vectors, double[] a, double[] values) {
        double[][] columns = new double[n][n];
        for (int j = 0; j < n; j++) {
            int column = place(j);
            for (int i = j; i < n; i++) {
                columns[j][i] = a[column * n + place(i)];
            }
        }
        for (int j = 0; j < n; j++) {
            for (int i = j + 1; i < n; i++) {
                columns[i][j] = columns[j][i];
            }
        }
        Tridiagonal t = Tridiagonal.of(columns);
        double[] beside = new double[n];
        for (int i = 0; i < n; i++) {
            values[place(i)] = t.diagonal()[i];
        }
        for (int i = 0; i < n - 1; i++) {
            beside[upper ? n - 2 - i : i] = t.beside()[i];
        }
        if (!vectors) {
            return library.tridiagonalEigh(n, values, beside, null);
        }
        double[] inner = new double[n * n];
        if (!library.tridiagonalEigh(n, values, beside, inner)) {
            return false;
        }
        double[][] rows = turned(Lines.rows(n, n, inner));
        t.q().apply(rows);
        Lines.putRows(turned(rows), a);
        return true;
    }

    private int place(int i) {
        return upper ? n - 1 - i : i;
    }

    private double[][] turned(double[][] rows) {
        return upper ? Arrays.asList(rows).reversed().toArray(double[][]::new) : rows;
    }
}
