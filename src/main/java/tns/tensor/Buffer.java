package tns.tensor;

/**
 * The memory behind one or more tensors, on one device.
 *
 * <p>A buffer starts unshared: only its maker's tensor can see it, and an element assignment may write in place. Once
 * anybody else might see it (a second variable, a view) it is marked shared, for ever. A computation that waits and will
 * read it sees it until it is over, and a node of the gradient graph that was computed from it until that is dropped.
 *
 * <p>Its memory is given back with the last of the names, places, nodes and computations that hold it. It escapes where
 * somebody else may hold it too: then the collector finds out.
 */
public abstract class Buffer {
    private final Device device;
    private final DType dtype;
    private final int size;
    private boolean shared;
    private boolean escaped;
    /** Computations that wait and will read it. */
    private int readers;
    /** Nodes of the gradient graph that were computed from it. */
    private int nodes;
    /** Names and places. */
    private int holders;
    /** Whether only readers were left when the last of the others let go. */
    private boolean ending;

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
        return shared || readers > 0 || nodes > 0;
    }

    /** Whether its memory is used again when it has been given back. */
    boolean isReused() {
        return device.reuses(dtype, size);
    }

    /** A computation that waits will read it. */
    void addReader() {
        readers++;
    }

    /** A computation has read it, or never will. */
    void removeReader() {
        if (--readers == 0 && ending) {
            release();
        }
    }

    /** A node of the gradient graph was computed from it. */
    void addNode() {
        nodes++;
    }

    void removeNode() {
        nodes--;
        release();
    }

    /** A name or a place holds it. */
    void hold() {
        holders++;
    }

    void letGo() {
        holders--;
        release();
    }

    /** One that held it hands it on. */
    void handOn() {
        holders--;
    }

    /** Whether a name or a place is known to hold it. */
    boolean isHeld() {
        return holders > 0;
    }

    int holders() {
        return holders;
    }

    /** For one who lets go of it: gives the memory back if nobody holds it any more, after the last reader. */
    final void release() {
        if (!escaped && nodes == 0 && holders <= 0) {
            ending = readers > 0;
            if (!ending) {
                giveBack();
            }
        }
    }

    /** Gives the memory back, which nobody can see any more. */
    protected void giveBack() {
        device.release(this);
    }

    /** Somebody else may see it, who may hold it too. */
    void share() {
        shared = true;
        escaped = true;
    }

    /** Somebody else may see it, who is known to hold it while that is so. */
    void show() {
        shared = true;
    }

    /**
     * It has been computed within what read it: where nobody else is known to use it, it lets go of what it reads, until
     * somebody does.
     */
    boolean absorbed() {
        return false;
    }

    /** Whether only computations that wait for it are left. */
    final boolean isEnding() {
        return ending;
    }

    /** Whether nobody is known to hold it, nor may do so unknown. */
    final boolean isUnused() {
        return !escaped && readers == 0 && nodes == 0 && holders <= 0;
    }

    /** All who may see it are known to hold it. */
    void takenOver() {
        escaped = false;
    }

    boolean isEscaped() {
        return escaped;
    }
}
