package tns.op.linalg;

/**
 * Systems with one triangle, solved block by block of its columns, so that a block is read from cache for all right
 * sides. As {@code dtrsm} of BLAS, for elements that are finite and diagonals without 0.
 */
final class Triangles {
    /** Columns of a block. 16 is slower for LU of n = 256 by a half, 64 no faster (AMD EPYC, one core, 2026-11-27). */
    static final int BLOCK = 32;

    private Triangles() {}

    /**
     * Replaces the rows {@code b} by the solution for the lower triangle of the rows {@code l}, [n, n]. Long rows are faster
     * than columns, of which the first and the last elements depend on each other.
     */
    static void lowerByRows(double[][] l, boolean unit, double[][] b) {
        int columns = b[0].length;
        for (int first = 0; first < l.length; first += BLOCK) {
            int last = Math.min(l.length, first + BLOCK);
            lowerByRows(l, first, last, unit, b, columns);
            Lines.addProducts(-1, b, l, first, last, b, last, l.length, 0, columns);
        }
    }

    /** Replaces the rows of the identity by the inverse of the unit lower triangle of the rows {@code l}, [n, n]. */
    static void invertUnitLower(double[][] l, double[][] identity) {
        for (int first = 0; first < l.length; first += BLOCK) {
            int last = Math.min(l.length, first + BLOCK);
            // To the right of its diagonal the inverse is 0.
            lowerByRows(l, first, last, true, identity, last);
            Lines.addProducts(-1, identity, l, first, last, identity, last, l.length, 0, last);
        }
    }

    private static void lowerByRows(double[][] l, int first, int last, boolean unit, double[][] b, int columns) {
        for (int i = first; i < last; i++) {
            Lines.add(-1, b, l[i], first, i, b[i], 0, columns);
            if (!unit) {
                Lines.divide(b[i], l[i][i]);
            }
        }
    }

    /** Replaces the rows {@code b} by the solution for the upper triangle of the rows {@code u}, [n, n]. */
    static void upperByRows(double[][] u, boolean unit, double[][] b) {
        int columns = b[0].length;
        for (int last = u.length; last > 0; last -= BLOCK) {
            int first = Math.max(0, last - BLOCK);
            for (int i = last - 1; i >= first; i--) {
                Lines.add(-1, b, u[i], i + 1, last, b[i], 0, columns);
                if (!unit) {
                    Lines.divide(b[i], u[i][i]);
                }
            }
            Lines.addProducts(-1, b, u, first, last, b, 0, first, 0, columns);
        }
    }

    /** Replaces the columns {@code b} by the solution for the lower triangle of the columns {@code l}, [n, n]. */
    static void lower(double[][] l, boolean unit, double[][] b) {
        int n = l.length;
        for (int first = 0; first < n; first += BLOCK) {
            int last = Math.min(n, first + BLOCK);
            for (double[] c : b) {
                // Of an inverse, half the blocks.
                if (!isZero(c, first, last)) {
                    forward(l, first, last, unit, c, n);
                }
            }
        }
    }

    /** The same for the upper triangle. */
    static void upper(double[][] u, boolean unit, double[][] b) {
        for (int last = u.length; last > 0; last -= BLOCK) {
            int first = Math.max(0, last - BLOCK);
            for (double[] c : b) {
                backward(u, first, last, unit, c);
            }
        }
    }

    private static boolean isZero(double[] c, int first, int last) {
        for (int i = first; i < last; i++) {
            if (c[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Solves for the elements of {@code c} from {@code first} to {@code last} by those rows and columns of {@code l}, and
     * subtracts what they contribute to the elements after them, up to {@code to}.
     */
    static void forward(double[][] l, int first, int last, boolean unit, double[] c, int to) {
        for (int group = first; group < last; group += Lines.GROUP) {
            int end = Math.min(last, group + Lines.GROUP);
            for (int k = group; k < end; k++) {
                double x = unit ? c[k] : c[k] / l[k][k];
                c[k] = x;
                for (int i = k + 1; i < end; i++) {
                    c[i] = Math.fma(-l[k][i], x, c[i]);
                }
            }
            Lines.add(-1, l, c, group, end, c, end, to);
        }
    }

    /** The same from the last element on, subtracting from all elements before. */
    private static void backward(double[][] u, int first, int last, boolean unit, double[] c) {
        for (int end = last; end > first; end -= Lines.GROUP) {
            int group = Math.max(first, end - Lines.GROUP);
            for (int k = end - 1; k >= group; k--) {
                double x = unit ? c[k] : c[k] / u[k][k];
                c[k] = x;
                for (int i = group; i < k; i++) {
                    c[i] = Math.fma(-u[k][i], x, c[i]);
                }
            }
            Lines.add(-1, u, c, group, end, c, 0, group);
        }
    }
}
