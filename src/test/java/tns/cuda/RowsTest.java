package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tns.cuda.emulator.Emulator;
import tns.cuda.ptx.AddRunsKernel;
import tns.cuda.ptx.ClaimKernel;
import tns.cuda.ptx.KernelText;
import tns.cuda.ptx.PutKernel;
import tns.cuda.ptx.ScanPutKernel;
import tns.cuda.ptx.TakeKernel;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.View;

/** Rows by index are those of the plain loop, bit for bit, in whatever order threads run. */
class RowsTest {
    /** Rows of the matrix, length of the index, columns. */
    private static final int[][] SIZES = {
        {1, 1, 1},
        {3, 0, 2},
        {3, 5, 0},
        {1, 3, 4},
        {5, 33, 1},
        {7, 31, 3},
        {4, 8, 16},
        {3, 9, 8},
        {40, 33, 5},
        {2, 256, 1},
        {300, 257, 2},
        {10, 3, 257},
        {1, 1001, 1},
        {6, 12, 64}
    };

    @Test
    void take() {
        for (DType dtype : DType.values()) {
            for (int[] size : SIZES) {
                for (int kind = 0; kind < 5; kind++) {
                    Random random = new Random(kind);
                    View from = Samples.view(Shape.of(size[0], size[2]), kind, random);
                    Object source = Samples.array(dtype, Samples.extent(from), random, true);
                    View by = Samples.view(Shape.of(size[1]), kind % 4, random);
                    long[] rows = Samples.indices(Samples.extent(by), size[0], random);
                    Object expected = Samples.zeros(dtype, size[1] * size[2]);
                    int[] places = Samples.positions(from);
                    int[] index = Samples.positions(by);
                    for (int i = 0; i < size[1] * size[2]; i++) {
                        int row = (int) rows[index[i / size[2]]];
                        Samples.move(source, places[row * size[2] + i % size[2]], expected, i);
                    }
                    EmulatedStream stream = stream(kind);
                    Region output = stream.room(dtype, Shape.of(size[1], size[2]));
                    Rows.take(stream, stream.upload(source, from), stream.upload(rows, by), output);
                    check(stream, expected, output, what(dtype, size, kind));
                }
            }
        }
    }

    @Test
    void putOfShortIndices() {
        put(false, Long.MAX_VALUE);
    }

    @Test
    void putOfLongIndices() {
        put(false, 0);
    }

    @Test
    void addOfShortIndices() {
        put(true, Long.MAX_VALUE);
    }

    @Test
    void addOfLongIndices() {
        put(true, 0);
    }

    private static void put(boolean add, long scanMaxComparisons) {
        for (DType dtype : DType.values()) {
            for (int[] size : SIZES) {
                for (int kind = 0; kind < 5; kind++) {
                    Random random = new Random(kind);
                    View from = Samples.view(Shape.of(size[1], size[2]), kind, random);
                    Object source = Samples.array(dtype, Samples.extent(from), random, !add);
                    View by = Samples.view(Shape.of(size[1]), kind % 4, random);
                    long[] rows = Samples.indices(Samples.extent(by), size[0], random);
                    View to = new View(Shape.of(size[0], size[2]), new int[] {size[2], 1}, random.nextInt(2));
                    Object target = Samples.array(dtype, Samples.extent(to), random, !add);
                    EmulatedStream stream = stream(kind);
                    Region result = stream.upload(target, to);
                    Region index = stream.upload(rows, by);
                    Region values = stream.upload(source, from);
                    long before = stream.reserved();
                    Rows.put(stream, result, index, values, add, scanMaxComparisons);
                    assertEquals(before, stream.reserved(), "temporary memory given back");
                    int[] places = Samples.positions(from);
                    int[] order = Samples.positions(by);
                    for (int i = 0; i < size[1] * size[2]; i++) {
                        int at = to.offset() + (int) rows[order[i / size[2]]] * size[2] + i % size[2];
                        if (add) {
                            Samples.add(source, places[i], target, at);
                        } else {
                            Samples.move(source, places[i], target, at);
                        }
                    }
                    check(stream, target, result, what(dtype, size, kind));
                }
            }
        }
    }

    @Test
    void assembles() {
        List<KernelText> kernels = new ArrayList<>();
        for (int unit : new int[] {1, 2, 4, 8, 16}) {
            for (boolean single : new boolean[] {false, true}) {
                kernels.add(new TakeKernel(unit, single));
                kernels.add(new PutKernel(unit, single));
            }
            kernels.add(new ScanPutKernel(unit, null));
        }
        for (DType dtype : DType.values()) {
            kernels.add(new ScanPutKernel(dtype.bytes(), dtype));
            kernels.add(new AddRunsKernel(dtype));
        }
        kernels.add(new ClaimKernel(false));
        kernels.add(new ClaimKernel(true));
        Assembled.everywhere(kernels);
    }

    private static EmulatedStream stream(int seed) {
        return new EmulatedStream(Emulator.Order.values()[seed % 3], seed);
    }

    private static String what(DType dtype, int[] size, int kind) {
        return dtype + ", n " + size[0] + ", k " + size[1] + ", m " + size[2] + ", layout " + kind;
    }

    private static void check(EmulatedStream stream, Object expected, Region region, String what) {
        byte[] bytes = EmulatedMemory.bytes(expected);
        Object found = stream.download(region, bytes.length / region.dtype().bytes());
        assertArrayEquals(bytes, EmulatedMemory.bytes(found), what);
    }
}
