package tns.cuda;

import tns.cuda.ptx.RoundKernel;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.View;

/**
 * Factors of products rounded to bfloat16 in temporary memory, which is the caller's to release.
 *
 * <p>A matrix keeps its strides where its elements lie close enough, so that whole rows are rounded with whatever lies
 * between them; any other is copied to rows first.
 */
final class Rounding {
    /** With more memory than so many times the elements, it is less work to copy these first. */
    private static final int MOST_GAPS = 2;

    private Rounding() {}

    /**
     * The numbers of {@code factor}, [b, rows, columns] of float32 with at least one element, rounded; elements lie
     * side by side along rows or columns, and no two of a matrix in one place.
     *
     * @param packed whether elements are of 2 bytes, as cuBLAS takes them, and float32 in name only
     */
    static Region run(Stream stream, Region factor, boolean packed) {
        if (!isClose(factor)) {
            Region rows = copied(stream, factor);
            Region rounded = run(stream, rows, packed);
            stream.release(rows.address());
            return rounded;
        }
        View view = factor.view();
        int count = Math.toIntExact(extent(view));
        long target = stream.reserve((long) count * (packed ? Short.BYTES : Float.BYTES));
        int width = factor.first() % 16 == 0 ? 4 : 1;
        int units = count / width;
        int blocks = Grid.blocks(stream, Math.max(units, 1), RoundKernel.THREADS);
        stream.launch(new RoundKernel(width, packed), blocks, units, factor.first(), target, count % width);
        return new Region(DType.FLOAT32, target, new View(view.shape(), view.strides(), 0));
    }

    /** Rounds elements that lie side by side. */
    @FunctionalInterface
    interface Flat {
        void run(long from, int count, long to);
    }

    /** Rounds {@code count} elements at {@code from} to as many of 2 bytes at {@code to}, both multiples of 16. */
    static void pack(Stream stream, long from, int count, long to) {
        int units = count / 4;
        int blocks = Grid.blocks(stream, Math.max(units, 1), RoundKernel.THREADS);
        stream.launch(new RoundKernel(4, true), blocks, units, from, to, count % 4);
    }

    private static boolean isClose(Region factor) {
        View view = factor.view();
        int k = view.shape().size(2);
        long elements = view.shape().elements() / (repeats(view) ? view.shape().size(0) : 1);
        return MatrixPlace.left(factor).factor(k, true) != null && extent(view) <= MOST_GAPS * elements;
    }

    /** Whether there is but one matrix, however often it is used. */
    private static boolean repeats(View view) {
        return view.shape().size(0) == 1 || view.strides()[0] == 0;
    }

    /** From the first element to the last, both included. */
    private static long extent(View view) {
        long last = 0;
        for (int d = 0; d < 3; d++) {
            last += (long) (view.shape().size(d) - 1) * view.strides()[d];
        }
        return last + 1;
    }

    /** The same matrices in rows without gaps, in temporary memory. */
    private static Region copied(Stream stream, Region factor) {
        View view = factor.view();
        int rows = view.shape().size(1);
        int columns = view.shape().size(2);
        boolean repeats = repeats(view);
        Shape shape = Shape.of(repeats ? 1 : view.shape().size(0), rows, columns);
        View once = new View(shape, view.strides(), view.offset());
        long address = stream.reserve((long) shape.elements() * Float.BYTES);
        Copies.run(
                stream,
                new Region(DType.FLOAT32, factor.address(), once),
                new Region(DType.FLOAT32, address, View.contiguous(shape)));
        int[] strides = {repeats ? 0 : rows * columns, columns, 1};
        return new Region(DType.FLOAT32, address, new View(view.shape(), strides, 0));
    }
}
