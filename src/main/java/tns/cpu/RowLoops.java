package tns.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tns.expr.Lane;
import tns.expr.RowProgram;

/** The loops of hot row programs, made in the background. */
final class RowLoops {
    /** Programs are constants of the ops that use them, a dozen or two; somebody who makes many gets no loops for them. */
    private static final int MOST_PROGRAMS = 100;

    private static final int LANES = RowExecutor.LAYOUT.threads();

    /** Elements to warm a loop up with: some turns of every loop in it. */
    private static final int WARM_UP = 4 * LANES;

    private static final int ROWS = 2;

    private final @Nullable FusedLoops maker;
    private volatile Entry[] entries = {};

    /** @param maker what makes loops; null to do without */
    RowLoops(@Nullable FusedLoops maker) {
        this.maker = maker;
    }

    /** A program for rows of whole groups of lanes, or ragged ones, on its way to a loop. */
    private static final class Entry {
        private final RowProgram program;
        private final boolean ragged;
        private final boolean fits;
        private final int steps;
        /** Element-steps so far, roughly: threads may overwrite each other's additions. */
        private long work;

        private boolean requested;
        private volatile @Nullable Ready ready;

        Entry(RowProgram program, boolean ragged) {
            this.program = program;
            this.ragged = ragged;
            fits = RowPlaces.fits(program);
            steps = RowPlaces.steps(program);
        }
    }

    /** A loop, and what it has to be fed. */
    record Ready(RowLoop loop, RowPlaces places, Object constants) {}

    /** The loop for rows of {@code n} elements if there is one by now; so many rows are about to be computed. */
    @Nullable
    Ready find(RowProgram program, int rows, int n) {
        FusedLoops by = maker;
        if (by == null) {
            return null;
        }
        Entry entry = entry(program, RowPlaces.isRagged(n));
        if (entry == null) {
            return null;
        }
        if (!entry.requested && entry.fits) {
            entry.work += (long) rows * n * entry.steps;
            if (entry.work >= by.promoteAfter()) {
                entry.requested = true;
                order(entry, by);
            }
        }
        return entry.ready;
    }

    private static void order(Entry entry, FusedLoops by) {
        RowPlaces places = new RowPlaces(entry.program);
        by.request(
                () -> RowCode.compile(entry.program, entry.ragged),
                (loop, brief) -> warmUp(loop, entry.program.lane(), places.arrays(), entry.ragged, brief),
                WARM_UP,
                entry.steps,
                loop -> entry.ready = new Ready(loop, places, places.constants()));
    }

    private @Nullable Entry entry(RowProgram program, boolean ragged) {
        for (Entry entry : entries) {
            if (entry.program == program && entry.ragged == ragged) {
                return entry;
            }
        }
        return add(program, ragged);
    }

    private synchronized @Nullable Entry add(RowProgram program, boolean ragged) {
        Entry[] now = entries;
        for (Entry entry : now) {
            if (entry.program == program && entry.ragged == ragged) {
                return entry;
            }
        }
        if (now.length == MOST_PROGRAMS) {
            return null;
        }
        Entry added = new Entry(program, ragged);
        Entry[] more = Arrays.copyOf(now, now.length + 1);
        more[now.length] = added;
        entries = more;
        return added;
    }

    /** Takes a loop through all that it does. */
    private static void warmUp(RowLoop loop, Lane lane, int count, boolean ragged, boolean brief) {
        Object[] arrays = FusedLoops.arrays(lane, count, ROWS * (WARM_UP + 1));
        int[] at = new int[count];
        int n = brief ? LANES : WARM_UP;
        loop.run(arrays, at, ROWS, n, WARM_UP);
        loop.run(arrays, at, ROWS, 2 * LANES, LANES);
        if (ragged) {
            loop.run(arrays, at, ROWS, n + 1, WARM_UP);
            loop.run(arrays, at, ROWS, 2 * LANES + 1, LANES);
        }
    }
}
