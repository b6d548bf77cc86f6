package tns.cpu;

import java.util.Arrays;
import tns.tensor.View;

/**
 * Some dims of a view in their simplest form: dims of size 1 dropped, neighbours that lie as one merged.
 *
 * <p>Index {@code i} of their row-major order lies {@link #at} elements after the view's offset (plus {@code shift}).
 *
 * @param shift where index 0 lies; not 0 only when dims were turned round
 * @param elements the product of the sizes
 */
record Dims(int[] sizes, int[] strides, int shift, int elements) {
    /** Dims {@code from} to {@code to} of {@code view}, in their order. */
    static Dims ordered(View view, int from, int to) {
        int[] sizes = new int[to - from];
        int[] strides = new int[to - from];
        for (int d = from; d < to; d++) {
            sizes[d - from] = view.shape().size(d);
            strides[d - from] = view.strides()[d];
        }
        return merged(sizes, strides, 0);
    }

    /** The same dims in the order of memory and ascending: for work that may visit them in any order. */
    static Dims inMemoryOrder(View view, int from, int to) {
        int[] sizes = new int[to - from];
        int[] strides = new int[to - from];
        int shift = 0;
        for (int d = from; d < to; d++) {
            int size = view.shape().size(d);
            int stride = view.strides()[d];
            if (stride < 0) {
                shift += (size - 1) * stride;
                stride = -stride;
            }
            int i = d - from;
            for (; i > 0 && strides[i - 1] < stride; i--) {
                sizes[i] = sizes[i - 1];
                strides[i] = strides[i - 1];
            }
            sizes[i] = size;
            strides[i] = stride;
        }
        return merged(sizes, strides, shift);
    }

    private static Dims merged(int[] sizes, int[] strides, int shift) {
        int elements = 1;
        int count = 0;
        for (int d = 0; d < sizes.length; d++) {
            int size = sizes[d];
            elements *= size;
            if (size == 1) {
                continue;
            }
            if (count > 0 && strides[count - 1] == (long) strides[d] * size) {
                sizes[count - 1] *= size;
                strides[count - 1] = strides[d];
            } else {
                sizes[count] = size;
                strides[count++] = strides[d];
            }
        }
        return elements == 0
                ? new Dims(new int[] {0}, new int[] {1}, 0, 0)
                : new Dims(Arrays.copyOf(sizes, count), Arrays.copyOf(strides, count), shift, elements);
    }

    int rank() {
        return sizes.length;
    }

    /** The size of the innermost dim; 1 when there is none. */
    int innerSize() {
        return sizes.length == 0 ? 1 : sizes[sizes.length - 1];
    }

    /** The stride of the innermost dim; 0 when there is none. */
    int innerStride() {
        return sizes.length == 0 ? 0 : strides[strides.length - 1];
    }

    /** These dims without dim {@code d}. */
    Dims without(int d) {
        int[] fewer = new int[sizes.length - 1];
        int[] fewerStrides = new int[sizes.length - 1];
        int product = 1;
        for (int i = 0, j = 0; i < sizes.length; i++) {
            if (i != d) {
                product *= sizes[i];
                fewer[j] = sizes[i];
                fewerStrides[j++] = strides[i];
            }
        }
        return new Dims(fewer, fewerStrides, shift, product);
    }

    /** Where the element of this row-major index lies. */
    int at(int index) {
        int at = shift;
        int rest = index;
        for (int d = sizes.length - 1; d > 0; d--) {
            int size = sizes[d];
            int quotient = rest / size;
            at += (rest - quotient * size) * strides[d];
            rest = quotient;
        }
        return sizes.length == 0 ? at : at + rest * strides[0];
    }
}
