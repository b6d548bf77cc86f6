package tns.cuda.ptx;

/** How a pointwise kernel reaches the elements of an operand. */
public enum Access {
    /** Element {@code i} of the walk is element {@code i} of memory. */
    CONTIGUOUS,
    /** One element for the whole walk, read once. */
    UNIFORM,
    /** One number for the whole walk, which is itself the parameter. */
    VALUE,
    /** By a stride for each dim of the walk. */
    STRIDED;

    /** Whether every element of a walk is the same one. */
    public boolean isShared() {
        return this == UNIFORM || this == VALUE;
    }
}
