package tns.cpu.x86;

import static tns.cpu.x86.Assembler.R10;
import static tns.cpu.x86.Assembler.R11;
import static tns.cpu.x86.Assembler.R12;
import static tns.cpu.x86.Assembler.R13;
import static tns.cpu.x86.Assembler.R14;
import static tns.cpu.x86.Assembler.R15;
import static tns.cpu.x86.Assembler.R8;
import static tns.cpu.x86.Assembler.R9;
import static tns.cpu.x86.Assembler.RBP;
import static tns.cpu.x86.Assembler.RBX;
import static tns.cpu.x86.Assembler.RCX;
import static tns.cpu.x86.Assembler.RDX;
import static tns.cpu.x86.Assembler.RSI;
import static tns.cpu.x86.Assembler.RSP;

import java.util.Arrays;
import tns.cpu.x86.Assembler.Constant;
import tns.cpu.x86.Assembler.Memory;

/**
 * How code is entered and left: as a function of System V's ABI for AMD64, with a {@link Frame}. The numbers' address is in
 * RDI; RAX, RBX and R15 are free, and so are the registers of arrays that there are not.
 */
final class Function {
    /** Where the arrays' addresses are: the first five come there, the others from the stack. */
    private static final int[] ARRAYS = {RSI, RDX, RCX, R8, R9, R10, R11, R12, R13, R14};

    private static final int IN_REGISTERS = 5;
    private static final int[] SAVED = {RBX, R12, R13, R14, R15};

    private Function() {}

    static void enter(Assembler code) {
        code.push(RBP);
        code.move(RBP, RSP);
        for (int register : SAVED) {
            code.push(register);
        }
        code.subtractNumber(RSP, Frame.BYTES);
        code.andNumber(RSP, -Assembler.VECTOR);
    }

    static void leave(Assembler code) {
        code.address(RSP, Memory.at(RBP, -Long.BYTES * SAVED.length));
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
        code.pop(RBP);
        code.zeroUpper();
        code.ret();
    }

    /** The register of an array's address. */
    static int array(Assembler code, int k) {
        if (k >= IN_REGISTERS) {
            // Above the frame's base: that of the caller, and where to return to.
            code.load(ARRAYS[k], Memory.at(RBP, 2 * Long.BYTES + Long.BYTES * (k - IN_REGISTERS)));
        }
        return ARRAYS[k];
    }

    /** The mask of the elements from the place {@code at}, in bytes, to {@code end}: fewer than a vector. */
    static void mask(Assembler code, VectorOps ops, int mask, int at, int end, int spare) {
        byte[] table = new byte[2 * Assembler.VECTOR];
        Arrays.fill(table, 0, Assembler.VECTOR, (byte) -1);
        code.address(spare, Constant.of(table));
        code.subtract(spare, end);
        code.add(spare, at);
        ops.load(mask, Memory.at(spare, Assembler.VECTOR));
    }
}
