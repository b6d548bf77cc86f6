package tns.cuda.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;
import org.jspecify.annotations.Nullable;
import tns.cuda.ptx.Kernel;

/** A device behind NVIDIA's driver, called through jcuda. */
final class NativeDriver implements Driver {
    /** Parameters of one kernel at most: the driver's own limit is 4 KiB. */
    private static final int MOST_ARGUMENTS = 512;

    /** Up to here a copy to the device goes through a buffer of our own, and need not wait for queued work. */
    private static final int STAGED_BYTES = 1 << 16;

    /** Allocation while recording is ours to answer for: the allocator keeps what a recording uses. */
    private static final int CAPTURE_RELAXED = 2;

    private static final int LOG_BYTES = 8192;
    private static final long RAW = 0;

    private final int ordinal;
    private final CUdevice device = new CUdevice();
    private final CUcontext context = new CUcontext();
    private final QueueHandle stream = new QueueHandle();
    private final String model;
    private final int multiprocessors;
    private final int capability;
    private final long totalMemory;
    private final ByteBuffer values =
            ByteBuffer.allocateDirect(8 * MOST_ARGUMENTS).order(ByteOrder.nativeOrder());
    /** The addresses of the slots in {@code values}: what cuLaunchKernel wants, made once (0.3 µs a launch, not 3). */
    private final Pointer arguments;

    private final ByteBuffer staged = ByteBuffer.allocateDirect(STAGED_BYTES).order(ByteOrder.nativeOrder());
    private final java.util.Map<Long, CUfunction> functions = new java.util.HashMap<>();
    private final java.util.Map<Long, CUgraphExec> graphs = new java.util.HashMap<>();
    private @Nullable Thread bound;

    /** jcuda keeps the address of a handle to itself and its subclasses. */
    private static final class QueueHandle extends CUstream {
        long raw() {
            return getNativePointer();
        }
    }

    private static final class FunctionHandle extends CUfunction {
        long raw() {
            return getNativePointer();
        }
    }

    private static final class GraphHandle extends CUgraphExec {
        long raw() {
            return getNativePointer();
        }
    }

    private static final class Address extends CUdeviceptr {
        long raw() {
            return getNativePointer() + getByteOffset();
        }
    }

    private NativeDriver(int ordinal) {
        this.ordinal = ordinal;
        check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, ordinal));
        check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
        bind();
        check("cuStreamCreate", JCudaDriver.cuStreamCreate(stream, 0));
        byte[] name = new byte[256];
        check("cuDeviceGetName", JCudaDriver.cuDeviceGetName(name, name.length, device));
        model = new String(name, StandardCharsets.UTF_8).replace("\0", "").strip();
        multiprocessors = attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
        capability = 10 * attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                + attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        long[] free = new long[1];
        long[] total = new long[1];
        check("cuMemGetInfo", JCudaDriver.cuMemGetInfo(free, total));
        totalMemory = total[0];
        ByteBuffer slots = ByteBuffer.allocateDirect(8 * MOST_ARGUMENTS).order(ByteOrder.nativeOrder());
        long base = MemorySegment.ofBuffer(values).address();
        for (int i = 0; i < MOST_ARGUMENTS; i++) {
            slots.putLong(8 * i, base + 8L * i);
        }
        arguments = Pointer.to(slots);
    }

    /**
     * The devices of this machine, once a driver has been found.
     *
     * @throws DriverException when the driver does not start
     */
    static int count() {
        load();
        check("cuInit", JCudaDriver.cuInit(0));
        int[] count = new int[1];
        check("cuDeviceGetCount", JCudaDriver.cuDeviceGetCount(count));
        return count[0];
    }

    /** The CUDA version that the driver speaks, such as 12040 for 12.4. */
    static int version() {
        load();
        int[] version = new int[1];
        check("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(version));
        return version[0];
    }

    /** Opens device number {@code ordinal}, below {@link #count}. */
    static NativeDriver open(int ordinal) {
        return new NativeDriver(ordinal);
    }

    /**
     * jcuda unpacks its native part under a fixed name in java.io.tmpdir and uses whatever lies there, be it half a file
     * or somebody else's: it gets a folder of its own for the moment.
     */
    private static synchronized void load() {
        String before = System.getProperty("java.io.tmpdir");
        try {
            Path own = Files.createTempDirectory("tns-natives");
            System.setProperty("java.io.tmpdir", own.toString());
            try {
                JCudaDriver.setExceptionsEnabled(false);
            } finally {
                System.setProperty("java.io.tmpdir", before);
                try (Stream<Path> files = Files.list(own)) {
                    files.forEach(file -> file.toFile().delete());
                }
                Files.deleteIfExists(own);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int attribute(int which) {
        int[] value = new int[1];
        check("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, which, device));
        return value[0];
    }

    /** A context belongs to a thread: makes it this one's. */
    private void bind() {
        Thread here = Thread.currentThread();
        if (bound != here) {
            check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(context));
            bound = here;
        }
    }

    private static void check(String call, int code) {
        if (code != CUresult.CUDA_SUCCESS) {
            throw new DriverException(call, code, CUresult.stringFor(code));
        }
    }

    @Override
    public String model() {
        return model;
    }

    @Override
    public int multiprocessors() {
        return multiprocessors;
    }

    @Override
    public int capability() {
        return capability;
    }

    @Override
    public long totalMemory() {
        return totalMemory;
    }

    @Override
    public boolean watchesMemory() {
        return false;
    }

    @Override
    public long allocate(long bytes) {
        bind();
        Address address = new Address();
        int code = JCudaDriver.cuMemAlloc(address, bytes);
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            return 0;
        }
        check("cuMemAlloc", code);
        return address.raw();
    }

    @Override
    public void free(long address) {
        bind();
        check("cuMemFree", JCudaDriver.cuMemFree(at(address)));
    }

    private static CUdeviceptr at(long address) {
        return new CUdeviceptr().withByteOffset(address);
    }

    @Override
    public void write(long address, Object array, int from, int count) {
        bind();
        long bytes = (long) count * elementBytes(array);
        if (bytes > STAGED_BYTES) {
            Pointer source = pointer(array).withByteOffset((long) from * elementBytes(array));
            check("cuMemcpyHtoD", JCudaDriver.cuMemcpyHtoD(at(address), source, bytes));
            return;
        }
        staged.clear();
        switch (array) {
            case float[] a -> staged.asFloatBuffer().put(a, from, count);
            case double[] a -> staged.asDoubleBuffer().put(a, from, count);
            case long[] a -> staged.asLongBuffer().put(a, from, count);
            case int[] a -> staged.asIntBuffer().put(a, from, count);
            default -> staged.put((byte[]) array, from, count);
        }
        check("cuMemcpyHtoDAsync", JCudaDriver.cuMemcpyHtoDAsync(at(address), Pointer.to(staged), bytes, stream));
    }

    @Override
    public void read(long address, Object array, int to, int count) {
        bind();
        long bytes = (long) count * elementBytes(array);
        Pointer target = pointer(array).withByteOffset((long) to * elementBytes(array));
        check("cuMemcpyDtoH", JCudaDriver.cuMemcpyDtoH(target, at(address), bytes));
    }

    private static Pointer pointer(Object array) {
        return switch (array) {
            case float[] a -> Pointer.to(a);
            case double[] a -> Pointer.to(a);
            case long[] a -> Pointer.to(a);
            case int[] a -> Pointer.to(a);
            case byte[] a -> Pointer.to(a);
            default -> throw new IllegalArgumentException("no element type: " + array.getClass());
        };
    }

    static int elementBytes(Object array) {
        return switch (array) {
            case float[] a -> Float.BYTES;
            case double[] a -> Double.BYTES;
            case long[] a -> Long.BYTES;
            case int[] a -> Integer.BYTES;
            case byte[] a -> Byte.BYTES;
            default -> throw new IllegalArgumentException("no element type: " + array.getClass());
        };
    }

    @Override
    public void copy(long target, long source, long bytes) {
        bind();
        check("cuMemcpyDtoDAsync", JCudaDriver.cuMemcpyDtoDAsync(at(target), at(source), bytes, stream));
    }

    @Override
    public void fill(long address, byte value, long bytes) {
        bind();
        check("cuMemsetD8Async", JCudaDriver.cuMemsetD8Async(at(address), value, bytes, stream));
    }

    @Override
    public void fillWords(long address, int value, long count) {
        bind();
        check("cuMemsetD32Async", JCudaDriver.cuMemsetD32Async(at(address), value, count, stream));
    }

    @Override
    public long load(Kernel kernel) {
        bind();
        byte[] text = kernel.text().getBytes(StandardCharsets.UTF_8);
        byte[] ended = Arrays.copyOf(text, text.length + 1);
        CUmodule module = new CUmodule();
        int code = JCudaDriver.cuModuleLoadData(module, ended);
        if (code != CUresult.CUDA_SUCCESS) {
            throw new DriverException("cuModuleLoadData", code, CUresult.stringFor(code) + log(ended));
        }
        FunctionHandle function = new FunctionHandle();
        check("cuModuleGetFunction", JCudaDriver.cuModuleGetFunction(function, module, kernel.name()));
        functions.put(function.raw(), function);
        return function.raw();
    }

    /** What the driver's compiler says of a text that it has refused. */
    private static String log(byte[] text) {
        JITOptions options = new JITOptions();
        options.putInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
        JCudaDriver.cuModuleLoadDataJIT(new CUmodule(), Pointer.to(text), options);
        String log = options.getString(CUjit_option.CU_JIT_ERROR_LOG_BUFFER);
        return log == null || log.isBlank() ? "" : ": " + log.replace("\0", "").strip();
    }

    @Override
    public void launch(long function, int blocks, int threads, long[] given) {
        bind();
        for (int i = 0; i < given.length; i++) {
            values.putLong(8 * i, given[i]);
        }
        CUfunction known = functions.get(function);
        check(
                "cuLaunchKernel",
                JCudaDriver.cuLaunchKernel(known, blocks, 1, 1, threads, 1, 1, 0, stream, arguments, null));
    }

    @Override
    public void synchronize() {
        bind();
        check("cuStreamSynchronize", JCudaDriver.cuStreamSynchronize(stream));
    }

    @Override
    public void beginCapture() {
        bind();
        check("cuStreamBeginCapture", JCudaDriver.cuStreamBeginCapture(stream, CAPTURE_RELAXED));
    }

    @Override
    public long endCapture() {
        bind();
        CUgraph graph = new CUgraph();
        check("cuStreamEndCapture", JCudaDriver.cuStreamEndCapture(stream, graph));
        GraphHandle runnable = new GraphHandle();
        check("cuGraphInstantiate", JCudaDriver.cuGraphInstantiate(runnable, graph, RAW));
        check("cuGraphDestroy", JCudaDriver.cuGraphDestroy(graph));
        check("cuGraphUpload", JCudaDriver.cuGraphUpload(runnable, stream));
        graphs.put(runnable.raw(), runnable);
        return runnable.raw();
    }

    @Override
    public void abandonCapture() {
        bind();
        CUgraph graph = new CUgraph();
        if (JCudaDriver.cuStreamEndCapture(stream, graph) == CUresult.CUDA_SUCCESS) {
            JCudaDriver.cuGraphDestroy(graph);
        }
    }

    @Override
    public void replay(long graph) {
        bind();
        check("cuGraphLaunch", JCudaDriver.cuGraphLaunch(graphs.get(graph), stream));
    }

    @Override
    public void discard(long graph) {
        bind();
        check("cuGraphExecDestroy", JCudaDriver.cuGraphExecDestroy(graphs.remove(graph)));
    }

    @Override
    public long queue() {
        return stream.raw();
    }

    @Override
    public void close() {
        bind();
        JCudaDriver.cuStreamSynchronize(stream);
        JCudaDriver.cuStreamDestroy(stream);
        JCudaDriver.cuDevicePrimaryCtxRelease(device);
    }

    @Override
    public String toString() {
        return model + " (device " + ordinal + ")";
    }
}
