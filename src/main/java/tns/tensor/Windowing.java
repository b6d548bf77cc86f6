package tns.tensor;

/**
 * How windows lie over a tensor's spatial dims: their distance, the padding on both sides (negative crops), the distance
 * between a window's elements, and the number of independent groups of channels.
 */
public record Windowing(int[] stride, int[] before, int[] after, int[] dilation, int groups) {
    public int dims() {
        return stride.length;
    }

    /**
     * The number of windows along dim {@code d} of {@code size}; less than 1 when the kernel is larger.
     *
     * @throws tns.error.TnsException of kind LIMIT when the padded dim is larger than a tensor can be
     */
    public int count(int size, int kernel, int d) {
        int padded = Shape.checkedSize((long) size + before[d] + after[d]);
        long reach = (long) dilation[d] * (kernel - 1) + 1;
        return reach > padded ? 0 : (int) (padded - reach) / stride[d] + 1;
    }
}
