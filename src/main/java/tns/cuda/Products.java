package tns.cuda;

import org.jspecify.annotations.Nullable;
import tns.cuda.driver.CublasStream;
import tns.tensor.DType;
import tns.tensor.ProductPrecision;

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
        run(stream, null, ProductPrecision.FULL, left, right, output);
    }

    /**
     * The same, by {@code blas} where it can.
     *
     * @param precision to what factors of float32 may be rounded: TF32 makes cuBLAS several times faster and is nothing to
     *     the kernels of this project; they are given numbers rounded to bfloat16, so that results differ from those of
     *     cuBLAS in the order of sums only
     */
    static void run(
            Stream stream,
            @Nullable CublasStream blas,
            ProductPrecision precision,
            Region left,
            Region right,
            Region output) {
        if (output.view().shape().elements() == 0) {
            return;
        }
        boolean empty = left.view().shape().size(2) == 0;
        if (precision == ProductPrecision.BFLOAT16 && left.dtype() == DType.FLOAT32 && !empty) {
            Region narrowLeft = Rounding.run(stream, left, blas != null);
            Region narrowRight = Rounding.run(stream, right, blas != null);
            compute(stream, blas, CublasStream.Arithmetic.BFLOAT16, narrowLeft, narrowRight, output);
            stream.release(narrowLeft.address());
            stream.release(narrowRight.address());
        } else {
            boolean full = precision == ProductPrecision.FULL;
            CublasStream.Arithmetic floats = full ? CublasStream.Arithmetic.FLOAT32 : CublasStream.Arithmetic.TF32;
            compute(stream, blas, floats, left, right, output);
        }
    }

    /** The same of factors whose elements are bfloat16, and float32 in name only; false where cuBLAS does not take them. */
    static boolean runPacked(Stream stream, CublasStream blas, Region left, Region right, Region output) {
        MatrixProduct whole = MatrixProduct.of(left, right, output);
        return whole.stacked().computedBy(blas, CublasStream.Arithmetic.BFLOAT16)
                || whole.computedBy(blas, CublasStream.Arithmetic.BFLOAT16);
    }

    /**
     * {@code output = left @ right + bias} with a contiguous bias of n elements, for a product so small that a launch
     * more would be felt; false, and nothing done, for others.
     */
    static boolean run(
            Stream stream, @Nullable CublasStream blas, Region left, Region right, Region bias, Region output) {
        if (output.view().shape().elements() == 0
                || left.view().shape().size(2) == 0
                || !bias.view().isContiguous()) {
            return false;
        }
        MatrixProduct product = MatrixProduct.of(left, right, output).stacked();
        return (blas == null || product.isSmall()) && product.launchWithBias(stream, bias.first());
    }

    private static void compute(
            Stream stream,
            @Nullable CublasStream blas,
            CublasStream.Arithmetic floats,
            Region left,
            Region right,
            Region output) {
        MatrixProduct whole = MatrixProduct.of(left, right, output);
        MatrixProduct product = whole.stacked();
        boolean worth = floats != CublasStream.Arithmetic.FLOAT32 || !product.isSmall();
        if (blas != null && worth && (product.computedBy(blas, floats) || whole.computedBy(blas, floats))) {
            return;
        }
        int parts = product.parts();
        product.launch(stream, product.tile(stream.multiprocessors(), parts), parts);
    }
}
