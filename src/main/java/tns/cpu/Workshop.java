package tns.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Makes code over the Vector API on a thread of its own, and hands it over only when it is compiled: until then a vector
 * operation takes microseconds, a thousand times what it takes afterwards.
 *
 * <p>There is one such thread in a process, as there is one compiler, and it rests while it waits, as compiler and program
 * need the processors. With a thread for each kind of kernel that ran what it made until it was compiled, multi-head
 * attention's first 10 steps took 5.9 to 7.7 s and not 4.4 to 4.9, and an MLP's first 1000 3.4 to 3.8 s and not 2.7 to 2.9
 * (AMD EPYC, two cores, busy, 2026-11-27).
 */
final class Workshop {
    /**
     * How long to wait for the compiler before making the code anew, for the first time: what was compiled before the Vector
     * API's own methods knew which vectors they get calls them instead of being vector code, and stays so.
     */
    private static final long FIRST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);

    private static final long MOST_WAIT_NANOS = 4 * FIRST_WAIT_NANOS;

    /** Brief runs that come first, to find classes and methods. */
    private static final int BRIEF_RUNS = 10;

    /**
     * Calls of a round that do nothing: the JVM's second compiler takes what was called 5000 times, more where it has much
     * to do, and of all that waits what was called most.
     */
    private static final int EMPTY_CALLS = 1000;

    /** Runs of a round: they tell the compiler what is called with what, and whether it is done. */
    private static final int RUNS = 10;

    /** Turns of a loop in a run: enough for the compiler to unroll it. */
    static final int TURNS = 24;

    /** Asks for a call that is only counted: what was made does nothing where there is less than nothing to do. */
    static final int NO_TURNS = -1;

    /** Rounds after which the code has been called often enough, so that there is nothing to do but wait. */
    private static final int EAGER_ROUNDS = 12;

    private static final int REST_MILLIS = 3;

    private static final int IDLE_SECONDS = 5;

    private static final ThreadPoolExecutor MAKER = maker();

    private final boolean atOnce;

    /** {@code atOnce} hands over what is not compiled yet, on the caller's thread. */
    Workshop(boolean atOnce) {
        this.atOnce = atOnce;
    }

    private static ThreadPoolExecutor maker() {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "tns-fuse");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** A trial of what was made: so many turns of its loop, or {@link #NO_TURNS} for a call that does as little as it can. */
    @FunctionalInterface
    interface Trial<T> {
        void run(T made, int turns);
    }

    /**
     * Calls {@code ready} with what {@code make} gives, later and on another thread, unless a run of it of {@link #TURNS}
     * does not come down to {@code nanos}.
     */
    <T> void order(Supplier<T> make, Trial<T> trial, double nanos, Consumer<T> ready) {
        if (atOnce) {
            ready.accept(make.get());
        } else {
            prepare(new Order<>(make, trial, nanos, ready));
        }
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
        MAKER.execute(() -> {
            if (VectorModule.load()) {
                work.run();
            }
        });
    }

    /** What is being made; from when there is nothing to do but wait, it takes turns with the other orders. */
    private static final class Order<T> implements Runnable {
        private final Supplier<T> make;
        private final Trial<T> trial;
        private final double nanos;
        private final Consumer<T> ready;

        /** Made so far: the compiler may yet come to an earlier one. */
        private final List<T> made = new ArrayList<>();

        private long wait = FIRST_WAIT_NANOS;
        private long until = System.nanoTime();
        private int rounds;

        Order(Supplier<T> make, Trial<T> trial, double nanos, Consumer<T> ready) {
            this.make = make;
            this.trial = trial;
            this.nanos = nanos;
            this.ready = ready;
        }

        @Override
        public void run() {
            do {
                if (System.nanoTime() > until) {
                    if (wait > MOST_WAIT_NANOS) {
                        return;
                    }
                    another();
                }
                for (T one : made) {
                    if (isFast(one)) {
                        ready.accept(one);
                        return;
                    }
                }
            } while (++rounds < EAGER_ROUNDS);
            if (rest()) {
                MAKER.execute(this);
            }
        }

        private void another() {
            T one = make.get();
            for (int i = 0; i < BRIEF_RUNS; i++) {
                trial.run(one, 1);
            }
            made.add(one);
            until = System.nanoTime() + wait;
            wait *= 2;
        }

        private boolean isFast(T one) {
            for (int i = 0; i < EMPTY_CALLS; i++) {
                trial.run(one, NO_TURNS);
            }
            long start = System.nanoTime();
            for (int i = 0; i < RUNS; i++) {
                trial.run(one, TURNS);
            }
            return System.nanoTime() - start < nanos * RUNS;
        }

        /** Whether it may go on. */
        private static boolean rest() {
            try {
                Thread.sleep(REST_MILLIS);
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }
}
