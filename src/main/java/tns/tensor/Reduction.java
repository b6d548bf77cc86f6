package tns.tensor;

/** The ways to fold elements into one; what each gives for no elements is stated with it. */
public enum Reduction {
    /** 0 for no elements. */
    SUM,
    /** 1 for no elements. */
    PROD,
    /** NaN wins; no value for no elements. */
    MAX,
    /** NaN wins; no value for no elements. */
    MIN,
    /** The index of the first maximum, NaN counting as the greatest. */
    ARGMAX,
    /** The index of the first minimum, NaN counting as the least. */
    ARGMIN
}
