package tns.lang;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.Span;
import tns.error.TnsException;
import tns.nn.Module;
import tns.op.Display;
import tns.op.Held;
import tns.op.Indexing;
import tns.op.None;
import tns.op.Record;
import tns.op.Slice;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.profile.Profile;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** {@code x[i, a:b, ...]} on tensors, tuples, lists, records, ranges and strings. */
public final class Access {
    private Access() {}

    /** {@code a:b:s} inside square brackets. */
    public static final class SliceOf extends Node {
        private final @Nullable Node start;
        private final @Nullable Node stop;
        private final @Nullable Node step;

        public SliceOf(Span span, @Nullable Node start, @Nullable Node stop, @Nullable Node step) {
            super(span);
            this.start = start;
            this.stop = stop;
            this.step = step;
        }

        @Override
        public Object eval(Frame frame) {
            return new Slice(bound(start, frame), bound(stop, frame), bound(step, frame));
        }

        private static @Nullable Long bound(@Nullable Node node, Frame frame) {
            if (node == null) {
                return null;
            }
            return switch (node.borrow(frame)) {
                case Long n -> n;
                case None n -> null;
                case Tensor t when t.elements() == 1 && t.item() instanceof Long n -> n;
                case Object other ->
                    throw node.fail(ErrorKind.INDEX, "slice: bounds must be ints, found " + TypeName.describe(other));
            };
        }
    }

    /** {@code x[…]}. */
    public static final class Index extends Node {
        private final Node base;
        private final Node[] items;

        public Index(Span span, Node base, List<Node> items) {
            super(span);
            this.base = base;
            this.items = items.toArray(new Node[0]);
        }

        Object[] items(Frame frame) {
            Object[] values = new Object[items.length];
            for (int i = 0; i < values.length; i++) {
                Object value = items[i].borrow(frame);
                Object index = value instanceof Param p ? p.look() : value;
                // It may be used twice: x[i] += 1 reads and writes there.
                values[i] = index instanceof Tensor t ? t.settled() : index;
            }
            return values;
        }

        @Override
        public Object eval(Frame frame) {
            Object value = base.borrow(frame);
            Object part = get(frame, value, items(frame));
            Sharing.dropOthers(value, part);
            boolean copied = value instanceof Tensor x && part instanceof Tensor y && x.buffer() != y.buffer();
            return copied ? part : Sharing.share(part);
        }

        @Override
        boolean givesHeld() {
            return true;
        }

        @Override
        public Object borrow(Frame frame) {
            Object value = base.borrow(frame);
            Object[] index = items(frame);
            if (value instanceof Tensor t) {
                try {
                    Tensor seen = Indexing.peek(t, index);
                    if (seen != null) {
                        return seen;
                    }
                } catch (TnsException e) {
                    throw at(e);
                }
            }
            Object part = get(frame, value, index);
            Sharing.dropOthers(value, part);
            return part;
        }

        /** The part of {@code value} that {@code index} names. */
        Object get(Frame frame, Object value, Object[] index) {
            try {
                return part(frame, value, index);
            } catch (TnsException e) {
                throw at(e);
            }
        }

        private static Object part(Frame frame, Object value, Object[] index) {
            return switch (value) {
                case Tensor t -> of(frame.session, t, index);
                case Param p -> {
                    Tensor now = p.look();
                    Object part = of(frame.session, now, index);
                    Held.keep(part, now);
                    yield part;
                }
                case Record r -> entry(r, index);
                case Tuple t -> Sequences.get(index, t.size(), t::get, "tuple", Tuple::of);
                case ListValue l -> Sequences.get(index, l.items().size(), l.items()::get, "list", ListValue::new);
                case RangeValue r -> Sequences.get(index, r.size(), r::get, "range", Tuple::of);
                case String s -> Sequences.character(s, index);
                case Module m when m.element(index[0]) instanceof Object element -> element;
                default ->
                    throw new TnsException(ErrorKind.INDEX, "index: " + TypeName.describe(value) + " has no items");
            };
        }

        private static Object of(Session session, Tensor x, Object[] index) {
            Profile profile = session.profile();
            return profile == null
                    ? Indexing.get(session, x, index)
                    : profile.op("index", () -> Indexing.get(session, x, index));
        }

        private static Object entry(Record record, Object[] index) {
            Object found = index.length == 1 && index[0] instanceof String key ? record.member(key) : null;
            if (found == null) {
                throw new TnsException(
                                ErrorKind.INDEX,
                                "index: the record has no key "
                                        + Display.quoted(index.length == 1 ? index[0] : Tuple.of(index)))
                        .help("its keys are " + String.join(", ", record.memberNames()));
            }
            return found;
        }
    }
}
