package tns.op;

import org.jspecify.annotations.Nullable;

/** The index {@code start:stop:step}; a missing part is null and means the natural end. */
public record Slice(
        @Nullable Long start, @Nullable Long stop, @Nullable Long step) {
    /** The whole dimension, {@code :}. */
    public static final Slice ALL = new Slice(null, null, null);
}
