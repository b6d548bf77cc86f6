package tns.cpu.x86;

import java.util.Objects;

/**
 * Tiles of a matrix product, one below the other, as machine code: {@code c[i, j] = fma(a[i, p], b[p, j], …)} along p.
 * Immutable; any thread may run it.
 */
public final class MatrixStrip {
    /** Multiply-adds of one call: the JVM waits for it before it collects garbage. */
    private static final long CALL_STEPS = 1 << 24;

    private final NativeCode code;
    private final int rows;
    private final int vectors;
    private final int width;

    private MatrixStrip(boolean wide, int rows, int vectors, boolean ragged, boolean adds) {
        this.rows = rows;
        this.vectors = vectors;
        width = wide ? Double.BYTES : Float.BYTES;
        code = new NativeCode(StripCode.write(wide, rows, vectors, ragged, adds));
    }

    /**
     * Tiles of so many rows of so many vectors. Only where {@link Processor#isSuitable}.
     *
     * @param wide of doubles, else of floats
     * @param ragged whether the last vector of a row may be partly filled
     * @param adds whether c is added to, else written
     * @throws IllegalArgumentException for tiles with more vectors than there are registers
     */
    public static MatrixStrip of(boolean wide, int rows, int vectors, boolean ragged, boolean adds) {
        if (rows < 1 || vectors < 1 || !StripCode.fits(rows, vectors)) {
            throw new IllegalArgumentException("no registers for " + rows + " rows of " + vectors + " vectors");
        }
        return new MatrixStrip(wide, rows, vectors, ragged, adds);
    }

    /** Elements of a vector. */
    public static int lanes(boolean wide) {
        return Assembler.VECTOR / (wide ? Double.BYTES : Float.BYTES);
    }

    /**
     * Computes {@code tiles} tiles of so many columns. Row i of a starts at {@code aAt + i * aRow} and advances by {@code
     * aStep}; row p of b lies at {@code bAt + p * bRow} and row i of c at {@code cAt + i * cRow}, both without gaps.
     *
     * @throws IndexOutOfBoundsException before anything is computed, if an array is too short
     */
    public void run(
            Object a,
            int aAt,
            int aRow,
            int aStep,
            Object b,
            int bAt,
            int bRow,
            Object c,
            int cAt,
            int cRow,
            int tiles,
            int columns,
            int steps) {
        if (tiles <= 0) {
            return;
        }
        long[] numbers = numbers(a, aAt, aRow, aStep, b, bAt, bRow, c, cAt, cRow, tiles, columns, steps);
        int most = (int) Math.max(1, CALL_STEPS / ((long) rows * columns * Math.max(1, steps)));
        for (int tile = 0; tile < tiles; tile += most) {
            numbers[StripCode.TILES] = Math.min(most, tiles - tile);
            numbers[StripCode.A] = ((long) aAt + (long) tile * rows * aRow) * width;
            numbers[StripCode.C] = ((long) cAt + (long) tile * rows * cRow) * width;
            code.run(numbers, a, b, c, null, null);
        }
    }

    /**
     * The same on matrices that stay where they are, to be done again and again; of a few tiles, which are one call.
     *
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public Runnable bind(
            Object a,
            int aAt,
            int aRow,
            int aStep,
            Object b,
            int bAt,
            int bRow,
            Object c,
            int cAt,
            int cRow,
            int tiles,
            int columns,
            int steps) {
        long[] numbers = numbers(a, aAt, aRow, aStep, b, bAt, bRow, c, cAt, cRow, tiles, columns, steps);
        numbers[StripCode.TILES] = tiles;
        numbers[StripCode.A] = (long) aAt * width;
        numbers[StripCode.C] = (long) cAt * width;
        return () -> code.run(numbers, a, b, c, null, null);
    }

    /** What all tiles of a product are given, once its elements are known to be there. */
    private long[] numbers(
            Object a,
            int aAt,
            int aRow,
            int aStep,
            Object b,
            int bAt,
            int bRow,
            Object c,
            int cAt,
            int cRow,
            int tiles,
            int columns,
            int steps) {
        int lanes = Assembler.VECTOR / width;
        int height = tiles * rows;
        int last = columns - (vectors - 1) * lanes;
        Objects.checkIndex(last - 1, lanes);
        if (steps > 0) {
            check(a, aAt, (long) (height - 1) * aRow, (long) (steps - 1) * aStep);
            check(b, bAt, (long) (steps - 1) * bRow, columns - 1);
        }
        check(c, cAt, (long) (height - 1) * cRow, columns - 1);
        long[] numbers = new long[StripCode.NUMBERS];
        numbers[StripCode.A_ROW] = (long) aRow * width;
        numbers[StripCode.A_STEP] = (long) aStep * width;
        numbers[StripCode.B_ROW] = (long) bRow * width;
        numbers[StripCode.C_ROW] = (long) cRow * width;
        numbers[StripCode.A_TILE] = (long) rows * aRow * width;
        numbers[StripCode.STEPS] = steps;
        numbers[StripCode.LAST] = (long) last * width;
        numbers[StripCode.B] = (long) bAt * width;
        return numbers;
    }

    /** Checks the first and the last element, whichever way two distances go. */
    private void check(Object array, int at, long one, long other) {
        long length = NativeCode.length(array, width == Double.BYTES);
        Objects.checkIndex(at + Math.min(0, one) + Math.min(0, other), length);
        Objects.checkIndex(at + Math.max(0, one) + Math.max(0, other), length);
    }
}
