package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Matrix products against the naive triple loop in double or long. */
class GemmTest {
    private static final int[] SIZES = {0, 1, 1, 2, 3, 4, 5, 8, 15, 16, 31, 32, 33, 63, 65, 127, 130, 257, 300};

    private final CpuDevice one =
            new CpuDevice(1, true, MatrixKernel.Kind.VECTORS_AT_ONCE, MachineCode.NEVER, () -> {});
    private final CpuDevice four =
            new CpuDevice(4, true, MatrixKernel.Kind.VECTORS_AT_ONCE, MachineCode.NEVER, () -> {});
    private final CpuDevice machine = new CpuDevice(1, true, MatrixKernel.Kind.VECTORS, MachineCode.AT_ONCE, () -> {});
    private final CpuDevice plain = new CpuDevice(2, false, () -> {});

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "INT64"})
    void agreesWithTripleLoop(DType dtype) {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED + dtype.ordinal());
        for (int round = 0; round < 300; round++) {
            int m = SIZES[tensors.random().nextInt(SIZES.length)];
            int n = SIZES[tensors.random().nextInt(SIZES.length)];
            int k = SIZES[tensors.random().nextInt(SIZES.length)];
            int batches = tensors.random().nextInt(4) == 0 ? tensors.random().nextInt(7) : 1;
            Tensor a = operand(tensors, dtype, batches, m, k);
            Tensor b = operand(tensors, dtype, batches, k, n);
            String what = a.describe() + Arrays.toString(a.view().strides()) + " @ " + b.describe()
                    + Arrays.toString(b.view().strides()) + ", round " + round + ", -Dtns.seed=" + RandomTensors.SEED;
            Shape shape = Shape.of(batches, m, n);
            Tensor c = Tensor.allocate(one, dtype, shape);
            one.gemm(a, b, c);
            check(a, b, c, k, what);
            Tensor again = Tensor.allocate(four, dtype, shape);
            four.gemm(a, b, again);
            assertEquals(ReduceTest.bits(c), ReduceTest.bits(again), what);
            Tensor coded = Tensor.allocate(machine, dtype, shape);
            machine.gemm(a, b, coded);
            assertEquals(ReduceTest.bits(c), ReduceTest.bits(coded), what);
            Tensor slow = Tensor.allocate(plain, dtype, shape);
            plain.gemm(a, b, slow);
            check(a, b, slow, k, what);
        }
    }

    /** A right factor whose rows come backwards, as flip gives it. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void rowsBackwards(DType dtype) {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        for (int m : new int[] {1, 2, 6, 13, 40}) {
            for (int n : new int[] {1, 5, 16, 40}) {
                for (int k : new int[] {2, 3, 33, 65}) {
                    Tensor turned = tensors.uniform(dtype, Shape.of(1, k, m));
                    Tensor a = turned.window(turned.view().permute(new int[] {0, 2, 1}));
                    Tensor b = tensors.uniform(dtype, Shape.of(1, k, n));
                    Tensor backwards = b.window(b.view().slice(1, k - 1, -1, k));
                    Tensor c = Tensor.allocate(one, dtype, Shape.of(1, m, n));
                    one.gemm(a, backwards, c);
                    check(a, backwards, c, k, m + ", " + k + ", " + n + ", -Dtns.seed=" + RandomTensors.SEED);
                }
            }
        }
    }

    /** Sums of nothing, after so much packing that it is done in vectors. */
    @Test
    void emptyInnerDim() {
        Tensor large = Tensor.allocate(one, DType.FLOAT32, Shape.of(1, 400, 400));
        Tensor product = Tensor.room(one, DType.FLOAT32, Shape.of(1, 400, 400));
        for (int i = 0; i < 30; i++) {
            one.gemm(large, large, product);
        }
        for (int n : new int[] {1, 24, 40, 400}) {
            Tensor lines = Tensor.allocate(one, DType.FLOAT32, Shape.of(1, 400, n));
            Tensor left = lines.window(lines.view().permute(new int[] {0, 2, 1}).slice(2, 0, 1, 0));
            Tensor wide = Tensor.allocate(one, DType.FLOAT32, Shape.of(1, 400, 2 * n));
            Tensor right = wide.window(wide.view().slice(1, 0, 1, 0).slice(2, 0, 2, n));
            Tensor c = Tensor.room(one, DType.FLOAT32, Shape.of(1, n, n));
            one.gemm(left, right, c);
            check(left, right, c, 0, "n " + n);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aLongProductCanBeStopped(int threads) {
        CpuDevice stopped = new CpuDevice(threads, () -> {
            throw new CancellationException();
        });
        Tensor a = Tensor.allocate(stopped, DType.FLOAT32, Shape.of(3, 400, 400));
        Tensor c = Tensor.room(stopped, DType.FLOAT32, Shape.of(3, 400, 400));
        assertThrows(CancellationException.class, () -> stopped.gemm(a, a, c));
        Tensor x = Tensor.allocate(stopped, DType.FLOAT32, Shape.of(400, 400));
        assertThrows(
                CancellationException.class,
                () -> stopped.product(x, x, Tensor.room(stopped, DType.FLOAT32, Shape.of(400, 400))));
    }

    @Test
    void smallProductsAreChainsInTheOrderOfK() {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        for (int round = 0; round < 500; round++) {
            int m = tensors.random().nextInt(12);
            int n = tensors.random().nextInt(40);
            int k = tensors.random().nextInt(SmallProducts.MOST_STEPS / Math.max(1, m * n) + 1);
            Tensor a = matrix(operand(tensors, DType.FLOAT32, 1, m, k));
            Tensor b = matrix(operand(tensors, DType.FLOAT32, 1, k, n));
            double[] x = HostArray.doubles(a);
            double[] y = HostArray.doubles(b);
            float[] expected = new float[m * n];
            for (int i = 0; i < m * n; i++) {
                for (int p = 0; p < k; p++) {
                    expected[i] = Math.fma((float) x[i / n * k + p], (float) y[p * n + i % n], expected[i]);
                }
            }
            for (CpuDevice device : new CpuDevice[] {one, plain}) {
                Tensor c = Tensor.allocate(device, DType.FLOAT32, Shape.of(m, n));
                device.product(a, b, c);
                assertEquals(
                        Arrays.toString(expected),
                        ReduceTest.bits(c),
                        a.describe() + Arrays.toString(a.view().strides()) + " @ " + b.describe()
                                + Arrays.toString(b.view().strides()) + ", -Dtns.seed=" + RandomTensors.SEED);
            }
        }
    }

    private static Tensor matrix(Tensor batch) {
        return batch.window(batch.view().select(0, 0));
    }

    private static Tensor operand(RandomTensors tensors, DType dtype, int batches, int rows, int columns) {
        Shape shape = Shape.of(batches, rows, columns);
        return switch (tensors.random().nextInt(4)) {
            case 0 -> tensors.strided(dtype, shape);
            case 1 -> {
                Tensor turned = tensors.uniform(dtype, Shape.of(batches, columns, rows));
                yield turned.viewed(turned.view().permute(new int[] {0, 2, 1}));
            }
            case 2 -> {
                Tensor shared = tensors.uniform(dtype, Shape.of(1, rows, columns));
                yield shared.viewed(shared.view().expand(shape));
            }
            default -> tensors.uniform(dtype, shape);
        };
    }

    private static void check(Tensor a, Tensor b, Tensor c, int k, String what) {
        int m = c.size(1);
        int n = c.size(2);
        double[] x = HostArray.doubles(a);
        double[] y = HostArray.doubles(b);
        long[] xs = HostArray.longs(a);
        long[] ys = HostArray.longs(b);
        double[] got = HostArray.doubles(c);
        long[] gotLongs = HostArray.longs(c);
        double eps = c.dtype() == DType.FLOAT32 ? 6e-8 : 1.2e-16;
        for (int i = 0; i < got.length; i++) {
            int row = i / n;
            int batch = row / m;
            double sum = 0;
            double size = 0;
            long whole = 0;
            for (int p = 0; p < k; p++) {
                int left = row * k + p;
                int right = (batch * k + p) * n + i % n;
                sum += x[left] * y[right];
                size += Math.abs(x[left] * y[right]);
                whole += xs[left] * ys[right];
            }
            if (!c.dtype().isFloat()) {
                assertEquals(whole, gotLongs[i], what);
            } else if (Double.isNaN(sum) || Double.isInfinite(sum)) {
                assertEquals(sum, got[i], what);
            } else {
                assertEquals(sum, got[i], eps * (k + 2) * size, what);
            }
        }
    }
}
