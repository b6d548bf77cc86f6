package tns.cpu;

/**
 * The innermost work of a matrix product for one element type, over arrays of that type.
 *
 * <p>A tile of {@link #rows} by {@link #columns} results is kept in registers while it runs along k.
 */
abstract class MatrixKernel {
    private final int rows;
    private final int columns;

    MatrixKernel(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
    }

    /** The most rows of a tile. */
    final int rows() {
        return rows;
    }

    /** The columns of a tile; edges are padded to it. */
    final int columns() {
        return columns;
    }

    /** A zeroed array of the element type. */
    abstract Object array(int size);

    /**
     * {@code c[i, j] = fma(a[i, p], b[p, j], …)} along p for {@code count} (at most {@link #rows}) rows i and all
     * {@link #columns} j, starting from {@code c[i, j]} when {@code add} and else from 0. Row i of a starts at {@code at
     * + i * aRow} and advances by {@code aStep}; row p of b lies at {@code bAt + p * bStep} without gaps.
     */
    abstract void tile(
            Object a,
            int at,
            int aRow,
            int aStep,
            Object b,
            int bAt,
            int bStep,
            Object c,
            int cAt,
            int cRow,
            int count,
            int steps,
            boolean add);

    /** Writes to {@code c[cAt]} the dot product of {@code n} elements without gaps of a and of b. */
    abstract void dot(Object a, int at, Object b, int bAt, int n, Object c, int cAt);

    /**
     * Copies {@code steps} lines of {@code width} elements into a panel whose lines have {@code padded} elements, the
     * rest of each line zero.
     */
    abstract void pack(
            Object source, int at, int step, int stride, int steps, int width, Object panel, int start, int padded);

    /** The kernel for float[], in vectors when the Vector API is there. */
    static MatrixKernel floats(boolean vectors) {
        return vectors ? VectorMatrixKernels.floats() : new PlainMatrixKernels.Floats(4, 64);
    }

    /** The kernel for double[], in vectors when the Vector API is there. */
    static MatrixKernel doubles(boolean vectors) {
        return vectors ? VectorMatrixKernels.doubles() : new PlainMatrixKernels.Doubles(4, 64);
    }

    /** The kernel for long[]; products and sums wrap round. */
    static MatrixKernel longs() {
        return new PlainMatrixKernels.Longs();
    }
}
