package tns.lang;

import java.util.ArrayList;
import java.util.List;
import tns.error.ErrorKind;
import tns.op.Movement;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** What a loop can go over, and how an item is taken apart into several names. */
final class Iteration {
    private Iteration() {}

    /** The items of a value: a tensor's first dim, a tuple's items, a record's keys, a string's characters. */
    static Iterable<?> over(Object value, Node at) {
        return switch (value) {
            case Iterable<?> items -> items;
            case Tensor t -> rows(t, at);
            case Param p -> rows(p.value(), at);
            case String s -> {
                List<Object> characters = new ArrayList<>();
                s.codePoints().forEach(c -> characters.add(Character.toString(c)));
                yield characters;
            }
            default ->
                throw at.fail(
                        ErrorKind.VALUE,
                        "for: cannot go over " + TypeName.describe(value),
                        "a range 0..n, a tensor, tuple, list, record or string can be gone over");
        };
    }

    private static Iterable<?> rows(Tensor t, Node at) {
        if (t.rank() == 0) {
            throw at.fail(ErrorKind.SHAPE, "for: a 0-d tensor has no items", "item() gives its number");
        }
        return Movement.unbind(t, 0);
    }

    /** Binds an item to one name, or takes it apart into several. */
    static void bind(Variable[] targets, Object item, Frame frame, Node at) {
        if (targets.length == 1) {
            targets[0].begin(frame, Sharing.share(item));
            return;
        }
        Object[] parts = parts(item, targets.length, at);
        for (int i = 0; i < targets.length; i++) {
            targets[i].begin(frame, parts[i]);
        }
    }

    /** The {@code count} parts of a value that is assigned to as many targets. */
    static Object[] parts(Object value, int count, Node at) {
        if (value instanceof Tuple t && t.size() == count) {
            Object[] parts = new Object[count];
            for (int i = 0; i < count; i++) {
                parts[i] = Sharing.share(t.get(i));
            }
            return parts;
        }
        List<Object> all = new ArrayList<>();
        for (Object part : over(value, at)) {
            all.add(Sharing.share(part));
        }
        if (all.size() != count) {
            throw at.fail(ErrorKind.VALUE, count + " names but " + all.size() + " values");
        }
        return all.toArray();
    }
}
