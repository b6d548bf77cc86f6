package tns.lang;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.Span;
import tns.error.TnsException;
import tns.op.Creation;
import tns.op.Display;
import tns.op.Record;
import tns.op.Tuple;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** The constructs that make a value on the spot: literals, containers, ranges and interpolated strings. */
public final class Values {
    private Values() {}

    /** A number, string, bool or {@code none} as written. */
    public static final class Constant extends Node {
        final Object value;

        public Constant(Span span, Object value) {
            super(span);
            this.value = value;
        }

        @Override
        boolean isSteady(Names names) {
            return true;
        }

        /** The constant as text, for a record's key. */
        public String text() {
            return value.toString();
        }

        @Override
        public Object eval(Frame frame) {
            return value;
        }

        @Override
        long whole(Frame frame) {
            return frame.whole(value);
        }
    }

    /** {@code (a, b)}: a tuple of anything. */
    public static final class TupleOf extends Node {
        private final Node[] items;

        public TupleOf(Span span, List<Node> items) {
            super(span);
            this.items = items.toArray(new Node[0]);
        }

        @Override
        boolean isSteady(Names names) {
            return Names.areSteady(names, items);
        }

        @Override
        public Object eval(Frame frame) {
            Object[] values = new Object[items.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = Sharing.settle(items[i].eval(frame));
            }
            return Tuple.of(values);
        }
    }

    /** {@code [a, b]}: always a tensor. */
    public static final class TensorOf extends Node {
        private final Node[] items;

        public TensorOf(Span span, List<Node> items) {
            super(span);
            this.items = items.toArray(new Node[0]);
        }

        @Override
        public Object eval(Frame frame) {
            Object[] leaves = new Object[items.length];
            for (int i = 0; i < leaves.length; i++) {
                leaves[i] = items[i].borrow(frame);
            }
            try {
                return Creation.literal(frame.session, leaves);
            } catch (TnsException e) {
                int i = e.argument();
                throw i >= 0 && i < items.length ? items[i].at(e) : at(e);
            }
        }
    }

    /** {@code for x in xs if c} in a comprehension. */
    public record Clause(
            List<Variable> targets, Node iterable, @Nullable Node condition) {}

    /** {@code (e for x in xs if c)}, or in square brackets a tensor of the same. */
    public static final class Comprehension extends Node {
        private final Node value;
        private final Clause[] clauses;
        private final boolean tensor;

        public Comprehension(Span span, Node value, List<Clause> clauses, boolean tensor) {
            super(span);
            this.value = value;
            this.clauses = clauses.toArray(new Clause[0]);
            this.tensor = tensor;
        }

        @Override
        public Object eval(Frame frame) {
            List<Object> values = new ArrayList<>();
            gather(frame, 0, values);
            try {
                return tensor ? Creation.literal(frame.session, values.toArray()) : Tuple.of(values.toArray());
            } catch (TnsException e) {
                throw value.at(e);
            }
        }

        private void gather(Frame frame, int depth, List<Object> values) {
            if (depth == clauses.length) {
                Object item = value.eval(frame);
                values.add(tensor ? item : Sharing.settle(item));
                return;
            }
            Clause clause = clauses[depth];
            Variable[] targets = clause.targets.toArray(new Variable[0]);
            for (Object item : Iteration.over(clause.iterable.borrow(frame), clause.iterable)) {
                Control.checked(frame, this);
                Iteration.bind(targets, item, frame, clause.iterable);
                if (clause.condition == null || clause.condition.test(frame)) {
                    gather(frame, depth + 1, values);
                }
            }
        }
    }

    /** {@code {name: value}}. */
    public static final class RecordOf extends Node {
        private final Map<String, Node> entries;

        /** @param entries in the order written */
        public RecordOf(Span span, Map<String, Node> entries) {
            super(span);
            this.entries = entries;
        }

        @Override
        public Object eval(Frame frame) {
            Map<String, Object> values = new LinkedHashMap<>();
            entries.forEach((name, value) -> values.put(name, Sharing.settle(value.eval(frame))));
            Record record = new Record(values);
            frame.session.made(record);
            return record;
        }
    }

    /** {@code low..high} or {@code low..=high}. */
    public static final class RangeOf extends Node {
        private final Node low;
        private final Node high;
        private final boolean inclusive;

        public RangeOf(Span span, Node low, Node high, boolean inclusive) {
            super(span);
            this.low = low;
            this.high = high;
            this.inclusive = inclusive;
        }

        @Override
        public Object eval(Frame frame) {
            return new RangeValue(bound(low, frame), bound(high, frame) + (inclusive ? 1 : 0), 1);
        }

        private long bound(Node node, Frame frame) {
            Object value = node.borrow(frame);
            Object plain = value instanceof Tensor t && t.elements() == 1 ? t.item() : value;
            if (plain instanceof Long n) {
                return n;
            }
            throw node.fail(
                    ErrorKind.VALUE, "range: needs ints, found " + tns.op.TypeName.describe(value), "int(x) converts");
        }
    }

    /** A part of an interpolated string: text, or an expression with its format. */
    public record TextPart(String text, @Nullable Node value, String format) {}

    /** {@code "… {expr:format} …"}. */
    public static final class Text extends Node {
        private final TextPart[] parts;

        public Text(Span span, List<TextPart> parts) {
            super(span);
            this.parts = parts.toArray(new TextPart[0]);
        }

        @Override
        public Object eval(Frame frame) {
            StringBuilder text = new StringBuilder();
            for (TextPart part : parts) {
                text.append(part.text);
                Node node = part.value;
                if (node != null) {
                    Object value = node.borrow(frame);
                    try {
                        text.append(part.format.isEmpty() ? Display.text(value) : Format.of(plain(value), part.format));
                    } catch (TnsException e) {
                        throw node.at(e);
                    }
                }
            }
            return text.toString();
        }

        private static Object plain(Object value) {
            Object tensor = value instanceof Param p ? p.look() : value;
            return tensor instanceof Tensor t && t.elements() == 1 ? t.item() : tensor;
        }
    }
}
