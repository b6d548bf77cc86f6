package tns.cpu.x86;

import static tns.cpu.x86.Assembler.M0F;
import static tns.cpu.x86.Assembler.M38;
import static tns.cpu.x86.Assembler.M3A;
import static tns.cpu.x86.Assembler.P66;
import static tns.cpu.x86.Assembler.RBX;
import static tns.cpu.x86.Assembler.W;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import tns.cpu.x86.Assembler.Constant;
import tns.cpu.x86.Assembler.Label;
import tns.cpu.x86.Assembler.Memory;
import tns.cpu.x86.Assembler.Operand;
import tns.cpu.x86.Assembler.Register;
import tns.expr.Opcode;

/** The operations of AVX, AVX2 and FMA on vectors of floats, or of doubles. */
final class VectorOps {
    final int add;
    final int multiply;
    final int subtract;
    final int divide;
    final int min;
    final int max;
    final int sqrt;
    final int and;
    final int or;
    final int xor;
    final int compare;
    final int round;
    final int addBits;
    final int subtractBits;
    final int shiftLeft;
    final int shiftRight;
    /** Of 32 bits only. */
    final int shiftSigned = P66 | M38 | 0x46;

    /** {@code target += first * second}, and {@code target = target * first + second}. */
    final int fmaToSum;

    final int fmaToFactor;

    /** A number from memory, all over a vector. */
    final int broadcast;

    private final Assembler code;
    private final boolean wide;

    VectorOps(Assembler code, boolean wide) {
        this.code = code;
        this.wide = wide;
        int floats = M0F | (wide ? P66 : 0);
        add = floats | 0x58;
        multiply = floats | 0x59;
        subtract = floats | 0x5c;
        divide = floats | 0x5e;
        min = floats | 0x5d;
        max = floats | 0x5f;
        sqrt = floats | 0x51;
        and = floats | 0x54;
        or = floats | 0x56;
        xor = floats | 0x57;
        compare = floats | 0xc2;
        round = P66 | M3A | (wide ? 0x09 : 0x08);
        int bits = P66 | M0F;
        addBits = bits | (wide ? 0xd4 : 0xfe);
        subtractBits = bits | (wide ? 0xfb : 0xfa);
        int widened = P66 | M38 | (wide ? W : 0);
        shiftLeft = widened | 0x47;
        shiftRight = widened | 0x45;
        fmaToSum = widened | 0xb8;
        fmaToFactor = widened | 0xa8;
        broadcast = P66 | M38 | (wide ? 0x19 : 0x18);
    }

    /** Bytes of a number. */
    int width() {
        return wide ? Double.BYTES : Float.BYTES;
    }

    long sign() {
        return wide ? Long.MIN_VALUE : Integer.MIN_VALUE;
    }

    long one() {
        return bits(1);
    }

    long bits(float number) {
        return wide ? Double.doubleToRawLongBits(number) : Float.floatToRawIntBits(number);
    }

    /** A vector of one bit pattern. */
    Constant constant(long pattern) {
        return Constant.all(pattern, width());
    }

    /** The pattern of such a vector, and as a number. */
    long pattern(Constant constant) {
        byte[] bytes = new byte[width()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = constant.content().get(i);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return wide ? buffer.getLong() : buffer.getInt();
    }

    double number(Constant constant) {
        long pattern = pattern(constant);
        return wide ? Double.longBitsToDouble(pattern) : Float.intBitsToFloat((int) pattern);
    }

    void load(int to, Operand from) {
        if (!(from instanceof Register r) || r.number() != to) {
            code.vector(M0F | 0x10, to, from);
        }
    }

    void store(Memory to, int from) {
        code.vector(M0F | 0x11, from, to);
    }

    /** Only the elements that the mask has; zero for the others. */
    void loadMasked(int to, int mask, Memory from) {
        code.vector(P66 | M38 | (wide ? 0x2d : 0x2c), to, mask, from);
    }

    void storeMasked(Memory to, int mask, int from) {
        code.vector(P66 | M38 | (wide ? 0x2f : 0x2e), from, mask, to);
    }

    /** {@code test ? yes : no}. */
    void blend(int to, int no, Operand yes, int test) {
        code.vector(P66 | M3A | (wide ? 0x4b : 0x4a), to, no, yes, test << 4);
    }

    /** By a number of bits that is known. */
    void shift(Opcode op, int to, int from, int by) {
        int kind = op == Opcode.BITS_SHL ? 6 : op == Opcode.BITS_SHR ? 4 : 2;
        code.vector(P66 | M0F | (wide ? 0x73 : 0x72), kind, to, new Register(from), by);
    }

    /** Jumps unless all of a mask's bits are set; changes RBX. */
    void unlessAll(int mask, Label to) {
        code.vector(M0F | (wide ? P66 : 0) | 0x50, RBX, new Register(mask));
        code.compareNumber(RBX, wide ? 15 : 255);
        code.jump(Assembler.NOT_EQUAL, to);
    }
}
