package tns.cuda;

import java.util.Arrays;

/** The parameters of a kernel in the making, in their order. */
final class Arguments {
    private long[] values = new long[32];
    private int count;

    /** An address, or the bits of a number. */
    void add(long value) {
        if (count == values.length) {
            values = Arrays.copyOf(values, 2 * count);
        }
        values[count++] = value;
    }

    /** Words of 32 bits. */
    void add(int... words) {
        for (int word : words) {
            add((long) word);
        }
    }

    /** All of them, for {@link Stream#launch}. */
    long[] toArray() {
        return Arrays.copyOf(values, count);
    }
}
