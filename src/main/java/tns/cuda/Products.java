package tns.cuda;

import org.jspecify.annotations.Nullable;
import tns.cuda.driver.CublasStream;

/**
 * Matrix products on a stream: by cuBLAS where there is one and the strides suit it, else by the kernels of this project.
 *
 * <p>Results of those kernels are chains of fused multiply-adds in the order of k, as on the CPU. Only where few results
 * have long sums is k cut in parts, each a chain of its own, which are added in their order. The order in which cuBLAS
 * adds is its own.
 */
final class Products {
    private Products() {}

    /**
     * {@code output[b] = left[b] @ right[b]}, [b, m, k] by [b, k, n], any strides in and contiguous out, by the kernels
     * of this project. Operands of bool give int64. An empty k gives zeros.
     */
    static void run(Stream stream, Region left, Region right, Region output) {
        run(stream, null, false, left, right, output);
    }

    /**
     * The same, by {@code blas} where it can.
     *
     * @param tf32 whether factors of float32 may be rounded to 10 bits behind the point, which makes cuBLAS several
     *     times faster
     */
    static void run(
            Stream stream, @Nullable CublasStream blas, boolean tf32, Region left, Region right, Region output) {
        if (output.view().shape().elements() == 0) {
            return;
        }
        MatrixProduct whole = MatrixProduct.of(left, right, output);
        MatrixProduct product = whole.stacked();
        if (blas != null && (product.computedBy(blas, tf32) || whole.computedBy(blas, tf32))) {
            return;
        }
        int parts = product.parts();
        product.launch(stream, product.tile(stream.multiprocessors(), parts), parts);
    }
}
