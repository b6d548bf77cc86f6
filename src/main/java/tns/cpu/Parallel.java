package tns.cpu;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Splits a range of work over a few daemon threads, the caller's included.
 *
 * <p>Threads start with the first range worth sharing and end when idle for a while, so a pool needs no closing. A body
 * may itself split a range: a caller never waits for work that nobody has begun.
 *
 * <p>Who waits looks again and again for a moment before it sleeps: waking a thread takes 20 to 50 microseconds, as long
 * as many a range.
 */
final class Parallel {
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How long to look before sleeping: about the time between two ranges of a small model's step. */
    private static final long LOOK_NANOS = 50_000;

    /** Looks between two offers of the processor to others. */
    private static final int LOOKS = 64;

    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    /** The most pieces that a single thread takes one by one, with a checkpoint before each. */
    private static final int PIECES_ALONE = 32;

    private final Runnable checkpoint;
    private volatile int threads;
    private volatile Team team = new Team(1);

    Parallel(int threads) {
        this(threads, () -> {});
    }

    /** @param checkpoint called before each piece of a range, on its thread; what it throws ends the range */
    Parallel(int threads, Runnable checkpoint) {
        this.checkpoint = checkpoint;
        threads(threads);
    }

    /** For work within a range that is shared already: one thread, and the same checkpoint. */
    Parallel alone() {
        return new Parallel(1, checkpoint);
    }

    int threads() {
        return threads;
    }

    /** Uses at most {@code count} threads from the next range on. */
    synchronized void threads(int count) {
        threads = Math.max(1, count);
        team = new Team(threads - 1); // the old one's threads end when they have been idle
    }

    /** Work on the indices {@code from} (inclusive) to {@code to} (exclusive); runs on any thread. */
    @FunctionalInterface
    interface Body {
        void run(int from, int to);
    }

    /**
     * Covers 0..count with calls of {@code body} on pieces of {@code grain} indices, the last one perhaps smaller, and
     * returns when all are done. The pieces do not depend on the number of threads, except that a single thread may get
     * some of them joined. What a body throws is thrown here, after the others have stopped.
     */
    void range(int count, int grain, Body body) {
        if (count <= grain) {
            if (count > 0) {
                body.run(0, count);
            }
            return;
        }
        int pieces = (int) (((long) count + grain - 1) / grain);
        int hands = hands();
        if (hands == 1) {
            alone(count, (pieces + PIECES_ALONE - 1) / PIECES_ALONE * (long) grain, body);
            return;
        }
        Job job = new Job(count, grain, body, checkpoint);
        team.invite(job, Math.min(hands, pieces) - 1);
        job.work();
        job.finish();
    }

    /** The threads for the next range: while the compiler has to do, one processor is left to it. */
    private int hands() {
        return threads == PROCESSORS && threads > 1 && Workshop.isBusy() ? threads - 1 : threads;
    }

    private void alone(int count, long grain, Body body) {
        for (long from = 0; from < count; from += grain) {
            checkpoint.run();
            body.run((int) from, (int) Math.min(count, from + grain));
        }
    }

    /** Waits for a moment, as one of many such waits that began at {@code start}; false when it is time to sleep. */
    @SuppressWarnings(
            "ThreadPriorityCheck") // Nothing depends on it: it leaves the processor to compilers and the like.
    private static boolean look(long start) {
        for (int i = 0; i < LOOKS; i++) {
            Thread.onSpinWait();
        }
        Thread.yield();
        return System.nanoTime() - start < LOOK_NANOS;
    }

    /** The threads besides the callers', and the jobs they are invited to. */
    private static final class Team {
        private final int most;
        private final Queue<Job> invitations = new ConcurrentLinkedQueue<>();
        private final Queue<Thread> sleepers = new ConcurrentLinkedQueue<>();
        private final AtomicInteger members = new AtomicInteger();

        Team(int most) {
            this.most = most;
        }

        /** Offers the job to {@code count} threads; those that are busy may come to it later, or too late. */
        void invite(Job job, int count) {
            for (int i = 0; i < count; i++) {
                invitations.add(job);
            }
            for (int i = 0; i < count; i++) {
                Thread sleeper = sleepers.poll();
                if (sleeper != null) {
                    LockSupport.unpark(sleeper);
                } else if (members.getAndUpdate(now -> Math.min(most, now + 1)) < most) {
                    Thread thread = new Thread(this::serve, "tns-cpu");
                    thread.setDaemon(true);
                    thread.start();
                }
            }
        }

        private void serve() {
            long idleSince = System.nanoTime();
            while (System.nanoTime() - idleSince < IDLE_NANOS) {
                Job job = invitations.poll();
                if (job != null) {
                    job.work();
                    idleSince = System.nanoTime();
                } else if (!look(idleSince)) {
                    sleep();
                }
            }
            members.decrementAndGet();
            // One that came in between is done here: its caller does not depend on it.
            for (Job job = invitations.poll(); job != null; job = invitations.poll()) {
                job.work();
            }
        }

        private void sleep() {
            Thread self = Thread.currentThread();
            sleepers.add(self);
            // An invitation sent before this thread was in the list woke nobody.
            if (invitations.isEmpty()) {
                LockSupport.parkNanos(this, IDLE_NANOS);
            }
            sleepers.remove(self);
        }
    }

    /** One range being worked on: threads draw pieces until none is left. */
    private static final class Job {
        private final int count;
        private final int grain;
        private final Body body;
        private final Runnable checkpoint;
        private final AtomicLong next = new AtomicLong();
        private final AtomicInteger active = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private volatile @Nullable Thread waiting;

        Job(int count, int grain, Body body, Runnable checkpoint) {
            this.count = count;
            this.grain = grain;
            this.body = body;
            this.checkpoint = checkpoint;
        }

        /** Draws pieces until none is left. */
        void work() {
            active.incrementAndGet();
            for (long from = next.getAndAdd(grain); from < count; from = next.getAndAdd(grain)) {
                try {
                    checkpoint.run();
                    body.run((int) from, (int) Math.min(count, from + grain));
                } catch (Throwable thrown) {
                    failure.compareAndSet(null, thrown);
                    next.set(count);
                }
            }
            if (active.decrementAndGet() == 0) {
                LockSupport.unpark(waiting);
            }
        }

        /** Waits for the threads that are still in a piece; whoever comes from now on finds none left. */
        void finish() {
            boolean interrupted = false;
            long start = System.nanoTime();
            while (active.get() > 0) {
                if (!look(start)) {
                    waiting = Thread.currentThread();
                    if (active.get() > 0) {
                        LockSupport.park(this);
                    }
                    // The pieces write into the caller's arrays, so it must not leave before they are done.
                    interrupted |= Thread.interrupted();
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            switch (failure.get()) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new IllegalStateException(e);
            }
        }
    }
}
