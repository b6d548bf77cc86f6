package tns.op.linalg;

/**
 * A matrix with as many rows as columns or more as {@code Q B Pᵀ} with a bidiagonal B. In blocks: the reflections of a block
 * are found from products of the matrix and vectors, and then subtracted from it at once. Golub and Van Loan, Matrix
 * Computations, 5.4; {@code dgebrd} of LAPACK, {@code dlabrd} for a block.
 *
 * @param diagonal of B, n elements
 * @param above the n - 1 elements above the diagonal, and one more
 * @param q the reflections whose product is Q, [m, m]
 * @param p the reflections whose product is P, [n, n]
 */
record Bidiagonal(double[] diagonal, double[] above, Reflections q, Reflections p) {

    /** Of the matrix, [m, n], with these columns, which are lost; m is at least n, and n at least 1. */
    static Bidiagonal of(double[][] columns) {
        int n = columns.length;
        int m = columns[0].length;
        Bidiagonal found = new Bidiagonal(new double[n], new double[n], new Reflections(), new Reflections());
        // Products with vectors from both sides go along columns and along rows.
        double[][] rows = new double[m][n];
        for (int first = 0; first < n; first += Reflections.BLOCK) {
            int last = Math.min(n, first + Reflections.BLOCK);
            Lines.turn(columns, rows, first);
            PendingUpdates updates = found.reduce(columns, rows, first, last);
            for (int j = last; j < n; j++) {
                updates.subtractFromColumn(j, columns[j], last);
            }
        }
        return found;
    }

    /** Reduces the columns and rows from {@code first} to {@code last}; the result is to be subtracted from all after them. */
    private PendingUpdates reduce(double[][] columns, double[][] rows, int first, int last) {
        int n = columns.length;
        int count = last - first;
        PendingUpdates updates = new PendingUpdates(2 * count);
        double[][] vs = new double[count][];
        double[][] us = new double[count][];
        double[] leftTau = new double[count];
        double[] rightTau = new double[count];
        for (int i = first; i < last; i++) {
            int k = i - first;
            double[] v = columns[i];
            updates.subtractFromColumn(i, v, i);
            leftTau[k] = Reflector.make(v, i, diagonal, i);
            double[] y = updates.transposedTimes(rows, v, i, i + 1);
            Lines.scale(leftTau[k], y, i + 1, n);
            updates.add(v, y);
            vs[k] = v;

            double[] u = rows[i];
            if (i + 1 == n) {
                // There is nothing to the right.
                us[k] = new double[n];
                continue;
            }
            updates.subtractFromRow(i, u, i + 1);
            rightTau[k] = Reflector.make(u, i + 1, above, i);
            double[] x = updates.times(columns, u, i + 1, i + 1);
            Lines.scale(rightTau[k], x, i + 1, x.length);
            updates.add(x, u);
            us[k] = u;
        }
        q.add(first, vs, leftTau);
        p.add(Math.min(n - 1, first + 1), us, rightTau);
        return updates;
    }
}
