package tns.cpu;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Makes code over the Vector API on a thread of its own, and hands it over only when it is compiled: until then a vector
 * operation takes microseconds, a thousand times what it takes afterwards.
 */
final class Workshop {
    /**
     * How long to wait for the compiler before making the code anew, for the first time: what was compiled before the Vector
     * API's own methods knew which vectors they get calls them instead of being vector code, and stays so.
     */
    private static final long FIRST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);

    private static final long MOST_NANOS = 4 * FIRST_WAIT_NANOS;
    private static final int BATCH = 20;

    /** Brief runs that come first: the JVM compiles with counters what was called 200 times, interpreted until then. */
    private static final int BRIEF_RUNS = 250;

    /**
     * Turns of a loop in a run that is not brief. The JVM's second compiler takes what was called 600 times if calls and
     * turns come to 15 000 together; a vector operation is slow before, so more turns a call would take longer.
     */
    static final int TURNS = 24;

    private static final int IDLE_SECONDS = 5;

    private final ExecutorService maker;
    private final boolean atOnce;

    /** {@code atOnce} hands over what is not compiled yet, on the caller's thread. */
    Workshop(boolean atOnce) {
        this.atOnce = atOnce;
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "tns-fuse");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        maker = pool;
    }

    /** A trial of what was made: one turn of its loop if {@code brief}, else {@link #TURNS}. */
    @FunctionalInterface
    interface Trial<T> {
        void run(T made, boolean brief);
    }

    /**
     * Calls {@code ready} with what {@code make} gives, later and on another thread, unless a run of it that is not brief
     * does not come down to {@code nanos}.
     */
    <T> void order(Supplier<T> make, Trial<T> trial, double nanos, Consumer<T> ready) {
        if (atOnce) {
            ready.accept(make.get());
            return;
        }
        prepare(() -> {
            for (long wait = FIRST_WAIT_NANOS; wait <= MOST_NANOS; wait *= 2) {
                T made = make.get();
                for (int i = 0; i < BRIEF_RUNS; i++) {
                    trial.run(made, true);
                }
                if (warmUp(() -> trial.run(made, false), nanos, wait)) {
                    ready.accept(made);
                    return;
                }
            }
        });
    }

    /**
     * Does {@code work}, which may ask the Vector API how long its vectors are, where code is made; nothing where there is
     * no such API.
     */
    void prepare(Runnable work) {
        if (atOnce) {
            work.run();
            return;
        }
        maker.execute(() -> {
            if (VectorModule.load()) {
                work.run();
            }
        });
    }

    /** Runs it until it is fast; false if it does not become so in the time to wait. */
    private static boolean warmUp(Runnable run, double nanos, long wait) {
        long begin = System.nanoTime();
        while (true) {
            long start = System.nanoTime();
            for (int i = 0; i < BATCH; i++) {
                run.run();
            }
            long now = System.nanoTime();
            if (now - start < nanos * BATCH) {
                return true;
            }
            if (now - begin > wait) {
                return false;
            }
        }
    }
}
