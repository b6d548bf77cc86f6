package tns.cuda.emulator;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * Runs kernels block by block: the threads of a block one after the other, each up to the next barrier or shuffle, or
 * what comes to the same, side by side.
 *
 * <p>Side by side, each instruction is looked at once for all threads that stand there, and not once for each, which is
 * most of the time. It comes to the same unless one thread reads or writes a place in memory that another writes before
 * the next barrier. Then, and after any error, all stores of the block are undone, and its threads run in their order.
 */
public final class Emulator {
    /** Threads of a warp. */
    static final int WARP = 32;

    /** In which order the threads of a block and the blocks of a grid take their turns. */
    public enum Order {
        FORWARD,
        REVERSED,
        RANDOM
    }

    private final Memory memory;
    private final Order order;
    private final Random random;
    /** Room for the values of all threads of a block, used by one launch after the other. */
    private long[] values = new long[0];
    /** How to watch a kernel, where the quick way has not done. */
    private final Map<Module, Watch> watches = new HashMap<>();

    /** Counts the stretches of time between barriers or shuffles. */
    private long time;

    /**
     * A machine with this memory.
     *
     * @param seed of the order, when that is random
     */
    public Emulator(Memory memory, Order order, long seed) {
        this.memory = memory;
        this.order = order;
        this.random = new Random(seed);
    }

    /**
     * Runs a grid of {@code blocks} blocks of {@code threads} threads.
     *
     * @param arguments the parameters in order, 32-bit ones in the low half
     * @throws EmulationError for whatever a device would fault at or leave open
     */
    public void launch(Module module, int blocks, int threads, long[] arguments) {
        if (arguments.length != module.parameters().size()) {
            throw new EmulationError(
                    module.entry() + " takes " + module.parameters().size() + " parameters, not " + arguments.length);
        }
        int room = Math.multiplyExact(module.slots().count(), threads);
        if (values.length < room) {
            values = new long[room];
        }
        Threads all = new Threads(module, memory, blocks, threads, arguments, values);
        for (int block : turns(blocks)) {
            run(module, all, block);
        }
    }

    /** Side by side where the order of threads does not matter; otherwise from the start in that order. */
    private void run(Module module, Threads threads, int block) {
        Watch watch = watches.getOrDefault(module, Watch.CHUNKS);
        while (true) {
            threads.start(block, watch);
            try {
                toEnd(module, threads, watch != Watch.NONE);
                return;
            } catch (Threads.OrderMatters e) {
                watch = watch == Watch.CHUNKS ? Watch.WORDS : Watch.NONE;
                watches.put(module, watch);
            } catch (EmulationError e) {
                if (watch == Watch.NONE) {
                    throw e;
                }
                watch = Watch.NONE;
            }
            threads.undo();
        }
    }

    private void toEnd(Module module, Threads threads, boolean together) {
        boolean more = true;
        while (more) {
            do {
                threads.now(++time);
                if (together) {
                    threads.runAll();
                } else {
                    for (int turn : turns(threads.count)) {
                        if (!threads.waits[turn]) {
                            threads.runOne(turn);
                        }
                    }
                }
            } while (module.waits() && exchange(module, threads));
            int ended = 0;
            for (boolean one : threads.ended) {
                ended += one ? 1 : 0;
            }
            if (ended != 0 && ended != threads.count) {
                throw new EmulationError(module.entry() + ": " + ended + " of " + threads.count
                        + " threads ended while the others wait at a barrier");
            }
            more = ended == 0;
            threads.pass();
        }
    }

    /** Lets the warps that wait at a shuffle go on; answers whether there were any. */
    private static boolean exchange(Module module, Threads threads) {
        boolean any = false;
        for (int first = 0; first < threads.count; first += WARP) {
            int count = Math.min(WARP, threads.count - first);
            int shuffling = 0;
            for (int i = first; i < first + count; i++) {
                shuffling += threads.shuffle(i) != null && threads.areAtOne(i, first) ? 1 : 0;
            }
            Instruction shuffle = threads.shuffle(first);
            if (shuffle == null && shuffling == 0) {
                continue;
            }
            if (shuffle == null || shuffling != WARP) {
                throw new EmulationError(module.entry() + ": not all of a warp come to one shuffle");
            }
            long[] given = new long[count];
            for (int i = 0; i < count; i++) {
                given[i] = threads.value(shuffle.a, first + i) & 0xFFFF_FFFFL;
            }
            for (int i = 0; i < count; i++) {
                threads.take(first + i, shuffle, given[i ^ shuffle.mask]);
            }
            any = true;
        }
        return any;
    }

    private int[] turns(int count) {
        int[] turns = new int[count];
        for (int i = 0; i < count; i++) {
            turns[i] = order == Order.REVERSED ? count - 1 - i : i;
        }
        for (int i = count - 1; order == Order.RANDOM && i > 0; i--) {
            int j = random.nextInt(i + 1);
            int turn = turns[i];
            turns[i] = turns[j];
            turns[j] = turn;
        }
        return turns;
    }
}
