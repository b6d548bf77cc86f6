package tns.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
    private static final int BRIEF_RUNS = 2;

    /**
     * Calls of a round that do nothing: the JVM's second compiler takes what was called 5000 times, more where it has much
     * to do, and of all that waits what was called most.
     */
    private static final int EMPTY_CALLS = 1000;

    /**
     * The most runs of a round: they tell the compiler what is called with what, and say whether it is done. Until then
     * methods of the library do what vector operations are to do, and are compiled in turn when they are called often: with
     * ten long runs in every round they took half of the compiler's time.
     */
    private static final int MOST_RUNS = 10;

    /** Time after which a round has no other run, unless one was about fast enough. */
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** How many times as long as it may a run takes that says that the compiler is not done. */
    private static final int FAR_OFF = 10;

    /** Turns of a loop in a run: enough for the compiler to unroll it. */
    static final int TURNS = 24;

    /** Asks for a call that is only counted: what was made does nothing where there is less than nothing to do. */
    static final int NO_TURNS = -1;

    /** Rounds that come without a rest. */
    private static final int EAGER_ROUNDS = 6;

    /** How many times as long as a round took comes no other of the same order. */
    private static final int SPARING = 5;

    private static final int REST_MILLIS = 3;

    private static final int IDLE_SECONDS = 5;

    private static final ThreadPoolExecutor MAKER = maker();

    /** Orders that are being made. */
    private static final AtomicInteger ORDERS = new AtomicInteger();

    private final boolean atOnce;

    /** {@code atOnce} hands over what is not compiled yet, on the caller's thread. */
    Workshop(boolean atOnce) {
        this.atOnce = atOnce;
    }

    /** Whether something is being made, so that the compiler has to do. */
    static boolean isBusy() {
        return ORDERS.get() > 0;
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
            ORDERS.incrementAndGet();
            MAKER.execute(new Order<>(make, trial, nanos, ready));
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

    /** What is being made; after its first rounds it takes turns with the other orders. */
    private static final class Order<T> implements Runnable {
        private final Supplier<T> make;
        private final Trial<T> trial;
        private final double nanos;
        private final Consumer<T> ready;

        /** Made so far: the compiler may yet come to an earlier one. */
        private final List<T> made = new ArrayList<>();

        private long wait = FIRST_WAIT_NANOS;
        /** When something is to be made anew, and from when on there is to be another round. */
        private long until = System.nanoTime();

        private long next = until;
        private int rounds;

        Order(Supplier<T> make, Trial<T> trial, double nanos, Consumer<T> ready) {
            this.make = make;
            this.trial = trial;
            this.nanos = nanos;
            this.ready = ready;
        }

        @Override
        public void run() {
            boolean waits = false;
            try {
                waits = VectorModule.load() && !isOver() && rest();
            } catch (OutOfMemoryError full) {
                waits = false; // the program needs the memory more: it goes on without
            } finally {
                if (!waits) {
                    ORDERS.decrementAndGet();
                }
            }
            if (waits) {
                MAKER.execute(this);
            }
        }

        /** Does as many rounds as there are to be now; whether the order is filled, or given up. */
        private boolean isOver() {
            long start = System.nanoTime();
            while (rounds < EAGER_ROUNDS || start - next >= 0) {
                if (start - until >= 0) {
                    if (wait > MOST_WAIT_NANOS) {
                        return true;
                    }
                    another();
                }
                for (T one : made) {
                    if (isFast(one)) {
                        ready.accept(one);
                        return true;
                    }
                }
                rounds++;
                long end = System.nanoTime();
                next = end + SPARING * (end - start);
                start = end;
            }
            return false;
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
            long begin = System.nanoTime();
            long start = begin;
            double took = 0;
            for (int i = 0; i < MOST_RUNS && (took < FAR_OFF * nanos || start - begin < ROUND_NANOS); i++) {
                trial.run(one, TURNS);
                long end = System.nanoTime();
                took = end - start;
                if (took < nanos) {
                    return true;
                }
                start = end;
            }
            return false;
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
