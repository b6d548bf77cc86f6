package tns.error;

import java.util.Locale;

/** The families of failure a script can tell apart by {@code e.kind}. */
public enum ErrorKind {
    SYNTAX,
    SHAPE,
    DTYPE,
    DEVICE,
    NAME,
    INDEX,
    VALUE,
    IO,
    LIMIT;

    /** The word a script sees in {@code e.kind}, such as {@code "shape"}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
