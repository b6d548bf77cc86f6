package tns.op.linalg;

/**
 * What is yet to be subtracted from a matrix A that is being reduced: {@code A - Σ l rᵀ}, a pair of vectors after another.
 * Columns and rows are brought up to date when their turn comes, all others by one product of matrices.
 */
final class PendingUpdates {
    private final double[][] left;
    private final double[][] right;
    private final double[] factors;
    private int count;

    /** None yet, and {@code most} to come. */
    PendingUpdates(int most) {
        left = new double[most][];
        right = new double[most][];
        factors = new double[most];
    }

    /** Adds one pair: l of as many elements as A has rows, r of as many as it has columns. */
    void add(double[] l, double[] r) {
        left[count] = l;
        right[count] = r;
        count++;
    }

    /** Follows an exchange of two columns of A. */
    void exchangeColumns(int j, int k) {
        for (int i = 0; i < count; i++) {
            double element = right[i][j];
            right[i][j] = right[i][k];
            right[i][k] = element;
        }
    }

    /** Subtracts from {@code c}, which is column {@code j}, from row {@code from} on. */
    void subtractFromColumn(int j, double[] c, int from) {
        subtract(left, right, j, c, from);
    }

    /** Subtracts from {@code r}, which is row {@code i}, from column {@code from} on. */
    void subtractFromRow(int i, double[] r, int from) {
        subtract(right, left, i, r, from);
    }

    private void subtract(double[][] along, double[][] across, int at, double[] c, int from) {
        Lines.across(across, at, 0, count, factors);
        Lines.add(-1, along, factors, 0, count, c, from, c.length);
    }

    /** The product of what A is by now and {@code x}, whose elements before {@code first} are 0: from {@code from} on. */
    double[] times(double[][] columns, double[] x, int first, int from) {
        return product(columns, left, right, x, first, from);
    }

    /** The same for Aᵀ. */
    double[] transposedTimes(double[][] rows, double[] x, int first, int from) {
        return product(rows, right, left, x, first, from);
    }

    private double[] product(double[][] lines, double[][] along, double[][] across, double[] x, int first, int from) {
        double[] y = new double[lines[0].length];
        Lines.add(1, lines, x, first, x.length, y, from, y.length);
        for (int k = 0; k < count; k++) {
            factors[k] = Lines.dot(across[k], x, first, x.length);
        }
        Lines.add(-1, along, factors, 0, count, y, from, y.length);
        return y;
    }
}
