package tns.tensor;

import java.util.function.Supplier;

/** Whether ops record gradients on this thread: on, except inside {@link #without} and {@link #with}. */
public final class GradMode {
    /** Asked at every op: a thread-local flag is found in half the time of an unbound scoped value. */
    private static final ThreadLocal<boolean[]> ENABLED = ThreadLocal.withInitial(() -> new boolean[] {true});

    private GradMode() {}

    public static boolean enabled() {
        return ENABLED.get()[0];
    }

    /** Computes without recording. */
    public static <T> T without(Supplier<T> body) {
        return with(false, body);
    }

    /** Computes with recording switched on or off. */
    public static <T> T with(boolean enabled, Supplier<T> body) {
        boolean[] flag = ENABLED.get();
        boolean before = flag[0];
        flag[0] = enabled;
        try {
            return body.get();
        } finally {
            flag[0] = before;
        }
    }
}
