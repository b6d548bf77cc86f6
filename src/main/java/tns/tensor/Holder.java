package tns.tensor;

/** What holds a tensor and is given others as a program runs: a parameter, or a running mean. */
public interface Holder {
    /** What it holds. */
    Tensor value();

    /** Holds {@code next} from now on. */
    void set(Tensor next);
}
