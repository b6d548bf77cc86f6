package tns.cuda;

/** How many blocks a kernel is launched with whose threads walk over numbers in strides of the grid. */
final class Grid {
    /** Blocks for each multiprocessor: as many as can be there together, and as many again for an even end. */
    private static final int BLOCKS_EACH = 16;

    private Grid() {}

    /** For {@code count} numbers, at least 1, in blocks of {@code threads}. */
    static int blocks(Stream stream, int count, int threads) {
        return Math.min((count - 1) / threads + 1, BLOCKS_EACH * stream.multiprocessors());
    }
}
