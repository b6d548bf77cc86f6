package tns.cuda.emulator;

import java.util.Random;

/** Runs kernels block by block: the threads of a block one after the other, each up to the next barrier or shuffle. */
public final class Emulator {
    /** A kernel of this project ends long before; what does not is caught in an endless loop. */
    private static final long MOST_INSTRUCTIONS = 1L << 28;

    /** In which order the threads of a block and the blocks of a grid take their turns. */
    public enum Order {
        FORWARD,
        REVERSED,
        RANDOM
    }

    private final Memory memory;
    private final Order order;
    private final Random random;

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
        for (int block : turns(blocks)) {
            Block run = new Block(module, block, blocks, threads, arguments);
            run.toEnd();
        }
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

    /** One block on its way. */
    private final class Block {
        private final Module module;
        private final Lane[] lanes;

        Block(Module module, int block, int blocks, int threads, long[] arguments) {
            this.module = module;
            byte[] shared = new byte[module.sharedBytes()];
            boolean[] sharedSet = new boolean[shared.length];
            lanes = new Lane[threads];
            for (int i = 0; i < threads; i++) {
                lanes[i] = new Lane(module, memory, shared, sharedSet, arguments, i, block, threads, blocks);
            }
        }

        void toEnd() {
            boolean more = true;
            while (more) {
                do {
                    for (int turn : turns(lanes.length)) {
                        if (!lanes[turn].waits) {
                            toBarrier(lanes[turn]);
                        }
                    }
                } while (exchange());
                int ended = 0;
                for (Lane lane : lanes) {
                    ended += lane.ended ? 1 : 0;
                    lane.waits = false;
                }
                if (ended != 0 && ended != lanes.length) {
                    throw new EmulationError(module.entry() + ": " + ended + " of " + lanes.length
                            + " threads ended while the others wait at a barrier");
                }
                more = ended == 0;
            }
        }

        /** Lets the warps that wait at a shuffle go on; answers whether there were any. */
        private boolean exchange() {
            boolean any = false;
            for (int first = 0; first < lanes.length; first += Shuffle.WARP) {
                int count = Math.min(Shuffle.WARP, lanes.length - first);
                int shuffling = 0;
                for (int i = first; i < first + count; i++) {
                    shuffling += lanes[i].shuffle != null && lanes[i].next == lanes[first].next ? 1 : 0;
                }
                Shuffle shuffle = lanes[first].shuffle;
                if (shuffle == null && shuffling == 0) {
                    continue;
                }
                if (shuffle == null || shuffling != Shuffle.WARP) {
                    throw new EmulationError(module.entry() + ": not all of a warp come to one shuffle");
                }
                long[] given = new long[count];
                for (int i = 0; i < count; i++) {
                    given[i] = shuffle.given(lanes[first + i]);
                }
                for (int i = 0; i < count; i++) {
                    Lane lane = lanes[first + i];
                    shuffle.take(lane, given[shuffle.partner(i)]);
                    lane.shuffle = null;
                    lane.waits = false;
                }
                any = true;
            }
            return any;
        }

        private void toBarrier(Lane lane) {
            for (long left = MOST_INSTRUCTIONS; left > 0; left--) {
                int at = lane.next++;
                Instruction instruction = module.instructions().get(at);
                if (instruction == Instruction.BARRIER || instruction instanceof Shuffle) {
                    lane.shuffle = instruction instanceof Shuffle shuffle ? shuffle : null;
                    lane.waits = true;
                    return;
                }
                try {
                    instruction.run(lane);
                } catch (EmulationError e) {
                    throw new EmulationError(
                            module.entry() + ": thread " + lane.thread + " of block " + lane.block + ": "
                                    + module.lines().get(at) + ": " + e.getMessage(),
                            e);
                }
                if (lane.ended) {
                    lane.waits = true;
                    return;
                }
            }
            throw new EmulationError(module.entry() + ": an endless loop");
        }
    }
}
