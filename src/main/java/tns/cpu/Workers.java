package tns.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** A fixed number of daemon threads that share numbered pieces of work with the caller; idle ones end after a while. */
final class Workers {
    private static final int IDLE_SECONDS = 10;

    private final int threads;
    private final ThreadPoolExecutor pool;

    /** @param threads how many work at a time, the caller included; at least 1 */
    Workers(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1: " + threads);
        }
        this.threads = threads;
        pool = new ThreadPoolExecutor(
                Math.max(1, threads - 1),
                Math.max(1, threads - 1),
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                work -> Thread.ofPlatform().daemon().name("tns-worker").unstarted(work));
        pool.allowCoreThreadTimeOut(true);
    }

    /** Does {@code piece} for 0 to {@code pieces - 1}, in no order; what one of them throws ends the others' work and is thrown. */
    void share(int pieces, IntConsumer piece) {
        AtomicInteger next = new AtomicInteger();
        Runnable work = () -> {
            try {
                for (int number = next.getAndIncrement(); number < pieces; number = next.getAndIncrement()) {
                    piece.accept(number);
                }
            } finally {
                next.set(pieces);
            }
        };
        List<Future<?>> others = new ArrayList<>();
        for (int i = 1; i < Math.min(threads, pieces); i++) {
            others.add(pool.submit(work));
        }
        try {
            work.run();
        } finally {
            others.forEach(Workers::await);
        }
    }

    private static void await(Future<?> other) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    other.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
