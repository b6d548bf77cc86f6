package tns.cpu;

import java.util.Arrays;
import tns.tensor.Tensor;

/**
 * Elements taken from and put to where an index says that has a number for each: {@code line[i, j..] = table[index[i,
 * j..], j..]}, or the other way.
 *
 * <p>What has different {@code j} is independent, so that threads share that, and each goes through {@code i} in its
 * order. The innermost loop runs along whatever dim lies side by side in memory.
 */
final class Elements {
    /** About the number of elements that are worth a thread. */
    private static final int GRAIN = 1 << 14;

    /**
     * Columns of a table worked on at a time, few enough for their cache lines and pages to be found quickly: gather along
     * dim 0 of (2048, 2048) floats took 336 ms, so 37; 32 and 128 columns do as well (AMD EPYC, one core, 2026-11-27).
     */
    private static final int BAND = 64;

    /** The same where one number stands for a whole row, which is then copied as one. */
    private static final int ROW_BAND = 1 << 12;

    /** A dim below this is no good as the innermost loop. */
    private static final int SHORT = 16;

    /** Which way elements go. */
    private enum Way {
        TAKE,
        PUT,
        ADD
    }

    private final Way way;
    private final Object table;
    private final Object line;
    private final long[] index;
    /** The sizes of the index, and the steps of all three along its dims; that of a row of the table apart. */
    private final int[] sizes;

    private final int[] tableSteps;
    private final int[] indexSteps;
    private final int[] lineSteps;
    private final int rowStep;
    private final int tableAt;
    private final int indexAt;
    private final int lineAt;

    private Elements(Way way, Tensor table, Tensor index, Tensor line) {
        this.way = way;
        this.table = HostBuffer.array(table);
        this.line = HostBuffer.array(line);
        this.index = (long[]) HostBuffer.array(index);
        sizes = index.shape().toArray();
        tableSteps = table.view().strides().clone();
        rowStep = tableSteps[0];
        tableSteps[0] = 0;
        indexSteps = index.view().strides();
        lineSteps = line.view().strides();
        tableAt = table.view().offset();
        indexAt = index.view().offset();
        lineAt = line.view().offset();
    }

    /** See {@link tns.tensor.Device#take}. */
    static void take(Parallel parallel, Tensor table, Tensor index, Tensor line) {
        new Elements(Way.TAKE, table, index, line).run(parallel);
    }

    /** See {@link tns.tensor.Device#put}; bools add as or. */
    static void put(Parallel parallel, Tensor table, Tensor index, Tensor line, boolean add) {
        new Elements(add ? Way.ADD : Way.PUT, table, index, line).run(parallel);
    }

    private void run(Parallel parallel) {
        int inner = inner();
        boolean whole = inner > 0 && indexSteps[inner] == 0 && tableSteps[inner] == 1 && lineSteps[inner] == 1;
        // Only what is taken may be split along the indexed dim: what is put there is put in order.
        int band = Math.min(sizes[inner], inner == 0 ? way == Way.TAKE ? GRAIN : sizes[0] : whole ? ROW_BAND : BAND);
        int bands = band == 0 ? 0 : (sizes[inner] + band - 1) / band;
        int turns = inner == 0 ? 1 : sizes[0];
        int piece = way == Way.TAKE ? Math.min(turns, Math.max(1, GRAIN / Math.max(1, band))) : turns;
        int pieces = piece == 0 ? 0 : (turns + piece - 1) / piece;
        Dims tables = others(inner, tableSteps);
        Dims indices = others(inner, indexSteps);
        Dims lines = others(inner, lineSteps);
        int each = bands * pieces;
        int grain = (int) Math.max(1, GRAIN / Math.max(1, (long) band * piece));
        parallel.range(tables.elements() * each, grain, (start, end) -> {
            for (int task = start; task < end; task++) {
                int other = task / each;
                int first = task % each / pieces * band;
                int count = Math.min(band, sizes[inner] - first);
                int t = tableAt + tables.at(other) + first * tableSteps[inner];
                int x = indexAt + indices.at(other) + first * indexSteps[inner];
                int l = lineAt + lines.at(other) + first * lineSteps[inner];
                int turn = task % pieces * piece;
                for (int last = Math.min(turns, turn + piece); turn < last; turn++) {
                    int at = x + turn * indexSteps[0];
                    int beside = l + turn * lineSteps[0];
                    if (whole) {
                        row(t + (int) index[at] * rowStep, beside, count);
                    } else {
                        run(new ElementLoops.Run(
                                index,
                                at,
                                indexSteps[inner],
                                t,
                                tableSteps[inner],
                                rowStep,
                                beside,
                                lineSteps[inner],
                                count));
                    }
                }
            }
        });
    }

    private void run(ElementLoops.Run run) {
        switch (way) {
            case TAKE -> ElementLoops.take(table, line, run);
            case PUT -> ElementLoops.put(table, line, run);
            case ADD -> ElementLoops.add(table, line, run);
        }
    }

    private void row(int place, int at, int count) {
        switch (way) {
            case TAKE -> Rows.copy(table, place, 1, line, at, count);
            case PUT -> Rows.copy(line, at, 1, table, place, count);
            case ADD -> Rows.add(line, at, 1, table, place, count);
        }
    }

    /** The dim along which neighbours are nearest, or the longest one where that is too short. */
    private int inner() {
        int best = 0;
        int longest = 0;
        for (int d = 1; d < sizes.length; d++) {
            best = sizes[d] > 1 && (sizes[best] <= 1 || distance(d) <= distance(best)) ? d : best;
            longest = sizes[d] > sizes[longest] ? d : longest;
        }
        return sizes[best] < SHORT ? longest : best;
    }

    private long distance(int d) {
        return Math.abs((long) tableSteps[d]) + Math.abs((long) indexSteps[d]) + Math.abs((long) lineSteps[d]);
    }

    /** All dims but the indexed one and the innermost, with these steps. */
    private Dims others(int inner, int[] steps) {
        int[] kept = new int[sizes.length];
        int[] keptSteps = new int[sizes.length];
        int count = 0;
        int elements = 1;
        for (int d = 1; d < sizes.length; d++) {
            if (d != inner) {
                kept[count] = sizes[d];
                keptSteps[count++] = steps[d];
                elements *= sizes[d];
            }
        }
        return new Dims(Arrays.copyOf(kept, count), Arrays.copyOf(keptSteps, count), 0, elements);
    }
}
