package tns.cpu;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tns.expr.Lane;
import tns.expr.Program;

/**
 * Makes loops for hot programs on a thread of its own, and hands each over only when it is compiled: until then a vector
 * operation takes microseconds, a thousand times what it takes afterwards.
 */
final class FusedLoops {
    /**
     * Element-steps of a program after which its loop is made: some 2 ms of work block by block. A loop takes 20 to 200
     * ms of background time to be ready (EPYC with AVX-512, JDK 25).
     */
    static final long PROMOTE_AFTER = 1 << 22;

    private static final int WARM_UP_ELEMENTS = 1024;
    private static final int BATCH = 20;

    /** Nanoseconds an element-step may take when it is compiled: about ten times what it does then. */
    private static final double COMPILED_NANOS = 0.4;

    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int IDLE_SECONDS = 5;

    private final ExecutorService maker;
    private final long promoteAfter;

    /** Makes loops after this much work; 0 makes them at once, not compiled yet, on the caller's thread. */
    FusedLoops(long promoteAfter) {
        this.promoteAfter = promoteAfter;
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "tns-fuse");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        maker = pool;
    }

    long promoteAfter() {
        return promoteAfter;
    }

    /** Calls {@code ready} with the loop, later and on another thread, unless the compiler does not manage it well. */
    void request(Program program, long uniforms, Consumer<FusedLoop> ready) {
        if (promoteAfter == 0) {
            ready.accept(FusedCode.compile(program, uniforms));
        } else {
            maker.execute(() -> {
                FusedLoop loop = FusedCode.compile(program, uniforms);
                if (warmUp(loop, program)) {
                    ready.accept(loop);
                }
            });
        }
    }

    /** Runs the loop on made-up elements until it is fast; false if it does not become so. */
    private static boolean warmUp(FusedLoop loop, Program program) {
        int operands = program.inputs() + program.outputs().size();
        Object[] arrays = program.lane() == Lane.F32
                ? new float[operands][WARM_UP_ELEMENTS]
                : new double[operands][WARM_UP_ELEMENTS];
        int[] at = new int[operands];
        double wanted = COMPILED_NANOS * WARM_UP_ELEMENTS * (program.steps().size() + operands);
        long begin = System.nanoTime();
        while (true) {
            long start = System.nanoTime();
            for (int i = 0; i < BATCH; i++) {
                loop.run(arrays, at, WARM_UP_ELEMENTS);
            }
            long now = System.nanoTime();
            if (now - start < wanted * BATCH) {
                return true;
            }
            if (now - begin > MOST_NANOS) {
                return false;
            }
        }
    }
}
