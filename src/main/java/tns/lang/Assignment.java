package tns.lang;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.error.Span;
import tns.error.TnsException;
import tns.op.Held;
import tns.op.None;
import tns.tensor.Param;

/** Assignment: to a place, to several at once, and {@code x op= v}. */
public final class Assignment {
    private Assignment() {}

    /** {@code name = value}. */
    public static final class Name extends Node {
        private final Variable target;
        private final Node value;
        /** The slot of a local variable that is given the result of arithmetic, which may be an int without a box; or -1. */
        private final int slot;

        public Name(Span span, Variable target, Node value) {
            super(span);
            this.target = target;
            this.value = value;
            boolean arithmetic = value instanceof Binary binary && binary.isWhole();
            this.slot = arithmetic && target instanceof Variable.Local local ? local.slot : -1;
        }

        @Override
        boolean isSteady(Names names) {
            return value.isSteady(names) && names.sets(target);
        }

        @Override
        public Object eval(Frame frame) {
            if (slot >= 0) {
                long answer = value.whole(frame);
                if (answer != BOXED) {
                    Object before = frame.slots[slot];
                    frame.local(slot, answer);
                    Sharing.drop(before, null);
                    return None.NONE;
                }
                return assign(frame, frame.boxed());
            }
            return assign(frame, value.eval(frame));
        }

        private Object assign(Frame frame, Object result) {
            Object assigned = Sharing.settle(result);
            Object before = target.peek(frame);
            if (target instanceof Variable.Local local) {
                frame.slots[local.slot] = assigned;
            } else {
                target.set(frame, assigned);
            }
            Sharing.drop(before, assigned);
            return None.NONE;
        }
    }

    /** {@code place = value}. */
    public static final class One extends Node {
        private final Place place;
        private final Node value;

        public One(Span span, Place place, Node value) {
            super(span);
            this.place = place;
            this.value = value;
        }

        @Override
        boolean isSteady(Names names) {
            return value.isSteady(names) && place.isSteady(names);
        }

        @Override
        public Object eval(Frame frame) {
            place.store(frame, value.eval(frame));
            return None.NONE;
        }
    }

    /** {@code a = b = value} and {@code a, b = value}: from right to left, a tuple or other sequence taken apart. */
    public static final class Several extends Node {
        private final Place[][] targets;
        private final Node value;

        /** @param targets for each {@code =}, the places on its left */
        public Several(Span span, List<List<Place>> targets, Node value) {
            super(span);
            this.targets = targets.stream().map(t -> t.toArray(new Place[0])).toArray(Place[][]::new);
            this.value = value;
        }

        @Override
        boolean isSteady(Names names) {
            boolean steady = targets.length == 1 && value.isSteady(names);
            for (Place target : targets[0]) {
                steady &= target.name() instanceof Variable name && names.sets(name);
            }
            return steady;
        }

        @Override
        public Object eval(Frame frame) {
            Object assigned = value.eval(frame);
            // The parts of a tuple that nobody else has get names of their own.
            boolean apart = targets.length == 1 && targets[0].length > 1;
            if (!apart) {
                Sharing.share(assigned);
            }
            Object[][] parts = new Object[targets.length][];
            for (int i = 0; i < targets.length; i++) {
                parts[i] = targets[i].length == 1
                        ? new Object[] {assigned}
                        : Iteration.parts(assigned, targets[i].length, value);
            }
            for (int i = targets.length - 1; i >= 0; i--) {
                for (int k = 0; k < targets[i].length; k++) {
                    targets[i][k].store(frame, parts[i][k]);
                }
            }
            return None.NONE;
        }
    }

    /** {@code x op= v}: x = x op v, with what stands in x's brackets evaluated once; a parameter changes for all. */
    public static final class Augmented extends Node {
        private final Place place;
        private final @Nullable Variable name;
        private final Binary operation;
        private final String sign;
        /** As in {@link Name}. */
        private final int slot;

        public Augmented(Span span, Place place, Binary operation, String sign) {
            super(span);
            this.place = place;
            this.name = place.name();
            this.operation = operation;
            this.sign = sign;
            this.slot = operation.isWhole() && name instanceof Variable.Local local ? local.slot : -1;
        }

        @Override
        boolean isSteady(Names names) {
            return name != null && operation.isSteady(names) && names.augments(name);
        }

        @Override
        public Object eval(Frame frame) {
            if (slot >= 0 && frame.slots[slot] == Frame.INT) {
                frame.local(slot, operation.whole(frame));
                return None.NONE;
            }
            if (name != null) {
                Object current = name.borrow(frame);
                if (current instanceof Param p) {
                    change(frame, p);
                } else if (slot >= 0) {
                    frame.local(slot, operation.whole(frame));
                } else {
                    name.set(frame, Held.hold(operation.borrow(frame)));
                }
                return None.NONE;
            }
            Place.Opened opened = place.opened(frame);
            Object current = opened.get();
            if (current instanceof Param p) {
                change(frame, p);
            } else {
                opened.put(operation.with(frame, current));
            }
            return None.NONE;
        }

        private void change(Frame frame, Param p) {
            try {
                Stores.requireUntracked(p, sign, "no_grad { " + span().text() + " }");
                Stores.replace(p, sign, operation.with(frame, p));
            } catch (TnsException e) {
                throw at(e);
            }
        }
    }
}
