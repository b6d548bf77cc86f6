package tns.op.linalg;

/**
 * The Cholesky factor in blocks of columns: each is factored alone, then its product with itself is subtracted from all
 * after it. Golub and Van Loan, Matrix Computations, 4.2; {@code dpotrf} of LAPACK.
 */
final class Cholesky {
    private Cholesky() {}

    /** Replaces the lower triangle of the columns {@code a}, [n, n] and finite; as {@link Factorizations#cholesky}. */
    static int factor(double[][] a) {
        int n = a.length;
        double[] row = new double[n];
        for (int first = 0; first < n; first += Triangles.BLOCK) {
            int last = Math.min(n, first + Triangles.BLOCK);
            for (int j = first; j < last; j++) {
                subtract(a, first, j, row, j);
                double square = a[j][j];
                if (!(square > 0)) {
                    return j + 1;
                }
                double root = Math.sqrt(square);
                a[j][j] = root;
                Lines.scale(1 / root, a[j], j + 1, n);
            }
            for (int j = last; j < n; j++) {
                subtract(a, first, last, row, j);
            }
        }
        return 0;
    }

    /** Subtracts from column {@code j}, from the diagonal on, what the columns from {@code first} to {@code last} contribute. */
    private static void subtract(double[][] a, int first, int last, double[] row, int j) {
        Lines.across(a, j, first, last, row);
        Lines.add(-1, a, row, first, last, a[j], j, a.length);
    }
}
