package tns.cpu;

import java.util.Arrays;
import java.util.List;
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
                loops.store(result(program, inputs, program.outputs().get(i), n), outputs[i], at, n);
            }
        }
    }

    /** Gives every slot its array, and fills those that are the same for all elements. */
    private void prepare(Program program, Walk[] inputs, int size) {
        int count = program.slots();
        if (slots.length < count) {
            blocks = Arrays.copyOf(blocks, count);
            uniforms = Arrays.copyOf(uniforms, count);
            slots = Arrays.copyOf(slots, count);
        }
        int filled = loops.uniformLength() == loops.blockLength()
                ? Math.min(size, loops.blockLength())
                : loops.uniformLength();
        // Two loops: in one over all slots the JIT compiler puts the bounds check of inputs[slot] before the loop,
        // where it fails, and compiles all of run again, 0.3 s each time. A small step in a new process came to its
        // speed after 1.8 s in place of 2.5 (AMD EPYC, two cores, JDK 25, 2026-11-26).
        for (int slot = 0; slot < program.inputs(); slot++) {
            if (inputs[slot].isUniform()) {
                loops.load(uniform(slot), inputs[slot], 0, filled);
            } else {
                block(slot);
            }
        }
        for (int slot = program.inputs(); slot < count; slot++) {
            if (program.isConstant(slot)) {
                loops.fillConstant(uniform(slot), program, slot, filled);
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
    private A result(Program program, Walk[] inputs, int slot, int n) {
        if (!isUniform(program, inputs, slot)) {
            return slots[slot];
        }
        loops.fill(spare, slots[slot], n);
        return spare;
    }
}
