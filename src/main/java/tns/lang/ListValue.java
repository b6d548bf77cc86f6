package tns.lang;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Callable;
import tns.op.Context;
import tns.op.Display;
import tns.op.Members;
import tns.op.None;
import tns.op.TypeName;

/** The one growable container, {@code list()}: seen by every holder, as in Python. */
public final class ListValue implements Members, TypeName.Typed, Iterable<Object> {
    private final List<Object> items = new ArrayList<>();

    public List<Object> items() {
        return items;
    }

    @Override
    public @Nullable Object member(String name) {
        return switch (name) {
            case "append" ->
                method("append", a -> {
                    items.add(Sharing.share(a));
                    return None.NONE;
                });
            case "pop" ->
                method("pop", a -> {
                    if (items.isEmpty()) {
                        throw new TnsException(ErrorKind.INDEX, "pop: the list is empty");
                    }
                    return items.removeLast();
                });
            default -> null;
        };
    }

    private static Callable method(String name, java.util.function.UnaryOperator<Object> body) {
        return new Callable() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Object call(Context context, Object[] positional, Map<String, Object> named) {
                return body.apply(positional.length == 0 ? None.NONE : positional[0]);
            }
        };
    }

    @Override
    public Collection<String> memberNames() {
        return List.of("append", "pop");
    }

    @Override
    public String typeName() {
        return "list";
    }

    @Override
    public Iterator<Object> iterator() {
        return items.iterator();
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
