package tns.tensor;

/**
 * To what a device may round the factors of float32 products where it is faster then; sums and results stay float32.
 *
 * <p>What is in force is a matter of the thread, as with {@link GradMode}: whoever runs a program puts it there.
 */
public enum ProductPrecision {
    /** Not at all. */
    FULL,
    /** To TF32, 10 bits behind the point. */
    TF32,
    /** To bfloat16, 7 bits behind the point. */
    BFLOAT16;

    private static final ThreadLocal<ProductPrecision[]> IN_FORCE =
            ThreadLocal.withInitial(() -> new ProductPrecision[] {FULL});

    /** What holds on this thread; at first {@link #FULL}. */
    public static ProductPrecision inForce() {
        return IN_FORCE.get()[0];
    }

    /** Puts this one in force on this thread; the answer is what held before, for whoever puts that back. */
    public ProductPrecision enforce() {
        ProductPrecision[] held = IN_FORCE.get();
        ProductPrecision before = held[0];
        held[0] = this;
        return before;
    }
}
