package tns.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * Products of row-major matrices by cuBLAS on one stream; for one thread at a time.
 *
 * <p>The library thinks in columns: a row-major matrix is to it the transposed one. So {@code C = A @ B} is asked for as
 * {@code Cᵀ = Bᵀ @ Aᵀ}, in which nothing has to be turned round.
 */
public final class CublasStream implements AutoCloseable {
    /** What matrices hold and how sums are computed. */
    public enum Arithmetic {
        FLOAT32(0, 0, 68),
        /** Factors are rounded to 10 bits behind the point, sums are float32. */
        TF32(0, 0, 77),
        FLOAT64(1, 1, 70),
        /** Factors are bfloat16; sums and results are float32. */
        BFLOAT16(14, 0, 68);

        private final int input;
        private final int output;
        private final int compute;

        /** The numbers are cudaDataType's and cublasComputeType_t's. */
        Arithmetic(int input, int output, int compute) {
            this.input = input;
            this.output = output;
            this.compute = compute;
        }
    }

    /**
     * Where a factor lies.
     *
     * @param address of its first element
     * @param leading elements from row to row in memory, at least the length of a row there
     * @param transposed whether rows in memory are the factor's columns
     * @param batchStride elements from factor to factor of a batch; 0 repeats one
     */
    public record Factor(long address, int leading, boolean transposed, long batchStride) {}

    /**
     * {@code output[b] = left[b] @ right[b]} for {@code batches} products of [m, k] by [k, n], all sizes at least 1. The
     * output is contiguous, [batches, m, n].
     */
    public record Product(Arithmetic in, int batches, int m, int n, int k, Factor left, Factor right, long output) {}

    private static final int DEFAULT_ALGORITHM = -1;

    private final Cublas library;
    private Consumer<Product> queue = this::compute;
    private final Arena arena = Arena.ofShared();
    private final long handle;
    private final MemorySegment floatOne = arena.allocateFrom(JAVA_FLOAT, 1);
    private final MemorySegment floatZero = arena.allocateFrom(JAVA_FLOAT, 0);
    private final MemorySegment doubleOne = arena.allocateFrom(JAVA_DOUBLE, 1);
    private final MemorySegment doubleZero = arena.allocateFrom(JAVA_DOUBLE, 0);

    @FunctionalInterface
    private interface Call {
        int status() throws Throwable;
    }

    CublasStream(Cublas library, long stream) {
        this.library = library;
        long opened = 0;
        try {
            MemorySegment word = arena.allocate(JAVA_LONG);
            call("cublasCreate", () -> (int) library.create.invokeExact(word));
            opened = word.get(JAVA_LONG, 0);
            long own = opened;
            call("cublasSetStream", () -> (int) library.setStream.invokeExact(own, stream));
        } catch (DriverException e) {
            if (opened != 0) {
                destroy(library, opened);
            }
            arena.close();
            throw e;
        }
        handle = opened;
    }

    private static void call(String function, Call call) {
        int status = status(call);
        if (status != 0) {
            throw new DriverException(function, status, word(status));
        }
    }

    private static String word(int status) {
        return switch (status) {
            case 1 -> "not initialized";
            case 3 -> "allocation failed";
            case 7 -> "invalid value";
            case 8 -> "architecture mismatch";
            case 11 -> "mapping error";
            case 13 -> "execution failed";
            case 14 -> "internal error";
            case 15 -> "not supported";
            case 16 -> "license error";
            default -> "unknown status";
        };
    }

    private static int status(Call call) {
        try {
            return call.status();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a native function throws nothing checked", e);
        }
    }

    private static int destroy(Cublas library, long handle) {
        return status(() -> (int) library.destroy.invokeExact(handle));
    }

    /** The library's version, such as 130100 for 13.1. */
    public int version() {
        try (Arena own = Arena.ofConfined()) {
            MemorySegment word = own.allocate(JAVA_INT);
            call("cublasGetVersion", () -> (int) library.version.invokeExact(handle, word));
            return word.get(JAVA_INT, 0);
        }
    }

    /**
     * Gives it temporary memory, to which it keeps from then on: else it may allocate some, which a graph being captured
     * does not allow.
     */
    public void workspace(long address, long bytes) {
        call("cublasSetWorkspace", () -> (int) library.setWorkspace.invokeExact(handle, address, bytes));
    }

    /**
     * Who queues every product from now on, by {@link #compute}: at once, or when it is its turn; at first they are queued
     * at once.
     */
    public void queuedBy(Consumer<Product> queue) {
        this.queue = queue;
    }

    /**
     * Queues a {@link Product}.
     *
     * @throws DriverException when cuBLAS refuses
     */
    public void product(Arithmetic in, int batches, int m, int n, int k, Factor left, Factor right, long output) {
        queue.accept(new Product(in, batches, m, n, k, left, right, output));
    }

    /**
     * Queues a product now.
     *
     * @throws DriverException when cuBLAS refuses
     */
    public void compute(Product product) {
        Arithmetic in = product.in;
        int batches = product.batches;
        int m = product.m;
        int n = product.n;
        int k = product.k;
        Factor left = product.left;
        Factor right = product.right;
        long output = product.output;
        boolean doubles = in == Arithmetic.FLOAT64;
        MemorySegment one = doubles ? doubleOne : floatOne;
        MemorySegment zero = doubles ? doubleZero : floatZero;
        int turnLeft = left.transposed() ? 1 : 0;
        int turnRight = right.transposed() ? 1 : 0;
        if (batches == 1) {
            call("cublasGemmEx", () -> (int) library.product.invokeExact(
                    handle,
                    turnRight,
                    turnLeft,
                    n,
                    m,
                    k,
                    one,
                    right.address(),
                    in.input,
                    right.leading(),
                    left.address(),
                    in.input,
                    left.leading(),
                    zero,
                    output,
                    in.output,
                    n,
                    in.compute,
                    DEFAULT_ALGORITHM));
            return;
        }
        call("cublasGemmStridedBatchedEx", () -> (int) library.batchedProduct.invokeExact(
                handle,
                turnRight,
                turnLeft,
                n,
                m,
                k,
                one,
                right.address(),
                in.input,
                right.leading(),
                right.batchStride(),
                left.address(),
                in.input,
                left.leading(),
                left.batchStride(),
                zero,
                output,
                in.output,
                n,
                (long) m * n,
                batches,
                in.compute,
                DEFAULT_ALGORITHM));
    }

    /** Gives the handle back; the stream's products must have run. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            destroy(library, handle);
        }
    }
}
