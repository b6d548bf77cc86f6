package tns.cuda.emulator;

/** One decoded instruction. */
@FunctionalInterface
interface Instruction {
    /** A thread that runs it waits here until the whole block has come. */
    Instruction BARRIER = lane -> {};

    /** The thread ends. */
    Instruction RETURN = lane -> lane.ended = true;

    /** Changes the lane; jumps by setting {@code lane.next}. */
    void run(Lane lane);
}
