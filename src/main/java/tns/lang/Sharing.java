package tns.lang;

import org.jspecify.annotations.Nullable;
import tns.op.Record;
import tns.op.Tuple;
import tns.tensor.Tensor;

/**
 * Marks values that get a second holder. Tensors, tuples and records are values; an element assignment may write in
 * place only while nobody else can see the old one.
 */
final class Sharing {
    private Sharing() {}

    /** Returns {@code value}, which gets a name or a place: a tensor that waits to be computed is computed. */
    static Object settle(Object value) {
        return value instanceof Tensor t ? t.settled() : value;
    }

    /** Lets go of what a variable held, for which {@code next} now stands. */
    static void drop(@Nullable Object value, @Nullable Object next) {
        if (value instanceof Tensor t && !(next instanceof Tensor n && n.sharesMemory(t))) {
            t.release();
        }
    }

    /** Returns {@code value}, marked. */
    static Object share(Object value) {
        if (value instanceof Long || value instanceof Double) {
            return value;
        }
        if (value instanceof Tensor t) {
            return t.settled().share();
        }
        if (value instanceof Tuple t) {
            return t.share();
        }
        if (value instanceof Record r) {
            r.share();
        }
        return value;
    }
}
