package tns.op;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * The immutable sequence {@code (a, b, c)} of any values.
 *
 * <p>A result with several parts (such as {@code max(x, dim=0)}) names them, so that {@code .values} and
 * {@code .indices} work as in PyTorch.
 */
public final class Tuple implements Iterable<Object>, Sized {
    public static final Tuple EMPTY = new Tuple(List.of(), new Object[0]);

    private final List<String> names;
    private final Object[] items;

    private boolean shared;
    private boolean held;

    private Tuple(List<String> names, Object[] items) {
        this.names = names;
        this.items = items;
    }

    /** The tuple of {@code items}, which the caller gives away. */
    public static Tuple of(Object... items) {
        return new Tuple(List.of(), items);
    }

    public static Tuple of(List<?> items) {
        return new Tuple(List.of(), items.toArray());
    }

    /** The tuple whose items can also be read by name. */
    public static Tuple named(List<String> names, Object... items) {
        return new Tuple(names, items);
    }

    /** The tuple of host integers. */
    public static Tuple ofInts(int... values) {
        return of(Arrays.stream(values).mapToObj(v -> (Object) (long) v).toArray());
    }

    /** Marks the tuple as possibly seen by a second holder, and returns it. */
    public Tuple share() {
        shared = true;
        return this;
    }

    /** Marks the parts as held: the tuple itself has got a name or a place. */
    public void hold() {
        if (!held) {
            held = true;
            for (Object item : items) {
                Held.hold(item);
            }
        }
    }

    /** Whether a second holder may see it, so that an assignment into it must copy. */
    public boolean isShared() {
        return shared;
    }

    /** Whether whoever has it is the only one to hold it and its parts. */
    public boolean isFresh() {
        return !shared && !held;
    }

    @Override
    public int size() {
        return items.length;
    }

    public Object get(int i) {
        return items[i];
    }

    /** The names of the parts; empty for a plain tuple. */
    public List<String> names() {
        return names;
    }

    public List<Object> items() {
        return Arrays.asList(items.clone());
    }

    @Override
    public Iterator<Object> iterator() {
        return items().iterator();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tuple t && Arrays.equals(items, t.items);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(items);
    }
}
