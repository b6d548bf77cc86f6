package tns.cuda;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tns.cuda.driver.Driver;

/**
 * Memory cut from large pieces and kept when it is given back, since the driver's own allocation waits for the device.
 *
 * <p>The sizes are PyTorch's (CUDACachingAllocator): multiples of 512 bytes; up to 1 MiB from segments of 2 MiB, up to
 * 10 MiB from segments of 20 MiB, larger ones from segments of their own. Unlike PyTorch's, the shared segments grow with
 * what is held already: memory here is given back late, and a call of the driver takes a tenth of a millisecond.
 *
 * <p>A block given back waits for the next one who wants its size, as a step of training does what the one before it did;
 * once somebody wants a size that nothing free is enough for, all that wait join their free neighbours.
 */
final class Pool {
    private static final long UNIT = 512;
    private static final long SMALL = 1L << 20;
    private static final long SMALL_SEGMENT = 2L << 20;
    private static final long MIDDLE = 10L << 20;
    private static final long MIDDLE_SEGMENT = 20L << 20;
    private static final long LARGE_UNIT = 2L << 20;

    /** A shared segment is at least this part of what is held, one in so many, and at most so large. */
    private static final int GROWTH = 8;

    private static final long LARGEST_SHARED = 1L << 30;

    /** A piece of a segment, in use or free, beside its neighbours in memory. */
    private static final class Block {
        private final long address;
        private final boolean small;
        private long size;
        private boolean free;
        private @Nullable Block before;
        private @Nullable Block after;

        Block(long address, long size, boolean small) {
            this.address = address;
            this.size = size;
            this.small = small;
        }
    }

    private static final Comparator<Block> BY_SIZE =
            Comparator.<Block>comparingLong(b -> b.size).thenComparingLong(b -> b.address);

    private final Driver driver;
    private final TreeSet<Block> small = new TreeSet<>(BY_SIZE);
    private final TreeSet<Block> large = new TreeSet<>(BY_SIZE);
    /** Blocks given back that have not joined their neighbours, by their units, the last one first. */
    private final Map<Long, ArrayDeque<Block>> waiting = new HashMap<>();
    /** By the number of the unit at which they begin. The hash of a multiple of 512 says little. */
    private final Map<Long, Block> used = new HashMap<>();

    private long held;
    private long inUse;

    Pool(Driver driver) {
        this.driver = driver;
    }

    /** Bytes taken from the driver. */
    long held() {
        return held;
    }

    /** Bytes handed out. */
    long inUse() {
        return inUse;
    }

    /** The address of at least {@code bytes} bytes; 0 when the device has no room. */
    long take(long bytes) {
        if (driver.watchesMemory()) {
            long address = driver.allocate(Math.max(1, bytes));
            if (address != 0) {
                used.put(address / UNIT, new Block(address, bytes, true));
                inUse += bytes;
                held += bytes;
            }
            return address;
        }
        long size = Math.max(UNIT, (bytes + UNIT - 1) / UNIT * UNIT);
        Block block = last(size);
        if (block == null) {
            block = cut(size);
            if (block == null) {
                return 0;
            }
        }
        block.free = false;
        used.put(block.address / UNIT, block);
        inUse += block.size;
        return block.address;
    }

    /** The last block of this size that was given back and still waits. */
    private @Nullable Block last(long size) {
        ArrayDeque<Block> same = waiting.get(size / UNIT);
        return same == null ? null : same.pollLast();
    }

    /** A block of this size cut from a larger one. */
    private @Nullable Block cut(long size) {
        boolean isSmall = size <= SMALL;
        TreeSet<Block> free = isSmall ? small : large;
        Block wanted = new Block(0, size, isSmall);
        Block block = free.ceiling(wanted);
        if (block == null && !waiting.isEmpty()) {
            join();
            block = free.ceiling(wanted);
        }
        if (block == null) {
            block = segment(size, isSmall);
            if (block == null) {
                return null;
            }
        } else {
            free.remove(block);
        }
        if (block.size - size >= (isSmall ? UNIT : SMALL)) {
            split(block, size, free);
        }
        return block;
    }

    /** Blocks that wait join their free neighbours. */
    private void join() {
        for (ArrayDeque<Block> same : waiting.values()) {
            same.forEach(this::join);
        }
        waiting.clear();
    }

    private @Nullable Block segment(long size, boolean isSmall) {
        long least = isSmall ? SMALL_SEGMENT : size <= MIDDLE ? MIDDLE_SEGMENT : whole(size);
        long grown = size <= MIDDLE ? whole(Math.min(held / GROWTH, LARGEST_SHARED)) : 0;
        long bytes = Math.max(least, grown);
        long address = driver.allocate(bytes);
        if (address == 0 && bytes > least) {
            bytes = least;
            address = driver.allocate(bytes);
        }
        if (address == 0) {
            return null;
        }
        held += bytes;
        return new Block(address, bytes, isSmall);
    }

    private static long whole(long bytes) {
        return (bytes + LARGE_UNIT - 1) / LARGE_UNIT * LARGE_UNIT;
    }

    private static void split(Block block, long size, Set<Block> free) {
        Block rest = new Block(block.address + size, block.size - size, block.small);
        rest.free = true;
        rest.before = block;
        rest.after = block.after;
        if (rest.after != null) {
            rest.after.before = rest;
        }
        block.after = rest;
        block.size = size;
        free.add(rest);
    }

    /** Takes memory back. Work queued before may still use it, work queued later comes after that. */
    void giveBack(long address) {
        Block block = used.remove(address / UNIT);
        if (block == null) {
            throw new IllegalStateException("memory at 0x" + Long.toHexString(address) + " is not in use");
        }
        inUse -= block.size;
        if (driver.watchesMemory()) {
            held -= block.size;
            driver.free(address);
            return;
        }
        waiting.computeIfAbsent(block.size / UNIT, units -> new ArrayDeque<>()).addLast(block);
    }

    private void join(Block given) {
        Block block = given;
        TreeSet<Block> free = block.small ? small : large;
        Block before = block.before;
        if (before != null && before.free) {
            free.remove(before);
            block = joined(before, block);
        }
        Block after = block.after;
        if (after != null && after.free) {
            free.remove(after);
            block = joined(block, after);
        }
        block.free = true;
        free.add(block);
    }

    private static Block joined(Block first, Block second) {
        first.size += second.size;
        first.after = second.after;
        if (first.after != null) {
            first.after.before = first;
        }
        return first;
    }

    /** Gives whole segments that nobody uses back to the driver. */
    void trim() {
        join();
        for (TreeSet<Block> free : java.util.List.of(small, large)) {
            free.removeIf(block -> {
                if (block.before != null || block.after != null) {
                    return false;
                }
                driver.free(block.address);
                held -= block.size;
                return true;
            });
        }
    }
}
