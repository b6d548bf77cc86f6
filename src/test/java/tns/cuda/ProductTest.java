package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Array;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tns.cuda.emulator.Emulator;
import tns.cuda.ptx.MatrixKernel;
import tns.cuda.ptx.MatrixTile;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.View;

/** Products have the bits of a chain of fused multiply-adds in the order of k. */
class ProductTest {
    private static final Random RANDOM = new Random(7);

    /** How an operand lies in memory. */
    private enum Lie {
        ROWS,
        TRANSPOSED,
        /** Rows with a gap, from an odd element on. */
        GAPS,
        /** Every other column, backwards. */
        BACKWARDS,
        /** The same row again and again. */
        REPEATED_ROWS,
        REPEATED_COLUMNS,
        /** One matrix for all of the batch. */
        ONE_MATRIX
    }

    private static View view(Lie lie, int batches, int rows, int columns) {
        int[] strides;
        int offset = 0;
        switch (lie) {
            case TRANSPOSED -> strides = new int[] {rows * columns, 1, rows};
            case GAPS -> {
                strides = new int[] {rows * (columns + 3), columns + 3, 1};
                offset = 1;
            }
            case BACKWARDS -> {
                strides = new int[] {rows * columns * 2, -columns * 2, -2};
                offset = rows * columns * 2 - 1;
            }
            case REPEATED_ROWS -> strides = new int[] {columns, 0, 1};
            case REPEATED_COLUMNS -> strides = new int[] {rows, 1, 0};
            case ONE_MATRIX -> strides = new int[] {0, columns, 1};
            default -> strides = new int[] {rows * columns, columns, 1};
        }
        return new View(Shape.of(batches, rows, columns), strides, Math.max(0, offset));
    }

    /** Just enough elements for the view, so that an access beyond them is noticed. */
    private static Object array(DType dtype, View view) {
        int last = view.offset();
        for (int d = 0; d < 3; d++) {
            last += Math.max(0, view.strides()[d]) * Math.max(0, view.shape().size(d) - 1);
        }
        int count = view.shape().elements() == 0 ? 0 : last + 1;
        return switch (dtype) {
            case FLOAT32 -> {
                float[] a = new float[count];
                for (int i = 0; i < count; i++) {
                    // Products that round to -0 and others that cancel must keep their signs.
                    a[i] = RANDOM.nextInt(5) == 0 ? -1e-30f : (float) RANDOM.nextGaussian();
                }
                yield a;
            }
            case FLOAT64 -> RANDOM.doubles(count, -1, 1).toArray();
            case INT64 -> RANDOM.longs(count).toArray();
            case BOOL -> {
                byte[] a = new byte[count];
                for (int i = 0; i < count; i++) {
                    a[i] = (byte) RANDOM.nextInt(2);
                }
                yield a;
            }
        };
    }

    private static int at(View view, int b, int i, int j) {
        int[] s = view.strides();
        return view.offset() + b * s[0] + i * s[1] + j * s[2];
    }

    /** The product by the definition; with k in parts of so many steps. */
    private static Object expected(Object x, View a, Object y, View b, int partSteps) {
        int batches = a.shape().size(0);
        int m = a.shape().size(1);
        int k = a.shape().size(2);
        int n = b.shape().size(2);
        Object result = x instanceof float[]
                ? new float[batches * m * n]
                : x instanceof double[] ? new double[batches * m * n] : new long[batches * m * n];
        for (int at = 0; at < batches * m * n; at++) {
            int batch = at / (m * n);
            int i = at / n % m;
            int j = at % n;
            for (int from = 0; from < k; from += partSteps) {
                float f = 0;
                double d = 0;
                long l = 0;
                for (int p = from; p < Math.min(k, from + partSteps); p++) {
                    int left = at(a, batch, i, p);
                    int right = at(b, batch, p, j);
                    switch (x) {
                        case float[] u -> f = Math.fma(u[left], ((float[]) y)[right], f);
                        case double[] u -> d = Math.fma(u[left], ((double[]) y)[right], d);
                        case long[] u -> l += u[left] * ((long[]) y)[right];
                        default -> l += ((byte[]) x)[left] * ((byte[]) y)[right];
                    }
                }
                switch (result) {
                    case float[] r -> r[at] = from == 0 ? f : r[at] + f;
                    case double[] r -> r[at] = from == 0 ? d : r[at] + d;
                    default -> ((long[]) result)[at] += l;
                }
            }
        }
        return result;
    }

    private static void assertBits(Object expected, Object actual, String what) {
        if (expected instanceof float[] a) {
            // assertArrayEquals for floats tells -0 from 0, and every NaN is as good.
            assertArrayEquals(a, (float[]) actual, what);
        } else if (expected instanceof double[] a) {
            assertArrayEquals(a, (double[]) actual, what);
        } else {
            assertArrayEquals((long[]) expected, (long[]) actual, what);
        }
    }

    private final Set<MatrixKernel> kernels = new HashSet<>();
    private int turn;

    private void check(DType dtype, MatrixTile tile, Lie left, Lie right, int batches, int m, int n, int k, int parts) {
        Emulator.Order order = Emulator.Order.values()[turn++ % 3];
        EmulatedStream stream = new EmulatedStream(order, turn);
        View a = view(left, batches, m, k);
        View b = view(right, batches, k, n);
        Object x = array(dtype, a);
        Object y = array(dtype, b);
        Region output = stream.room(MatrixKernel.result(dtype), Shape.of(batches, m, n));
        MatrixProduct product = MatrixProduct.of(stream.upload(x, a), stream.upload(y, b), output);
        if (turn % 2 == 0) {
            product = product.stacked();
        }
        kernels.add(product.kernel(tile));
        String what = dtype + " " + tile + " " + left + " " + right + " " + batches + "x" + m + "x" + n + "x" + k
                + " in " + parts + " " + order;
        long before = stream.reserved();
        try {
            product.launch(stream, tile, parts);
        } catch (RuntimeException e) {
            throw new AssertionError(what + ": " + e.getMessage(), e);
        }
        assertEquals(before, stream.reserved(), what);
        int steps = parts == 1 ? Math.max(1, k) : (k + parts * 64 - 1) / (parts * 64) * 64;
        Object expected = expected(x, a, y, b, steps);
        assertBits(expected, stream.download(output, Array.getLength(expected)), what);
    }

    private static DType[] dtypes(MatrixTile tile) {
        return tile == MatrixTile.LARGE ? new DType[] {DType.FLOAT32} : DType.values();
    }

    /** Sizes with loads of every width, of both directions, over whole tiles and parts of them. */
    @Test
    void everyLie() {
        for (MatrixTile tile : MatrixTile.values()) {
            for (DType dtype : dtypes(tile)) {
                for (Lie left : Lie.values()) {
                    for (Lie right : Lie.values()) {
                        boolean odd = (left.ordinal() + right.ordinal()) % 2 == 1;
                        int k = odd ? tile.depth() + 3 : tile.depth() + 4;
                        check(dtype, tile, left, right, odd ? 1 : 2, odd ? 7 : 12, odd ? 5 : 8, k, 1);
                    }
                }
            }
        }
        assertTrue(kernels.size() > 100, "kernels: " + kernels.size());
    }

    /** Edges of tiles and of panels. */
    @Test
    void awkwardSizes() {
        for (MatrixTile tile : MatrixTile.values()) {
            int rows = tile.rows();
            int columns = tile.columns();
            int depth = tile.depth();
            int[][] sizes = {
                {1, 1, 1},
                {1, 1, 0},
                {3, 5, 0},
                {1, columns + 1, 3},
                {rows + 1, 1, depth - 1},
                {rows, columns, depth},
                {rows - 1, columns + 1, depth + 1},
                {rows + 4, columns + 4, 2 * depth + 4},
                {2 * rows + 4, 4, 5}
            };
            for (DType dtype : dtypes(tile)) {
                for (int[] size : sizes) {
                    Lie[] lies = {Lie.ROWS, Lie.TRANSPOSED, Lie.GAPS};
                    Lie left = lies[RANDOM.nextInt(3)];
                    Lie right = lies[RANDOM.nextInt(3)];
                    check(dtype, tile, left, right, 1, size[0], size[1], size[2], 1);
                }
            }
        }
    }

    /** More tiles above each other than are in a group, so that the last group is a short one. */
    @Test
    void groupsOfTiles() {
        check(DType.FLOAT32, MatrixTile.MEDIUM, Lie.ROWS, Lie.ROWS, 2, 64 * 18 + 1, 65, 1, 1);
    }

    @Test
    void partsOfSums() {
        for (DType dtype : DType.values()) {
            check(dtype, MatrixTile.TINY, Lie.ROWS, Lie.ROWS, 2, 5, 3, 300, 3);
            check(dtype, MatrixTile.SMALL, Lie.TRANSPOSED, Lie.ROWS, 1, 33, 4, 260, 4);
            check(dtype, MatrixTile.MEDIUM, Lie.ROWS, Lie.TRANSPOSED, 1, 4, 8, 128, 2);
        }
        check(DType.FLOAT32, MatrixTile.LARGE, Lie.ROWS, Lie.ROWS, 1, 4, 8, 100, 2);
    }

    /** What the device calls, which chooses for itself. */
    @Test
    void choice() {
        int[][] sizes = {{0, 3, 4}, {3, 0, 4}, {3, 4, 0}, {64, 10, 784}, {1, 1000, 33}, {1001, 1, 31}, {2, 3, 2049}};
        for (int[] size : sizes) {
            EmulatedStream stream = new EmulatedStream(Emulator.Order.FORWARD, 0);
            View a = view(Lie.ROWS, 1, size[0], size[2]);
            View b = view(Lie.ROWS, 1, size[2], size[1]);
            Object x = array(DType.FLOAT32, a);
            Object y = array(DType.FLOAT32, b);
            Region output = stream.room(DType.FLOAT32, Shape.of(1, size[0], size[1]));
            Products.run(stream, stream.upload(x, a), stream.upload(y, b), output);
            int steps = size[2] == 2049 ? 576 : Math.max(1, size[2]);
            Object expected = expected(x, a, y, b, steps);
            assertBits(expected, stream.download(output, size[0] * size[1]), size[0] + "x" + size[1] + "x" + size[2]);
        }
    }

    @Test
    void tilesFitTheProduct() {
        assertEquals(MatrixTile.LARGE, tile(4096, 4096, 4096));
        assertEquals(MatrixTile.LARGE, tile(2048, 2048, 2048));
        assertEquals(MatrixTile.MEDIUM, tile(1024, 1024, 1024));
        assertEquals(MatrixTile.SMALL, tile(256, 784, 64));
        assertEquals(MatrixTile.TINY, tile(64, 10, 784));
    }

    private static MatrixTile tile(int m, int n, int k) {
        MatrixPlace left = new MatrixPlace(DType.FLOAT32, 0, m, 0, k, 1);
        MatrixPlace right = new MatrixPlace(DType.FLOAT32, 0, n, 0, 1, n);
        MatrixProduct product = new MatrixProduct(1, m, n, k, left, right, 0);
        return product.tile(132, product.parts());
    }
}
