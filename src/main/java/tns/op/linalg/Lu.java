package tns.op.linalg;

import java.util.Arrays;
import java.util.Collections;

/**
 * LU factors with exchanged rows, in blocks of columns: each is factored alone, then subtracted from all after it. Golub
 * and Van Loan, Matrix Computations, 3.4; {@code dgetrf} of LAPACK, whose pivots these are.
 */
final class Lu {
    private Lu() {}

    /** Replaces the columns {@code a}, [m, n] and finite, neither 0, by both factors; as {@link Factorizations#lu}. */
    static int factor(double[][] a, int[] pivots) {
        int n = a.length;
        int m = a[0].length;
        int steps = Math.min(m, n);
        int zero = 0;
        for (int first = 0; first < steps; first += Triangles.BLOCK) {
            int last = Math.min(steps, first + Triangles.BLOCK);
            for (int j = first; j < last; j++) {
                exchange(a[j], pivots, first, j);
                Triangles.forward(a, first, j, true, a[j], m);
                if (!pivot(a, first, j, pivots) && zero == 0) {
                    zero = j + 1;
                }
            }
            for (int j = 0; j < first; j++) {
                exchange(a[j], pivots, first, last);
            }
            for (int j = last; j < n; j++) {
                exchange(a[j], pivots, first, last);
                Triangles.forward(a, first, last, true, a[j], m);
            }
        }
        return zero;
    }

    /**
     * Exchanges the greatest element on or below the diagonal of column {@code j}, the first of equal ones, with that on it,
     * and so the rows of the block's columns before; divides what is below by it.
     *
     * @return whether it is not 0
     */
    private static boolean pivot(double[][] a, int first, int j, int[] pivots) {
        double[] c = a[j];
        int row = j;
        double greatest = Math.abs(c[j]);
        for (int i = j + 1; i < c.length; i++) {
            if (Math.abs(c[i]) > greatest) {
                greatest = Math.abs(c[i]);
                row = i;
            }
        }
        pivots[j] = row + 1;
        if (c[row] == 0) {
            return false;
        }
        for (int k = first; k <= j; k++) {
            exchange(a[k], j, row);
        }
        double pivot = c[j];
        if (Math.abs(pivot) >= Double.MIN_NORMAL) {
            Lines.scale(1 / pivot, c, j + 1, c.length);
        } else {
            // Its reciprocal would be infinite.
            for (int i = j + 1; i < c.length; i++) {
                c[i] /= pivot;
            }
        }
        return true;
    }

    /** Exchanges the elements of {@code c} as {@code pivots} say, from {@code first} to {@code last}. */
    static void exchange(double[] c, int[] pivots, int first, int last) {
        for (int i = first; i < last; i++) {
            exchange(c, i, pivots[i] - 1);
        }
    }

    /** Exchanges all rows as {@code pivots} say. */
    static void exchange(double[][] rows, int[] pivots) {
        for (int i = 0; i < pivots.length; i++) {
            Collections.swap(Arrays.asList(rows), i, pivots[i] - 1);
        }
    }

    /** Undoes that. */
    static void exchangeBack(double[][] rows, int[] pivots) {
        for (int i = pivots.length - 1; i >= 0; i--) {
            Collections.swap(Arrays.asList(rows), i, pivots[i] - 1);
        }
    }

    /** Undoes all exchanges. */
    static void exchangeBack(double[] c, int[] pivots) {
        for (int i = pivots.length - 1; i >= 0; i--) {
            exchange(c, i, pivots[i] - 1);
        }
    }

    private static void exchange(double[] c, int i, int j) {
        double element = c[i];
        c[i] = c[j];
        c[j] = element;
    }
}
