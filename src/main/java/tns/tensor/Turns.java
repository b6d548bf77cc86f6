package tns.tensor;

/** The turns of one loop of a program as a device sees them: what turn after turn asks alike it may do faster. */
public interface Turns {
    /** A turn begins; the one before it is over. */
    void next();

    /** The loop is over, in whatever way it was left. */
    void end();
}
