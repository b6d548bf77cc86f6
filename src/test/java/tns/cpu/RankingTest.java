package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/** Elements at some ranks against the whole sort, and the whole sort of numbers far apart against Java's. */
class RankingTest {
    private final CpuDevice one = new CpuDevice(1);
    private final CpuDevice four = new CpuDevice(4);
    private final RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
    private final Random random = tensors.random();

    @Test
    void ranksAreThoseOfTheSort() {
        for (int round = 0; round < 400; round++) {
            DType dtype = DType.values()[round % 4];
            Shape shape = round % 10 == 9 ? Shape.of(2, 5000 + random.nextInt(9000)) : tensors.shape(1, 3);
            Tensor x = tensors.strided(dtype, shape);
            check(x, "round " + round);
        }
    }

    @Test
    void ranksOfNumbersThatAreHardToTellApart() {
        int n = 6000;
        double[][] rows = new double[7][];
        rows[0] = random.doubles(n, -1, 1).toArray();
        rows[0][77] = 1e300; // all others share the highest digit
        rows[1] = IntStream.range(0, n).mapToDouble(i -> i).toArray(); // each beats the last when descending
        rows[2] = IntStream.range(0, n).mapToDouble(i -> -i).toArray();
        rows[3] =
                IntStream.range(0, n).mapToDouble(i -> i % 2 == 0 ? -1e9 : 1e9).toArray();
        rows[4] = random.doubles(n, 1, 1 + 1e-13).toArray(); // the same in their first 33 bits
        rows[5] = random.ints(n, 0, 8)
                .mapToDouble(i -> new double[] {Double.NaN, -0.0, 0.0, 1, -1, 1e99, -1 / 0.0, 1 / 0.0}[i])
                .toArray();
        rows[6] = new double[n];
        Arrays.fill(rows[6], Double.NaN);
        for (double[] row : rows) {
            for (int size : new int[] {n, 300, 64, 65}) {
                for (DType dtype : DType.values()) {
                    check(tensors.of(dtype, Shape.of(1, size), Arrays.copyOf(row, size)), Arrays.toString(row));
                }
            }
        }
    }

    @Test
    void ranksOfTheWholeRangeOfInt64() {
        long[] x = random.longs(6000).toArray();
        x[7] = Long.MIN_VALUE;
        x[8] = Long.MAX_VALUE;
        check(Tensor.upload(one, DType.INT64, Shape.of(6000), x.clone()), "all bits");
        Arrays.fill(x, 10, 5000, 3);
        check(Tensor.upload(one, DType.INT64, Shape.of(6000), x), "many alike");
    }

    @Test
    void sortsWhatDiffersInTheLastBits() {
        for (int n : new int[] {2, 40, 64, 65, 700, 5000}) {
            double[] x = random.doubles(n, 1, 1 + 1e-13).toArray();
            x[n / 2] = x[0];
            x[n - 1] = -1e300;
            Tensor places = Tensor.allocate(one, DType.INT64, Shape.of(n));
            Tensor values = Tensor.allocate(one, DType.FLOAT64, Shape.of(n));
            one.sort(tensors.of(DType.FLOAT64, Shape.of(n), x), false, values, places);
            long[] wanted = IntStream.range(0, n)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> x[i]))
                    .mapToLong(i -> i)
                    .toArray();
            assertArrayEquals(wanted, HostArray.longs(places), n + " -Dtns.seed=" + RandomTensors.SEED);
        }
    }

    private void check(Tensor x, String what) {
        int n = x.size(-1);
        int last = x.rank() - 1;
        if (n == 0) {
            return;
        }
        for (boolean descending : new boolean[] {false, true}) {
            Tensor values = Tensor.allocate(one, x.dtype(), x.shape());
            Tensor order = Tensor.allocate(one, DType.INT64, x.shape());
            one.sort(x, descending, values, order);
            for (int[] ranks : ranks(n)) {
                long[] wide = Arrays.stream(ranks).asLongStream().toArray();
                Shape shape = x.shape().with(last, ranks.length);
                int[] strides = new int[shape.rank()];
                strides[last] = 1;
                Tensor wanted = Tensor.upload(one, DType.INT64, Shape.of(ranks.length), wide)
                        .viewed(new View(shape, strides, 0));
                Tensor found = Tensor.allocate(four, DType.INT64, shape);
                four.ranked(x, descending, wanted, found);
                long[] places = HostArray.longs(order);
                long[] expected = new long[shape.elements()];
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = places[i / ranks.length * n + ranks[i % ranks.length]];
                }
                assertArrayEquals(
                        expected,
                        HostArray.longs(found),
                        () -> x.describe() + descending + Arrays.toString(ranks) + what + " -Dtns.seed="
                                + RandomTensors.SEED);
            }
        }
    }

    /** None, the first few, many and all ranks, single ones, neighbours, equal ones, and ranks in any order. */
    private int[][] ranks(int n) {
        int some = 1 + random.nextInt(n);
        int at = random.nextInt(n);
        return new int[][] {
            {},
            {0},
            {n - 1},
            {at},
            {at, Math.min(at + 1, n - 1)},
            {at, at, n - 1},
            IntStream.range(0, Math.min(n, 5)).toArray(),
            IntStream.range(0, some).toArray(),
            IntStream.range(some / 2, some).toArray(),
            IntStream.range(0, n).toArray(),
            random.ints(6, 0, n).toArray(),
        };
    }

    @Test
    void emptyRowsHaveNoRanks() {
        Tensor found = Tensor.allocate(one, DType.INT64, Shape.of(3, 0));
        one.ranked(tensors.values(DType.FLOAT32, Shape.of(3, 0)), false, found, found);
        assertEquals(0, found.elements());
    }
}
