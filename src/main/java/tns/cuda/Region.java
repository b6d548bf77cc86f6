package tns.cuda;

import tns.tensor.DType;
import tns.tensor.View;

/**
 * A tensor in device memory.
 *
 * @param address of the buffer, which the view's offset counts from
 */
record Region(DType dtype, long address, View view) {
    /** The address of the element at index 0 of every dim. */
    long first() {
        return address + (long) view.offset() * dtype.bytes();
    }
}
