package tns.cuda;

import tns.cuda.ptx.AddRunsKernel;
import tns.cuda.ptx.ClaimKernel;
import tns.cuda.ptx.PutKernel;
import tns.cuda.ptx.ScanPutKernel;
import tns.cuda.ptx.TakeKernel;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.View;

/** Copies of whole rows by index: out of a matrix, into one, and added onto one. */
final class Rows {
    /** Up to this length an index may be looked through by every thread, in one launch. */
    private static final int SCAN_MAX_ROWS = 1024;

    /**
     * Up to so many comparisons in all, k for each element written: they take about as long as the further launches
     * that finding equal rows otherwise needs, 10 us by count of instructions on an H200.
     */
    private static final long SCAN_MAX_COMPARISONS = 1L << 26;

    private Rows() {}

    /** See {@link tns.tensor.Device#take}. */
    static void take(Stream stream, Region source, Region rows, Region output) {
        Pieces pieces = Pieces.of(source, output, rows);
        if (pieces.count() > 0) {
            TakeKernel kernel = new TakeKernel(pieces.unit(), pieces.columns() == 1);
            stream.launch(kernel, pieces.blocks(stream, TakeKernel.THREADS), pieces.arguments());
        }
    }

    /** See {@link tns.tensor.Device#put}; bools add as or. */
    static void put(Stream stream, Region target, Region rows, Region source, boolean add) {
        put(stream, target, rows, source, add, SCAN_MAX_COMPARISONS);
    }

    /** The same with another number of comparisons up to which the index is looked through. */
    static void put(Stream stream, Region target, Region rows, Region source, boolean add, long scanMaxComparisons) {
        int k = rows.view().shape().size(0);
        Pieces pieces = add ? Pieces.elements(source, target, rows) : Pieces.of(source, target, rows);
        if (pieces.count() == 0) {
            return;
        }
        if (k <= SCAN_MAX_ROWS && (long) k * pieces.count() <= scanMaxComparisons) {
            ScanPutKernel kernel = new ScanPutKernel(pieces.unit(), add ? source.dtype() : null);
            stream.launch(kernel, pieces.blocks(stream, ScanPutKernel.THREADS), pieces.arguments(k));
        } else if (add) {
            addRuns(stream, pieces, source.dtype(), rows);
        } else {
            putLast(stream, pieces, rows, target.view().shape().size(0));
        }
    }

    /** Finds the last of equal rows by a number for every row of the target, then writes those. */
    private static void putLast(Stream stream, Pieces pieces, Region rows, int n) {
        int k = rows.view().shape().size(0);
        long winners = stream.reserve(4L * n);
        int blocks = Grid.blocks(stream, k, ClaimKernel.THREADS);
        int stride = rows.view().strides()[0];
        stream.launch(new ClaimKernel(false), blocks, k, rows.first(), stride, winners);
        stream.launch(new ClaimKernel(true), blocks, k, rows.first(), stride, winners);
        PutKernel kernel = new PutKernel(pieces.unit(), pieces.columns() == 1);
        stream.launch(kernel, pieces.blocks(stream, PutKernel.THREADS), pieces.arguments(winners));
        stream.release(winners);
    }

    /** Sorts the index stably; then equal rows stand together, in their order. */
    private static void addRuns(Stream stream, Pieces pieces, DType dtype, Region rows) {
        int k = rows.view().shape().size(0);
        View view = View.contiguous(Shape.of(k));
        Region sorted = new Region(DType.INT64, stream.reserve(8L * k), view);
        Region order = new Region(DType.INT64, stream.reserve(8L * k), view);
        Sorting.run(stream, rows, false, sorted, order);
        Pieces ordered = pieces.indexed(sorted);
        stream.launch(
                new AddRunsKernel(dtype),
                ordered.blocks(stream, AddRunsKernel.THREADS),
                ordered.arguments(order.address(), k));
        stream.release(sorted.address());
        stream.release(order.address());
    }

    /**
     * How the rows of two matrices are cut into pieces that are copied at once.
     *
     * @param unit bytes of a piece
     * @param count pieces in all
     * @param columns pieces of a row
     * @param index the address of the index
     * @param indexStride its stride
     * @param source the address of the strided matrix
     * @param rowStride its stride from row to row, in pieces
     * @param columnStride its stride from piece to piece of a row
     * @param target the address of the contiguous matrix
     */
    private record Pieces(
            int unit,
            int count,
            int columns,
            long index,
            int indexStride,
            long source,
            int rowStride,
            int columnStride,
            long target) {
        /** As large as the layout of both matrices allows, up to 16 bytes. */
        static Pieces of(Region source, Region target, Region rows) {
            Pieces elements = elements(source, target, rows);
            if (elements.columnStride != 1) {
                return elements;
            }
            long size = elements.unit;
            long row = elements.rowStride * size;
            int unit = (int) Long.lowestOneBit(16 | elements.columns * size | row | elements.source | elements.target);
            int most = (int) (unit / size);
            return new Pieces(
                    unit,
                    elements.count / most,
                    elements.columns / most,
                    elements.index,
                    elements.indexStride,
                    elements.source,
                    elements.rowStride / most,
                    1,
                    elements.target);
        }

        /** Single elements. */
        static Pieces elements(Region source, Region target, Region rows) {
            int k = rows.view().shape().size(0);
            int m = source.view().shape().size(1);
            int[] strides = source.view().strides();
            return new Pieces(
                    source.dtype().bytes(),
                    k * m,
                    m,
                    rows.first(),
                    rows.view().strides()[0],
                    source.first(),
                    strides[0],
                    m == 1 ? 1 : strides[1],
                    target.first());
        }

        /** The same by another index of the same length. */
        Pieces indexed(Region rows) {
            return new Pieces(
                    unit,
                    count,
                    columns,
                    rows.first(),
                    rows.view().strides()[0],
                    source,
                    rowStride,
                    columnStride,
                    target);
        }

        int blocks(Stream stream, int threads) {
            return Grid.blocks(stream, count, threads);
        }

        /** The parameters of the kernels of rows, then {@code more}. */
        long[] arguments(long... more) {
            long[] own = {count, columns, index, indexStride, source, rowStride, columnStride, target};
            long[] all = new long[own.length + more.length];
            System.arraycopy(own, 0, all, 0, own.length);
            System.arraycopy(more, 0, all, own.length, more.length);
            return all;
        }
    }
}
