package tns.cuda.emulator;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A load or store of one to four neighbouring elements; the whole access must be aligned to its size. */
final class Access {
    private final Space space;
    private final int base;
    private final long offset;
    private final int size;
    private final int bytes;
    private final boolean loads;
    private final int[] slots;
    private Memory.@Nullable Block last;

    /**
     * A load into the slots, or a store from them.
     *
     * @param base the slot of the address
     * @param size the bytes of one element
     */
    Access(Space space, int base, long offset, int size, boolean loads, int[] slots) {
        this.space = space;
        this.base = base;
        this.offset = offset;
        this.size = size;
        this.bytes = size * slots.length;
        this.loads = loads;
        this.slots = slots;
    }

    int[] sources() {
        return loads ? new int[0] : slots;
    }

    int[] targets() {
        return loads ? slots : new int[0];
    }

    /** Does it for the threads from {@code from} to before {@code to}. */
    void run(Threads threads, int from, int to) {
        for (int start = from; start < to; ) {
            start = runSome(threads, start, to);
        }
    }

    /** Does it for those threads from the first on that come to the same allocation; answers which is the next. */
    private int runSome(Threads threads, int from, int to) {
        Memory.Block block = space == Space.GLOBAL ? block(threads.memory, address(threads, from)) : null;
        byte[] memory = block != null ? block.bytes() : space == Space.SHARED ? threads.shared : threads.constants();
        int[] places = threads.places;
        int end = from;
        while (end < to) {
            long address = address(threads, end);
            int at = block == null ? inside(address, memory) : block.index(address, bytes);
            if (at < 0) {
                break;
            }
            places[end++] = at;
        }
        if (threads.watch != Watch.NONE && space != Space.CONST) {
            threads.trace(block == null ? threads.sharedTraces : block.traces(), from, end, bytes, loads);
            if (!loads) {
                threads.journal.add(memory, places, from, end, size, slots.length);
            }
        }
        for (int i = 0; i < slots.length; i++) {
            int ahead = i * size;
            if (space == Space.SHARED) {
                setShared(threads, from, end, ahead);
            }
            if (loads) {
                load(memory, places, from, end, ahead, threads.values, slots[i] * threads.count);
            } else {
                store(memory, places, from, end, ahead, threads.values, slots[i] * threads.count);
            }
        }
        return end;
    }

    private long address(Threads threads, int thread) {
        long address = threads.value(base, thread) + offset;
        // One, two or four elements of 1 to 8 bytes: a power of two.
        if ((address & bytes - 1) != 0) {
            throw new EmulationError(
                    "misaligned: " + bytes + " bytes at " + Memory.hex(address) + ", not a multiple of " + bytes);
        }
        return address;
    }

    /** The allocation of the address: nearly always that of the last time. */
    private Memory.Block block(Memory memory, long address) {
        Memory.Block block = last;
        if (block == null || !block.isLivingIn(memory) || block.index(address, bytes) < 0) {
            block = memory.block(address, bytes);
            last = block;
        }
        return block;
    }

    private int inside(long address, byte[] memory) {
        if (address < 0 || address + bytes > memory.length) {
            throw new EmulationError("access to " + bytes + " bytes at " + address + " of the " + memory.length + " of "
                    + space.name().toLowerCase(Locale.ROOT) + " memory");
        }
        return (int) address;
    }

    /** Asks whether what is loaded has been stored before, or notes that it is. */
    private void setShared(Threads threads, int from, int to, int ahead) {
        boolean[] set = threads.sharedSet;
        int[] places = threads.places;
        for (int i = from; i < to; i++) {
            if (!loads) {
                set[places[i] + ahead] = true;
            } else if (!set[places[i] + ahead]) {
                throw new EmulationError("shared memory at " + (places[i] + ahead) + " is read before it is written");
            }
        }
    }

    private void load(byte[] memory, int[] places, int from, int to, int ahead, long[] values, int first) {
        if (size == Integer.BYTES) {
            for (int i = from; i < to; i++) {
                values[first + i] = Memory.load(memory, places[i] + ahead, Integer.BYTES);
            }
        } else if (size == Long.BYTES) {
            for (int i = from; i < to; i++) {
                values[first + i] = Memory.load(memory, places[i] + ahead, Long.BYTES);
            }
        } else {
            for (int i = from; i < to; i++) {
                values[first + i] = Memory.load(memory, places[i] + ahead, size);
            }
        }
    }

    private void store(byte[] memory, int[] places, int from, int to, int ahead, long[] values, int first) {
        for (int i = from; i < to; i++) {
            Memory.store(memory, places[i] + ahead, size, values[first + i]);
        }
    }
}
