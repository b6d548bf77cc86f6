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
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int BATCH = 20;
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

    /**
     * Calls {@code ready} with what {@code make} gives, later and on another thread, unless a run of it does not come
     * down to {@code nanos}.
     */
    <T> void order(Supplier<T> make, Consumer<T> run, double nanos, Consumer<T> ready) {
        if (atOnce) {
            ready.accept(make.get());
            return;
        }
        maker.execute(() -> {
            if (!VectorModule.load()) {
                return;
            }
            T made = make.get();
            if (warmUp(() -> run.accept(made), nanos)) {
                ready.accept(made);
            }
        });
    }

    /** Runs it until it is fast; false if it does not become so. */
    private static boolean warmUp(Runnable run, double nanos) {
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
            if (now - begin > MOST_NANOS) {
                return false;
            }
        }
    }
}
