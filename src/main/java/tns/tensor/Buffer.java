package tns.tensor;

/**
 * The memory behind one or more tensors, on one device.
 *
 * <p>A buffer starts unshared: only its maker's tensor can see it, and an element assignment may write in place. Once
 * anybody else might see it (a second variable, a view, the gradient graph) it is marked shared, for ever. A computation
 * that waits and will read it sees it until it is over.
 */
public abstract class Buffer {
    private final Device device;
    private final DType dtype;
    private final int size;
    private boolean shared;
    /** Computations that wait and will read it. */
    private int readers;
    /** Whether its one holder let go of it while there were readers. */
    private boolean letGo;

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
        return shared || readers > 0;
    }

    /** A computation that waits will read it. */
    void addReader() {
        readers++;
    }

    /** A computation has read it, or never will. */
    void removeReader() {
        if (--readers == 0 && letGo) {
            release();
        }
    }

    /** For its one holder, who lets go of it: gives the memory back unless it is shared, after the last reader. */
    final void release() {
        letGo = true;
        if (!isShared()) {
            giveBack();
        }
    }

    void giveBack() {
        device.release(this);
    }

    void share() {
        shared = true;
    }
}
