package tns.cuda;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
 * device is: it is asked to look whenever a fixed part of the device has been handed out anew since the last time.
 */
final class DeviceMemory {
    /** The collector is asked again when this part of the device, one in so many, has been handed out since. */
    private static final int SLACK = 8;

    /** After a collection, how long at most to wait for it to say what has died, and how long for a last word. */
    private static final long PATIENCE_MILLIS = 100;

    private static final long LAST_WORD_MILLIS = 1;

    private static final long MEBIBYTE = 1L << 20;

    /** The memory of a buffer, after nobody can reach the buffer any more. */
    private static final class Grave extends PhantomReference<Buffer> {
        private final long address;
        private final long bytes;

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
    private final Set<Grave> graves = new HashSet<>();
    private final long slack;
    private long inBuffers;
    private long limit;
    /** What a recording has taken, which lives as long as the recording does; null when there is none. */
    private @Nullable List<DeviceBuffer> recorded;

    DeviceMemory(Device device, Driver driver) {
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
        long address = take(bytes, () -> dtype.word() + "[" + size + "]");
        DeviceBuffer buffer = new DeviceBuffer(device, dtype, size, address);
        Grave grave = new Grave(buffer, address, bytes, dead);
        buffer.grave(grave);
        graves.add(grave);
        inBuffers += bytes;
        List<DeviceBuffer> kept = recorded;
        if (kept != null) {
            kept.add(buffer);
        }
        return buffer;
    }

    /** Takes a buffer's memory back now: nobody will use it any more. */
    void free(DeviceBuffer buffer) {
        Object grave = buffer.grave();
        if (grave instanceof Grave own && graves.contains(own)) {
            own.clear();
            bury(own);
        }
    }

    /** Temporary memory, until {@link #release}; while work is recorded, until the recording is forgotten. */
    long reserve(long bytes) {
        return recorded != null
                ? buffer(DType.INT64, Math.toIntExact(bytes / 8 + 1)).address()
                : take(bytes, () -> bytes + " bytes of temporary memory");
    }

    void release(long address) {
        if (recorded == null) {
            pool.giveBack(address);
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

    private long take(long bytes, java.util.function.Supplier<String> what) {
        if (recorded == null) {
            sweep();
            if (inBuffers + bytes > limit) {
                collect();
                limit = inBuffers + bytes + slack;
            }
        }
        long address = pool.take(bytes);
        if (address == 0 && recorded == null) {
            collect();
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

    private void bury(Grave grave) {
        graves.remove(grave);
        inBuffers -= grave.bytes;
        pool.giveBack(grave.address);
    }

    /** Asks the collector, and takes back what it finds. */
    private void collect() {
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
