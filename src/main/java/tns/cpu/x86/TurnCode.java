package tns.cpu.x86;

import static tns.cpu.x86.Assembler.HALF;
import static tns.cpu.x86.Assembler.M0F;
import static tns.cpu.x86.Assembler.M3A;
import static tns.cpu.x86.Assembler.P66;
import static tns.cpu.x86.Assembler.R10;
import static tns.cpu.x86.Assembler.R11;
import static tns.cpu.x86.Assembler.R12;
import static tns.cpu.x86.Assembler.R13;
import static tns.cpu.x86.Assembler.R15;
import static tns.cpu.x86.Assembler.R8;
import static tns.cpu.x86.Assembler.R9;
import static tns.cpu.x86.Assembler.RDI;
import static tns.cpu.x86.Assembler.RDX;
import static tns.cpu.x86.Assembler.RSI;

import tns.cpu.x86.Assembler.Label;
import tns.cpu.x86.Assembler.Memory;
import tns.cpu.x86.Assembler.Register;

/**
 * Writes the turning of squares of floats that lie side by side: the halves of rows that are half a square apart come
 * together as they are loaded, so that within each half a square of half the side is left to be turned.
 */
final class TurnCode {
    /** Rows and columns of a square. */
    static final int SIDE = Assembler.VECTOR / Float.BYTES;

    /** What the numbers are: how many squares; then in bytes where they begin in both arrays, and how far rows are apart. */
    static final int SQUARES = 0;

    static final int FROM = 1;
    static final int TO = 2;
    static final int FROM_ROW = 3;
    static final int TO_ROW = 4;
    static final int NUMBERS = 5;

    private static final int HALF_SIDE = SIDE / 2;
    private static final int LOAD = M0F | 0x10 | HALF;
    private static final int STORE = M0F | 0x11;
    private static final int INSERT = P66 | M3A | 0x18;
    private static final int INTERLEAVE_LOW = M0F | 0x14;
    private static final int INTERLEAVE_HIGH = M0F | 0x15;
    private static final int SHUFFLE = M0F | 0xc6;
    private static final int FIRST_HALVES = 0x44;
    private static final int SECOND_HALVES = 0xee;

    private TurnCode() {}

    static byte[] write() {
        Assembler code = new Assembler();
        Function.enter(code);
        code.add(RSI, number(FROM));
        code.add(RDX, number(TO));
        code.load(R8, number(FROM_ROW));
        code.load(R10, number(TO_ROW));
        triple(code, R9, R8);
        triple(code, R11, R10);
        code.load(R15, number(SQUARES));
        Label top = new Label();
        code.bind(top);
        code.address(R12, new Memory(RSI, R8, HALF_SIDE, 0));
        code.address(R13, new Memory(RDX, R10, HALF_SIDE, 0));
        for (int half = 0; half < 2; half++) {
            half(code, half * HALF_SIDE * Float.BYTES, half == 0 ? RDX : R13);
        }
        code.addNumber(RSI, Assembler.VECTOR);
        code.address(RDX, new Memory(R13, R10, HALF_SIDE, 0));
        code.subtractNumber(R15, 1);
        code.jump(Assembler.NOT_EQUAL, top);
        Function.leave(code);
        return code.finish();
    }

    private static Memory number(int k) {
        return Memory.at(RDI, Long.BYTES * k);
    }

    private static void triple(Assembler code, int to, int from) {
        code.address(to, new Memory(from, from, 2, 0));
    }

    /** The columns from {@code offset} bytes on, which become the rows from {@code to} on. */
    private static void half(Assembler code, int offset, int to) {
        for (int i = 0; i < HALF_SIDE; i++) {
            code.vector(LOAD, i, row(RSI, R8, R9, i).plus(offset));
            code.vector(INSERT, i, i, row(R12, R8, R9, i).plus(offset), 1);
        }
        for (int pair = 0; pair < 2; pair++) {
            code.vector(INTERLEAVE_LOW, HALF_SIDE + pair, 2 * pair, new Register(2 * pair + 1));
            code.vector(INTERLEAVE_HIGH, HALF_SIDE + 2 + pair, 2 * pair, new Register(2 * pair + 1));
        }
        for (int i = 0; i < HALF_SIDE; i++) {
            int first = HALF_SIDE + i / 2 * 2;
            code.vector(SHUFFLE, i, first, new Register(first + 1), i % 2 == 0 ? FIRST_HALVES : SECOND_HALVES);
            code.vector(STORE, i, row(to, R10, R11, i));
        }
    }

    /** One of four rows, whose distance and its triple are in registers. */
    private static Memory row(int base, int step, int triple, int i) {
        return switch (i) {
            case 0 -> Memory.at(base, 0);
            case 1 -> Memory.at(base, step, 1);
            case 2 -> Memory.at(base, step, 2);
            default -> Memory.at(base, triple, 1);
        };
    }
}
