package tns.lang;

import tns.op.Tuple;
import tns.tensor.Tensor;

/**
 * Marks values that get a second holder. Tensors, tuples and records are values; an element assignment may write in
 * place only while nobody else can see the old one.
 */
final class Sharing {
    private Sharing() {}

    /** Returns {@code value}, marked. */
    static Object share(Object value) {
        if (value instanceof Tensor t) {
            return t.share();
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
