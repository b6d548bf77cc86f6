package tns.cpu;

import java.util.Arrays;
import tns.expr.Opcode;
import tns.expr.PiOverTwo;
import tns.expr.Program;
import tns.expr.StepF64;

/**
 * The F64 lane in plain Java: every machine step is a loop of its own, which the compiler turns into vector code where
 * it can (arithmetic, fma, roundings; not comparisons, selections and bit operations).
 *
 * <p>Comparisons and selects choose among bits and not among numbers, as the compiler makes a choice among integers without
 * a branch: what they depend on is often as good as random, and a branch guessed wrong costs ten times what the loop does
 * otherwise (4.1 ns an element and not 0.4, AMD EPYC, 2026-11-27).
 */
class F64Loops extends Loops<double[]> {
    /** The bits of 1. */
    private static final long ONE = Double.doubleToRawLongBits(1);

    F64Loops(int blockLength, int uniformLength) {
        super(blockLength, uniformLength);
    }

    @Override
    final double[] allocate(int length) {
        return new double[length];
    }

    @Override
    final double[][] allocateSlots(int count) {
        return new double[count][];
    }

    @Override
    final int repeatConstant(double[] uniform, int alike, Program program, int slot, int n) {
        return repeat(uniform, alike, program.doubleConstant(slot), n);
    }

    @Override
    final int repeat(double[] uniform, int alike, Object source, int at, int n) {
        return repeat(uniform, alike, ((double[]) source)[at], n);
    }

    private static int repeat(double[] uniform, int alike, double value, int n) {
        if (alike >= n && Double.doubleToRawLongBits(uniform[0]) == Double.doubleToRawLongBits(value)) {
            return alike;
        }
        Arrays.fill(uniform, 0, n, value);
        return n;
    }

    @Override
    final void fill(double[] target, double[] uniform, int n) {
        Arrays.fill(target, 0, n, uniform[0]);
    }

    @Override
    final void load(double[] target, Walk source, int start, int n) {
        Object array = source.array();
        source.forEachRun(
                start, n, (position, stride, at, count) -> Transfer.load(target, at, count, array, position, stride));
    }

    @Override
    final void store(double[] source, Walk target, int start, int n) {
        Object array = target.array();
        target.forEachRun(
                start, n, (position, stride, at, count) -> Transfer.store(source, at, count, array, position, stride));
    }

    @Override
    void apply(Opcode op, double[] target, double[] a, double[] b, double[] c, int n) {
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

    private static void sqrt(double[] d, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.sqrt(a[i]);
        }
    }

    private static void neg(double[] d, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = -a[i];
        }
    }

    private static void abs(double[] d, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.abs(a[i]);
        }
    }

    private static void floor(double[] d, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.floor(a[i]);
        }
    }

    private static void ceil(double[] d, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.ceil(a[i]);
        }
    }

    private static void trunc(double[] d, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = StepF64.trunc(a[i]);
        }
    }

    private static void rint(double[] d, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.rint(a[i]);
        }
    }

    private static void remainder(double[] d, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = PiOverTwo.remainder(a[i]);
        }
    }

    private static void quadrant(double[] d, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Double.longBitsToDouble(PiOverTwo.quadrant(a[i]));
        }
    }

    private static void add(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] + b[i];
        }
    }

    private static void sub(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] - b[i];
        }
    }

    private static void mul(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] * b[i];
        }
    }

    private static void div(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] / b[i];
        }
    }

    private static void min(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = StepF64.min(a[i], b[i]);
        }
    }

    private static void max(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = StepF64.max(a[i], b[i]);
        }
    }

    private static double truth(boolean holds) {
        return Double.longBitsToDouble(holds ? ONE : 0);
    }

    private static void lt(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = truth(a[i] < b[i]);
        }
    }

    private static void le(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = truth(a[i] <= b[i]);
        }
    }

    private static void eq(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = truth(a[i] == b[i]);
        }
    }

    private static void ne(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = truth(a[i] != b[i]);
        }
    }

    private static void bitsAdd(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Double.longBitsToDouble(Double.doubleToRawLongBits(a[i]) + Double.doubleToRawLongBits(b[i]));
        }
    }

    private static void bitsSub(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Double.longBitsToDouble(Double.doubleToRawLongBits(a[i]) - Double.doubleToRawLongBits(b[i]));
        }
    }

    private static void bitsMul(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Double.longBitsToDouble(Double.doubleToRawLongBits(a[i]) * Double.doubleToRawLongBits(b[i]));
        }
    }

    private static void bitsAnd(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Double.longBitsToDouble(Double.doubleToRawLongBits(a[i]) & Double.doubleToRawLongBits(b[i]));
        }
    }

    private static void bitsOr(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Double.longBitsToDouble(Double.doubleToRawLongBits(a[i]) | Double.doubleToRawLongBits(b[i]));
        }
    }

    private static void bitsXor(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Double.longBitsToDouble(Double.doubleToRawLongBits(a[i]) ^ Double.doubleToRawLongBits(b[i]));
        }
    }

    private static void bitsShl(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Double.longBitsToDouble(Double.doubleToRawLongBits(a[i]) << Double.doubleToRawLongBits(b[i]));
        }
    }

    private static void bitsShr(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Double.longBitsToDouble(Double.doubleToRawLongBits(a[i]) >> Double.doubleToRawLongBits(b[i]));
        }
    }

    private static void bitsUshr(double[] d, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Double.longBitsToDouble(Double.doubleToRawLongBits(a[i]) >>> Double.doubleToRawLongBits(b[i]));
        }
    }

    /** Also called by the vector loops, so that operands may be uniforms. */
    private static void fmod(double[] d, double[] a, double[] b, int n) {
        int maskA = a.length < d.length ? 0 : -1;
        int maskB = b.length < d.length ? 0 : -1;
        for (int i = 0; i < n; i++) {
            d[i] = a[i & maskA] % b[i & maskB];
        }
    }

    private static void fma(double[] d, double[] a, double[] b, double[] c, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.fma(a[i], b[i], c[i]);
        }
    }

    private static void select(double[] d, double[] a, double[] b, double[] c, int n) {
        for (int i = 0; i < n; i++) {
            long held = Double.doubleToRawLongBits(b[i]);
            long other = Double.doubleToRawLongBits(c[i]);
            d[i] = Double.longBitsToDouble(a[i] != 0 ? held : other);
        }
    }
}
