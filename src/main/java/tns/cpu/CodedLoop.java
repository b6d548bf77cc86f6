package tns.cpu;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A loop of machine code, made on the thread that asks for it once there is work enough for it.
 *
 * @param <T> what comes of it
 */
final class CodedLoop<T> {
    private final MachineCode when;
    private final Supplier<@Nullable T> making;
    /** Element-steps so far, roughly: threads may overwrite each other's additions, or make a loop each. */
    private long work;

    private boolean made;
    private volatile @Nullable T loop;

    /** @param making gives null for what has no code */
    CodedLoop(MachineCode when, Supplier<@Nullable T> making) {
        this.when = when;
        this.making = making;
    }

    /** The loop if there is one by now; so many element-steps are about to be done. */
    @Nullable
    T get(long steps) {
        T known = loop;
        if (known == null && !made) {
            work += steps;
            if (when.isWorth(work)) {
                made = true;
                known = made();
                loop = known;
            }
        }
        return known;
    }

    private @Nullable T made() {
        try {
            return making.get();
        } catch (IllegalStateException e) {
            return null; // the system has no memory for code: it goes on without
        }
    }
}
