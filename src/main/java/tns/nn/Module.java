package tns.nn;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Callable;
import tns.op.Casts;
import tns.op.Context;
import tns.op.Members;
import tns.op.None;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.DType;
import tns.tensor.Param;

/**
 * A function with parameters: a layer or a model. Its fields that are parameters, modules, or tuples of them are found by
 * {@code parameters()} under dotted names, as in PyTorch.
 */
public abstract class Module implements Callable, Members, TypeName.Typed {
    private boolean training = true;

    /** The fields by name, in the order made. */
    public abstract Map<String, Object> fields();

    /** What calling the module computes. */
    public abstract Object forward(Context context, Object[] positional, Map<String, Object> named);

    /** The settings shown after the type when a model is printed, such as {@code "20, 10, bias=false"}. */
    protected String settings() {
        return "";
    }

    /** The item of a module that can be indexed, or null. */
    public @Nullable Object element(Object index) {
        return null;
    }

    @Override
    public String name() {
        return typeName();
    }

    @Override
    public final Object call(Context context, Object[] positional, Map<String, Object> named) {
        return forward(context, positional, named);
    }

    /** Whether it is being trained: dropout and the like act only then. */
    public final boolean training() {
        return training;
    }

    /** All parameters with their dotted names. */
    public final Map<String, Param> namedParameters() {
        Map<String, Param> found = new LinkedHashMap<>();
        fields().forEach((name, value) -> collect(name, value, (path, item) -> {
            if (item instanceof Param p && !found.containsValue(p)) {
                found.put(path, p);
            }
        }));
        return found;
    }

    /** Visits every parameter and module in a field, under its dotted name. */
    private static void collect(String path, Object value, BiConsumer<String, Object> visitor) {
        switch (value) {
            case Param p -> visitor.accept(path, p);
            case Module m -> {
                visitor.accept(path, m);
                m.fields().forEach((name, field) -> collect(path + "." + name, field, visitor));
            }
            case Tuple t -> {
                for (int i = 0; i < t.size(); i++) {
                    collect(path + "." + i, t.get(i), visitor);
                }
            }
            default -> {}
        }
    }

    private void train(boolean mode) {
        training = mode;
        fields().forEach((name, value) -> collect(name, value, (path, item) -> {
            if (item instanceof Module m) {
                m.training = mode;
            }
        }));
    }

    private static final List<String> METHODS = List.of(
            "forward", "parameters", "named_parameters", "numel", "train", "eval", "zero_grad", "to", "training");

    @Override
    public @Nullable Object member(String name) {
        Object field = fields().get(name);
        if (field != null) {
            return field;
        }
        return switch (name) {
            case "forward" -> method(name, this::forward);
            case "parameters" ->
                method(name, (c, a, n) -> Tuple.of(List.copyOf(namedParameters().values())));
            case "named_parameters" ->
                method(name, (c, a, n) -> {
                    List<Object> pairs = new ArrayList<>();
                    namedParameters().forEach((path, p) -> pairs.add(Tuple.of(path, p)));
                    return Tuple.of(pairs);
                });
            case "numel" -> method(name, (c, a, n) -> count());
            case "train" ->
                method(name, (c, a, n) -> {
                    train(a.length == 0 || Boolean.TRUE.equals(a[0]));
                    return this;
                });
            case "eval" ->
                method(name, (c, a, n) -> {
                    train(false);
                    return this;
                });
            case "zero_grad" ->
                method(name, (c, a, n) -> {
                    namedParameters().values().forEach(p -> p.grad(null));
                    return None.NONE;
                });
            case "to" -> method(name, (c, a, n) -> to(a));
            case "training" -> training;
            default -> null;
        };
    }

    private Module to(Object[] what) {
        if (what.length == 1 && what[0] instanceof DType dtype) {
            namedParameters().values().forEach(p -> p.set(Casts.to(p.value().detach(), dtype)));
            return this;
        }
        if (what.length == 1
                && what[0] instanceof tns.tensor.Device device
                && namedParameters().values().stream().allMatch(p -> p.value().device() == device)) {
            return this;
        }
        throw new TnsException(ErrorKind.VALUE, "to: expected a dtype or a device this build has")
                .help("net.to(float64), net.to(cpu)");
    }

    private long count() {
        return namedParameters().values().stream()
                .mapToLong(p -> p.value().elements())
                .sum();
    }

    @Override
    public Collection<String> memberNames() {
        List<String> names = new ArrayList<>(fields().keySet());
        names.addAll(METHODS);
        return names;
    }

    /** The tree of modules with shapes and parameter counts. */
    @Override
    public String toString() {
        return tree("") + "  # " + count() + " parameters";
    }

    private String tree(String indent) {
        StringBuilder children = new StringBuilder();
        fields().forEach((name, value) -> child(children, indent + "  ", name, value));
        String head = typeName() + "(" + settings();
        return children.isEmpty() || !settings().isEmpty() ? head + ")" : head + "\n" + children + indent + ")";
    }

    private static void child(StringBuilder text, String indent, String name, Object value) {
        switch (value) {
            case Module m ->
                text.append(indent)
                        .append('(')
                        .append(name)
                        .append("): ")
                        .append(m.tree(indent))
                        .append("  # ")
                        .append(m.count())
                        .append('\n');
            case Param p ->
                text.append(indent)
                        .append('(')
                        .append(name)
                        .append("): parameter ")
                        .append(p.value().describe())
                        .append('\n');
            case Tuple t -> {
                for (int i = 0; i < t.size(); i++) {
                    child(text, indent, name + "." + i, t.get(i));
                }
            }
            default -> {}
        }
    }

    /** What a method computes. */
    protected interface Body {
        Object call(Context context, Object[] positional, Map<String, Object> named);
    }

    /** A bound method. */
    protected static Callable method(String name, Body body) {
        return new Callable() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Object call(Context context, Object[] positional, Map<String, Object> named) {
                return body.call(context, positional, named);
            }
        };
    }
}
