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

    /** Marks what {@code result} may hold of {@code argument}, which was only borrowed to compute it. */
    public static void keep(Object result, Object argument) {
        if (result instanceof Tuple parts) {
            parts.forEach(part -> keep(part, argument));
        } else if (argument instanceof Tensor x) {
            // A view that remembers where it came from holds that itself.
            boolean holds = result instanceof Tensor y
                    ? y == x || y.sharesMemory(x) && y.origin() == null
                    : !(result instanceof Number || result instanceof Boolean);
            if (holds) {
                x.share();
            }
        }
    }
}
