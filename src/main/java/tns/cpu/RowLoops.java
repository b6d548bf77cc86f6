package tns.cpu;

import java.util.Arrays;
import java.util.function.Consumer;
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
    private final MachineCode machine;
    private volatile Entry[] entries = {};

    /**
     * @param maker what makes loops; null to do without
     * @param machine when those of machine code are made
     */
    RowLoops(@Nullable FusedLoops maker, MachineCode machine) {
        this.maker = maker;
        this.machine = machine;
    }

    /** A program for rows of whole groups of lanes, or ragged ones, on its way to a loop. */
    private static final class Entry {
        private final RowProgram program;
        private final boolean ragged;
        private final BackgroundLoop<Ready> loop;
        /** The same of machine code, for rows of any length. */
        private final CodedLoop<Ready> coded;

        Entry(RowProgram program, boolean ragged, @Nullable FusedLoops maker, MachineCode machine) {
            this.program = program;
            this.ragged = ragged;
            coded = new CodedLoop<>(machine, () -> coded(program));
            loop = new BackgroundLoop<>(
                    RowPlaces.fits(program) ? maker : null, RowPlaces.steps(program), 1, this::order);
        }

        private static @Nullable Ready coded(RowProgram program) {
            RowPlaces places = new RowPlaces(program);
            RowLoop rows = RowPlaces.fits(program) ? MachineCode.rows(program, places) : null;
            return rows == null ? null : new Ready(rows, places, places.constants(), false);
        }

        private void order(FusedLoops by, Consumer<Ready> ready) {
            RowPlaces places = new RowPlaces(program);
            Object[] arrays = FusedLoops.arrays(program.lane(), places.arrays(), ROWS * (WARM_UP + 1));
            by.request(
                    () -> RowCode.compile(program, ragged),
                    (loop, turns) -> warmUp(loop, program.lane(), arrays, ragged, turns),
                    (ragged ? 2 : 1) * ROWS * (WARM_UP + 2 * LANES),
                    RowPlaces.steps(program),
                    loop -> ready.accept(new Ready(loop, places, places.constants(), places.hasRoom())));
        }
    }

    /** A loop, and what it has to be fed; whether it needs working memory of a row. */
    record Ready(RowLoop loop, RowPlaces places, Object constants, boolean hasRoom) {}

    /** The loop for rows of {@code n} elements if there is one by now; so many rows are about to be computed. */
    @Nullable
    Ready find(RowProgram program, int rows, int n) {
        Entry entry = maker == null ? null : entry(program, RowPlaces.isRagged(n));
        return entry == null ? null : find(entry, rows * n);
    }

    private @Nullable Ready find(Entry entry, int elements) {
        Ready coded = entry.coded.get((long) elements * RowPlaces.steps(entry.program));
        if (coded != null && machine.isBest(elements)) {
            return coded;
        }
        Ready ready = entry.loop.get(elements);
        return ready != null ? ready : coded;
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
        Entry added = new Entry(program, ragged, maker, machine);
        Entry[] more = Arrays.copyOf(now, now.length + 1);
        more[now.length] = added;
        entries = more;
        return added;
    }

    /** Takes a loop through all that it does; with no turns, through nothing. */
    private static void warmUp(RowLoop loop, Lane lane, Object[] arrays, boolean ragged, int turns) {
        int[] at = new int[arrays.length];
        if (turns == Workshop.NO_TURNS) {
            loop.run(arrays, at, turns, 0, 0);
            RowTotals.count(lane);
            return;
        }
        int n = turns < Workshop.TURNS ? LANES : WARM_UP;
        loop.run(arrays, at, ROWS, n, WARM_UP);
        loop.run(arrays, at, ROWS, 2 * LANES, LANES);
        if (ragged) {
            loop.run(arrays, at, ROWS, n + 1, WARM_UP);
            loop.run(arrays, at, ROWS, 2 * LANES + 1, LANES);
        }
    }
}
