package tns.cpu;

import java.util.function.Consumer;
import java.util.function.Supplier;
import tns.expr.Lane;
import tns.expr.Program;

/** Makes loops for hot programs, in the background. */
final class FusedLoops {
    /**
     * Element-steps of a program after which its loop is made: some 30 ms of work block by block. A loop takes 20 to 200
     * ms of background time to be ready, and seconds where it is among the first: the JVM's compilers then have less for
     * everything else. The tutorial's first 20 000 epochs took 1.55 and 2.30 s where this was a sixteenth, so 1.23 and
     * 1.02; its first million as long as before, and so did the first calls of a large program (AMD EPYC with AVX-512,
     * two cores, JDK 25, 2026-11-26).
     */
    static final long PROMOTE_AFTER = 1 << 26;

    /** Nanoseconds an element-step may take when it is compiled: about ten times what it does then. */
    private static final double COMPILED_NANOS = 0.4;

    /** What beginning several loops costs, in steps. */
    private static final int LOOP_STEPS = 16;

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
        request(() -> FusedCode.compile(program, uniforms), program, 0, ready);
    }

    /** The same with a loop that takes any number of elements. */
    void requestRagged(Program program, long uniforms, Consumer<FusedLoop> ready) {
        request(() -> FusedCode.compileRagged(program, uniforms), program, 1, ready);
    }

    /** @param missing elements of the last vector */
    private void request(Supplier<FusedLoop> making, Program program, int missing, Consumer<FusedLoop> ready) {
        workshop.prepare(() -> {
            int elements = Workshop.TURNS * lanes(program.lane()) - missing;
            int operands = program.inputs() + program.outputs().size();
            request(
                    making,
                    arrays(program.lane(), operands, elements),
                    elements,
                    program.steps().size(),
                    ready);
        });
    }

    /** Operands of the lane's type, of so many elements each. */
    static Object[] arrays(Lane lane, int operands, int elements) {
        return lane == Lane.F32 ? new float[operands][elements] : new double[operands][elements];
    }

    /**
     * The same with the loop that {@code making} gives, of so many steps.
     *
     * @param arrays operands to warm it up with
     * @param elements how many of them take the loop through all that it does
     */
    void request(Supplier<FusedLoop> making, Object[] arrays, int elements, int steps, Consumer<FusedLoop> ready) {
        int[] at = new int[arrays.length];
        workshop.order(
                making,
                (loop, turns) -> loop.run(
                        arrays, at, turns < Workshop.TURNS ? Math.min(elements, turns * lanes(Lane.F32)) : elements),
                COMPILED_NANOS * elements * (steps + arrays.length),
                ready);
    }

    /**
     * Likewise, for loops of another kind.
     *
     * @param elements how many a trial of all turns works on
     */
    <T> void request(Supplier<T> making, Workshop.Trial<T> trial, int elements, int steps, Consumer<T> ready) {
        workshop.order(making, trial, COMPILED_NANOS * elements * (steps + LOOP_STEPS), ready);
    }

    /** The elements of a vector. */
    private static int lanes(Lane lane) {
        return VectorF32Loops.vectorBytes() / (lane == Lane.F32 ? Float.BYTES : Double.BYTES);
    }
}
