package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/** Elements taken and put by an index of their own are those of a plain loop, in its order, on any number of threads. */
class ElementsTest {
    private final CpuDevice one = new CpuDevice(1);
    private final CpuDevice four = new CpuDevice(4);

    /** Around the widths of bands and of dims that are too short to be innermost; the table's first size apart. */
    private static final int[][] SIZES = {
        {0},
        {1},
        {7},
        {40000},
        {3, 0},
        {0, 3},
        {5, 1},
        {1, 300},
        {200, 150},
        {20, 64},
        {70, 65},
        {3000, 3},
        {2, 20000},
        {4, 3, 5},
        {33, 2, 200},
        {3, 17, 129},
        {1, 1, 1},
        {2, 3, 2, 40}
    };

    @Test
    void takenAndPut() {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        Random random = tensors.random();
        for (int round = 0; round < 12 * SIZES.length; round++) {
            DType dtype = DType.values()[round % 4];
            Shape shape = Shape.of(SIZES[round / 4 % SIZES.length]);
            String what = dtype + " " + shape + ", round " + round + " -Dtns.seed=" + RandomTensors.SEED;
            Shape whole = wider(shape, random);
            Tensor index = index(tensors, shape, whole.size(0));

            Tensor table = tensors.strided(dtype, whole);
            Tensor taken = Tensor.allocate(one, dtype, shape);
            one.take(table, index, taken);
            Tensor again = Tensor.allocate(four, dtype, shape);
            four.take(table, index, again);
            assertEquals(ReduceTest.bits(taken), ReduceTest.bits(again), what);
            double[] from = HostArray.doubles(table);
            int[] places = places(index, whole);
            double[] wanted = Arrays.stream(places).mapToDouble(at -> from[at]).toArray();
            assertEquals(Arrays.toString(wanted), Arrays.toString(HostArray.doubles(taken)), what);

            Tensor source = tensors.strided(dtype, shape);
            for (boolean add : new boolean[] {false, true}) {
                Tensor target = Tensor.allocate(one, dtype, whole);
                one.put(target, index, source, add);
                Tensor target4 = Tensor.allocate(four, dtype, whole);
                four.put(target4, index, source, add);
                assertEquals(ReduceTest.bits(target), ReduceTest.bits(target4), what);
                Tensor expected = Tensor.allocate(one, dtype, whole);
                putOneByOne(expected, places, source, add);
                assertEquals(ReduceTest.bits(expected), ReduceTest.bits(target), what);
            }
        }
    }

    /** The shape with any first size and perhaps greater others. */
    private static Shape wider(Shape shape, Random random) {
        int[] sizes = shape.toArray();
        sizes[0] = 1 + random.nextInt(50);
        for (int d = 1; d < sizes.length; d++) {
            sizes[d] += random.nextInt(3) / 2;
        }
        return Shape.of(sizes);
    }

    /** Numbers below {@code n} that lie in any way, or one for each whole row. */
    private Tensor index(RandomTensors tensors, Shape shape, int n) {
        boolean rows = tensors.random().nextInt(3) == 0;
        Shape own = rows ? Shape.of(shape.size(0)) : shape;
        Tensor laid = tensors.strided(DType.INT64, own);
        long[] array = (long[]) one.download(laid.buffer());
        for (int i = 0; i < array.length; i++) {
            array[i] = tensors.random().nextInt(n);
        }
        if (!rows) {
            return laid;
        }
        int[] sizes = new int[shape.rank()];
        Arrays.fill(sizes, 1);
        sizes[0] = shape.size(0);
        int[] strides = new int[shape.rank()];
        strides[0] = laid.view().strides()[0];
        return laid.window(new View(shape, strides, laid.view().offset()));
    }

    /** The row-major positions in a table of shape {@code whole}. */
    private static int[] places(Tensor index, Shape whole) {
        long[] rows = HostArray.longs(index);
        int[] strides = whole.contiguousStrides();
        int[] places = new int[rows.length];
        for (int i = 0; i < places.length; i++) {
            int at = (int) rows[i] * strides[0];
            for (int d = whole.rank() - 1, rest = i; d > 0; rest /= index.size(d), d--) {
                at += rest % index.size(d) * strides[d];
            }
            places[i] = at;
        }
        return places;
    }

    private void putOneByOne(Tensor target, int[] places, Tensor source, boolean add) {
        Object to = HostBuffer.array(target);
        double[] reals = HostArray.doubles(source);
        long[] whole = HostArray.longs(source);
        for (int i = 0; i < places.length; i++) {
            int at = places[i];
            switch (to) {
                case float[] y -> y[at] = add ? y[at] + (float) reals[i] : (float) reals[i];
                case double[] y -> y[at] = add ? y[at] + reals[i] : reals[i];
                case long[] y -> y[at] = add ? y[at] + whole[i] : whole[i];
                default -> ((byte[]) to)[at] = (byte) (whole[i] | (add ? ((byte[]) to)[at] : 0));
            }
        }
    }
}
