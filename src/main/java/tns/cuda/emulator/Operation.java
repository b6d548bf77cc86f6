package tns.cuda.emulator;

/** The kinds of instructions. */
enum Operation {
    /** Sets a register to a function of others. */
    COMPUTE,
    /** Loads or stores. */
    ACCESS,
    /** The atomic maximum in global memory. */
    GREATEST,
    BRANCH,
    BRANCH_IF,
    BRANCH_UNLESS,
    BARRIER,
    SHUFFLE,
    RETURN,
    /** Remembers that a register is set. */
    MARK,
    /** Asks whether a register is set. */
    CHECK
}
