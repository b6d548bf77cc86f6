package tns.op;

import org.jspecify.annotations.Nullable;

/**
 * One parameter of an op.
 *
 * @param fallback the default value; null when the argument is required
 * @param rest whether it takes all remaining positional arguments ({@code *shape})
 */
public record Parameter(String name, Kind kind, @Nullable Object fallback, boolean rest) {
    boolean optional() {
        return fallback != null || rest;
    }
}
