package tns.op;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.ScriptException;
import tns.error.TnsException;
import tns.profile.Profile;
import tns.tensor.Device;
import tns.tensor.Holder;
import tns.tensor.Param;
import tns.tensor.ProductPrecision;
import tns.tensor.Replay;
import tns.tensor.Tensor;

/**
 * A function whose work on a device is recorded and then replayed: {@code step = compile(step)}.
 *
 * <p>The first calls with arguments of a kind (shapes, dtypes, and the values of what is no tensor) run as usual; then one
 * is recorded, and later ones replay it with their tensors. What the function's body decides on the host is decided once.
 * Work that cannot be recorded runs as usual for ever, and {@code step.reason} says why.
 */
final class CompiledStep implements Callable, Members, TypeName.Typed {
    /** Calls that run as usual before one is recorded: the first makes what the next ones use. */
    private static final int WARM_UP = 2;

    /** Kinds of arguments that are recorded; with more, most calls would record and few replay. */
    private static final int MOST_KINDS = 16;

    /** Recordings that may go stale before they are ever replayed. */
    private static final int MOST_BARREN = 3;

    private final Callable function;
    private final @Nullable Device asked;
    private final Map<List<Object>, Kind> kinds = new HashMap<>();
    private String reason = "";
    private long replays;

    CompiledStep(Callable function, @Nullable Device device) {
        this.function = function;
        this.asked = device;
    }

    /** What is known of calls with arguments of one kind. */
    private static final class Kind {
        private int calls;
        private @Nullable Replay replay;
        private List<Tensor> inputs = List.of();
        private Object result = None.NONE;
        private boolean refused;
        private int barren;
    }

    @Override
    public String name() {
        return function.name();
    }

    @Override
    public Object call(Context context, Object[] positional, Map<String, Object> named) {
        Profile profile = context.profile();
        return profile == null
                ? called(context, positional, named)
                : profile.op("compiled " + name(), () -> called(context, positional, named));
    }

    private Object called(Context context, Object[] positional, Map<String, Object> named) {
        Device device = asked == null ? context.device() : asked;
        if (device.isHost() || device.recording() != null) {
            reason = device.isHost() ? "it runs on " + device.name() + ", which does not record" : reason;
            return function.call(context, positional, named);
        }
        List<Tensor> tensors = new ArrayList<>();
        List<Object> key = new ArrayList<>();
        key.add(ProductPrecision.inForce());
        for (Object argument : positional) {
            describe(argument, key, tensors);
        }
        named.forEach((name, value) -> {
            key.add(name);
            describe(value, key, tensors);
        });
        Kind kind = kinds.get(key);
        if (kind == null) {
            kind = new Kind();
            if (kinds.size() < MOST_KINDS) {
                kinds.put(key, kind);
            } else {
                kind.refused = true;
                reason = "it was called with more than " + MOST_KINDS + " kinds of arguments";
            }
        }
        if (tensors.stream().anyMatch(Tensor::requiresGrad)) {
            reason = "compile: gradients are still to flow through its arguments";
            return function.call(context, positional, named);
        }
        Replay replay = kind.replay;
        if (replay != null) {
            bring(tensors, kind.inputs);
            if (replay.run()) {
                replays++;
                kind.barren = 0;
                return copied(kind.result);
            }
            kind.replay = null;
            kind.calls = WARM_UP - 1;
            reason = "a setting or a parameter has changed since it was recorded";
            if (++kind.barren > MOST_BARREN) {
                refuse(context, kind, "compile: a setting, a parameter or a gradient changes between any two calls");
            }
        }
        if (kind.refused || kind.calls++ < WARM_UP) {
            return function.call(context, positional, named);
        }
        return record(context, device, kind, tensors, positional, named);
    }

    /** Adds what makes arguments of one kind to {@code key}, and the tensors that may differ to {@code tensors}. */
    private static void describe(Object argument, List<Object> key, List<Tensor> tensors) {
        switch (argument) {
            case Tensor t -> {
                key.add(t.dtype());
                key.add(t.shape());
                tensors.add(t);
            }
            case Tuple t -> {
                key.add(t.size());
                t.forEach(item -> describe(item, key, tensors));
            }
            default -> key.add(argument);
        }
    }

    private Object record(
            Context context,
            Device device,
            Kind kind,
            List<Tensor> tensors,
            Object[] positional,
            Map<String, Object> named) {
        // This call runs as usual, and shows what is used: each parameter then gets memory that only it knows.
        Object[] seen = new Object[1];
        Collection<Holder.Used> uses = device.watch(() -> seen[0] = function.call(context, positional, named));
        if (uses.stream().noneMatch(Holder.Used::changed) && isTracked(seen[0])) {
            refuse(context, kind, "compile: gradients are still to flow through its result");
            return seen[0];
        }
        String unfit = unfit(seen[0]);
        if (unfit != null) {
            refuse(context, kind, "compile: its result holds a " + unfit + ", not only tensors and numbers");
            return seen[0];
        }
        List<Runnable> goOn = new ArrayList<>();
        uses.forEach(use -> goOn.add(asBefore(use)));
        List<Tensor> inputs = new ArrayList<>();
        for (Tensor t : tensors) {
            inputs.add(Casts.duplicate(ShapeOps.onDevice(t.detach(), device)));
        }
        int[] next = {0};
        Object[] own = new Object[positional.length];
        for (int i = 0; i < own.length; i++) {
            own[i] = replaced(positional[i], inputs, next);
        }
        Map<String, Object> ownNamed = new java.util.LinkedHashMap<>();
        named.forEach((name, value) -> ownNamed.put(name, replaced(value, inputs, next)));
        try {
            Object[] result = new Object[1];
            Replay replay = device.record(() ->
                    context.recorded(device, () -> result[0] = settled(function.call(context, own, ownNamed), device)));
            if (replay == null) {
                throw new TnsException(ErrorKind.DEVICE, device.name() + " does not record");
            }
            kind.inputs = inputs;
            kind.result = result[0];
            kind.replay = replay;
            reason = "";
        } catch (TnsException e) {
            refuse(context, kind, required(e, e.kind()).getMessage());
        } catch (ScriptException e) {
            refuse(context, kind, required(e, e.kind()).summary());
        } finally {
            goOn.forEach(Runnable::run);
        }
        return seen[0];
    }

    private void refuse(Context context, Kind kind, String why) {
        kind.refused = true;
        reason = why;
        context.note(name() + " is not replayed: " + why);
    }

    /** The type of something in a result that a replay could not give anew; null when there is nothing of that kind. */
    private static @Nullable String unfit(Object result) {
        return switch (result) {
            case Tensor t -> null;
            case Number n -> null;
            case Boolean b -> null;
            case String s -> null;
            case None n -> null;
            case Tuple t -> {
                for (Object item : t.items()) {
                    String word = unfit(item);
                    if (word != null) {
                        yield word;
                    }
                }
                yield null;
            }
            default -> TypeName.of(result);
        };
    }

    private static boolean isTracked(Object result) {
        return switch (result) {
            case Tensor t -> t.requiresGrad();
            case Tuple t -> t.items().stream().anyMatch(CompiledStep::isTracked);
            default -> false;
        };
    }

    /** Returns a failure that keeps work from being recorded, and throws any other. */
    private static <E extends RuntimeException> E required(E failure, ErrorKind kind) {
        if (kind != ErrorKind.DEVICE) {
            throw failure;
        }
        return failure;
    }

    /**
     * Gives what a holder holds memory that only it knows, and a parameter a gradient or none, as it had before the work
     * that used it; the result puts the present gradient back.
     */
    private static Runnable asBefore(Holder.Used use) {
        Holder holder = use.holder();
        holder.set(Casts.duplicate(holder.value().detach()));
        if (!(use.changed() && holder instanceof Param cell)) {
            return () -> {};
        }
        Param.State present = cell.state();
        Tensor grad = cell.grad();
        if (!use.gathered()) {
            cell.grad(null);
        } else {
            Tensor value = cell.value();
            cell.grad(
                    grad == null
                            ? Tensor.allocate(value.device(), value.dtype(), value.shape())
                            : Casts.duplicate(grad.detach()));
        }
        return () -> cell.restore(present);
    }

    private static Object replaced(Object argument, List<Tensor> inputs, int[] next) {
        return switch (argument) {
            case Tensor t -> inputs.get(next[0]++);
            case Tuple t ->
                Tuple.of(t.items().stream()
                        .map(item -> replaced(item, inputs, next))
                        .toArray());
            default -> argument;
        };
    }

    /** The result with everything that waits computed: within the recording, or never. */
    private static Object settled(Object result, Device device) {
        return switch (result) {
            case Tensor t -> {
                if (t.device() == device) {
                    t.settled();
                }
                yield t.detach();
            }
            case Tuple t ->
                Tuple.of(t.items().stream().map(item -> settled(item, device)).toArray());
            default -> result;
        };
    }

    /** Copies the tensors of a call to where the recording reads them. */
    private static void bring(List<Tensor> tensors, List<Tensor> inputs) {
        for (int i = 0; i < inputs.size(); i++) {
            Tensor to = inputs.get(i);
            Casts.write(ShapeOps.onDevice(tensors.get(i).detach(), to.device()), to);
        }
    }

    /** The result in memory of its own: the next run writes where it lies. */
    private static Object copied(Object result) {
        return switch (result) {
            case Tensor t -> Casts.duplicate(t);
            case Tuple t ->
                Tuple.of(t.items().stream().map(CompiledStep::copied).toArray());
            default -> result;
        };
    }

    @Override
    public @Nullable Object member(String member) {
        return switch (member) {
            case "reason" -> reason;
            case "replays" -> replays;
            default -> null;
        };
    }

    @Override
    public Collection<String> memberNames() {
        return List.of("reason", "replays");
    }

    @Override
    public String typeName() {
        return "function";
    }

    @Override
    public String toString() {
        return "compiled function " + name();
    }
}
