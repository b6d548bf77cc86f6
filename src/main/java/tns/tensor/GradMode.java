package tns.tensor;

import java.util.function.Supplier;

/** Whether ops record gradients on this thread: on, except inside {@link #without} and {@link #with}. */
public final class GradMode {
    private static final ScopedValue<Boolean> ENABLED = ScopedValue.newInstance();

    private GradMode() {}

    public static boolean enabled() {
        return ENABLED.orElse(true);
    }

    /** Computes without recording. */
    public static <T> T without(Supplier<T> body) {
        return with(false, body);
    }

    /** Computes with recording switched on or off. */
    public static <T> T with(boolean enabled, Supplier<T> body) {
        return ScopedValue.where(ENABLED, enabled).call(body::get);
    }
}
