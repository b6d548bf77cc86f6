package tns.lang;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.None;
import tns.op.Tuple;
import tns.op.TypeName;

/** Python's arithmetic on host values: 64-bit ints whose overflow is an error, 64-bit floats, strings and tuples. */
final class Numbers {
    private Numbers() {}

    /** Host values of which at most one is an int. */
    static Object hosts(Sign sign, Object a, Object b) {
        if (a instanceof Number x && b instanceof Number y) {
            return sign.floats(x.doubleValue(), y.doubleValue());
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
            return sign.ints(Ordering.compare(sign.toString(), a, b), 0);
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
                    ? sign.ints(m, n)
                    : sign.floats(((Number) x).doubleValue(), ((Number) y).doubleValue());
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

    static Object unary(char sign, Object value) {
        if (value instanceof Long n) {
            return sign == '-' ? Math.negateExact(n) : sign == '~' ? ~n : n;
        }
        if (value instanceof Double d && sign != '~') {
            return sign == '-' ? -d : d;
        }
        if (value instanceof Boolean b && sign == '~') {
            return !b;
        }
        throw new TnsException(ErrorKind.VALUE, sign + ": does not apply to " + TypeName.describe(value));
    }

    static TnsException unfit(Sign sign, Object a, Object b) {
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
