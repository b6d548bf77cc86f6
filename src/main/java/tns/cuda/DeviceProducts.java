package tns.cuda;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tns.cuda.driver.Cublas;
import tns.cuda.driver.CublasStream;
import tns.tensor.Buffer;
import tns.tensor.DType;
import tns.tensor.ProductPrecision;
import tns.tensor.Tensor;

/** Who computes the products of a device: cuBLAS, looked for at the first one worth it, or the kernels of tns. */
final class DeviceProducts {
    /** cuBLAS's own, so that it never asks for memory while work is recorded: 32 MiB, as PyTorch has it on Hopper. */
    private static final long WORKSPACE = 32L << 20;

    private final WatchedDriver driver;
    private final DeviceMemory memory;
    private final Stream stream;
    private final Consumer<Buffer> release;
    private RoundedFactors rounded;
    private @Nullable CublasStream blas;
    private boolean soughtBlas;

    /** @param release takes back the memory of a buffer that nobody will use any more */
    DeviceProducts(WatchedDriver driver, DeviceMemory memory, Stream stream, Consumer<Buffer> release) {
        this.release = release;
        this.rounded = new RoundedFactors(release);
        this.driver = driver;
        this.memory = memory;
        this.stream = stream;
    }

    /** {@code output = left @ right}, [b, m, k] by [b, k, n]; the tensors are those that the regions show. */
    void run(Tensor left, Region leftRegion, Tensor right, Region rightRegion, Region output) {
        if (!runsPacked(left, right, output)) {
            Products.run(
                    stream, blasFor(leftRegion, output), ProductPrecision.inForce(), leftRegion, rightRegion, output);
        }
    }

    /** The same plus a bias for every row; false, and nothing done, where two steps are better. */
    boolean run(Region left, Region right, Region bias, Region output) {
        boolean exact = ProductPrecision.inForce() == ProductPrecision.FULL
                || !left.dtype().isFloat();
        return exact && blasFor(left, output) == null && Products.run(stream, left, right, bias, output);
    }

    /** The library that is to compute a product; null where the kernels of tns are quicker, or there is none. */
    private @Nullable CublasStream blasFor(Region left, Region output) {
        boolean small = ProductPrecision.inForce() == ProductPrecision.FULL
                && Products.isSmall(left.view().shape(), output.view().shape());
        return small ? null : blas();
    }

    /** Computes a product of factors rounded to bfloat16, where that is asked for and cuBLAS takes them as they lie. */
    private boolean runsPacked(Tensor left, Tensor right, Region output) {
        if (ProductPrecision.inForce() != ProductPrecision.BFLOAT16
                || left.dtype() != DType.FLOAT32
                || left.elements() == 0
                || output.view().shape().elements() == 0) {
            return false;
        }
        CublasStream library = blas();
        Region a = library == null ? null : packed(left);
        Region b = a == null ? null : packed(right);
        return library != null && a != null && b != null && Products.runPacked(stream, library, a, b, output);
    }

    private @Nullable Region packed(Tensor factor) {
        return rounded.of(
                factor,
                count -> memory.buffer(DType.FLOAT32, (count + 1) / 2),
                (from, count, to) -> Rounding.pack(stream, from, count, to));
    }

    /** The elements of a buffer change, or are given up. */
    void forget(Buffer buffer) {
        if (!rounded.isEmpty()) {
            rounded.forget(buffer);
        }
    }

    /** What is rounded in a recording is so at each run, and what was before it is not. */
    void forgetAll() {
        rounded = new RoundedFactors(release);
    }

    private @Nullable CublasStream blas() {
        if (!soughtBlas) {
            soughtBlas = true;
            Cublas library = driver.queue() == 0 ? null : Cublas.find();
            if (library != null) {
                CublasStream opened = library.open(driver.queue());
                opened.workspace(memory.reserve(WORKSPACE), WORKSPACE);
                opened.queuedBy(product -> driver.queue(new Call.LibraryProduct(opened, product)));
                blas = opened;
            }
        }
        return blas;
    }
}
