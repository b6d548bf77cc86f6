package tns.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Philox gives the known answers, and its draws have the distributions they should. */
class PhiloxTest {
    private static final int N = 100_000;

    /** Known answers of Random123, kat_vectors: philox4x32 10. */
    @Test
    void knownAnswers() {
        int[] zeros = Philox.words(new int[4], 0, 0);
        assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, zeros);
        int[] ones = Philox.words(new int[] {-1, -1, -1, -1}, -1, -1);
        assertArrayEquals(new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, ones);
        int[] pi = Philox.words(new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0);
        assertArrayEquals(new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}, pi);
    }

    @Test
    void blocksOfACall() {
        int[] counter = {7, 0, 0x89abcdef, 0x01234567};
        int[] words = Philox.words(counter, 0x76543210, 0xfedcba98);
        assertArrayEquals(words, Philox.block(0xfedcba98_76543210L, 0x01234567_89abcdefL, 7));
    }

    /** The mean of n draws of deviation s lies within 4 s / sqrt(n), unless once in 16,000 times: the draws are fixed. */
    @Test
    void uniform() {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            double[] draws = doubles(Philox.uniform(1, 2, dtype, N, -1, 3));
            double error = 4 * Math.sqrt(16 / 12.0 / N);
            assertEquals(1, mean(draws), error);
            assertEquals(16 / 12.0, variance(draws), 4 * Math.sqrt(256 / 180.0 / N));
            for (double draw : draws) {
                assertTrue(draw >= -1 && draw < 3);
            }
        }
    }

    /** In float32, 1 + 2^-23 u rounds to one of two numbers: the upper one is excluded. */
    @Test
    void uniformNeverGivesTheUpperEnd() {
        for (float draw : (float[]) Philox.uniform(3, 0, DType.FLOAT32, 1000, 1, Math.nextUp(1f))) {
            assertEquals(1f, draw);
        }
    }

    @Test
    void normal() {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            double[] draws = doubles(Philox.normal(5, 6, dtype, N, 2, 3));
            assertEquals(2, mean(draws), 4 * 3 / Math.sqrt(N));
            assertEquals(9, variance(draws), 4 * 9 * Math.sqrt(2.0 / N));
            double[] near = IntStream.range(0, N)
                    .mapToDouble(i -> Math.abs(draws[i] - 2) < 3 ? 1 : 0)
                    .toArray();
            assertEquals(0.682689492, mean(near), 4 * Math.sqrt(0.68 * 0.32 / N));
            double[] products = IntStream.range(0, N / 2)
                    .mapToDouble(i -> (draws[2 * i] - 2) * (draws[2 * i + 1] - 2) / 9)
                    .toArray();
            assertEquals(0, mean(products), 4 / Math.sqrt(N / 2.0));
        }
    }

    @Test
    void integers() {
        long[] draws = Philox.integers(9, 1, N, -3, 7);
        int[] counts = new int[10];
        for (long draw : draws) {
            counts[(int) draw + 3]++;
        }
        for (int count : counts) {
            assertEquals(N / 10.0, count, 4 * Math.sqrt(N * 0.09));
        }
        assertEquals(draws[0], Philox.integers(9, 1, 1, -3, 7)[0], "a draw does not depend on how many there are");
    }

    private static double[] doubles(Object array) {
        if (array instanceof float[] floats) {
            return IntStream.range(0, floats.length).mapToDouble(i -> floats[i]).toArray();
        }
        return (double[]) array;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double variance(double[] values) {
        double mean = mean(values);
        double sum = 0;
        for (double value : values) {
            sum += (value - mean) * (value - mean);
        }
        return sum / values.length;
    }
}
