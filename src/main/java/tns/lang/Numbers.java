package tns.lang;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.lang.Operators.Sign;
import tns.op.None;
import tns.op.Tuple;
import tns.op.TypeName;

/** Python's arithmetic on host values: 64-bit ints whose overflow is an error, 64-bit floats, strings and tuples. */
final class Numbers {
    private Numbers() {}

    /** Two ints; an ArithmeticException means overflow. */
    static Object ints(Sign sign, long a, long b) {
        return switch (sign) {
            case ADD -> Math.addExact(a, b);
            case SUB -> Math.subtractExact(a, b);
            case MUL -> Math.multiplyExact(a, b);
            case LT -> a < b;
            case LE -> a <= b;
            case GT -> a > b;
            case GE -> a >= b;
            case EQ -> a == b;
            case NE -> a != b;
            case DIV -> (double) a / nonZero(sign, b);
            case FLOOR_DIVIDE -> Math.floorDiv(a, nonZero(sign, b));
            case REMAINDER -> Math.floorMod(a, nonZero(sign, b));
            case POW -> b < 0 ? (Object) Math.pow((double) a, (double) b) : (Object) power(a, b);
            case BITWISE_AND -> a & b;
            case BITWISE_OR -> a | b;
            case MATMUL -> throw unfit(sign, a, b);
        };
    }

    private static long nonZero(Sign sign, long divisor) {
        if (divisor == 0) {
            throw new TnsException(ErrorKind.VALUE, sign + ": division by zero").argument(1);
        }
        return divisor;
    }

    private static double nonZero(Sign sign, double divisor) {
        if (divisor == 0) {
            throw new TnsException(ErrorKind.VALUE, sign + ": division by zero").argument(1);
        }
        return divisor;
    }

    /** Python's: exact, with the sign of the divisor. */
    private static double remainder(double a, double b) {
        double r = a % b;
        return r != 0 && (r < 0) != (b < 0) ? r + b : r;
    }

    private static long power(long base, long exponent) {
        long result = 1;
        long factor = base;
        for (long n = exponent; n > 0; n >>= 1) {
            if ((n & 1) == 1) {
                result = Math.multiplyExact(result, factor);
            }
            if (n > 1) {
                factor = Math.multiplyExact(factor, factor);
            }
        }
        return result;
    }

    /** Host values of which at most one is an int. */
    static Object hosts(Sign sign, Object a, Object b) {
        if (a instanceof Number x && b instanceof Number y) {
            return floats(sign, x.doubleValue(), y.doubleValue());
        }
        if (sign == Sign.EQ || sign == Sign.NE) {
            return Ordering.equal(a, b) == (sign == Sign.EQ);
        }
        if (a instanceof Boolean x && b instanceof Boolean y) {
            if (sign == Sign.BITWISE_AND || sign == Sign.BITWISE_OR) {
                return sign == Sign.BITWISE_AND ? x && y : x || y;
            }
        }
        boolean ordered = a instanceof String && b instanceof String || a instanceof Tuple && b instanceof Tuple;
        if (ordered && (sign == Sign.LT || sign == Sign.LE || sign == Sign.GT || sign == Sign.GE)) {
            return ints(sign, Ordering.compare(sign.toString(), a, b), 0);
        }
        if (sign == Sign.ADD && a instanceof String x && b instanceof String y) {
            return x + y;
        }
        if (sign == Sign.MUL && (a instanceof Long || b instanceof Long)) {
            Object repeated = a instanceof Long n ? repeated(b, n) : repeated(a, (Long) b);
            if (repeated != null) {
                return repeated;
            }
        }
        if (sign == Sign.ADD && a instanceof Tuple x && b instanceof Tuple y) {
            Object[] all = java.util.Arrays.copyOf(x.items().toArray(), x.size() + y.size());
            for (int i = 0; i < y.size(); i++) {
                all[x.size() + i] = Sharing.share(y.get(i));
            }
            x.forEach(Sharing::share);
            return Tuple.of(all);
        }
        boolean counted =
                (a instanceof Boolean || a instanceof Number) && (b instanceof Boolean || b instanceof Number);
        if (counted) {
            Object x = a instanceof Boolean p ? (Object) (p ? 1L : 0L) : a;
            Object y = b instanceof Boolean q ? (Object) (q ? 1L : 0L) : b;
            return x instanceof Long m && y instanceof Long n
                    ? ints(sign, m, n)
                    : floats(sign, ((Number) x).doubleValue(), ((Number) y).doubleValue());
        }
        throw unfit(sign, a, b);
    }

    /** A string or tuple {@code times} over; null for anything else. */
    private static @Nullable Object repeated(Object value, long times) {
        long count = Math.max(0, times);
        if (value instanceof String s) {
            requireRoom(s.length() * count);
            return s.repeat((int) count);
        }
        if (value instanceof Tuple t) {
            requireRoom(t.size() * count);
            t.forEach(Sharing::share);
            return Tuple.of(java.util.Collections.nCopies((int) count, t.items()).stream()
                    .flatMap(java.util.List::stream)
                    .toArray());
        }
        return null;
    }

    private static void requireRoom(long items) {
        if (items < 0 || items > 1 << 28) {
            throw new TnsException(ErrorKind.VALUE, "*: the result would have " + items + " items");
        }
    }

    private static Object floats(Sign sign, double a, double b) {
        return switch (sign) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / nonZero(sign, b);
            case FLOOR_DIVIDE -> Math.floor(a / nonZero(sign, b));
            case REMAINDER -> remainder(a, nonZero(sign, b));
            case POW -> Math.pow(a, b);
            case EQ -> a == b;
            case NE -> a != b;
            case LT -> a < b;
            case LE -> a <= b;
            case GT -> a > b;
            case GE -> a >= b;
            case BITWISE_AND, BITWISE_OR, MATMUL -> throw unfit(sign, a, b);
        };
    }

    static Object unary(char sign, Object value) {
        return switch (value) {
            case Long n -> sign == '-' ? Math.negateExact(n) : sign == '~' ? ~n : n;
            case Double d when sign != '~' -> sign == '-' ? -d : d;
            case Boolean b when sign == '~' -> !b;
            default ->
                throw new TnsException(ErrorKind.VALUE, sign + ": does not apply to " + TypeName.describe(value));
        };
    }

    private static TnsException unfit(Sign sign, Object a, Object b) {
        TnsException error = new TnsException(
                ErrorKind.VALUE, sign + ": does not apply to " + TypeName.describe(a) + " and " + TypeName.describe(b));
        if (a == None.NONE || b == None.NONE) {
            return error.help("none is the absence of a value; test it with x == none");
        }
        return a instanceof String || b instanceof String
                ? error.help("\"{x}\" puts a value into a string; float(s) reads a number from one")
                : error;
    }
}
