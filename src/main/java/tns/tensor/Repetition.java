package tns.tensor;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work of a host device watched as it is done, so that it can be done again: on the same memory, with what the parameters
 * then hold and the numbers that then hold. Begun by {@link Device#repetition}; until {@link #finish} everything the device
 * is asked for belongs to it.
 *
 * <p>It changes nothing that anybody else can see: where somebody has got hold of what the last run computed, it is not
 * good any more.
 */
public interface Repetition extends Recording, Replay {
    /** It cannot be done again; what is under way goes on as usual. */
    void refuse(String why);

    /** Why it cannot be done again; null while nothing is in the way. */
    @Nullable
    String refusal();

    /** Whether the reason may pass: another time the same work may be such that it can be done again. */
    boolean mayPass();

    /**
     * A place for the elements of an untracked tensor, which is another one of its shape and dtype at each run: the work is to
     * use that in its stead.
     */
    Tensor input(Tensor first, Supplier<@Nullable Object> present);

    /** A tensor of what {@code draw} gives, an array of the dtype's kind, at each run anew. */
    Tensor drawn(DType dtype, Shape shape, Supplier<Object> draw);

    /** A variable holds this at the end of each run. */
    void shows(Tensor result);

    /** The work is over. */
    void finish();

    /** It will not be done again: what it computed last is as good as anything else from now on. */
    void end();
}
