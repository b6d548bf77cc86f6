package tns.tensor;

/** Recorded work of a device. */
public interface Replay {
    /** Queues the work once more; false when it is not good any more, and then nothing has changed. */
    boolean run();
}
