package tns.cpu;

/** The innermost work of a matrix product for one element type, over arrays of that type, tile by tile. */
abstract class MatrixKernel {
    private final Tiling tiling;

    /** Arrays of the element type for panels and the like. */
    private final Scratch<Object> scratch = new Scratch<>(this::array);

    MatrixKernel(Tiling tiling) {
        this.tiling = tiling;
    }

    final Tiling tiling() {
        return tiling;
    }

    /** See {@link Scratch}. */
    final Scratch<Object> scratch() {
        return scratch;
    }

    /** An array of at least so many elements, the first of them zeros, to be given back as the size it was asked for. */
    final Object lendZeroed(int size) {
        Object array = scratch.lend(size);
        clear(array, size);
        return array;
    }

    /** Sets the first {@code size} elements to zero. */
    abstract void clear(Object array, int size);

    /** A zeroed array of the element type. */
    abstract Object array(int size);

    /**
     * {@code c[i, j] = fma(a[i, p], b[p, j], …)} along p for {@code rows} rows i and {@code columns} columns j, both at
     * least 1 and the columns at most {@link Tiling#mostColumns}, starting from {@code c[i, j]} when {@code add} and else from
     * 0. Row i of a starts at {@code at + i * aRow} and advances by {@code aStep}; row p of b lies at
     * {@code bAt + p * bRow} and row i of c at {@code cAt + i * cRow}, both without gaps.
     */
    abstract void strip(
            Object a,
            int at,
            int aRow,
            int aStep,
            Object b,
            int bAt,
            int bRow,
            Object c,
            int cAt,
            int cRow,
            int rows,
            int columns,
            int steps,
            boolean add);

    /** Whether a strip is as fast where rows of a lie along k as where they are packed. */
    boolean isFastByLines() {
        return false;
    }

    /** Writes to {@code c[cAt]} the dot product of {@code n} elements without gaps of a and of b. */
    abstract void dot(Object a, int at, Object b, int bAt, int n, Object c, int cAt);

    /**
     * {@code y[j] = fma(w[wAt + t], x[offsets[t] + j], …)} along t from 0, for n results j, n a multiple of
     * {@link PlainTaps#RUN}.
     */
    abstract void taps(Object x, int[] offsets, Object w, int wAt, Object y, int n);

    /**
     * {@code y[at + t] = Σ g[j] * x[offsets[t] + j]} over n elements j, n a multiple of {@link PlainTaps#RUN}; the order is
     * this kernel's own.
     */
    abstract void tapProducts(Object g, Object x, int[] offsets, Object y, int at, int n);

    /**
     * Copies {@code steps} lines of {@code width} elements, {@code step} apart and their elements {@code stride} apart,
     * into lines without gaps that are {@code row} apart.
     */
    abstract void pack(
            Object source, int at, int step, int stride, int steps, int width, Object target, int start, int row);

    /**
     * Copies {@code steps} lines of so many columns without gaps, {@code step} apart, into panels of {@code width} columns
     * that lie one after the other, the last one narrower where it must be.
     */
    void panels(Object source, int at, int step, int steps, int columns, Object panels, int start, int width) {
        for (int p = 0; p < steps; p++) {
            for (int column = 0; column < columns; column += width) {
                int used = Math.min(width, columns - column);
                System.arraycopy(source, at + p * step + column, panels, start + column * steps + p * used, used);
            }
        }
    }

    /** How floats are multiplied. */
    enum Kind {
        /** In plain Java. */
        PLAIN,
        /** In vectors, by code that is made and compiled in the background; in plain Java until it is ready. */
        VECTORS,
        /** In vectors from the first product on, compiled or not. */
        VECTORS_AT_ONCE;

        /** Whether vectors are wanted and the Vector API is there. */
        private boolean usesVectors() {
            return this != PLAIN && VectorModule.load();
        }
    }

    /** The kernel for float[]; {@code machine} says when its tiles are machine code. */
    static MatrixKernel floats(Kind kind, MachineCode machine) {
        return kind.usesVectors()
                ? VectorMatrixKernels.floats(kind, machine)
                : new PlainMatrixKernels.Floats(PlainMatrixKernels.TILING);
    }

    /** The kernel for double[], likewise. */
    static MatrixKernel doubles(Kind kind, MachineCode machine) {
        return kind.usesVectors()
                ? VectorMatrixKernels.doubles(kind, machine)
                : new PlainMatrixKernels.Doubles(PlainMatrixKernels.TILING);
    }

    /** The kernel for long[]; products and sums wrap round. */
    static MatrixKernel longs() {
        return new PlainMatrixKernels.Longs();
    }
}
