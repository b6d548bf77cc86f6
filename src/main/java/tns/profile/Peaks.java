package tns.profile;

import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * The most that a device has been seen to reach.
 *
 * @param threads on how many threads
 * @param bandwidth bytes read and written in a nanosecond, copying a large float32 tensor
 * @param arithmetic float operations in a nanosecond, in a product of two large float32 matrices
 */
public record Peaks(int threads, double bandwidth, double arithmetic) {
    /** 64 MB in rows of 64 kB, and as many to copy to: more than processors cache. */
    private static final int ROWS = 1 << 10;

    private static final int COLUMNS = 1 << 14;

    private static final int SIDE = 1024;

    /** The best run counts when it has not been beaten by a tenth for so long: until then the code may be compiled. */
    private static final long CALM_NANOS = 150_000_000;

    private static final long MOST_NANOS = 1_000_000_000;
    private static final double BETTER = 0.9;

    /** Measured now, in about half a second; null where there is no memory to do so. */
    public static @Nullable Peaks of(Device device) {
        try {
            return new Peaks(device.threads(), bandwidth(device), arithmetic(device));
        } catch (TnsException e) {
            if (e.kind() == ErrorKind.LIMIT) {
                return null;
            }
            throw e;
        }
    }

    private static double bandwidth(Device device) {
        Tensor from = Tensor.allocate(device, DType.FLOAT32, Shape.of(ROWS, COLUMNS));
        Tensor to = Tensor.allocate(device, DType.FLOAT32, Shape.of(ROWS, COLUMNS));
        long[] each = LongStream.range(0, ROWS).toArray();
        Tensor rows = Tensor.upload(device, DType.INT64, Shape.of(ROWS), each);
        return 8.0 * ROWS * COLUMNS / best(() -> device.take(from, rows, to));
    }

    private static double arithmetic(Device device) {
        Tensor left = Tensor.allocate(device, DType.FLOAT32, Shape.of(SIDE, SIDE));
        Tensor right = Tensor.allocate(device, DType.FLOAT32, Shape.of(SIDE, SIDE));
        Tensor output = Tensor.allocate(device, DType.FLOAT32, Shape.of(SIDE, SIDE));
        return 2.0 * SIDE * SIDE * SIDE / best(() -> device.product(left, right, output));
    }

    /** Nanoseconds of the shortest run. */
    private static long best(Runnable work) {
        long best = Long.MAX_VALUE;
        long begin = System.nanoTime();
        long now = begin;
        for (long since = begin; now - since < CALM_NANOS && now - begin < MOST_NANOS; ) {
            long start = now;
            work.run();
            now = System.nanoTime();
            since = now - start < best * BETTER ? now : since;
            best = Math.min(best, now - start);
        }
        return best;
    }
}
