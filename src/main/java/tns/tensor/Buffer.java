package tns.tensor;

/**
 * The memory behind one or more tensors, on one device.
 *
 * <p>A buffer starts unshared: only its maker's tensor can see it, and an element assignment may write in place. Once
 * anybody else might see it (a second variable, a view, the gradient graph) it is marked shared, for ever.
 */
public abstract class Buffer {
    private final Device device;
    private final DType dtype;
    private final int size;
    private boolean shared;

    protected Buffer(Device device, DType dtype, int size) {
        this.device = device;
        this.dtype = dtype;
        this.size = size;
    }

    public Device device() {
        return device;
    }

    public DType dtype() {
        return dtype;
    }

    /** The number of elements. */
    public int size() {
        return size;
    }

    boolean isShared() {
        return shared;
    }

    void share() {
        shared = true;
    }
}
