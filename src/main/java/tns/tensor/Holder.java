package tns.tensor;

/** What holds a tensor and is given others as a program runs: a parameter, or a running mean. */
public interface Holder {
    /** What it holds. */
    Tensor value();

    /** Holds {@code next} from now on. */
    void set(Tensor next);

    /**
     * A holder that work has used.
     *
     * @param changed whether it was given another tensor, or another gradient
     * @param gathered whether there was a gradient in it before, to which another is added
     */
    record Used(Holder holder, boolean changed, boolean gathered) {}
}
