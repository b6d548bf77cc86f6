package tns.cuda.emulator;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A load or store of one to four neighbouring elements; the whole access must be aligned to its size. */
final class Access implements Instruction {
    private final Space space;
    private final Operand base;
    private final long offset;
    private final int size;
    private final int @Nullable [] targets;
    private final Operand @Nullable [] sources;
    private Memory.@Nullable Block last;

    /** A load into {@code targets} or a store of {@code sources}; the other is null. */
    Access(Space space, Operand base, long offset, int size, int @Nullable [] targets, Operand @Nullable [] sources) {
        this.space = space;
        this.base = base;
        this.offset = offset;
        this.size = size;
        this.targets = targets;
        this.sources = sources;
    }

    @Override
    public void run(Lane lane) {
        int count = targets != null ? targets.length : sources != null ? sources.length : 0;
        long address = base.of(lane) + offset;
        int bytes = count * size;
        if (address % bytes != 0) {
            throw new EmulationError(
                    "misaligned: " + bytes + " bytes at " + Memory.hex(address) + ", not a multiple of " + bytes);
        }
        byte[] memory;
        int at;
        if (space == Space.GLOBAL) {
            Memory.Block block = block(lane, address, bytes);
            memory = block.bytes();
            at = block.index(address, bytes);
        } else {
            memory = space == Space.SHARED ? lane.shared : lane.module().constants();
            at = inside(address, bytes, memory);
        }
        if (targets != null) {
            for (int i = 0; i < count; i++) {
                checkSet(lane, at + i * size);
                lane.set(targets[i], load(memory, at + i * size));
            }
        }
        if (sources != null) {
            for (int i = 0; i < count; i++) {
                store(memory, at + i * size, sources[i].of(lane));
                markSet(lane, at + i * size);
            }
        }
    }

    /** The allocation of the address: nearly always that of the last time. */
    private Memory.Block block(Lane lane, long address, int bytes) {
        Memory.Block block = last;
        if (block == null || !block.isLivingIn(lane.memory) || block.index(address, bytes) < 0) {
            block = lane.memory.block(address, bytes);
            last = block;
        }
        return block;
    }

    private int inside(long address, int bytes, byte[] memory) {
        if (address < 0 || address + bytes > memory.length) {
            throw new EmulationError("access to " + bytes + " bytes at " + address + " of the " + memory.length + " of "
                    + space.name().toLowerCase(Locale.ROOT) + " memory");
        }
        return (int) address;
    }

    private void checkSet(Lane lane, int at) {
        if (space == Space.SHARED && !lane.sharedSet[at]) {
            throw new EmulationError("shared memory at " + at + " is read before it is written");
        }
    }

    private void markSet(Lane lane, int at) {
        if (space == Space.SHARED) {
            lane.sharedSet[at] = true;
        }
    }

    private long load(byte[] memory, int at) {
        return switch (size) {
            case 1 -> memory[at] & 0xFF;
            case 2 -> (short) Memory.SHORT.get(memory, at) & 0xFFFF;
            case 4 -> (int) Memory.INT.get(memory, at) & 0xFFFF_FFFFL;
            default -> (long) Memory.LONG.get(memory, at);
        };
    }

    private void store(byte[] memory, int at, long bits) {
        switch (size) {
            case 1 -> memory[at] = (byte) bits;
            case 2 -> Memory.SHORT.set(memory, at, (short) bits);
            case 4 -> Memory.INT.set(memory, at, (int) bits);
            default -> Memory.LONG.set(memory, at, bits);
        }
    }
}
