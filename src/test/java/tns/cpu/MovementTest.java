package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Scans, row copies, sorts and allocation against naive loops. */
class MovementTest {
    private final CpuDevice one = new CpuDevice(1);
    private final CpuDevice four = new CpuDevice(4);

    @Test
    void turnedCopies() {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        int[][] shapes = {{50, 70}, {16, 600}, {1030, 33}, {3, 40, 37}, {33, 2, 64}};
        for (int round = 0; round < 60; round++) {
            DType dtype = DType.values()[round % 4];
            Tensor whole = tensors.values(dtype, Shape.of(shapes[round % shapes.length]));
            int rank = whole.rank();
            int[] order = rank == 2 ? new int[] {1, 0} : round % 2 == 0 ? new int[] {2, 1, 0} : new int[] {0, 2, 1};
            Tensor x = whole.window(whole.view().permute(order));
            if (round % 3 == 0) {
                x = x.window(x.view().slice(rank - 1, 1, 1, x.size(-1) - 2));
            }
            for (CpuDevice device : new CpuDevice[] {one, four}) {
                Tensor y = Tensor.allocate(device, dtype, x.shape());
                Lane lane = dtype.lane();
                device.map(Program.of(lane, Expr.input(0)), new Tensor[] {x}, x.shape(), new Tensor[] {y});
                int[] steps = x.view().strides();
                int[] index = new int[rank];
                double[] from = HostArray.doubles(whole);
                double[] got = HostArray.doubles(y);
                for (int i = 0; i < got.length; i++) {
                    int at = x.view().offset();
                    for (int d = rank - 1, rest = i; d >= 0; rest /= x.size(d), d--) {
                        index[d] = rest % x.size(d);
                        at += index[d] * steps[d];
                    }
                    assertEquals(from[at], got[i], x.describe() + " at " + i + ", -Dtns.seed=" + RandomTensors.SEED);
                }
            }
        }
    }

    /** Squares of floats turned in registers, and what is left at the edges. */
    @Test
    void turnedByVectors() {
        Turns[] all = {
            new Turns(new FusedLoops(0), MachineCode.NEVER), new Turns(new FusedLoops(0), MachineCode.AT_ONCE)
        };
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        int[][] shapes = {{1, 16, 64}, {1, 50, 70}, {1, 16, 600}, {2, 1030, 33}, {3, 40, 37}, {5, 31, 300}};
        for (int[] shape : shapes) {
            Tensor whole = tensors.uniform(DType.FLOAT32, Shape.of(shape));
            Tensor x = whole.viewed(whole.view().permute(new int[] {0, 2, 1}));
            float[] from = (float[]) HostBuffer.array(whole);
            float[] wanted = new float[from.length];
            for (int i = 0; i < from.length; i++) {
                int column = i % shape[2];
                int row = i / shape[2] % shape[1];
                wanted[i - row * shape[2] - column + column * shape[1] + row] = from[i];
            }
            for (Turns turns : all) {
                Tensor y = Tensor.allocate(one, DType.FLOAT32, x.shape());
                assertTrue(StridedCopy.run(new Parallel(3), turns, x, y));
                assertArrayEquals(wanted, (float[]) HostBuffer.array(y), Arrays.toString(shape));
            }
        }
    }

    @Test
    void scansAgreeWithRunningFolds() {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        for (int round = 0; round < 200; round++) {
            DType dtype = DType.values()[round % 4];
            Tensor x = tensors.strided(dtype, tensors.shape(0, 3));
            int n = x.rank() == 0 ? 1 : x.size(-1);
            for (Reduction reduction : new Reduction[] {Reduction.SUM, Reduction.PROD}) {
                String what = reduction + " " + x.describe() + ", round " + round + " -Dtns.seed=" + RandomTensors.SEED;
                Tensor y = Tensor.allocate(one, dtype == DType.BOOL ? DType.INT64 : dtype, x.shape());
                one.scan(reduction, x, y);
                Tensor again = Tensor.allocate(four, y.dtype(), x.shape());
                four.scan(reduction, x, again);
                assertEquals(ReduceTest.bits(y), ReduceTest.bits(again), what);
                double[] flat = HostArray.doubles(x);
                long[] whole = HostArray.longs(x);
                double run = 0;
                long longRun = 0;
                for (int i = 0; i < flat.length; i++) {
                    if (i % n == 0) {
                        run = reduction == Reduction.SUM ? 0 : 1;
                        longRun = reduction == Reduction.SUM ? 0 : 1;
                    }
                    run = reduction == Reduction.SUM ? run + flat[i] : run * flat[i];
                    longRun = reduction == Reduction.SUM ? longRun + whole[i] : longRun * whole[i];
                    if (dtype.isFloat()) {
                        double wanted = dtype == DType.FLOAT32 ? (float) run : run;
                        assertEquals(
                                wanted,
                                HostArray.doubles(y.viewed(
                                        y.view().reshape(Shape.of(flat.length)).slice(0, i, 1, 1)))[0],
                                what);
                    } else {
                        assertEquals(longRun, ((long[]) one.download(y.buffer()))[i], what);
                    }
                }
            }
        }
    }

    @Test
    void rowsAreTakenAndPut() {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        for (int round = 0; round < 200; round++) {
            DType dtype = DType.values()[round % 4];
            int n = tensors.atLeastOne();
            int m = tensors.size();
            int k = tensors.size();
            String what =
                    dtype + " " + n + " " + m + " " + k + ", round " + round + " -Dtns.seed=" + RandomTensors.SEED;
            Tensor source = tensors.strided(dtype, Shape.of(n, m));
            long[] rows = tensors.random().longs(k, 0, n).toArray();
            Tensor index = Tensor.upload(one, DType.INT64, Shape.of(k), rows.clone());
            Tensor taken = Tensor.allocate(one, dtype, Shape.of(k, m));
            one.take(source, index, taken);
            Tensor again = Tensor.allocate(four, dtype, Shape.of(k, m));
            four.take(source, index, again);
            assertEquals(ReduceTest.bits(taken), ReduceTest.bits(again), what);
            double[] flat = HostArray.doubles(source);
            double[] wanted = new double[k * m];
            for (int i = 0; i < k; i++) {
                System.arraycopy(flat, (int) rows[i] * m, wanted, i * m, m);
            }
            assertEquals(Arrays.toString(wanted), Arrays.toString(HostArray.doubles(taken)), what);

            Tensor added = tensors.strided(dtype, Shape.of(k, m));
            double[] more = HostArray.doubles(added);
            for (boolean add : new boolean[] {false, true}) {
                Tensor target = Tensor.allocate(one, dtype, Shape.of(n, m));
                one.put(target, index, added, add);
                Tensor target4 = Tensor.allocate(four, dtype, Shape.of(n, m));
                four.put(target4, index, added, add);
                assertEquals(ReduceTest.bits(target), ReduceTest.bits(target4), what);
                if (dtype == DType.INT64) {
                    checkInts(rows, HostArray.longs(added), HostArray.longs(target), n, m, add, what);
                    continue;
                }
                double[] sums = new double[n * m];
                for (int i = 0; i < k * m; i++) {
                    int at = (int) rows[i / m] * m + i % m;
                    double sum = add ? sums[at] + more[i] : more[i];
                    sums[at] = dtype == DType.FLOAT32 ? (float) sum : dtype == DType.BOOL ? Math.min(1, sum) : sum;
                }
                assertEquals(Arrays.toString(sums), Arrays.toString(HostArray.doubles(target)), what);
            }
        }
    }

    @Test
    void largePutsShareTheTargetsRows() {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        Tensor source = tensors.uniform(DType.FLOAT32, Shape.of(5000, 64));
        long[] rows = tensors.random().longs(5000, 0, 37).toArray();
        Tensor index = Tensor.upload(one, DType.INT64, Shape.of(5000), rows);
        Tensor a = Tensor.allocate(one, DType.FLOAT32, Shape.of(37, 64));
        Tensor b = Tensor.allocate(four, DType.FLOAT32, Shape.of(37, 64));
        one.put(a, index, source, true);
        four.put(b, index, source, true);
        assertEquals(ReduceTest.bits(a), ReduceTest.bits(b), "-Dtns.seed=" + RandomTensors.SEED);
    }

    @Test
    void sortsAreStableWithNanLast() {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        for (int round = 0; round < 240; round++) {
            DType dtype = DType.values()[round % 4];
            Shape shape = round % 20 == 19 ? Shape.of(2, 5003) : tensors.shape(0, 3);
            Tensor x = tensors.strided(dtype, shape);
            int n = x.rank() == 0 ? 1 : x.size(-1);
            double[] flat = HostArray.doubles(x);
            for (boolean descending : new boolean[] {false, true}) {
                String what = x.describe() + descending + ", round " + round + " -Dtns.seed=" + RandomTensors.SEED;
                Tensor values = Tensor.allocate(four, dtype, shape);
                Tensor places = Tensor.allocate(four, DType.INT64, shape);
                four.sort(x, descending, values, places);
                double[] got = HostArray.doubles(values);
                long[] order = HostArray.longs(places);
                // Adding 0 makes both zeros equal; compare puts NaN above all.
                Comparator<Integer> rising = (a, b) -> Double.compare(flat[a] + 0.0, flat[b] + 0.0);
                for (int row = 0; row < flat.length; row += Math.max(1, n)) {
                    int first = row;
                    int[] wanted = IntStream.range(first, first + n)
                            .boxed()
                            .sorted(descending ? rising.reversed() : rising)
                            .mapToInt(i -> i - first)
                            .toArray();
                    for (int i = 0; i < n; i++) {
                        assertEquals(wanted[i], order[first + i], what);
                        assertEquals(flat[first + wanted[i]], got[first + i], what);
                    }
                }
            }
        }
    }

    @Test
    void sortsWholeRangeOfInt64() {
        long[] x = new long[4000];
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        for (int i = 0; i < x.length; i++) {
            x[i] = tensors.random().nextLong();
        }
        x[7] = Long.MIN_VALUE;
        x[8] = Long.MAX_VALUE;
        long[] wanted = x.clone();
        Arrays.sort(wanted);
        Tensor values = Tensor.allocate(one, DType.INT64, Shape.of(4000));
        Tensor places = Tensor.allocate(one, DType.INT64, Shape.of(4000));
        one.sort(Tensor.upload(one, DType.INT64, Shape.of(4000), x), false, values, places);
        assertEquals(Arrays.toString(wanted), ReduceTest.bits(values), "-Dtns.seed=" + RandomTensors.SEED);
    }

    @Test
    void sayingWhatCouldNotBeAllocated() {
        TnsException e = org.junit.jupiter.api.Assertions.assertThrows(TnsException.class, () -> holdAll(one));
        assertEquals(ErrorKind.LIMIT, e.kind());
        assertEquals("cpu: cannot allocate float64[2147483639] (16384 MiB)", e.getMessage());
    }

    private static int holdAll(CpuDevice device) {
        Object[] held = new Object[8];
        for (int i = 0; i < held.length; i++) {
            held[i] = device.allocate(DType.FLOAT64, Integer.MAX_VALUE - 8);
        }
        return held.length;
    }

    /** Ints wrap round as they add, which a double would hide. */
    private static void checkInts(long[] rows, long[] more, long[] found, int n, int m, boolean add, String what) {
        long[] sums = new long[n * m];
        for (int i = 0; i < more.length; i++) {
            int at = (int) rows[i / m] * m + i % m;
            sums[at] = add ? sums[at] + more[i] : more[i];
        }
        assertEquals(Arrays.toString(sums), Arrays.toString(found), what);
    }
}
