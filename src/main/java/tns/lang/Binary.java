package tns.lang;

import tns.error.ErrorKind;
import tns.error.ScriptException;
import tns.error.Span;
import tns.error.TnsException;
import tns.op.None;
import tns.op.Op;

/**
 * {@code a + b} and the like: host numbers are computed here, ints without boxes between one operator and the next (see
 * {@link Node#whole}), and a tensor on either side makes it a call of the op.
 *
 * <p>A side that is a local variable or a constant is read on the spot: a call of {@code whole} that could go to any node
 * costs more than the arithmetic. The commonest operators have a class each, and each reads its sides itself: the
 * compiler works in a call whose target has always been the same, and one that all operators share has many. A method
 * that reads the left side for all of them has the code of every call of a script that stands there, and is soon too
 * large to be worked in anywhere.
 */
public abstract sealed class Binary extends Operators.Comparison {
    /** What an operator is made of. */
    private record Parts(Span span, Sign sign, Op op, Node left, Node right) {}

    /** The operator {@code sign}; {@code op} does the same to tensors. */
    public static Binary of(Span span, Sign sign, Op op, Node left, Node right) {
        Parts parts = new Parts(span, sign, op, left, right);
        return switch (sign) {
            case ADD -> new Add(parts);
            case SUB -> new Subtract(parts);
            case MUL -> new Multiply(parts);
            case REMAINDER -> new Remainder(parts);
            case LT -> new Less(parts);
            default -> sign.compares() ? new Compare(parts) : new Other(parts);
        };
    }

    private final Sign sign;
    private final Op op;
    final Node left;
    final Node right;
    final int leftSlot;
    final int rightSlot;
    /** The right side where it is an int as written, {@link Node#BOXED} otherwise. */
    final long constant;

    private Binary(Parts parts) {
        super(parts.span);
        this.sign = parts.sign;
        this.op = parts.op;
        this.left = parts.left;
        this.right = parts.right;
        this.leftSlot = left instanceof Variable.Local local ? local.slot : -1;
        this.rightSlot = right instanceof Variable.Local local ? local.slot : -1;
        this.constant = right instanceof Values.Constant c && c.value instanceof Long n ? n : BOXED;
    }

    @Override
    final boolean isSteady(Names names) {
        return left.isSteady(names) && right.isSteady(names);
    }

    /** Whether {@link #eval} is {@link #whole} with a box. */
    boolean isWhole() {
        return this instanceof Add || this instanceof Subtract || this instanceof Multiply || this instanceof Remainder;
    }

    final Sign sign() {
        return sign;
    }

    /** The right side, as {@link #whole} answers; for what is not worth a place of its own to be compiled in. */
    private long right(Frame frame) {
        return constant != BOXED ? constant : right.whole(frame);
    }

    /** The result where the left side, just evaluated, is no int without a box. */
    final Object others(Frame frame) {
        Object a = frame.boxed();
        Object result = with(frame, a);
        Sharing.lose(left, a, result);
        return result;
    }

    /** The result where only the right side, just evaluated, is none. */
    final Object others(Frame frame, long a) {
        Object b = frame.boxed();
        Object result = combine(frame, a, b);
        Sharing.lose(right, b, result);
        return result;
    }

    /** The result with {@code a} as the left value. */
    final Object with(Frame frame, Object a) {
        Object b = frame.box(right(frame));
        Object result = combine(frame, a, b);
        Sharing.lose(right, b, result);
        return result;
    }

    /** The result for two ints. */
    final Object ints(long a, long b) {
        try {
            return sign.ints(a, b);
        } catch (TnsException e) {
            throw placed(e);
        } catch (ArithmeticException overflow) {
            throw overflow(a, b);
        }
    }

    @Override
    Object combine(Frame frame, Object a, Object b) {
        if (a instanceof Long x && b instanceof Long y) {
            return ints(x, y);
        }
        try {
            return others(frame, a, b);
        } catch (TnsException e) {
            throw placed(e);
        } catch (ArithmeticException overflow) {
            throw overflow(a, b);
        }
    }

    private Object others(Frame frame, Object a, Object b) {
        return (Operators.isTensor(a) || Operators.isTensor(b)) && !asksForNone(a, b)
                ? op.call(frame.session, a, b)
                : Numbers.hosts(sign, a, b);
    }

    private ScriptException placed(TnsException e) {
        return e.argument() == 0 ? left.at(e) : e.argument() == 1 ? right.at(e) : at(e);
    }

    private ScriptException overflow(Object a, Object b) {
        return fail(
                ErrorKind.VALUE,
                "int overflow: " + a + " " + sign + " " + b + " does not fit 64 bits",
                "floats have more range: float(x)");
    }

    /** Whether it is {@code p.grad == none}: one question, not one for each element. */
    private boolean asksForNone(Object a, Object b) {
        return (sign == Sign.EQ || sign == Sign.NE) && (a == None.NONE || b == None.NONE);
    }

    private static final class Add extends Binary {
        Add(Parts parts) {
            super(parts);
        }

        @Override
        public Object eval(Frame frame) {
            return frame.box(whole(frame));
        }

        @Override
        public Object borrow(Frame frame) {
            return frame.box(whole(frame));
        }

        @Override
        long whole(Frame frame) {
            long a = leftSlot >= 0 ? frame.whole(leftSlot, left) : left.whole(frame);
            if (a == BOXED) {
                return frame.whole(others(frame));
            }
            long b = constant != BOXED ? constant : rightSlot >= 0 ? frame.whole(rightSlot, right) : right.whole(frame);
            if (b == BOXED) {
                return frame.whole(others(frame, a));
            }
            long sum = a + b;
            boolean fits = ((a ^ sum) & (b ^ sum)) >= 0 && sum != BOXED;
            return fits ? sum : frame.whole(ints(a, b));
        }
    }

    private static final class Subtract extends Binary {
        Subtract(Parts parts) {
            super(parts);
        }

        @Override
        public Object eval(Frame frame) {
            return frame.box(whole(frame));
        }

        @Override
        public Object borrow(Frame frame) {
            return frame.box(whole(frame));
        }

        @Override
        long whole(Frame frame) {
            long a = leftSlot >= 0 ? frame.whole(leftSlot, left) : left.whole(frame);
            if (a == BOXED) {
                return frame.whole(others(frame));
            }
            long b = constant != BOXED ? constant : rightSlot >= 0 ? frame.whole(rightSlot, right) : right.whole(frame);
            if (b == BOXED) {
                return frame.whole(others(frame, a));
            }
            long difference = a - b;
            boolean fits = ((a ^ b) & (a ^ difference)) >= 0 && difference != BOXED;
            return fits ? difference : frame.whole(ints(a, b));
        }
    }

    private static final class Multiply extends Binary {
        Multiply(Parts parts) {
            super(parts);
        }

        @Override
        public Object eval(Frame frame) {
            return frame.box(whole(frame));
        }

        @Override
        public Object borrow(Frame frame) {
            return frame.box(whole(frame));
        }

        @Override
        long whole(Frame frame) {
            long a = leftSlot >= 0 ? frame.whole(leftSlot, left) : left.whole(frame);
            if (a == BOXED) {
                return frame.whole(others(frame));
            }
            long b = constant != BOXED ? constant : rightSlot >= 0 ? frame.whole(rightSlot, right) : right.whole(frame);
            if (b == BOXED) {
                return frame.whole(others(frame, a));
            }
            long product = a * b;
            boolean fits = Math.multiplyHigh(a, b) == product >> 63 && product != BOXED;
            return fits ? product : frame.whole(ints(a, b));
        }
    }

    private static final class Remainder extends Binary {
        Remainder(Parts parts) {
            super(parts);
        }

        @Override
        public Object eval(Frame frame) {
            return frame.box(whole(frame));
        }

        @Override
        public Object borrow(Frame frame) {
            return frame.box(whole(frame));
        }

        @Override
        long whole(Frame frame) {
            long a = leftSlot >= 0 ? frame.whole(leftSlot, left) : left.whole(frame);
            if (a == BOXED) {
                return frame.whole(others(frame));
            }
            long b = constant != BOXED ? constant : rightSlot >= 0 ? frame.whole(rightSlot, right) : right.whole(frame);
            if (b == BOXED) {
                return frame.whole(others(frame, a));
            }
            // A 64-bit division takes several times as long as a 32-bit one.
            boolean narrow = a == (int) a && b == (int) b && b != 0;
            return narrow ? Math.floorMod((int) a, (int) b) : frame.whole(ints(a, b));
        }
    }

    private static final class Less extends Binary {
        Less(Parts parts) {
            super(parts);
        }

        @Override
        public Object eval(Frame frame) {
            return borrow(frame);
        }

        @Override
        public Object borrow(Frame frame) {
            long a = leftSlot >= 0 ? frame.whole(leftSlot, left) : left.whole(frame);
            if (a == BOXED) {
                return others(frame);
            }
            long b = constant != BOXED ? constant : rightSlot >= 0 ? frame.whole(rightSlot, right) : right.whole(frame);
            return b == BOXED ? others(frame, a) : (Object) (a < b);
        }

        @Override
        public boolean test(Frame frame) {
            long a = leftSlot >= 0 ? frame.whole(leftSlot, left) : left.whole(frame);
            if (a == BOXED) {
                return Truth.of(others(frame), this);
            }
            long b = constant != BOXED ? constant : rightSlot >= 0 ? frame.whole(rightSlot, right) : right.whole(frame);
            return b == BOXED ? Truth.of(others(frame, a), this) : a < b;
        }
    }

    private static final class Compare extends Binary {
        Compare(Parts parts) {
            super(parts);
        }

        @Override
        public Object eval(Frame frame) {
            return borrow(frame);
        }

        @Override
        public Object borrow(Frame frame) {
            long a = leftSlot >= 0 ? frame.whole(leftSlot, left) : left.whole(frame);
            if (a == BOXED) {
                return others(frame);
            }
            long b = constant != BOXED ? constant : rightSlot >= 0 ? frame.whole(rightSlot, right) : right.whole(frame);
            return b == BOXED ? others(frame, a) : (Object) sign().holds(a, b);
        }

        @Override
        public boolean test(Frame frame) {
            long a = leftSlot >= 0 ? frame.whole(leftSlot, left) : left.whole(frame);
            if (a == BOXED) {
                return Truth.of(others(frame), this);
            }
            long b = constant != BOXED ? constant : rightSlot >= 0 ? frame.whole(rightSlot, right) : right.whole(frame);
            return b == BOXED ? Truth.of(others(frame, a), this) : sign().holds(a, b);
        }
    }

    private static final class Other extends Binary {
        Other(Parts parts) {
            super(parts);
        }

        @Override
        public Object eval(Frame frame) {
            return borrow(frame);
        }

        @Override
        public Object borrow(Frame frame) {
            long a = leftSlot >= 0 ? frame.whole(leftSlot, left) : left.whole(frame);
            if (a == BOXED) {
                return others(frame);
            }
            long b = constant != BOXED ? constant : rightSlot >= 0 ? frame.whole(rightSlot, right) : right.whole(frame);
            return b == BOXED ? others(frame, a) : ints(a, b);
        }
    }
}
