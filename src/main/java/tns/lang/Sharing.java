package tns.lang;

import org.jspecify.annotations.Nullable;
import tns.op.Held;
import tns.op.Record;
import tns.op.Tuple;
import tns.tensor.Tensor;

/**
 * Keeps count of who holds a value. Tensors, tuples and records are values; an element assignment may write in place only
 * while nobody else can see the old one, and the memory of one that nobody holds any more is used again.
 *
 * <p>A name holds what it stands for until it stands for something else; a call holds its arguments while it lasts, and
 * what nobody else held is lost afterwards. What gets a holder that is not counted (a list, a closure, an object) is
 * shared for ever, and its memory is the collector's.
 */
final class Sharing {
    private Sharing() {}

    /** Returns {@code value}, which gets a name or a place: a tensor that waits to be computed is computed. */
    static Object settle(Object value) {
        return Held.hold(value instanceof Tensor t ? t.settled() : value);
    }

    /**
     * Returns {@code value}, which gets a name for as long as a call takes: one that is known to be held, or that is lost
     * after the call.
     */
    static Object lend(Object value) {
        return value instanceof Tensor t ? t.settled().lend() : share(value);
    }

    /** The same for a value of a caller that may still hold it afterwards. */
    static Object lendOrShare(Object value) {
        return value instanceof Tensor t && t.isHeld() ? lend(value) : share(value);
    }

    /** The part of a tuple at {@code at} for a holder of its own, who is the only one if the tuple has none. */
    static Object part(Tuple t, int at) {
        return t.isFresh() ? t.get(at) : share(t.get(at));
    }

    /** Lets go of the other parts of a tuple that nobody holds, and that is lost when {@code taken} is taken from it. */
    static void dropOthers(Object value, Object taken) {
        if (value instanceof Tuple t && t.isFresh()) {
            boolean found = false;
            for (Object part : t) {
                found |= part == taken;
            }
            if (found) {
                dropParts(t, taken);
            }
        }
    }

    private static void dropParts(Tuple t, Object taken) {
        for (Object part : t) {
            if (part instanceof Tensor lost && lost != taken) {
                drop(lost.hold(), taken);
            } else if (part instanceof Tuple inner && inner != taken && inner.isFresh()) {
                dropParts(inner, taken);
            }
        }
    }

    /** Lets go of a tracked operand that {@code node} gave and that nobody holds, now that the result is there. */
    static void lose(Node node, Object value, Object result) {
        if (value instanceof Tensor t && t.isLeftAlone() && !node.givesHeld()) {
            drop(t.hold(), result);
        }
    }

    /** Lets go of what a variable held; not of {@code next}, which may have no name yet. */
    static void drop(@Nullable Object value, @Nullable Object next) {
        if (value instanceof Tensor t) {
            t.letGo(next);
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
