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

    public @Nullable Object get() {
        return value;
    }

    public void set(Object value) {
        this.value = value;
    }
}
