package tns.cuda;

/**
 * Matrix products on a stream.
 *
 * <p>Results of the kernels of this project are chains of fused multiply-adds in the order of k, as on the CPU. Only
 * where few results have long sums is k cut in parts, each a chain of its own, which are added in their order.
 */
final class Products {
    private Products() {}

    /**
     * {@code output[b] = left[b] @ right[b]}, [b, m, k] by [b, k, n], any strides in and contiguous out. Operands of
     * bool give int64. An empty k gives zeros.
     */
    static void run(Stream stream, Region left, Region right, Region output) {
        if (output.view().shape().elements() == 0) {
            return;
        }
        MatrixProduct product = MatrixProduct.of(left, right, output);
        int parts = product.parts();
        product.launch(stream, product.tile(stream.multiprocessors(), parts), parts);
    }
}
