package tns.cpu;

import tns.tensor.Cells;
import tns.tensor.Tensor;

/** Poolings of planes [n, c, h, w], each plane in one go: see {@link tns.tensor.Device#poolsCells}. */
final class PlanePools {
    /** Elements for which a piece of work is worth handing out. */
    private static final int GRAIN_ELEMENTS = 1 << 15;

    private final Parallel parallel;
    private final Cells lines;
    private final Cells columns;

    PlanePools(Parallel parallel, Cells lines, Cells columns) {
        this.parallel = parallel;
        this.lines = lines;
        this.columns = columns;
    }

    /** A plane of one tensor and the one of another, by where they begin. */
    @FunctionalInterface
    private interface Plane {
        void run(int large, int small);
    }

    private void each(Tensor large, Tensor small, Plane plane) {
        int[] strides = large.view().strides();
        int[] smaller = small.view().strides();
        int channels = large.size(1);
        int area = Math.max(1, large.size(2) * large.size(3));
        parallel.range(large.size(0) * channels, Math.max(1, GRAIN_ELEMENTS / area), (from, to) -> {
            for (int p = from; p < to; p++) {
                int image = p / channels;
                int channel = p % channels;
                plane.run(
                        large.view().offset() + image * strides[0] + channel * strides[1],
                        small.view().offset() + image * smaller[0] + channel * smaller[1]);
            }
        });
    }

    /** See {@link tns.tensor.Device#greatest}. */
    void greatest(Tensor x, Tensor values, Tensor places) {
        long[] found = (long[]) HostBuffer.array(places);
        int apart = places.view().offset() - values.view().offset();
        int width = x.size(3);
        switch (HostBuffer.array(x)) {
            case float[] a -> {
                float[] y = (float[]) HostBuffer.array(values);
                each(x, values, (from, to) -> greatest(a, from, width, y, to, found, to + apart));
            }
            case double[] a -> {
                double[] y = (double[]) HostBuffer.array(values);
                each(x, values, (from, to) -> greatest(a, from, width, y, to, found, to + apart));
            }
            default -> throw new IllegalArgumentException("no pooling of " + x.describe());
        }
    }

    /** See {@link tns.tensor.Device#cellSums}; {@code sums} is contiguous. */
    void sums(Tensor x, Tensor sums) {
        int[] strides = x.view().strides();
        switch (HostBuffer.array(x)) {
            case float[] a -> {
                float[] y = (float[]) HostBuffer.array(sums);
                each(x, sums, (from, to) -> sums(a, from, strides[2], strides[3], y, to));
            }
            case double[] a -> {
                double[] y = (double[]) HostBuffer.array(sums);
                each(x, sums, (from, to) -> sums(a, from, strides[2], strides[3], y, to));
            }
            default -> throw new IllegalArgumentException("no pooling of " + x.describe());
        }
    }

    /** See {@link tns.tensor.Device#spreadCells}; {@code dx} is contiguous and zero. */
    void spread(Tensor dy, Tensor dx) {
        int[] strides = dy.view().strides();
        int width = dx.size(3);
        switch (HostBuffer.array(dx)) {
            case float[] a -> {
                float[] g = (float[]) HostBuffer.array(dy);
                each(dx, dy, (to, from) -> spread(g, from, strides[2], strides[3], a, to, width));
            }
            case double[] a -> {
                double[] g = (double[]) HostBuffer.array(dy);
                each(dx, dy, (to, from) -> spread(g, from, strides[2], strides[3], a, to, width));
            }
            default -> throw new IllegalArgumentException("no pooling of " + dx.describe());
        }
    }

    // The place alone is chosen, which takes no jump: many of those by values are foreseen wrongly. Of 1.6 M elements
    // 2 by 2 cells take 5.4 ms and not 9.6, 3 by 3 ones 12.0 and not 13.8; cells of 8 by 8, where few jumps are taken,
    // 6.3 and not 3.3 (AMD EPYC, one core, 2026-11-27). A NaN shows in the sum.
    private void greatest(float[] x, int at, int width, float[] y, int to, long[] places, int place) {
        for (int i = 0, k = 0; i < lines.count(); i++) {
            int top = at + lines.from()[i] * width;
            int bottom = at + lines.to()[i] * width;
            for (int j = 0; j < columns.count(); j++, k++) {
                int left = columns.from()[j];
                int right = columns.to()[j];
                int best = top + left;
                float sum = 0;
                for (int r = top; r < bottom; r += lines.step() * width) {
                    for (int c = r + left; c < r + right; c += columns.step()) {
                        float value = x[c];
                        sum += value;
                        best = value > x[best] ? c : best;
                    }
                }
                if (sum != sum) {
                    best = lastNaN(x, at, width, i, j, best);
                }
                y[to + k] = x[best];
                places[place + k] = (long) best - at;
            }
        }
    }

    /** Where the last NaN of a cell is, or else {@code greatest}. */
    private int lastNaN(float[] x, int at, int width, int i, int j, int greatest) {
        int last = greatest;
        for (int r = lines.from()[i]; r < lines.to()[i]; r += lines.step()) {
            for (int c = columns.from()[j]; c < columns.to()[j]; c += columns.step()) {
                float value = x[at + r * width + c];
                last = value != value ? at + r * width + c : last;
            }
        }
        return last;
    }

    // Each line of a cell apart, so that none waits for the sum of another.
    private void sums(float[] x, int at, int line, int column, float[] y, int to) {
        for (int i = 0, k = 0; i < lines.count(); i++) {
            for (int j = 0; j < columns.count(); j++, k++) {
                int left = columns.from()[j];
                int right = columns.to()[j];
                float total = 0;
                for (int r = lines.from()[i]; r < lines.to()[i]; r += lines.step()) {
                    float sum = 0;
                    for (int c = left; c < right; c += columns.step()) {
                        sum += x[at + r * line + c * column];
                    }
                    total += sum;
                }
                y[to + k] = total;
            }
        }
    }

    private void spread(float[] dy, int at, int line, int column, float[] dx, int to, int width) {
        for (int i = 0; i < lines.count(); i++) {
            for (int r = lines.from()[i]; r < lines.to()[i]; r += lines.step()) {
                int start = to + r * width;
                for (int j = 0; j < columns.count(); j++) {
                    float more = dy[at + i * line + j * column];
                    int right = start + columns.to()[j];
                    for (int c = start + columns.from()[j]; c < right; c += columns.step()) {
                        dx[c] += more;
                    }
                }
            }
        }
    }

    private void greatest(double[] x, int at, int width, double[] y, int to, long[] places, int place) {
        for (int i = 0, k = 0; i < lines.count(); i++) {
            int top = at + lines.from()[i] * width;
            int bottom = at + lines.to()[i] * width;
            for (int j = 0; j < columns.count(); j++, k++) {
                int left = columns.from()[j];
                int right = columns.to()[j];
                int best = top + left;
                double sum = 0;
                for (int r = top; r < bottom; r += lines.step() * width) {
                    for (int c = r + left; c < r + right; c += columns.step()) {
                        double value = x[c];
                        sum += value;
                        best = value > x[best] ? c : best;
                    }
                }
                if (sum != sum) {
                    best = lastNaN(x, at, width, i, j, best);
                }
                y[to + k] = x[best];
                places[place + k] = (long) best - at;
            }
        }
    }

    /** Where the last NaN of a cell is, or else {@code greatest}. */
    private int lastNaN(double[] x, int at, int width, int i, int j, int greatest) {
        int last = greatest;
        for (int r = lines.from()[i]; r < lines.to()[i]; r += lines.step()) {
            for (int c = columns.from()[j]; c < columns.to()[j]; c += columns.step()) {
                double value = x[at + r * width + c];
                last = value != value ? at + r * width + c : last;
            }
        }
        return last;
    }

    private void sums(double[] x, int at, int line, int column, double[] y, int to) {
        for (int i = 0, k = 0; i < lines.count(); i++) {
            for (int j = 0; j < columns.count(); j++, k++) {
                int left = columns.from()[j];
                int right = columns.to()[j];
                double total = 0;
                for (int r = lines.from()[i]; r < lines.to()[i]; r += lines.step()) {
                    double sum = 0;
                    for (int c = left; c < right; c += columns.step()) {
                        sum += x[at + r * line + c * column];
                    }
                    total += sum;
                }
                y[to + k] = total;
            }
        }
    }

    private void spread(double[] dy, int at, int line, int column, double[] dx, int to, int width) {
        for (int i = 0; i < lines.count(); i++) {
            for (int r = lines.from()[i]; r < lines.to()[i]; r += lines.step()) {
                int start = to + r * width;
                for (int j = 0; j < columns.count(); j++) {
                    double more = dy[at + i * line + j * column];
                    int right = start + columns.to()[j];
                    for (int c = start + columns.from()[j]; c < right; c += columns.step()) {
                        dx[c] += more;
                    }
                }
            }
        }
    }
}
