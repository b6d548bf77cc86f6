package tns.op;

/** A set of longs to look up: open addressing in a table at most half full, without the boxes of Java's own sets. */
final class LongSet {
    private static final long SPREAD = 0x9E3779B97F4A7C15L; // 2^64 over the golden ratio (Knuth, volume 3, 6.4)

    private final long[] table;
    private final int shift;

    /** Whether 0, which marks a free place in the table, is a member. */
    private boolean zero;

    /** At most 2^30 of them. */
    LongSet(long[] members) {
        int bits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(0, 2 * members.length - 1)));
        table = new long[1 << Math.min(bits, 30)];
        shift = Long.SIZE - Integer.numberOfTrailingZeros(table.length);
        for (long member : members) {
            zero |= member == 0;
            table[place(member)] = member;
        }
    }

    boolean has(long value) {
        return value == 0 ? zero : table[place(value)] == value;
    }

    /** Where {@code value} is, or would be. */
    private int place(long value) {
        int at = (int) (value * SPREAD >>> shift);
        while (table[at] != value && table[at] != 0) {
            at = at + 1 & table.length - 1;
        }
        return at;
    }
}
