package tns.cpu.x86;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tns.expr.Lane;
import tns.expr.Program;

/** A program as one loop of machine code over arrays of the lane's type. Immutable; any thread may run it. */
public final class PointwiseLoop {
    /** Elements of one call: the JVM waits for it before it collects garbage. */
    private static final int CALL_ELEMENTS = 1 << 16;

    private final Program program;
    private final long uniforms;
    private final int operands;
    private final int width;
    private final NativeCode code;

    private PointwiseLoop(Program program, long uniforms, byte[] code) {
        this.program = program;
        this.uniforms = uniforms;
        operands = program.inputs() + program.outputs().size();
        width = program.lane().bits() / Byte.SIZE;
        this.code = new NativeCode(code);
    }

    /**
     * The loop of a program whose inputs in the bit set {@code uniforms} are one number each; null when it has steps or
     * operands that are not for machine code. Only where {@link Processor#isSuitable}.
     */
    public static @Nullable PointwiseLoop of(Program program, long uniforms) {
        int arrays = program.inputs() + program.outputs().size() - Long.bitCount(uniforms);
        if (!ProgramCode.fits(program) || program.inputs() > Long.SIZE || arrays > NativeCode.ARRAYS) {
            return null;
        }
        return new PointwiseLoop(program, uniforms, LoopCode.write(program, uniforms));
    }

    /**
     * Computes up to {@code n} elements; none if that is negative. Operand k, inputs first, is {@code arrays[k]} of the
     * lane's type from {@code at[k]}; an input that repeats is its one element there. An output may be the same array at the
     * same place as an input.
     *
     * @return how many have been computed: fewer where the next vector has an element that takes another way
     * @throws IndexOutOfBoundsException before anything is computed, if an array is too short
     */
    public int run(Object[] arrays, int[] at, int n) {
        if (n <= 0) {
            return n;
        }
        @Nullable Object[] varying = new @Nullable Object[NativeCode.ARRAYS];
        long[] numbers = new long[1 + operands];
        int count = 0;
        for (int k = 0; k < operands; k++) {
            boolean repeats = repeats(k);
            Objects.checkFromIndexSize(
                    at[k], repeats ? 1 : n, NativeCode.length(arrays[k], program.lane() == Lane.F64));
            if (repeats) {
                numbers[1 + k] = bits(arrays[k], at[k]);
            } else {
                numbers[1 + k] = (long) at[k] * width;
                varying[count++] = arrays[k];
            }
        }
        int done = 0;
        while (done < n) {
            int part = Math.min(CALL_ELEMENTS, n - done);
            numbers[0] = (long) part * width;
            code.run(numbers, varying);
            int computed = (int) (numbers[0] / width);
            done += computed;
            if (computed < part) {
                return done;
            }
            for (int k = 0; k < operands; k++) {
                numbers[1 + k] += repeats(k) ? 0 : (long) computed * width;
            }
        }
        return n;
    }

    private boolean repeats(int k) {
        return k < program.inputs() && (uniforms >> k & 1) != 0;
    }

    private static long bits(Object array, int at) {
        return array instanceof float[] floats
                ? Float.floatToRawIntBits(floats[at])
                : Double.doubleToRawLongBits(((double[]) array)[at]);
    }
}
