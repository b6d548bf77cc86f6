package tns.cuda.emulator;

import java.util.Arrays;

/**
 * Who has read and written what of a memory since the last barrier, so that it is noticed when the result depends on which
 * thread comes first. Times are counted from 1.
 */
final class Traces {
    /** The bytes of a chunk, as a shift: in the quick way, no chunk may be both read and written. */
    static final int CHUNK = 7;

    /** The bytes of a word, as a shift; smaller ones are told apart once something smaller is written. */
    private static final int WORD = 2;

    /** The bits of a trace that name a thread; the others name the time. */
    private static final int THREAD_BITS = 11;

    private static final int THREADS = 1 << THREAD_BITS;
    /** Stands for any thread whatever: several have read here. */
    private static final int SEVERAL = THREADS - 1;
    /** Stands for all threads that change a word by what can be done in any order. */
    static final int ANY_ORDER = THREADS - 2;
    /** Times that can be told apart. */
    private static final int TIMES = (1 << 32 - THREAD_BITS) - 1;

    private final int bytes;
    private final long[] chunkReads;
    private final long[] chunkWrites;
    private int place = WORD;
    private int[] readers = new int[0];
    private int[] writers = new int[0];
    private long era;

    Traces(int bytes) {
        this.bytes = bytes;
        chunkReads = new long[(bytes >> CHUNK) + 1];
        chunkWrites = new long[chunkReads.length];
    }

    /** Notes that the chunk is read; false when it has been written since. */
    boolean readsChunk(int chunk, long time) {
        chunkReads[chunk] = time;
        return chunkWrites[chunk] != time;
    }

    /** Notes that the chunk is written; false when it has been read since. */
    boolean writesChunk(int chunk, long time) {
        chunkWrites[chunk] = time;
        return chunkReads[chunk] != time;
    }

    /** Notes that the thread reads; false when another has written there since. */
    boolean reads(int at, int size, int thread, long time) {
        int now = prepared(size, time);
        int own = now | thread;
        for (int i = at >> place; i <= at + size - 1 >> place; i++) {
            int writer = writers[i];
            if (isOf(writer, now) && writer != own) {
                return false;
            }
            int reader = readers[i];
            readers[i] = isOf(reader, now) && reader != own ? now | SEVERAL : own;
        }
        return true;
    }

    /** Notes that the thread writes; false when another has read or written there since. */
    boolean writes(int at, int size, int thread, long time) {
        int now = prepared(size, time);
        int own = now | thread;
        for (int i = at >> place; i <= at + size - 1 >> place; i++) {
            int writer = writers[i];
            int reader = readers[i];
            if (isOf(writer, now) && writer != own || isOf(reader, now) && reader != own) {
                return false;
            }
            writers[i] = own;
        }
        return true;
    }

    private static boolean isOf(int trace, int now) {
        return (trace & -THREADS) == now;
    }

    /** The bits of that time, when traces can be told from those of other times and sizes. */
    private int prepared(int size, long time) {
        if (readers.length == 0) {
            readers = new int[(bytes >> place) + 1];
            writers = new int[readers.length];
            era = time / TIMES;
        }
        if (era != time / TIMES) {
            Arrays.fill(readers, 0);
            Arrays.fill(writers, 0);
            era = time / TIMES;
        }
        if (place > 0 && size < 1 << WORD) {
            readers = spread(readers);
            writers = spread(writers);
            place = 0;
        }
        return (int) (time % TIMES + 1) << THREAD_BITS;
    }

    /** The traces of words as those of their bytes. */
    private int[] spread(int[] words) {
        int[] spread = new int[bytes + 1];
        for (int i = 0; i < spread.length; i++) {
            spread[i] = words[i >> WORD];
        }
        return spread;
    }
}
