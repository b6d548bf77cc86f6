package tns.cuda;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tns.cuda.driver.Driver;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Buffer;
import tns.tensor.DType;
import tns.tensor.Device;

/**
 * Who holds which part of a device's memory.
 *
 * <p>Tensors are Java objects, so that the collector decides when their memory is free, but it does not feel how full the
 * device is: it is asked to look when as much again may be garbage as lives, as often as its pauses are a small part of
 * the time, and at the latest when a fixed part of the device has been handed out anew since the last time.
 */
final class DeviceMemory {
    /** The collector is asked again when this part of the device, one in so many, has been handed out since. */
    private static final int SLACK = 8;

    /**
     * Before that the collector may take this part of the time, one in so many. A pause is 14 ms for a small net (AMD EPYC,
     * one core, 2026-11-26), so that at most 0.7 s of garbage pile up.
     */
    private static final int PACE = 50;

    /** What a pause is taken for before there has been one. */
    private static final long FIRST_PAUSE_NANOS = 20_000_000;

    /** Less garbage is not looked for. */
    private static final long LEAST_GARBAGE = 64L << 20;

    /** After a collection, how long at most to wait for it to say what has died, and how long for a last word. */
    private static final long PATIENCE_MILLIS = 100;

    private static final long LAST_WORD_MILLIS = 1;

    private static final long MEBIBYTE = 1L << 20;

    /** Who is told of memory handed out and given back, and may say where it is to be. */
    interface Watch {
        /** Where the next piece is to be, which nobody else uses; 0 for anywhere. */
        long place(long bytes);

        /** A piece was handed out anywhere; {@code buffer} is null where it is temporary. */
        void taken(long address, long bytes, @Nullable DeviceBuffer buffer);

        /** The buffer for the last {@link #place}, when it is not temporary. */
        void placed(DeviceBuffer buffer);

        /** A piece was given back. */
        void givenBack(long address);

        /** There is no room for more: lets go of what it can. */
        void full();
    }

    /** The memory of a buffer, after nobody can reach the buffer any more. */
    private static final class Grave extends PhantomReference<Buffer> {
        private long address;
        private final long bytes;
        /** Whether the memory has not been taken back, and the graves beside it for which that is so. */
        private boolean open;

        private @Nullable Grave before;
        private @Nullable Grave after;

        Grave(Buffer buffer, long address, long bytes, ReferenceQueue<Buffer> dead) {
            super(buffer, dead);
            this.address = address;
            this.bytes = bytes;
        }
    }

    private final Device device;
    private final Driver driver;
    private final Pool pool;
    private final ReferenceQueue<Buffer> dead = new ReferenceQueue<>();
    /** The last of those that are open, which leads to the others: the collector tells of what is reachable only. */
    private @Nullable Grave graves;
    /** Memory that is not handed out though it may have been given back, and whether it has. */
    private final Map<Long, Boolean> pinned = new HashMap<>();
    /** What has been given back while that was put off; null while it is not. */
    private @Nullable List<Long> putOff;

    private @Nullable Watch watch;
    private final long slack;
    private long inBuffers;
    /** The collector is asked again when buffers take more than this, and when they take more than that and it is time. */
    private long limit;

    private long goal = LEAST_GARBAGE;
    private final LongSupplier clock;
    private long resumed;
    private long pause = FIRST_PAUSE_NANOS;
    /** What a recording has taken, which lives as long as the recording does; null when there is none. */
    private @Nullable List<DeviceBuffer> recorded;

    DeviceMemory(Device device, Driver driver) {
        this(device, driver, System::nanoTime);
    }

    /** @param clock nanoseconds since any time */
    DeviceMemory(Device device, Driver driver, LongSupplier clock) {
        this.clock = clock;
        this.resumed = clock.getAsLong();
        this.device = device;
        this.driver = driver;
        this.pool = new Pool(driver);
        this.slack = driver.totalMemory() / SLACK;
        this.limit = slack;
    }

    /**
     * A new buffer of unknown content.
     *
     * @throws TnsException of kind LIMIT when the device has no room, after all that could be freed has been
     */
    DeviceBuffer buffer(DType dtype, int size) {
        long bytes = (long) size * dtype.bytes();
        Watch seer = watch;
        long place = seer == null ? 0 : seer.place(bytes);
        long address = place != 0 ? place : take(bytes, () -> dtype.word() + "[" + size + "]");
        DeviceBuffer buffer = new DeviceBuffer(device, dtype, size, address);
        Grave grave = new Grave(buffer, address, bytes, dead);
        buffer.grave(grave);
        open(grave);
        inBuffers += bytes;
        List<DeviceBuffer> kept = recorded;
        if (kept != null) {
            kept.add(buffer);
        }
        if (seer != null && place != 0) {
            pinned.put(address, false);
            seer.placed(buffer);
        } else if (watch != null) {
            watch.taken(address, bytes, buffer);
        }
        return buffer;
    }

    /** Who is told from now on, or nobody. */
    void watch(@Nullable Watch next) {
        watch = next;
    }

    /** From now on nothing that is given back is handed out again, until {@link #handOutAgain}. */
    void keepAll() {
        putOff = new ArrayList<>();
    }

    /** Lets what was given back since {@link #keepAll} be handed out, but for what is pinned. */
    void handOutAgain() {
        List<Long> waiting = putOff;
        putOff = null;
        if (waiting != null) {
            waiting.forEach(this::giveBack);
        }
    }

    /** Memory that is handed out is not handed out again, whoever gives it back, until {@link #unpin}. */
    void pin(long address) {
        pinned.put(address, putOff != null && putOff.remove((Object) address));
    }

    /** Ends {@link #pin}: the memory is its present buffer's, or anybody's where there is none. */
    void unpin(long address) {
        if (Boolean.TRUE.equals(pinned.remove(address))) {
            giveBack(address);
        }
    }

    /** Whether the buffer's memory has not been given back. */
    boolean isLiving(DeviceBuffer buffer) {
        return buffer.grave() instanceof Grave own && own.open;
    }

    /** What {@link #free} needs of a buffer that may be gone. */
    static @Nullable Object remains(DeviceBuffer buffer) {
        return buffer.grave();
    }

    /** Takes back the memory of a buffer that nobody can reach, by its {@link #remains}. */
    void bury(@Nullable Object remains) {
        if (remains instanceof Grave own) {
            own.clear();
            bury(own);
        }
    }

    /** Memory for the elements of a buffer that is to move: {@link #move} takes it. */
    long roomFor(DeviceBuffer buffer) {
        return take((long) buffer.size() * buffer.dtype().bytes(), () -> "room to keep " + buffer.size() + " elements");
    }

    /** A living buffer lies there from now on, in pinned memory or {@link #roomFor}; where it was is free if not pinned. */
    void move(DeviceBuffer buffer, long to) {
        Grave grave = (Grave) Objects.requireNonNull(buffer.grave());
        giveBack(grave.address);
        grave.address = to;
        buffer.moved(to);
        if (pinned.containsKey(to)) {
            pinned.put(to, false);
        }
    }

    private void giveBack(long address) {
        if (watch != null) {
            watch.givenBack(address);
        }
        if (!pinned.isEmpty() && pinned.containsKey(address)) {
            pinned.put(address, true);
        } else if (putOff != null) {
            putOff.add(address);
        } else {
            pool.giveBack(address);
        }
    }

    /** Takes a buffer's memory back now: nobody will use it any more. */
    void free(DeviceBuffer buffer) {
        bury(buffer.grave());
    }

    /** Temporary memory, until {@link #release}; while work is recorded, until the recording is forgotten. */
    long reserve(long bytes) {
        if (recorded != null) {
            return buffer(DType.INT64, Math.toIntExact(bytes / 8 + 1)).address();
        }
        Watch seer = watch;
        long place = seer == null ? 0 : seer.place(bytes);
        if (place != 0) {
            pinned.put(place, false);
            return place;
        }
        long address = take(bytes, () -> bytes + " bytes of temporary memory");
        if (watch != null) {
            watch.taken(address, bytes, null);
        }
        return address;
    }

    void release(long address) {
        if (recorded == null) {
            giveBack(address);
        }
    }

    /** From now on whatever is handed out belongs to a recording. */
    void beginRecording() {
        recorded = new ArrayList<>();
    }

    /** The buffers the recording uses, to be held on to for as long as it may be replayed. */
    List<DeviceBuffer> endRecording() {
        List<DeviceBuffer> kept = recorded;
        recorded = null;
        return kept == null ? List.of() : kept;
    }

    private long take(long bytes, Supplier<String> what) {
        if (recorded == null) {
            sweep();
            if (inBuffers + bytes > limit || inBuffers + bytes > goal && clock.getAsLong() - resumed > PACE * pause) {
                collect();
            }
        }
        long address = pool.take(bytes);
        if (address == 0 && recorded == null) {
            collect();
            pool.trim();
            address = pool.take(bytes);
        }
        if (address == 0 && watch != null) {
            watch.full();
            pool.trim();
            address = pool.take(bytes);
        }
        if (address == 0) {
            throw full(bytes, what.get());
        }
        return address;
    }

    private TnsException full(long bytes, String what) {
        return new TnsException(
                        ErrorKind.LIMIT,
                        device.name() + ": cannot allocate " + what + " (" + mebibytes(bytes) + " MiB): "
                                + mebibytes(pool.inUse()) + " MiB of " + mebibytes(driver.totalMemory())
                                + " MiB are in use")
                .help("work on smaller pieces, or drop tensors that are not needed: x = none");
    }

    private static long mebibytes(long bytes) {
        return (bytes + MEBIBYTE - 1) / MEBIBYTE;
    }

    /** Takes back the memory of buffers known to be dead. */
    private void sweep() {
        for (Object found = dead.poll(); found != null; found = dead.poll()) {
            if (found instanceof Grave grave) {
                bury(grave);
            }
        }
    }

    private void open(Grave grave) {
        Grave last = graves;
        grave.open = true;
        grave.before = last;
        if (last != null) {
            last.after = grave;
        }
        graves = grave;
    }

    private void close(Grave grave) {
        Grave before = grave.before;
        Grave after = grave.after;
        if (before != null) {
            before.after = after;
        }
        if (after == null) {
            graves = before;
        } else {
            after.before = before;
        }
        grave.open = false;
        grave.before = null;
        grave.after = null;
    }

    private void bury(Grave grave) {
        if (!grave.open) {
            return; // taken back before the collector told
        }
        close(grave);
        inBuffers -= grave.bytes;
        giveBack(grave.address);
    }

    /** Asks the collector, and takes back what it finds. */
    private void collect() {
        long start = clock.getAsLong();
        // What has died is told by another thread, in no order: a buffer that dies for sure shows that it has begun.
        Reference<Buffer> signal = new PhantomReference<>(new DeviceBuffer(device, DType.BOOL, 0, 0), dead);
        System.gc();
        try {
            long patience = PATIENCE_MILLIS;
            for (Object found = dead.remove(patience); found != null; found = dead.remove(patience)) {
                if (found instanceof Grave grave) {
                    bury(grave);
                }
                patience = found == signal ? LAST_WORD_MILLIS : patience;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        limit = inBuffers + slack;
        goal = 2 * inBuffers + LEAST_GARBAGE;
        resumed = clock.getAsLong();
        pause = resumed - start;
    }

    /** Bytes in buffers that may be alive. */
    long inBuffers() {
        sweep();
        return inBuffers;
    }

    /** Bytes taken from the driver. */
    long held() {
        return pool.held();
    }
}
