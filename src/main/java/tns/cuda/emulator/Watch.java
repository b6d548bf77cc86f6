package tns.cuda.emulator;

/** How it is watched whether the order of the threads of a block matters. */
enum Watch {
    /** No chunk of memory may be both read and written between two barriers: quick, and enough for most kernels. */
    CHUNKS,
    /** No word may be read by one thread and written by another, as in kernels that work in place. */
    WORDS,
    /** Not at all, as threads run one by one. */
    NONE
}
