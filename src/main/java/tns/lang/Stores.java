package tns.lang;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Casts;
import tns.op.Display;
import tns.op.Held;
import tns.op.Indexing;
import tns.op.None;
import tns.op.Record;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.optim.Optimizer;
import tns.profile.Profile;
import tns.tensor.GradMode;
import tns.tensor.Param;
import tns.tensor.Tensor;

/**
 * A value with one of its parts replaced: the same object where it may be changed in place, otherwise a changed copy.
 */
final class Stores {
    private Stores() {}

    /** Whether the parts of {@code holder} may be seen through another holder of it. */
    static boolean visibleElsewhere(Object holder) {
        return switch (holder) {
            case Record r -> r.isShared();
            case Tuple t -> t.isShared();
            default -> false;
        };
    }

    /**
     * What a program does that replaces a part on the host in the holder itself, for the reason why that cannot be
     * replayed; null where a changed copy is made, or devices see it.
     */
    static @Nullable String changeInPlace(Object holder, Object key) {
        return switch (holder) {
            case ListValue l -> "it sets an item of a list from outside";
            case Record r when !r.isShared() -> "it sets a value of a record from outside";
            case Model m
            when !(m.member(String.valueOf(key)) instanceof Param) -> "it sets the field '" + key + "' of a model";
            case Optimizer o -> "it sets '" + key + "' of an optimizer";
            case Param p when key.equals("requires_grad") -> "it sets requires_grad of a parameter";
            default -> null;
        };
    }

    /** {@code holder} with {@code part} at {@code index}. */
    static Object item(Session session, Object holder, Object[] index, Object part) {
        Profile profile = session.profile();
        return profile == null
                ? replaced(session, holder, index, part)
                : profile.op("assignment", () -> replaced(session, holder, index, part));
    }

    private static Object replaced(Session session, Object holder, Object[] index, Object part) {
        return switch (holder) {
            case Tensor t when Indexing.put(t, index, part) -> t;
            case Tensor t -> session.whole(() -> Indexing.set(session, t, index, part));
            case Param p -> {
                requireUntracked(p, "assignment", "no_grad { x[i] = v }");
                p.set(session.whole(
                        () -> Indexing.set(session, p.value().detach().share(), index, part)));
                yield p;
            }
            case Tuple t -> tuple(t, Sequences.position(index, t.size(), "tuple"), part);
            case ListValue l -> {
                l.items().set(Sequences.position(index, l.items().size(), "list"), Held.hold(part));
                yield l;
            }
            case Record r -> record(r, key(index), part);
            default ->
                throw new TnsException(
                                ErrorKind.INDEX, "assignment: " + TypeName.describe(holder) + " has no items to assign")
                        .help("the items of a tensor, tuple, list or record can be assigned");
        };
    }

    private static String key(Object[] index) {
        if (index.length == 1 && index[0] instanceof String key) {
            return key;
        }
        throw new TnsException(
                        ErrorKind.INDEX, "assignment: a record's key is a string, found " + Display.quoted(index[0]))
                .help("r.name = v, or r[\"a name\"] = v");
    }

    private static Tuple tuple(Tuple t, int at, Object part) {
        Object[] copy = t.items().toArray();
        for (Object item : copy) {
            Sharing.share(item);
        }
        copy[at] = Held.hold(part);
        return t.names().isEmpty() ? Tuple.of(copy) : Tuple.named(t.names(), copy);
    }

    private static Record record(Record r, String key, Object part) {
        if (!r.isShared()) {
            r.put(key, Held.hold(part));
            return r;
        }
        r.entries().values().forEach(Sharing::share);
        Map<String, Object> copy = new LinkedHashMap<>(r.entries());
        copy.put(key, Held.hold(part));
        return new Record(copy);
    }

    /** {@code holder} with {@code part} as its member {@code name}. */
    static Object member(Object holder, String name, Object part) {
        switch (holder) {
            case Record r -> {
                return record(r, name, part);
            }
            case Tuple t
            when t.names().contains(name) -> {
                return tuple(t, t.names().indexOf(name), part);
            }
            case MutableMembers m -> m.assign(name, Held.hold(part));
            case Optimizer o -> o.assign(name, part);
            case Param p when name.equals("grad") && part == None.NONE -> p.dropGrad();
            case Param p when name.equals("grad") -> p.grad(gradient(p, part));
            case Param p when name.equals("requires_grad") && part instanceof Boolean b -> p.requiresGrad(b);
            default ->
                throw new TnsException(
                                ErrorKind.NAME,
                                "assignment: " + TypeName.describe(holder) + " has no member '" + name + "' to set")
                        .help("the members of a record, a model and an optimiser can be set");
        }
        return holder;
    }

    private static Tensor gradient(Param p, Object part) {
        if (part instanceof Tensor t && t.shape().equals(p.look().shape())) {
            return t;
        }
        throw new TnsException(
                ErrorKind.SHAPE,
                "assignment: the gradient of " + p.look().describe() + " must have its shape or be none, found "
                        + TypeName.describe(part));
    }

    /** Refuses to change a parameter that is being recorded. */
    static void requireUntracked(Param p, String form, String instead) {
        if (p.requiresGrad() && GradMode.enabled()) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            form
                                    + ": a parameter (a leaf that requires grad) cannot be changed while gradients are"
                                    + " recorded")
                    .help(instead + " and p.set(v) change it for every holder; y = x + … makes a new value");
        }
    }

    /** A value whose members can be set in place: {@code self.f = v}. */
    interface MutableMembers {
        void assign(String name, Object value);
    }

    /** Replaces a parameter's value, for every holder, by one of its own shape. */
    static void replace(Param p, String form, Object value) {
        if (!(value instanceof Tensor next) || !next.shape().equals(p.look().shape())) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    form + ": the parameter is " + p.look().describe() + ", the value " + TypeName.describe(value));
        }
        p.set(Casts.to(next, p.look().dtype()));
    }
}
