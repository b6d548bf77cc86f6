package tns.cpu;

import java.util.Arrays;
import tns.expr.Operand;

/**
 * An operand seen as a sequence in row-major order: inner dimensions that continue each other are merged, so that most
 * operands are a single run.
 */
final class Walk {
    /** Elements at {@code position + k * stride}, k < count, that belong at {@code at} and after in the block. */
    interface Run {
        void move(int position, int stride, int at, int count);
    }

    private final Object array;
    private final int offset;
    /** The dimensions that did not merge into the inner run, outermost first. */
    private final int[] outerSizes;

    private final int[] outerStrides;
    private final int innerSize;
    private final int innerStride;

    private static final int[] NONE = {};

    Walk(Operand operand, int[] shape) {
        array = operand.array();
        offset = operand.offset();
        int[] strides = operand.strides();
        int size = 1;
        int stride = 0;
        int dim = shape.length - 1;
        for (; dim >= 0 && (size == 1 || shape[dim] == 1 || strides[dim] == stride * size); dim--) {
            if (shape[dim] != 1) {
                stride = size == 1 ? strides[dim] : stride;
                size *= shape[dim];
            }
        }
        innerSize = size;
        innerStride = stride;
        outerSizes = dim < 0 ? NONE : Arrays.copyOf(shape, dim + 1);
        outerStrides = dim < 0 ? NONE : Arrays.copyOf(strides, dim + 1);
    }

    Object array() {
        return array;
    }

    /** Whether every element is the same one. */
    boolean isUniform() {
        return innerStride == 0 && outerSizes.length == 0;
    }

    /** Whether the elements follow each other without gaps. */
    boolean isRun() {
        return outerSizes.length == 0 && (innerStride == 1 || innerSize == 1);
    }

    /** Where the first element is. */
    int offset() {
        return offset;
    }

    /** How many elements lie at one stride, from the first and from every multiple of it on. */
    int innerSize() {
        return innerSize;
    }

    int innerStride() {
        return innerStride;
    }

    /** Where element {@code index} is. */
    int position(int index) {
        return outerSizes.length == 0
                ? offset + index * innerStride
                : rowPosition(index / innerSize) + index % innerSize * innerStride;
    }

    /** Splits the elements {@code [start, start + n)} into runs of equal stride. */
    void forEachRun(int start, int n, Run run) {
        if (outerSizes.length == 0) {
            run.move(offset + start * innerStride, innerStride, 0, n);
            return;
        }
        int within = start % innerSize;
        int row = start / innerSize;
        for (int at = 0; at < n; row++, within = 0) {
            int count = Math.min(innerSize - within, n - at);
            run.move(rowPosition(row) + within * innerStride, innerStride, at, count);
            at += count;
        }
    }

    private int rowPosition(int row) {
        int position = offset;
        int rest = row;
        for (int dim = outerSizes.length - 1; dim > 0; dim--) {
            position += rest % outerSizes[dim] * outerStrides[dim];
            rest /= outerSizes[dim];
        }
        return position + rest * outerStrides[0];
    }
}
