package tns.cpu.x86;

import static tns.cpu.x86.Assembler.R15;
import static tns.cpu.x86.Assembler.RAX;
import static tns.cpu.x86.Assembler.RBX;
import static tns.cpu.x86.Assembler.RDI;

import tns.cpu.x86.Assembler.Label;
import tns.cpu.x86.Assembler.Memory;
import tns.cpu.x86.Assembler.Operand;
import tns.expr.Lane;
import tns.expr.Program;

/** Writes a program as one loop over vectors, the last of which may be partly filled. */
final class LoopCode {
    /** Steps of the loop's body from which on it has one vector in a turn. */
    private static final int MUCH = 16;

    private static final int FOLD = 4;

    /** The register of the mask in the last turn. */
    private static final int MASK = 15;

    private final Assembler code = new Assembler();
    private final Frame frame = new Frame();
    private final Program program;
    private final ProgramCode steps;
    private final VectorOps ops;

    /** Where each operand is, less the place of the turn; whether it varies within the loop. */
    private final Operand[] operands;

    private final boolean[] elements;
    /** For each operand the first one that lies in the same place: itself for most. */
    private final int[] same;

    private LoopCode(Program program, long uniforms, int[] same) {
        this.program = program;
        this.same = same;
        steps = new ProgramCode(code, program.lane(), frame);
        ops = new VectorOps(code, program.lane() == Lane.F64);
        operands = new Operand[program.inputs() + program.outputs().size()];
        elements = new boolean[operands.length];
        for (int k = 0; k < operands.length; k++) {
            elements[k] = k >= program.inputs() || (uniforms >> k & 1) == 0;
        }
    }

    /**
     * The code of a program: numbers are the bytes of an operand, where each of those that vary begins, the others. Arrays are
     * those of the operands that vary and are the first in their place.
     */
    static byte[] write(Program program, long uniforms, int[] same) {
        return new LoopCode(program, uniforms, same).write();
    }

    private byte[] write() {
        Function.enter(code);
        int arrays = 0;
        for (int k = 0; k < operands.length; k++) {
            if (elements[k] && same[k] < k) {
                operands[k] = operands[same[k]];
            } else if (elements[k]) {
                int pointer = Function.array(code, arrays);
                code.add(pointer, Memory.at(RDI, Long.BYTES * (1 + k)));
                operands[k] = Memory.at(pointer, RAX, 1);
                arrays++;
            }
        }
        for (int k = 0; k < operands.length; k++) {
            if (!elements[k]) {
                Memory place = frame.keep();
                code.vector(ops.broadcast, 0, Memory.at(RDI, Long.BYTES * (1 + k)));
                ops.store(place, 0);
                operands[k] = place;
            }
        }
        code.load(R15, Memory.at(RDI, 0));
        code.subtract(RAX, RAX);
        boolean stops = ProgramCode.mayStop(program);
        Label slow = new Label();
        int fold = stops || program.steps().size() > MUCH ? 1 : FOLD;
        loop(fold, slow);
        if (fold > 1) {
            loop(1, slow);
        }
        Label done = new Label();
        code.compare(RAX, R15);
        code.jump(Assembler.AT_LEAST, done);
        Function.mask(code, ops, MASK, RAX, R15, RBX);
        body(0, MASK, slow);
        code.move(RAX, R15);
        code.bind(done);
        code.bind(slow);
        code.store(Memory.at(RDI, 0), RAX);
        Function.leave(code);
        return code.finish();
    }

    /** Turns of so many whole vectors. */
    private void loop(int fold, Label slow) {
        int bytes = fold * Assembler.VECTOR;
        Label top = new Label();
        Label end = new Label();
        code.address(RBX, Memory.at(RAX, bytes));
        code.compare(RBX, R15);
        code.jump(Assembler.GREATER, end);
        code.bind(top);
        for (int part = 0; part < fold; part++) {
            body(part * Assembler.VECTOR, -1, slow);
        }
        code.addNumber(RAX, bytes);
        code.address(RBX, Memory.at(RAX, bytes));
        code.compare(RBX, R15);
        code.jump(Assembler.AT_MOST, top);
        code.bind(end);
    }

    private void body(int offset, int mask, Label slow) {
        Operand[] places = new Operand[operands.length];
        for (int k = 0; k < places.length; k++) {
            places[k] = elements[k] && operands[k] instanceof Memory m ? m.plus(offset) : operands[k];
        }
        steps.write(program, places, elements, mask, slow, (output, register) -> {
            if (places[program.inputs() + output] instanceof Memory to) {
                if (mask >= 0) {
                    ops.storeMasked(to, mask, register);
                } else {
                    ops.store(to, register);
                }
            }
        });
    }
}
