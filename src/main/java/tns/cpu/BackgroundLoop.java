package tns.cpu;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A vectorised loop that is made and compiled in the background, once there is work for it.
 *
 * @param <T> what comes of it
 */
final class BackgroundLoop<T> {
    /** How it is asked for. */
    @FunctionalInterface
    interface Order<T> {
        void place(FusedLoops maker, Consumer<T> ready);
    }

    private final @Nullable FusedLoops maker;
    private final int steps;
    private final int patience;
    private final Order<T> order;
    /** Element-steps so far, roughly: threads may overwrite each other's additions. */
    private long work;

    private boolean requested;
    private volatile @Nullable T loop;

    /**
     * @param maker what makes loops; null to do without
     * @param steps about how many an element takes
     * @param patience how many times as much work as a program's has to come first: for loops that take long to compile
     *     and gain less
     */
    BackgroundLoop(@Nullable FusedLoops maker, int steps, int patience, Order<T> order) {
        this.maker = maker;
        this.steps = steps;
        this.patience = patience;
        this.order = order;
    }

    /** One written by hand, that is asked for after as much work as a program's. See the other for the parameters. */
    static BackgroundLoop<FusedLoop> of(
            @Nullable FusedLoops maker,
            Supplier<FusedLoop> making,
            Supplier<Object[]> arrays,
            int elements,
            int steps) {
        return of(maker, making, arrays, elements, steps, 1);
    }

    /**
     * One written by hand.
     *
     * @param arrays operands to warm it up with
     * @param elements how many of them take the loop through all that it does
     */
    static BackgroundLoop<FusedLoop> of(
            @Nullable FusedLoops maker,
            Supplier<FusedLoop> making,
            Supplier<Object[]> arrays,
            int elements,
            int steps,
            int patience) {
        return new BackgroundLoop<>(
                maker, steps, patience, (by, ready) -> by.request(making, arrays.get(), elements, steps, ready));
    }

    /** The loop if there is one by now; {@code count} elements are about to be worked on. */
    @Nullable
    T get(int count) {
        FusedLoops by = maker;
        if (by != null && !requested && loop == null) {
            work += (long) count * steps;
            if (work >= patience * by.promoteAfter()) {
                requested = true;
                order.place(by, made -> loop = made);
            }
        }
        return loop;
    }
}
