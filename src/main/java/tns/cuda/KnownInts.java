package tns.cuda;

import org.jspecify.annotations.Nullable;
import tns.cuda.driver.Driver;
import tns.tensor.DType;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * What a device knows of the ints in its buffers: every use as an index has to be checked, and to look at them waits until
 * all queued work is done. They are looked at once, all of a buffer, and then known until they change; what is made of them
 * by copying lies between the same bounds.
 */
final class KnownInts {
    /** Up to so many are looked at on their way from the host. */
    private static final int LOOKED_AT = 1 << 20;

    private final Driver driver;
    private final DeviceMemory memory;
    private final Stream stream;

    KnownInts(Driver driver, DeviceMemory memory, Stream stream) {
        this.driver = driver;
        this.memory = memory;
        this.stream = stream;
    }

    /** These have been sent to a buffer. */
    static void sent(DeviceBuffer buffer, Object array) {
        if (array instanceof long[] ints && ints.length > 0 && ints.length <= LOOKED_AT) {
            long least = ints[0];
            long greatest = ints[0];
            for (long i : ints) {
                least = Math.min(least, i);
                greatest = Math.max(greatest, i);
            }
            buffer.bounds(new IntBounds(least, greatest, null));
        }
    }

    /** What has just been written to a tensor lies between these, at each run of a recording too. */
    static void lie(Tensor written, long least, long greatest) {
        DeviceBuffer buffer = covered(written);
        if (buffer != null) {
            buffer.bounds(new IntBounds(least, greatest, null));
        }
    }

    /** What has just been written to a tensor is elements of {@code source}. */
    static void follow(Tensor source, Tensor written, @Nullable Tape recording) {
        DeviceBuffer buffer = covered(written);
        if (buffer != null
                && source.buffer() instanceof DeviceBuffer from
                && from.bounds() instanceof IntBounds known) {
            boolean rests = recording != null && !recording.hasWritten(from);
            buffer.bounds(new IntBounds(known.least(), known.greatest(), rests ? from : known.of()));
        }
    }

    /** The buffer of ints of which a tensor is the whole; null otherwise. */
    private static @Nullable DeviceBuffer covered(Tensor written) {
        return written.dtype() == DType.INT64
                        && written.buffer() instanceof DeviceBuffer buffer
                        && written.elements() == buffer.size()
                ? buffer
                : null;
    }

    /** Whether they are known to lie in 0..n; a recording is good while they do. */
    boolean areWithin(DeviceBuffer buffer, int n, @Nullable Tape recording) {
        if (buffer instanceof ConstantBuffer constant) {
            return 0 <= constant.bits() && constant.bits() < n;
        }
        IntBounds known = buffer.bounds();
        if (known == null) {
            if (recording != null) {
                return false;
            }
            known = find(buffer);
            buffer.bounds(known);
        }
        if (recording != null && known.areWithin(n)) {
            DeviceBuffer of = recording.hasWritten(buffer) ? known.of() : buffer;
            if (of != null) {
                Tensor all = whole(of);
                recording.onlyWhile(() -> all.device().isKnownWithin(all, n));
            }
        }
        return known.areWithin(n);
    }

    private static Tensor whole(DeviceBuffer buffer) {
        return Tensor.of(buffer, Shape.of(buffer.size()));
    }

    private IntBounds find(DeviceBuffer buffer) {
        View all = whole(buffer).view();
        Region ints = new Region(DType.INT64, buffer.address(), all);
        View one = View.contiguous(Shape.SCALAR);
        long ends = memory.reserve(2 * Long.BYTES);
        Reduce.run(stream, Reduction.MIN, ints, 0, new Region(DType.INT64, ends, one));
        Reduce.run(stream, Reduction.MAX, ints, 0, new Region(DType.INT64, ends + Long.BYTES, one));
        long[] found = new long[2];
        driver.read(ends, found, 0, 2);
        memory.release(ends);
        return new IntBounds(found[0], found[1], null);
    }
}
