package tns.op;

/** A value that {@code with} can hold in force over a block, such as {@code seed(42)}. */
public interface Scoped {
    /** Puts it in force; running the result ends it. */
    Runnable enter(Context context);
}
