package tns.cpu;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A vectorised loop written by hand that is loaded and compiled in the background, once there is work for it. */
final class BackgroundLoop {
    private final @Nullable FusedLoops maker;
    private final Supplier<FusedLoop> making;
    private final Supplier<Object[]> arrays;
    private final int elements;
    private final int steps;
    private final int patience;
    /** Element-steps so far, roughly: threads may overwrite each other's additions. */
    private long work;

    private boolean requested;
    private volatile @Nullable FusedLoop loop;

    /** One that is asked for after as much work as a program's. See the other for the parameters. */
    BackgroundLoop(
            @Nullable FusedLoops maker,
            Supplier<FusedLoop> making,
            Supplier<Object[]> arrays,
            int elements,
            int steps) {
        this(maker, making, arrays, elements, steps, 1);
    }

    /**
     * @param maker what makes loops; null to do without
     * @param arrays operands to warm it up with
     * @param elements how many of them take the loop through all that it does
     * @param steps about how many a vector takes
     * @param patience how many times as much work as a program's has to come first: for loops that take long to compile
     *     and gain less
     */
    BackgroundLoop(
            @Nullable FusedLoops maker,
            Supplier<FusedLoop> making,
            Supplier<Object[]> arrays,
            int elements,
            int steps,
            int patience) {
        this.maker = maker;
        this.making = making;
        this.arrays = arrays;
        this.elements = elements;
        this.steps = steps;
        this.patience = patience;
    }

    /** The loop if there is one by now; {@code count} elements are about to be worked on. */
    @Nullable
    FusedLoop get(int count) {
        FusedLoop ready = loop;
        FusedLoops by = maker;
        if (ready == null && by != null && !requested) {
            work += (long) count * steps;
            if (work >= patience * by.promoteAfter()) {
                requested = true;
                by.request(making, arrays.get(), elements, steps, made -> loop = made);
                ready = loop;
            }
        }
        return ready;
    }
}
