package tns.cpu;

import java.util.function.Consumer;
import java.util.function.Supplier;
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
        int steps = program.steps().size();
        request(() -> FusedCode.compile(program, uniforms), program.lane(), operands, WARM_UP_ELEMENTS, steps, ready);
    }

    /** The same with a loop that takes any number of elements. */
    void requestRagged(Program program, long uniforms, Consumer<FusedLoop> ready) {
        int operands = program.inputs() + program.outputs().size();
        int steps = program.steps().size();
        request(
                () -> FusedCode.compileRagged(program, uniforms),
                program.lane(),
                operands,
                WARM_UP_ELEMENTS - 1,
                steps,
                ready);
    }

    /**
     * The same with the loop that {@code making} gives, of so many steps over so many operands of the lane.
     *
     * @param elements how many take the loop through all that it does
     */
    void request(
            Supplier<FusedLoop> making, Lane lane, int operands, int elements, int steps, Consumer<FusedLoop> ready) {
        Object[] arrays = lane == Lane.F32 ? new float[operands][elements] : new double[operands][elements];
        int[] at = new int[operands];
        double nanos = COMPILED_NANOS * elements * (steps + operands);
        workshop.order(making, loop -> loop.run(arrays, at, elements), nanos, ready);
    }
}
