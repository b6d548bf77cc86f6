package tns.op;

/** The one null of the language, {@code none}; in an index it is a new axis. */
public enum None {
    NONE;

    @Override
    public String toString() {
        return "none";
    }
}
