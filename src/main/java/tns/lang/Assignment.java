package tns.lang;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.Span;
import tns.error.TnsException;
import tns.op.Indexing;
import tns.op.None;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.GradMode;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** Assignment: to names, to several at once, and into parts of values, which stay values. */
public final class Assignment extends Node {
    private final Node[][] targets;
    private final Node value;

    /** @param targets for each {@code =}, the places on its left */
    public Assignment(Span span, List<List<Node>> targets, Node value) {
        super(span);
        this.targets = targets.stream().map(t -> t.toArray(new Node[0])).toArray(Node[][]::new);
        this.value = value;
    }

    @Override
    public Object eval(Frame frame) {
        Object assigned = value.eval(frame);
        if (targets.length > 1) {
            Sharing.share(assigned);
        }
        for (int i = targets.length - 1; i >= 0; i--) {
            Node[] places = targets[i];
            if (places.length == 1) {
                store(frame, places[0], assigned);
            } else {
                Object[] parts = Iteration.parts(assigned, places.length, value);
                for (int k = 0; k < places.length; k++) {
                    store(frame, places[k], parts[k]);
                }
            }
        }
        return None.NONE;
    }

    /** Puts a value into a place; a part of a value replaces the whole in the place that holds it. */
    private static void store(Frame frame, Node place, Object assigned) {
        switch (place) {
            case Variable v -> v.set(frame, assigned);
            case Access.Index index -> storeItem(frame, index, assigned);
            case Calls.Attribute attribute -> storeMember(frame, attribute, assigned);
            default ->
                throw place.fail(
                        ErrorKind.SYNTAX, "assignment: this is not a place", "a name, x[i] and r.f can be assigned to");
        }
    }

    private static void storeItem(Frame frame, Access.Index index, Object assigned) {
        Object holder = index.base().borrow(frame);
        Object[] items = index.items(frame);
        try {
            switch (holder) {
                case Tensor t -> {
                    Tensor changed = Indexing.set(frame.session, t, items, assigned);
                    if (changed != t) {
                        store(frame, index.base(), changed);
                    }
                }
                case Param p ->
                    assignToParameter(
                            p,
                            "x[i] = v",
                            Indexing.set(frame.session, p.value().detach().share(), items, assigned));
                case Tuple t -> {
                    Object[] copy = t.items().toArray();
                    copy[position(items[0], t.size(), "tuple")] = Sharing.share(assigned);
                    for (Object item : copy) {
                        Sharing.share(item);
                    }
                    store(frame, index.base(), Tuple.of(copy));
                }
                case ListValue l ->
                    l.items().set(position(items[0], l.items().size(), "list"), Sharing.share(assigned));
                case Record r
                when items[0] instanceof String key -> storeInRecord(frame, index.base(), r, key, assigned);
                default ->
                    throw new TnsException(
                            ErrorKind.INDEX, "assignment: " + TypeName.describe(holder) + " has no items to assign");
            }
        } catch (TnsException e) {
            throw index.at(e);
        }
    }

    private static int position(Object index, int size, String kind) {
        if (index instanceof Long i) {
            return Access.place(i, size, kind);
        }
        throw new TnsException(ErrorKind.INDEX, "assignment: a " + kind + " takes an int index");
    }

    private static void storeInRecord(Frame frame, Node base, Record record, String key, Object assigned) {
        Record changed = record.with(key, Sharing.share(assigned));
        if (changed != record) {
            store(frame, base, changed);
        }
    }

    private static void storeMember(Frame frame, Calls.Attribute attribute, Object assigned) {
        Object holder = attribute.object().borrow(frame);
        try {
            switch (holder) {
                case Record r -> storeInRecord(frame, attribute.object(), r, attribute.name(), assigned);
                case MutableMembers m -> m.assign(attribute.name(), Sharing.share(assigned));
                case tns.optim.Optimizer o -> o.assign(attribute.name(), assigned);
                case Param p when attribute.name().equals("grad") -> p.grad(assigned instanceof Tensor t ? t : null);
                case Param p
                when attribute.name().equals("requires_grad") && assigned instanceof Boolean b -> p.requiresGrad(b);
                default ->
                    throw new TnsException(
                            ErrorKind.NAME,
                            "assignment: " + TypeName.describe(holder) + " has no field '" + attribute.name()
                                    + "' to set");
            }
        } catch (TnsException e) {
            throw attribute.at(e);
        }
    }

    /** Changes a parameter for every holder, which only untracked code may do. */
    private static void assignToParameter(Param p, String form, Tensor changed) {
        if (p.requiresGrad() && GradMode.enabled()) {
            throw new TnsException(
                            ErrorKind.VALUE, form + " on a parameter (a leaf that requires a gradient) outside no_grad")
                    .help("no_grad { " + form.replace("v", "…") + " }, or p.set(v); y = x + … makes a new value");
        }
        p.set(changed);
    }

    /** {@code x op= v}: x = x op v; a parameter is changed for every holder. */
    public static final class Augmented extends Node {
        private final Node place;
        private final Operators.Binary operation;
        private final String sign;

        public Augmented(Span span, Node place, Operators.Binary operation, String sign) {
            super(span);
            this.place = place;
            this.operation = operation;
            this.sign = sign;
        }

        @Override
        public Object eval(Frame frame) {
            Object current = place.borrow(frame);
            if (current instanceof Param p) {
                try {
                    if (p.requiresGrad() && GradMode.enabled()) {
                        assignToParameter(p, "x " + sign + " v", p.value());
                    }
                    Object changed = operation.eval(frame);
                    if (!(changed instanceof Tensor t)
                            || !t.shape().equals(p.value().shape())) {
                        throw new TnsException(
                                ErrorKind.SHAPE,
                                sign + ": would change the parameter's shape from "
                                        + p.value().shape() + " to " + TypeName.describe(changed));
                    }
                    p.set(
                            t.dtype() == p.value().dtype()
                                    ? t
                                    : tns.op.Casts.to(t, p.value().dtype()));
                } catch (TnsException e) {
                    throw at(e);
                }
                return None.NONE;
            }
            store(frame, place, operation.eval(frame));
            return None.NONE;
        }
    }

    /** A value whose members can be set in place: {@code self.f = v}, {@code opt.lr = v}. */
    public interface MutableMembers {
        void assign(String name, @Nullable Object value);
    }
}
