package tns.cpu;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tns.tensor.DType;

/**
 * Arrays that were given back, for the next buffers of the same type and size: a loop then works on the same few. A new
 * array costs the collector's attention, zeroing on one thread, and new pages of memory.
 *
 * <p>Holds little at first, and more when what it had no room for is asked for again, as a training step does whose
 * results come in the same sizes each time; a program whose sizes are always new gains nothing by what is kept. Holds at
 * most a fixed part of the heap, and all of it softly: the collector takes it where memory runs short. Of one device; may
 * be used by several threads.
 */
final class ArrayPool {
    /**
     * Smaller arrays are the collector's: to make one costs no more than to look for one here. One that is used again is in
     * the cache and needs no zeros: {@code a + b} of 1024 elements takes 0.19 µs and not 0.34, of 8192 1.1 and not 2.5, a
     * product of 64 by 64 takes 5.1 and not 5.9; for a quarter of this size there was no gain (AMD EPYC, one core,
     * 2026-11-27).
     */
    private static final long LEAST_BYTES = 1 << 12;

    /** Bytes that it may always hold. */
    private static final long FIRST = 16L << 20;

    /** The most it holds is the heap's size divided by this. */
    private static final int PART = 8;

    /** Kinds that it remembers to have had no room for. */
    private static final int REMEMBERED = 4096;

    /** What arrays have in common that can stand for each other. */
    private record Kind(DType dtype, int size) {
        long bytes() {
            return (long) size * dtype.bytes();
        }
    }

    /** Bytes that it may hold now. */
    private long room;

    /** What may become of them. */
    private final long most;

    /**
     * What waits, the kind that was asked for last at the end. Of one kind the array given back last stands first: what of
     * it is still in the cache is worth most.
     */
    private final LinkedHashMap<Kind, Deque<SoftReference<Object>>> idle = new LinkedHashMap<>(16, 0.75f, true);

    /** What there was no room for, and has not been asked for since. */
    private final Set<Kind> dropped = Collections.newSetFromMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Kind, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });

    private long held;

    ArrayPool() {
        this(FIRST, Runtime.getRuntime().maxMemory() / PART);
    }

    /**
     * @param first the bytes that it may hold from the beginning
     * @param most what may become of them
     */
    ArrayPool(long first, long most) {
        this.room = Math.min(first, most);
        this.most = most;
    }

    /** Whether arrays of so many elements are used again. */
    static boolean takes(DType dtype, int size) {
        return (long) size * dtype.bytes() >= LEAST_BYTES;
    }

    /** An array of unknown content, or null when none of this size waits. */
    @Nullable
    Object take(DType dtype, int size) {
        return takes(dtype, size) ? find(new Kind(dtype, size)) : null;
    }

    private synchronized @Nullable Object find(Kind kind) {
        Deque<SoftReference<Object>> alike = idle.get(kind);
        Object array = null;
        while (alike != null && array == null && !alike.isEmpty()) {
            array = alike.removeFirst().get();
            held -= kind.bytes();
        }
        if (alike != null && alike.isEmpty()) {
            idle.remove(kind);
        }
        if (array == null && dropped.remove(kind)) {
            room = Math.min(room + 2 * kind.bytes(), most);
        }
        return array;
    }

    /** Takes an array that nobody will use any more. */
    void give(DType dtype, int size, Object array) {
        if (takes(dtype, size)) {
            keep(new Kind(dtype, size), new SoftReference<>(array));
        }
    }

    private synchronized void keep(Kind kind, SoftReference<Object> array) {
        idle.computeIfAbsent(kind, any -> new ArrayDeque<>()).addFirst(array);
        held += kind.bytes();
        while (held > room) {
            Kind first = idle.firstEntry().getKey();
            Deque<SoftReference<Object>> alike = idle.firstEntry().getValue();
            alike.removeLast();
            held -= first.bytes();
            dropped.add(first);
            if (alike.isEmpty()) {
                idle.remove(first);
            }
        }
    }

    /** Bytes that it holds, or held until the collector took them. */
    synchronized long held() {
        return held;
    }
}
