package tns.cpu;

import java.util.function.LongSupplier;

/**
 * Asks the collector before dead arrays take more of the heap than what lives.
 *
 * <p>By itself the parallel collector takes new memory, until the heap is as large as it may become, for arrays that do
 * not fit its young generation; and to touch memory for the first time costs more than to look for dead arrays. A loop
 * that keeps 192 MB in a list, new ones at every turn, took 70 to 200 ms a turn and 7 to 15 GB; so it takes 45 to 55 ms and
 * 1.0 GB (AMD EPYC, two cores, 24 GB, 2026-11-27).
 *
 * <p>May be used by several threads.
 */
final class HeapGoal {
    /** Bytes that are made between two looks at the heap, which take some 50 ns. */
    private static final long LOOK_AFTER = 1 << 20;

    /** The heap may always become so large, and what is young in it much of that. */
    private static final long LEAST = 512L << 20;

    /** Memory that is touched for the first time in a nanosecond: a collection that takes longer has to wait longer. */
    private static final int BYTES_PER_NANO = 4;

    private final LongSupplier used;
    private final Runnable collect;
    private final LongSupplier clock;
    private volatile long goal = LEAST;
    /** Bytes made since the last look, roughly: threads may overwrite each other's additions. */
    private long made;

    /**
     * @param used bytes of the heap, dead ones included
     * @param collect looks for all dead ones
     * @param clock nanoseconds since any time
     */
    HeapGoal(LongSupplier used, Runnable collect, LongSupplier clock) {
        this.used = used;
        this.collect = collect;
        this.clock = clock;
    }

    /** That of the JVM's heap. */
    static HeapGoal ofThisProcess() {
        Runtime jvm = Runtime.getRuntime();
        return new HeapGoal(() -> jvm.totalMemory() - jvm.freeMemory(), System::gc, System::nanoTime);
    }

    /** Asks if it is time to; to be called before an array of so many bytes is made. */
    void makeRoom(long bytes) {
        made += bytes;
        if (made >= LOOK_AFTER) {
            made = 0;
            if (used.getAsLong() + bytes > goal) {
                collect(bytes);
            }
        }
    }

    private synchronized void collect(long bytes) {
        if (used.getAsLong() + bytes <= goal) {
            return; // another thread has just asked
        }
        long start = clock.getAsLong();
        collect.run();
        long pause = clock.getAsLong() - start;
        goal = LEAST + 2 * used.getAsLong() + BYTES_PER_NANO * pause;
    }
}
