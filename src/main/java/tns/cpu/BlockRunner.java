package tns.cpu;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tns.expr.Lane;
import tns.expr.Opcode;
import tns.expr.Operand;
import tns.expr.PointwiseRunner;
import tns.expr.Program;
import tns.expr.Step;

/**
 * Runs programs block by block, one loop per machine step over buffers that stay in the L1 cache, on several threads
 * where it pays. The bits do not depend on the number of threads or on the kind of loops.
 *
 * <p>Memory: a few blocks per thread and lane, kept. May be used by several threads at once.
 */
final class BlockRunner implements PointwiseRunner {
    /** With 15 slots of floats 60 KiB, of which 12 KiB are in use at a time. A multiple of every vector length. */
    private static final int VECTOR_BLOCK_ELEMENTS = 1024;

    /** Smaller, because constants fill whole blocks of the plain loops. */
    static final int FEW_ELEMENTS = 256;

    /** Steps whose loops are plain Java always. */
    private static final Set<Opcode> PLAIN = EnumSet.of(Opcode.FMOD, Opcode.POW);

    /** Elements to warm the loops of the Vector API up with: a multiple of every vector length. */
    private static final int WARM_UP = 16 * Workshop.TURNS;

    /** What the overhead of a step costs, in elements. */
    private static final int STEP_OVERHEAD_ELEMENTS = 64;

    /** Element-steps below which a run stays on the caller's thread: about 50 microseconds of work. */
    private static final long PARALLEL_MIN_WORK = 1 << 20;

    /** Elements a thread takes at a time, and between two checks for cancellation. */
    private static final int SHARE_ELEMENTS = 16 * VECTOR_BLOCK_ELEMENTS;

    private final Parallel parallel;
    private final ThreadLocal<LaneBlocks> plain = ThreadLocal.withInitial(() -> LaneBlocks.plain(FEW_ELEMENTS));
    private final ThreadLocal<LaneBlocks> vector =
            ThreadLocal.withInitial(() -> LaneBlocks.vector(VECTOR_BLOCK_ELEMENTS));
    private final @Nullable FusedLoops maker;
    /** Element-steps so far, roughly: threads may overwrite each other's additions. */
    private long work;

    private final Warm f32 = new Warm();
    private final Warm f64 = new Warm();

    /** Which steps of a lane have loops of the Vector API that are compiled, and which will. */
    private static final class Warm {
        private final Set<Opcode> requested = EnumSet.noneOf(Opcode.class);
        private volatile Set<Opcode> ready = Set.of();

        /** Whether some of a program's steps have such a loop, and none is without that could have one. */
        boolean has(Program program) {
            Set<Opcode> now = ready;
            boolean some = false;
            for (Step step : program.steps()) {
                boolean known = now.contains(step.op());
                if (!known && !PLAIN.contains(step.op())) {
                    return false;
                }
                some |= known;
            }
            return some;
        }

        /** The steps of a program that have not been requested yet, and are from now on. */
        synchronized Set<Opcode> request(Program program) {
            Set<Opcode> missing = EnumSet.noneOf(Opcode.class);
            program.steps().forEach(step -> missing.add(step.op()));
            missing.removeAll(PLAIN);
            missing.removeAll(requested);
            requested.addAll(missing);
            return missing;
        }

        synchronized void add(Set<Opcode> made) {
            Set<Opcode> all = EnumSet.copyOf(made);
            all.addAll(ready);
            ready = all;
        }
    }

    /**
     * A runner that uses the Vector API after as much work as is worth a loop of a program's own, and plain loops before;
     * the bits stay the same.
     *
     * @param maker what has the loops compiled; null to do without
     */
    BlockRunner(Parallel parallel, @Nullable FusedLoops maker) {
        this.parallel = parallel;
        this.maker = maker;
    }

    @Override
    public void run(Program program, Operand[] inputs, Operand[] outputs, int[] shape) {
        int size = checkedSize(program, inputs, outputs, shape);
        if (size > 0) {
            run(program, walks(inputs, shape), walks(outputs, shape), size);
        }
    }

    /** The number of elements, once the operands are known to fit the program. */
    static int checkedSize(Program program, Operand[] inputs, Operand[] outputs, int[] shape) {
        if (inputs.length < program.inputs()
                || outputs.length != program.outputs().size()) {
            throw new IllegalArgumentException("the program has " + program.inputs() + " inputs and "
                    + program.outputs().size() + " outputs, not " + inputs.length + " and " + outputs.length);
        }
        int size = 1;
        for (int length : shape) {
            size = Math.multiplyExact(size, length);
        }
        return size;
    }

    /** Computes all {@code size} elements. */
    void run(Program program, Walk[] from, Walk[] to, int size) {
        run(isWarm(program, size) ? vector : plain, program, from, to, size);
    }

    /** The same in plain Java, for a program that will have a loop of its own. */
    void plain(Program program, Walk[] from, Walk[] to, int size) {
        run(plain, program, from, to, size);
    }

    private void run(ThreadLocal<LaneBlocks> blocks, Program program, Walk[] from, Walk[] to, int size) {
        if ((long) size * (program.steps().size() + 4) < PARALLEL_MIN_WORK) {
            blocks.get().run(program, from, to, 0, size);
        } else {
            parallel.range(size, SHARE_ELEMENTS, (begin, end) -> blocks.get().run(program, from, to, begin, end));
        }
    }

    /**
     * Whether the loops of the Vector API are there by now; has them compiled when there has been enough work. Not on the
     * caller's thread, where operations that are not compiled would take microseconds: so the first step of multi-head
     * attention took 3.2 s, and takes 1.5 (AMD EPYC, two cores, 2026-11-27).
     */
    private boolean isWarm(Program program, int size) {
        FusedLoops by = maker;
        if (by == null || program.lane() == Lane.I64) {
            return false;
        }
        Warm warm = program.lane() == Lane.F32 ? f32 : f64;
        if (warm.has(program)) {
            return true;
        }
        work += ((long) size + STEP_OVERHEAD_ELEMENTS) * program.steps().size();
        Set<Opcode> missing = work < by.promoteAfter() ? Set.of() : warm.request(program);
        if (!missing.isEmpty()) {
            by.request(
                    () -> LaneBlocks.vector(WARM_UP),
                    (blocks, turns) ->
                            blocks.warmUp(program.lane(), missing, Math.max(0, WARM_UP / Workshop.TURNS * turns)),
                    WARM_UP,
                    missing.size(),
                    made -> warm.add(missing));
        }
        return warm.has(program);
    }

    /**
     * The short way while there is no loop for a program yet, for few elements as {@link Blocks#small} takes them: no
     * operands, no walks.
     *
     * @return whether it was one; if not, nothing has been computed
     */
    boolean small(Program program, long uniforms, Object[] arrays, int[] at, int n) {
        if (n > FEW_ELEMENTS) {
            return false;
        }
        plain.get().small(program, uniforms, arrays, at, n);
        return true;
    }

    static Walk[] walks(Operand[] operands, int[] shape) {
        Walk[] walks = new Walk[operands.length];
        for (int i = 0; i < walks.length; i++) {
            if (operands[i].strides().length != shape.length) {
                throw new IllegalArgumentException("an operand has " + operands[i].strides().length + " strides for "
                        + shape.length + " dimensions");
            }
            walks[i] = new Walk(operands[i], shape);
        }
        return walks;
    }
}
