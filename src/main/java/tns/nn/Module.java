package tns.nn;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Callable;
import tns.op.Casts;
import tns.op.Context;
import tns.op.Form;
import tns.op.Members;
import tns.op.None;
import tns.op.ShapeOps;
import tns.op.Signature;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.profile.Profile;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Param;
import tns.tensor.Tensor;

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
    public final boolean onlyLooks() {
        return true;
    }

    @Override
    public final Object call(Context context, Object[] positional, Map<String, Object> named) {
        if (context.isRecorded()) {
            boolean mode = training;
            context.onlyWhile(() -> training == mode);
        }
        Profile profile = context.profile();
        return profile == null
                ? forward(context, positional, named)
                : profile.op(name(), () -> forward(context, positional, named));
    }

    /** Whether it is being trained: dropout and the like act only then. */
    public final boolean training() {
        return training;
    }

    /** Says whether this module alone is being trained. */
    final void setTraining(boolean mode) {
        training = mode;
    }

    /** Gives a field another value. */
    protected abstract void field(String name, Object value);

    /** All parameters with their dotted names; one held twice has the first of them. */
    public final Map<String, Param> namedParameters() {
        return named(Param.class);
    }

    /** The tensors kept without gradient, such as running means, with their dotted names. */
    public final Map<String, Tensor> namedBuffers() {
        return named(Tensor.class);
    }

    /** This under no name, and all modules within it under dotted ones; one held twice has the first of them. */
    final Map<String, Module> namedModules() {
        Map<String, Module> found = new LinkedHashMap<>();
        found.put("", this);
        found.putAll(named(Module.class));
        return found;
    }

    private <T> Map<String, T> named(Class<T> kind) {
        Map<String, T> found = new LinkedHashMap<>();
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        seen.add(this);
        fields().forEach((name, value) -> collect(name, value, seen, (path, item) -> {
            if (kind.isInstance(item)) {
                found.put(path, kind.cast(item));
            }
        }));
        return found;
    }

    /** Visits every parameter, tensor and module in a field once, under its dotted name. */
    private static void collect(String path, Object value, Set<Object> seen, BiConsumer<String, Object> visitor) {
        if (value instanceof Tuple t) {
            for (int i = 0; i < t.size(); i++) {
                collect(path + "." + i, t.get(i), seen, visitor);
            }
            return;
        }
        boolean counts = value instanceof Param || value instanceof Tensor || value instanceof Module;
        if (!counts || !seen.add(value)) {
            return;
        }
        visitor.accept(path, value);
        if (value instanceof Module m) {
            m.fields().forEach((name, field) -> collect(path + "." + name, field, seen, visitor));
        }
    }

    /** What a method of every module computes. */
    private interface Work {
        Object of(Module self, Args args);
    }

    private record Method(Signature signature, Work work) {}

    private static final Map<String, Method> METHODS = new LinkedHashMap<>();

    private static void define(String signature, Work work) {
        Signature parsed = Signature.parse(signature);
        METHODS.put(parsed.name(), new Method(parsed, work));
    }

    static {
        define(
                "parameters()",
                (m, args) -> Tuple.of(List.copyOf(m.namedParameters().values())));
        define("named_parameters()", (m, args) -> pairs(m.namedParameters()));
        define("buffers()", (m, args) -> Tuple.of(List.copyOf(m.namedBuffers().values())));
        define("named_buffers()", (m, args) -> pairs(m.namedBuffers()));
        define("modules()", (m, args) -> Tuple.of(List.copyOf(m.namedModules().values())));
        define("named_modules()", (m, args) -> pairs(m.namedModules()));
        define("numel()", (m, args) -> m.count());
        define("train(mode: bool = true)", (m, args) -> m.train(args, args.flag("mode")));
        define("eval()", (m, args) -> m.train(args, false));
        define("zero_grad()", (m, args) -> {
            m.namedParameters().values().forEach(Param::dropGrad);
            return None.NONE;
        });
        define("to(what: any)", (m, args) -> m.to(args.context(), args.get("what")));
        define("state_dict()", (m, args) -> ModuleState.of(m));
        define(
                "load_state_dict(state: any, strict: bool = true)",
                (m, args) -> ModuleState.load(m, args.get("state"), args.flag("strict")));
    }

    private static Tuple pairs(Map<String, ?> named) {
        return Tuple.of(named.entrySet().stream()
                .map(e -> (Object) Tuple.of(e.getKey(), e.getValue()))
                .toArray());
    }

    @Override
    public @Nullable Object member(String name) {
        Object field = fields().get(name);
        if (field != null) {
            return field;
        }
        Method method = METHODS.get(name);
        if (method != null) {
            Form form = new Form(method.signature, args -> method.work.of(this, args));
            return callable(name, form::call);
        }
        return switch (name) {
            case "forward" -> callable(name, this::forward);
            case "training" -> training;
            default -> null;
        };
    }

    private Module train(Args args, boolean mode) {
        if (namedModules().values().stream().anyMatch(m -> m.training != mode)) {
            args.context().refuseWhileRecording("it switches the mode of a module");
        }
        namedModules().values().forEach(m -> m.training = mode);
        return this;
    }

    private Module to(Context context, Object what) {
        UnaryOperator<Tensor> move = switch (what) {
            case DType dtype when dtype.isFloat() -> x -> x.dtype().isFloat() ? Casts.to(x, dtype) : x;
            case Object other when context.device(other) instanceof Device device -> x -> ShapeOps.onDevice(x, device);
            default ->
                throw new TnsException(
                                ErrorKind.VALUE,
                                "to: expected a float dtype or a device, found " + TypeName.describe(what))
                        .help("net.to(float64), net.to(cpu)");
        };
        namedParameters().values().forEach(p -> {
            p.set(move.apply(p.value().detach()));
            Tensor gathered = p.grad();
            if (gathered != null) {
                boolean used = p.gradUsed();
                p.grad(move.apply(gathered.detach()));
                if (used) {
                    p.markGradUsed();
                }
            }
        });
        namedModules()
                .values()
                .forEach(m -> Map.copyOf(m.fields()).forEach((name, value) -> {
                    if (value instanceof Tensor x) {
                        m.field(name, move.apply(x));
                    }
                }));
        return this;
    }

    private long count() {
        return namedParameters().values().stream()
                .mapToLong(p -> p.look().elements())
                .sum();
    }

    @Override
    public Collection<String> memberNames() {
        Set<String> names = new LinkedHashSet<>(fields().keySet());
        names.addAll(METHODS.keySet());
        names.addAll(List.of("forward", "training"));
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
                        .append(p.look().describe())
                        .append('\n');
            case Tensor x ->
                text.append(indent)
                        .append('(')
                        .append(name)
                        .append("): buffer ")
                        .append(x.describe())
                        .append('\n');
            case Tuple t -> {
                for (int i = 0; i < t.size(); i++) {
                    child(text, indent, name + "." + i, t.get(i));
                }
            }
            default -> {}
        }
    }

    /** What a bound method computes. */
    private interface Body {
        Object call(Context context, Object[] positional, Map<String, Object> named);
    }

    private static Callable callable(String name, Body body) {
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
