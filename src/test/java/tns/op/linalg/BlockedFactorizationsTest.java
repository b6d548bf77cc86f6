package tns.op.linalg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Factors computed in blocks are the library's, in pivots, signs and what is refused, for sizes around those of blocks. */
class BlockedFactorizationsTest {
    private static final TranslatedLapack LIBRARY = new TranslatedLapack();
    private static final Factorizations BLOCKED = new BlockedFactorizations(LIBRARY);

    /** Right sides: one, few, and so many that they are solved for row by row. */
    private static final int[] COLUMNS = {1, 5, 24, 70};

    /** Elements of columns of {@code rows}, between -1 and 1. */
    private static double[] random(int rows, int columns) {
        return new SplittableRandom(1000L * rows + columns)
                .doubles((long) rows * columns, -1, 1)
                .toArray();
    }

    /** A symmetric matrix whose eigenvalues are at least 1. */
    private static double[] positive(int n) {
        double[] x = random(n, n);
        double[] a = new double[n * n];
        for (int j = 0; j < n; j++) {
            for (int i = 0; i < n; i++) {
                double sum = i == j ? 1 : 0;
                for (int k = 0; k < n; k++) {
                    sum += x[k * n + i] * x[k * n + j];
                }
                a[j * n + i] = sum;
            }
        }
        return a;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 32, 33, 47, 48, 63, 64, 65, 100, 257})
    void luIsTheLibrarys(int n) {
        double[] expected = random(n, n);
        double[] actual = expected.clone();
        int[] expectedPivots = new int[n];
        int[] pivots = new int[n];
        assertEquals(LIBRARY.lu(n, n, expected, expectedPivots), BLOCKED.lu(n, n, actual, pivots));
        assertArrayEquals(expectedPivots, pivots);
        assertArrayEquals(expected, actual, 1e-10);
    }

    @ParameterizedTest
    @CsvSource({"47, 60", "48, 60", "60, 48", "64, 100", "100, 64", "257, 65", "65, 257"})
    void luOfOtherShapesIsTheLibrarys(int m, int n) {
        double[] expected = random(m, n);
        double[] actual = expected.clone();
        int[] expectedPivots = new int[Math.min(m, n)];
        int[] pivots = new int[Math.min(m, n)];
        assertEquals(LIBRARY.lu(m, n, expected, expectedPivots), BLOCKED.lu(m, n, actual, pivots));
        assertArrayEquals(expectedPivots, pivots);
        assertArrayEquals(expected, actual, 1e-11);
    }

    /** A row of blocks of 32, its neighbours, and the first and last column. */
    @ParameterizedTest
    @CsvSource({"48, 0", "64, 31", "64, 32", "64, 63", "65, 64", "100, 33", "100, 99"})
    void singularMatricesAreFoundAtTheSameColumn(int n, int zero) {
        double[] expected = random(n, n);
        Arrays.fill(expected, zero * n, (zero + 1) * n, 0);
        Arrays.fill(expected, (n - 1) * n, n * n, 0);
        double[] actual = expected.clone();
        int[] expectedPivots = new int[n];
        int[] pivots = new int[n];
        assertEquals(zero + 1, LIBRARY.lu(n, n, expected, expectedPivots));
        assertEquals(zero + 1, BLOCKED.lu(n, n, actual, pivots));
        assertArrayEquals(expectedPivots, pivots);
        assertArrayEquals(expected, actual, 1e-10);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, 1, Double.MIN_VALUE})
    void oddElementsComeToTheSame(double odd) {
        int n = 64;
        double[] expected = new double[n * n];
        Arrays.fill(expected, odd);
        for (int j = 0; j < n; j++) {
            expected[j * n + j] = j == 40 ? odd : 2;
        }
        double[] triangle = expected.clone();
        double[] actual = expected.clone();
        int[] expectedPivots = new int[n];
        int[] pivots = new int[n];
        assertEquals(LIBRARY.lu(n, n, expected, expectedPivots), BLOCKED.lu(n, n, actual, pivots));
        assertArrayEquals(expectedPivots, pivots);
        assertArrayEquals(expected, actual, 1e-12);
        for (int columns : COLUMNS) {
            for (boolean upper : new boolean[] {false, true}) {
                for (boolean unit : new boolean[] {false, true}) {
                    double[] x = new double[columns * n];
                    x[45 * columns] = 1;
                    x[50 * columns + columns - 1] = odd;
                    double[] found = x.clone();
                    LIBRARY.solveTriangular(upper, unit, n, columns, triangle, x);
                    BLOCKED.solveTriangular(upper, unit, n, columns, triangle, found);
                    assertArrayEquals(x, found, 1e-12);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 32, 33, 47, 48, 63, 64, 65, 100, 257})
    void solutionsAreTheLibrarys(int n) {
        double[] lu = random(n, n);
        for (int j = 0; j < n; j++) {
            lu[j * n + j] += 4 * Math.sqrt(n);
        }
        double[] dominant = lu.clone();
        int[] pivots = new int[n];
        LIBRARY.lu(n, n, lu, pivots);
        double[] inverse = LIBRARY.inverse(n, lu, pivots);
        assertArrayEquals(inverse, BLOCKED.inverse(n, lu, pivots), 1e-13);
        BLOCKED.solve(false, n, 0, lu, pivots, new double[0]);
        BLOCKED.solveTriangular(true, false, n, 0, dominant, new double[0]);
        for (int columns : COLUMNS) {
            double[] b = random(n, columns);
            Arrays.fill(b, 0, columns * (n - n / 3), 0);
            for (boolean transposed : new boolean[] {false, true}) {
                double[] expected = b.clone();
                double[] actual = b.clone();
                LIBRARY.solve(transposed, n, columns, lu, pivots, expected);
                BLOCKED.solve(transposed, n, columns, lu, pivots, actual);
                assertArrayEquals(expected, actual, 1e-13);
            }
            for (boolean upper : new boolean[] {false, true}) {
                for (boolean unit : new boolean[] {false, true}) {
                    double[] triangle = triangle(upper, unit, n, dominant);
                    double[] x = b.clone();
                    double[] found = b.clone();
                    LIBRARY.solveTriangular(upper, unit, n, columns, triangle, x);
                    BLOCKED.solveTriangular(upper, unit, n, columns, triangle, found);
                    assertArrayEquals(x, found, 1e-12);
                }
            }
        }
    }

    /** One triangle of a matrix, with NaN in the other, made smaller beside a diagonal that counts as 1. */
    private static double[] triangle(boolean upper, boolean unit, int n, double[] a) {
        double[] triangle = a.clone();
        for (int i = 0; i < triangle.length; i++) {
            triangle[i] *= unit && i % (n + 1) != 0 ? 1 / Math.sqrt(n + 1.0) : 1;
            if (upper ? i % n > i / n : i % n < i / n) {
                triangle[i] = Double.NaN;
            }
        }
        return triangle;
    }

    /** Full rank, and a rank that is found; longer than wide and the other way round; with and without blocks that end early. */
    @ParameterizedTest
    @CsvSource({
        "31, 31, 31",
        "48, 48, 48",
        "65, 65, 65",
        "100, 65, 65",
        "65, 100, 65",
        "65, 65, 40",
        "65, 65, 1",
        "64, 64, 0",
        "130, 70, 33",
        "70, 130, 33",
        "257, 130, 129"
    })
    void nearestSolutionsAreTheLibrarys(int m, int n, int rank) {
        double[] left = random(m, rank);
        double[] right = random(rank, n);
        double[] a = new double[m * n];
        for (int j = 0; j < n; j++) {
            for (int k = 0; k < rank; k++) {
                for (int i = 0; i < m; i++) {
                    a[j * m + i] += left[k * m + i] * right[j * rank + k];
                }
            }
        }
        for (int columns : COLUMNS) {
            double[] b = Arrays.copyOf(random(m, columns), Math.max(m, n) * columns);
            double[] expected = b.clone();
            double[] actual = b.clone();
            assertEquals(rank, LIBRARY.leastSquares(m, n, columns, a.clone(), expected, 1e-11));
            assertEquals(rank, BLOCKED.leastSquares(m, n, columns, a.clone(), actual, 1e-11));
            assertArrayEquals(Arrays.copyOf(expected, n * columns), Arrays.copyOf(actual, n * columns), 1e-9);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 32, 33, 47, 48, 63, 64, 65, 100, 257})
    void choleskyIsTheLibrarys(int n) {
        double[] expected = positive(n);
        for (int j = 0; j < n; j++) {
            Arrays.fill(expected, j * n, j * n + j, Double.NaN);
        }
        double[] actual = expected.clone();
        assertEquals(0, LIBRARY.cholesky(n, expected));
        assertEquals(0, BLOCKED.cholesky(n, actual));
        assertArrayEquals(expected, actual, 1e-12);
    }

    @ParameterizedTest
    @CsvSource({"48, 0", "64, 31", "64, 32", "64, 63", "65, 64", "100, 33", "100, 99"})
    void minorsThatAreNotPositiveAreFoundAtTheSameOrder(int n, int order) {
        double[] expected = positive(n);
        expected[order * n + order] = order % 2 == 0 ? 0 : -1;
        double[] actual = expected.clone();
        assertEquals(order + 1, LIBRARY.cholesky(n, expected));
        assertEquals(order + 1, BLOCKED.cholesky(n, actual));
    }

    /** Q of as many columns as R needs, of fewer, and of all. */
    @ParameterizedTest
    @CsvSource({
        "31, 31, 31",
        "48, 48, 48",
        "64, 64, 64",
        "65, 65, 65",
        "100, 65, 65",
        "100, 65, 70",
        "100, 65, 100",
        "65, 100, 65",
        "257, 130, 130",
        "130, 257, 130"
    })
    void qrIsTheLibrarys(int m, int n, int k) {
        double[] a = random(m, n);
        double[] expectedQ = new double[m * k];
        double[] expectedR = new double[k * n];
        LIBRARY.qr(m, n, k, a.clone(), expectedQ, expectedR);
        double[] q = new double[m * k];
        double[] r = new double[k * n];
        BLOCKED.qr(m, n, k, a.clone(), q, r);
        assertArrayEquals(expectedQ, q, 1e-11);
        assertArrayEquals(expectedR, r, 1e-11);
        double[] alone = new double[k * n];
        BLOCKED.qr(m, n, k, a.clone(), null, alone);
        assertArrayEquals(r, alone);
        double[] expectedVectors = a.clone();
        double[] expectedTau = new double[Math.min(m, n)];
        LIBRARY.reflections(m, n, expectedVectors, expectedTau);
        double[] vectors = a.clone();
        double[] tau = new double[expectedTau.length];
        BLOCKED.reflections(m, n, vectors, tau);
        assertArrayEquals(expectedVectors, vectors, 1e-11);
        assertArrayEquals(expectedTau, tau, 1e-11);
    }

    /** Columns that are 0, are 0 but for the diagonal, or depend on others; and elements no squares can be taken of. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -1, 1e-200, 1e200, Double.NaN, Double.POSITIVE_INFINITY})
    void qrOfOddColumnsIsTheLibrarys(double odd) {
        int n = 70;
        double[] a = random(n, n);
        for (int j = 30; j < 40; j++) {
            Arrays.fill(a, j * n, (j + 1) * n, 0);
            a[j * n + j] = odd;
        }
        double[] expectedQ = new double[n * n];
        double[] expectedR = new double[n * n];
        LIBRARY.qr(n, n, n, a.clone(), expectedQ, expectedR);
        double[] q = new double[n * n];
        double[] r = new double[n * n];
        BLOCKED.qr(n, n, n, a.clone(), q, r);
        assertArrayEquals(expectedQ, q, 1e-11);
        assertArrayEquals(expectedR, r, odd == 1e200 ? 1e190 : 1e-11);
    }

    /** Square, somewhat longer and much longer than wide, and the other way round. */
    @ParameterizedTest
    @CsvSource({
        "31, 31",
        "48, 48",
        "63, 63",
        "64, 64",
        "65, 65",
        "129, 129",
        "80, 64",
        "64, 80",
        "130, 65",
        "65, 130",
        "118, 65",
        "119, 65",
        "120, 65"
    })
    void singularValuesAndVectorsAreTheLibrarys(int m, int n) {
        for (boolean full : new boolean[] {false, true}) {
            int k = Math.min(m, n);
            double[] a = random(m, n);
            double[] expectedU = new double[m * (full ? m : k)];
            double[] expectedS = new double[k];
            double[] expectedVt = new double[n * (full ? n : k)];
            assertTrue(LIBRARY.svd(full, m, n, a.clone(), expectedU, expectedS, expectedVt));
            double[] u = new double[expectedU.length];
            double[] s = new double[k];
            double[] vt = new double[expectedVt.length];
            assertTrue(BLOCKED.svd(full, m, n, a.clone(), u, s, vt));
            assertArrayEquals(expectedS, s, 1e-12);
            assertArrayEquals(expectedU, u, 1e-9);
            assertArrayEquals(expectedVt, vt, 1e-9);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {31, 47, 48, 63, 64, 65, 66, 100, 129})
    void eigenvaluesAndVectorsAreTheLibrarys(int n) {
        for (boolean upper : new boolean[] {false, true}) {
            double[] a = random(n, n);
            for (int i = 0; i < a.length; i++) {
                if (upper ? i % n > i / n : i % n < i / n) {
                    a[i] = 9;
                }
            }
            double[] expected = a.clone();
            double[] expectedValues = new double[n];
            assertTrue(LIBRARY.eigh(upper, true, n, expected, expectedValues));
            double[] vectors = a.clone();
            double[] values = new double[n];
            assertTrue(BLOCKED.eigh(upper, true, n, vectors, values));
            assertArrayEquals(expectedValues, values, 1e-12);
            assertArrayEquals(expected, vectors, 1e-9);
            double[] alone = new double[n];
            assertTrue(BLOCKED.eigh(upper, false, n, a.clone(), alone));
            assertArrayEquals(expectedValues, alone, 1e-12);
        }
    }
}
