package tns.tensor;

import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tns.error.TnsException;

/**
 * Work of a device being recorded to be run again: what the host decides while it is recorded is fixed, but for what is
 * named here.
 */
public interface Recording {
    /** Something the host does for each run; the result undoes it. */
    interface Action {
        Runnable run();
    }

    /** Whether work is recorded, and not only watched as it runs. */
    boolean records();

    /** A 0-d tensor that holds {@code value} as it is at each run, after the actions. */
    Tensor number(DType dtype, DoubleSupplier value);

    /** What the host does before each run, such as counting it; {@code undoPresent} undoes what it has just done. */
    void eachRun(Action action, Runnable undoPresent);

    /** The recording is good while this holds, asked after the actions. */
    void onlyWhile(BooleanSupplier condition);

    /**
     * Where the next value of a parameter may be written at once: over the present one, which then must not be read any
     * more in this recording.
     *
     * @throws tns.error.TnsException later, when it is
     */
    Tensor over(Tensor value);

    /** Called when the gradient of a parameter is looked at, or whether there is one. */
    default void readingGrad(Param cell, @Nullable Tensor grad) {}

    /** Called before another gradient takes the place of a parameter's, or none; besides {@link #changing}. */
    default void replacingGrad(Param cell) {}

    /** Called before the value or the gradient of a parameter changes: at the end of a run it holds what it then is. */
    void changing(Param cell);

    /** The same for what is no parameter: called before it holds another tensor. */
    void replacing(Holder holder);

    /** Called when it is asked what it holds: each run computes with what it then holds. */
    void reading(Holder holder, Tensor held);

    /**
     * There can be no recording. Throws the reason where work is only recorded (the program may catch it, but does then what
     * it would not have done); where it is watched as it is done, it goes on.
     */
    void refused(TnsException reason);

    /**
     * Looks at numbers that decide nothing but whether the work is allowed.
     *
     * @param allowed whether later runs may go on with other numbers in its place
     */
    default void check(Tensor looked, Runnable look, Predicate<Tensor> allowed) {
        look.run();
    }

    /** What recorded work reads and writes: lives as long as the recording. */
    void keep(Tensor t);
}
