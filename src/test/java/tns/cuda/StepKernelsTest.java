package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import tns.cuda.emulator.Emulator;
import tns.cuda.ptx.AdvanceKernel;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.View;

/** What spares a small step launches: the bias within a product, and the numbers of many runs sent at once. */
class StepKernelsTest {
    private static final int[][] SIZES = {{1, 20, 10}, {64, 10, 33}, {5, 1, 7}, {33, 65, 40}, {70, 130, 3}, {60, 100, 5}
    };

    /** The bits of a chain of fused multiply-adds and one addition. */
    @Test
    void biasIsAddedLast() {
        for (Emulator.Order order : Emulator.Order.values()) {
            EmulatedStream stream = new EmulatedStream(order, 3);
            for (int[] size : SIZES) {
                int m = size[0];
                int n = size[1];
                int k = size[2];
                float[] a = numbers(m * k, 1);
                float[] b = numbers(n * k, 2);
                float[] bias = numbers(n, 3);
                // The right side is a weight [n, k] turned round, as linear has it.
                View right = new View(Shape.of(1, k, n), new int[] {0, 1, k}, 0);
                Region output = stream.room(DType.FLOAT32, Shape.of(1, m, n));
                assertTrue(Products.run(
                        stream,
                        stream.upload(a, View.contiguous(Shape.of(1, m, k))),
                        stream.upload(b, right),
                        stream.upload(bias, View.contiguous(Shape.of(n))),
                        output));
                float[] expected = new float[m * n];
                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < n; j++) {
                        float sum = 0;
                        for (int p = 0; p < k; p++) {
                            sum = Math.fma(a[i * k + p], b[j * k + p], sum);
                        }
                        expected[i * n + j] = sum + bias[j];
                    }
                }
                assertArrayEquals(expected, (float[]) stream.download(output, m * n), m + " " + n + " " + k);
            }
        }
    }

    @Test
    void aBiasWithGapsAndALongSumAreLeftToTwoSteps() {
        EmulatedStream stream = new EmulatedStream(Emulator.Order.FORWARD, 0);
        Region left = stream.upload(numbers(40, 1), View.contiguous(Shape.of(1, 4, 10)));
        Region right = stream.upload(numbers(50, 2), View.contiguous(Shape.of(1, 10, 5)));
        Region output = stream.room(DType.FLOAT32, Shape.of(1, 4, 5));
        Region gaps = stream.upload(numbers(10, 3), new View(Shape.of(5), new int[] {2}, 0));
        assertFalse(Products.run(stream, left, right, gaps, output));
        Region wide = stream.upload(numbers(4096, 1), View.contiguous(Shape.of(1, 1, 4096)));
        Region tall = stream.upload(numbers(8192, 2), View.contiguous(Shape.of(1, 4096, 2)));
        Region bias = stream.upload(numbers(2, 3), View.contiguous(Shape.of(2)));
        assertFalse(Products.run(stream, wide, tall, bias, stream.room(DType.FLOAT32, Shape.of(1, 1, 2))));
    }

    @Test
    void everyRunTakesTheNextRow() {
        int words = 64;
        for (Emulator.Order order : Emulator.Order.values()) {
            EmulatedStream stream = new EmulatedStream(order, 9);
            long[] table = new long[1 + 3 * words];
            for (int i = 1; i < table.length; i++) {
                table[i] = 1000L + i;
            }
            Region from = stream.upload(table, View.contiguous(Shape.of(table.length)));
            Region to = stream.room(DType.INT64, Shape.of(words));
            for (int run = 0; run < 3; run++) {
                stream.launch(new AdvanceKernel(words), 1, from.address(), to.address());
                long[] row = (long[]) stream.download(to, words);
                for (int i = 0; i < words; i++) {
                    assertEquals(1001L + (long) run * words + i, row[i]);
                }
                assertEquals(run + 1L, ((long[]) stream.download(from, 1))[0]);
            }
        }
        Assembled.everywhere(List.of(new AdvanceKernel(256)));
    }

    private static float[] numbers(int n, int seed) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) Math.sin(i * 0.71 + seed);
        }
        return x;
    }
}
