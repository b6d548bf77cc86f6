package tns.lang;

import tns.error.ErrorKind;
import tns.error.Span;
import tns.error.TnsException;
import tns.op.Op;
import tns.op.TypeName;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** Operators: host numbers are computed here, and a tensor on either side makes it a call of the op. */
public final class Operators {
    private Operators() {}

    /** What compares two values, alone or as a link of a chain. */
    public abstract static class Comparison extends Node {
        Comparison(Span span) {
            super(span);
        }

        abstract Object combine(Frame frame, Object a, Object b);
    }

    static boolean isTensor(Object value) {
        return value instanceof Tensor || value instanceof Param;
    }

    /** {@code a < b < c}: every pair compared, elementwise; each side evaluated once. */
    public static final class Chain extends Node {
        private final Node[] sides;
        private final Comparison[] comparisons;
        private final Binary and;

        public Chain(Span span, java.util.List<Node> sides, java.util.List<Comparison> comparisons, Binary and) {
            super(span);
            this.sides = sides.toArray(new Node[0]);
            this.comparisons = comparisons.toArray(new Comparison[0]);
            this.and = and;
        }

        @Override
        public Object eval(Frame frame) {
            Object left = sides[0].borrow(frame);
            Object all = true;
            for (int i = 0; i < comparisons.length; i++) {
                Object right = sides[i + 1].borrow(frame);
                if (i + 1 < comparisons.length && right instanceof Tensor middle) {
                    middle.settled(); // it is used twice
                }
                Object holds = comparisons[i].combine(frame, left, right);
                all = i == 0 ? holds : and.combine(frame, all, holds);
                left = right;
            }
            return all;
        }
    }

    /** {@code -a}, {@code +a} and {@code ~a}. */
    public static final class Unary extends Node {
        private final char sign;
        private final Op op;
        private final Node operand;

        public Unary(Span span, char sign, Op op, Node operand) {
            super(span);
            this.sign = sign;
            this.op = op;
            this.operand = operand;
        }

        @Override
        boolean isSteady(Names names) {
            return operand.isSteady(names);
        }

        @Override
        public Object eval(Frame frame) {
            Object value = operand.borrow(frame);
            try {
                if (isTensor(value)) {
                    Object result = sign == '+' ? Sharing.share(value) : op.call(frame.session, value);
                    Sharing.lose(operand, value, result);
                    return result;
                }
                return Numbers.unary(sign, value);
            } catch (TnsException e) {
                throw operand.at(e);
            } catch (ArithmeticException overflow) {
                throw fail(ErrorKind.VALUE, "int overflow: -(" + value + ") does not fit 64 bits");
            }
        }
    }

    /** {@code a and b}, {@code a or b}: the right side only when it decides. */
    public static final class Logic extends Node {
        private final boolean and;
        private final Node left;
        private final Node right;

        public Logic(Span span, boolean and, Node left, Node right) {
            super(span);
            this.and = and;
            this.left = left;
            this.right = right;
        }

        @Override
        public Object eval(Frame frame) {
            return and ? left.test(frame) && right.test(frame) : left.test(frame) || right.test(frame);
        }
    }

    /** {@code not a}. */
    public static final class Not extends Node {
        private final Node operand;

        public Not(Span span, Node operand) {
            super(span);
            this.operand = operand;
        }

        @Override
        public Object eval(Frame frame) {
            return !operand.test(frame);
        }
    }

    /** {@code x in xs}. */
    public static final class In extends Comparison {
        private final Node item;
        private final Node container;
        private final boolean negated;

        public In(Span span, Node item, Node container, boolean negated) {
            super(span);
            this.item = item;
            this.container = container;
            this.negated = negated;
        }

        @Override
        public Object eval(Frame frame) {
            return combine(frame, item.borrow(frame), container.borrow(frame));
        }

        @Override
        Object combine(Frame frame, Object wanted, Object all) {
            if (all instanceof String text) {
                if (!(wanted instanceof String part)) {
                    throw item.fail(ErrorKind.VALUE, "in: a string holds strings, not " + TypeName.describe(wanted));
                }
                return text.contains(part) != negated;
            }
            for (Object candidate : Iteration.over("in", all, container)) {
                if (Ordering.equal(candidate, wanted)) {
                    return !negated;
                }
            }
            return negated;
        }
    }
}
