package tns.op.linalg;

import java.util.Arrays;

/**
 * QR factors of a matrix whose columns are exchanged so that the diagonal of R descends: at every step the column that is
 * longest below goes first. In blocks, as {@link Bidiagonal}. Quintana-Ortí, Sun and Bischof, A BLAS-3 Version of the QR
 * Factorization with Column Pivoting, 1998; Drmač and Bujanović, On the Failure of Rank-Revealing QR Factorization Software,
 * 2008, for when the lengths are to be computed anew; {@code dgeqp3} of LAPACK.
 *
 * @param rows those of the matrix [m, n]; in the end the first min(m, n) are those of R, on and above the diagonal
 * @param columns which column of the matrix each column of R is
 */
record PivotedQr(double[][] rows, int[] columns) {
    /** Of a length that fell below this part of itself the digits are lost. */
    private static final double LOST = Math.sqrt(Math.ulp(1.0) / 2);

    /** Of the matrix with these rows, which are lost; those of {@code b} become those of Qᵀ b. Neither is empty. */
    static PivotedQr of(double[][] rows, double[][] b) {
        int m = rows.length;
        int n = rows[0].length;
        PivotedQr found = new PivotedQr(rows, new int[n]);
        double[] lengths = new double[n];
        for (int j = 0; j < n; j++) {
            found.columns[j] = j;
        }
        found.measure(0, lengths);
        double[] exact = lengths.clone();
        int steps = Math.min(m, n);
        Reflections q = new Reflections();
        for (int first = 0; first < steps; ) {
            PendingUpdates updates = new PendingUpdates(Reflections.BLOCK);
            double[][] vs = new double[Reflections.BLOCK][];
            double[] tau = new double[Reflections.BLOCK];
            int end = Math.min(steps, first + Reflections.BLOCK);
            int last = first;
            boolean holds = true;
            while (last < end && holds) {
                int k = last - first;
                found.exchange(last, longest(lengths, last), updates, lengths, exact);
                vs[k] = new double[m];
                tau[k] = found.reduce(last, vs[k], updates);
                last++;
                holds = shorten(rows[last - 1], last, lengths, exact);
            }
            for (int i = last; i < m; i++) {
                updates.subtractFromRow(i, rows[i], last);
            }
            q.add(first, Arrays.copyOf(vs, last - first), tau);
            q.applyLastTransposed(b, 0, b[0].length);
            if (!holds) {
                found.measure(last, lengths);
                System.arraycopy(lengths, last, exact, last, n - last);
            }
            first = last;
        }
        return found;
    }

    /** The lengths of all columns from {@code from} on, below the rows before it. */
    private void measure(int from, double[] lengths) {
        for (int j = from; j < lengths.length; j++) {
            lengths[j] = 0;
        }
        for (int i = from; i < rows.length; i++) {
            double[] row = rows[i];
            for (int j = from; j < row.length; j++) {
                lengths[j] = Math.fma(row[j], row[j], lengths[j]);
            }
        }
        for (int j = from; j < lengths.length; j++) {
            lengths[j] = Math.sqrt(lengths[j]);
        }
    }

    private static int longest(double[] lengths, int from) {
        int longest = from;
        for (int j = from + 1; j < lengths.length; j++) {
            longest = lengths[j] > lengths[longest] ? j : longest;
        }
        return longest;
    }

    private void exchange(int j, int k, PendingUpdates updates, double[] lengths, double[] exact) {
        if (j == k) {
            return;
        }
        for (double[] row : rows) {
            exchange(row, j, k);
        }
        updates.exchangeColumns(j, k);
        exchange(lengths, j, k);
        exchange(exact, j, k);
        int column = columns[j];
        columns[j] = columns[k];
        columns[k] = column;
    }

    private static void exchange(double[] x, int j, int k) {
        double element = x[j];
        x[j] = x[k];
        x[k] = element;
    }

    /** Finds the reflection for column {@code j}, and row {@code j} of R. */
    private double reduce(int j, double[] v, PendingUpdates updates) {
        double[] row = rows[j];
        for (int i = j; i < rows.length; i++) {
            v[i] = rows[i][j];
        }
        updates.subtractFromColumn(j, v, j);
        double tau = Reflector.make(v, j, row, j);
        double[] y = updates.transposedTimes(rows, v, j, j + 1);
        Lines.scale(tau, y, j + 1, y.length);
        updates.add(v, y);
        updates.subtractFromRow(j, row, j + 1);
        return tau;
    }

    /**
     * Takes a row of R off the lengths of the columns from {@code from} on.
     *
     * @param exact what they were when they were last computed from the elements
     * @return whether all have digits left
     */
    private static boolean shorten(double[] row, int from, double[] lengths, double[] exact) {
        boolean hold = true;
        for (int j = from; j < lengths.length; j++) {
            if (lengths[j] == 0) {
                continue;
            }
            double part = row[j] / lengths[j];
            double left = Math.max(0, (1 - part) * (1 + part));
            double whole = lengths[j] / exact[j];
            hold &= left * whole * whole > LOST;
            lengths[j] *= Math.sqrt(left);
        }
        return hold;
    }
}
