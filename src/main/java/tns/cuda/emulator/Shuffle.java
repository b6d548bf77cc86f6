package tns.cuda.emulator;

/**
 * {@code shfl.sync.bfly.b32}: the threads of a warp wait for each other, and each takes the value of the one whose
 * number differs in the bits of a mask.
 */
final class Shuffle implements Instruction {
    /** Threads of a warp. */
    static final int WARP = 32;

    private final int target;
    private final Operand value;
    private final int mask;

    Shuffle(int target, Operand value, int mask) {
        this.target = target;
        this.value = value;
        this.mask = mask;
    }

    /** What the lane gives to the other. */
    long given(Lane lane) {
        return value.of(lane) & 0xFFFF_FFFFL;
    }

    /** Which thread of the warp gives to thread {@code lane}. */
    int partner(int lane) {
        return lane ^ mask;
    }

    void take(Lane lane, long bits) {
        lane.set(target, bits);
    }

    @Override
    public void run(Lane lane) {
        throw new EmulationError("a shuffle under a predicate leaves threads without a partner");
    }
}
