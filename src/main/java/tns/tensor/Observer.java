package tns.tensor;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Sees what a device computes. Work may lie within work: where an input was still to be computed. Called by the one
 * thread that runs a program.
 */
public interface Observer {
    /**
     * Runs a verb of the device that may turn its work down, and gives its answer.
     *
     * @param work what it did, asked for when it has and the answer is true
     */
    boolean seesIf(BooleanSupplier verb, Supplier<Work> work);

    /** Runs a verb of the device. */
    default void sees(Runnable verb, Supplier<Work> work) {
        seesIf(
                () -> {
                    verb.run();
                    return true;
                },
                work);
    }
}
