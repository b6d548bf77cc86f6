package tns.lang;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Display;
import tns.op.Ellipsis;
import tns.op.Slice;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.Tensor;

/** {@code x[i]} and {@code x[a:b:s]} on tuples, lists, ranges and strings: Python's rules; slices clamp. */
final class Sequences {
    private Sequences() {}

    /** The item at an int, or what {@code made} makes of the items of a slice. */
    static Object get(
            Object[] index, int size, IntFunction<Object> items, String kind, Function<List<Object>, Object> made) {
        Object plain = only(index, kind);
        if (plain instanceof Slice slice) {
            List<Object> picked = new ArrayList<>();
            positions(slice, size).forEach(i -> picked.add(Sharing.share(items.apply((int) (long) (Long) i))));
            return made.apply(picked);
        }
        return items.apply(position(index, size, kind));
    }

    /** The character, or the characters of a slice, as a string. */
    static Object character(String s, Object[] index) {
        int[] points = s.codePointCount(0, s.length()) == s.length()
                ? new int[0]
                : s.codePoints().toArray();
        int size = points.length == 0 ? s.length() : points.length;
        IntFunction<Object> character = i -> points.length == 0 ? s.substring(i, i + 1) : Character.toString(points[i]);
        return get(index, size, character, "string", all -> {
            StringBuilder text = new StringBuilder();
            all.forEach(text::append);
            return text.toString();
        });
    }

    /** The position that the one int of {@code index} names; negative counts from the end. */
    static int position(Object[] index, int size, String kind) {
        Object plain = only(index, kind);
        if (!(plain instanceof Long i)) {
            throw new TnsException(
                    ErrorKind.INDEX,
                    "index: a " + kind + " takes an int or a slice, found "
                            + (plain == Ellipsis.ELLIPSIS ? "..." : TypeName.describe(plain)));
        }
        if (i < -size || i >= size) {
            TnsException outside =
                    new TnsException(ErrorKind.INDEX, "index: " + i + " is out of range for a " + kind + " of " + size);
            throw size == 0 ? outside : outside.help("its items are 0 to " + (size - 1) + ", or -" + size + " to -1");
        }
        return (int) (i < 0 ? i + size : i);
    }

    private static Object only(Object[] index, String kind) {
        if (index.length != 1) {
            throw new TnsException(
                            ErrorKind.INDEX,
                            "index: a " + kind + " takes one index, found " + Display.text(Tuple.of(index)))
                    .help("x[i][j] goes into an item; only a tensor takes x[i, j]");
        }
        return index[0] instanceof Tensor t && t.elements() == 1 ? t.item() : index[0];
    }

    private static RangeValue positions(Slice slice, int size) {
        long step = slice.step() == null ? 1 : slice.step();
        if (step == 0) {
            throw new TnsException(ErrorKind.INDEX, "slice: the step cannot be 0");
        }
        long start = bound(slice.start(), step > 0 ? 0 : size - 1, size, step);
        return new RangeValue(start, bound(slice.stop(), step > 0 ? size : -1, size, step), step);
    }

    private static long bound(@Nullable Long given, long natural, int size, long step) {
        if (given == null) {
            return natural;
        }
        long from = given < 0 ? given + size : given;
        return Math.clamp(from, step > 0 ? 0 : -1, step > 0 ? size : size - 1);
    }
}
