package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class WorkshopTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final double FAST_NANOS = 1e6;
    private static final int SLOW_MILLIS = 20;

    private final BlockingQueue<String> ready = new LinkedBlockingQueue<>();

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            Thread.sleep(1);
        }
        assertTrue(condition.getAsBoolean());
    }

    private static void rest() {
        try {
            Thread.sleep(SLOW_MILLIS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatIsSlowIsNotHandedOverAndWhatIsFastIsOnce() throws InterruptedException {
        AtomicBoolean slow = new AtomicBoolean(true);
        AtomicInteger runs = new AtomicInteger();
        Workshop.Trial<String> trial = (made, turns) -> {
            if (turns > 0 && slow.get()) {
                runs.incrementAndGet();
                rest();
            }
        };
        new Workshop(false).order(() -> "loop", trial, FAST_NANOS, ready::add);
        await(() -> runs.get() > 5);
        assertEquals(0, ready.size());
        assertTrue(Workshop.isBusy());
        slow.set(false);
        assertEquals("loop", ready.poll(LONG.toSeconds(), TimeUnit.SECONDS));
        await(() -> !Workshop.isBusy());
        assertEquals(0, ready.size());
    }

    @Test
    void whatFailsIsNoMoreWork() throws InterruptedException {
        Supplier<String> failing = () -> {
            throw new IllegalStateException("cannot be made");
        };
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> thrown.add(e));
        try {
            new Workshop(false).order(failing, (made, turns) -> {}, FAST_NANOS, ready::add);
            Throwable e = thrown.poll(LONG.toSeconds(), TimeUnit.SECONDS);
            assertTrue(e instanceof IllegalStateException, () -> "thrown: " + e);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        await(() -> !Workshop.isBusy());
        assertEquals(0, ready.size());
    }

    @Test
    void atOnceMeansOnTheCallersThread() {
        new Workshop(true).order(() -> "loop", (made, turns) -> rest(), FAST_NANOS, ready::add);
        assertEquals("loop", ready.poll());
    }
}
