package tns.tensor;

/**
 * How windows lie over a tensor's spatial dims: their distance, the padding on both sides (negative crops), the distance
 * between a window's elements, and the number of independent groups of channels.
 */
public record Windowing(int[] stride, int[] before, int[] after, int[] dilation, int groups) {
    public int dims() {
        return stride.length;
    }

    /** The number of windows along dim {@code d} of {@code size}; negative when the kernel is larger. */
    public int count(int size, int kernel, int d) {
        int room = size + before[d] + after[d] - dilation[d] * (kernel - 1) - 1;
        return Math.floorDiv(room, stride[d]) + 1;
    }
}
