package tns.cuda.emulator;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a block: their values and how far they are. Threads that stand at the same instruction run it together,
 * in one loop; what that might change is noticed, and then they run one by one.
 */
final class Threads {
    /** What a group of threads may run; a kernel of this project ends long before, others are caught in an endless loop. */
    private static final long MOST_INSTRUCTIONS = 1L << 26;

    /** Thrown where threads that run together do what depends on their order. */
    static final class OrderMatters extends RuntimeException {
        private static final long serialVersionUID = 1;

        OrderMatters() {
            super(null, null, false, false);
        }
    }

    private final Module module;
    final Memory memory;
    /** How many there are. */
    final int count;

    final byte[] shared;
    final boolean[] sharedSet;
    final Traces sharedTraces;

    /**
     * Bit patterns, those of one {@link Slots slot} in all threads side by side; 32-bit values in the low half, predicates
     * as 0 and 1.
     */
    final long[] values;

    /** Which registers are set, like the values, of those for which that is asked while the kernel runs. */
    private final boolean[] set;
    /** Where in a memory each comes to by the instruction that is running. */
    final int[] places;

    private final int[] next;
    final boolean[] ended;
    /** Whether each has come as far as it can without the others. */
    final boolean[] waits;

    /** Where each waits, when that is a shuffle. */
    private final @Nullable Instruction[] shuffles;

    final Journal journal = new Journal();
    /** What is watched while they run together; what they do in order needs none. */
    Watch watch = Watch.NONE;

    private long time;

    /** Groups of neighbours that are still to run: the first, the one after the last, and where they go on. */
    private int[] groups = new int[48];

    private int groupCount;

    /** @param values room for all values of all threads, whatever stands there */
    Threads(Module module, Memory memory, int blocks, int count, long[] arguments, long[] values) {
        this.module = module;
        this.memory = memory;
        this.count = count;
        this.values = values;
        shared = new byte[module.sharedBytes()];
        sharedSet = new boolean[shared.length];
        sharedTraces = new Traces(shared.length);
        set = new boolean[module.asksWhatIsSet() ? module.slots().registers() * count : 0];
        places = new int[count];
        next = new int[count];
        ended = new boolean[count];
        waits = new boolean[count];
        shuffles = new @Nullable Instruction[count];
        module.slots().fill(values, blocks, count, arguments);
    }

    /** Makes them those of that block, at the start. */
    void start(int block, Watch how) {
        watch = how;
        Slots.fill(values, module.slots().block(), count, block);
        Arrays.fill(sharedSet, false);
        Arrays.fill(set, false);
        Arrays.fill(next, 0);
        Arrays.fill(ended, false);
        Arrays.fill(waits, false);
        Arrays.fill(shuffles, null);
        journal.clear();
    }

    /** Undoes all stores since the start. */
    void undo() {
        journal.undo();
    }

    /** All have come to the barrier. */
    void pass() {
        Arrays.fill(waits, false);
    }

    /** What is done from now on comes after all that was done before. */
    void now(long stretch) {
        time = stretch;
    }

    long value(int slot, int thread) {
        return values[slot * count + thread];
    }

    void set(int slot, int thread, long bits) {
        values[slot * count + thread] = bits;
    }

    byte[] constants() {
        return module.constants();
    }

    /** Notes accesses of some threads to their places in a memory before they are done. */
    void trace(Traces traces, int from, int to, int size, boolean loads) {
        boolean free = true;
        if (watch == Watch.CHUNKS) {
            int chunk = -1;
            for (int i = from; i < to; i++) {
                // Accesses are aligned, so that none reaches into a second chunk.
                if (places[i] >> Traces.CHUNK != chunk) {
                    chunk = places[i] >> Traces.CHUNK;
                    free &= loads ? traces.readsChunk(chunk, time) : traces.writesChunk(chunk, time);
                }
            }
        }
        if (watch == Watch.WORDS && loads) {
            for (int i = from; i < to; i++) {
                free &= traces.reads(places[i], size, i, time);
            }
        }
        if (!loads) {
            for (int i = from; i < to; i++) {
                free &= traces.writes(places[i], size, i, time);
            }
        }
        if (!free) {
            throw new OrderMatters();
        }
    }

    @Nullable
    Instruction shuffle(int thread) {
        return shuffles[thread];
    }

    /** Whether both wait at the same instruction. */
    boolean areAtOne(int thread, int other) {
        return next[thread] == next[other];
    }

    /** Ends waiting at a shuffle, with what another thread gives. */
    void take(int thread, Instruction shuffle, long bits) {
        set(shuffle.target, thread, bits);
        shuffles[thread] = null;
        waits[thread] = false;
    }

    /** Lets one thread go on to the end or to where it must wait for others. */
    void runOne(int thread) {
        groupCount = 0;
        run(thread, thread + 1, next[thread]);
    }

    /** Lets all that do not wait go on, neighbours that stand at one place together. */
    void runAll() {
        groupCount = 0;
        for (int from = 0; from < count; ) {
            int to = from + 1;
            while (to < count && next[to] == next[from] && waits[to] == waits[from]) {
                to++;
            }
            if (!waits[from]) {
                add(from, to, next[from]);
            }
            from = to;
        }
        while (groupCount > 0) {
            groupCount--;
            run(groups[3 * groupCount], groups[3 * groupCount + 1], groups[3 * groupCount + 2]);
        }
    }

    private void add(int from, int to, int at) {
        if (3 * groupCount == groups.length) {
            groups = Arrays.copyOf(groups, 2 * groups.length);
        }
        groups[3 * groupCount] = from;
        groups[3 * groupCount + 1] = to;
        groups[3 * groupCount + 2] = at;
        groupCount++;
    }

    /** Runs neighbours from one place on, until they wait or go different ways. */
    private void run(int from, int end, int start) {
        Instruction[] code = module.code();
        long left = MOST_INSTRUCTIONS / (end - from);
        int at = start;
        int to = end;
        while (true) {
            Instruction i = code[at++];
            try {
                switch (i.operation) {
                    case COMPUTE ->
                        i.loop()
                                .run(
                                        values,
                                        i.target * count + from,
                                        i.a * count + from,
                                        i.b * count + from,
                                        i.c * count + from,
                                        to - from);
                    case BARRIER, SHUFFLE, RETURN -> {
                        stop(from, to, at, i);
                        return;
                    }
                    case BRANCH, BRANCH_IF, BRANCH_UNLESS -> {
                        boolean jumps = jumps(i, from);
                        int same = from + 1;
                        while (same < to && jumps(i, same) == jumps) {
                            same++;
                        }
                        if (same < to) {
                            // The rest comes here once more, by itself.
                            add(same, to, at - 1);
                            to = same;
                        }
                        if (jumps) {
                            // Together with its place, the sum of all ways back says how many it has run.
                            left -= at - i.target;
                            at = i.target;
                            if (left < 0) {
                                throw new EmulationError("an endless loop");
                            }
                        }
                    }
                    case ACCESS -> i.access().run(this, from, to);
                    case GREATEST -> greatest(i, from, to);
                    case MARK -> Arrays.fill(set, i.target * count + from, i.target * count + to, true);
                    case CHECK -> check(i.target, from, to);
                }
            } catch (EmulationError e) {
                throw failure(i, from, e);
            }
        }
    }

    private void stop(int from, int to, int at, Instruction i) {
        Arrays.fill(next, from, to, at);
        Arrays.fill(waits, from, to, true);
        if (i.operation == Operation.RETURN) {
            Arrays.fill(ended, from, to, true);
        }
        if (i.operation == Operation.SHUFFLE) {
            Arrays.fill(shuffles, from, to, i);
        }
    }

    private boolean jumps(Instruction i, int thread) {
        return i.operation == Operation.BRANCH || value(i.a, thread) != 0 == (i.operation == Operation.BRANCH_IF);
    }

    /** Atomic, as threads take turns. */
    private void greatest(Instruction i, int from, int to) {
        for (int thread = from; thread < to; thread++) {
            long address = value(i.a, thread);
            if (address % Integer.BYTES != 0) {
                throw new EmulationError("misaligned: 4 bytes at " + Memory.hex(address));
            }
            Memory.Block block = memory.block(address, Integer.BYTES);
            int at = block.index(address, Integer.BYTES);
            if (watch != Watch.NONE) {
                Traces traces = block.traces();
                if (!traces.writesChunk(at >> Traces.CHUNK, time)
                        || !traces.writes(at, Integer.BYTES, Traces.ANY_ORDER, time)) {
                    throw new OrderMatters();
                }
                places[thread] = at;
                journal.add(block.bytes(), places, thread, thread + 1, Integer.BYTES, 1);
            }
            int before = (int) Memory.load(block.bytes(), at, Integer.BYTES);
            Memory.store(block.bytes(), at, Integer.BYTES, Math.max(before, (int) value(i.b, thread)));
        }
    }

    private void check(int register, int from, int to) {
        for (int thread = from; thread < to; thread++) {
            if (!set[register * count + thread]) {
                throw new EmulationError("register " + module.slots().register(register) + " is read before it is set");
            }
        }
    }

    /** The error, told with where it happened. */
    private EmulationError failure(Instruction i, int thread, EmulationError e) {
        return new EmulationError(
                module.entry() + ": thread " + thread + " of block "
                        + value(module.slots().block(), thread) + ": "
                        + module.lines().get(i.line) + ": " + e.getMessage(),
                e);
    }
}
