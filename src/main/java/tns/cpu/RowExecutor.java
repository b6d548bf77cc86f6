package tns.cpu;

import tns.expr.Lane;
import tns.expr.PointwiseRunner;
import tns.expr.RowLayout;
import tns.expr.RowProgram;
import tns.expr.RowRunner;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Runs row programs one row after the other, so that the values of a row stay in the cache from the first loop over it to
 * the last: memory is read and written once. Threads share the rows.
 *
 * <p>A hot program runs as a method made for it ({@link RowCode}), any other value by value. Both give the bits of {@link
 * RowRunner} with {@link #LAYOUT}.
 */
final class RowExecutor {
    /**
     * 64 partial results, four registers of the longest kind, which begin anew after 64 elements each: the rounding of a
     * sum of n grows with 64 + n / 4096 + 6. Beginning anew after 16, the sums of (4096, 4096) took 3.7 ms, so 3.0 (AMD
     * EPYC, one core, 2026-11-26).
     */
    static final RowLayout LAYOUT = new RowLayout(64, 64, 1);

    /** Shorter rows are better taken together, op by op: each loop over a row costs some 30 ns to begin. */
    private static final int LEAST_ELEMENTS = 64;

    /** In longer ones, the few arrays that a program keeps would not stay in the second-level cache. */
    private static final int MOST_ELEMENTS = 1 << 16;

    /** Elements a thread takes at a time, and between two checks for cancellation. */
    private static final int SHARE_ELEMENTS = 1 << 15;

    private RowExecutor() {}

    /** Whether rows of {@code n} elements are worth it; depends on nothing else, so that a row's bits do not. */
    static boolean suits(int n) {
        return n >= LEAST_ELEMENTS && n <= MOST_ELEMENTS;
    }

    /** The number of each of {@code n} columns, in an array of the lane's type. */
    static Object columns(Lane lane, int n) {
        Object numbers = FusedBlocks.array(lane, n);
        for (int i = 0; i < n; i++) {
            if (numbers instanceof float[] x) {
                x[i] = i;
            } else {
                ((double[]) numbers)[i] = i;
            }
        }
        return numbers;
    }

    /** See {@link tns.tensor.Device#rows}. */
    static void run(
            Parallel parallel,
            PointwiseRunner pointwise,
            RowLoops loops,
            RowProgram program,
            Tensor[] inputs,
            Shape shape,
            Tensor[] outputs) {
        int rows = shape.size(0);
        int n = shape.size(1);
        int share = Math.max(1, SHARE_ELEMENTS / n);
        RowLoops.Ready ready = loops.find(program, rows, n);
        if (ready != null) {
            FusedRows fused = new FusedRows(ready, program, inputs, shape, outputs);
            parallel.range(rows, share, fused::rows);
        } else {
            parallel.range(
                    rows,
                    share,
                    (from, to) -> new PlainRows(pointwise, program, inputs, shape, outputs).rows(from, to));
        }
    }
}
