package tns.expr;

/**
 * In which order the values of a row are folded: a machine of many threads gives each a share of the row.
 *
 * <p>The row is cut into pieces of {@code threads * groups * width} elements. In each, thread t has the elements {@code
 * (g * threads + t) * width + v}; it folds them in ascending order, starting anew in every piece, and folds the pieces
 * in turn. Then the threads' results are folded in pairs: with the thread whose number differs in one bit, for each bit
 * of the number within 32 from the highest to the lowest, and then so for the bits above.
 *
 * @param threads a power of two
 * @param groups the runs of elements that a thread has of a piece
 * @param width the length of a run
 */
public record RowLayout(int threads, int groups, int width) {
    /** Threads that exchange values without memory. */
    public static final int WARP = 32;

    /** The elements of a piece. */
    public int piece() {
        return threads * groups * width;
    }

    /** One after the other: the order of a single thread. */
    public static RowLayout sequential(int n) {
        return new RowLayout(1, 1, Math.max(1, n));
    }
}
