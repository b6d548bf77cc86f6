package tns.lang;

import java.util.ArrayList;
import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Held;
import tns.op.Movement;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** What a loop can go over, and how an item is taken apart into several names. */
final class Iteration {
    private Iteration() {}

    /** The items of a value: a tensor's first dim, a tuple's items, a record's keys, a string's characters. */
    static Iterable<?> over(Object value) {
        if (value instanceof Iterable<?> items) {
            return items; // most are, and a switch over types takes a millisecond to be linked
        }
        return switch (value) {
            case Tensor t -> rows(t);
            case Param p -> rows(p.value());
            case String s -> {
                List<Object> characters = new ArrayList<>();
                s.codePoints().forEach(c -> characters.add(Character.toString(c)));
                yield characters;
            }
            default ->
                throw new TnsException(ErrorKind.VALUE, "for: cannot go over " + TypeName.describe(value))
                        .help("a range 0..n, a tensor, tuple, list, record or string can be gone over");
        };
    }

    /** The same, with the place of what is gone over for its failure. */
    static Iterable<?> over(Object value, Node at) {
        try {
            return over(value);
        } catch (TnsException e) {
            throw at.at(value instanceof Long n ? e.help("0.." + n + " is a range") : e);
        }
    }

    /** The same for another {@code construct} than a loop. */
    static Iterable<?> over(String construct, Object value, Node at) {
        try {
            return over(value);
        } catch (TnsException e) {
            throw at.fail(e.kind(), construct + e.getMessage().substring("for".length()));
        }
    }

    private static Iterable<?> rows(Tensor t) {
        if (t.rank() == 0) {
            throw new TnsException(ErrorKind.SHAPE, "for: a 0-d tensor has no items").help("item() gives its number");
        }
        return Movement.unbind(t, 0);
    }

    /** Binds an item to one name, or takes it apart into several. */
    static void bind(Variable[] targets, Object item, Frame frame, Node at) {
        if (targets.length == 1) {
            targets[0].begin(frame, Sharing.share(item));
            return;
        }
        Object[] parts = parts("for", item, targets.length, at);
        for (int i = 0; i < targets.length; i++) {
            targets[i].begin(frame, Held.hold(parts[i]));
        }
    }

    /** The {@code count} parts of a value that is assigned to as many targets. */
    static Object[] parts(Object value, int count, Node at) {
        return parts("assignment", value, count, at);
    }

    private static Object[] parts(String construct, Object value, int count, Node at) {
        if (value instanceof Tuple t && t.size() == count) {
            Object[] parts = new Object[count];
            for (int i = 0; i < count; i++) {
                parts[i] = Sharing.part(t, i);
            }
            return parts;
        }
        List<Object> all = new ArrayList<>();
        for (Object part : over(construct, value, at)) {
            all.add(Sharing.share(part));
        }
        if (all.size() != count) {
            TnsException failure = new TnsException(
                    ErrorKind.VALUE,
                    construct + ": " + count + " names but " + all.size() + (all.size() == 1 ? " value" : " values"));
            throw at.at(
                    construct.equals("for") && value instanceof String
                            ? failure.help("for name, value in record.items() { … } goes over a record")
                            : failure);
        }
        return all.toArray();
    }
}
