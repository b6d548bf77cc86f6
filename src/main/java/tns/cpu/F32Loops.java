package tns.cpu;

import java.util.Arrays;
import tns.expr.Opcode;
import tns.expr.PiOverTwo;
import tns.expr.Program;
import tns.expr.StepF32;

/**
 * The F32 lane in plain Java: every machine step is a loop of its own, which the compiler turns into vector code where
 * it can (arithmetic, fma, roundings; not comparisons, selections and bit operations).
 *
 * <p>Comparisons and selects choose among bits and not among numbers, as the compiler makes a choice among integers without
 * a branch: what they depend on is often as good as random, and a branch guessed wrong costs ten times what the loop does
 * otherwise (4.1 ns an element and not 0.4, AMD EPYC, 2026-11-27).
 */
class F32Loops extends Loops<float[]> {
    /** The bits of 1. */
    private static final int ONE = Float.floatToRawIntBits(1);

    F32Loops(int blockLength, int uniformLength) {
        super(blockLength, uniformLength);
    }

    @Override
    final float[] allocate(int length) {
        return new float[length];
    }

    @Override
    final float[][] allocateSlots(int count) {
        return new float[count][];
    }

    @Override
    final int repeatConstant(float[] uniform, int alike, Program program, int slot, int n) {
        return repeat(uniform, alike, program.floatConstant(slot), n);
    }

    @Override
    final int repeat(float[] uniform, int alike, Object source, int at, int n) {
        return repeat(uniform, alike, ((float[]) source)[at], n);
    }

    private static int repeat(float[] uniform, int alike, float value, int n) {
        if (alike >= n && Float.floatToRawIntBits(uniform[0]) == Float.floatToRawIntBits(value)) {
            return alike;
        }
        Arrays.fill(uniform, 0, n, value);
        return n;
    }

    @Override
    final void fill(float[] target, float[] uniform, int n) {
        Arrays.fill(target, 0, n, uniform[0]);
    }

    @Override
    final void load(float[] target, Walk source, int start, int n) {
        Object array = source.array();
        source.forEachRun(
                start, n, (position, stride, at, count) -> Transfer.load(target, at, count, array, position, stride));
    }

    @Override
    final void store(float[] source, Walk target, int start, int n) {
        Object array = target.array();
        target.forEachRun(
                start, n, (position, stride, at, count) -> Transfer.store(source, at, count, array, position, stride));
    }

    @Override
    void apply(Opcode op, float[] target, float[] a, float[] b, float[] c, int n) {
        switch (op) {
            case SQRT -> sqrt(target, a, n);
            case NEG -> neg(target, a, n);
            case ABS -> abs(target, a, n);
            case FLOOR -> floor(target, a, n);
            case CEIL -> ceil(target, a, n);
            case TRUNC -> trunc(target, a, n);
            case RINT -> rint(target, a, n);
            case PI2_REMAINDER -> remainder(target, a, n);
            case PI2_QUADRANT -> quadrant(target, a, n);
            case ADD -> add(target, a, b, n);
            case SUB -> sub(target, a, b, n);
            case MUL -> mul(target, a, b, n);
            case DIV -> div(target, a, b, n);
            case MIN -> min(target, a, b, n);
            case MAX -> max(target, a, b, n);
            case LT -> lt(target, a, b, n);
            case LE -> le(target, a, b, n);
            case EQ -> eq(target, a, b, n);
            case NE -> ne(target, a, b, n);
            case BITS_ADD -> bitsAdd(target, a, b, n);
            case BITS_SUB -> bitsSub(target, a, b, n);
            case BITS_MUL -> bitsMul(target, a, b, n);
            case BITS_AND -> bitsAnd(target, a, b, n);
            case BITS_OR -> bitsOr(target, a, b, n);
            case BITS_XOR -> bitsXor(target, a, b, n);
            case BITS_SHL -> bitsShl(target, a, b, n);
            case BITS_SHR -> bitsShr(target, a, b, n);
            case BITS_USHR -> bitsUshr(target, a, b, n);
            case FMOD -> fmod(target, a, b, n);
            case FMA -> fma(target, a, b, c, n);
            case SELECT -> select(target, a, b, c, n);
            case POW -> throw new IllegalArgumentException(op + " is a step of integer lanes");
        }
    }

    private static void sqrt(float[] d, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = (float) Math.sqrt(a[i]);
        }
    }

    private static void neg(float[] d, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = -a[i];
        }
    }

    private static void abs(float[] d, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.abs(a[i]);
        }
    }

    private static void floor(float[] d, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = (float) Math.floor(a[i]);
        }
    }

    private static void ceil(float[] d, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = (float) Math.ceil(a[i]);
        }
    }

    private static void trunc(float[] d, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = StepF32.trunc(a[i]);
        }
    }

    private static void rint(float[] d, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = (float) Math.rint(a[i]);
        }
    }

    private static void remainder(float[] d, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = PiOverTwo.remainder(a[i]);
        }
    }

    private static void quadrant(float[] d, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Float.intBitsToFloat(PiOverTwo.quadrant(a[i]));
        }
    }

    private static void add(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] + b[i];
        }
    }

    private static void sub(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] - b[i];
        }
    }

    private static void mul(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] * b[i];
        }
    }

    private static void div(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] / b[i];
        }
    }

    private static void min(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = StepF32.min(a[i], b[i]);
        }
    }

    private static void max(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = StepF32.max(a[i], b[i]);
        }
    }

    private static float truth(boolean holds) {
        return Float.intBitsToFloat(holds ? ONE : 0);
    }

    private static void lt(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = truth(a[i] < b[i]);
        }
    }

    private static void le(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = truth(a[i] <= b[i]);
        }
    }

    private static void eq(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = truth(a[i] == b[i]);
        }
    }

    private static void ne(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = truth(a[i] != b[i]);
        }
    }

    private static void bitsAdd(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Float.intBitsToFloat(Float.floatToRawIntBits(a[i]) + Float.floatToRawIntBits(b[i]));
        }
    }

    private static void bitsSub(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Float.intBitsToFloat(Float.floatToRawIntBits(a[i]) - Float.floatToRawIntBits(b[i]));
        }
    }

    private static void bitsMul(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Float.intBitsToFloat(Float.floatToRawIntBits(a[i]) * Float.floatToRawIntBits(b[i]));
        }
    }

    private static void bitsAnd(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Float.intBitsToFloat(Float.floatToRawIntBits(a[i]) & Float.floatToRawIntBits(b[i]));
        }
    }

    private static void bitsOr(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Float.intBitsToFloat(Float.floatToRawIntBits(a[i]) | Float.floatToRawIntBits(b[i]));
        }
    }

    private static void bitsXor(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Float.intBitsToFloat(Float.floatToRawIntBits(a[i]) ^ Float.floatToRawIntBits(b[i]));
        }
    }

    private static void bitsShl(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Float.intBitsToFloat(Float.floatToRawIntBits(a[i]) << Float.floatToRawIntBits(b[i]));
        }
    }

    private static void bitsShr(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Float.intBitsToFloat(Float.floatToRawIntBits(a[i]) >> Float.floatToRawIntBits(b[i]));
        }
    }

    private static void bitsUshr(float[] d, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Float.intBitsToFloat(Float.floatToRawIntBits(a[i]) >>> Float.floatToRawIntBits(b[i]));
        }
    }

    /** Also called by the vector loops, so that operands may be uniforms. */
    private static void fmod(float[] d, float[] a, float[] b, int n) {
        int maskA = a.length < d.length ? 0 : -1;
        int maskB = b.length < d.length ? 0 : -1;
        for (int i = 0; i < n; i++) {
            d[i] = fmod(a[i & maskA], b[i & maskB]);
        }
    }

    /**
     * What {@code a % b} is, which takes the JVM 8 ns. In doubles a quotient below 2^29 times b is exact, and so is what it
     * leaves; the quotient may be one too great where the division was rounded up to it.
     */
    static float fmod(float a, float b) {
        double x = Math.abs((double) a);
        double y = Math.abs((double) b);
        double ratio = x / y;
        if (ratio < 0x1p29 && y <= Float.MAX_VALUE) {
            double rest = x - Math.floor(ratio) * y;
            return Math.copySign((float) (rest < 0 ? rest + y : rest), a);
        }
        return a % b;
    }

    private static void fma(float[] d, float[] a, float[] b, float[] c, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.fma(a[i], b[i], c[i]);
        }
    }

    private static void select(float[] d, float[] a, float[] b, float[] c, int n) {
        for (int i = 0; i < n; i++) {
            int held = Float.floatToRawIntBits(b[i]);
            int other = Float.floatToRawIntBits(c[i]);
            d[i] = Float.intBitsToFloat(a[i] != 0 ? held : other);
        }
    }
}
