package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Reductions against naive folds of the row-major elements. */
class ReduceTest {
    private final CpuDevice one = new CpuDevice(1);
    private final CpuDevice four = new CpuDevice(4);

    @ParameterizedTest
    @EnumSource(Reduction.class)
    void agreesWithNaiveFold(Reduction reduction) {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED + reduction.ordinal());
        for (int round = 0; round < 400; round++) {
            DType dtype = DType.values()[round % 4];
            Shape shape = tensors.shape(0, 4);
            int kept = tensors.random().nextInt(shape.rank() + 1);
            int folded = shape.part(kept, shape.rank()).elements();
            boolean sums = reduction == Reduction.SUM || reduction == Reduction.PROD;
            if (folded == 0 && !sums) {
                continue;
            }
            Tensor x = tensors.strided(dtype, shape);
            String what = reduction + " of " + x.describe() + " strides "
                    + Arrays.toString(x.view().strides()) + " kept " + kept + ", round " + round + ", -Dtns.seed="
                    + RandomTensors.SEED;
            boolean ints = !dtype.isFloat() && sums || reduction.name().startsWith("ARG");
            Shape result = shape.part(0, kept);
            Tensor y = Tensor.allocate(one, ints ? DType.INT64 : dtype, result);
            one.reduce(reduction, x, kept, y);
            if (dtype.isFloat()) {
                checkFloats(reduction, HostArray.doubles(x), folded, y, what);
            } else {
                checkInts(reduction, HostArray.longs(x), folded, y, what);
            }
            Tensor again = Tensor.allocate(four, y.dtype(), result);
            four.reduce(reduction, x, kept, again);
            assertEquals(bits(y), bits(again), what);
        }
    }

    /** Few elements are summed without lanes, and many in streams with vectors, when they lie without gaps. */
    @Test
    void gapsDoNotChangeTheBits() {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        for (int n : IntStream.concat(IntStream.range(0, 300), IntStream.of(65_535, 65_536, 200_003))
                .toArray()) {
            float[] x = new float[2 * n + 1];
            float[] dense = new float[n];
            for (int i = 0; i < n; i++) {
                dense[i] = i % 7 == 0 ? -0f : (float) (tensors.random().nextGaussian() * 1e3);
                x[2 * i] = dense[i];
            }
            Tensor wide = Tensor.upload(one, DType.FLOAT32, Shape.of(x.length), x);
            Tensor sum = Tensor.allocate(one, DType.FLOAT32, Shape.SCALAR);
            Tensor again = Tensor.allocate(one, DType.FLOAT32, Shape.SCALAR);
            one.reduce(Reduction.SUM, Tensor.upload(one, DType.FLOAT32, Shape.of(n), dense), 0, sum);
            one.reduce(Reduction.SUM, wide.window(wide.view().slice(0, 0, 2, n)), 0, again);
            assertEquals(bits(again), bits(sum), n + " elements, -Dtns.seed=" + RandomTensors.SEED);
        }
    }

    /** Runs that are summed together, each long enough for streams and none a whole number of them. */
    @Test
    void runsApart() {
        int rows = 5;
        int columns = 150_001;
        Random random = new Random(RandomTensors.SEED);
        float[] values = cancelling(random, rows, columns);
        Tensor x = Tensor.upload(one, DType.FLOAT32, Shape.of(rows, columns), values);
        Tensor part = x.window(x.view().slice(1, 1, 1, columns - 2));
        double wanted = 0;
        double size = 0;
        for (int i = 0; i < values.length; i++) {
            boolean within = i % columns > 0 && i % columns < columns - 1;
            wanted += within ? values[i] : 0;
            size += within ? Math.abs(values[i]) : 0;
        }
        Tensor y = Tensor.allocate(one, DType.FLOAT32, Shape.SCALAR);
        Tensor again = Tensor.allocate(one, DType.FLOAT32, Shape.SCALAR);
        Reduce.run(new Parallel(1), new FoldLoops(null), Reduction.SUM, part, 0, y);
        Reduce.run(new Parallel(3), new FoldLoops(new FusedLoops(0)), Reduction.SUM, part, 0, again);
        assertEquals(bits(y), bits(again), "-Dtns.seed=" + RandomTensors.SEED);
        assertEquals(wanted, (double) y.item(), 0x1p-40 * size, "-Dtns.seed=" + RandomTensors.SEED);
    }

    /** Loops over vectors add in the order of the plain ones, along runs and down columns. */
    @Test
    void vectorsDoNotChangeTheBits() {
        Random random = new Random(RandomTensors.SEED);
        FoldLoops plain = new FoldLoops(null);
        FoldLoops vectors = new FoldLoops(new FusedLoops(0));
        int[][] sizes = {{1, 300_001}, {7, 4096}, {3, 1000}, {1037, 256}, {300, 1100}, {19, 9000}};
        for (int[] size : sizes) {
            Shape shape = Shape.of(size);
            Tensor x = Tensor.upload(one, DType.FLOAT32, shape, cancelling(random, size[0], size[1]));
            for (Tensor input : new Tensor[] {x, x.viewed(x.view().permute(new int[] {1, 0}))}) {
                Tensor y = Tensor.allocate(one, DType.FLOAT32, input.shape().part(0, 1));
                Tensor again = Tensor.allocate(one, DType.FLOAT32, y.shape());
                Reduce.run(new Parallel(1), plain, Reduction.SUM, input, 1, y);
                Reduce.run(new Parallel(3), vectors, Reduction.SUM, input, 1, again);
                assertEquals(bits(y), bits(again), input.describe() + ", -Dtns.seed=" + RandomTensors.SEED);
            }
        }
    }

    /** Short runs of one sum that lie apart, of whole rows of lanes or not, and more of them than are added before a carry. */
    @Test
    void vectorsDoNotChangeTheBitsOfShortRuns() {
        Random random = new Random(RandomTensors.SEED);
        FoldLoops plain = new FoldLoops(null);
        FoldLoops vectors = new FoldLoops(new FusedLoops(0));
        int[][] sizes = {{70, 3, 256}, {50, 4, 192}, {9, 5, 2048}, {130, 2, 64}, {40, 3, 100}};
        for (int[] size : sizes) {
            Shape shape = Shape.of(size);
            Tensor all = Tensor.upload(one, DType.FLOAT32, shape, cancelling(random, size[0] * size[1], size[2]));
            Tensor x = all.viewed(all.view().permute(new int[] {1, 0, 2}));
            Tensor y = Tensor.allocate(one, DType.FLOAT32, x.shape().part(0, 1));
            Tensor again = Tensor.allocate(one, DType.FLOAT32, y.shape());
            Reduce.run(new Parallel(1), plain, Reduction.SUM, x, 1, y);
            Reduce.run(new Parallel(3), vectors, Reduction.SUM, x, 1, again);
            assertEquals(bits(y), bits(again), x.describe() + ", -Dtns.seed=" + RandomTensors.SEED);
            float[] values = HostArray.floats(all);
            for (int kept = 0; kept < size[1]; kept++) {
                double wanted = 0;
                double magnitude = 0;
                for (int i = 0; i < values.length; i++) {
                    boolean within = i / size[2] % size[1] == kept;
                    wanted += within ? values[i] : 0;
                    magnitude += within ? Math.abs(values[i]) : 0;
                }
                double found = HostArray.doubles(again)[kept];
                assertEquals(wanted, found, 0x1p-40 * magnitude + Math.ulp((float) wanted), "of " + kept);
            }
        }
    }

    /** Whichever loop finds them: with NaN among some, zeros of both signs, and elements that lie apart or backwards. */
    @ParameterizedTest
    @EnumSource(
            value = Reduction.class,
            names = {"MAX", "MIN"})
    void extremaAreThoseOfTheDefinition(Reduction reduction) {
        Random random = new Random(RandomTensors.SEED);
        FoldLoops vectors = new FoldLoops(new FusedLoops(0));
        for (int[] size : new int[][] {{1, 300_001}, {2, 4096}, {9, 1000}, {300, 64}, {7, 65}, {70, 63}, {3, 128}}) {
            float[] values = new float[size[0] * size[1]];
            for (int i = 0; i < values.length; i++) {
                float around = i / size[1] % 3 == 0 ? 0 : reduction == Reduction.MAX ? -9 : 9;
                values[i] = i / size[1] % 3 == 0 ? random.nextBoolean() ? 0f : -0f : around + random.nextFloat();
            }
            values[random.nextInt(values.length)] = Float.NaN;
            Tensor x = Tensor.upload(one, DType.FLOAT32, Shape.of(size), values);
            Tensor turned = x.viewed(x.view().slice(1, size[1] - 1, -1, size[1]));
            for (Tensor input : new Tensor[] {x, turned, x.viewed(x.view().permute(new int[] {1, 0}))}) {
                Tensor found = Tensor.allocate(one, DType.FLOAT32, input.shape().part(0, 1));
                Reduce.run(new Parallel(3), vectors, reduction, input, 1, found);
                float[] y = (float[]) one.download(found.buffer());
                for (int r = 0; r < y.length; r++) {
                    float wanted = reduction == Reduction.MAX ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY;
                    for (int i = 0; i < input.size(1); i++) {
                        float value = values[
                                input.view().offset()
                                        + r * input.view().strides()[0]
                                        + i * input.view().strides()[1]];
                        wanted = reduction == Reduction.MAX ? Math.max(wanted, value) : Math.min(wanted, value);
                    }
                    assertEquals(wanted, y[r], input.describe() + ", row " + r + ", -Dtns.seed=" + RandomTensors.SEED);
                }
            }
        }
    }

    /** Results folded block by block, as they are computed, are folded as those in memory are. */
    @ParameterizedTest
    @EnumSource(value = Reduction.class, mode = EnumSource.Mode.MATCH_NONE, names = "ARG.*")
    void computedWithinToTheSameBits(Reduction reduction) {
        Random random = new Random(RandomTensors.SEED);
        for (int[] size : new int[][] {{300_001}, {7, 5000}, {3, 2, 9001}, {1, 2048}}) {
            for (Lane lane : new Lane[] {Lane.F32, Lane.F64}) {
                DType dtype = lane == Lane.F32 ? DType.FLOAT32 : DType.FLOAT64;
                Shape shape = Shape.of(size);
                Tensor x = Tensor.allocate(one, dtype, shape);
                for (int i = 0; i < x.elements(); i++) {
                    one.store(x.buffer(), i, Math.scalb(random.nextGaussian(), random.nextInt(9)));
                }
                Tensor[] inputs = {x, Tensor.scalar(one, dtype, 0.3)};
                Program program = Program.of(
                        lane, Expr.input(0).mul(Expr.input(1)).add(Expr.input(0).abs()));
                Tensor written = Tensor.allocate(one, dtype, shape);
                one.map(program, inputs, shape, new Tensor[] {written});
                for (int kept = 0; kept < shape.rank(); kept++) {
                    Tensor y = Tensor.allocate(one, dtype, shape.part(0, kept));
                    one.reduce(reduction, written, kept, y);
                    for (int threads : new int[] {1, 3}) {
                        for (FusedLoops loops : new FusedLoops[] {new FusedLoops(Long.MAX_VALUE), new FusedLoops(0)}) {
                            Tensor again = Tensor.allocate(one, dtype, y.shape());
                            Prologue elements = prologue(threads, loops, program, dtype, inputs, shape);
                            assertTrue(Reduce.run(
                                    new Parallel(threads),
                                    new FoldLoops(loops),
                                    reduction,
                                    dtype,
                                    Objects.requireNonNull(elements),
                                    shape,
                                    kept,
                                    again));
                            assertEquals(bits(y), bits(again), y.describe() + ", -Dtns.seed=" + RandomTensors.SEED);
                        }
                    }
                }
            }
        }
    }

    private static @Nullable Prologue prologue(
            int threads, FusedLoops loops, Program program, DType dtype, Tensor[] inputs, Shape shape) {
        Parallel parallel = new Parallel(threads);
        BlockRunner blocks = new BlockRunner(parallel, null);
        FusedRunner runner = new FusedRunner(parallel, blocks, loops, MachineCode.NEVER);
        return Prologue.of(runner, program, dtype, inputs, shape);
    }

    /** What is folded otherwise than it lies, or lies otherwise than it is computed, has to be written first. */
    @Test
    void computedWithinOnlyWhereItLiesSo() {
        Shape shape = Shape.of(4096, 4096);
        Tensor x = Tensor.allocate(one, DType.FLOAT32, shape);
        Tensor row = Tensor.allocate(one, DType.FLOAT32, Shape.of(4096));
        Program program = Program.of(Lane.F32, Expr.input(0).add(Expr.input(1)));
        Tensor[] alike = {x, x};
        Tensor all = Tensor.allocate(one, DType.FLOAT32, Shape.SCALAR);
        Tensor position = Tensor.allocate(one, DType.INT64, Shape.SCALAR);
        assertTrue(one.reduce(Reduction.SUM, program, DType.FLOAT32, alike, shape, 0, all));
        assertFalse(one.reduce(Reduction.ARGMAX, program, DType.FLOAT32, alike, shape, 0, position));
        assertFalse(one.reduce(Reduction.SUM, program, DType.BOOL, alike, shape, 0, position));
        Tensor[] turned = {x, x.viewed(x.view().permute(new int[] {1, 0}))};
        assertFalse(one.reduce(Reduction.SUM, program, DType.FLOAT32, turned, shape, 0, all));
        Tensor[] broadcast = {x, row};
        assertFalse(one.reduce(Reduction.SUM, program, DType.FLOAT32, broadcast, shape, 0, all));
    }

    /** Numbers of all sizes whose sums along both dims are 0 but for what rounding leaves, which tells orders apart. */
    private static float[] cancelling(Random random, int rows, int columns) {
        float[] x = new float[rows * columns];
        for (int r = 0; r < (rows + 1) / 2; r++) {
            for (int c = 0; c < columns / 2; c++) {
                float v = Math.scalb((float) random.nextGaussian(), random.nextInt(60));
                x[r * columns + c] = v;
                x[(r + 1) * columns - 1 - c] = -v;
                if (r < rows / 2) {
                    x[(rows - 1 - r) * columns + c] = -v;
                    x[(rows - r) * columns - 1 - c] = v;
                }
            }
        }
        return x;
    }

    private static void checkFloats(Reduction reduction, double[] x, int folded, Tensor y, String what) {
        double[] got = HostArray.doubles(y);
        for (int o = 0; o < got.length; o++) {
            double run = reduction == Reduction.PROD ? 1 : 0;
            double size = 0;
            double lost = 0;
            double logs = 0;
            int best = -1;
            for (int i = 0; i < folded; i++) {
                double v = x[o * folded + i];
                double next = reduction == Reduction.PROD ? run * v : run + v;
                // Neumaier's compensation: the reference must be better than what it judges.
                lost += Math.abs(run) >= Math.abs(v) ? run - next + v : v - next + run;
                logs += v == 0 || Double.isInfinite(v) ? 0 : Math.abs(Math.log(Math.abs(v)));
                run = next;
                size += Math.abs(v);
                if (best < 0 || beats(reduction, v, x[o * folded + best])) {
                    best = i;
                }
            }
            double eps = y.dtype() == DType.FLOAT32 ? 6e-8 : 1e-13;
            if (reduction == Reduction.SUM && Double.isFinite(run)) {
                run += lost;
            }
            // Where factors can overflow or vanish in one order and not in another there is no one product: beside an
            // infinity, too, which makes NaN of what has vanished.
            if (reduction == Reduction.PROD
                    && Double.isFinite(logs)
                    && logs > (y.dtype() == DType.FLOAT32 ? 80 : 700)) {
                continue;
            }
            if ((reduction == Reduction.SUM || reduction == Reduction.PROD) && !Double.isFinite(run)) {
                assertEquals(run, got[o], what);
                continue;
            }
            switch (reduction) {
                case SUM -> {
                    // The error of a blocked pairwise sum is bounded by the size of the terms, not of the result.
                    double rounding = y.dtype() == DType.FLOAT32 ? eps * Math.abs(run) : 0;
                    assertEquals(run, got[o], rounding + 64 * 0x1p-53 * size + Double.MIN_VALUE, what);
                }
                case PROD -> {
                    double wanted = y.dtype() == DType.FLOAT32 ? (float) run : run;
                    assertEquals(wanted, got[o], 2 * eps * Math.abs(wanted) + 1e-45, what);
                }
                case MAX, MIN -> assertEquals(x[o * folded + best] + 0.0, got[o] + 0.0, what);
                case ARGMAX, ARGMIN -> assertEquals(best, got[o], what);
            }
        }
    }

    private static boolean beats(Reduction reduction, double v, double best) {
        if (Double.isNaN(best)) {
            return false;
        }
        boolean greatest = reduction == Reduction.MAX || reduction == Reduction.ARGMAX;
        return Double.isNaN(v) || (greatest ? v > best : v < best);
    }

    private static void checkInts(Reduction reduction, long[] x, int folded, Tensor y, String what) {
        long[] got = HostArray.longs(y);
        for (int o = 0; o < got.length; o++) {
            long sum = 0;
            long product = 1;
            int greatest = 0;
            int least = 0;
            for (int i = 0; i < folded; i++) {
                long v = x[o * folded + i];
                sum += v;
                product *= v;
                greatest = v > x[o * folded + greatest] ? i : greatest;
                least = v < x[o * folded + least] ? i : least;
            }
            long wanted = switch (reduction) {
                case SUM -> sum;
                case PROD -> product;
                case MAX -> x[o * folded + greatest];
                case MIN -> x[o * folded + least];
                case ARGMAX -> greatest;
                case ARGMIN -> least;
            };
            assertEquals(wanted, got[o], what);
        }
    }

    @Test
    void longSumsAreAccurateOnAnyThreads() {
        int n = 10_000_019;
        float[] x = new float[n];
        Arrays.fill(x, 0.1f);
        for (CpuDevice device : new CpuDevice[] {one, four}) {
            Tensor y = Tensor.allocate(device, DType.FLOAT32, Shape.SCALAR);
            device.reduce(Reduction.SUM, Tensor.upload(device, DType.FLOAT32, Shape.of(n), x), 0, y);
            assertEquals((float) (n * (double) 0.1f), (double) y.item());
        }
    }

    @Test
    void manyChunksOfColumnsAndRunsHaveTheSameBitsOnAnyThreads() {
        RandomTensors tensors = new RandomTensors(one, RandomTensors.SEED);
        Tensor x = tensors.uniform(DType.FLOAT64, Shape.of(1200, 3000));
        Tensor cut = tensors.uniform(DType.FLOAT64, Shape.of(500_000, 3));
        for (Tensor input : new Tensor[] {
            x,
            x.viewed(x.view().permute(new int[] {1, 0})),
            cut.viewed(cut.view().permute(new int[] {1, 0})),
            cut
        }) {
            for (int kept = 0; kept < 2; kept++) {
                Shape result = input.shape().part(0, kept);
                int folded = input.elements() / result.elements();
                Tensor y = Tensor.allocate(one, DType.FLOAT64, result);
                Tensor again = Tensor.allocate(four, DType.FLOAT64, result);
                one.reduce(Reduction.SUM, input, kept, y);
                four.reduce(Reduction.SUM, input, kept, again);
                assertEquals(bits(y), bits(again));
                double[] flat = HostArray.doubles(input);
                double[] wanted = new double[result.elements()];
                for (int i = 0; i < flat.length; i++) {
                    wanted[i / folded] += flat[i];
                }
                assertArrayEquals(wanted, HostArray.doubles(y), 1e-9, "-Dtns.seed=" + RandomTensors.SEED);
            }
        }
    }

    /** The elements' bits, NaN apart, as text to compare. */
    static String bits(Tensor t) {
        return switch (t.device().download(t.buffer())) {
            case float[] a -> Arrays.toString(a);
            case double[] a -> Arrays.toString(a);
            case long[] a -> Arrays.toString(a);
            case byte[] a -> Arrays.toString(a);
            default -> throw new AssertionError();
        };
    }
}
