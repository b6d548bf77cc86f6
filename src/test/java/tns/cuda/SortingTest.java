package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tns.cuda.emulator.Emulator;
import tns.cuda.ptx.KernelText;
import tns.cuda.ptx.SortMergeKernel;
import tns.cuda.ptx.SortTileKernel;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.View;

/** Sorts are stable and in the defined order, with every bit of the elements kept. */
class SortingTest {
    private static final int TILE = 2048;

    @Test
    void shortRows() {
        int[][] shapes = {
            {},
            {0},
            {1},
            {2},
            {3},
            {5},
            {31},
            {32},
            {33},
            {255},
            {257},
            {1001},
            {3, 0},
            {7, 1},
            {5, 3},
            {300, 2},
            {2, 3, 17},
            {3, 513}
        };
        int seed = 0;
        for (DType dtype : DType.values()) {
            for (int[] shape : shapes) {
                for (boolean descending : new boolean[] {false, true}) {
                    check(dtype, Samples.view(Shape.of(shape), seed % 5, new Random(seed)), descending, TILE, seed++);
                }
            }
        }
        check(DType.FLOAT32, View.contiguous(Shape.of(2, TILE)), false, TILE, seed++);
        check(DType.INT64, View.contiguous(Shape.of(TILE - 1)), true, TILE, seed);
    }

    /** With small tiles, so that there are many merges. */
    @Test
    void longRows() {
        int[][] shapes = {{5}, {8}, {9}, {16}, {17}, {31}, {33}, {255}, {257}, {1001}, {3, 40}, {2, 3, 17}};
        int seed = 0;
        for (DType dtype : DType.values()) {
            for (int[] shape : shapes) {
                for (boolean descending : new boolean[] {false, true}) {
                    check(dtype, Samples.view(Shape.of(shape), seed % 5, new Random(seed)), descending, 4, seed++);
                }
            }
        }
        check(DType.FLOAT32, View.contiguous(Shape.of(2 * TILE + 1)), false, TILE, seed++);
        check(DType.FLOAT64, View.contiguous(Shape.of(TILE + 700)), true, TILE, seed);
    }

    @Test
    void assembles() {
        List<KernelText> kernels = new ArrayList<>();
        for (DType dtype : DType.values()) {
            kernels.add(new SortTileKernel(dtype, false, TILE, true));
            kernels.add(new SortTileKernel(dtype, true, TILE, true));
            kernels.add(new SortTileKernel(dtype, false, TILE, false));
            kernels.add(new SortTileKernel(dtype, true, 32, true));
        }
        for (boolean wide : new boolean[] {false, true}) {
            for (int element : wide ? new int[] {0, 8} : new int[] {0, 1, 4}) {
                kernels.add(new SortMergeKernel(wide, element));
            }
        }
        Assembled.everywhere(kernels);
    }

    private static void check(DType dtype, View view, boolean descending, int tile, int seed) {
        Shape shape = view.shape();
        Random random = new Random(seed);
        Object array = Samples.array(dtype, Samples.extent(view), random, true);
        EmulatedStream stream = new EmulatedStream(Emulator.Order.values()[seed % 3], seed);
        Region input = stream.upload(array, view);
        Region values = stream.room(dtype, shape);
        Region positions = stream.room(DType.INT64, shape);
        long before = stream.reserved();
        Sorting.run(stream, input, descending, values, positions, tile);
        assertEquals(before, stream.reserved(), "temporary memory given back");
        int n = shape.rank() == 0 ? 1 : shape.size(-1);
        int[] places = Samples.positions(view);
        Object sorted = Samples.zeros(dtype, places.length);
        long[] order = new long[places.length];
        for (int row = 0; row < places.length; row += n) {
            int first = row;
            Comparator<Integer> comparator =
                    (i, j) -> compare(array, places[first + i], places[first + j]) * (descending ? -1 : 1);
            int[] byOrder = IntStream.range(0, n)
                    .boxed()
                    .sorted(comparator)
                    .mapToInt(Integer::intValue)
                    .toArray();
            for (int i = 0; i < n; i++) {
                order[row + i] = byOrder[i];
                Samples.move(array, places[row + byOrder[i]], sorted, row + i);
            }
        }
        String what = dtype + " " + view + (descending ? " descending" : " ascending") + ", tiles of " + tile;
        assertArrayEquals(order, (long[]) stream.download(positions, order.length), what);
        Object found = stream.download(values, order.length);
        assertArrayEquals(EmulatedMemory.bytes(sorted), EmulatedMemory.bytes(found), what);
    }

    /** By value; both zeros are equal, as are all NaN, which come last. */
    private static int compare(Object array, int i, int j) {
        if (array instanceof long[] || array instanceof byte[]) {
            return Long.compare(Array.getLong(array, i), Array.getLong(array, j));
        }
        return Double.compare(Array.getDouble(array, i) + 0.0, Array.getDouble(array, j) + 0.0);
    }
}
