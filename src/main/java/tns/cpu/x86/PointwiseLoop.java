package tns.cpu.x86;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tns.expr.Lane;
import tns.expr.Program;

/** A program as one loop of machine code over arrays of the lane's type. Immutable; any thread may run it. */
public final class PointwiseLoop {
    /** Elements of one call: the JVM waits for it before it collects garbage. */
    private static final int CALL_ELEMENTS = 1 << 16;

    private final Program program;
    private final long uniforms;
    private final int[] same;
    private final int operands;
    private final int width;
    private final NativeCode code;

    private PointwiseLoop(Program program, long uniforms, int[] same, byte[] code) {
        this.program = program;
        this.uniforms = uniforms;
        this.same = same;
        operands = program.inputs() + program.outputs().size();
        width = program.lane().bits() / Byte.SIZE;
        this.code = new NativeCode(code);
    }

    /**
     * The loop of a program whose inputs in the bit set {@code uniforms} are one number each; null when it has steps or
     * operands that are not for machine code. Only where {@link Processor#isSuitable}.
     */
    public static @Nullable PointwiseLoop of(Program program, long uniforms) {
        int[] own = new int[program.inputs() + program.outputs().size()];
        Arrays.setAll(own, k -> k);
        return of(program, uniforms, own);
    }

    /**
     * The same for operands some of which are the same array from the same place.
     *
     * @param same for each operand the first one that is: itself where it is that
     */
    public static @Nullable PointwiseLoop of(Program program, long uniforms, int[] same) {
        int arrays = 0;
        for (int k = 0; k < same.length; k++) {
            boolean varies = k >= program.inputs() || (uniforms >> k & 1) == 0;
            arrays += varies && same[k] == k ? 1 : 0;
        }
        if (!ProgramCode.fits(program) || program.inputs() > Long.SIZE || arrays > NativeCode.ARRAYS) {
            return null;
        }
        return new PointwiseLoop(program, uniforms, same.clone(), LoopCode.write(program, uniforms, same));
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
        long[] numbers = numbers(arrays, at, n, varying);
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

    /** What the code is given for {@code n} elements, once they are known to be there; the arrays go to {@code varying}. */
    private long[] numbers(Object[] arrays, int[] at, int n, @Nullable Object[] varying) {
        long[] numbers = new long[1 + operands];
        int count = 0;
        for (int k = 0; k < operands; k++) {
            boolean repeats = repeats(k);
            Objects.checkFromIndexSize(
                    at[k], repeats ? 1 : n, NativeCode.length(arrays[k], program.lane() == Lane.F64));
            if (repeats) {
                numbers[1 + k] = bits(arrays[k], at[k]);
                continue;
            }
            numbers[1 + k] = (long) at[k] * width;
            if (same[k] == k) {
                varying[count++] = arrays[k];
            } else if (arrays[same[k]] != arrays[k] || at[same[k]] != at[k]) {
                throw new IllegalArgumentException("operands " + same[k] + " and " + k + " are in two places");
            }
        }
        return numbers;
    }

    /**
     * The computation of the same few elements, at most {@link #CALL_ELEMENTS}, again and again: operands as for {@link #run}.
     *
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public Bound bind(Object[] arrays, int[] at, int n) {
        Objects.checkIndex(n, CALL_ELEMENTS + 1);
        return new Bound(arrays.clone(), at.clone(), n);
    }

    /** A run whose operands stay where they are; one thread at a time. */
    public final class Bound {
        private final long bytes;
        private final long[] numbers;
        private final @Nullable Object[] varying = new @Nullable Object[NativeCode.ARRAYS];
        private final Object[] arrays;
        private final int[] at;
        /** The operands that are one number each, which may be another at every run. */
        private final int[] repeated;

        private Bound(Object[] arrays, int[] at, int n) {
            this.arrays = arrays;
            this.at = at;
            bytes = (long) n * width;
            numbers = numbers(arrays, at, n, varying);
            repeated = IntStream.range(0, operands).filter(k -> repeats(k)).toArray();
        }

        /** Computes the elements; as {@link PointwiseLoop#run}, it returns how many have been. */
        public int run() {
            numbers[0] = bytes;
            for (int k : repeated) {
                numbers[1 + k] = bits(arrays[k], at[k]);
            }
            code.run(numbers, varying);
            return (int) (numbers[0] / width);
        }
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
