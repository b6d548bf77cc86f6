package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tns.cuda.emulator.Emulator;
import tns.cuda.ptx.RoundKernel;
import tns.tensor.DType;
import tns.tensor.ProductPrecision;
import tns.tensor.Shape;
import tns.tensor.View;

/** Factors are rounded to the nearest bfloat16 wherever they lie, and products are those of the rounded factors. */
class RoundingTest {
    private static final int QUIET_NAN = 0x7fc0;

    /** The nearest of the two neighbours by their distances, which are exact in double. */
    private static int nearest(float x) {
        if (Float.isNaN(x)) {
            return QUIET_NAN;
        }
        int below = Float.floatToRawIntBits(x) & 0xffff0000;
        if (Float.isInfinite(x)) {
            return below >>> 16;
        }
        double down = Math.abs((double) x - value(below));
        double up = Math.abs(value(below + 0x10000) - (double) x);
        boolean stays = down < up || down == up && (below & 0x10000) == 0;
        return (stays ? below : below + 0x10000) >>> 16;
    }

    /** The number with these bits; infinity stands for where the next binade would begin. */
    private static double value(int bits) {
        float x = Float.intBitsToFloat(bits);
        return Float.isInfinite(x) ? Math.copySign(0x1p128, x) : x;
    }

    private static float[] everyKind() {
        int[] highs = {0, 1, 2, 63, 64, 126, 127};
        int[] lows = {0, 1, 0x7fff, 0x8000, 0x8001, 0xffff};
        float[] all = new float[2 * 256 * highs.length * lows.length + 3];
        int at = 0;
        for (int exponent = 0; exponent < 512; exponent++) {
            for (int high : highs) {
                for (int low : lows) {
                    all[at++] = Float.intBitsToFloat(exponent << 23 | high << 16 | low);
                }
            }
        }
        all[at++] = Float.MIN_VALUE;
        all[at++] = Float.MAX_VALUE;
        all[at] = Float.intBitsToFloat(-1);
        return all;
    }

    @Test
    void theReferenceRoundsAsIsKnown() {
        assertEquals(0x3f80, nearest(1 + 0x1p-8f));
        assertEquals(0x3f82, nearest(1 + 0x1.8p-7f));
        assertEquals(0x3f81, nearest(1 + 0x1.02p-8f));
        assertEquals(0x7f80, nearest(Float.MAX_VALUE));
        assertEquals(0x8000, nearest(-Float.MIN_VALUE));
    }

    @Test
    void everyKindOfNumber() {
        float[] numbers = everyKind();
        int[] expected = new int[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            expected[i] = nearest(numbers[i]);
        }
        for (boolean packed : new boolean[] {true, false}) {
            EmulatedStream stream = new EmulatedStream(Emulator.Order.REVERSED, 0);
            Region from = stream.upload(numbers, View.contiguous(Shape.of(1, 1, numbers.length)));
            Region to = Rounding.run(stream, from, packed);
            assertArrayEquals(expected, upperHalves(stream, to, numbers.length, packed), "packed " + packed);
        }
    }

    /** The results' upper halves; the lower ones of float32 must be zero. */
    private static int[] upperHalves(EmulatedStream stream, Region rounded, int count, boolean packed) {
        byte[] bytes = (byte[])
                stream.download(new Region(DType.BOOL, rounded.address(), rounded.view()), count * (packed ? 2 : 4));
        int[] halves = new int[count];
        for (int i = 0; i < count; i++) {
            int at = packed ? 2 * i : 4 * i + 2;
            halves[i] = bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8;
            if (!packed) {
                assertEquals(0, bytes[4 * i] | bytes[4 * i + 1]);
            }
        }
        return halves;
    }

    /** Odd sizes and all layouts; the result is one that cuBLAS takes. */
    @Test
    void everyLayout() {
        Random random = new Random(5);
        int[][] shapes = {{1, 1, 1}, {1, 1, 7}, {1, 9, 1}, {2, 3, 5}, {3, 4, 8}, {1, 31, 33}, {4, 17, 20}, {2, 40, 33}};
        for (int[] sizes : shapes) {
            for (int kind = 0; kind < 15; kind++) {
                View view = Samples.view(Shape.of(sizes), kind % 5, random);
                float[] numbers = (float[]) Samples.array(DType.FLOAT32, Samples.extent(view), random, true);
                boolean packed = random.nextBoolean();
                EmulatedStream stream = new EmulatedStream(Emulator.Order.FORWARD, 0);
                Region from = stream.upload(numbers, view);
                long before = stream.reserved();
                Region to = Rounding.run(stream, from, packed);
                String what = view + " packed " + packed;
                assertNotNull(MatrixPlace.left(to).factor(sizes[2], true), what);
                assertNotNull(MatrixPlace.right(to).factor(sizes[1], false), what);
                int extent = Samples.extent(to.view());
                int[] halves = upperHalves(stream, to, extent, packed);
                int[] given = Samples.positions(view);
                int[] found = Samples.positions(to.view());
                for (int i = 0; i < given.length; i++) {
                    assertEquals(nearest(numbers[given[i]]), halves[found[i]], what + " at " + i);
                }
                stream.release(to.address());
                assertEquals(before, stream.reserved(), what);
            }
        }
    }

    /** Without cuBLAS: the bits of a full product of rounded factors, and nothing but the result is left. */
    @Test
    void productsWithoutCublas() {
        Random random = new Random(9);
        for (int kind = 0; kind < 15; kind++) {
            int m = 1 + random.nextInt(9);
            int n = 1 + random.nextInt(9);
            int k = kind == 0 ? 0 : 1 + random.nextInt(40);
            View left = Samples.view(Shape.of(2, m, k), kind % 5, random);
            View right = Samples.view(Shape.of(2, k, n), kind / 3, random);
            float[] x = (float[]) Samples.array(DType.FLOAT32, Samples.extent(left), random, false);
            float[] y = (float[]) Samples.array(DType.FLOAT32, Samples.extent(right), random, false);
            EmulatedStream stream = new EmulatedStream(Emulator.Order.FORWARD, 0);
            Region output = stream.room(DType.FLOAT32, Shape.of(2, m, n));
            Region a = stream.upload(x, left);
            Region b = stream.upload(y, right);
            long before = stream.reserved();
            Products.run(stream, null, ProductPrecision.BFLOAT16, a, b, output);
            assertEquals(before, stream.reserved());
            float[] narrow = (float[]) stream.download(output, 2 * m * n);
            Products.run(stream, stream.upload(rounded(x), left), stream.upload(rounded(y), right), output);
            assertArrayEquals((float[]) stream.download(output, 2 * m * n), narrow, left + " " + right);
        }
    }

    private static float[] rounded(float[] numbers) {
        float[] all = new float[numbers.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = Float.intBitsToFloat(nearest(numbers[i]) << 16);
        }
        return all;
    }

    /** Only float32 has factors to round, and TF32 is for cuBLAS alone. */
    @Test
    void otherProductsAreFull() {
        double[] x = {1 + 0x1p-20};
        float[] y = {1 + 0x1p-20f};
        View one = View.contiguous(Shape.of(1, 1, 1));
        EmulatedStream stream = new EmulatedStream(Emulator.Order.FORWARD, 0);
        Region doubles = stream.room(DType.FLOAT64, one.shape());
        Region floats = stream.room(DType.FLOAT32, one.shape());
        Products.run(stream, null, ProductPrecision.BFLOAT16, stream.upload(x, one), stream.upload(x, one), doubles);
        Products.run(stream, null, ProductPrecision.TF32, stream.upload(y, one), stream.upload(y, one), floats);
        assertEquals(x[0] * x[0], ((double[]) stream.download(doubles, 1))[0]);
        assertEquals(y[0] * y[0], ((float[]) stream.download(floats, 1))[0]);
    }

    @Test
    void assembles() {
        Assembled.everywhere(List.of(
                new RoundKernel(4, true),
                new RoundKernel(4, false),
                new RoundKernel(1, true),
                new RoundKernel(1, false)));
    }
}
