package tns.cpu.x86;

import static tns.cpu.x86.Assembler.M0F;
import static tns.cpu.x86.Assembler.M3A;
import static tns.cpu.x86.Assembler.P66;
import static tns.cpu.x86.Assembler.PF2;
import static tns.cpu.x86.Assembler.PF3;
import static tns.cpu.x86.Assembler.R15;
import static tns.cpu.x86.Assembler.RAX;
import static tns.cpu.x86.Assembler.RBX;
import static tns.cpu.x86.Assembler.RDI;
import static tns.cpu.x86.Assembler.RSP;

import java.util.Arrays;
import tns.cpu.x86.Assembler.Label;
import tns.cpu.x86.Assembler.Memory;
import tns.cpu.x86.Assembler.Operand;
import tns.cpu.x86.Assembler.Register;
import tns.expr.Lane;
import tns.expr.Program;
import tns.expr.RowLayout;
import tns.expr.RowProgram;
import tns.expr.RowProgram.Extent;
import tns.expr.RowProgram.Fold;

/**
 * Writes a row program: a loop over rows, in it one after the other a loop for every value that varies within the row, and
 * straight-line code for those that do not, which are on the stack as vectors of one number. Folds in the order of its
 * layout, each of whose threads is a lane of some vector on the stack.
 */
final class RowsCode {
    /** What the numbers are: rows, the bytes of a row, of a piece; the row's length as a number; then working memory. */
    static final int ROWS = 0;

    static final int BYTES = 1;
    static final int PIECE = 2;
    static final int LENGTH = 3;
    private static final int LEFT = 4;
    private static final int FROM = 5;
    private static final int END = 6;

    /** From here on where each array begins, in bytes. */
    static final int ARRAYS = 7;

    /** Steps of a function up to which a turn of its fold has a vector of every lane. */
    private static final int FEW_STEPS = 4;

    private static final int NO_MASK = -1;
    private static final int MASK = 15;

    private final Assembler code = new Assembler();
    private final Frame frame = new Frame();
    private final RowProgram program;
    private final RowPlan plan;
    private final RowLayout layout;
    private final VectorOps ops;
    private final ProgramCode steps;
    private final boolean wide;

    /** For each value the register of its array's address, and the vector on the stack of one that is the row's. */
    private final int[] pointers;

    private final Memory[] rows;
    /** Where the arrays' first addresses are kept. */
    private final Memory[] begins;

    /** The lanes of all pieces, and of one. */
    private final Memory[] all;

    private final Memory[] part;

    private RowsCode(RowProgram program, RowPlan plan, RowLayout layout) {
        this.program = program;
        this.plan = plan;
        this.layout = layout;
        wide = program.lane() == Lane.F64;
        ops = new VectorOps(code, wide);
        steps = new ProgramCode(code, program.lane(), frame);
        int count = program.values().size();
        pointers = new int[count];
        rows = new Memory[count];
        begins = new Memory[count];
        Arrays.setAll(rows, k -> frame.keep());
        Arrays.setAll(begins, k -> frame.keep());
        int lanes = layout.threads() * ops.width() / Assembler.VECTOR;
        all = new Memory[lanes];
        part = new Memory[lanes];
        Arrays.setAll(all, k -> frame.keep());
        Arrays.setAll(part, k -> frame.keep());
    }

    /** The code of a program, whose arrays are those of the values that have one of their own, in order. */
    static byte[] write(RowProgram program, RowPlan plan, RowLayout layout) {
        return new RowsCode(program, plan, layout).write();
    }

    private byte[] write() {
        Function.enter(code);
        int arrays = 0;
        for (int k = 0; k < pointers.length; k++) {
            if (plan.of(k) == k) {
                pointers[k] = Function.array(code, arrays);
                code.add(pointers[k], number(ARRAYS + arrays));
                code.store(begins[k], pointers[k]);
                arrays++;
            }
        }
        code.load(R15, number(BYTES));
        for (int k = 0; k < pointers.length; k++) {
            if (program.values().get(k) instanceof RowProgram.Length) {
                code.vector(ops.broadcast, 0, number(LENGTH));
                ops.store(rows[k], 0);
            }
        }
        for (int k = 0; k < pointers.length; k++) {
            if (plan.isAhead(k) && program.values().get(k) instanceof RowProgram.Folded(Fold by, Program f)) {
                int value = k;
                rows(() -> {
                    fold(value, by, f);
                    storeOne(value);
                });
            }
        }
        rows(() -> {
            for (int k = 0; k < pointers.length; k++) {
                write(k);
            }
        });
        Function.leave(code);
        return code.finish();
    }

    private static Memory number(int k) {
        return Memory.at(RDI, Long.BYTES * k);
    }

    /** A loop over rows. */
    private void rows(Runnable body) {
        for (int k = 0; k < pointers.length; k++) {
            if (plan.of(k) == k) {
                code.load(pointers[k], begins[k]);
            }
        }
        code.load(RBX, number(ROWS));
        code.store(number(LEFT), RBX);
        Label top = new Label();
        code.bind(top);
        body.run();
        for (int k = 0; k < pointers.length; k++) {
            if (plan.of(k) == k) {
                int step = plan.step(k, layout.threads());
                if (step == layout.threads()) {
                    code.add(pointers[k], R15);
                } else if (step != 0) {
                    code.addNumber(pointers[k], (long) step * ops.width());
                }
            }
        }
        code.load(RBX, number(LEFT));
        code.subtractNumber(RBX, 1);
        code.store(number(LEFT), RBX);
        code.jump(Assembler.NOT_EQUAL, top);
    }

    private void write(int k) {
        switch (program.values().get(k)) {
            case RowProgram.Input(Extent extent) when extent == Extent.ROW || extent == Extent.UNIFORM -> loadOne(k);
            case RowProgram.Mapped(Extent extent, Program f)
            when extent == Extent.ELEMENT -> {
                if (plan.of(k) != RowPlan.NOWHERE && !plan.isFoldedAtOnce(k)) {
                    map(f, plan.of(k));
                }
            }
            case RowProgram.Mapped(Extent _, Program f) -> {
                compute(f, 0, NO_MASK, register -> ops.store(rows[k], register));
                if (plan.output(k) != RowPlan.NOWHERE) {
                    storeOne(k);
                }
            }
            case RowProgram.Folded _ when plan.isAhead(k) -> loadOne(k);
            case RowProgram.Folded(Fold by, Program f) -> {
                fold(k, by, f);
                if (plan.output(k) != RowPlan.NOWHERE) {
                    storeOne(k);
                }
            }
            default -> {}
        }
    }

    /** One number from a value's array, all over its vector. */
    private void loadOne(int k) {
        code.vector(ops.broadcast, 0, Memory.at(pointers[k], 0));
        ops.store(rows[k], 0);
    }

    /** The number of a value that is the row's, to its array. */
    private void storeOne(int k) {
        ops.load(0, rows[k]);
        code.vector(M0F | (wide ? PF2 : PF3) | 0x11, 0, Memory.at(pointers[k], 0));
    }

    /** What is done with a vector. */
    @FunctionalInterface
    private interface Use {
        void of(int register);
    }

    /** Computes a program for the elements {@code offset} bytes on from the loop's place, but for those outside the mask. */
    private void compute(Program f, int offset, int mask, Use use) {
        Operand[] inputs = new Operand[f.inputs()];
        boolean[] elements = new boolean[f.inputs()];
        for (int k = 0; k < inputs.length; k++) {
            inputs[k] = rows[k];
            Extent extent = program.values().get(k).extent();
            if (!RowProgram.uses(f, k) || extent == Extent.ROW || extent == Extent.UNIFORM) {
                continue;
            }
            int place = plan.of(k);
            if (place != RowPlan.NOWHERE) {
                inputs[k] = at(place, offset);
                elements[k] = true;
            } else {
                // Computed anew, and left on the stack for a moment.
                Memory room = rows[k];
                compute(plan.program(k), offset, mask, register -> ops.store(room, register));
            }
        }
        steps.write(f, inputs, elements, mask, null, (output, register) -> use.of(register));
    }

    /** The elements of an array at the loop's place. */
    private Memory at(int place, int offset) {
        return new Memory(pointers[place], RAX, 1, offset);
    }

    /** A loop that writes a function of the elements to an array. */
    private void map(Program f, int place) {
        code.subtract(RAX, RAX);
        Label top = new Label();
        Label rest = new Label();
        Label done = new Label();
        code.bind(top);
        code.address(RBX, Memory.at(RAX, Assembler.VECTOR));
        code.compare(RBX, R15);
        code.jump(Assembler.GREATER, rest);
        compute(f, 0, NO_MASK, register -> ops.store(at(place, 0), register));
        code.addNumber(RAX, Assembler.VECTOR);
        code.jump(top);
        code.bind(rest);
        code.compare(RAX, R15);
        code.jump(Assembler.AT_LEAST, done);
        Function.mask(code, ops, MASK, RAX, R15, RBX);
        compute(f, 0, MASK, register -> ops.storeMasked(at(place, 0), MASK, register));
        code.bind(done);
    }

    /** Folds a function of the row's elements into the vector of value {@code k}. */
    private void fold(int k, Fold by, Program f) {
        boolean writes = k > 0 && plan.isFoldedAtOnce(k - 1);
        Program source = writes ? plan.program(k - 1) : f;
        int place = writes ? plan.of(k - 1) : RowPlan.NOWHERE;
        code.subtract(RAX, RAX);
        if (by == Fold.SUM) {
            code.store(number(FROM), RAX);
            Label piece = new Label();
            code.bind(piece);
            begin(0, part);
            end();
            lanes(by, source, place, part);
            carry();
            code.store(number(FROM), RAX);
            code.compare(RAX, R15);
            code.jump(Assembler.LESS, piece);
            total();
        } else {
            begin(ops.bits(Float.NEGATIVE_INFINITY), part);
            code.store(number(END), R15);
            lanes(by, source, place, part);
            greatest();
        }
        code.vector(ops.broadcast, 0, new Register(0));
        ops.store(rows[k], 0);
    }

    /** Where the piece at the loop's place ends: after its bytes, or with the row. */
    private void end() {
        Label within = new Label();
        code.load(RBX, number(PIECE));
        code.add(RBX, RAX);
        code.compare(RBX, R15);
        code.jump(Assembler.AT_MOST, within);
        code.move(RBX, R15);
        code.bind(within);
        code.store(number(END), RBX);
    }

    /** Sets lanes to a number. */
    private void begin(long pattern, Memory[] lanes) {
        ops.load(0, ops.constant(pattern));
        for (Memory lane : lanes) {
            ops.store(lane, 0);
        }
    }

    /** Folds the elements from the loop's place to the end, each into its lane, from the first lane on. */
    private void lanes(Fold by, Program f, int place, Memory[] into) {
        int group = into.length * Assembler.VECTOR;
        if (f.steps().size() <= FEW_STEPS) {
            Label top = new Label();
            Label over = new Label();
            code.bind(top);
            code.address(RBX, Memory.at(RAX, group));
            code.compare(RBX, number(END));
            code.jump(Assembler.GREATER, over);
            for (int lane = 0; lane < into.length; lane++) {
                int offset = lane * Assembler.VECTOR;
                Memory sum = into[lane];
                compute(f, offset, NO_MASK, register -> {
                    if (place != RowPlan.NOWHERE) {
                        ops.store(at(place, offset), register);
                    }
                    fold(by, sum, register, NO_MASK);
                });
            }
            code.addNumber(RAX, group);
            code.jump(top);
            code.bind(over);
        }
        Label top = new Label();
        Label rest = new Label();
        Label done = new Label();
        // The lane follows the place, as pieces begin with the first lane.
        code.bind(top);
        code.address(RBX, Memory.at(RAX, Assembler.VECTOR));
        code.compare(RBX, number(END));
        code.jump(Assembler.GREATER, rest);
        compute(f, 0, NO_MASK, register -> {
            if (place != RowPlan.NOWHERE) {
                ops.store(at(place, 0), register);
            }
            lane(group);
            fold(by, lane(into), register, NO_MASK);
        });
        code.addNumber(RAX, Assembler.VECTOR);
        code.jump(top);
        code.bind(rest);
        code.load(RBX, number(END));
        code.compare(RAX, RBX);
        code.jump(Assembler.AT_LEAST, done);
        // Only the row itself ends within a vector.
        Function.mask(code, ops, MASK, RAX, R15, RBX);
        compute(f, 0, MASK, register -> {
            if (place != RowPlan.NOWHERE) {
                ops.storeMasked(at(place, 0), MASK, register);
            }
            lane(group);
            fold(by, lane(into), register, MASK);
        });
        code.move(RAX, R15);
        code.bind(done);
    }

    /** The bytes of the lane at the loop's place within its group, in RBX. */
    private void lane(int group) {
        code.move(RBX, RAX);
        code.andNumber(RBX, group - 1);
    }

    private static Memory lane(Memory[] lanes) {
        return new Memory(RSP, RBX, 1, lanes[0].distance());
    }

    /** Folds a vector into lanes, but for those outside the mask. Changes registers that the program has left. */
    private void fold(Fold by, Memory into, int value, int mask) {
        int sum = value == 0 ? 1 : 0;
        if (by == Fold.SUM) {
            if (mask == NO_MASK) {
                code.vector(ops.add, value, value, into);
                ops.store(into, value);
                return;
            }
            ops.load(sum, into);
            code.vector(ops.add, value, value, new Register(sum));
        } else {
            ops.load(sum, into);
            greater(sum, value, value == 2 ? 3 : 2);
        }
        if (mask != NO_MASK) {
            ops.blend(value, sum, new Register(value), mask);
        }
        ops.store(into, value);
    }

    /** The greater in {@code b}, as {@link tns.expr.Opcode#MAX} has it, where a NaN of either wins. */
    private void greater(int a, int b, int spare) {
        code.vector(ops.compare, spare, a, new Register(a), ProgramCode.UNORDERED);
        code.vector(ops.max, b, a, new Register(b));
        ops.blend(b, b, new Register(a), spare);
    }

    /** Adds the lanes of the piece that began at FROM to those of the pieces before; copies those of the first. */
    private void carry() {
        Label further = new Label();
        Label done = new Label();
        code.load(RBX, number(FROM));
        code.compareNumber(RBX, 0);
        code.jump(Assembler.NOT_EQUAL, further);
        for (int k = 0; k < all.length; k++) {
            ops.load(0, part[k]);
            ops.store(all[k], 0);
        }
        code.jump(done);
        code.bind(further);
        for (int k = 0; k < all.length; k++) {
            ops.load(0, all[k]);
            code.vector(ops.add, 0, 0, part[k]);
            ops.store(all[k], 0);
        }
        code.bind(done);
    }

    /** The lanes' sums added up as threads do, in register 0: in pairs within a warp, then across. */
    private void total() {
        int warp = Math.min(all.length, RowLayout.WARP * ops.width() / Assembler.VECTOR);
        int warps = all.length / warp;
        for (int w = warps - 1; w >= 0; w--) {
            for (int v = 0; v < warp; v++) {
                ops.load(v, all[w * warp + v]);
            }
            for (int distance = warp / 2; distance > 0; distance /= 2) {
                for (int v = 0; v < distance; v++) {
                    code.vector(ops.add, v, v, new Register(v + distance));
                }
            }
            for (int distance = lanes() / 2; distance > 0; distance /= 2) {
                turn(1, 0, distance);
                code.vector(ops.add, 0, 0, new Register(1));
            }
            ops.store(part[w], 0);
        }
        for (int distance = warps / 2; distance > 0; distance /= 2) {
            for (int w = 0; w < distance; w++) {
                ops.load(0, part[w]);
                code.vector(ops.add, 0, 0, part[w + distance]);
                ops.store(part[w], 0);
            }
        }
        ops.load(0, part[0]);
    }

    private int lanes() {
        return Assembler.VECTOR / ops.width();
    }

    /** The lanes that are so many further on, in the first places. */
    private void turn(int to, int from, int distance) {
        if (distance * ops.width() == Assembler.VECTOR / 2) {
            code.vector(P66 | M3A | 0x19, from, 0, new Register(to), 1);
        } else if (wide) {
            code.vector(P66 | M3A | 0x05, to, 0, new Register(from), 0b0101);
        } else {
            code.vector(P66 | M3A | 0x04, to, 0, new Register(from), distance == 2 ? 0b1110 : 0b0001);
        }
    }

    /** The greatest of the lanes in register 0: NaN where there is one, and no negative zero. */
    private void greatest() {
        ops.load(0, part[0]);
        for (int k = 1; k < part.length; k++) {
            ops.load(1, part[k]);
            greater(1, 0, 2);
        }
        for (int distance = lanes() / 2; distance > 0; distance /= 2) {
            turn(1, 0, distance);
            greater(1, 0, 2);
        }
        code.vector(ops.add, 0, 0, ops.constant(0));
    }
}
