package tns.cpu;

import java.util.Arrays;
import tns.tensor.DType;
import tns.tensor.Reduction;

/**
 * A row of accumulators into which elements are folded: lane {@code j} becomes {@code lane[j] op x[j]}.
 *
 * <p>Floats accumulate in double (so a float32 result is rounded once), int64 and bool in long. Every loop runs over
 * whole arrays from index 0 or over arrays of two types: only then does the compiler know that they do not overlap, and
 * vectorises.
 */
abstract sealed class Lanes {
    final Reduction reduction;

    private Lanes(Reduction reduction) {
        this.reduction = reduction;
    }

    /**
     * Lanes for {@code reduction}, one of SUM, PROD, MAX and MIN, of elements of {@code dtype}.
     */
    static Lanes of(Reduction reduction, DType dtype, int width, FoldLoops loops) {
        return dtype.isFloat() ? new Floats(reduction, width, loops) : new Ints(reduction, width);
    }

    /** Sets the first {@code n} lanes to what the reduction gives for no elements. */
    abstract void clear(int n);

    /** Folds {@code n} elements of {@code source}, from {@code at} by {@code stride}, into the first n lanes. */
    abstract void fold(Object source, int at, int stride, int n);

    /** Folds {@code rows} rows of {@code n} elements, {@code step} apart, one after the other. */
    void foldRows(Object source, int at, int step, int stride, int rows, int n) {
        for (int r = 0; r < rows; r++) {
            fold(source, at + r * step, stride, n);
        }
    }

    /** Folds {@code n} elements side by side into the first lane; false, and nothing done, where lanes are the way. */
    boolean foldRun(Object source, int at, int n) {
        return false;
    }

    /**
     * Folds runs of so many rows of {@link Reduce#SUM_LANES} elements, {@code apart} from each other, one after the other;
     * false, and nothing done, where they are to be folded one by one.
     */
    boolean foldRuns(Object source, int at, int apart, int runs, int rows) {
        return false;
    }

    /**
     * Folds {@code n} floats of each of {@link Reduce#STREAMS} streams that lie one after the other: the first's into the
     * first {@link Reduce#STREAM_LANES} lanes over and over, and so on. Only for sums.
     */
    void foldStreams(Object source, int at, int stride, int n) {
        throw new UnsupportedOperationException("streams are for sums of floats");
    }

    /** Folds lane {@code i} of groups of {@code c} lanes into lane {@code i} of the first, pairwise. */
    abstract void collapse(int groups, int c);

    /** Folds the first {@code n} lanes into those carried so far, and clears them; what is exact stays where it is. */
    void carry(int n) {}

    /** Folds what has been carried since the last time into the first {@code n} lanes. */
    void addCarried(int n) {}

    /** Writes the first {@code n} lanes into an array of the result's type. */
    abstract void store(Object target, int at, int stride, int n);

    /** An array of the accumulators' type, for partial results. */
    abstract Object partials(int n);

    /** Copies the first {@code n} lanes to partial results. */
    abstract void save(Object partials, int at, int n);

    /** Copies partial results to the first {@code n} lanes. */
    abstract void restore(Object partials, int at, int n);

    private static final class Floats extends Lanes {
        /** Lanes from which on reading and writing them once for four rows pays. */
        private static final int FOUR_ROWS_MIN = 256;

        /** Rows of a run from which on a loop's call pays. */
        private static final int RUN_ROWS_MIN = 4;

        private final double[] lane;
        private final double[] loaded;
        private final FoldLoops loops;
        /** The operands of a loop over rows, which are all in the first's array. */
        private final Object[] arrays = new Object[VectorSums.ROWS + 1];

        private final int[] starts = new int[VectorSums.ROWS + 1];
        private double[] carried = {};
        private boolean carries;

        Floats(Reduction reduction, int width, FoldLoops loops) {
            super(reduction);
            this.loops = loops;
            lane = new double[width];
            loaded = new double[width];
            arrays[VectorSums.ROWS] = lane;
        }

        @Override
        void clear(int n) {
            double identity = switch (reduction) {
                case SUM -> 0;
                case PROD -> 1;
                case MAX, ARGMAX -> Double.NEGATIVE_INFINITY;
                case MIN, ARGMIN -> Double.POSITIVE_INFINITY;
            };
            Arrays.fill(lane, 0, n, identity);
        }

        @Override
        void fold(Object source, int at, int stride, int n) {
            if (source instanceof float[] x) {
                if (stride == 1) {
                    fold(reduction, lane, x, at, n);
                    return;
                }
                for (int j = 0; j < n; j++) {
                    loaded[j] = x[at + j * stride];
                }
            } else {
                load((double[]) source, at, stride, n);
            }
            fold(reduction, lane, loaded, n);
        }

        @Override
        void foldRows(Object source, int at, int step, int stride, int rows, int n) {
            int done = 0;
            if (reduction == Reduction.SUM && stride == 1 && source instanceof float[] x) {
                if (step == n && n < FOUR_ROWS_MIN) {
                    FusedLoop loop = n == Reduce.SUM_LANES && rows >= RUN_ROWS_MIN ? loops.run(rows * n) : null;
                    if (loop != null) {
                        loop.run(new Object[] {x, lane}, new int[] {at, 0, Reduce.STREAM_LANES, n}, rows);
                    } else {
                        addRun(lane, x, at, rows, n);
                    }
                    return;
                }
                FusedLoop loop = n >= FOUR_ROWS_MIN && rows >= VectorSums.ROWS ? loops.rows(rows * n) : null;
                for (; loop != null && done + VectorSums.ROWS <= rows; done += VectorSums.ROWS) {
                    addEight(loop, x, at + done * step, step, n);
                }
                for (; n >= FOUR_ROWS_MIN && done + 4 <= rows; done += 4) {
                    addFour(lane, x, at + done * step, step, 0, n);
                }
            }
            super.foldRows(source, at + done * step, step, stride, rows - done, n);
        }

        @Override
        boolean foldRun(Object source, int at, int n) {
            FusedLoop loop = source instanceof float[] ? loops.extremum(reduction, n) : null;
            if (loop != null) {
                loop.run(new Object[] {source, lane}, new int[] {at, 0}, n);
            }
            return loop != null;
        }

        @Override
        boolean foldRuns(Object source, int at, int apart, int runs, int rows) {
            FusedLoop loop = reduction == Reduction.SUM && source instanceof float[]
                    ? loops.shortRuns(runs * rows * Reduce.SUM_LANES)
                    : null;
            if (loop != null) {
                loop.run(new Object[] {source, lane}, new int[] {at, 0, runs, apart}, rows);
            }
            return loop != null;
        }

        @Override
        void foldStreams(Object source, int at, int stride, int n) {
            float[] x = (float[]) source;
            FusedLoop loop = stride == 1 ? loops.run(Reduce.STREAMS * n) : null;
            if (loop != null) {
                loop.run(new Object[] {x, lane}, new int[] {at, 0, n, Reduce.STREAM_LANES}, n / Reduce.STREAM_LANES);
                return;
            }
            for (int s = 0; s < Reduce.STREAMS; s++) {
                addStream(lane, s * Reduce.STREAM_LANES, x, at + s * n * stride, stride, n);
            }
        }

        private static void addStream(double[] lane, int j, float[] x, int at, int stride, int n) {
            double a = lane[j];
            double b = lane[j + 1];
            double c = lane[j + 2];
            double d = lane[j + 3];
            double e = lane[j + 4];
            double f = lane[j + 5];
            double g = lane[j + 6];
            double h = lane[j + 7];
            for (int r = 0; r < n; r += Reduce.STREAM_LANES) {
                int i = at + r * stride;
                a += x[i];
                b += x[i + stride];
                c += x[i + 2 * stride];
                d += x[i + 3 * stride];
                e += x[i + 4 * stride];
                f += x[i + 5 * stride];
                g += x[i + 6 * stride];
                h += x[i + 7 * stride];
            }
            lane[j] = a;
            lane[j + 1] = b;
            lane[j + 2] = c;
            lane[j + 3] = d;
            lane[j + 4] = e;
            lane[j + 5] = f;
            lane[j + 6] = g;
            lane[j + 7] = h;
        }

        /** Adds {@link VectorSums#ROWS} rows: what two calls of {@link #addFour} would give. */
        private void addEight(FusedLoop loop, float[] x, int at, int step, int n) {
            int whole = n & -Reduce.SUM_LANES;
            arrays[0] = x;
            for (int r = 0; r < VectorSums.ROWS; r++) {
                starts[r] = at + r * step;
            }
            loop.run(arrays, starts, whole);
            for (int r = 0; whole < n && r < VectorSums.ROWS; r += 4) {
                addFour(lane, x, at + r * step, step, whole, n);
            }
        }

        /** Lanes that stay in the cache while a run is added to them. */
        private static void addRun(double[] lane, float[] x, int at, int rows, int n) {
            for (int r = 0, i = at; r < rows; r++, i += n) {
                for (int j = 0; j < n; j++) {
                    lane[j] += x[i + j];
                }
            }
        }

        private static void addFour(double[] lane, float[] x, int at, int step, int from, int n) {
            int b = at + step;
            int c = b + step;
            int d = c + step;
            for (int j = from; j < n; j++) {
                lane[j] = lane[j] + x[at + j] + x[b + j] + x[c + j] + x[d + j];
            }
        }

        private void load(double[] x, int at, int stride, int n) {
            if (stride == 1) {
                System.arraycopy(x, at, loaded, 0, n);
                return;
            }
            for (int j = 0; j < n; j++) {
                loaded[j] = x[at + j * stride];
            }
        }

        private static void fold(Reduction reduction, double[] lane, double[] x, int n) {
            switch (reduction) {
                case SUM -> {
                    for (int j = 0; j < n; j++) {
                        lane[j] += x[j];
                    }
                }
                case PROD -> {
                    for (int j = 0; j < n; j++) {
                        lane[j] *= x[j];
                    }
                }
                case MAX, ARGMAX -> {
                    for (int j = 0; j < n; j++) {
                        lane[j] = Math.max(lane[j], x[j]);
                    }
                }
                case MIN, ARGMIN -> {
                    for (int j = 0; j < n; j++) {
                        lane[j] = Math.min(lane[j], x[j]);
                    }
                }
            }
        }

        private static void fold(Reduction reduction, double[] lane, float[] x, int at, int n) {
            switch (reduction) {
                case SUM -> {
                    for (int j = 0; j < n; j++) {
                        lane[j] += x[at + j];
                    }
                }
                case PROD -> {
                    for (int j = 0; j < n; j++) {
                        lane[j] *= x[at + j];
                    }
                }
                case MAX, ARGMAX -> {
                    for (int j = 0; j < n; j++) {
                        lane[j] = Math.max(lane[j], x[at + j]);
                    }
                }
                case MIN, ARGMIN -> {
                    for (int j = 0; j < n; j++) {
                        lane[j] = Math.min(lane[j], x[at + j]);
                    }
                }
            }
        }

        @Override
        void collapse(int groups, int c) {
            for (int count = groups; count > 1; ) {
                int half = (count + 1) / 2;
                System.arraycopy(lane, half * c, loaded, 0, (count - half) * c);
                fold(reduction, lane, loaded, (count - half) * c);
                count = half;
            }
        }

        @Override
        void carry(int n) {
            if (carries) {
                fold(reduction, carried, lane, n);
            } else {
                carried = carried.length < n ? new double[n] : carried;
                System.arraycopy(lane, 0, carried, 0, n);
                carries = true;
            }
            clear(n);
        }

        @Override
        void addCarried(int n) {
            if (carries) {
                fold(reduction, lane, carried, n);
                carries = false;
            }
        }

        @Override
        void store(Object target, int at, int stride, int n) {
            if (target instanceof float[] y) {
                for (int j = 0; j < n; j++) {
                    y[at + j * stride] = (float) lane[j];
                }
            } else {
                double[] y = (double[]) target;
                for (int j = 0; j < n; j++) {
                    y[at + j * stride] = lane[j];
                }
            }
        }

        @Override
        Object partials(int n) {
            return new double[n];
        }

        @Override
        void save(Object partials, int at, int n) {
            System.arraycopy(lane, 0, partials, at, n);
        }

        @Override
        void restore(Object partials, int at, int n) {
            System.arraycopy(partials, at, lane, 0, n);
        }
    }

    private static final class Ints extends Lanes {
        private final long[] lane;
        private final long[] loaded;

        Ints(Reduction reduction, int width) {
            super(reduction);
            lane = new long[width];
            loaded = new long[width];
        }

        @Override
        void clear(int n) {
            long identity = switch (reduction) {
                case SUM -> 0;
                case PROD -> 1;
                case MAX, ARGMAX -> Long.MIN_VALUE;
                case MIN, ARGMIN -> Long.MAX_VALUE;
            };
            Arrays.fill(lane, 0, n, identity);
        }

        @Override
        void fold(Object source, int at, int stride, int n) {
            if (source instanceof byte[] x) {
                for (int j = 0; j < n; j++) {
                    loaded[j] = x[at + j * stride];
                }
            } else {
                load((long[]) source, at, stride, n);
            }
            fold(reduction, lane, loaded, n);
        }

        private void load(long[] x, int at, int stride, int n) {
            if (stride == 1) {
                System.arraycopy(x, at, loaded, 0, n);
                return;
            }
            for (int j = 0; j < n; j++) {
                loaded[j] = x[at + j * stride];
            }
        }

        private static void fold(Reduction reduction, long[] lane, long[] x, int n) {
            switch (reduction) {
                case SUM -> {
                    for (int j = 0; j < n; j++) {
                        lane[j] += x[j];
                    }
                }
                case PROD -> {
                    for (int j = 0; j < n; j++) {
                        lane[j] *= x[j];
                    }
                }
                case MAX, ARGMAX -> {
                    for (int j = 0; j < n; j++) {
                        lane[j] = Math.max(lane[j], x[j]);
                    }
                }
                case MIN, ARGMIN -> {
                    for (int j = 0; j < n; j++) {
                        lane[j] = Math.min(lane[j], x[j]);
                    }
                }
            }
        }

        @Override
        void collapse(int groups, int c) {
            for (int count = groups; count > 1; ) {
                int half = (count + 1) / 2;
                System.arraycopy(lane, half * c, loaded, 0, (count - half) * c);
                fold(reduction, lane, loaded, (count - half) * c);
                count = half;
            }
        }

        @Override
        void store(Object target, int at, int stride, int n) {
            if (target instanceof byte[] y) {
                for (int j = 0; j < n; j++) {
                    y[at + j * stride] = (byte) lane[j];
                }
            } else {
                long[] y = (long[]) target;
                for (int j = 0; j < n; j++) {
                    y[at + j * stride] = lane[j];
                }
            }
        }

        @Override
        Object partials(int n) {
            return new long[n];
        }

        @Override
        void save(Object partials, int at, int n) {
            System.arraycopy(lane, 0, partials, at, n);
        }

        @Override
        void restore(Object partials, int at, int n) {
            System.arraycopy(partials, at, lane, 0, n);
        }
    }
}
