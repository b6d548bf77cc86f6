package tns.cuda.driver;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * Copies of large arrays to and from the device, by way of memory that stays where it is, which the device reads and
 * writes by itself: while it is busy with one part of an array, the host copies the part beside it.
 *
 * <p>Used by one thread at a time, the one to which the device's context is bound.
 */
final class Transfer implements AutoCloseable {
    private static final int PART_BYTES = 4 << 20;
    private static final int PARTS = 2;

    private final Pointer[] places = new Pointer[PARTS];
    private final MemorySegment[] parts = new MemorySegment[PARTS];
    /** Reached by the queue when the device is done with a part. */
    private final CUevent[] done = new CUevent[PARTS];

    Transfer() {
        for (int i = 0; i < PARTS; i++) {
            places[i] = new Pointer();
            NativeDriver.check("cuMemHostAlloc", JCudaDriver.cuMemHostAlloc(places[i], PART_BYTES, 0));
            parts[i] = MemorySegment.ofBuffer(places[i].getByteBuffer(0, PART_BYTES));
            done[i] = new CUevent();
            NativeDriver.check(
                    "cuEventCreate", JCudaDriver.cuEventCreate(done[i], CUevent_flags.CU_EVENT_DISABLE_TIMING));
        }
    }

    /** As {@link Driver#read}. */
    void read(long address, Object array, int to, int count, CUstream stream) {
        int bytes = NativeDriver.elementBytes(array);
        int most = PART_BYTES / bytes;
        int asked = 0;
        for (int copied = 0, part = 0; copied < count; part++) {
            for (; asked < count && asked < copied + PARTS * most; asked += most) {
                int which = asked / most % PARTS;
                long size = (long) Math.min(most, count - asked) * bytes;
                NativeDriver.check(
                        "cuMemcpyDtoHAsync",
                        JCudaDriver.cuMemcpyDtoHAsync(
                                places[which], NativeDriver.at(address + (long) asked * bytes), size, stream));
                NativeDriver.check("cuEventRecord", JCudaDriver.cuEventRecord(done[which], stream));
            }
            int n = Math.min(most, count - copied);
            await(part % PARTS);
            MemorySegment.copy(parts[part % PARTS], layout(array), 0, array, to + copied, n);
            copied += n;
        }
    }

    /** As {@link Driver#write}. */
    void write(long address, Object array, int from, int count, CUstream stream) {
        int bytes = NativeDriver.elementBytes(array);
        int most = PART_BYTES / bytes;
        for (int copied = 0, part = 0; copied < count; part++) {
            int which = part % PARTS;
            int n = Math.min(most, count - copied);
            await(which);
            MemorySegment.copy(array, from + copied, parts[which], layout(array), 0, n);
            NativeDriver.check(
                    "cuMemcpyHtoDAsync",
                    JCudaDriver.cuMemcpyHtoDAsync(
                            NativeDriver.at(address + (long) copied * bytes), places[which], (long) n * bytes, stream));
            NativeDriver.check("cuEventRecord", JCudaDriver.cuEventRecord(done[which], stream));
            copied += n;
        }
    }

    /** Waits until the device is done with a part; at once if it never had to do with it. */
    private void await(int part) {
        NativeDriver.check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(done[part]));
    }

    private static ValueLayout layout(Object array) {
        return switch (array) {
            case float[] a -> ValueLayout.JAVA_FLOAT;
            case double[] a -> ValueLayout.JAVA_DOUBLE;
            case long[] a -> ValueLayout.JAVA_LONG;
            case int[] a -> ValueLayout.JAVA_INT;
            default -> ValueLayout.JAVA_BYTE;
        };
    }

    @Override
    public void close() {
        for (int i = 0; i < PARTS; i++) {
            JCudaDriver.cuEventDestroy(done[i]);
            JCudaDriver.cuMemFreeHost(places[i]);
        }
    }
}
