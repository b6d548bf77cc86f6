package tns.cpu;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import tns.tensor.DType;

/**
 * Large arrays that were given back, for the next buffers of the same type and size: a loop then works on the same few.
 * A new array costs the collector's attention, zeroing on one thread, and new pages of memory.
 *
 * <p>Holds at most a fixed part of the heap, and that softly: the collector takes it where memory runs short. Of one
 * device; may be used by several threads.
 */
final class ArrayPool {
    /** Smaller arrays are the collector's: it makes and frees them in the cache. */
    private static final long LEAST_BYTES = 1 << 20;

    /** The most it holds is the heap's size divided by this. */
    private static final int PART = 8;

    /** An array that waits. */
    private record Idle(DType dtype, int size, SoftReference<Object> array) {
        long bytes() {
            return (long) size * dtype.bytes();
        }
    }

    private final long most;
    /** The last given back first: what of it is still in the cache is worth most. */
    private final Deque<Idle> idle = new ArrayDeque<>();

    private long held;

    ArrayPool() {
        this(Runtime.getRuntime().maxMemory() / PART);
    }

    /** @param most the bytes that it may hold */
    ArrayPool(long most) {
        this.most = most;
    }

    private static boolean takes(DType dtype, int size) {
        return (long) size * dtype.bytes() >= LEAST_BYTES;
    }

    /** An array of unknown content, or null when none of this size waits. */
    @Nullable
    Object take(DType dtype, int size) {
        return takes(dtype, size) ? find(dtype, size) : null;
    }

    private synchronized @Nullable Object find(DType dtype, int size) {
        for (Iterator<Idle> each = idle.iterator(); each.hasNext(); ) {
            Idle one = each.next();
            Object array = one.array.get();
            if (array == null || one.dtype == dtype && one.size == size) {
                each.remove();
                held -= one.bytes();
                if (array != null) {
                    return array;
                }
            }
        }
        return null;
    }

    /** Takes an array that nobody will use any more. */
    void give(DType dtype, int size, Object array) {
        if (takes(dtype, size)) {
            keep(new Idle(dtype, size, new SoftReference<>(array)));
        }
    }

    private synchronized void keep(Idle one) {
        idle.addFirst(one);
        held += one.bytes();
        while (held > most) {
            held -= idle.removeLast().bytes();
        }
    }

    /** Bytes that it holds, or held until the collector took them. */
    synchronized long held() {
        return held;
    }
}
