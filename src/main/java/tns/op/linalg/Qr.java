package tns.op.linalg;

/**
 * QR factors by Householder reflections, in blocks of columns: each is factored alone, and its reflections are applied to
 * all after it. Golub and Van Loan, Matrix Computations, 5.2; {@code dgeqrf} and {@code dorgqr} of LAPACK.
 */
final class Qr {
    private Qr() {}

    /** Replaces the rows of a matrix, [m, n], by those of R, below which they are 0, and gives Q, [m, m]. */
    static Reflections factor(int n, double[][] rows) {
        int m = rows.length;
        int steps = Math.min(m, n);
        Reflections q = new Reflections();
        double[] diagonal = new double[steps];
        for (int first = 0; first < steps; first += Reflections.BLOCK) {
            int last = Math.min(steps, first + Reflections.BLOCK);
            double[][] columns = new double[last - first][m];
            for (int i = 0; i < m; i++) {
                for (int j = first; j < last; j++) {
                    columns[j - first][i] = rows[i][j];
                }
            }
            double[] tau = new double[last - first];
            for (int j = first; j < last; j++) {
                double[] v = columns[j - first];
                for (int i = 0; i < j; i++) {
                    rows[i][j] = v[i];
                }
                tau[j - first] = Reflector.make(v, j, diagonal, j);
                rows[j][j] = diagonal[j];
                for (int i = j + 1; i < m; i++) {
                    rows[i][j] = 0;
                }
                for (int k = j + 1; k < last; k++) {
                    reflect(v, tau[j - first], j, columns[k - first]);
                }
            }
            q.add(first, columns, tau);
            q.applyLastTransposed(rows, last, n);
        }
        return q;
    }

    private static void reflect(double[] v, double tau, int from, double[] c) {
        Lines.add(v, -tau * Lines.dot(v, c, from, c.length), c, from, c.length);
    }
}
