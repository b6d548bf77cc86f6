package tns.op.linalg;

/**
 * Products of matrices that are kept as lines, columns or rows, each an array of its own.
 *
 * <p>The inner loop goes over such arrays at equal indexes: the compiler makes vectors of that, whichever arrays they are,
 * but not of a loop over one array at two offsets. 20 GFLOP/s with 256 lines of 256, where the loops of
 * translated {@code dtrsm} have 2 (AMD EPYC, one core, 2026-11-27); sources that are passed 8 at a time came to between 4 and
 * 19, and two targets in one pass to 12. No sum depends on the machine or on threads.
 */
final class Lines {
    /** So many sources are added in one pass over the target. */
    static final int GROUP = 4;

    /** So many sources stay in the nearest cache while they are added to one target after another. */
    private static final int PASS = 2 * GROUP;

    private static final int TILE = 16;

    private Lines() {}

    /** A copy of the columns of {@code a}, [rows, columns] column by column. */
    static double[][] columns(int rows, int columns, double[] a) {
        double[][] lines = new double[columns][rows];
        for (int j = 0; j < columns; j++) {
            System.arraycopy(a, j * rows, lines[j], 0, rows);
        }
        return lines;
    }

    /** A copy of the rows of {@code a}, [rows, columns] column by column. */
    static double[][] rows(int rows, int columns, double[] a) {
        double[][] lines = new double[rows][columns];
        turn(columns(rows, columns, a), lines, 0);
        return lines;
    }

    /** {@code a}, [rows, columns] column by column, row by row. */
    static double[] turned(int rows, int columns, double[] a) {
        double[] turned = new double[a.length];
        for (int row = 0; row < rows; row += TILE) {
            int end = Math.min(rows, row + TILE);
            for (int j = 0; j < columns; j++) {
                for (int i = row; i < end; i++) {
                    turned[i * columns + j] = a[j * rows + i];
                }
            }
        }
        return turned;
    }

    /** Writes columns one after another. */
    static void putColumns(double[][] lines, double[] a) {
        for (int j = 0; j < lines.length; j++) {
            System.arraycopy(lines[j], 0, a, j * lines[j].length, lines[j].length);
        }
    }

    /** Writes rows column by column. */
    static void putRows(double[][] lines, double[] a) {
        int rows = lines.length;
        for (int row = 0; row < rows; row += TILE) {
            int end = Math.min(rows, row + TILE);
            for (int j = 0; j < lines[0].length; j++) {
                for (int i = row; i < end; i++) {
                    a[j * rows + i] = lines[i][j];
                }
            }
        }
    }

    /** {@code target[i][j] = source[j][i]}, for i and j from {@code first} on. */
    static void turn(double[][] source, double[][] target, int first) {
        int rows = target.length;
        for (int row = first; row < rows; row += TILE) {
            int end = Math.min(rows, row + TILE);
            for (int j = first; j < source.length; j++) {
                double[] line = source[j];
                for (int i = row; i < end; i++) {
                    target[i][j] = line[i];
                }
            }
        }
    }

    /** {@code x[k] = lines[k][at]}, for k from {@code first} to {@code last}. */
    static void across(double[][] lines, int at, int first, int last, double[] x) {
        for (int k = first; k < last; k++) {
            x[k] = lines[k][at];
        }
    }

    /**
     * {@code c[row][i] += scale * x[row][k] * a[k][i]}, summed over k from {@code first} to {@code last}, for rows from
     * {@code row} to {@code end}, i from {@code from} to {@code to}. 26 GFLOP/s with 32 lines of 256, where all lines at once
     * have 21 (AMD EPYC, one core, 2026-11-27).
     */
    static void addProducts(
            double scale,
            double[][] a,
            double[][] x,
            int first,
            int last,
            double[][] c,
            int row,
            int end,
            int from,
            int to) {
        for (int k = first; k < last; k += PASS) {
            for (int i = row; i < end; i++) {
                add(scale, a, x[i], k, Math.min(last, k + PASS), c[i], from, to);
            }
        }
    }

    /** {@code c[i] += scale * x[k] * a[k][i]}, summed over k from {@code first} to {@code last}, i from {@code from} to {@code to}. */
    static void add(double scale, double[][] a, double[] x, int first, int last, double[] c, int from, int to) {
        if (from >= to) {
            return;
        }
        int k = first;
        for (; k + GROUP <= last; k += GROUP) {
            add(
                    a[k],
                    a[k + 1],
                    a[k + 2],
                    a[k + 3],
                    scale * x[k],
                    scale * x[k + 1],
                    scale * x[k + 2],
                    scale * x[k + 3],
                    c,
                    from,
                    to);
        }
        for (; k < last; k++) {
            add(a[k], scale * x[k], c, from, to);
        }
    }

    private static void add(
            double[] a0,
            double[] a1,
            double[] a2,
            double[] a3,
            double x0,
            double x1,
            double x2,
            double x3,
            double[] c,
            int from,
            int to) {
        for (int i = from; i < to; i++) {
            c[i] = Math.fma(a0[i], x0, Math.fma(a1[i], x1, Math.fma(a2[i], x2, Math.fma(a3[i], x3, c[i]))));
        }
    }

    /** {@code c[i] += x * a[i]}. */
    static void add(double[] a, double x, double[] c, int from, int to) {
        for (int i = from; i < to; i++) {
            c[i] = Math.fma(a[i], x, c[i]);
        }
    }

    /** The sum of {@code a[i] * b[i]}, in four chains: vectors of the compiler's would be one. */
    static double dot(double[] a, double[] b, int from, int to) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = from;
        for (; i + 3 < to; i += 4) {
            s0 = Math.fma(a[i], b[i], s0);
            s1 = Math.fma(a[i + 1], b[i + 1], s1);
            s2 = Math.fma(a[i + 2], b[i + 2], s2);
            s3 = Math.fma(a[i + 3], b[i + 3], s3);
        }
        for (; i < to; i++) {
            s0 = Math.fma(a[i], b[i], s0);
        }
        return s0 + s1 + (s2 + s3);
    }

    /** {@code c[i] /= x}. */
    static void divide(double[] c, double x) {
        for (int i = 0; i < c.length; i++) {
            c[i] /= x;
        }
    }

    /** {@code c[i] *= x}. */
    static void scale(double x, double[] c, int from, int to) {
        for (int i = from; i < to; i++) {
            c[i] *= x;
        }
    }
}
