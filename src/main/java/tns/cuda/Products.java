package tns.cuda;

import org.jspecify.annotations.Nullable;
import tns.cuda.driver.CublasStream;
import tns.tensor.DType;
import tns.tensor.ProductPrecision;
import tns.tensor.Shape;

/**
 * Matrix products on a stream: by cuBLAS where there is one and the strides suit it, else by the kernels of this project.
 *
 * <p>Results of those kernels are chains of fused multiply-adds in the order of k, as on the CPU. Only where few results
 * have long sums is k cut in parts, each a chain of its own, which are added in their order. The order in which cuBLAS
 * adds is its own.
 */
final class Products {
    /** Multiply-adds of a product that is best left to the kernels of this project: a few blocks of a small tile. */
    private static final long SMALL_PRODUCT = 1L << 18;

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
     * {@code output = left @ right + bias} with a contiguous bias of n elements, by the kernels of this project; false, and
     * nothing done, where they do it better in two steps.
     */
    static boolean run(Stream stream, Region left, Region right, Region bias, Region output) {
        return output.view().shape().elements() > 0
                && left.view().shape().size(2) > 0
                && bias.view().isContiguous()
                && MatrixProduct.of(left, right, output).stacked().launchWithBias(stream, bias.first());
    }

    /** Whether a product is over before a library has chosen how to compute it. */
    static boolean isSmall(Shape left, Shape output) {
        return (long) output.elements() * left.size(-1) <= SMALL_PRODUCT;
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
        if (blas != null && (product.computedBy(blas, floats) || whole.computedBy(blas, floats))) {
            return;
        }
        int parts = product.parts();
        product.launch(stream, product.tile(stream.multiprocessors(), parts), parts);
    }
}
