package tns.cpu;

import org.jspecify.annotations.Nullable;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * Copies a view whose elements lie the other way round than they are to be: row-major order of the result walks down the
 * columns of memory.
 *
 * <p>Squares of {@link #TILE} by TILE elements are turned in a small array, so that every cache line of both sides is
 * moved whole and once; those of floats in registers ({@link Turns}) once that loop is there. Element by element the
 * transpose of (8192, 8192) floats took 400 ms, in the array 96, in registers 53 (AMD EPYC, one core, 2026-11-26).
 */
final class StridedCopy {
    /** A cache line of floats. */
    private static final int TILE = 16;

    /**
     * Columns worked on at a time, few enough for their pages to be found quickly: with 512 that took 53 to 60 ms, so 47,
     * with 128 53 to 78.
     */
    private static final int BAND = 256;

    /** From this number of elements on. */
    private static final int LEAST = 1 << 10;

    private StridedCopy() {}

    /**
     * Copies {@code source} to {@code target}, of equal shape, if this is the way to do it.
     *
     * @return whether it was; if not, nothing has been copied
     */
    static boolean run(Parallel parallel, Turns floats, Tensor source, Tensor target) {
        DType dtype = source.dtype();
        if (dtype != target.dtype()
                || dtype == DType.BOOL
                || target.elements() < LEAST
                || !target.isContiguous()
                || source.buffer() == target.buffer()
                || !source.shape().equals(target.shape())) {
            return false;
        }
        Shape shape = source.shape();
        int[] strides = source.view().strides();
        int last = shape.rank() - 1;
        int turned = -1;
        for (int d = 0; d < last; d++) {
            turned = strides[d] == 1 && shape.size(d) >= TILE ? d : turned;
        }
        if (turned < 0 || shape.size(last) < TILE || strides[last] == 1 || strides[last] == 0) {
            return false;
        }
        Turns.Squares loop = dtype == DType.FLOAT32 ? floats.get(target.elements()) : null;
        new Plane(source, target, turned, last).run(parallel, loop);
        return true;
    }

    /** The two dims that are exchanged, for every index of the others. */
    private static final class Plane {
        private final Object source;
        private final Object target;
        private final int sourceAt;
        private final int targetAt;
        private final Dims outerSource;
        private final Dims outerTarget;
        /** The dim whose elements lie side by side in the source: its size, and its stride in the target. */
        private final int columns;

        private final int columnStep;
        /** The dim whose elements lie side by side in the target: its size, and its stride in the source. */
        private final int rows;

        private final int rowStep;

        Plane(Tensor from, Tensor to, int turned, int last) {
            source = HostBuffer.array(from);
            target = HostBuffer.array(to);
            sourceAt = from.view().offset();
            targetAt = to.view().offset();
            columns = from.size(turned);
            columnStep = to.view().strides()[turned];
            rows = from.size(last);
            rowStep = from.view().strides()[last];
            outerSource = others(from.view(), turned, last);
            outerTarget = others(to.view(), turned, last);
        }

        private static Dims others(View view, int turned, int last) {
            int[] sizes = new int[last - 1];
            int[] strides = new int[last - 1];
            int elements = 1;
            for (int d = 0, k = 0; d < last; d++) {
                if (d != turned) {
                    sizes[k] = view.shape().size(d);
                    elements *= sizes[k];
                    strides[k++] = view.strides()[d];
                }
            }
            return new Dims(sizes, strides, 0, elements);
        }

        void run(Parallel parallel, Turns.@Nullable Squares loop) {
            int bands = (columns + BAND - 1) / BAND;
            parallel.range(outerSource.elements() * bands, 1, (from, to) -> {
                Object tile = HostBuffer.likewise(source, TILE * TILE);
                Object[] operands = {source, target, source, target};
                for (int k = from; k < to; k++) {
                    int first = k % bands * BAND;
                    int end = Math.min(first + BAND, columns);
                    int at = sourceAt + outerSource.at(k / bands);
                    int out = targetAt + outerTarget.at(k / bands);
                    for (int row = 0; row < rows; row += TILE) {
                        int done = loop == null || row + TILE > rows ? 0 : (end - first) / TILE * TILE;
                        if (loop != null && done > 0) {
                            turn(loop, operands, at + row * rowStep + first, out + first * columnStep + row, done);
                        }
                        for (int column = first + done; column < end; column += TILE) {
                            turn(tile, at, out, row, column, Math.min(TILE, rows - row), Math.min(TILE, end - column));
                        }
                    }
                }
            });
        }

        private void turn(Turns.Squares squares, Object[] operands, int from, int to, int columns) {
            for (int r = 0; r < TILE; r += squares.side()) {
                int x = from + r * rowStep;
                int y = to + r;
                squares.loop().run(operands, new int[] {x, y, x + rowStep, y + columnStep}, columns);
            }
        }

        private void turn(Object tile, int at, int out, int row, int column, int height, int width) {
            int from = at + row * rowStep + column;
            switch (source) {
                case float[] x -> turn((float[]) tile, x, from, rowStep, height, width);
                case double[] x -> turn((double[]) tile, x, from, rowStep, height, width);
                default -> turn((long[]) tile, (long[]) source, from, rowStep, height, width);
            }
            for (int c = 0; c < width; c++) {
                System.arraycopy(tile, c * TILE, target, out + (column + c) * columnStep + row, height);
            }
        }

        private static void turn(float[] tile, float[] x, int from, int step, int height, int width) {
            for (int r = 0; r < height; r++) {
                for (int c = 0; c < width; c++) {
                    tile[c * TILE + r] = x[from + r * step + c];
                }
            }
        }

        private static void turn(double[] tile, double[] x, int from, int step, int height, int width) {
            for (int r = 0; r < height; r++) {
                for (int c = 0; c < width; c++) {
                    tile[c * TILE + r] = x[from + r * step + c];
                }
            }
        }

        private static void turn(long[] tile, long[] x, int from, int step, int height, int width) {
            for (int r = 0; r < height; r++) {
                for (int c = 0; c < width; c++) {
                    tile[c * TILE + r] = x[from + r * step + c];
                }
            }
        }
    }
}
