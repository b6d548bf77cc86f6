package tns.cpu;

import org.jspecify.annotations.Nullable;
import tns.tensor.Reduction;

/** The vectorised loops of {@link Lanes}. */
final class FoldLoops {
    /** Enough to warm up the loops of lanes with. */
    private static final int LANE_ELEMENTS = 1 << 12;

    /** Runs of a trial. */
    private static final int SHORT_RUNS = 16;

    private final BackgroundLoop<FusedLoop> run;
    private final BackgroundLoop<FusedLoop> shortRuns;
    private final BackgroundLoop<FusedLoop> whole;
    private final BackgroundLoop<FusedLoop> rows;
    private final BackgroundLoop<FusedLoop> greatest;
    private final BackgroundLoop<FusedLoop> least;

    /** @param maker what makes loops; null to do without */
    FoldLoops(@Nullable FusedLoops maker) {
        run = new BackgroundLoop<>(
                maker, 1, 1, (by, ready) -> by.request(VectorSums::run, runs(), LANE_ELEMENTS, 1, ready));
        shortRuns = new BackgroundLoop<>(
                maker, 1, 1, (by, ready) -> by.request(VectorSums::runs, shortRuns(), LANE_ELEMENTS, 1, ready));
        whole = BackgroundLoop.of(maker, () -> VectorSums.whole(), FoldLoops::whole, LANE_ELEMENTS, 1);
        rows = BackgroundLoop.of(maker, () -> VectorSums.rows(), () -> sums(VectorSums.ROWS), LANE_ELEMENTS, 1);
        greatest = BackgroundLoop.of(maker, () -> VectorExtrema.greatest(), () -> sums(1), LANE_ELEMENTS - 1, 1);
        least = BackgroundLoop.of(maker, () -> VectorExtrema.least(), () -> sums(1), LANE_ELEMENTS - 1, 1);
    }

    /** Tries a loop half with rows that are one run, and half with streams. */
    private static Workshop.Trial<FusedLoop> runs() {
        Object[] arrays = sums(1);
        int rows = LANE_ELEMENTS / Reduce.SUM_LANES / 2;
        int[] run = {0, 0, Reduce.STREAM_LANES, Reduce.SUM_LANES};
        int[] streams = {0, 0, LANE_ELEMENTS / Reduce.STREAMS, Reduce.STREAM_LANES};
        return (loop, turns) -> {
            int some = turns < Workshop.TURNS ? turns : rows;
            loop.run(arrays, run, some);
            loop.run(arrays, streams, some);
        };
    }

    private static Workshop.Trial<FusedLoop> shortRuns() {
        Object[] arrays = sums(1);
        int apart = LANE_ELEMENTS / SHORT_RUNS;
        int[] at = {0, 0, SHORT_RUNS, apart};
        return (loop, turns) -> loop.run(arrays, at, turns < Workshop.TURNS ? 0 : apart / Reduce.SUM_LANES);
    }

    private static Object[] whole() {
        return new Object[] {new float[LANE_ELEMENTS], new float[1], new double[Reduce.SUM_LANES]};
    }

    /** Rows of floats, in the first operand all of them, and lanes. */
    private static Object[] sums(int rows) {
        Object[] arrays = new Object[rows + 1];
        arrays[0] = new float[LANE_ELEMENTS];
        arrays[rows] = new double[LANE_ELEMENTS];
        return arrays;
    }

    /** {@link VectorSums#run} if it is there by now; {@code elements} are about to be folded. */
    @Nullable
    FusedLoop run(int elements) {
        return run.get(elements);
    }

    /** {@link VectorSums#runs} likewise. */
    @Nullable
    FusedLoop shortRuns(int elements) {
        return shortRuns.get(elements);
    }

    /** {@link VectorSums#whole} likewise. */
    @Nullable
    FusedLoop whole(int elements) {
        return whole.get(elements);
    }

    /** {@link VectorSums#rows} likewise. */
    @Nullable
    FusedLoop rows(int elements) {
        return rows.get(elements);
    }

    /** {@link VectorExtrema} for MAX or MIN likewise; null for other reductions. */
    @Nullable
    FusedLoop extremum(Reduction reduction, int elements) {
        return switch (reduction) {
            case MAX -> greatest.get(elements);
            case MIN -> least.get(elements);
            default -> null;
        };
    }
}
