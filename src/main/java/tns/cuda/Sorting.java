package tns.cuda;

import java.util.Arrays;
import tns.cuda.ptx.SortMergeKernel;
import tns.cuda.ptx.SortTileKernel;
import tns.tensor.View;

/**
 * Stable sorts of the last dim with positions: tiles in shared memory, which are the rows where those are short, and
 * otherwise are merged two by two in global memory, in one launch for each doubling.
 *
 * <p>What is sorted are keys with their positions: see {@link tns.cuda.ptx.SortTileKernel}.
 */
final class Sorting {
    /** Elements of a tile: two for each thread of the largest block. */
    private static final int TILE = 2048;

    private Sorting() {}

    /** See {@link tns.tensor.Device#sort}. */
    static void run(Stream stream, Region input, boolean descending, Region values, Region positions) {
        run(stream, input, descending, values, positions, TILE);
    }

    /** The same with tiles of another size, a power of 2. */
    static void run(Stream stream, Region input, boolean descending, Region values, Region positions, int tile) {
        int count = input.view().shape().elements();
        if (count == 0) {
            return;
        }
        if (input.view().isContiguous()) {
            contiguous(stream, input, descending, values, positions, tile);
            return;
        }
        long room = stream.reserve((long) count * input.dtype().bytes());
        Region copy =
                new Region(input.dtype(), room, View.contiguous(input.view().shape()));
        Copies.run(stream, input, copy);
        contiguous(stream, copy, descending, values, positions, tile);
        stream.release(room);
    }

    private static void contiguous(
            Stream stream, Region input, boolean descending, Region values, Region positions, int tile) {
        int n = input.view().shape().rank() == 0 ? 1 : input.view().shape().size(-1);
        int rows = input.view().shape().elements() / n;
        if (n > tile) {
            new LongRows(stream, input, rows, n, tile).run(descending, values, positions);
            return;
        }
        int size = Math.max(2, Integer.highestOneBit(2 * n - 1));
        SortTileKernel kernel = new SortTileKernel(input.dtype(), descending, size, true);
        int blocks = (rows - 1) / kernel.tiles() + 1;
        stream.launch(kernel, blocks, rows, n, 1, input.first(), values.first(), positions.first());
    }

    /** Rows of more than a tile. */
    private record LongRows(Stream stream, Region input, int rows, int n, int tile) {
        void run(boolean descending, Region values, Region positions) {
            boolean wide = SortTileKernel.isWide(input.dtype());
            int tilesOfRow = (n - 1) / tile + 1;
            int tiles = rows * tilesOfRow;
            int count = rows * n;
            long[] items = items(wide, count);
            long[] others = items(wide, count);
            SortTileKernel sort = new SortTileKernel(input.dtype(), descending, tile, false);
            int blocks = (tiles - 1) / sort.tiles() + 1;
            stream.launch(sort, blocks, arguments(new long[] {tiles, n, tilesOfRow, input.first()}, items));
            int run = tile;
            SortMergeKernel merge = new SortMergeKernel(wide, 0);
            int mergeBlocks = Grid.blocks(stream, count, SortMergeKernel.THREADS);
            for (; 2L * run < n; run *= 2) {
                stream.launch(merge, mergeBlocks, arguments(new long[] {count, n, run}, items, others));
                long[] sorted = others;
                others = items;
                items = sorted;
            }
            SortMergeKernel last = new SortMergeKernel(wide, input.dtype().bytes());
            long[] results = {input.first(), values.first(), positions.first()};
            stream.launch(last, mergeBlocks, arguments(new long[] {count, n, run}, items, results));
            stream.release(items[0]);
            stream.release(others[0]);
        }

        /** Memory for an array of items: the addresses of the keys and, of wide items, of the positions. */
        private long[] items(boolean wide, int count) {
            long keys = stream.reserve((wide ? 12L : 8L) * count);
            return wide ? new long[] {keys, keys + 8L * count} : new long[] {keys};
        }

        private static long[] arguments(long[]... parts) {
            return Arrays.stream(parts).flatMapToLong(Arrays::stream).toArray();
        }
    }
}
