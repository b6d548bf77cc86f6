package tns.lang;

import tns.op.Record;
import tns.op.Tuple;
import tns.tensor.Tensor;

/**
 * Marks values that get a second holder. Tensors, tuples and records are values; an element assignment may write in
 * place only while nobody else can see the old one.
 */
final class Sharing {
    private Sharing() {}

    /** Returns {@code value}, which gets a name: a tensor that waits to be computed is computed. */
    static Object settle(Object value) {
        return value instanceof Tensor t ? t.settled() : value;
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
