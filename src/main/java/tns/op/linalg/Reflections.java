package tns.op.linalg;

import java.util.ArrayList;
import java.util.List;

/**
 * An orthogonal matrix Q, the product of Householder reflections in their order, kept and applied in blocks
 * {@code I - V T Vᵀ}: as products of matrices. Schreiber and Van Loan, A Storage-Efficient WY Representation for Products of
 * Householder Transformations, 1989; {@code dlarft} and {@code dlarfb} of LAPACK.
 */
final class Reflections {
    /** Reflections of a block. 16 and 64 are no faster for n = 256 (AMD EPYC, one core, 2026-11-27). */
    static final int BLOCK = 32;

    /** Rows that are read from cache for all reflections of a block. */
    private static final int ROWS = 32;

    /**
     * Reflections that change rows from {@code from} on, as many as their vectors have elements.
     *
     * @param v their vectors
     * @param t the columns of T, upper triangular
     */
    private record Block(int from, double[][] v, double[][] t) {}

    private final List<Block> blocks = new ArrayList<>();

    /** Adds reflections after those that are there; {@code from} is the first row that any of them changes. */
    void add(int from, double[][] v, double[] tau) {
        int count = v.length;
        double[][] t = new double[count][count];
        double[] products = new double[count];
        for (int j = 0; j < count; j++) {
            for (int k = 0; k < j; k++) {
                products[k] = Lines.dot(v[k], v[j], from, v[j].length);
            }
            for (int k = 0; k < j; k++) {
                for (int i = 0; i <= k; i++) {
                    t[j][i] -= tau[j] * t[k][i] * products[k];
                }
            }
            t[j][j] = tau[j];
        }
        blocks.add(new Block(from, v, t));
    }

    /** Writes the factors, and the vectors without their first elements below the diagonal of {@code a}, of so many rows. */
    void putBelowDiagonal(int rows, double[] a, double[] tau) {
        for (Block block : blocks) {
            for (int k = 0; k < block.v().length; k++) {
                int j = block.from() + k;
                tau[j] = block.t()[k][k];
                System.arraycopy(block.v()[k], j + 1, a, j * rows + j + 1, rows - j - 1);
            }
        }
    }

    /** Replaces the rows of a matrix C by those of Q C; rows after those that Q has stay. */
    void apply(double[][] rows) {
        for (Block block : blocks.reversed()) {
            apply(block, false, rows, 0, rows[0].length);
        }
    }

    /** Replaces C by Q C, where C is the identity in as many columns as its rows have elements. */
    void applyToIdentity(double[][] rows) {
        for (Block block : blocks.reversed()) {
            // Columns before are still those of the identity there.
            apply(block, false, rows, block.from(), rows[0].length);
        }
    }

    /** Replaces the columns from {@code column} to {@code end} of the matrix with these rows by Pᵀ C, P the last block added. */
    void applyLastTransposed(double[][] rows, int column, int end) {
        apply(blocks.getLast(), true, rows, column, end);
    }

    private static void apply(Block block, boolean transposed, double[][] rows, int column, int end) {
        double[][] v = block.v();
        double[][] t = block.t();
        int count = v.length;
        int last = v[0].length;
        double[][] products = new double[count][end];
        for (int row = block.from(); row < last; row += ROWS) {
            for (int k = 0; k < count; k++) {
                Lines.add(1, rows, v[k], row, Math.min(last, row + ROWS), products[k], column, end);
            }
        }
        double[][] turned = new double[count][end];
        double[] factors = new double[count];
        for (int k = 0; k < count; k++) {
            if (transposed) {
                Lines.add(1, products, t[k], 0, k + 1, turned[k], column, end);
            } else {
                Lines.across(t, k, k, count, factors);
                Lines.add(1, products, factors, k, count, turned[k], column, end);
            }
        }
        for (int row = block.from(); row < last; row++) {
            Lines.across(v, row, 0, count, factors);
            Lines.add(-1, turned, factors, 0, count, rows[row], column, end);
        }
    }
}
