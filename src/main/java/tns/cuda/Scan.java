package tns.cuda;

import tns.cuda.ptx.ScanKernel;
import tns.cuda.ptx.ScanKernel.Stage;
import tns.tensor.DType;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.View;

/**
 * Running sums and products along the last dim: see {@link tns.tensor.Device#scan}. Float32 runs in float64 and is
 * rounded at each element, bool gives int64.
 *
 * <p>Rows of up to {@value #PLAIN} elements have a thread each, and the bits of the plain running sum. Longer ones have
 * more, in the order of {@link ScanKernel}. Where a few rows are very long each is cut into parts: what the parts run to
 * by themselves is scanned as a row of its own, and each part then starts where that says. How rows are cut follows from
 * the shape alone.
 */
final class Scan {
    /** Elements of a row that one thread does by itself. */
    private static final int PLAIN = 32;

    /** Blocks that fill every machine: beyond, rows are not cut. */
    private static final int BLOCKS = 1024;

    /** The least elements of a part: below, two more launches cost more than they save. */
    private static final int PART_ELEMENTS = 8192;

    private Scan() {}

    /** Scans {@code input} by SUM or PROD into a contiguous output of its shape. */
    static void run(Stream stream, Reduction reduction, Region input, Region output) {
        if (reduction != Reduction.SUM && reduction != Reduction.PROD) {
            throw new IllegalArgumentException("no running " + reduction);
        }
        Shape shape = input.view().shape();
        if (shape.elements() == 0) {
            return;
        }
        boolean product = reduction == Reduction.PROD;
        int n = shape.rank() == 0 ? 1 : shape.size(-1);
        int rows = shape.elements() / n;
        int along = along(n);
        int parts = along < ScanKernel.THREADS ? 1 : Math.min(BLOCKS / rows, n / PART_ELEMENTS);
        int tile = along * ScanKernel.GROUP;
        int partLength = (int) (((long) n + Math.max(1, parts) - 1) / Math.max(1, parts) + tile - 1) / tile * tile;
        parts = (n - 1) / partLength + 1;
        if (parts == 1) {
            launch(stream, product, input, output, Stage.WHOLE, 1, partLength, 0);
            return;
        }
        DType run = input.dtype().isFloat() ? DType.FLOAT64 : DType.INT64;
        View each = View.contiguous(Shape.of(rows, parts));
        Region totals = new Region(run, stream.reserve((long) rows * parts * run.bytes()), each);
        Region starts = new Region(run, stream.reserve((long) rows * parts * run.bytes()), each);
        launch(stream, product, input, totals, Stage.TOTALS, parts, partLength, 0);
        run(stream, reduction, totals, starts);
        launch(stream, product, input, output, Stage.LATER, parts, partLength, starts.address());
        stream.release(totals.address());
        stream.release(starts.address());
    }

    /** Threads along a row of {@code n} elements: a power of two. */
    private static int along(int n) {
        int groups = (n + ScanKernel.GROUP - 1) / ScanKernel.GROUP;
        return n <= PLAIN ? 1 : Math.min(ScanKernel.THREADS, Integer.highestOneBit(groups - 1) << 1);
    }

    private static void launch(
            Stream stream,
            boolean product,
            Region input,
            Region output,
            Stage stage,
            int parts,
            int partLength,
            long starts) {
        Shape shape = input.view().shape();
        int[] strides = input.view().strides();
        int last = shape.rank() - 1;
        int n = last < 0 ? 1 : shape.size(last);
        int stride = last < 0 || n == 1 ? 1 : strides[last];
        Walk rows = Walk.of(shape.toArray(), new int[][] {strides}, 0, Math.max(0, last))
                .merged();
        int along = along(n);
        int across = ScanKernel.THREADS / along;
        boolean vector = stage != Stage.TOTALS
                && n % ScanKernel.GROUP == 0
                && stride == 1
                && aligned(input, rows.strides()[0])
                && aligned(output, new int[0]);
        ScanKernel kernel =
                new ScanKernel(product, input.dtype(), output.dtype(), Math.max(1, rows.rank()), stage, vector);
        int all = rows.elements() * parts;
        Arguments arguments = new Arguments();
        arguments.add(all, parts, n, partLength);
        arguments.add(Integer.numberOfTrailingZeros(along), across - 1, along - 1);
        arguments.add(input.first());
        arguments.add(output.first());
        if (stage == Stage.LATER) {
            arguments.add(starts);
        }
        for (int d = 1; d < rows.rank(); d++) {
            arguments.add(rows.sizes()[d]);
        }
        arguments.add(rows.rank() == 0 ? new int[1] : rows.strides()[0]);
        arguments.add(stride);
        stream.launch(kernel, (all + across - 1) / across, arguments.toArray());
    }

    /** Whether groups of four elements may be accessed as one from the region's first element and all rows' on. */
    private static boolean aligned(Region region, int[] strides) {
        int bytes = region.dtype().bytes();
        int alignment = Math.min(16, ScanKernel.GROUP * bytes);
        boolean aligned = region.first() % alignment == 0;
        for (int stride : strides) {
            aligned &= (long) stride * bytes % alignment == 0;
        }
        return aligned;
    }
}
