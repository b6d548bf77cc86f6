package tns.cuda;

import java.util.HashMap;
import java.util.Map;
import tns.cuda.driver.Driver;
import tns.cuda.ptx.Kernel;

/** A driver of a device that has memory, addresses without content, and does none of the work that it is given. */
final class MemoryOnlyDriver implements Driver {
    private final long total;
    private final Map<Long, Long> blocks = new HashMap<>();
    private long next = 1L << 32;
    private long allocated;
    private long handles;

    MemoryOnlyDriver(long total) {
        this.total = total;
    }

    long allocated() {
        return allocated;
    }

    @Override
    public long allocate(long bytes) {
        if (allocated + bytes > total) {
            return 0;
        }
        long address = next;
        next += (bytes + 511) / 512 * 512;
        blocks.put(address, bytes);
        allocated += bytes;
        return address;
    }

    @Override
    public void free(long address) {
        allocated -= blocks.remove(address);
    }

    @Override
    public String model() {
        return "memory";
    }

    @Override
    public int multiprocessors() {
        return 1;
    }

    @Override
    public int capability() {
        return 0;
    }

    @Override
    public long totalMemory() {
        return total;
    }

    @Override
    public boolean watchesMemory() {
        return false;
    }

    @Override
    public void write(long address, Object array, int from, int count) {}

    @Override
    public void read(long address, Object array, int to, int count) {}

    @Override
    public void copy(long target, long source, long bytes) {}

    @Override
    public void fill(long address, byte value, long bytes) {}

    @Override
    public void fillWords(long address, int value, long count) {}

    @Override
    public long load(Kernel kernel) {
        return ++handles;
    }

    @Override
    public void launch(long function, int blocks, int threads, long[] arguments) {}

    @Override
    public void synchronize() {}

    @Override
    public void beginCapture() {}

    @Override
    public long endCapture() {
        return ++handles;
    }

    @Override
    public void abandonCapture() {}

    @Override
    public void replay(long graph) {}

    @Override
    public void discard(long graph) {}

    @Override
    public long queue() {
        return 0;
    }

    @Override
    public void close() {}
}
