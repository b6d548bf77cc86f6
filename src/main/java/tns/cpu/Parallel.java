package tns.cpu;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Splits a range of work over a few daemon threads, the caller's included.
 *
 * <p>Threads start with the first range worth sharing and end when idle for a while, so a pool needs no closing. A body
 * may itself split a range: a caller never waits for work that nobody has begun.
 */
final class Parallel {
    private static final int IDLE_SECONDS = 10;

    private volatile int threads;
    private @Nullable ExecutorService workers;

    Parallel(int threads) {
        this.threads = Math.max(1, threads);
    }

    int threads() {
        return threads;
    }

    /** Uses at most {@code count} threads from the next range on. */
    synchronized void threads(int count) {
        threads = Math.max(1, count);
        workers = null; // the old ones end when they have been idle
    }

    /** Work on the indices {@code from} (inclusive) to {@code to} (exclusive); runs on any thread. */
    @FunctionalInterface
    interface Body {
        void run(int from, int to);
    }

    /**
     * Covers 0..count with calls of {@code body} on pieces of {@code grain} indices, the last one perhaps smaller, and
     * returns when all are done. The pieces do not depend on the number of threads, except that a single thread may get
     * them joined. What a body throws is thrown here, after the others have stopped.
     */
    void range(int count, int grain, Body body) {
        if (count <= grain || threads == 1) {
            if (count > 0) {
                body.run(0, count);
            }
            return;
        }
        int pieces = (int) (((long) count + grain - 1) / grain);
        Job job = new Job(count, grain, body);
        int others = Math.min(threads, pieces) - 1;
        for (int i = 0; i < others; i++) {
            workers().execute(job);
        }
        job.run();
        job.finish();
    }

    private synchronized ExecutorService workers() {
        ExecutorService pool = workers;
        if (pool == null) {
            int most = Math.max(1, threads - 1);
            ThreadPoolExecutor started = new ThreadPoolExecutor(
                    most, most, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                        Thread thread = new Thread(task, "tns-cpu");
                        thread.setDaemon(true);
                        return thread;
                    });
            started.allowCoreThreadTimeOut(true);
            pool = started;
            workers = pool;
        }
        return pool;
    }

    /** One range being worked on: threads draw pieces until none is left. */
    private static final class Job implements Runnable {
        private final int count;
        private final int grain;
        private final Body body;
        private long next;
        private int active;
        private @Nullable Throwable failure;

        Job(int count, int grain, Body body) {
            this.count = count;
            this.grain = grain;
            this.body = body;
        }

        @Override
        public void run() {
            for (int from = draw(true); from >= 0; from = draw(false)) {
                try {
                    body.run(from, (int) Math.min(count, (long) from + grain));
                } catch (Throwable thrown) {
                    fail(thrown);
                }
            }
        }

        /** The start of the next piece, or -1 when there is none and this thread has left the job. */
        private synchronized int draw(boolean entering) {
            if (entering) {
                active++;
            }
            if (next < count) {
                int from = (int) next;
                next += grain;
                return from;
            }
            active--;
            notifyAll();
            return -1;
        }

        private synchronized void fail(Throwable thrown) {
            if (failure == null) {
                failure = thrown;
            }
            next = count;
        }

        /** Waits for the threads that are still in a piece. */
        synchronized void finish() {
            boolean interrupted = false;
            while (active > 0) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    // The pieces write into the caller's arrays, so it must not leave before they are done.
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            switch (failure) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(failure);
            }
        }
    }
}
