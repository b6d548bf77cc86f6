package tns.cpu;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tns.tensor.DType;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * Folds the trailing dims of a tensor: sums, products, extrema and where extrema stand.
 *
 * <p>One kept dim, the columns, is spread over the lanes of an accumulator row and the folded dims are walked in the
 * order of memory, so that memory is read in whole rows whichever dims are folded. Where the folded elements lie
 * without gaps they fill spare lanes too, which are folded pairwise at the end. Work is cut into chunks whose size
 * follows from the shape alone, and the chunks' results are folded pairwise: the same bits on any number of threads.
 */
final class Reduce {
    /** Elements folded by one task, at least: about 10 µs of work. */
    private static final int CHUNK = 1 << 17;

    /** Chunks of one fold, at most: what they leave is read and written again. */
    private static final int MOST_CHUNKS = 64;

    /**
     * Columns taken at a time: memory is read fastest in long rows, and their accumulators stay in the second-level
     * cache. The sum of (8192, 8192) floats over dim 0 took 19.9 ms with 2048 at a time, so 14.3 (AMD EPYC, one core,
     * 2026-11-26).
     */
    private static final int TILE = 8192;

    /** The same where columns do not lie side by side: their cache lines should stay until the next of each is read. */
    private static final int APART_TILE = 2048;

    /** Rows that a lane adds up in sequence before the sum is added to that of the chunk: what bounds its rounding. */
    private static final int ROWS = 128;

    /** Lanes that a run of folded elements is spread over. */
    private static final int RUN_LANES = 128;

    /** The same for sums of floats: as many as vector registers can hold while a run is added to them. */
    static final int SUM_LANES = 64;

    /**
     * Streams that a long run of floats to be summed is read in: a processor fetches ahead of several at a time. The sum of
     * 64 M floats took 19.1 to 21.0 ms read from front to back, so 13.1 to 14.0, and on two threads 12.0 and 9.1 (AMD EPYC
     * without AVX-512, alternating, 2026-11-27).
     */
    static final int STREAMS = 8;

    /** Lanes of one stream. */
    static final int STREAM_LANES = SUM_LANES / STREAMS;

    /** Elements of one stream: with fewer, fetching begins anew too often. */
    static final int STREAM = 1 << 13;

    /** Below this length of a run, and from this many columns on, columns are the better lanes. */
    private static final int SHORT_RUN = 128;

    /** Shorter runs are better computed together: a block of results costs some 200 ns to begin. */
    private static final int LEAST_COMPUTED = 2048;

    private final Reduction reduction;
    private final Parallel parallel;
    private final FoldLoops loops;
    private final DType dtype;
    /** Gives a thread the elements, of which it asks for so many at a time where they lie without gaps. */
    private final IntFunction<Elements> source;
    /** The array they lie in; null where they are computed. */
    private final @Nullable Object stored;

    private final Object target;
    private final int offset;

    /** Kept dims but for the columns, where they start in the input and in the output. */
    private final Dims outer;

    private final Dims outerTarget;
    private final int columns;
    private final int columnStride;
    private final int columnTargetStride;
    private final int tile;
    /** Whether long runs are read in streams. */
    private final boolean streams;

    /** Folded dims but for the innermost. */
    private final Dims segments;

    private final int steps;
    private final int stepStride;

    /** What is folded. */
    interface Elements {
        /** An array that holds elements {@code from} to before {@code from + n}, until the next call. */
        Object array(int from, int n);

        /** Where in that array the first of them is. */
        int start(int from);

        /** The elements of a stream that are asked for at a time. */
        int ofStream();

        /** An array that holds so many of each stream, those of the first from {@code from} on, until the next call. */
        Object streams(int from);
    }

    /** Elements in memory, where they lie as their strides say. */
    private record Stored(Object array) implements Elements {
        @Override
        public Object array(int from, int n) {
            return array;
        }

        @Override
        public int start(int from) {
            return from;
        }

        @Override
        public int ofStream() {
            return STREAM;
        }

        @Override
        public Object streams(int from) {
            return array;
        }
    }

    private Reduce(
            Parallel parallel,
            FoldLoops loops,
            Reduction reduction,
            DType dtype,
            IntFunction<Elements> source,
            @Nullable Object stored,
            View view,
            int keptDims,
            Tensor output) {
        this.reduction = reduction;
        this.parallel = parallel;
        this.loops = loops;
        this.dtype = dtype;
        this.source = source;
        this.stored = stored;
        target = HostBuffer.array(output);
        Dims kept = Dims.ordered(view, 0, keptDims);
        Dims folded = Dims.inMemoryOrder(view, keptDims, view.shape().rank());
        offset = view.offset(); // the turned dims' shift is in segments
        steps = folded.innerSize();
        stepStride = folded.innerStride();
        segments = folded.rank() == 0 ? folded : folded.without(folded.rank() - 1);
        int dim = columnDim(kept, folded);
        if (dim < 0) {
            outer = kept;
            outerTarget = contiguous(kept);
            columns = 1;
            columnStride = 1;
            columnTargetStride = 1;
        } else {
            Dims keptTarget = contiguous(kept);
            outer = kept.without(dim);
            outerTarget = keptTarget.without(dim);
            columns = kept.sizes()[dim];
            columnStride = kept.strides()[dim];
            columnTargetStride = keptTarget.strides()[dim];
        }
        tile = columnStride == 1 ? TILE : APART_TILE;
        streams = columns == 1 && reduction == Reduction.SUM && dtype == DType.FLOAT32;
    }

    /** See {@link tns.tensor.Device#reduce}. */
    static void run(
            Parallel parallel, FoldLoops loops, Reduction reduction, Tensor input, int keptDims, Tensor output) {
        if (output.elements() == 0) {
            return;
        }
        if (reduction == Reduction.ARGMAX || reduction == Reduction.ARGMIN) {
            Extrema.positions(parallel, loops, reduction, input, keptDims, output);
        } else if (reduction == Reduction.SUM
                && keptDims == 0
                && input.elements() <= SUM_LANES
                && input.isContiguous()
                && HostBuffer.array(input) instanceof float[] x
                && HostBuffer.array(output) instanceof float[] y) {
            y[output.view().offset()] = sum(x, input.view().offset(), input.elements());
        } else {
            Object array = HostBuffer.array(input);
            Elements elements = new Stored(array);
            new Reduce(
                            parallel,
                            loops,
                            reduction,
                            input.dtype(),
                            most -> elements,
                            array,
                            input.view(),
                            keptDims,
                            output)
                    .run();
        }
    }

    /**
     * Folds what {@code elements} computes, of {@code shape}; false, and nothing done, where they should be written to
     * memory first. The bits are the same.
     */
    static boolean run(
            Parallel parallel,
            FoldLoops loops,
            Reduction reduction,
            DType dtype,
            Prologue elements,
            Shape shape,
            int keptDims,
            Tensor output) {
        if (reduction == Reduction.ARGMAX || reduction == Reduction.ARGMIN || output.elements() == 0) {
            return false;
        }
        View view = View.contiguous(shape);
        Reduce all = new Reduce(parallel, loops, reduction, dtype, elements::block, null, view, keptDims, output);
        boolean suits = all.columns == 1 && all.stepStride == 1 && all.steps >= LEAST_COMPUTED;
        if (suits) {
            all.run();
        }
        return suits;
    }

    /** The sum of a run that leaves each lane one element at most: what the lanes would give, without making any. */
    private static float sum(float[] x, int at, int n) {
        double[] lane = new double[n];
        for (int j = 0; j < n; j++) {
            lane[j] = 0.0 + x[at + j];
        }
        for (int count = n; count > 1; ) {
            int half = (count + 1) / 2;
            for (int j = 0; j < count - half; j++) {
                lane[j] += lane[half + j];
            }
            count = half;
        }
        return n == 0 ? 0 : (float) lane[0];
    }

    private static Dims contiguous(Dims dims) {
        return new Dims(dims.sizes(), Shape.of(dims.sizes()).contiguousStrides(), 0, dims.elements());
    }

    /** The kept dim to spread over lanes, or -1 to spread runs of folded elements instead. */
    private static int columnDim(Dims kept, Dims folded) {
        if (kept.rank() == 0) {
            return -1;
        }
        int last = kept.rank() - 1;
        int best = last;
        for (int d = 0; d < last; d++) {
            boolean nearer = Math.abs(kept.strides()[d]) < Math.abs(kept.strides()[best]) && kept.sizes()[d] >= 16;
            if (nearer || kept.sizes()[best] < 16 && kept.sizes()[d] > kept.sizes()[best]) {
                best = d;
            }
        }
        boolean longRun = folded.innerSize() >= SHORT_RUN;
        if (kept.strides()[best] == 1) {
            // Columns that lie side by side, unless they are so few that gathering long runs costs less.
            boolean dense = folded.innerStride() == kept.sizes()[best];
            return dense || kept.sizes()[best] >= 16 || !longRun ? best : -1;
        }
        return longRun ? -1 : best;
    }

    private void run() {
        int tiles = (columns + tile - 1) / tile;
        int tileColumns = Math.min(columns, tile);
        // Chunks of whole segments, or, when one is longer than a chunk, pieces of one segment.
        boolean dense = tiles == 1 && (columns == 1 || columnStride == 1) && (stepStride == columns || steps == 1);
        boolean runs = dense || columns == 1;
        int elements = upTo(steps * segments.elements() * columns / MOST_CHUNKS, CHUNK);
        int chunkRows = Math.min(elements / tileColumns, runs ? elements : ROWS * ROWS);
        int chunkSteps = Math.clamp(chunkRows, 1, Math.max(1, steps));
        int pieces = steps == 0 ? 0 : (steps + chunkSteps - 1) / chunkSteps;
        int chunkSegments = pieces > 1 ? 1 : Math.max(1, chunkRows / Math.max(1, steps));
        int chunks =
                pieces > 1 ? segments.elements() * pieces : (segments.elements() + chunkSegments - 1) / chunkSegments;
        int most = reduction == Reduction.SUM && dtype == DType.FLOAT32 ? SUM_LANES : RUN_LANES;
        int width = dense
                ? columns * Math.clamp(Math.max(most / columns, 1), 1, Math.max(1, steps))
                : columns == 1 ? Math.min(most, Math.max(1, steps)) : tileColumns;
        int atOnce = Math.min(ROWS * width, steps);
        int results = outer.elements() * tiles;
        if (chunks <= 1) {
            int work = Math.max(1, steps * segments.elements() * tileColumns);
            parallel.range(results, Math.max(1, CHUNK / work), (from, to) -> {
                if (sums(from, to) || extrema(from, to)) {
                    return;
                }
                Lanes lanes = Lanes.of(reduction, dtype, width, loops);
                Elements given = source.apply(atOnce);
                for (int r = from; r < to; r++) {
                    chunk(lanes, given, r, tiles, width, 0, segments.elements(), 0, steps, dense);
                    store(lanes, r, tiles);
                }
            });
            return;
        }
        Object partials = Lanes.of(reduction, dtype, 0, loops).partials(results * chunks * tileColumns);
        int grain = Math.max(1, CHUNK / (chunkRows * tileColumns));
        parallel.range(results * chunks, grain, (from, to) -> {
            Lanes lanes = Lanes.of(reduction, dtype, width, loops);
            Elements given = source.apply(atOnce);
            for (int task = from; task < to; task++) {
                int chunk = task % chunks;
                int firstSegment = pieces > 1 ? chunk / pieces : chunk * chunkSegments;
                int lastSegment = Math.min(firstSegment + chunkSegments, segments.elements());
                int firstStep = pieces > 1 ? chunk % pieces * chunkSteps : 0;
                int lastStep = Math.min(firstStep + chunkSteps, steps);
                chunk(lanes, given, task / chunks, tiles, width, firstSegment, lastSegment, firstStep, lastStep, dense);
                lanes.save(partials, task * tileColumns, tileColumns);
            }
        });
        Lanes lanes = Lanes.of(reduction, dtype, chunks * tileColumns, loops);
        for (int r = 0; r < results; r++) {
            lanes.restore(partials, r * chunks * tileColumns, chunks * tileColumns);
            lanes.collapse(chunks, tileColumns);
            store(lanes, r, tiles);
        }
    }

    /**
     * Sums of runs that are long enough for all lanes and short enough for one row of them, one loop each: the means of 8192
     * runs of 256 floats took 6.1 ms, and take 0.75 (AMD EPYC without AVX-512, one core, busy, 2026-11-27).
     *
     * @return whether there is a loop for them
     */
    private boolean sums(int from, int to) {
        boolean fits = streams && isRuns() && steps <= ROWS * SUM_LANES;
        FusedLoop loop = fits ? loops.whole((to - from) * steps) : null;
        if (loop == null) {
            return false;
        }
        Elements given = source.apply(steps);
        Object[] operands = new Object[3];
        operands[1] = target;
        operands[2] = new double[SUM_LANES];
        int[] places = new int[operands.length];
        for (int r = from; r < to; r++) {
            int at = offset + outer.at(r) + segments.at(0);
            operands[0] = given.array(at, steps);
            places[0] = given.start(at);
            places[1] = outerTarget.at(r);
            loop.run(operands, places, steps);
        }
        return true;
    }

    /** Extrema of runs of floats likewise, where no lanes are needed. */
    private boolean extrema(int from, int to) {
        boolean fits = isRuns() && stored instanceof float[];
        FusedLoop loop = fits ? loops.extremum(reduction, (to - from) * steps) : null;
        if (loop == null) {
            return false;
        }
        float[] y = (float[]) target;
        double[] extremum = new double[1];
        Object[] operands = {stored, extremum};
        int[] places = new int[2];
        for (int r = from; r < to; r++) {
            extremum[0] = reduction == Reduction.MAX ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            places[0] = offset + outer.at(r) + segments.at(0);
            loop.run(operands, places, steps);
            y[outerTarget.at(r)] = (float) extremum[0];
        }
        return true;
    }

    /** Whether each result is that of one run, long enough for all lanes. */
    private boolean isRuns() {
        return columns == 1 && stepStride == 1 && segments.elements() == 1 && steps >= SUM_LANES;
    }

    /** Leaves in the first lanes the fold of these segments and steps for tile {@code r % tiles} of row r / tiles. */
    private void chunk(
            Lanes lanes,
            Elements given,
            int r,
            int tiles,
            int width,
            int firstSegment,
            int lastSegment,
            int firstStep,
            int lastStep,
            boolean dense) {
        int firstColumn = r % tiles * tile;
        int count = Math.min(columns - firstColumn, tile);
        int base = offset + outer.at(r / tiles) + firstColumn * columnStride;
        boolean runs = dense || columns == 1;
        // A run is rows of its own, as wide as there are lanes; what is left fills some of them.
        int n = runs ? width : count;
        int stride = !runs ? columnStride : dense ? 1 : stepStride;
        int distance = runs ? width * stride : stepStride;
        int elements = (lastStep - firstStep) * columns;
        int rows = !runs ? lastStep - firstStep : width == 0 ? 0 : elements / width;
        int first = firstStep * (runs ? columns * stride : stepStride);
        int added = 0;
        lanes.clear(n);
        // Runs of a few whole rows are not parted by what is carried, so that many can be added in one go.
        boolean fewRows = streams && n == SUM_LANES && elements == rows * n && rows <= ROWS / 2;
        for (int segment = firstSegment; segment < lastSegment; segment++) {
            int at = base + segments.at(segment) + first;
            if (fewRows && added + rows > ROWS) {
                lanes.carry(n);
                added = 0;
            }
            if (fewRows && stride == 1 && stored != null) {
                int side = segments.innerSize();
                int some = Math.min(Math.min(lastSegment - segment, side - segment % side), (ROWS - added) / rows);
                if (lanes.foldRuns(stored, at, segments.innerStride(), some, rows)) {
                    added += some * rows;
                    segment += some - 1;
                    continue;
                }
            }
            int row = 0;
            for (; streams && row + STREAM / STREAM_LANES <= rows; row += STREAM / STREAM_LANES) {
                int some = given.ofStream();
                for (int done = 0; done < STREAM; done += some) {
                    int from = at + row * distance + done * stride;
                    lanes.foldStreams(given.streams(from), given.start(from), stride, some);
                }
                lanes.carry(n);
                added = 0;
            }
            while (row < rows) {
                if (added == ROWS) {
                    lanes.carry(n);
                    added = 0;
                }
                int some = Math.min(rows - row, ROWS - added);
                int from = at + row * distance;
                Object array = given.array(from, some * n);
                int start = given.start(from);
                if (columns > 1 || stride != 1 || !lanes.foldRun(array, start, some * n)) {
                    lanes.foldRows(array, start, distance, stride, some, n);
                }
                row += some;
                added += some;
            }
            int rest = elements - rows * n;
            if (runs && rest > 0) {
                int from = at + rows * distance;
                lanes.fold(given.array(from, rest), given.start(from), stride, rest);
            }
        }
        lanes.addCarried(n);
        if (runs) {
            lanes.collapse(width / columns, columns);
        }
    }

    /** The first multiple of {@code unit} from {@code n} on, and at least that. */
    private static int upTo(int n, int unit) {
        return Math.max(1, (n + unit - 1) / unit) * unit;
    }

    private void store(Lanes lanes, int r, int tiles) {
        int firstColumn = r % tiles * tile;
        int count = Math.min(columns - firstColumn, tile);
        int at = outerTarget.at(r / tiles) + firstColumn * columnTargetStride;
        lanes.store(target, at, columnTargetStride, count);
    }
}
