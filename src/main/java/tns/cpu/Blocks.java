package tns.cpu;

import java.util.Arrays;
import java.util.List;
import tns.expr.Opcode;
import tns.expr.Program;
import tns.expr.Step;

/**
 * The working memory of one thread for one lane: an array for every slot of the program at hand. Reused from run to
 * run, so that a run allocates nothing.
 */
final class Blocks<A> {
    private final Loops<A> loops;
    /** Blocks and uniforms of earlier runs by slot number; null where none was needed yet. */
    private A[] blocks;

    private A[] uniforms;
    /** How many of each uniform's first elements are equal. */
    private int[] alike = {};

    /** The choice among them for the program at hand. */
    private A[] slots;

    private final A spare;

    Blocks(Loops<A> loops) {
        this.loops = loops;
        blocks = loops.allocateSlots(0);
        uniforms = loops.allocateSlots(0);
        slots = loops.allocateSlots(0);
        spare = loops.allocate(loops.blockLength());
    }

    /** Computes elements {@code [start, end)} of the outputs. */
    void run(Program program, Walk[] inputs, Walk[] outputs, int start, int end) {
        prepare(program, inputs, end - start);
        for (int at = start; at < end; at += loops.blockLength()) {
            int n = Math.min(loops.blockLength(), end - at);
            for (int i = 0; i < program.inputs(); i++) {
                if (!inputs[i].isUniform()) {
                    loops.load(slots[i], inputs[i], at, n);
                }
            }
            execute(program.steps(), n);
            for (int i = 0; i < outputs.length; i++) {
                int slot = program.outputs().get(i);
                loops.store(result(isUniform(program, inputs, slot), slot, n), outputs[i], at, n);
            }
        }
    }

    /**
     * The same for all {@code n} elements, no more than a block, of operands that lie in arrays of the lane's type from
     * {@code at}: without gaps, or a single one repeated where the bit set {@code uniforms} has the input.
     */
    void small(Program program, long uniforms, Object[] arrays, int[] at, int n) {
        grow(program.slots());
        int inputs = program.inputs();
        int filled = filled(n);
        for (int slot = 0; slot < inputs; slot++) {
            if ((uniforms >> slot & 1) != 0) {
                A uniform = uniform(slot);
                alike[slot] = loops.repeat(uniform, alike[slot], arrays[slot], at[slot], filled);
            } else {
                block(slot);
                System.arraycopy(arrays[slot], at[slot], slots[slot], 0, n);
            }
        }
        prepareRest(program, filled);
        execute(program.steps(), n);
        List<Integer> outputs = program.outputs();
        for (int k = 0; k < outputs.size(); k++) {
            int slot = outputs.get(k);
            boolean repeats = slot < inputs ? (uniforms >> slot & 1) != 0 : program.isConstant(slot);
            System.arraycopy(result(repeats, slot, n), 0, arrays[inputs + k], at[inputs + k], n);
        }
    }

    /** Runs the loop of a step over {@code n} elements of nothing in particular. */
    void apply(Opcode op, int n) {
        grow(3);
        for (int slot = 0; slot < 3; slot++) {
            block(slot);
        }
        loops.apply(op, spare, slots[0], slots[1], slots[2], n);
    }

    private void grow(int count) {
        if (slots.length < count) {
            blocks = Arrays.copyOf(blocks, count);
            uniforms = Arrays.copyOf(uniforms, count);
            slots = Arrays.copyOf(slots, count);
            alike = Arrays.copyOf(alike, count);
        }
    }

    /** How many elements of a uniform are read where there are so many elements in all. */
    private int filled(int size) {
        return loops.uniformLength() == loops.blockLength()
                ? Math.min(size, loops.blockLength())
                : loops.uniformLength();
    }

    /** Gives every slot its array, and fills those that are the same for all elements. */
    private void prepare(Program program, Walk[] inputs, int size) {
        grow(program.slots());
        int filled = filled(size);
        // Two loops: in one over all slots the JIT compiler puts the bounds check of inputs[slot] before the loop,
        // where it fails, and compiles all of run again, 0.3 s each time. A small step in a new process came to its
        // speed after 1.8 s in place of 2.5 (AMD EPYC, two cores, JDK 25, 2026-11-26).
        for (int slot = 0; slot < program.inputs(); slot++) {
            if (inputs[slot].isUniform()) {
                loops.load(uniform(slot), inputs[slot], 0, filled);
                alike[slot] = filled;
            } else {
                block(slot);
            }
        }
        prepareRest(program, filled);
    }

    /** Gives constants and registers their arrays. */
    private void prepareRest(Program program, int filled) {
        for (int slot = program.inputs(); slot < program.slots(); slot++) {
            if (program.isConstant(slot)) {
                A uniform = uniform(slot);
                alike[slot] = loops.repeatConstant(uniform, alike[slot], program, slot, filled);
            } else {
                block(slot);
            }
        }
    }

    /** Gives a slot, and returns, the array for what is the same for all elements. */
    private A uniform(int slot) {
        if (uniforms[slot] == null) {
            uniforms[slot] = loops.allocate(loops.uniformLength());
        }
        slots[slot] = uniforms[slot];
        return slots[slot];
    }

    /** Gives a slot its block. */
    private void block(int slot) {
        if (blocks[slot] == null) {
            blocks[slot] = loops.allocate(loops.blockLength());
        }
        slots[slot] = blocks[slot];
    }

    private static boolean isUniform(Program program, Walk[] inputs, int slot) {
        return slot < program.inputs() ? inputs[slot].isUniform() : program.isConstant(slot);
    }

    private void execute(List<Step> steps, int n) {
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            A a = slots[step.a()];
            A b = step.b() < 0 ? a : slots[step.b()];
            A c = step.c() < 0 ? a : slots[step.c()];
            loops.apply(step.op(), slots[step.target()], a, b, c, n);
        }
    }

    /** An output's block; one that is a constant or a repeated input is spread out first. */
    private A result(boolean repeats, int slot, int n) {
        if (!repeats) {
            return slots[slot];
        }
        loops.fill(spare, slots[slot], n);
        return spare;
    }
}
