package tns.cuda.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.cuda.emulator.Emulator;
import tns.cuda.emulator.Memory;
import tns.cuda.emulator.Module;
import tns.cuda.ptx.Kernel;

/**
 * A device in plain Java: every access is checked, fresh memory is poisoned, and breaking a rule of the driver is an
 * error. Work is done at once; recorded work is a list of calls.
 */
public final class EmulatedDriver implements Driver {
    /** What a small graphics card has, so that programs meet its limit. */
    private static final long MEMORY = 1L << 30;

    private final Memory memory = new Memory();
    private final Emulator emulator;
    private final Module.Cache modules = new Module.Cache();
    private final List<Module> functions = new ArrayList<>();
    private final Map<Long, List<Runnable>> graphs = new HashMap<>();
    private @Nullable List<Runnable> recording;

    /** A device whose threads and blocks take turns in this order. */
    public EmulatedDriver(Emulator.Order order, long seed) {
        emulator = new Emulator(memory, order, seed);
    }

    @Override
    public String model() {
        return "emulator";
    }

    @Override
    public int multiprocessors() {
        return 2;
    }

    @Override
    public int capability() {
        return 70;
    }

    @Override
    public long totalMemory() {
        return MEMORY;
    }

    /** Bytes allocated and not given back. */
    public long allocated() {
        return memory.allocated();
    }

    @Override
    public boolean watchesMemory() {
        return true;
    }

    @Override
    public long allocate(long bytes) {
        return memory.allocated() + bytes > MEMORY ? 0 : memory.allocate(bytes);
    }

    @Override
    public void free(long address) {
        memory.free(address);
    }

    @Override
    public void write(long address, Object array, int from, int count) {
        refuseWhileRecording("a copy from the host");
        int width = NativeDriver.elementBytes(array);
        byte[] bytes = new byte[count * width];
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        switch (array) {
            case float[] a -> buffer.asFloatBuffer().put(a, from, count);
            case double[] a -> buffer.asDoubleBuffer().put(a, from, count);
            case long[] a -> buffer.asLongBuffer().put(a, from, count);
            case int[] a -> buffer.asIntBuffer().put(a, from, count);
            default -> buffer.put((byte[]) array, from, count);
        }
        memory.write(address, bytes, 0, bytes.length);
    }

    @Override
    public void read(long address, Object array, int to, int count) {
        refuseWhileRecording("a copy to the host");
        byte[] bytes = new byte[count * NativeDriver.elementBytes(array)];
        memory.read(address, bytes, 0, bytes.length);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        switch (array) {
            case float[] a -> buffer.asFloatBuffer().get(a, to, count);
            case double[] a -> buffer.asDoubleBuffer().get(a, to, count);
            case long[] a -> buffer.asLongBuffer().get(a, to, count);
            case int[] a -> buffer.asIntBuffer().get(a, to, count);
            default -> buffer.get((byte[]) array, to, count);
        }
    }

    @Override
    public void copy(long target, long source, long bytes) {
        queued(() -> memory.copy(target, source, Math.toIntExact(bytes)));
    }

    @Override
    public void fill(long address, byte value, long bytes) {
        queued(() -> memory.fill(address, value, Math.toIntExact(bytes)));
    }

    @Override
    public void fillWords(long address, int value, long count) {
        byte[] bytes = new byte[Math.toIntExact(4 * count)];
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (words.hasRemaining()) {
            words.putInt(value);
        }
        queued(() -> memory.write(address, bytes, 0, bytes.length));
    }

    @Override
    public long load(Kernel kernel) {
        functions.add(modules.of(kernel.text()));
        return functions.size();
    }

    @Override
    public void launch(long function, int blocks, int threads, long[] arguments) {
        Module module = functions.get((int) function - 1);
        if (blocks < 1) {
            throw new DriverException("launch", 1, "a grid of " + blocks + " blocks");
        }
        long[] own = arguments.clone();
        queued(() -> emulator.launch(module, blocks, threads, own));
    }

    private void queued(Runnable work) {
        List<Runnable> list = recording;
        if (list == null) {
            work.run();
        } else {
            list.add(work);
        }
    }

    private void refuseWhileRecording(String what) {
        if (recording != null) {
            throw new DriverException("capture", 900, what + " is not allowed while work is recorded");
        }
    }

    @Override
    public void synchronize() {
        refuseWhileRecording("waiting");
    }

    @Override
    public void beginCapture() {
        refuseWhileRecording("recording");
        recording = new ArrayList<>();
    }

    @Override
    public long endCapture() {
        List<Runnable> list = recording;
        if (list == null) {
            throw new DriverException("endCapture", 901, "nothing is being recorded");
        }
        recording = null;
        long graph = graphs.size() + 1L;
        graphs.put(graph, list);
        return graph;
    }

    @Override
    public void abandonCapture() {
        recording = null;
    }

    @Override
    public void replay(long graph) {
        List<Runnable> list = graphs.get(graph);
        if (list == null) {
            throw new DriverException("replay", 400, "there is no such recording");
        }
        list.forEach(Runnable::run);
    }

    @Override
    public void discard(long graph) {
        graphs.put(graph, List.of());
    }

    @Override
    public long queue() {
        return 0;
    }

    @Override
    public void close() {
        graphs.clear();
    }
}
