package tns.lang;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.Span;
import tns.error.TnsException;
import tns.op.Ellipsis;
import tns.op.Indexing;
import tns.op.None;
import tns.op.Slice;
import tns.op.Tuple;
import tns.op.TypeName;
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

        Node base() {
            return base;
        }

        Object[] items(Frame frame) {
            Object[] values = new Object[items.length];
            for (int i = 0; i < values.length; i++) {
                Object value = items[i].borrow(frame);
                values[i] = value instanceof Param p ? p.value() : value;
            }
            return values;
        }

        @Override
        public Object eval(Frame frame) {
            return Sharing.share(borrow(frame));
        }

        @Override
        public Object borrow(Frame frame) {
            Object value = base.borrow(frame);
            try {
                return get(frame, value, items(frame));
            } catch (TnsException e) {
                throw at(e);
            }
        }

        private static Object get(Frame frame, Object value, Object[] index) {
            return switch (value) {
                case Tensor t -> Indexing.get(frame.session, t, index);
                case Param p -> Indexing.get(frame.session, p.value(), index);
                case Record r -> {
                    Object found = index[0] instanceof String key ? r.member(key) : null;
                    if (found == null) {
                        throw new TnsException(
                                        ErrorKind.INDEX,
                                        "index: the record has no key " + tns.op.Display.quoted(index[0]))
                                .help("its keys are " + r.memberNames());
                    }
                    yield found;
                }
                case Tuple t -> sequence(index[0], t.size(), t::get, "tuple");
                case ListValue l -> sequence(index[0], l.items().size(), l.items()::get, "list");
                case RangeValue r -> sequence(index[0], r.size(), r::get, "range");
                case String s -> sequence(index[0], s.length(), i -> s.substring(i, i + 1), "string");
                case tns.nn.Module m when m.element(index[0]) instanceof Object element -> element;
                default ->
                    throw new TnsException(ErrorKind.INDEX, "index: " + TypeName.describe(value) + " has no items");
            };
        }

        private interface Item {
            Object at(int i);
        }

        private static Object sequence(Object index, int size, Item items, String kind) {
            Object plain = index instanceof Tensor t && t.elements() == 1 ? t.item() : index;
            if (plain instanceof Long i) {
                return items.at(place(i, size, kind));
            }
            if (plain instanceof Slice slice) {
                int step = slice.step() == null ? 1 : Math.toIntExact(slice.step());
                int start = clamp(slice.start(), step > 0 ? 0 : size - 1, size, step);
                int stop = clamp(slice.stop(), step > 0 ? size : -1, size, step);
                List<Object> picked = new java.util.ArrayList<>();
                for (int i = start; step > 0 ? i < stop : i > stop; i += step) {
                    picked.add(Sharing.share(items.at(i)));
                }
                return kind.equals("string")
                        ? String.join("", picked.stream().map(Object::toString).toList())
                        : Tuple.of(picked.toArray());
            }
            throw new TnsException(
                    ErrorKind.INDEX,
                    "index: a " + kind + " takes an int or a slice, found "
                            + (plain == Ellipsis.ELLIPSIS ? "..." : TypeName.describe(plain)));
        }

        private static int clamp(@Nullable Long bound, int natural, int size, int step) {
            if (bound == null) {
                return natural;
            }
            long from = bound < 0 ? bound + size : bound;
            return (int) Math.max(step > 0 ? 0 : -1, Math.min(step > 0 ? size : size - 1, from));
        }
    }

    /** The position an index names, counting negatives from the end. */
    static int place(long i, int size, String kind) {
        if (i < -size || i >= size) {
            throw new TnsException(ErrorKind.INDEX, "index: " + i + " is out of range for a " + kind + " of " + size);
        }
        return (int) (i < 0 ? i + size : i);
    }
}
