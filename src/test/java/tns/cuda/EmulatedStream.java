package tns.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import tns.cuda.emulator.Emulator;
import tns.cuda.emulator.Memory;
import tns.cuda.emulator.Module;
import tns.cuda.ptx.Kernel;
import tns.cuda.ptx.KernelText;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.View;

/** A stream of a small emulated device, and host arrays copied to its memory and back. */
final class EmulatedStream implements Stream {
    private final Memory memory = new Memory();
    private final Module.Cache modules = new Module.Cache();
    private final Map<KernelText, Kernel> kernels = new HashMap<>();
    private final Emulator emulator;

    EmulatedStream(Emulator.Order order, long seed) {
        emulator = new Emulator(memory, order, seed);
    }

    @Override
    public void launch(KernelText text, int blocks, long... arguments) {
        Kernel kernel = kernels.computeIfAbsent(text, KernelText::render);
        emulator.launch(modules.of(kernel.text()), blocks, kernel.threads(), arguments);
    }

    @Override
    public long reserve(long bytes) {
        return memory.allocate(Math.max(1, bytes));
    }

    @Override
    public void release(long address) {
        memory.free(address);
    }

    @Override
    public int multiprocessors() {
        return 2;
    }

    /** Bytes that have been reserved and not given back. */
    long reserved() {
        return memory.allocated();
    }

    /** A copy of {@code array}, seen as {@code view}. */
    Region upload(Object array, View view) {
        byte[] bytes = EmulatedMemory.bytes(array);
        long address = reserve(bytes.length);
        memory.write(address, bytes, 0, bytes.length);
        return new Region(EmulatedMemory.dtype(array), address, view);
    }

    /** Poisoned memory for a contiguous tensor. */
    Region room(DType dtype, Shape shape) {
        return new Region(dtype, reserve((long) shape.elements() * dtype.bytes()), View.contiguous(shape));
    }

    /** The first {@code count} elements of the region's memory as a host array. */
    Object download(Region region, int count) {
        byte[] bytes = new byte[count * region.dtype().bytes()];
        memory.read(region.address(), bytes, 0, bytes.length);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return switch (region.dtype()) {
            case FLOAT32 -> {
                float[] array = new float[count];
                buffer.asFloatBuffer().get(array);
                yield array;
            }
            case FLOAT64 -> {
                double[] array = new double[count];
                buffer.asDoubleBuffer().get(array);
                yield array;
            }
            case INT64 -> {
                long[] array = new long[count];
                buffer.asLongBuffer().get(array);
                yield array;
            }
            case BOOL -> bytes;
        };
    }
}
