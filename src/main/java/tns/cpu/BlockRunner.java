package tns.cpu;

import tns.expr.Operand;
import tns.expr.PointwiseRunner;
import tns.expr.Program;

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
    private static final int PLAIN_BLOCK_ELEMENTS = 256;

    /**
     * Work after which the Vector API takes over from plain loops. Its first use costs about 60 ms of class loading,
     * and until it is compiled a vector operation takes microseconds: a short script is done before that. The plain
     * loops take about 0.2 ns an element-step, so this is 30 ms of them (EPYC with AVX-512, JDK 25).
     */
    static final long VECTOR_AFTER_WORK = 1L << 27;

    /** What the overhead of a step costs, in elements. */
    private static final int STEP_OVERHEAD_ELEMENTS = 64;

    /** Element-steps below which a run stays on the caller's thread: about 50 microseconds of work. */
    private static final long PARALLEL_MIN_WORK = 1 << 20;

    /** Elements a thread takes at a time, and between two checks for cancellation. */
    private static final int SHARE_ELEMENTS = 16 * VECTOR_BLOCK_ELEMENTS;

    private final Parallel parallel;
    private final ThreadLocal<LaneBlocks> plain = ThreadLocal.withInitial(() -> LaneBlocks.plain(PLAIN_BLOCK_ELEMENTS));
    private final ThreadLocal<LaneBlocks> vector =
            ThreadLocal.withInitial(() -> LaneBlocks.vector(VECTOR_BLOCK_ELEMENTS));
    private final long vectorAfterWork;
    /** Element-steps so far, roughly: threads may overwrite each other's additions. */
    private long work;

    /**
     * A runner that uses the Vector API, where it can be had, after this much work, and plain loops before; the bits stay
     * the same.
     */
    BlockRunner(Parallel parallel, long vectorAfterWork) {
        this.parallel = parallel;
        this.vectorAfterWork = vectorAfterWork;
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
        if ((long) size * (program.steps().size() + 4) < PARALLEL_MIN_WORK) {
            run(program, from, to, 0, size);
        } else {
            parallel.range(size, SHARE_ELEMENTS, (begin, end) -> run(program, from, to, begin, end - begin));
        }
    }

    /**
     * The short way while there is no loop for a program yet, for few elements as {@link Blocks#small} takes them: no
     * operands, no walks, and always plain loops. To begin with the Vector API here, on the caller's thread and not
     * compiled, took the 12 000th to 16 000th step of a small model to a millisecond each (AMD EPYC, 2026-11-26).
     *
     * @return whether it was one; if not, nothing has been computed
     */
    boolean small(Program program, long uniforms, Object[] arrays, int[] at, int n) {
        if (n > PLAIN_BLOCK_ELEMENTS) {
            return false;
        }
        plain.get().small(program, uniforms, arrays, at, n);
        return true;
    }

    private void run(Program program, Walk[] inputs, Walk[] outputs, int start, int count) {
        boolean warm = work >= vectorAfterWork && VectorModule.load();
        if (!warm) {
            work += (long) (count + STEP_OVERHEAD_ELEMENTS) * program.steps().size();
        }
        (warm ? vector : plain).get().run(program, inputs, outputs, start, start + count);
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
