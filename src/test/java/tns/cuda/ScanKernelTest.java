package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tns.cuda.emulator.Emulator;
import tns.cuda.ptx.KernelText;
import tns.cuda.ptx.ScanKernel;
import tns.cuda.ptx.ScanKernel.Stage;
import tns.tensor.DType;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.View;

/**
 * Running sums and products give the bits of the order that {@link ScanKernel} states, followed in Java. Repeat a
 * failure with {@code -Dtns.seed}.
 */
class ScanKernelTest {
    private static final int[] SIZES = {1, 2, 3, 4, 5, 31, 32, 33, 64, 255, 256, 257, 999, 1000, 1001, 1024, 2049};

    private final long seed = Long.getLong("tns.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private int runs;

    @Test
    void rowsOfEverySize() {
        for (int n : SIZES) {
            for (DType dtype : DType.values()) {
                for (int rows : new int[] {1, 3, 300}) {
                    if (rows * n <= 20_000) {
                        check(dtype, View.contiguous(Shape.of(rows, n)), rows * n);
                    }
                }
            }
        }
    }

    /** Short rows have the bits of the plain running sum. */
    @Test
    void shortRowsArePlain() {
        int n = 32;
        EmulatedStream device = new EmulatedStream(Emulator.Order.RANDOM, seed);
        float[] array = (float[]) array(DType.FLOAT32, n * 50);
        Region output = device.room(DType.FLOAT32, Shape.of(50, n));
        Scan.run(device, Reduction.SUM, device.upload(array, View.contiguous(Shape.of(50, n))), output);
        float[] actual = (float[]) device.download(output, array.length);
        for (int row = 0; row < 50; row++) {
            double run = 0;
            for (int i = 0; i < n; i++) {
                run += array[row * n + i];
                assertEquals((float) run, actual[row * n + i]);
            }
        }
    }

    @Test
    void views() {
        for (DType dtype : DType.values()) {
            View matrix = View.contiguous(Shape.of(37, 43));
            check(dtype, matrix.permute(new int[] {1, 0}), 37 * 43);
            check(dtype, matrix.slice(1, 42, -1, 43), 37 * 43);
            check(dtype, matrix.slice(1, 1, 2, 20).slice(0, 36, -3, 10), 37 * 43);
            check(dtype, matrix.slice(1, 5, 1, 1).expand(Shape.of(37, 50)), 37 * 43);
            check(dtype, View.contiguous(Shape.of(4, 5, 6, 40)).permute(new int[] {2, 0, 1, 3}), 4800);
            check(dtype, View.contiguous(Shape.of(9, 64)).slice(1, 4, 1, 60), 9 * 64);
            check(dtype, View.contiguous(Shape.of(9, 64)).slice(1, 3, 1, 60), 9 * 64);
            check(dtype, View.contiguous(Shape.SCALAR), 1);
        }
    }

    @Test
    void longRowsInParts() {
        for (DType dtype : DType.values()) {
            for (int n : new int[] {16_383, 16_384, 16_385, 50_000}) {
                int launches = check(dtype, View.contiguous(Shape.of(2, n)), 2 * n);
                assertEquals(n < 16_384 ? 1 : 3, launches);
            }
        }
    }

    @Test
    void nothing() {
        EmulatedStream device = new EmulatedStream(Emulator.Order.FORWARD, 0);
        Region input = device.upload(new float[0], View.contiguous(Shape.of(3, 0)));
        RecordingStream<Launch> recorder = RecordingStream.of(device, ScanKernel.class, Launch::new);
        Scan.run(recorder, Reduction.SUM, input, device.room(DType.FLOAT32, Shape.of(3, 0)));
        assertTrue(recorder.launches.isEmpty());
    }

    /** Every element is as near to the exact running sum as a float is. */
    @Test
    void runsAreNear() {
        int n = 100_000;
        float[] array = (float[]) array(DType.FLOAT32, n);
        EmulatedStream device = new EmulatedStream(Emulator.Order.FORWARD, 0);
        Region output = device.room(DType.FLOAT32, Shape.of(n));
        Scan.run(device, Reduction.SUM, device.upload(array, View.contiguous(Shape.of(n))), output);
        float[] actual = (float[]) device.download(output, n);
        // Multiples of 2^-40 below 2^22 have exact sums in doubles only if rounded to that grid first: bound both
        // errors.
        double run = 0;
        double magnitudes = 0;
        for (int i = 0; i < n; i++) {
            run += array[i];
            magnitudes += Math.abs(array[i]);
            double bound = Math.abs(run) * 0x1p-24 + 2.0 * n * 0x1p-53 * magnitudes;
            assertTrue(Math.abs(actual[i] - run) <= bound, i + ": " + actual[i] + " for " + run);
        }
    }

    /** Every kernel assembles for every machine, and none spills registers. */
    @Test
    void assembles() {
        List<KernelText> all = new ArrayList<>();
        for (DType dtype : DType.values()) {
            DType to = dtype == DType.BOOL ? DType.INT64 : dtype;
            for (Stage stage : Stage.values()) {
                DType output = stage == Stage.TOTALS && dtype.isFloat() ? DType.FLOAT64 : to;
                for (boolean product : new boolean[] {false, true}) {
                    for (int rank = 1; rank <= 4; rank++) {
                        all.add(new ScanKernel(product, dtype, output, rank, stage, false));
                        if (stage != Stage.TOTALS) {
                            all.add(new ScanKernel(product, dtype, output, rank, stage, true));
                        }
                    }
                }
            }
        }
        Assembled.everywhere(all);
    }

    /** One launch as it was asked for. */
    private record Launch(ScanKernel kernel, int blocks, long[] arguments) {}

    /** Runs sums and products over {@code elements} random elements seen by the view; returns the launches of one. */
    private int check(DType dtype, View view, int elements) {
        int launches = 0;
        for (Reduction reduction : new Reduction[] {Reduction.SUM, Reduction.PROD}) {
            String what = "-Dtns.seed=" + seed + " " + reduction + " " + dtype + " " + view;
            Object array = array(dtype, elements);
            EmulatedStream device = new EmulatedStream(Emulator.Order.values()[runs++ % 3], seed);
            Region input = device.upload(array, view);
            int count = view.shape().elements();
            DType to = dtype == DType.BOOL ? DType.INT64 : dtype;
            int offset = runs % 2;
            Region room = device.room(to, Shape.of(count + 2));
            View place = View.contiguous(view.shape());
            Region output = new Region(to, room.address(), new View(place.shape(), place.strides(), offset));
            long reserved = device.reserved();
            RecordingStream<Launch> recorder = RecordingStream.of(device, ScanKernel.class, Launch::new);
            try {
                Scan.run(recorder, reduction, input, output);
            } catch (RuntimeException e) {
                throw new AssertionError(
                        what + "\n" + e.getMessage() + "\n"
                                + recorder.launches.getLast().kernel().render().text(),
                        e);
            }
            assertEquals(reserved, device.reserved(), what);
            Object actual = device.download(room, count + 2);
            int n = view.shape().rank() == 0 ? 1 : view.shape().size(-1);
            boolean product = reduction == Reduction.PROD;
            for (int first = 0; first < count; first += n) {
                double[] reals = new double[n];
                long[] integers = new long[n];
                for (int i = 0; i < n; i++) {
                    Number element = (Number) Array.get(array, view.offset() + at(view, first + i));
                    reals[i] = element.doubleValue();
                    integers[i] = element.longValue();
                }
                double[] realRuns = runs(product, reals, recorder.launches);
                long run = product ? 1 : 0;
                for (int i = 0; i < n; i++) {
                    run = product ? run * integers[i] : run + integers[i];
                    Object expected = switch (dtype) {
                        case FLOAT32 -> (float) realRuns[i];
                        case FLOAT64 -> realRuns[i];
                        case INT64, BOOL -> run;
                    };
                    assertEquals(expected, Array.get(actual, offset + first + i), what + " at " + (first + i));
                }
            }
            Object untouched = device.download(device.room(to, Shape.of(1)), 1);
            for (int i = 0; i < 2; i++) {
                int at = i < offset ? i : count + i;
                assertEquals(Array.get(untouched, 0), Array.get(actual, at), what);
            }
            launches = recorder.launches.size();
        }
        return launches;
    }

    private static int at(View view, int index) {
        int at = 0;
        int rest = index;
        for (int d = view.shape().rank() - 1; d >= 0; d--) {
            at += rest % view.shape().size(d) * view.strides()[d];
            rest /= view.shape().size(d);
        }
        return at;
    }

    /** The runs along one row, by the launches that did it. */
    private static double[] runs(boolean product, double[] row, List<Launch> launches) {
        Launch last = launches.getLast();
        if (last.kernel().stage() == Stage.WHOLE) {
            return run(product, row, product ? 1 : 0, along(last));
        }
        int length = (int) last.arguments()[3];
        int parts = (row.length + length - 1) / length;
        double[] totals = new double[parts];
        for (int p = 0; p < parts; p++) {
            double[] runs = run(product, part(row, p, length), product ? 1 : 0, along(last));
            totals[p] = runs[runs.length - 1];
        }
        double[] starts = run(product, totals, product ? 1 : 0, along(launches.get(1)));
        double[] all = new double[row.length];
        for (int p = 0; p < parts; p++) {
            double start = p == 0 ? product ? 1 : 0 : starts[p - 1];
            double[] runs = run(product, part(row, p, length), start, along(last));
            System.arraycopy(runs, 0, all, p * length, runs.length);
        }
        return all;
    }

    private static int along(Launch launch) {
        return (int) launch.arguments()[6] + 1;
    }

    private static double[] part(double[] row, int part, int length) {
        return Arrays.copyOfRange(row, part * length, Math.min(row.length, (part + 1) * length));
    }

    private static double[] run(boolean product, double[] elements, double start, int along) {
        double[] runs = new double[elements.length];
        double carry = start;
        for (int tile = 0; tile < elements.length; tile += 4 * along) {
            double[] sums = new double[along];
            for (int y = 0; y < along; y++) {
                sums[y] = product ? 1 : 0;
                for (int i = tile + 4 * y; i < Math.min(elements.length, tile + 4 * y + 4); i++) {
                    sums[y] = fold(product, sums[y], elements[i]);
                }
            }
            for (int distance = 1; distance < along; distance *= 2) {
                double[] before = sums.clone();
                for (int y = distance; y < along; y++) {
                    sums[y] = fold(product, before[y - distance], before[y]);
                }
            }
            double run = carry;
            for (int y = 0; y < along; y++) {
                run = y == 0 ? carry : fold(product, carry, sums[y - 1]);
                for (int i = tile + 4 * y; i < Math.min(elements.length, tile + 4 * y + 4); i++) {
                    run = fold(product, run, elements[i]);
                    runs[i] = run;
                }
            }
            carry = run;
        }
        return runs;
    }

    private static double fold(boolean product, double a, double b) {
        return product ? a * b : a + b;
    }

    private Object array(DType dtype, int n) {
        return switch (dtype) {
            case FLOAT32 -> {
                float[] array = new float[n];
                for (int i = 0; i < n; i++) {
                    array[i] = (float) value(n);
                }
                yield array;
            }
            case FLOAT64 ->
                random.doubles(n, 0.9, 1.1)
                        .map(d -> random.nextBoolean() ? d : -d)
                        .toArray();
            case INT64 -> random.longs(n, -1000, 1000).map(l -> 2 * l + 1).toArray();
            case BOOL -> {
                byte[] array = new byte[n];
                for (int i = 0; i < n; i++) {
                    array[i] = (byte) (random.nextInt(n) < 3 ? 0 : 1);
                }
                yield array;
            }
        };
    }

    private double value(int n) {
        double value = 0.9 + 0.2 * random.nextDouble();
        return n < 10_000 && random.nextInt(2000) == 0 ? Double.NaN : random.nextBoolean() ? value : -value;
    }
}
