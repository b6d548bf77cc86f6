package tns.cuda.emulator;

import java.util.Arrays;

/** What stood in memory before the threads of a block changed it, so that all of it can be undone. */
final class Journal {
    private static final byte[] NONE = {};

    private byte[][] memories = new byte[64][];
    private int[] places = new int[64];
    private byte[] sizes = new byte[64];
    private long[] before = new long[64];
    private int count;

    void clear() {
        Arrays.fill(memories, 0, count, NONE);
        count = 0;
    }

    /** Notes {@code elements} elements of {@code size} bytes at each of those places that are about to change. */
    void add(byte[] memory, int[] starts, int from, int to, int size, int elements) {
        int more = (to - from) * elements;
        if (count + more > places.length) {
            int room = Math.max(count + more, 2 * places.length);
            memories = Arrays.copyOf(memories, room);
            places = Arrays.copyOf(places, room);
            sizes = Arrays.copyOf(sizes, room);
            before = Arrays.copyOf(before, room);
        }
        for (int i = from; i < to; i++) {
            for (int k = 0; k < elements; k++) {
                memories[count] = memory;
                places[count] = starts[i] + k * size;
                sizes[count] = (byte) size;
                before[count] = Memory.load(memory, starts[i] + k * size, size);
                count++;
            }
        }
    }

    void undo() {
        while (count > 0) {
            count--;
            Memory.store(memories[count], places[count], sizes[count], before[count]);
            memories[count] = NONE;
        }
    }
}
