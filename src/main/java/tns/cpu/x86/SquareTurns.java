package tns.cpu.x86;

import java.util.Objects;

/** Turns squares of floats, rows into columns. Only where {@link Processor#isSuitable}; any thread may run it. */
public final class SquareTurns {
    /** Rows and columns of a square. */
    public static final int SIDE = TurnCode.SIDE;

    /** Squares of one call: the JVM waits for it before it collects garbage. */
    private static final int CALL_SQUARES = 1 << 12;

    private final NativeCode code = new NativeCode(TurnCode.write());

    /** Makes the code. */
    public SquareTurns() {}

    /**
     * Turns {@code squares} squares that lie side by side in x, one below the other in y: element c of row r, at {@code at +
     * r * row + c} in x, goes to {@code start + c * step + r} in y.
     *
     * @throws IndexOutOfBoundsException before anything is written, if an array is too short
     */
    public void run(float[] x, int at, int row, float[] y, int start, int step, int squares) {
        if (squares <= 0) {
            return;
        }
        check(x.length, at, (SIDE - 1L) * row, (long) squares * SIDE - 1);
        check(y.length, start, ((long) squares * SIDE - 1) * step, SIDE - 1L);
        long[] numbers = new long[TurnCode.NUMBERS];
        numbers[TurnCode.FROM_ROW] = (long) row * Float.BYTES;
        numbers[TurnCode.TO_ROW] = (long) step * Float.BYTES;
        for (int done = 0; done < squares; done += CALL_SQUARES) {
            numbers[TurnCode.SQUARES] = Math.min(CALL_SQUARES, squares - done);
            numbers[TurnCode.FROM] = (at + (long) done * SIDE) * Float.BYTES;
            numbers[TurnCode.TO] = (start + (long) done * SIDE * step) * Float.BYTES;
            code.run(numbers, x, y, null, null, null);
        }
    }

    /** Checks the first and the last element, whichever way the rows go. */
    private static void check(int length, int at, long rows, long within) {
        Objects.checkIndex(at + Math.min(0, rows), (long) length);
        Objects.checkIndex(at + Math.max(0, rows) + within, (long) length);
    }
}
