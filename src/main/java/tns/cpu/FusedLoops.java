package tns.cpu;

import java.util.function.Consumer;
import tns.expr.Lane;
import tns.expr.Program;

/** Makes loops for hot programs, in the background. */
final class FusedLoops {
    /**
     * Element-steps of a program after which its loop is made: some 2 ms of work block by block. A loop takes 20 to 200
     * ms of background time to be ready (EPYC with AVX-512, JDK 25).
     */
    static final long PROMOTE_AFTER = 1 << 22;

    private static final int WARM_UP_ELEMENTS = 1024;

    /** Nanoseconds an element-step may take when it is compiled: about ten times what it does then. */
    private static final double COMPILED_NANOS = 0.4;

    private final Workshop workshop;
    private final long promoteAfter;

    /** Makes loops after this much work; 0 makes them at once, not compiled yet, on the caller's thread. */
    FusedLoops(long promoteAfter) {
        this.promoteAfter = promoteAfter;
        workshop = new Workshop(promoteAfter == 0);
    }

    long promoteAfter() {
        return promoteAfter;
    }

    /** Calls {@code ready} with the loop, later and on another thread, unless the compiler does not manage it well. */
    void request(Program program, long uniforms, Consumer<FusedLoop> ready) {
        int operands = program.inputs() + program.outputs().size();
        Object[] arrays = program.lane() == Lane.F32
                ? new float[operands][WARM_UP_ELEMENTS]
                : new double[operands][WARM_UP_ELEMENTS];
        int[] at = new int[operands];
        workshop.order(
                () -> FusedCode.compile(program, uniforms),
                loop -> loop.run(arrays, at, WARM_UP_ELEMENTS),
                COMPILED_NANOS * WARM_UP_ELEMENTS * (program.steps().size() + operands),
                ready);
    }
}
