package tns.op.linalg;

/**
 * A symmetric matrix as {@code Q T Qᵀ} with a tridiagonal T. In blocks: the reflections of a block are found from products
 * of the matrix and vectors, and then subtracted from it at once. Golub and Van Loan, Matrix Computations, 8.3; {@code
 * dsytrd} of LAPACK for the lower triangle, {@code dlatrd} for a block.
 *
 * @param diagonal of T, n elements
 * @param beside the n - 1 elements beside the diagonal, and one more
 * @param q the reflections whose product is Q
 */
record Tridiagonal(double[] diagonal, double[] beside, Reflections q) {

    /** Of the matrix whose columns, and rows, these are, [n, n]; they are lost. n is at least 1. */
    static Tridiagonal of(double[][] a) {
        int n = a.length;
        Tridiagonal found = new Tridiagonal(new double[n], new double[n], new Reflections());
        for (int first = 0; first < n - 1; first += Reflections.BLOCK) {
            int last = Math.min(n - 1, first + Reflections.BLOCK);
            PendingUpdates updates = found.reduce(a, first, last);
            for (int j = last; j < n; j++) {
                updates.subtractFromColumn(j, a[j], last);
            }
        }
        found.diagonal[n - 1] = a[n - 1][n - 1];
        return found;
    }

    /** Reduces the columns from {@code first} to {@code last}; the result is to be subtracted from all after them. */
    private PendingUpdates reduce(double[][] a, int first, int last) {
        int n = a.length;
        int count = last - first;
        PendingUpdates updates = new PendingUpdates(2 * count);
        double[][] vs = new double[count][];
        double[] tau = new double[count];
        for (int j = first; j < last; j++) {
            int k = j - first;
            double[] v = a[j];
            updates.subtractFromColumn(j, v, j);
            diagonal[j] = v[j];
            tau[k] = Reflector.make(v, j + 1, beside, j);
            // H A H = A - v wᵀ - w vᵀ with w = p - tau / 2 (p · v) v, p = tau A v.
            double[] w = updates.times(a, v, j + 1, j + 1);
            Lines.scale(tau[k], w, j + 1, n);
            Lines.add(v, -tau[k] / 2 * Lines.dot(w, v, j + 1, n), w, j + 1, n);
            updates.add(v, w);
            updates.add(w, v);
            vs[k] = v;
        }
        q.add(first + 1, vs, tau);
        return updates;
    }
}
