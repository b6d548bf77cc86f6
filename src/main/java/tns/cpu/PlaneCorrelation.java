package tns.cpu;

import java.util.Arrays;
import tns.tensor.Tensor;
import tns.tensor.Windowing;

/**
 * Convolutions over two spatial dims with few channels to a group, such as depthwise ones, plane by plane: see
 * {@link tns.tensor.Device#correlate}.
 *
 * <p>A plane is laid down padded, and with a stride in as many parts as there are remainders of places by it. Then a tap
 * of the kernel is one shift of one part, for all windows at once: their results, as far apart as the lines of a part,
 * are sums of shifted runs without a border to mind, and what falls between two lines is not written out. Against a
 * matrix product for each group, conv2d of (16, 32, 56, 56) by 32 kernels of 5 by 5, each on its own channel, takes
 * 3.8 ms for 67 (AMD EPYC, one core, 2026-11-27).
 */
final class PlaneCorrelation {
    /** Elements of planes to lay down at a time: what the lines under a kernel hold must stay in the first-level cache. */
    private static final int SCRATCH_ELEMENTS = 1 << 14;

    /**
     * Channels in times channels out of a group up to which this is the way. From 1 to 16 channels by 5 by 5 both take the
     * same, from 3 to 16 by 3 by 3 this 3.9 ms for 5.7, from 3 to 64 by 7 by 7 it takes 74 for 20, as a matrix product
     * reads its elements once for several channels (AMD EPYC, one core, 2026-11-27).
     */
    private static final int MOST_SUMS = 32;

    /** Sums of the weights' gradient that are kept apart where there are few groups: each of so many images. */
    private static final int PARTS = 16;

    /** Groups that are shared among threads as they are. */
    private static final int MANY_GROUPS = 16;

    private final Parallel parallel;
    private final MatrixKernel kernel;
    private final Tensor x;
    private final Windowing w;
    private final int images;
    private final int groups;
    private final int channels;
    private final int own;
    private final int area;
    private final int columns;
    /** Elements from one line of a part to the next. */
    private final int pitch;
    /** Lines of windows at a time, and the lines of a part under them. */
    private final int band;

    private final int bands;
    private final int lines;
    private final int partLines;
    private final int laid;
    private final int results;
    /** Where the elements under each tap of the first window lie, for one channel after the other. */
    private final int[] offsets;

    private PlaneCorrelation(
            Parallel parallel, MatrixKernel kernel, Tensor x, Tensor weight, Windowing windowing, Tensor y) {
        this.parallel = parallel;
        this.kernel = kernel;
        this.x = x;
        w = windowing;
        images = x.size(0);
        groups = w.groups();
        channels = weight.size(1);
        own = weight.size(0) / groups;
        int high = weight.size(2);
        int wide = weight.size(3);
        area = high * wide;
        lines = y.size(2);
        columns = y.size(3);
        int[] stride = w.stride();
        int[] dilation = w.dilation();
        int parts = stride[0] * stride[1];
        pitch = columns + dilation[1] * (wide - 1) / stride[1];
        int more = dilation[0] * (high - 1) / stride[0];
        int fitting = SCRATCH_ELEMENTS / Math.max(1, channels * parts * pitch);
        band = Math.clamp(fitting - more, 1, lines);
        bands = (lines + band - 1) / band;
        partLines = band + more;
        results = (band * pitch + PlainTaps.RUN - 1) / PlainTaps.RUN * PlainTaps.RUN;
        laid = channels * parts * partLines * pitch + PlainTaps.RUN + pitch;
        offsets = new int[channels * area];
        for (int t = 0; t < offsets.length; t++) {
            int line = t % area / wide * dilation[0];
            int column = t % wide * dilation[1];
            int part = t / area * parts + line % stride[0] * stride[1] + column % stride[1];
            offsets[t] = (part * partLines + line / stride[0]) * pitch + column / stride[1];
        }
    }

    /** Whether this is the way for a kernel [o, c / groups, kh, kw] over elements so far apart. */
    static boolean suits(Tensor weight, Windowing w, int[] spread) {
        int own = weight.size(0) / w.groups();
        return own * weight.size(1) <= MOST_SUMS && Arrays.stream(spread).allMatch(n -> n == 1);
    }

    /** See {@link tns.tensor.Device#correlate}. */
    static void run(Parallel parallel, MatrixKernel kernel, Tensor x, Tensor weight, Windowing w, Tensor y) {
        new PlaneCorrelation(parallel, kernel, x, weight, w, y).forward(weight, y);
    }

    /** See {@link tns.tensor.Device#correlateWeight}. */
    static void weight(Parallel parallel, MatrixKernel kernel, Tensor x, Tensor dy, Windowing w, Tensor dw) {
        new PlaneCorrelation(parallel, kernel, x, dw, w, dy).weight(dy, dw);
    }

    /** Lays the channels of a group of an image down, under the lines of windows from {@code first}. */
    private void lay(int image, int group, int first, Object scratch) {
        if (bands > 1) {
            kernel.clear(scratch, laid); // else the padding is where it was
        }
        Object source = HostBuffer.array(x);
        int[] strides = x.view().strides();
        int[] stride = w.stride();
        for (int channel = 0; channel < channels; channel++) {
            int plane = x.view().offset() + image * strides[0] + (group * channels + channel) * strides[1];
            for (int part = 0; part < stride[0] * stride[1]; part++) {
                int line = first * stride[0] + part / stride[1] - w.before()[0];
                int column = part % stride[1] - w.before()[1];
                int top = skipped(line, stride[0]);
                int left = skipped(column, stride[1]);
                int high = kept(line, stride[0], x.size(2), partLines) - top;
                int wide = kept(column, stride[1], x.size(3), pitch) - left;
                if (high > 0 && wide > 0) {
                    kernel.pack(
                            source,
                            plane + (line + top * stride[0]) * strides[2] + (column + left * stride[1]) * strides[3],
                            stride[0] * strides[2],
                            stride[1] * strides[3],
                            high,
                            wide,
                            scratch,
                            ((channel * stride[0] * stride[1] + part) * partLines + top) * pitch + left,
                            pitch);
                }
            }
        }
    }

    /** Places {@code start}, {@code start + step}, … that lie before 0. */
    private static int skipped(int start, int step) {
        return start < 0 ? (-start + step - 1) / step : 0;
    }

    /** Such places, of at most {@code most}, that lie before {@code size}. */
    private static int kept(int start, int step, int size, int most) {
        return Math.clamp(((long) size - start + step - 1) / step, 0, most);
    }

    private int shares(long steps) {
        return steps < Gemm.SHARE_MIN_STEPS ? 1 : 4 * parallel.threads();
    }

    private void forward(Tensor weight, Tensor y) {
        Object factors = HostBuffer.array(weight);
        Object target = HostBuffer.array(y);
        int pieces = images * groups * bands;
        int grain = Math.max(1, pieces / shares((long) y.elements() * offsets.length));
        parallel.range(pieces, grain, (from, to) -> {
            Object scratch = kernel.lendZeroed(laid);
            Object sums = kernel.scratch().lend(results);
            for (int piece = from; piece < to; piece++) {
                int group = piece / bands % groups;
                int image = piece / bands / groups;
                int first = piece % bands * band;
                int count = Math.min(band, lines - first);
                lay(image, group, first, scratch);
                for (int o = group * own; o < (group + 1) * own; o++) {
                    int at = weight.view().offset() + o * offsets.length;
                    int run = (count * pitch + PlainTaps.RUN - 1) / PlainTaps.RUN * PlainTaps.RUN;
                    kernel.taps(scratch, offsets, factors, at, sums, run);
                    int line = (image * groups * own + o) * lines + first;
                    int place = y.view().offset() + line * columns;
                    kernel.pack(sums, 0, pitch, 1, count, columns, target, place, columns);
                }
            }
            kernel.scratch().giveBack(scratch, laid);
            kernel.scratch().giveBack(sums, results);
        });
    }

    private void weight(Tensor dy, Tensor dw) {
        int parts = groups < MANY_GROUPS ? Math.min(images, PARTS) : 1;
        int each = own * offsets.length;
        Object sums = kernel.lendZeroed(parts * dw.elements());
        int pieces = parts * groups;
        int grain = Math.max(1, pieces / shares((long) dy.elements() * offsets.length));
        parallel.range(pieces, grain, (from, to) -> {
            Object scratch = kernel.lendZeroed(laid);
            Object gradients = kernel.lendZeroed(results);
            Object products = kernel.scratch().lend(each);
            for (int piece = from; piece < to; piece++) {
                int part = piece / groups;
                int group = piece % groups;
                int end = (int) ((part + 1L) * images / parts);
                for (int image = (int) ((long) part * images / parts); image < end; image++) {
                    for (int first = 0; first < lines; first += band) {
                        lay(image, group, first, scratch);
                        products(dy, image, group, first, scratch, gradients, products);
                        Correlation.add(sums, part * dw.elements() + group * each, products, 0, each);
                    }
                }
            }
            kernel.scratch().giveBack(scratch, laid);
            kernel.scratch().giveBack(gradients, results);
            kernel.scratch().giveBack(products, each);
        });
        for (int part = 1; part < parts; part++) {
            Correlation.add(sums, 0, sums, part * dw.elements(), dw.elements());
        }
        System.arraycopy(sums, 0, HostBuffer.array(dw), dw.view().offset(), dw.elements());
        kernel.scratch().giveBack(sums, parts * dw.elements());
    }

    /** What the lines of windows from {@code first} of one image give for the weights of a group. */
    private void products(
            Tensor dy, int image, int group, int first, Object scratch, Object gradients, Object products) {
        int[] strides = dy.view().strides();
        int count = Math.min(band, lines - first);
        for (int o = 0; o < own; o++) {
            int from = dy.view().offset() + image * strides[0] + (group * own + o) * strides[1] + first * strides[2];
            if (bands > 1) {
                kernel.clear(gradients, results);
            }
            // What lies between two lines, and after the last, stays 0 and takes nothing.
            kernel.pack(HostBuffer.array(dy), from, strides[2], strides[3], count, columns, gradients, 0, pitch);
            kernel.tapProducts(gradients, scratch, offsets, products, o * offsets.length, results);
        }
    }
}
