package tns.cuda.emulator;

import org.jspecify.annotations.Nullable;

/** One thread of a block: its registers, its place and how far it is. */
final class Lane {
    /** Bit patterns; 32-bit values in the low half, predicates as 0 and 1. */
    final long[] registers;

    private final boolean[] set;
    private final Module module;
    final Memory memory;
    final byte[] shared;
    final boolean[] sharedSet;
    final long[] arguments;
    final int thread;
    final int block;
    final int threads;
    final int blocks;
    int next;
    boolean ended;
    /** Whether it has come as far as it can without the others. */
    boolean waits;

    /** Where it waits, when that is a shuffle. */
    @Nullable
    Shuffle shuffle;

    Lane(
            Module module,
            Memory memory,
            byte[] shared,
            boolean[] sharedSet,
            long[] arguments,
            int thread,
            int block,
            int threads,
            int blocks) {
        this.module = module;
        this.memory = memory;
        this.shared = shared;
        this.sharedSet = sharedSet;
        this.arguments = arguments;
        this.thread = thread;
        this.block = block;
        this.threads = threads;
        this.blocks = blocks;
        registers = new long[module.registerCount()];
        set = new boolean[registers.length];
    }

    long get(int register) {
        if (!set[register]) {
            throw new EmulationError("register " + module.registerName(register) + " is read before it is set");
        }
        return registers[register];
    }

    void set(int register, long bits) {
        registers[register] = bits;
        set[register] = true;
    }

    Module module() {
        return module;
    }
}
