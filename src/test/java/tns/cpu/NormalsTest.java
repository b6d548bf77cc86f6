package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tns.tensor.DType;
import tns.tensor.Generator;

/** Draws transformed by threads and vectors are the generator's own, and leave it where it would be. */
class NormalsTest {
    @Test
    void bitsOfTheGenerator() {
        for (@Nullable FusedLoops loops : new @Nullable FusedLoops[] {null, new FusedLoops(0)}) {
            for (int threads : new int[] {1, 3}) {
                for (int n : new int[] {16, 17, 31, 32, 1000, 100_003}) {
                    Generator one = new Generator(n);
                    Generator other = new Generator(n);
                    float[] draws = new float[n];
                    new Normals(new Parallel(threads), loops).fill(one, draws, 0.5f, 3);
                    assertArrayEquals((float[]) other.normal(DType.FLOAT32, n, 0.5, 3), draws, n + " draws");
                    assertEquals(other.random64(), one.random64());
                }
            }
        }
    }
}
