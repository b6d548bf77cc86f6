package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.Windowing;

/** Convolutions straight from images against loops over windows, in exact integers, and the same bits however computed. */
class CorrelationTest {
    private static final int ROUNDS = 60;

    private final CpuDevice one =
            new CpuDevice(1, true, MatrixKernel.Kind.VECTORS_AT_ONCE, MachineCode.NEVER, () -> {});
    private final CpuDevice four =
            new CpuDevice(4, true, MatrixKernel.Kind.VECTORS_AT_ONCE, MachineCode.NEVER, () -> {});
    private final CpuDevice plain = new CpuDevice(2, false, () -> {});
    /** In plain Java for as long as its vectors are not compiled. */
    private final CpuDevice waiting = new CpuDevice(1, true, MatrixKernel.Kind.VECTORS, MachineCode.NEVER, () -> {});

    /** A random geometry. */
    private record Geometry(Windowing windowing, int[] spread, int[] x, int[] w, int[] outputs) {
        /** With channels enough for matrix products of lines of the kernel. */
        static Geometry of(Random random, boolean spread) {
            int[] w = {2 + random.nextInt(35), 24 + random.nextInt(5), 1 + random.nextInt(3), 1 + random.nextInt(3)};
            return of(random, spread, 1 + random.nextInt(2), w);
        }

        /** With so few channels that they are done plane by plane. */
        static Geometry few(Random random) {
            int[] w = {1 + random.nextInt(8), 1 + random.nextInt(4), 1 + random.nextInt(6), 1 + random.nextInt(6)};
            return of(random, false, 1 + random.nextInt(20), w);
        }

        private static Geometry of(Random random, boolean spread, int groups, int[] w) {
            int[] x = {1 + random.nextInt(20), 0, 1 + random.nextInt(9), 1 + random.nextInt(9)};
            w[0] *= groups;
            x[1] = groups * w[1];
            int[] stride = {1 + random.nextInt(2), 1 + random.nextInt(3)};
            int[] dilation = {1 + random.nextInt(2), 1 + random.nextInt(2)};
            int[] apart = {spread ? 1 + random.nextInt(3) : 1, spread ? 1 + random.nextInt(3) : 1};
            int[] before = {random.nextInt(5) - 1, random.nextInt(5) - 1};
            int[] outputs = new int[2];
            for (int d = 0; d < 2; d++) {
                int size = (x[d + 2] - 1) * apart[d] + 1 + before[d] + 1;
                outputs[d] = Math.max(1, (size - dilation[d] * (w[d + 2] - 1) - 1) / stride[d] + 1);
            }
            return new Geometry(new Windowing(stride, before, new int[2], dilation, groups), apart, x, w, outputs);
        }

        Shape y() {
            return Shape.of(x[0], w[0], outputs[0], outputs[1]);
        }
    }

    /** Calls with the positions in x, w and y of every product that a convolution adds. */
    private interface Product {
        void at(int x, int w, int y);
    }

    private static void each(Geometry g, Product product) {
        int[] x = g.x;
        int[] w = g.w;
        int own = w[0] / g.windowing.groups();
        for (int y = 0; y < g.y().elements(); y++) {
            int column = y % g.outputs[1];
            int line = y / g.outputs[1] % g.outputs[0];
            int o = y / g.outputs[1] / g.outputs[0] % w[0];
            int image = y / g.outputs[1] / g.outputs[0] / w[0];
            for (int k = 0; k < w[1] * w[2] * w[3]; k++) {
                int i = place(g, 0, line, k / w[3] % w[2]);
                int j = place(g, 1, column, k % w[3]);
                int channel = o / own * w[1] + k / w[3] / w[2];
                if (i >= 0 && j >= 0) {
                    product.at(((image * x[1] + channel) * x[2] + i) * x[3] + j, o * w[1] * w[2] * w[3] + k, y);
                }
            }
        }
    }

    /** The element of dim {@code d} under a place of the kernel, or -1 for padding. */
    private static int place(Geometry g, int d, int window, int k) {
        Windowing w = g.windowing;
        int at = window * w.stride()[d] + k * w.dilation()[d] - w.before()[d];
        return at >= 0 && at % g.spread[d] == 0 && at / g.spread[d] < g.x[d + 2] ? at / g.spread[d] : -1;
    }

    @Test
    void addsTheProductsOfEveryWindow() {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        for (int round = 0; round < ROUNDS; round++) {
            Geometry g = round % 2 == 0 ? Geometry.of(tensors.random(), true) : Geometry.few(tensors.random());
            Tensor x = tensors.strided(DType.INT64, Shape.of(g.x));
            Tensor w = tensors.uniform(DType.INT64, Shape.of(g.w));
            Tensor y = Tensor.allocate(one, DType.INT64, g.y());
            assertTrue(one.correlate(x, w, g.windowing, g.spread, y));
            long[] xs = HostArray.longs(x);
            long[] ws = HostArray.longs(w);
            long[] expected = new long[y.elements()];
            each(g, (i, k, p) -> expected[p] += xs[i] * ws[k]);
            assertArrayEquals(expected, HostArray.longs(y), what(g, round));
        }
    }

    @Test
    void weightGradientAddsTheProductsOfEveryWindow() {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        for (int round = 0; round < ROUNDS; round++) {
            Geometry g = round % 2 == 0 ? Geometry.of(tensors.random(), false) : Geometry.few(tensors.random());
            Tensor x = tensors.strided(DType.INT64, Shape.of(g.x));
            Tensor dy = tensors.strided(DType.INT64, g.y());
            Tensor dw = Tensor.allocate(one, DType.INT64, Shape.of(g.w));
            assertTrue(one.correlateWeight(x, dy, g.windowing, dw));
            long[] xs = HostArray.longs(x);
            long[] dys = HostArray.longs(dy);
            long[] expected = new long[dw.elements()];
            each(g, (i, k, p) -> expected[k] += xs[i] * dys[p]);
            assertArrayEquals(expected, HostArray.longs(dw), what(g, round));
        }
    }

    @Test
    void bitsDependOnNeitherThreadsNorVectors() {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        for (int round = 0; round < ROUNDS; round++) {
            Geometry g = round % 4 < 2 ? Geometry.of(tensors.random(), false) : Geometry.few(tensors.random());
            DType dtype = round % 2 == 0 ? DType.FLOAT32 : DType.FLOAT64;
            Tensor x = tensors.uniform(dtype, Shape.of(g.x));
            Tensor w = tensors.uniform(dtype, Shape.of(g.w));
            Tensor dy = tensors.uniform(dtype, g.y());
            String bits = bits(one, x, w, dy, g);
            assertEquals(bits, bits(four, x, w, dy, g), what(g, round));
            assertEquals(bits, bits(waiting, x, w, dy, g), what(g, round));
            if (round % 4 < 2) {
                assertEquals(bits, bits(plain, x, w, dy, g), what(g, round));
            }
        }
    }

    private static String bits(CpuDevice device, Tensor x, Tensor w, Tensor dy, Geometry g) {
        Tensor y = Tensor.allocate(device, x.dtype(), g.y());
        Tensor dw = Tensor.allocate(device, x.dtype(), Shape.of(g.w));
        device.correlate(x, w, g.windowing, g.spread, y);
        device.correlateWeight(x, dy, g.windowing, dw);
        return ReduceTest.bits(y) + " " + ReduceTest.bits(dw);
    }

    /** Vectors have lanes of their own number, so what is added up in them is rounded otherwise. */
    @Test
    void planesWithoutVectorsDifferInRoundingAlone() {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        for (int round = 0; round < ROUNDS; round++) {
            Geometry g = Geometry.few(tensors.random());
            Tensor x = tensors.uniform(DType.FLOAT64, Shape.of(g.x));
            Tensor w = tensors.uniform(DType.FLOAT64, Shape.of(g.w));
            Tensor dy = tensors.uniform(DType.FLOAT64, g.y());
            double[] y = new double[dy.elements()];
            double[] dw = new double[w.elements()];
            double[] xs = HostArray.doubles(x);
            double[] ws = HostArray.doubles(w);
            double[] dys = HostArray.doubles(dy);
            each(g, (i, k, p) -> {
                y[p] += xs[i] * ws[k];
                dw[k] += xs[i] * dys[p];
            });
            for (CpuDevice device : new CpuDevice[] {one, plain}) {
                Tensor ys = Tensor.allocate(device, DType.FLOAT64, g.y());
                Tensor dws = Tensor.allocate(device, DType.FLOAT64, w.shape());
                assertTrue(device.correlate(x, w, g.windowing, g.spread, ys));
                assertTrue(device.correlateWeight(x, dy, g.windowing, dws));
                assertArrayEquals(y, HostArray.doubles(ys), 1e-9, what(g, round));
                assertArrayEquals(dw, HostArray.doubles(dws), 1e-9, what(g, round));
            }
        }
    }

    /** Longer planes than fit under one band, with what compiled loops do at once and plain ones meanwhile. */
    @Test
    void bandsOfPlanesAddUp() {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        int[] ones = {1, 1};
        Windowing windowing = new Windowing(new int[] {2, 1}, new int[] {3, -1}, new int[2], new int[] {1, 2}, 2);
        Geometry g =
                new Geometry(windowing, ones, new int[] {2, 4, 301, 130}, new int[] {4, 2, 4, 3}, new int[] {149, 125});
        Tensor x = tensors.uniform(DType.INT64, Shape.of(g.x));
        Tensor w = tensors.uniform(DType.INT64, Shape.of(g.w));
        Tensor dy = tensors.uniform(DType.INT64, g.y());
        long[] xs = HostArray.longs(x);
        long[] ws = HostArray.longs(w);
        long[] dys = HostArray.longs(dy);
        long[] y = new long[dy.elements()];
        long[] dw = new long[w.elements()];
        each(g, (i, k, p) -> {
            y[p] += xs[i] * ws[k];
            dw[k] += xs[i] * dys[p];
        });
        Tensor ys = Tensor.allocate(four, DType.INT64, g.y());
        Tensor dws = Tensor.allocate(four, DType.INT64, w.shape());
        assertTrue(four.correlate(x, w, windowing, ones, ys));
        assertTrue(four.correlateWeight(x, dy, windowing, dws));
        assertArrayEquals(y, HostArray.longs(ys));
        assertArrayEquals(dw, HostArray.longs(dws));
    }

    @Test
    void leavesShortRunsToMatrixProducts() {
        Tensor x = Tensor.allocate(one, DType.FLOAT32, Shape.of(1, 3, 8, 8));
        Tensor w = Tensor.allocate(one, DType.FLOAT32, Shape.of(16, 3, 3, 3));
        Tensor y = Tensor.allocate(one, DType.FLOAT32, Shape.of(1, 16, 6, 6));
        int[] ones = {1, 1};
        Windowing windowing = new Windowing(ones, new int[2], new int[2], ones, 1);
        assertFalse(one.correlate(x, w, windowing, ones, y));
        assertFalse(one.correlateWeight(x, y, windowing, w));
    }

    private static String what(Geometry g, int round) {
        return g.y() + ", round " + round + ", -Dtns.seed=" + RandomTensors.SEED;
    }
}
