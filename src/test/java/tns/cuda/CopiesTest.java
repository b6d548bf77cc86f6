package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tns.cuda.emulator.Emulator;
import tns.cuda.ptx.CopyKernel;
import tns.cuda.ptx.KernelText;
import tns.cuda.ptx.TransposeKernel;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.View;

/** Copies put every element where it belongs and touch nothing else, whatever the layouts. */
class CopiesTest {
    private static final int[][] SHAPES = {
        {},
        {0},
        {1},
        {3},
        {33},
        {257},
        {1001},
        {1, 5},
        {5, 1},
        {3, 0, 2},
        {4, 8},
        {16, 16},
        {31, 33},
        {32, 32},
        {65, 64},
        {63, 130},
        {17, 100},
        {2, 33, 40},
        {3, 2, 5, 4},
        {2, 3, 16, 20},
        {20, 3, 17}
    };

    @Test
    void everyLayout() {
        int seed = 0;
        for (DType dtype : DType.values()) {
            for (int[] sizes : SHAPES) {
                Shape shape = Shape.of(sizes);
                for (int kind = 0; kind < 5; kind++) {
                    View from = Samples.view(shape, kind, new Random(seed++));
                    check(dtype, from, View.contiguous(shape), seed);
                    check(dtype, from, Samples.view(shape, (kind + seed) % 4, new Random(seed)), seed);
                }
            }
        }
    }

    @Test
    void permutedDims() {
        int seed = 0;
        int[][] orders = {{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        for (DType dtype : DType.values()) {
            for (int[] order : orders) {
                for (int[] sizes : new int[][] {{3, 20, 36}, {40, 2, 16}, {17, 33, 5}, {4, 6, 8}}) {
                    View from = View.contiguous(Shape.of(sizes)).permute(order);
                    check(dtype, from, View.contiguous(from.shape()), seed++);
                }
            }
        }
    }

    @Test
    void otherDtypesAreNotCopied() {
        EmulatedStream stream = new EmulatedStream(Emulator.Order.FORWARD, 0);
        Shape shape = Shape.of(3);
        assertFalse(Copies.run(stream, stream.room(DType.FLOAT32, shape), stream.room(DType.FLOAT64, shape)));
    }

    @Test
    void assembles() {
        List<KernelText> kernels = new ArrayList<>();
        for (int element : new int[] {1, 4, 8}) {
            for (int rank = 0; rank <= 6; rank++) {
                for (int unit = element; unit <= 16; unit *= 2) {
                    kernels.add(new CopyKernel(unit, element, rank));
                }
                kernels.add(new TransposeKernel(element, 64, rank));
                kernels.add(new TransposeKernel(element, 32, rank));
            }
        }
        Assembled.everywhere(kernels);
    }

    private static void check(DType dtype, View from, View to, int seed) {
        Random random = new Random(seed);
        Object source = Samples.array(dtype, Samples.extent(from), random, true);
        Object target = Samples.array(dtype, Samples.extent(to) + 3, random, true);
        EmulatedStream stream = new EmulatedStream(Emulator.Order.values()[seed % 3], seed);
        Region result = stream.upload(target, to);
        assertTrue(Copies.run(stream, stream.upload(source, from), result));
        int[] places = Samples.positions(from);
        int[] targets = Samples.positions(to);
        for (int i = 0; i < places.length; i++) {
            Samples.move(source, places[i], target, targets[i]);
        }
        byte[] expected = EmulatedMemory.bytes(target);
        Object found = stream.download(result, expected.length / dtype.bytes());
        assertArrayEquals(expected, EmulatedMemory.bytes(found), dtype + " " + from + " to " + to);
    }
}
