package tns.cuda;

import org.jspecify.annotations.Nullable;
import tns.tensor.Buffer;
import tns.tensor.DType;
import tns.tensor.Device;

/** A buffer in the memory of a CUDA device; {@link DeviceMemory} takes the memory back when nobody holds the buffer. */
class DeviceBuffer extends Buffer {
    private long address;
    private @Nullable Object grave;
    private boolean kept;
    private @Nullable IntBounds bounds;

    DeviceBuffer(Device device, DType dtype, int size, long address) {
        super(device, dtype, size);
        this.address = address;
    }

    long address() {
        return address;
    }

    /** Its elements lie there from now on, or will when what is queued has been done. */
    void moved(long there) {
        address = there;
    }

    /** What {@link DeviceMemory} keeps of this buffer; null for a part of another. */
    @Nullable
    Object grave() {
        return grave;
    }

    void grave(Object known) {
        grave = known;
    }

    /** Recorded work uses it from now on, so that its memory is not given back before nobody can reach it. */
    void keep() {
        kept = true;
    }

    boolean isKept() {
        return kept;
    }

    /** Between what its ints lie; null where nobody has looked since they changed. */
    @Nullable
    IntBounds bounds() {
        return bounds;
    }

    void bounds(@Nullable IntBounds found) {
        bounds = found;
    }
}
