package tns.cuda;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import tns.cuda.ptx.RowKernel;
import tns.expr.Lane;
import tns.expr.RowLayout;
import tns.expr.RowProgram;
import tns.expr.RowProgram.Extent;
import tns.tensor.DType;

/** How a row program is launched: which threads share a row, so that they can keep it in registers. */
final class RowPlan {
    /** Below this many rows, long rows leave most of the machine without work: folds in two steps do better. */
    private static final int LONG_MIN_ROWS = 64;

    /** The longest row that a block may walk on its own. */
    private static final int LONG_ELEMENTS = 1 << 16;

    /** Threads of the largest block. */
    private static final int MOST_THREADS = 1024;

    private RowPlan() {}

    /** Whether a launch over such rows makes sense. */
    static boolean fits(int rows, int n) {
        return n > 0 && (n <= LONG_ELEMENTS || rows >= LONG_MIN_ROWS);
    }

    /**
     * Runs the program over rows of {@code n} elements; every region is contiguous.
     *
     * @param inputs each of [rows, n], [n], [rows] or one element, as the program says
     * @param outputs each of [rows, n] or [rows]
     */
    static void run(Stream stream, RowProgram program, List<Region> inputs, List<Region> outputs, int rows, int n) {
        if (rows == 0 || n == 0) {
            return;
        }
        List<DType> dtypes = new ArrayList<>();
        List<Region> all = new ArrayList<>(inputs);
        all.addAll(outputs);
        RowLayout layout = layout(program, n);
        boolean vector = layout.width() > 1;
        long[] arguments = new long[2 + all.size()];
        arguments[0] = rows;
        arguments[1] = n;
        for (int k = 0; k < all.size(); k++) {
            dtypes.add(all.get(k).dtype());
            arguments[2 + k] = all.get(k).first();
            vector &= arguments[2 + k] % 16 == 0 || !varies(program, k);
        }
        RowKernel.Fit fit = n == layout.piece()
                ? RowKernel.Fit.EXACT
                : n < layout.piece() ? RowKernel.Fit.ONE_PIECE : RowKernel.Fit.MANY_PIECES;
        RowKernel kernel = new RowKernel(program, dtypes, layout, fit, vector);
        stream.launch(kernel, (rows + kernel.rows() - 1) / kernel.rows(), arguments);
    }

    private static boolean varies(RowProgram program, int operand) {
        List<Extent> extents = new ArrayList<>(program.inputs());
        extents.addAll(program.results());
        return extents.get(operand) == Extent.ELEMENT || extents.get(operand) == Extent.COLUMN;
    }

    /** The layout for rows of {@code n} elements; depends on nothing else, so that the bits do not. */
    static RowLayout layout(RowProgram program, int n) {
        int width = program.lane() == Lane.F32 ? 4 : 2;
        int run = n % width == 0 ? width : 1;
        int matrices = Collections.frequency(program.inputs(), Extent.ELEMENT);
        // What a thread keeps: 16 registers of one matrix or two, fewer of more or where a block is large.
        int most = width * (matrices > 2 ? 2 : 4);
        int least = Math.min(RowLayout.WARP, ceilPowerOfTwo(ceilDiv(n, run)));
        int threads = Math.max(least, ceilPowerOfTwo(ceilDiv(n, most)));
        // Threads of the largest block have 64 registers each: too few for two matrices, and for doubles.
        threads = Math.min(threads, matrices > 1 || program.lane() == Lane.F64 ? MOST_THREADS / 2 : MOST_THREADS);
        int groups = ceilDiv(n, threads * run);
        // Few different numbers of groups: each is another kernel to compile.
        int step = Math.max(1, most / run / 4);
        groups = groups <= 2 ? groups : ceilDiv(groups, step) * step;
        // A long row is read again and again: what is kept of it is only what is under way.
        // 64 registers are too few for 16 elements with an address each.
        boolean crowded = threads == MOST_THREADS && run == 1;
        groups = groups * run > (crowded ? 2 * width : most) ? Math.min(most, 2 * width) / run : groups;
        return new RowLayout(threads, groups, run);
    }

    private static int ceilDiv(int a, int b) {
        return (a + b - 1) / b;
    }

    private static int ceilPowerOfTwo(int n) {
        return n <= 1 ? 1 : Integer.highestOneBit(n - 1) << 1;
    }
}
