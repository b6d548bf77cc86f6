package tns.cpu.x86;

import static tns.cpu.x86.Assembler.R10;
import static tns.cpu.x86.Assembler.R11;
import static tns.cpu.x86.Assembler.R12;
import static tns.cpu.x86.Assembler.R13;
import static tns.cpu.x86.Assembler.R14;
import static tns.cpu.x86.Assembler.R15;
import static tns.cpu.x86.Assembler.R8;
import static tns.cpu.x86.Assembler.R9;
import static tns.cpu.x86.Assembler.RAX;
import static tns.cpu.x86.Assembler.RBX;
import static tns.cpu.x86.Assembler.RCX;
import static tns.cpu.x86.Assembler.RDI;
import static tns.cpu.x86.Assembler.RDX;
import static tns.cpu.x86.Assembler.RSI;

import tns.cpu.x86.Assembler.Label;
import tns.cpu.x86.Assembler.Memory;
import tns.cpu.x86.Assembler.Register;

/**
 * Writes a strip of a matrix product: tiles one below the other, each of which is kept in registers while it runs along k
 * (Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008).
 */
final class StripCode {
    /** What the numbers are: how many tiles, then distances in bytes but for the steps along k. */
    static final int TILES = 0;

    static final int A = 1;
    static final int B = 2;
    static final int C = 3;
    static final int A_ROW = 4;
    static final int A_STEP = 5;
    static final int B_ROW = 6;
    static final int C_ROW = 7;
    static final int STEPS = 8;
    static final int A_TILE = 9;
    /** Bytes of the last vector in a row that there are. */
    static final int LAST = 10;

    static final int NUMBERS = 11;

    private static final int NO_MASK = -1;
    private static final int MASK = 15;
    private static final int FACTOR = 14;

    /** Rows that are addressed from one pointer. */
    private static final int GROUP = 3;

    private final Assembler code = new Assembler();
    private final VectorOps ops;
    private final int rows;
    private final int vectors;
    private final boolean ragged;
    private final boolean adds;

    private StripCode(boolean wide, int rows, int vectors, boolean ragged, boolean adds) {
        ops = new VectorOps(code, wide);
        this.rows = rows;
        this.vectors = vectors;
        this.ragged = ragged;
        this.adds = adds;
    }

    /** The code for tiles of so many rows of so many vectors, whose last one may be partly filled. */
    static byte[] write(boolean wide, int rows, int vectors, boolean ragged, boolean adds) {
        return new StripCode(wide, rows, vectors, ragged, adds).write();
    }

    /** Whether there are registers enough. */
    static boolean fits(int rows, int vectors) {
        return rows <= 2 * GROUP && (rows + 1) * vectors <= FACTOR;
    }

    private byte[] write() {
        Function.enter(code);
        if (ragged) {
            code.load(RAX, number(LAST));
            code.subtract(RBX, RBX);
            Function.mask(code, ops, MASK, RBX, RAX, R8);
        }
        code.add(RSI, number(A));
        code.add(RDX, number(B));
        code.add(RCX, number(C));
        code.load(R10, number(A_ROW));
        code.load(R13, number(A_STEP));
        code.load(R12, number(B_ROW));
        code.load(RBX, number(C_ROW));
        code.load(R15, number(TILES));
        code.move(RAX, RCX);
        Label next = new Label();
        Label over = new Label();
        code.bind(next);
        code.compareNumber(R15, 0);
        code.jump(Assembler.AT_MOST, over);
        tile();
        code.add(RSI, number(A_TILE));
        code.move(RAX, R14);
        code.subtractNumber(R15, 1);
        code.jump(next);
        code.bind(over);
        Function.leave(code);
        return code.finish();
    }

    private static Memory number(int k) {
        return Memory.at(RDI, Long.BYTES * k);
    }

    private void tile() {
        code.move(R14, RAX);
        for (int i = 0; i < rows; i++) {
            for (int v = 0; v < vectors; v++) {
                if (adds) {
                    load(sum(i, v), R14, v);
                } else {
                    code.vector(ops.xor, sum(i, v), sum(i, v), new Register(sum(i, v)));
                }
            }
            if (adds) {
                code.add(R14, RBX);
            }
        }
        code.move(R8, RSI);
        code.address(R9, new Memory(R8, R10, 2, 0));
        code.add(R9, R10);
        code.move(R11, RDX);
        code.load(R14, number(STEPS));
        Label top = new Label();
        Label end = new Label();
        code.compareNumber(R14, 0);
        code.jump(Assembler.AT_MOST, end);
        code.bind(top);
        for (int v = 0; v < vectors; v++) {
            load(line(v), R11, v);
        }
        for (int i = 0; i < rows; i++) {
            int base = i < GROUP ? R8 : R9;
            int times = i % GROUP;
            code.vector(ops.broadcast, FACTOR, times == 0 ? Memory.at(base, 0) : new Memory(base, R10, times, 0));
            for (int v = 0; v < vectors; v++) {
                code.vector(ops.fmaToSum, sum(i, v), FACTOR, new Register(line(v)));
            }
        }
        code.add(R8, R13);
        if (rows > GROUP) {
            code.add(R9, R13);
        }
        code.add(R11, R12);
        code.subtractNumber(R14, 1);
        code.jump(Assembler.NOT_EQUAL, top);
        code.bind(end);
        code.move(R14, RAX);
        for (int i = 0; i < rows; i++) {
            for (int v = 0; v < vectors; v++) {
                Memory to = Memory.at(R14, v * Assembler.VECTOR);
                if (mask(v) == NO_MASK) {
                    ops.store(to, sum(i, v));
                } else {
                    ops.storeMasked(to, MASK, sum(i, v));
                }
            }
            code.add(R14, RBX);
        }
    }

    private void load(int to, int base, int v) {
        Memory from = Memory.at(base, v * Assembler.VECTOR);
        if (mask(v) == NO_MASK) {
            ops.load(to, from);
        } else {
            ops.loadMasked(to, MASK, from);
        }
    }

    private int mask(int v) {
        return ragged && v == vectors - 1 ? MASK : NO_MASK;
    }

    /** The register of an accumulator, and of a row of b. */
    private int sum(int i, int v) {
        return i * vectors + v;
    }

    private int line(int v) {
        return rows * vectors + v;
    }
}
