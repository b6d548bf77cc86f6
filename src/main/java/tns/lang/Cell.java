package tns.lang;

import org.jspecify.annotations.Nullable;

/** A variable with a life of its own: one at file level, or one that a closure shares with its surroundings. */
public final class Cell {
    /** Null until it is first set. */
    @Nullable
    Object value;

    public Cell() {}

    Cell(@Nullable Object value) {
        this.value = value;
    }

    /** The value, which the caller may keep. */
    public @Nullable Object get() {
        return value == null ? null : Sharing.share(value);
    }

    /** Gives it a value that the caller may keep too. */
    public void set(Object value) {
        this.value = Sharing.share(value);
    }
}
