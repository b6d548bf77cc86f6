package tns.lang;

import java.util.Iterator;
import java.util.NoSuchElementException;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Sized;
import tns.op.TypeName;

/** The half-open range of ints {@code start..stop}, {@code step} apart. */
public record RangeValue(long start, long stop, long step) implements Iterable<Object>, Sized, TypeName.Typed {
    /** The number of items, unsigned: from the least int to the greatest there are more than an int64 can say. */
    private long count() {
        boolean some = step > 0 ? start < stop : start > stop;
        long span = step > 0 ? stop - start : start - stop;
        return some ? Long.divideUnsigned(span - 1, Math.abs(step)) + 1 : 0;
    }

    /**
     * The number of items.
     *
     * @throws TnsException of kind VALUE when there are more than anything can hold
     */
    @Override
    public int size() {
        long count = count();
        if (count < 0 || count > Integer.MAX_VALUE) {
            throw new TnsException(
                            ErrorKind.VALUE, "range: " + this + " has " + Long.toUnsignedString(count) + " items")
                    .help("for goes over as many; what is counted or picked by position may have " + Integer.MAX_VALUE);
        }
        return (int) count;
    }

    public long get(int i) {
        return start + i * step;
    }

    @Override
    public Iterator<Object> iterator() {
        return new Iterator<>() {
            private long left = count();
            private long item = start;

            @Override
            public boolean hasNext() {
                return left != 0;
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                left--;
                long present = item;
                item += step;
                return present;
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
