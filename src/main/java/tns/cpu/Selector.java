package tns.cpu;

import java.util.Arrays;

/**
 * Finds a range of a row's stable order.
 *
 * <p>For the first few the row is looked through once, keeping the least so far: one comparison rejects nearly all others.
 * Otherwise the keys are counted by their highest digit, and those with the digits that the range has are kept, again
 * and again, until there are few enough to be sorted. Both leave equal elements in their order.
 */
final class Selector {
    /** Keys that are read at once: 32 KiB of them. A row as short is read once for all passes. */
    private static final int BLOCK = 1 << 12;

    /** So few are sorted rather than counted. */
    private static final int SORTED_ELEMENTS = 64;

    private static final int DIGIT_BITS = 11;
    private static final int SHORT_ROW_DIGIT_BITS = 8;

    private final SortKeys elements;
    private final int n;
    private final long[] block;
    private final int[] counts;

    /** Of the elements left in the race, in the order of the row; the keys of a short row are {@link #block} at first. */
    private long[] keys = new long[0];

    private int[] places = new int[0];

    private Sorter sorter = new Sorter(SORTED_ELEMENTS);

    /** The answer, unless {@link #inPlaces}: it is in the sorter's order of {@link #places} from here on. */
    private int first;

    private boolean inPlaces;

    /** Whether {@link #block} holds all of a short row. */
    private boolean read;

    /** For rows of {@code n} elements. */
    Selector(SortKeys elements, int n) {
        this.elements = elements;
        this.n = n;
        block = new long[Math.min(n, BLOCK)];
        counts = new int[1 << (n <= BLOCK ? SHORT_ROW_DIGIT_BITS : DIGIT_BITS)];
    }

    /** Finds the elements at ranks {@code from} to {@code to} (exclusive) of the row at {@code at}. */
    void select(int at, int from, int to) {
        if (n > SORTED_ELEMENTS && (to - from) * 2L <= n) {
            if ((long) to * to > 8L * n || !scan(at, to)) {
                narrow(at, from, to);
            } else {
                first = from;
            }
            return;
        }
        room(n);
        elements.read(at, keys, n);
        for (int i = 0; i < n; i++) {
            places[i] = i;
        }
        sorted(n, from);
    }

    /** The position in the row of the element at {@code rank} of those that were asked for. */
    int place(int rank) {
        return places[inPlaces ? first + rank : sorter.place(first + rank)];
    }

    /** Sets {@link #places} to those of the first {@code to}; false when too many had to be moved. */
    private boolean scan(int at, int to) {
        int stride = elements.stride();
        room(to);
        long moved = 0;
        int filled = 0;
        for (int i = 0; i < n; i++) {
            if (filled == to) {
                i = elements.next(at, i, n, places[to - 1]);
                if (i == n) {
                    break;
                }
            }
            long key = elements.key(at + i * stride);
            if (filled == to && key >= keys[to - 1]) {
                continue;
            }
            int j = filled < to ? filled++ : to - 1;
            int end = j;
            for (; j > 0 && keys[j - 1] > key; j--) {
                keys[j] = keys[j - 1];
                places[j] = places[j - 1];
            }
            keys[j] = key;
            places[j] = i;
            moved += end - j;
            if (moved > 2L * n) {
                return false;
            }
        }
        inPlaces = true;
        return true;
    }

    /** Leaves ever fewer elements in the race, until they can be sorted. */
    private void narrow(int at, int start, int stop) {
        read = false;
        int left = n;
        int from = start;
        int to = stop;
        boolean whole = true;
        boolean few = false;
        while (!few) {
            long least = Long.MAX_VALUE;
            long greatest = Long.MIN_VALUE;
            for (int i = 0; i < left; i += BLOCK) {
                long[] some = some(at, i, left, whole);
                int shift = whole ? 0 : i;
                int end = shift + Math.min(BLOCK, left - i);
                least = Math.min(least, least(some, shift, end));
                greatest = Math.max(greatest, greatest(some, shift, end));
            }
            if (least == greatest && !whole) {
                inPlaces = true;
                first = from;
                return;
            }
            // As unsigned numbers the distances to the least key are right even where they overflow.
            int bits = Long.SIZE - Long.numberOfLeadingZeros(greatest - least);
            int digitAt = Math.max(0, bits - Integer.numberOfTrailingZeros(counts.length));
            Arrays.fill(counts, 0);
            for (int i = 0; i < left; i += BLOCK) {
                int shift = whole ? 0 : i;
                count(some(at, i, left, whole), shift, shift + Math.min(BLOCK, left - i), least, digitAt);
            }
            int low = 0;
            int below = 0;
            while (below + counts[low] <= from) {
                below += counts[low++];
            }
            int high = low;
            int kept = counts[low];
            while (below + kept < to) {
                kept += counts[++high];
            }
            long lowest = least + ((long) low << digitAt);
            long width = ((long) (high - low + 1) << digitAt) - 1;
            if (whole) {
                room(kept + 1);
                int next = 0;
                for (int i = 0; i < left; i += BLOCK) {
                    long[] some = some(at, i, left, true);
                    next = keep(some, Math.min(BLOCK, left - i), i, lowest, width, next);
                }
            } else {
                keep(left, lowest, width);
            }
            from -= below;
            to -= below;
            // A range over many digits that hold most elements would not get narrower.
            few = kept <= SORTED_ELEMENTS || low < high && kept > left / 2;
            left = kept;
            whole = false;
        }
        sorted(left, from);
    }

    /** The array with the keys of element {@code i} and those behind it: from index {@code i} on, or of a whole row 0. */
    private long[] some(int at, int i, int left, boolean whole) {
        if (!whole) {
            return keys;
        }
        if (n > BLOCK || !read) {
            elements.read(at + i * elements.stride(), block, Math.min(BLOCK, left - i));
            read = true;
        }
        return block;
    }

    private static long least(long[] keys, int from, int to) {
        long least = Long.MAX_VALUE;
        for (int i = from; i < to; i++) {
            least = Math.min(least, keys[i]);
        }
        return least;
    }

    private static long greatest(long[] keys, int from, int to) {
        long greatest = Long.MIN_VALUE;
        for (int i = from; i < to; i++) {
            greatest = Math.max(greatest, keys[i]);
        }
        return greatest;
    }

    private void count(long[] some, int from, int to, long least, int digitAt) {
        int[] into = counts;
        for (int i = from; i < to; i++) {
            into[(int) (some[i] - least >>> digitAt)]++;
        }
    }

    /**
     * Adds those of the first {@code count} keys, of the elements from {@code base} on, that are at most {@code width}
     * above {@code lowest}. Which of them are cannot be foretold, so all are written, and the others written over.
     */
    private int keep(long[] some, int count, int base, long lowest, long width, int start) {
        long[] toKeys = keys;
        int[] toPlaces = places;
        long most = width + Long.MIN_VALUE; // compared as unsigned numbers
        int next = start;
        for (int i = 0; i < count; i++) {
            long key = some[i];
            toKeys[next] = key;
            toPlaces[next] = base + i;
            next += key - lowest + Long.MIN_VALUE <= most ? 1 : 0;
        }
        return next;
    }

    private void keep(int count, long lowest, long width) {
        long[] some = keys;
        int[] where = places;
        long most = width + Long.MIN_VALUE; // compared as unsigned numbers
        int next = 0;
        for (int i = 0; i < count; i++) {
            long key = some[i];
            some[next] = key;
            where[next] = where[i];
            next += key - lowest + Long.MIN_VALUE <= most ? 1 : 0;
        }
    }

    private void sorted(int count, int from) {
        if (sorter.keys().length < count) {
            sorter = new Sorter(count);
        }
        System.arraycopy(keys, 0, sorter.keys(), 0, count);
        sorter.sort(count);
        inPlaces = false;
        first = from;
    }

    private void room(int count) {
        if (keys.length < count) {
            keys = new long[count];
            places = new int[count];
        }
    }
}
