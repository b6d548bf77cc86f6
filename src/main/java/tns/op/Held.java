package tns.op;

import tns.tensor.Tensor;

/** Marks values that get a name or a place: what is in them outlives the gradient graphs that were computed from it. */
public final class Held {
    private Held() {}

    /** Returns {@code value}, marked with what it holds itself. */
    public static Object hold(Object value) {
        if (value instanceof Tensor t) {
            t.hold();
        } else if (value instanceof Tuple t) {
            t.hold();
        } else if (value instanceof Record r) {
            r.hold();
        }
        return value;
    }
}
