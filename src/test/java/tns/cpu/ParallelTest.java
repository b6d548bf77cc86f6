package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every index once, whatever the threads do. */
@Timeout(60)
class ParallelTest {
    private final Parallel parallel = new Parallel(4);

    private static void covers(Parallel parallel, int count, int grain) {
        AtomicIntegerArray seen = new AtomicIntegerArray(count);
        parallel.range(count, grain, (from, to) -> {
            for (int i = from; i < to; i++) {
                seen.incrementAndGet(i);
            }
        });
        for (int i = 0; i < count; i++) {
            assertEquals(1, seen.get(i), "index " + i + " of " + count + " by " + grain);
        }
    }

    @Test
    void coversEveryIndexOnce() {
        for (int round = 0; round < 300; round++) {
            for (int count : new int[] {0, 1, 7, 64, 1001}) {
                covers(parallel, count, 1 + round % 9);
            }
        }
    }

    @Test
    void theCallerSeesWhatTheOthersWrote() {
        for (int round = 1; round < 5000; round++) {
            int[] written = new int[64];
            int value = round;
            parallel.range(64, 1, (from, to) -> Arrays.fill(written, from, to, value));
            int[] expected = new int[64];
            Arrays.fill(expected, value);
            assertArrayEquals(expected, written);
        }
    }

    @Test
    void rangesInsideRangesEnd() {
        AtomicInteger sum = new AtomicInteger();
        parallel.range(
                32, 1, (from, to) -> parallel.range(32, 1, (inner, end) -> sum.addAndGet((to - from) * (end - inner))));
        assertEquals(32 * 32, sum.get());
    }

    @Test
    void severalCallersShareTheThreads() throws InterruptedException {
        Thread[] callers = new Thread[6];
        AtomicInteger failures = new AtomicInteger();
        for (int i = 0; i < callers.length; i++) {
            callers[i] = new Thread(() -> {
                for (int round = 0; round < 200; round++) {
                    covers(parallel, 100, 3);
                }
            });
            callers[i].setUncaughtExceptionHandler((_, _) -> failures.incrementAndGet());
            callers[i].start();
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertEquals(0, failures.get());
    }

    @Test
    void aFailureIsThrownAfterTheOthersHaveStopped() {
        RuntimeException failure = new IllegalStateException("piece");
        AtomicInteger inside = new AtomicInteger();
        RuntimeException thrown = assertThrows(
                IllegalStateException.class,
                () -> parallel.range(1000, 1, (from, _) -> {
                    inside.incrementAndGet();
                    try {
                        if (from == 100) {
                            throw failure;
                        }
                        Thread.onSpinWait();
                    } finally {
                        inside.decrementAndGet();
                    }
                }));
        assertSame(failure, thrown);
        assertEquals(0, inside.get());
        covers(parallel, 100, 1);
    }

    /** Also alone, where pieces come joined: a long one does not go on to its end. */
    @Test
    void theCheckpointEndsARange() {
        for (int threads : new int[] {1, 4}) {
            AtomicInteger checks = new AtomicInteger();
            AtomicInteger covered = new AtomicInteger();
            RuntimeException stop = new IllegalStateException("stop");
            Parallel stopping = new Parallel(threads, () -> {
                if (checks.incrementAndGet() > 3) {
                    throw stop;
                }
            });
            RuntimeException thrown = assertThrows(
                    IllegalStateException.class,
                    () -> stopping.range(1000, 1, (from, to) -> covered.addAndGet(to - from)));
            assertSame(stop, thrown);
            assertTrue(covered.get() <= 3 * 32, covered + " of 1000 covered");
            assertThrows(IllegalStateException.class, () -> stopping.alone().range(2, 1, (from, to) -> {}));
        }
    }

    @Test
    void anInterruptWaitsAndIsKept() {
        Thread.currentThread().interrupt();
        covers(parallel, 1000, 1);
        parallel.range(4, 1, (_, _) -> pause());
        assertTrue(Thread.interrupted());
    }

    /** Longer than anyone looks before sleeping. */
    private static void pause() {
        long end = System.nanoTime() + 2_000_000;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void threadsThatSleepAreWoken() {
        for (int round = 0; round < 50; round++) {
            pause();
            covers(parallel, 64, 1);
        }
    }

    @Test
    void changesTheNumberOfThreads() {
        for (int threads : new int[] {1, 3, 0, 8, 2}) {
            parallel.threads(threads);
            assertEquals(Math.max(1, threads), parallel.threads());
            covers(parallel, 500, 7);
        }
    }
}
