package tns.op;

import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;
import tns.tensor.Windowing;

/**
 * The windows that a convolution's kernel sees, as rows for a matrix product: a few images at a time in one buffer that
 * is used again for the next ones.
 *
 * <p>The elements lie channels last, with the kernel's leading dims copied out and its last dim not: neighbouring rows
 * overlap in the buffer, so a 3 by 3 kernel needs three copies of an image and not nine. Each line of rows is as long as
 * the padded image; the rows past the last window mean nothing.
 */
final class WindowRows {
    /** Elements to hold at a time, where images are smaller: 8 MiB of float32 stay near the cache. */
    private static final int BUFFER_ELEMENTS = 1 << 21;

    private final Tensor x;
    private final int images;
    private final int groups;
    private final int channels;
    private final int dims;
    private final int[] kernel;
    private final int[] outputs;
    private final int[] stride;
    private final int[] dilation;
    private final int[] before;
    private final int[] spread;
    private final int[] padded;
    private final boolean overlapping;
    private final int lineRows;
    private final int rows;
    private final int rowStep;
    private final int block;
    private final int chunk;
    private final Tensor image;
    private final Tensor buffer;

    /**
     * @param x [n, c, sizes], whose elements are taken {@code spread} apart with zeros between
     * @param outputs the number of windows along each dim
     */
    WindowRows(Tensor x, int[] kernel, int[] outputs, Windowing w, int[] spread) {
        this.x = x.plain();
        this.images = x.size(0);
        this.groups = w.groups();
        this.channels = x.size(1);
        this.dims = kernel.length;
        this.kernel = kernel;
        this.outputs = outputs;
        this.stride = w.stride();
        this.dilation = w.dilation();
        this.before = w.before();
        this.spread = spread;
        padded = new int[dims];
        for (int d = 0; d < dims; d++) {
            padded[d] = (outputs[d] - 1) * stride[d] + dilation[d] * (kernel[d] - 1) + 1;
        }
        int last = dims - 1;
        int lines = Shape.of(outputs).with(last, 1).elements();
        int lead = Shape.of(kernel).with(last, channels / groups).elements();
        int line = (padded[last] + stride[last] - 1) / stride[last];
        overlapping = kernel[last] > 1
                && dilation[last] == 1
                && 4L * line <= 5L * outputs[last]
                && stride[last] <= kernel[last];
        lineRows = overlapping ? line : outputs[last];
        rowStep = overlapping ? stride[last] * lead : lead * kernel[last];
        rows = Shape.of(lines, lineRows).elements();
        block = Shape.of(rows, rowStep).elements();
        long each = (long) block * groups;
        int fitting = Math.clamp(BUFFER_ELEMENTS / Math.max(1, each), 1, Math.max(1, images));
        chunk = fitting > 1 ? fitting & -2 : 1;
        image = Tensor.allocate(
                x.device(), x.dtype(), Shape.of(chunk).concat(Shape.of(padded)).concat(Shape.of(channels)));
        // The last line's overlapping rows read past its end.
        int slack = overlapping ? kernel[last] * lead : 0;
        int size = Shape.of(chunk, groups, block).elements() + slack;
        buffer = Tensor.allocate(x.device(), x.dtype(), Shape.of(size));
    }

    /** Nobody will fill or read it any more. */
    void release() {
        image.release();
        buffer.release();
    }

    /** The most images held at a time. */
    int chunk() {
        return chunk;
    }

    /** The rows of one image, those without meaning included. */
    int rows() {
        return rows;
    }

    /** The rows of one line along the last dim; the first {@code outputs} of them count. */
    int lineRows() {
        return lineRows;
    }

    /** Fills the buffer with {@code count} images from {@code first}. */
    void fill(int first, int count) {
        Tensor source = x.window(x.view().slice(0, first, 1, count));
        View target = image.view().slice(0, 0, 1, count);
        View part = source.view();
        for (int d = 0; d < dims; d++) {
            // The padding may be negative: then elements at the edges are left out.
            int skipped = before[d] < 0 ? (-before[d] + spread[d] - 1) / spread[d] : 0;
            int start = before[d] + skipped * spread[d];
            int room = start >= padded[d] ? 0 : (padded[d] - start + spread[d] - 1) / spread[d];
            int kept = Math.max(0, Math.min(room, x.size(d + 2) - skipped));
            target = target.slice(d + 1, start, spread[d], kept);
            part = part.slice(d + 2, skipped, 1, kept);
        }
        if (target.shape().elements() > 0) {
            Casts.write(source.window(channelsLast(part)), image.window(target));
        }
        if (buffer.elements() > 0) {
            copyWindows(count);
        }
    }

    private View channelsLast(View v) {
        int[] order = new int[dims + 2];
        for (int d = 0; d < dims; d++) {
            order[d + 1] = d + 2;
        }
        order[dims + 1] = 1;
        return v.permute(order);
    }

    /** From the padded images [n, sizes, c] to the buffer's [g, n, lines, row, (last kernel dim,) kernel, c / g]. */
    private void copyWindows(int count) {
        int last = dims - 1;
        int own = channels / groups;
        int width = overlapping ? padded[last] : outputs[last];
        int rank = 2 * dims + (overlapping ? 2 : 3);
        int[] sizes = new int[rank];
        int[] from = new int[rank];
        int[] strides = image.view().strides();
        sizes[0] = groups;
        from[0] = own;
        sizes[1] = count;
        from[1] = strides[0];
        int at = 2;
        for (int d = 0; d < dims; d++) {
            sizes[at] = d == last ? width : outputs[d];
            from[at++] = d == last && overlapping ? strides[d + 1] : strides[d + 1] * stride[d];
        }
        if (!overlapping) {
            sizes[at] = kernel[last];
            from[at++] = strides[dims] * dilation[last];
        }
        for (int d = 0; d < last; d++) {
            sizes[at] = kernel[d];
            from[at++] = strides[d + 1] * dilation[d];
        }
        sizes[at] = own;
        from[at] = 1;
        Shape shape = Shape.of(sizes);
        int[] to = shape.contiguousStrides();
        int line = lineRows * rowStep;
        for (int d = last - 1, step = line; d >= 0; d--) {
            to[d + 2] = step;
            step *= outputs[d];
        }
        to[1] = block;
        to[0] = block * chunk;
        Casts.write(image.window(new View(shape, from, 0)), buffer.window(new View(shape, to, 0)));
    }

    /** The rows of the images held, for one group: [count, rows, last kernel dim * other kernel dims * c / g]. */
    Tensor group(int group, int count) {
        int width = channels / groups;
        for (int k : kernel) {
            width *= k;
        }
        int[] strides = {block, rowStep, 1};
        return buffer.window(new View(Shape.of(count, rows, width), strides, group * block * chunk));
    }
}
