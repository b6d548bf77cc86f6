package tns.cpu;

import java.util.Arrays;

/**
 * Sorts long keys stably and tells where each was.
 *
 * <p>The highest bits of a key's distance to the least key are packed with its position into one long, and these are
 * sorted: few by insertion, many by radix, least significant digit first. Runs that are equal in these bits, yet not in
 * all, are then sorted by what is left. One packed array instead of keys beside positions, and digits instead of
 * merging, sort rows of 2048 floats 4 times as fast.
 */
final class Sorter {
    /** Up to here insertion takes no longer than digits: 68 against 71 ms for 4 Mi elements in rows of 64. */
    private static final int INSERTION_MOST_ELEMENTS = 64;

    /** From here on counting 2048 digits takes less time than another pass: 40 against 49 ms for 4 Mi floats. */
    private static final int WIDE_DIGITS_MIN_ELEMENTS = 512;

    private static final int NARROW_DIGIT_BITS = 8;
    private static final int WIDE_DIGIT_BITS = 11;

    /**
     * The most bits that are sorted at once, three wide digits. Doubles have up to 64, but rarely do two agree in the
     * first 33.
     */
    private static final int MOST_BITS = 3 * WIDE_DIGIT_BITS;

    private final long[] keys;
    private long[] items;
    private long[] others = new long[0];
    private int positionBits;

    /** With room for {@code most} keys. */
    Sorter(int most) {
        keys = new long[most];
        items = new long[most];
    }

    /** The keys to sort; they stay as they are. */
    long[] keys() {
        return keys;
    }

    /** The position in {@link #keys} of the key that is at {@code rank} of their order. */
    int place(int rank) {
        return (int) (items[rank] & (1L << positionBits) - 1);
    }

    /** Brings the first {@code n} keys into order. */
    void sort(int n) {
        long least = Long.MAX_VALUE;
        long greatest = Long.MIN_VALUE;
        for (int i = 0; i < n; i++) {
            least = Math.min(least, keys[i]);
            greatest = Math.max(greatest, keys[i]);
        }
        // Read as an unsigned number, the difference is right even where it overflows.
        int bits = n == 0 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(greatest - least);
        int dropped = Math.max(0, bits - MOST_BITS);
        positionBits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(0, n - 1));
        for (int i = 0; i < n; i++) {
            items[i] = keys[i] - least >>> dropped << positionBits | i;
        }
        if (n <= INSERTION_MOST_ELEMENTS) {
            insertionSort(n);
        } else {
            radixSort(n, bits - dropped);
        }
        if (dropped > 0) {
            sortTies(n);
        }
    }

    private void insertionSort(int n) {
        for (int i = 1; i < n; i++) {
            long item = items[i];
            int j = i - 1;
            for (; j >= 0 && items[j] > item; j--) {
                items[j + 1] = items[j];
            }
            items[j + 1] = item;
        }
    }

    private void radixSort(int n, int bits) {
        int digitBits = n < WIDE_DIGITS_MIN_ELEMENTS ? NARROW_DIGIT_BITS : WIDE_DIGIT_BITS;
        int passes = (bits + digitBits - 1) / digitBits;
        if (passes == 0) {
            return;
        }
        digitBits = (bits + passes - 1) / passes;
        if (others.length < n) {
            others = new long[keys.length];
        }
        int[] starts = new int[1 << digitBits];
        int mask = starts.length - 1;
        for (int pass = 0; pass < passes; pass++) {
            int shift = positionBits + pass * digitBits;
            Arrays.fill(starts, 0);
            for (int i = 0; i < n; i++) {
                starts[(int) (items[i] >>> shift) & mask]++;
            }
            int start = 0;
            for (int digit = 0; digit <= mask; digit++) {
                int count = starts[digit];
                starts[digit] = start;
                start += count;
            }
            for (int i = 0; i < n; i++) {
                long item = items[i];
                others[starts[(int) (item >>> shift) & mask]++] = item;
            }
            long[] sorted = others;
            others = items;
            items = sorted;
        }
    }

    /** Sorts the runs of items that have the same highest bits, which are in order of position. */
    private void sortTies(int n) {
        int end;
        for (int from = 0; from < n; from = end) {
            end = from + 1;
            while (end < n && items[end] >>> positionBits == items[from] >>> positionBits) {
                end++;
            }
            if (end - from > 1) {
                sortTie(from, end);
            }
        }
    }

    private void sortTie(int from, int end) {
        // Their keys differ in the dropped bits alone, so that this goes no deeper.
        Sorter tie = new Sorter(end - from);
        for (int i = from; i < end; i++) {
            tie.keys[i - from] = keys[place(i)];
        }
        tie.sort(end - from);
        long[] run = Arrays.copyOfRange(items, from, end);
        for (int i = from; i < end; i++) {
            items[i] = run[tie.place(i - from)];
        }
    }
}
