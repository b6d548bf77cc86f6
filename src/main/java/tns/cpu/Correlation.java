package tns.cpu;

import tns.tensor.Tensor;
import tns.tensor.Windowing;

/**
 * Convolutions over two spatial dims straight from images, without unfolding their windows: see
 * {@link tns.tensor.Device#correlate}.
 *
 * <p>A few lines of an image at a time are laid down channels last and padded, in an array that stays in cache. There
 * the elements under one line of the kernel are one run, and neighbouring windows' runs overlap, so that each line of
 * the kernel is a matrix product of operands as they lie (compare Zhang, Franchetti and Low, High Performance
 * Zero-Memory Overhead Direct Convolutions, 2018). Against windows copied out for one product, conv2d of (16, 64, 56,
 * 56) by 64 kernels of 3 by 3 takes 121 ms for 190, forward and backward (AMD EPYC, one core, 2026-11-26).
 */
final class Correlation {
    /** Elements of an image to lay down at a time: 1 MiB of floats is the second-level cache. */
    private static final int SCRATCH_ELEMENTS = 1 << 18;

    /** Windows whose results are gathered before they are written: 128 KiB of floats for 64 channels. */
    private static final int BLOCK_WINDOWS = 448;

    /** Shorter runs under a line of the kernel leave more to calls than to arithmetic. */
    private static final int LEAST_RUN = 24;

    /** Channels of an image that are read or written at a time, so that each is met in long lines. */
    private static final int STREAMS = 16;

    /** Sums of the weights' gradient that are kept apart, whatever the number of threads: each of so many images. */
    private static final int PARTS = 16;

    private final Parallel parallel;
    private final MatrixKernel kernel;
    private final Object x;
    private final int at;
    private final int[] strides;
    private final int images;
    private final int groups;
    /** Channels of x in a group. */
    private final int channels;

    private final int height;
    private final int width;
    private final int kernelHeight;
    private final int kernelWidth;
    private final int lines;
    private final int columns;
    private final Windowing w;
    private final int[] spread;
    /** Elements of a padded line, channels and all. */
    private final int pitch;

    /** Elements under the kernel that are one run, and the runs of a window. */
    private final int run;

    private final int runs;

    private Correlation(
            Parallel parallel, MatrixKernel kernel, Tensor x, int[] window, Windowing w, int[] spread, int[] outputs) {
        this.parallel = parallel;
        this.kernel = kernel;
        this.x = HostBuffer.array(x);
        this.at = x.view().offset();
        this.strides = x.view().strides();
        this.images = x.size(0);
        this.groups = w.groups();
        this.channels = x.size(1) / groups;
        this.height = x.size(2);
        this.width = x.size(3);
        this.kernelHeight = window[0];
        this.kernelWidth = window[1];
        this.lines = outputs[0];
        this.columns = outputs[1];
        this.w = w;
        this.spread = spread;
        int step = w.stride()[1];
        int reach = (columns - 1) * step + w.dilation()[1] * (kernelWidth - 1) + 1;
        pitch = (reach + step - 1) / step * step * channels;
        boolean gapless = w.dilation()[1] == 1;
        run = gapless ? kernelWidth * channels : channels;
        runs = gapless ? kernelHeight : kernelHeight * kernelWidth;
    }

    /** Whether this is the way for a kernel of so many channels. */
    static boolean suits(int channels, int[] window, Windowing w) {
        return channels * (w.dilation()[1] == 1 ? window[1] : 1) >= LEAST_RUN;
    }

    /** See {@link tns.tensor.Device#correlate}. */
    static void run(
            Parallel parallel, MatrixKernel kernel, Tensor x, Tensor weight, Windowing w, int[] spread, Tensor y) {
        int[] window = {weight.size(2), weight.size(3)};
        int[] outputs = {y.size(2), y.size(3)};
        new Correlation(parallel, kernel, x, window, w, spread, outputs).forward(weight, y);
    }

    /** See {@link tns.tensor.Device#correlateWeight}. */
    static void weight(Parallel parallel, MatrixKernel kernel, Tensor x, Tensor dy, Windowing w, Tensor dw) {
        int[] window = {dw.size(2), dw.size(3)};
        int[] outputs = {dy.size(2), dy.size(3)};
        new Correlation(parallel, kernel, x, window, w, new int[] {1, 1}, outputs).weight(dy, dw);
    }

    /** Where run {@code r} of the first window begins, from the first line laid down. */
    private int start(int r) {
        int line = runs == kernelHeight ? r : r / kernelWidth;
        int column = runs == kernelHeight ? 0 : r % kernelWidth;
        return line * w.dilation()[0] * pitch + column * w.dilation()[1] * channels;
    }

    /** Padded lines under {@code count} lines of windows. */
    private int under(int count) {
        return (count - 1) * w.stride()[0] + w.dilation()[0] * (kernelHeight - 1) + 1;
    }

    /** Lines of windows to compute at a time, so that what lies under them stays in cache. */
    private int band() {
        int fitting = SCRATCH_ELEMENTS / Math.max(1, pitch) - under(1);
        return Math.clamp(fitting / w.stride()[0] + 1, 1, lines);
    }

    /** Lays the channels of a group of an image down, under {@code count} lines of windows from {@code first}. */
    private void lay(int image, int group, int first, int count, Object scratch, Object zeros) {
        int before = w.before()[1];
        int skipped = before < 0 ? (-before + spread[1] - 1) / spread[1] : 0;
        int start = before + skipped * spread[1];
        int room = pitch / channels - start;
        int kept = Math.clamp((room + spread[1] - 1) / spread[1], 0, Math.max(0, width - skipped));
        int from = at + image * strides[0] + group * channels * strides[1] + skipped * strides[3];
        for (int channel = 0; channel < channels; channel += STREAMS) {
            int several = Math.min(STREAMS, channels - channel);
            for (int k = 0; k < under(count); k++) {
                int line = first * w.stride()[0] + k - w.before()[0];
                int source = Math.floorDiv(line, spread[0]);
                if (line >= 0 && source * spread[0] == line && source < height && room > 0) {
                    kernel.pack(
                            x,
                            from + channel * strides[1] + source * strides[2],
                            strides[3],
                            strides[1],
                            kept,
                            several,
                            scratch,
                            k * pitch + start * channels + channel,
                            spread[1] * channels);
                } else if (channel == 0) {
                    System.arraycopy(zeros, 0, scratch, k * pitch, pitch);
                }
            }
        }
    }

    /** Pieces to share results among threads in, each of so many multiply-adds: one where waking them would not pay. */
    private int shares(int results, int each) {
        return (long) results * each < Gemm.SHARE_MIN_STEPS ? 1 : 4 * parallel.threads();
    }

    private void forward(Tensor weight, Tensor y) {
        int own = y.size(1) / groups;
        Object packed = packed(weight, own);
        int shares = shares(y.elements(), channels * kernelHeight * kernelWidth);
        int band = Math.min(band(), Math.max(1, (lines * images + shares - 1) / shares));
        int bands = (lines + band - 1) / band;
        int block = Math.clamp(BLOCK_WINDOWS / columns, 1, band);
        Object target = HostBuffer.array(y);
        int area = lines * columns;
        int grain = Math.max(1, images * bands / shares);
        int laid = under(band) * pitch;
        parallel.range(images * bands, grain, (from, to) -> {
            Object scratch = kernel.lendZeroed(laid);
            Object zeros = kernel.lendZeroed(pitch);
            Object results = kernel.scratch().lend(block * columns * own);
            for (int piece = from; piece < to; piece++) {
                int image = piece / bands;
                int first = piece % bands * band;
                int end = Math.min(lines, first + band);
                for (int group = 0; group < groups; group++) {
                    lay(image, group, first, end - first, scratch, zeros);
                    for (int line = first; line < end; line += block) {
                        int count = Math.min(block, end - line);
                        int under = (line - first) * w.stride()[0] * pitch;
                        windows(scratch, under, count, packed, group * own * runs * run, own, results);
                        int to0 = y.view().offset() + (image * groups + group) * own * area + line * columns;
                        for (int o = 0; o < own; o += STREAMS) {
                            int several = Math.min(STREAMS, own - o);
                            kernel.pack(results, o, 1, own, several, count * columns, target, to0 + o * area, area);
                        }
                    }
                }
            }
            kernel.scratch().giveBack(scratch, laid);
            kernel.scratch().giveBack(zeros, pitch);
            kernel.scratch().giveBack(results, block * columns * own);
        });
    }

    /** The weights as panels of a tile's columns, for each run of the kernel one: [groups, panels, runs, run, columns]. */
    private Object packed(Tensor weight, int own) {
        Object source = HostBuffer.array(weight);
        int area = kernelHeight * kernelWidth;
        Object packed = kernel.array(weight.elements());
        int to = 0;
        for (int group = 0; group < groups; group++) {
            for (int o = 0; o < own; o += kernel.tiling().columns()) {
                int used = Math.min(kernel.tiling().columns(), own - o);
                int from = weight.view().offset() + (group * own + o) * channels * area;
                for (int k = 0; k < area; k++) {
                    kernel.pack(source, from + k, area, channels * area, channels, used, packed, to, used);
                    to += channels * used;
                }
            }
        }
        return packed;
    }

    /** The products of {@code count} lines of windows with the weights of a group: [count * columns, own]. */
    private void windows(Object scratch, int under, int count, Object weights, int at, int own, Object results) {
        int step = w.stride()[1] * channels;
        for (int o = 0; o < own; o += kernel.tiling().columns()) {
            int used = Math.min(kernel.tiling().columns(), own - o);
            int panel = at + o * runs * run;
            for (int r = 0; r < runs; r++) {
                for (int line = 0; line < count; line++) {
                    int start = under + line * w.stride()[0] * pitch + start(r);
                    kernel.strip(
                            scratch,
                            start,
                            step,
                            1,
                            weights,
                            panel + r * run * used,
                            used,
                            results,
                            line * columns * own + o,
                            own,
                            columns,
                            used,
                            run,
                            r > 0);
                }
            }
        }
    }

    private void weight(Tensor dy, Tensor dw) {
        int own = dy.size(1) / groups;
        int size = dw.elements();
        int each = (images + PARTS - 1) / PARTS;
        int parts = (images + each - 1) / each;
        Object[] sums = new Object[parts];
        int grain = Math.max(1, parts / shares(dw.elements(), images * lines * columns));
        parallel.range(parts, grain, (from, to) -> {
            Gradient gradient = new Gradient(dy, own);
            for (int part = from; part < to; part++) {
                sums[part] = kernel.lendZeroed(size);
                for (int image = part * each; image < Math.min(images, (part + 1) * each); image++) {
                    gradient.add(image, sums[part], image > part * each);
                }
            }
            gradient.end();
        });
        Object whole = sums[0];
        for (int part = 1; part < parts; part++) {
            add(whole, 0, sums[part], 0, size);
            kernel.scratch().giveBack(sums[part], size);
        }
        // From [groups, own, runs, run] to [groups, own, channels, kernel].
        int area = kernelHeight * kernelWidth;
        for (int o = 0; o < groups * own; o++) {
            int place = o * channels * area;
            kernel.pack(
                    whole,
                    place,
                    1,
                    channels,
                    channels,
                    area,
                    HostBuffer.array(dw),
                    dw.view().offset() + place,
                    area);
        }
        kernel.scratch().giveBack(whole, size);
    }

    /** Adds {@code size} elements of one array to those of another, or of another place of it. */
    static void add(Object to, int at, Object from, int start, int size) {
        switch (to) {
            case float[] y -> {
                float[] x = (float[]) from;
                for (int i = 0; i < size; i++) {
                    y[at + i] += x[start + i];
                }
            }
            case double[] y -> {
                double[] x = (double[]) from;
                for (int i = 0; i < size; i++) {
                    y[at + i] += x[start + i];
                }
            }
            default -> {
                long[] y = (long[]) to;
                long[] x = (long[]) from;
                for (int i = 0; i < size; i++) {
                    y[at + i] += x[start + i];
                }
            }
        }
    }

    /** What one thread needs for the gradient by the weights. */
    private final class Gradient {
        private final Object array;
        private final int at;
        private final int[] strides;
        private final int own;
        private final int band = band();
        private final int block = Math.clamp(BLOCK_WINDOWS / columns, 1, band);
        /** Windows from one line to the next; those past the last of a line take nothing, as dy is 0 there. */
        private final int line = pitch / channels / w.stride()[1];

        private final Object scratch = kernel.lendZeroed(under(band) * pitch);
        private final Object zeros = kernel.lendZeroed(pitch);
        private final Object laid;

        Gradient(Tensor dy, int own) {
            array = HostBuffer.array(dy);
            at = dy.view().offset();
            strides = dy.view().strides();
            this.own = own;
            laid = kernel.lendZeroed(own * block * line);
        }

        void end() {
            kernel.scratch().giveBack(scratch, under(band) * pitch);
            kernel.scratch().giveBack(zeros, pitch);
            kernel.scratch().giveBack(laid, own * block * line);
        }

        /** Adds what one image gives, or puts it where nothing is yet. */
        void add(int image, Object sum, boolean more) {
            for (int group = 0; group < groups; group++) {
                for (int first = 0; first < lines; first += band) {
                    int end = Math.min(lines, first + band);
                    lay(image, group, first, end - first, scratch, zeros);
                    for (int top = first; top < end; top += block) {
                        int count = Math.min(block, end - top);
                        int from = at + image * strides[0] + group * own * strides[1] + top * strides[2];
                        for (int o = 0; o < own; o++) {
                            int start = from + o * strides[1];
                            kernel.pack(
                                    array, start, strides[2], strides[3], count, columns, laid, o * block * line, line);
                        }
                        products(
                                (top - first) * w.stride()[0] * pitch,
                                count,
                                sum,
                                group * own * runs * run,
                                more || top > 0);
                    }
                }
            }
        }

        private void products(int under, int count, Object sum, int place, boolean more) {
            // Lines of windows without others between them are one run of steps.
            boolean whole = w.stride()[0] == 1;
            int steps = whole ? (count - 1) * line + columns : columns;
            int times = whole ? 1 : count;
            int step = w.stride()[1] * channels;
            int height = kernel.tiling().lineRows();
            for (int o = 0; o < own; o += height) {
                int rows = Math.min(height, own - o);
                for (int r = 0; r < runs; r++) {
                    for (int column = 0; column < run; column += kernel.tiling().columns()) {
                        int used = Math.min(kernel.tiling().columns(), run - column);
                        for (int t = 0; t < times; t++) {
                            kernel.strip(
                                    laid,
                                    o * block * line + t * line,
                                    block * line,
                                    1,
                                    scratch,
                                    under + t * w.stride()[0] * pitch + start(r) + column,
                                    step,
                                    sum,
                                    place + (o * runs + r) * run + column,
                                    runs * run,
                                    rows,
                                    used,
                                    steps,
                                    more || t > 0);
                        }
                    }
                }
            }
        }
    }
}
