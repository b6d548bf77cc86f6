package tns.cuda.ptx;

/** How a pointwise kernel reaches the elements of an operand. */
public enum Access {
    /** Element {@code i} of the walk is element {@code i} of memory. */
    CONTIGUOUS,
    /** One element for the whole walk, read once. */
    UNIFORM,
    /** By a stride for each dim of the walk. */
    STRIDED
}
