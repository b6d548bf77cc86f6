package tns.lang;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.Span;
import tns.error.TnsException;

/**
 * What stands on the left of {@code =}: a name, or a chain such as {@code net.layers[0].bias[i]} that starts at one.
 *
 * <p>Values stay values: a part that is stored replaces the whole in what holds it, up to the name. A whole that nobody
 * else can see, and a cell (a list, a model, a parameter), is changed where it is.
 */
public final class Place {
    private static final Node[] NO_STEPS = {};

    private final Span span;
    private final Node root;
    private final Node[] steps;

    /**
     * @param root the variable, or another expression whose value is a cell
     * @param steps the {@link Access.Index} and {@link Calls.Attribute} nodes from the root outwards
     */
    public Place(Span span, Node root, List<Node> steps) {
        this.span = span;
        this.root = root;
        this.steps = steps.isEmpty() ? NO_STEPS : steps.toArray(new Node[0]);
    }

    /** The node that reads the place, for messages that point at it. */
    public Node shown() {
        return steps.length == 0 ? root : steps[steps.length - 1];
    }

    /** The variable that the place is, or null when it is a part of something. */
    @Nullable
    Variable name() {
        return steps.length == 0 && root instanceof Variable variable ? variable : null;
    }

    /** As {@link Node#isSteady} for what is stored there: a name, or the gradient of what one stands for. */
    boolean isSteady(Names names) {
        if (name() instanceof Variable variable) {
            return names.sets(variable);
        }
        return steps.length == 1
                && root instanceof Variable holder
                && steps[0] instanceof Calls.Attribute part
                && part.name().equals("grad")
                && names.augments(holder);
    }

    /** Puts {@code value} there; what stands in its brackets is evaluated now. */
    void store(Frame frame, Object value) {
        if (steps.length == 0) {
            set(frame, value);
        } else {
            opened(frame).put(value);
        }
    }

    /** The place with everything in it evaluated, once: to read it and then to write it. */
    Opened opened(Frame frame) {
        return new Opened(frame);
    }

    private void set(Frame frame, Object value) {
        if (!(root instanceof Variable variable)) {
            throw root.fail(
                    ErrorKind.VALUE,
                    "assignment: only a variable can hold the changed value",
                    "give it a name first: x = …, then change x");
        }
        Object before = variable.peek(frame);
        variable.set(frame, Sharing.settle(value));
        Sharing.drop(before, value);
    }

    /** The value at each step of the chain and the index or name that leads on from it. */
    final class Opened {
        private final Frame frame;
        private final Object[] holders = new Object[steps.length];
        private final Object[] keys = new Object[steps.length];

        private Opened(Frame frame) {
            this.frame = frame;
            // What no variable holds counts as shared, so that a change that would be lost is refused.
            Object holder = root instanceof Variable ? root.borrow(frame) : Sharing.share(root.borrow(frame));
            for (int i = 0; i < steps.length; i++) {
                holders[i] = holder;
                keys[i] = key(steps[i]);
                if (i + 1 < steps.length) {
                    Object part = get(i);
                    holder = Stores.visibleElsewhere(holder) ? Sharing.share(part) : part;
                }
            }
        }

        private Object key(Node step) {
            return step instanceof Access.Index index ? index.items(frame) : ((Calls.Attribute) step).name();
        }

        /** What is there now. */
        Object get() {
            return steps.length == 0 ? root.borrow(frame) : get(steps.length - 1);
        }

        private Object get(int i) {
            return keys[i] instanceof Object[] index
                    ? ((Access.Index) steps[i]).get(frame, holders[i], index)
                    : ((Calls.Attribute) steps[i]).get(frame, holders[i]);
        }

        /** Puts {@code value} there. */
        void put(Object value) {
            Object part = value;
            for (int i = steps.length - 1; i >= 0; i--) {
                Object whole = with(i, part);
                if (whole == holders[i]) {
                    return;
                }
                part = whole;
            }
            set(frame, part);
        }

        private Object with(int i, Object part) {
            try {
                String change = Stores.changeInPlace(holders[i], keys[i]);
                if (change != null) {
                    frame.session.changes(holders[i], change);
                }
                return keys[i] instanceof Object[] index
                        ? Stores.item(frame.session, holders[i], index, part)
                        : Stores.member(holders[i], (String) keys[i], part);
            } catch (TnsException e) {
                throw steps[i].at(e);
            }
        }
    }

    Span span() {
        return span;
    }
}
