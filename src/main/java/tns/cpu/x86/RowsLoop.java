package tns.cpu.x86;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tns.expr.Lane;
import tns.expr.Program;
import tns.expr.RowLayout;
import tns.expr.RowProgram;

/** A row program as one function of machine code over arrays of the lane's type. Immutable; any thread may run it. */
public final class RowsLoop {
    /** Elements of one call: the JVM waits for it before it collects garbage. */
    private static final int CALL_ELEMENTS = 1 << 16;

    /** The most values, which have places on the stack. */
    private static final int MOST_VALUES = 64;

    private final RowProgram program;
    private final RowPlan plan;
    private final RowLayout layout;
    /** The values that have an array of their own, in order. */
    private final int[] placed;

    private final NativeCode code;

    private RowsLoop(RowProgram program, RowPlan plan, RowLayout layout, int[] placed) {
        this.program = program;
        this.plan = plan;
        this.layout = layout;
        this.placed = placed;
        code = new NativeCode(RowsCode.write(program, plan, layout));
    }

    /**
     * The code of a program; null when it has steps, values or operands that are not for machine code. Only where {@link
     * Processor#isSuitable}.
     */
    public static @Nullable RowsLoop of(RowProgram program, RowPlan plan, RowLayout layout) {
        List<RowProgram.Value> values = program.values();
        int[] placed =
                IntStream.range(0, values.size()).filter(k -> plan.of(k) == k).toArray();
        boolean fits = values.stream().allMatch(value -> switch (value) {
            case RowProgram.Mapped(RowProgram.Extent _, Program f) -> fits(f);
            case RowProgram.Folded(RowProgram.Fold _, Program f) -> fits(f);
            default -> true;
        });
        return fits && values.size() <= MOST_VALUES && placed.length <= NativeCode.ARRAYS
                ? new RowsLoop(program, plan, layout, placed)
                : null;
    }

    private static boolean fits(Program f) {
        return ProgramCode.fits(f) && !ProgramCode.mayStop(f);
    }

    /**
     * Computes {@code count} rows of {@code n} elements, at least one; none if there are none.
     *
     * @param arrays of the lane's type, for each value that has one of its own by the plan
     * @param at where in them the first row's begin
     * @throws IndexOutOfBoundsException before anything is computed, if an array is too short
     */
    public void run(Object[] arrays, int[] at, int count, int n) {
        int width = program.lane().bits() / Byte.SIZE;
        @Nullable Object[] given = new @Nullable Object[NativeCode.ARRAYS];
        long[] numbers = new long[RowsCode.ARRAYS + placed.length];
        numbers[RowsCode.BYTES] = (long) n * width;
        numbers[RowsCode.PIECE] = (long) layout.piece() * width;
        numbers[RowsCode.LENGTH] =
                program.lane() == Lane.F32 ? Float.floatToRawIntBits(n) : Double.doubleToRawLongBits(n);
        for (int i = 0; i < placed.length; i++) {
            int k = placed[i];
            given[i] = arrays[k];
            int length = NativeCode.length(arrays[k], program.lane() == Lane.F64);
            if (count > 0) {
                Objects.checkFromIndexSize(at[k], plan.size(k, count, n), length);
            }
        }
        int most = Math.max(1, CALL_ELEMENTS / Math.max(1, n));
        for (int row = 0; row < count; row += most) {
            numbers[RowsCode.ROWS] = Math.min(most, count - row);
            for (int i = 0; i < placed.length; i++) {
                int k = placed[i];
                numbers[RowsCode.ARRAYS + i] = ((long) at[k] + (long) row * plan.step(k, n)) * width;
            }
            code.run(numbers, given);
        }
    }
}
