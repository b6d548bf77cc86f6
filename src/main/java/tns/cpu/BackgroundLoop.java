package tns.cpu;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tns.expr.Lane;

/** A vectorised loop written by hand that is loaded and compiled in the background, once there is work for it. */
final class BackgroundLoop {
    private final @Nullable FusedLoops maker;
    private final Supplier<FusedLoop> making;
    private final Lane lane;
    private final int operands;
    private final int elements;
    private final int steps;
    private final int patience;
    /** Element-steps so far, roughly: threads may overwrite each other's additions. */
    private long work;

    private boolean requested;
    private volatile @Nullable FusedLoop loop;

    /**
     * @param maker what makes loops; null to do without
     * @param elements how many take the loop through all that it does
     * @param steps about how many a vector takes
     * @param patience how many times as much work as a program's has to come first: for loops that take long to compile
     *     and gain less
     */
    BackgroundLoop(
            @Nullable FusedLoops maker,
            Supplier<FusedLoop> making,
            Lane lane,
            int operands,
            int elements,
            int steps,
            int patience) {
        this.maker = maker;
        this.making = making;
        this.lane = lane;
        this.operands = operands;
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
                by.request(making, lane, operands, elements, steps, made -> loop = made);
                ready = loop;
            }
        }
        return ready;
    }
}
