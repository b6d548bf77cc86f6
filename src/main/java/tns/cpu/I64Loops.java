package tns.cpu;

import java.util.Arrays;
import tns.expr.Opcode;
import tns.expr.Program;
import tns.expr.StepI64;

/** The I64 lane in plain Java: the frequent machine steps are a loop each, the others share one. */
final class I64Loops extends Loops<long[]> {
    I64Loops(int blockLength) {
        super(blockLength, blockLength);
    }

    @Override
    long[] allocate(int length) {
        return new long[length];
    }

    @Override
    long[][] allocateSlots(int count) {
        return new long[count][];
    }

    @Override
    int repeatConstant(long[] uniform, int alike, Program program, int slot, int n) {
        return repeat(uniform, alike, program.longConstant(slot), n);
    }

    @Override
    int repeat(long[] uniform, int alike, Object source, int at, int n) {
        return repeat(uniform, alike, ((long[]) source)[at], n);
    }

    private static int repeat(long[] uniform, int alike, long value, int n) {
        if (alike >= n && uniform[0] == value) {
            return alike;
        }
        Arrays.fill(uniform, 0, n, value);
        return n;
    }

    @Override
    void fill(long[] target, long[] uniform, int n) {
        Arrays.fill(target, 0, n, uniform[0]);
    }

    @Override
    void load(long[] target, Walk source, int start, int n) {
        Object array = source.array();
        source.forEachRun(
                start, n, (position, stride, at, count) -> Transfer.load(target, at, count, array, position, stride));
    }

    @Override
    void store(long[] source, Walk target, int start, int n) {
        Object array = target.array();
        target.forEachRun(
                start, n, (position, stride, at, count) -> Transfer.store(source, at, count, array, position, stride));
    }

    @Override
    void apply(Opcode op, long[] target, long[] a, long[] b, long[] c, int n) {
        switch (op) {
            case NEG -> neg(target, a, n);
            case ABS -> abs(target, a, n);
            case ADD, BITS_ADD -> add(target, a, b, n);
            case SUB, BITS_SUB -> sub(target, a, b, n);
            case MUL, BITS_MUL -> mul(target, a, b, n);
            case DIV -> div(target, a, b, n);
            case FMOD -> fmod(target, a, b, n);
            case MIN -> min(target, a, b, n);
            case MAX -> max(target, a, b, n);
            case LT -> lt(target, a, b, n);
            case LE -> le(target, a, b, n);
            case EQ -> eq(target, a, b, n);
            case NE -> ne(target, a, b, n);
            case BITS_AND -> and(target, a, b, n);
            case BITS_OR -> or(target, a, b, n);
            case BITS_XOR -> xor(target, a, b, n);
            case SELECT -> select(target, a, b, c, n);
            default -> other(op, target, a, b, c, n);
        }
    }

    private static void other(Opcode op, long[] d, long[] a, long[] b, long[] c, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = StepI64.apply(op, a[i], b[i], c[i]);
        }
    }

    private static void select(long[] d, long[] a, long[] b, long[] c, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = c[i] ^ (b[i] ^ c[i]) & -differs(a[i], 0);
        }
    }

    private static void neg(long[] d, long[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = -a[i];
        }
    }

    private static void abs(long[] d, long[] a, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.abs(a[i]);
        }
    }

    private static void add(long[] d, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] + b[i];
        }
    }

    private static void sub(long[] d, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] - b[i];
        }
    }

    private static void mul(long[] d, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] * b[i];
        }
    }

    private static void div(long[] d, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = b[i] == 0 ? 0 : a[i] / b[i];
        }
    }

    private static void fmod(long[] d, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = b[i] == 0 ? 0 : a[i] % b[i];
        }
    }

    /** 1 or 0; here and below without a branch, of which every other would be foreseen wrongly. */
    private static long isLess(long a, long b) {
        return (a - b ^ (a ^ b) & (a - b ^ a)) >>> 63; // the sign of the difference, unless that overflows
    }

    private static long differs(long a, long b) {
        return (a - b | b - a) >>> 63;
    }

    private static void min(long[] d, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.min(a[i], b[i]);
        }
    }

    private static void max(long[] d, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.max(a[i], b[i]);
        }
    }

    private static void lt(long[] d, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = isLess(a[i], b[i]);
        }
    }

    private static void le(long[] d, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = 1 - isLess(b[i], a[i]);
        }
    }

    private static void eq(long[] d, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = 1 - differs(a[i], b[i]);
        }
    }

    private static void ne(long[] d, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = differs(a[i], b[i]);
        }
    }

    private static void and(long[] d, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] & b[i];
        }
    }

    private static void or(long[] d, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] | b[i];
        }
    }

    private static void xor(long[] d, long[] a, long[] b, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = a[i] ^ b[i];
        }
    }
}
