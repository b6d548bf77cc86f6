package tns.lang;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Callable;
import tns.op.Context;
import tns.op.Display;
import tns.op.Members;
import tns.op.None;
import tns.op.Sized;
import tns.op.TypeName;

/** The one growable container, {@code list()}: seen by every holder, as in Python. */
public final class ListValue implements Members, TypeName.Typed, Iterable<Object>, Sized {
    private final List<Object> items;

    public ListValue() {
        this(List.of());
    }

    /** A list of these items, which count as shared from now on. */
    ListValue(List<Object> items) {
        this.items = new ArrayList<>(items);
        items.forEach(Sharing::share);
    }

    public List<Object> items() {
        return items;
    }

    @Override
    public int size() {
        return items.size();
    }

    @Override
    public @Nullable Object member(String name) {
        return switch (name) {
            case "append" -> method("append(x)", "appends to", 1, 1, this::append);
            case "extend" -> method("extend(xs)", "extends", 1, 1, this::extend);
            case "insert" -> method("insert(i, x)", "inserts into", 2, 2, this::insert);
            case "pop" -> method("pop(i=-1)", "takes an item from", 0, 1, this::pop);
            case "clear" -> method("clear()", "clears", 0, 0, this::clear);
            default -> null;
        };
    }

    private Object append(Object[] given) {
        items.add(Sharing.share(given[0]));
        return None.NONE;
    }

    private Object extend(Object[] given) {
        List<Object> more = new ArrayList<>();
        Iteration.over(given[0]).forEach(x -> more.add(Sharing.share(x)));
        items.addAll(more);
        return None.NONE;
    }

    private Object insert(Object[] given) {
        if (!(given[0] instanceof Long i)) {
            throw new TnsException(ErrorKind.INDEX, "insert: the place must be an int").argument(0);
        }
        long from = i < 0 ? i + items.size() : i;
        items.add(Math.clamp(from, 0, items.size()), Sharing.share(given[1]));
        return None.NONE;
    }

    private Object pop(Object[] given) {
        if (items.isEmpty()) {
            throw new TnsException(ErrorKind.INDEX, "pop: the list is empty").help("check len(x) > 0 first");
        }
        return items.remove(Sequences.position(given.length == 0 ? new Object[] {-1L} : given, items.size(), "list"));
    }

    private Object clear(Object[] given) {
        items.clear();
        return None.NONE;
    }

    /** @param verb what the method does to the list */
    private Callable method(
            String usage, String verb, int least, int most, java.util.function.Function<Object[], Object> body) {
        return new Callable() {
            @Override
            public String name() {
                return usage.substring(0, usage.indexOf('('));
            }

            @Override
            public Object call(Context context, Object[] positional, Map<String, Object> named) {
                if (positional.length < least || positional.length > most || !named.isEmpty()) {
                    throw new TnsException(
                                    ErrorKind.VALUE,
                                    name() + ": does not take " + (positional.length + named.size()) + " arguments")
                            .help("it is " + usage);
                }
                context.changes(ListValue.this, "it " + verb + " a list from outside");
                return body.apply(positional);
            }
        };
    }

    @Override
    public Collection<String> memberNames() {
        return List.of("append", "extend", "insert", "pop", "clear");
    }

    @Override
    public String typeName() {
        return "list";
    }

    @Override
    public Iterator<Object> iterator() {
        // By position, so that a loop may append to the list it goes over.
        return new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at < items.size();
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return items.get(at++);
            }
        };
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("list(");
        for (int i = 0; i < items.size(); i++) {
            text.append(i == 0 ? "" : ", ").append(Display.quoted(items.get(i)));
        }
        return text.append(')').toString();
    }
}
