package tns.op.linalg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the library must do: factors multiply to the matrix, and threads do not disturb each other. */
class FactorizationsTest {
    private static final Factorizations HOST = Factorizations.HOST;

    private static double[] random(int elements) {
        return random(elements, elements);
    }

    private static double[] random(int elements, long seed) {
        return new SplittableRandom(seed).doubles(elements, -1, 1).toArray();
    }

    /** [m, k] by [k, n], column by column. */
    private static double[] product(int m, int k, int n, double[] a, double[] b) {
        double[] c = new double[m * n];
        for (int j = 0; j < n; j++) {
            for (int l = 0; l < k; l++) {
                for (int i = 0; i < m; i++) {
                    c[j * m + i] += a[l * m + i] * b[j * k + l];
                }
            }
        }
        return c;
    }

    private static double[] transposed(int m, int n, double[] a) {
        double[] t = new double[a.length];
        for (int j = 0; j < n; j++) {
            for (int i = 0; i < m; i++) {
                t[i * n + j] = a[j * m + i];
            }
        }
        return t;
    }

    /** Around the sizes at which LAPACK goes from one column at a time to blocks of 32 or 64, and to divide and conquer. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 24, 26, 31, 33, 63, 65, 130})
    void factorsMultiplyToTheMatrix(int n) {
        int m = n + 7;
        double[] a = random(m * n);
        double[] q = new double[m * n];
        double[] r = new double[n * n];
        HOST.qr(m, n, n, a.clone(), q, r);
        assertArrayEquals(a, product(m, n, n, q, r), 1e-12);

        double[] u = new double[m * m];
        double[] s = new double[n];
        double[] vt = new double[n * n];
        assertTrue(HOST.svd(true, m, n, a.clone(), u, s, vt));
        for (int i = 0; i < m * n; i++) {
            u[i] *= s[i / m];
        }
        assertArrayEquals(a, product(m, n, n, u, vt), 1e-12);

        double[] gram = product(n, m, n, transposed(m, n, a), a);
        double[] vectors = gram.clone();
        double[] values = new double[n];
        assertTrue(HOST.eigh(false, true, n, vectors, values));
        double[] scaled = vectors.clone();
        for (int i = 0; i < n * n; i++) {
            scaled[i] *= values[i / n];
        }
        assertArrayEquals(gram, product(n, n, n, scaled, transposed(n, n, vectors)), 1e-10);

        double[] lower = gram.clone();
        assertEquals(0, HOST.cholesky(n, lower));
        for (int j = 1; j < n; j++) {
            Arrays.fill(lower, j * n, j * n + j, 0);
        }
        assertArrayEquals(gram, product(n, n, n, lower, transposed(n, n, lower)), 1e-11);

        // Right sides and solutions are given row by row: as the columns of their transposes.
        double[] x = random(2 * n);
        double[] b = transposed(n, 2, product(n, n, 2, lower, transposed(2, n, x)));
        double[] lu = lower.clone();
        int[] pivots = new int[n];
        assertEquals(0, HOST.lu(n, n, lu, pivots));
        HOST.solve(false, n, 2, lu, pivots, b);
        assertArrayEquals(x, b, 1e-8);
        double[] target = transposed(m, 2, product(m, n, 2, a, transposed(2, n, x)));
        assertEquals(n, HOST.leastSquares(m, n, 2, a.clone(), target, 1e-12));
        assertArrayEquals(x, Arrays.copyOf(target, 2 * n), 1e-9);
    }

    /** The library has static variables: none may be in the way of what is called here. */
    @ParameterizedTest
    @ValueSource(ints = {8, 40})
    void threadsDoNotDisturbEachOther(int n) {
        List<double[]> alone = IntStream.range(0, 200).mapToObj(i -> all(n, i)).toList();
        List<double[]> together =
                IntStream.range(0, 200).parallel().mapToObj(i -> all(n, i)).toList();
        for (int i = 0; i < alone.size(); i++) {
            assertArrayEquals(alone.get(i), together.get(i));
        }
    }

    /** Every iterative factorisation of one random matrix, after each other. */
    private static double[] all(int n, int seed) {
        double[] a = random(n * n, seed);
        double[] u = new double[n * n];
        double[] s = new double[n];
        double[] vt = new double[n * n];
        HOST.svd(false, n, n, a.clone(), u, s, vt);
        double[] vectors = a.clone();
        double[] values = new double[n];
        HOST.eigh(true, true, n, vectors, values);
        double[] alone = new double[n];
        HOST.eigh(true, false, n, a.clone(), alone);
        double[] b = a.clone();
        HOST.leastSquares(n, n, n, a.clone(), b, 1e-12);
        return List.of(u, s, vt, vectors, values, alone, b).stream()
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }
}
