package tns.cuda.emulator;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Global memory: allocations apart from each other, each access checked. Fresh memory is poisoned, and freed memory
 * stays an error for ever, because no address is used twice.
 *
 * <p>Allocation and freeing are for one thread at a time; accesses may come from several.
 */
public final class Memory {
    private static final long ALIGNMENT = 512;
    private static final long GUARD = 4096;
    /** Reads as a NaN in either float format and as an absurd integer. */
    private static final byte POISON = (byte) 0xFF;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** One allocation. */
    static final class Block {
        private final Memory owner;
        private final long address;
        private final byte[] bytes;
        private volatile boolean freed;
        private @Nullable Traces traces;

        Block(Memory owner, long address, byte[] bytes) {
            this.owner = owner;
            this.address = address;
            this.bytes = bytes;
        }

        byte[] bytes() {
            return bytes;
        }

        /** Who has been here, from now on. */
        Traces traces() {
            Traces known = traces;
            if (known == null) {
                known = new Traces(bytes.length);
                traces = known;
            }
            return known;
        }

        boolean isLivingIn(Memory memory) {
            return owner == memory && !freed;
        }

        /** The index of {@code address} in the bytes, or -1 when {@code size} bytes there are not all inside. */
        int index(long at, int size) {
            long index = at - address;
            return index >= 0 && index + size <= bytes.length ? (int) index : -1;
        }
    }

    private final TreeMap<Long, Block> blocks = new TreeMap<>();
    private long next = 0x7000_0000_0000L;
    private long allocated;

    /** The address of {@code bytes} new bytes, poisoned. */
    public synchronized long allocate(long bytes) {
        byte[] content = new byte[Math.toIntExact(bytes)];
        Arrays.fill(content, POISON);
        long address = next;
        next += (bytes + GUARD + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        blocks.put(address, new Block(this, address, content));
        allocated += bytes;
        return address;
    }

    /**
     * Gives an allocation back.
     *
     * @throws EmulationError unless {@code address} is that of a living allocation
     */
    public synchronized void free(long address) {
        Block block = blocks.remove(address);
        if (block == null) {
            throw new EmulationError("free of " + hex(address) + ", which is not allocated");
        }
        block.freed = true;
        allocated -= block.bytes.length;
    }

    /** Bytes in living allocations. */
    public synchronized long allocated() {
        return allocated;
    }

    /** Copies {@code bytes} from the host. */
    public void write(long address, byte[] source, int from, int bytes) {
        Block block = block(address, bytes);
        System.arraycopy(source, from, block.bytes, block.index(address, bytes), bytes);
    }

    /** Copies {@code bytes} to the host. */
    public void read(long address, byte[] target, int to, int bytes) {
        Block block = block(address, bytes);
        System.arraycopy(block.bytes, block.index(address, bytes), target, to, bytes);
    }

    /** Copies inside the device. */
    public void copy(long target, long source, int bytes) {
        Block from = block(source, bytes);
        Block to = block(target, bytes);
        System.arraycopy(from.bytes, from.index(source, bytes), to.bytes, to.index(target, bytes), bytes);
    }

    /** Sets {@code bytes} bytes to {@code value}. */
    public void fill(long address, byte value, int bytes) {
        Block block = block(address, bytes);
        int index = block.index(address, bytes);
        Arrays.fill(block.bytes, index, index + bytes, value);
    }

    /** The element of 1, 2, 4 or 8 bytes. */
    static long load(byte[] memory, int at, int size) {
        return switch (size) {
            case 1 -> memory[at] & 0xFF;
            case 2 -> (short) SHORT.get(memory, at) & 0xFFFF;
            case 4 -> (int) INT.get(memory, at) & 0xFFFF_FFFFL;
            default -> (long) LONG.get(memory, at);
        };
    }

    /** Sets the element of 1, 2, 4 or 8 bytes. */
    static void store(byte[] memory, int at, int size, long bits) {
        switch (size) {
            case 1 -> memory[at] = (byte) bits;
            case 2 -> SHORT.set(memory, at, (short) bits);
            case 4 -> INT.set(memory, at, (int) bits);
            default -> LONG.set(memory, at, bits);
        }
    }

    /** The allocation in which {@code bytes} bytes at {@code address} lie. */
    synchronized Block block(long address, int bytes) {
        Map.Entry<Long, Block> entry = blocks.floorEntry(address);
        Block block = entry == null ? null : entry.getValue();
        if (block == null || block.index(address, bytes) < 0) {
            throw new EmulationError("access to " + bytes + " bytes at " + hex(address)
                    + (block == null
                            ? ", which is in no allocation"
                            : ", outside of the " + block.bytes.length + " bytes at " + hex(block.address)));
        }
        return block;
    }

    static String hex(long address) {
        return "0x" + Long.toHexString(address);
    }
}
