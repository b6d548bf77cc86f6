package tns.lang;

import java.util.Iterator;
import java.util.NoSuchElementException;
import tns.op.Sized;
import tns.op.TypeName;

/** The half-open range of ints {@code start..stop}, {@code step} apart. */
public record RangeValue(long start, long stop, long step) implements Iterable<Object>, Sized, TypeName.Typed {
    @Override
    public int size() {
        long span = step > 0 ? stop - start : start - stop;
        return span <= 0 ? 0 : Math.toIntExact((span + Math.abs(step) - 1) / Math.abs(step));
    }

    public long get(int i) {
        return start + i * step;
    }

    @Override
    public Iterator<Object> iterator() {
        return new Iterator<>() {
            private final int size = size(); // a division: too long for every turn
            private int at;

            @Override
            public boolean hasNext() {
                return at < size;
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return get(at++);
            }
        };
    }

    @Override
    public String typeName() {
        return "range";
    }

    @Override
    public String toString() {
        return step == 1 ? start + ".." + stop : "range(" + start + ", " + stop + ", " + step + ")";
    }
}
