package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tns.cuda.emulator.Emulator;
import tns.cuda.ptx.KernelText;
import tns.cuda.ptx.ReduceKernel;
import tns.cuda.ptx.ReduceKernel.Grouping;
import tns.cuda.ptx.ReduceKernel.Reach;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;
import tns.tensor.DType;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.View;

/**
 * Reductions give the bits of the order that {@link ReduceKernel} states, followed in Java. Repeat a failure with {@code
 * -Dtns.seed}.
 */
class ReduceKernelTest {
    private static final int[] SIZES = {1, 2, 3, 5, 20, 31, 32, 33, 255, 256, 257, 999, 1000, 1001};

    private final long seed = Long.getLong("tns.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private int runs;

    @Test
    void everyDtypeAndReductionOfLines() {
        for (int n : SIZES) {
            for (DType dtype : DType.values()) {
                for (Reduction reduction : Reduction.values()) {
                    Object array = array(dtype, n);
                    assertEquals(
                            1,
                            check(reduction, array, View.contiguous(Shape.of(n)), 0)
                                    .size());
                }
            }
        }
    }

    /** A small reduction is one launch, over either dim. */
    @Test
    void smallMatrices() {
        for (DType dtype : DType.values()) {
            for (Reduction reduction : Reduction.values()) {
                View view = View.contiguous(Shape.of(64, 10));
                Object array = array(dtype, 640);
                assertEquals(1, check(reduction, array, view, 1).size());
                assertEquals(
                        1,
                        check(reduction, array, view.permute(new int[] {1, 0}), 1)
                                .size());
            }
        }
    }

    @Test
    void nothingToFold() {
        EmulatedStream device = new EmulatedStream(Emulator.Order.FORWARD, 0);
        for (DType dtype : DType.values()) {
            for (Reduction reduction : new Reduction[] {Reduction.SUM, Reduction.PROD}) {
                Region input = device.upload(array(dtype, 0), View.contiguous(Shape.of(5, 0, 3)));
                Region output = device.room(result(reduction, dtype), Shape.of(5));
                Reduce.run(device, reduction, input, 1, output);
                Object results = device.download(output, 5);
                for (int i = 0; i < 5; i++) {
                    assertEquals(
                            reduction == Reduction.SUM ? 0.0 : 1.0, ((Number) Array.get(results, i)).doubleValue());
                }
            }
            Region none = device.upload(array(dtype, 0), View.contiguous(Shape.of(0, 3)));
            RecordingStream<Launch> recorder = RecordingStream.of(device, ReduceKernel.class, Launch::new);
            Reduce.run(recorder, Reduction.MAX, none, 1, device.room(dtype, Shape.of(0)));
            assertTrue(recorder.launches.isEmpty());
        }
    }

    @Test
    void randomViews() {
        for (int run = 0; run < 400; run++) {
            DType dtype = DType.values()[random.nextInt(4)];
            Reduction reduction = Reduction.values()[random.nextInt(6)];
            int rank = 1 + random.nextInt(4);
            int[] sizes = new int[rank];
            Arrays.setAll(sizes, d -> 1 + random.nextInt(random.nextInt(4) == 0 ? 40 : 6));
            Shape whole = Shape.of(sizes);
            View view = View.contiguous(whole);
            view = view.permute(order(rank));
            for (int d = 0; d < rank; d++) {
                int size = view.shape().size(d);
                switch (random.nextInt(6)) {
                    case 0 -> view = view.slice(d, size - 1, -1, size);
                    case 1 -> view = view.slice(d, size / 3, 1, size - size / 3);
                    case 2 -> view = view.slice(d, 0, 2, (size + 1) / 2);
                    case 3 ->
                        view = view.slice(d, size / 2, 1, 1).expand(view.shape().with(d, 1 + random.nextInt(9)));
                    default -> {}
                }
            }
            check(reduction, array(dtype, whole.elements()), view, random.nextInt(rank + 1));
        }
    }

    private int[] order(int rank) {
        int[] order = new int[rank];
        Arrays.setAll(order, d -> d);
        for (int d = rank - 1; d > 0; d--) {
            int other = random.nextInt(d + 1);
            int own = order[d];
            order[d] = order[other];
            order[other] = own;
        }
        return order;
    }

    /** Long lines are cut into parts and folded in groups of four; left-over elements are not forgotten. */
    @Test
    void longLinesInParts() {
        for (DType dtype : DType.values()) {
            for (Reduction reduction : Reduction.values()) {
                int n = 70_001 + random.nextInt(4);
                View line = View.contiguous(Shape.of(n));
                List<Launch> launches = check(reduction, array(dtype, n), line, 0);
                assertEquals(2, launches.size());
                assertEquals(Grouping.FOLDED, launches.getFirst().kernel().grouping());
                assertReach(Reach.VECTOR, launches);
                launches = check(reduction, array(dtype, n), line.slice(0, 1, 1, n - 1), 0);
                assertReach(Reach.SINGLES, launches);
                check(reduction, array(dtype, n), line.slice(0, n - 1, -1, n), 0);
            }
        }
    }

    /** Between the borders from which on there are parts and groups. */
    @Test
    void linesAroundTheBorders() {
        for (int n : new int[] {8191, 8192, 8193, 65535, 65536, 65537, 65539, 1_050_001}) {
            check(Reduction.SUM, array(DType.FLOAT32, n), View.contiguous(Shape.of(n)), 0);
        }
    }

    @Test
    void manyLongRows() {
        for (DType dtype : DType.values()) {
            for (Reduction reduction : List.of(Reduction.SUM, Reduction.MIN, Reduction.ARGMAX)) {
                List<Launch> launches =
                        check(reduction, array(dtype, 260 * 256), View.contiguous(Shape.of(260, 256)), 1);
                assertEquals(Grouping.FOLDED, launches.getFirst().kernel().grouping());
                // Rows of an odd length begin at every remainder of four.
                check(reduction, array(dtype, 260 * 255), View.contiguous(Shape.of(260, 255)), 1);
                // Folded dims apart from each other, their inner one in groups, and a column of rows.
                View apart = View.contiguous(Shape.of(20, 5, 720)).permute(new int[] {1, 0, 2});
                check(reduction, array(dtype, 72_000), apart, 1);
            }
        }
        check(Reduction.SUM, array(DType.FLOAT32, 1100 * 1024), View.contiguous(Shape.of(1100, 1024)), 1);
    }

    @Test
    void manyLongColumns() {
        for (DType dtype : DType.values()) {
            for (Reduction reduction : List.of(Reduction.SUM, Reduction.MAX, Reduction.ARGMIN)) {
                int[] turned = {1, 0};
                View view = View.contiguous(Shape.of(1030, 256));
                List<Launch> launches = check(reduction, array(dtype, 1030 * 256), view.permute(turned), 1);
                assertEquals(2, launches.size());
                assertEquals(Grouping.KEPT, launches.getFirst().kernel().grouping());
            }
        }
        View wide = View.contiguous(Shape.of(1030, 260));
        View inside = wide.slice(1, 1, 1, 256).permute(new int[] {1, 0});
        List<Launch> launches = check(Reduction.SUM, array(DType.FLOAT32, 1030 * 260), inside, 1);
        assertEquals(Grouping.NONE, launches.getFirst().kernel().grouping());
        View batches = View.contiguous(Shape.of(3, 400, 256)).permute(new int[] {0, 2, 1});
        launches = check(Reduction.SUM, array(DType.FLOAT32, 3 * 400 * 256), batches, 2);
        assertEquals(Grouping.KEPT, launches.getFirst().kernel().grouping());
        View narrow = View.contiguous(Shape.of(30_000, 3)).permute(new int[] {1, 0});
        check(Reduction.PROD, array(DType.FLOAT64, 90_000), narrow, 1);
        check(Reduction.ARGMAX, array(DType.FLOAT32, 90_000), narrow, 1);
    }

    /** Wherever the first extremum stands among others like it. */
    @Test
    void firstExtremum() {
        int n = 9000;
        for (float peak : new float[] {2, Float.NaN, Float.POSITIVE_INFINITY}) {
            for (int at : new int[] {0, 1, 31, 255, 256, 4095, 4096, 8998, 8999}) {
                float[] array = new float[n];
                Arrays.fill(array, peak == 2 ? Float.NEGATIVE_INFINITY : -0.0f);
                array[at] = peak;
                array[n - 1] = peak;
                array[Math.min(n - 1, at + 1000)] = peak;
                View line = View.contiguous(Shape.of(n));
                check(Reduction.ARGMAX, array, line, 0);
                check(Reduction.MAX, array, line, 0);
                for (int i = 0; i < n; i++) {
                    array[i] = -array[i];
                }
                check(Reduction.ARGMIN, array, line, 0);
                check(Reduction.MIN, array, line, 0);
            }
        }
        float[] nothing = new float[300];
        Arrays.fill(nothing, Float.NEGATIVE_INFINITY);
        check(Reduction.ARGMAX, nothing, View.contiguous(Shape.of(300)), 0);
        long[] least = new long[300];
        Arrays.fill(least, Long.MIN_VALUE);
        check(Reduction.ARGMAX, least, View.contiguous(Shape.of(300)), 0);
        float[] zeros = {0.0f, -0.0f, 0.0f, -0.0f};
        check(Reduction.ARGMIN, zeros, View.contiguous(Shape.of(4)), 0);
        check(Reduction.ARGMAX, zeros, View.contiguous(Shape.of(4)).slice(0, 3, -1, 4), 0);
    }

    /** A sum is as near to that of doubles as its chains of additions allow. */
    @Test
    void sumsAreNear() {
        int n = 300_000;
        float[] array = (float[]) array(DType.FLOAT32, n);
        EmulatedStream device = new EmulatedStream(Emulator.Order.FORWARD, 0);
        RecordingStream<Launch> recorder = RecordingStream.of(device, ReduceKernel.class, Launch::new);
        Region output = device.room(DType.FLOAT32, Shape.SCALAR);
        Reduce.run(recorder, Reduction.SUM, device.upload(array, View.contiguous(Shape.of(n))), 0, output);
        double sum = 0;
        double magnitudes = 0;
        for (float value : array) {
            sum += value;
            magnitudes += Math.abs(value);
        }
        int chain = 0;
        for (Launch launch : recorder.launches) {
            chain += (launch.partGroups() + launch.along() - 1) / launch.along() + 2 + 2 + 8;
        }
        double error = Math.abs(((float[]) device.download(output, 1))[0] - sum);
        assertTrue(error <= chain * 0x1p-24 * magnitudes, error + " after chains of " + chain);
        assertTrue(chain < 64, "chains of " + chain);
    }

    /** A product of two inputs, one of them the same for every row, is folded without being stored. */
    @Test
    void programsOfSeveralInputs() {
        Program program = Program.of(Lane.F32, Expr.input(0).mul(Expr.input(1)).add(0.5));
        for (int[] sizes : new int[][] {{7, 9}, {300, 256}, {2, 33_000}}) {
            for (boolean columns : new boolean[] {false, true}) {
                for (Reduction reduction : Reduction.values()) {
                    int n = sizes[0] * sizes[1];
                    float[] a = (float[]) array(DType.FLOAT32, n);
                    float[] row = (float[]) array(DType.FLOAT32, sizes[1]);
                    float[] column = (float[]) array(DType.FLOAT32, sizes[0]);
                    float[] values = new float[n];
                    boolean byRow = random.nextBoolean();
                    for (int i = 0; i < n; i++) {
                        values[i] = a[i] * (byRow ? row[i % sizes[1]] : column[i / sizes[1]]) + 0.5f;
                    }
                    View view = View.contiguous(Shape.of(sizes));
                    View other = View.contiguous(byRow ? Shape.of(1, sizes[1]) : Shape.of(sizes[0], 1))
                            .expand(Shape.of(sizes));
                    if (columns) {
                        view = view.permute(new int[] {1, 0});
                        other = other.permute(new int[] {1, 0});
                    }
                    EmulatedStream device = device();
                    List<Region> inputs = List.of(device.upload(a, view), device.upload(byRow ? row : column, other));
                    check(device, reduction, program, DType.FLOAT32, inputs, values, view, 1);
                }
            }
        }
    }

    /** Counting is a sum of a program's truth values. */
    @Test
    void programsThatConvert() {
        Program positive = Program.of(Lane.F32, Expr.constant(0).lt(Expr.input(0)));
        Program constant = Program.of(Lane.F64, Expr.constant(0.25));
        for (int n : new int[] {1, 33, 66_666}) {
            float[] array = (float[]) array(DType.FLOAT32, n);
            byte[] truths = new byte[n];
            for (int i = 0; i < n; i++) {
                truths[i] = (byte) (array[i] > 0 ? 1 : 0);
            }
            View line = View.contiguous(Shape.of(n));
            for (Reduction reduction : Reduction.values()) {
                EmulatedStream device = device();
                check(device, reduction, positive, DType.BOOL, List.of(device.upload(array, line)), truths, line, 0);
            }
            double[] quarters = new double[n];
            Arrays.fill(quarters, 0.25);
            check(device(), Reduction.SUM, constant, DType.FLOAT64, List.of(), quarters, line, 0);
        }
        Expr deep = Expr.input(0);
        for (int i = 0; i < 3; i++) {
            deep = deep.exp().log();
        }
        Program many = Program.of(Lane.F32, deep.mul(0.0).add(Expr.input(0)));
        assertEquals(1, ReduceKernel.accumulators(many, DType.FLOAT32));
        float[] array = new float[66_666];
        for (int i = 0; i < array.length; i++) {
            array[i] = i % 1000 * 0.001f;
        }
        View line = View.contiguous(Shape.of(array.length));
        EmulatedStream device = device();
        check(device, Reduction.SUM, many, DType.FLOAT32, List.of(device.upload(array, line)), array, line, 0);
    }

    /** Every kind of kernel assembles for every machine, and none spills registers. */
    @Test
    void assembles() {
        List<KernelText> all = new ArrayList<>();
        for (DType dtype : DType.values()) {
            for (Reduction reduction : Reduction.values()) {
                for (int[] ranks : new int[][] {{1, 1}, {2, 1}, {1, 2}, {2, 2}, {3, 3}}) {
                    for (Grouping grouping : Grouping.values()) {
                        all.addAll(copying(reduction, dtype, grouping, ranks));
                    }
                }
            }
        }
        for (Grouping grouping : Grouping.values()) {
            Expr a = Expr.input(0);
            for (Expr expr : List.of(
                    a.mul(Expr.input(1)).add(0.5),
                    a.sub(Expr.input(1)).exp(),
                    a.log().mul(a.tanh()))) {
                Program program = Program.of(Lane.F32, expr);
                List<ReduceKernel.Operand> operands = new ArrayList<>();
                for (int k = 0; k < program.inputs(); k++) {
                    Reach reach = grouping == Grouping.NONE || k > 0 ? Reach.SINGLES : Reach.VECTOR;
                    operands.add(new ReduceKernel.Operand(DType.FLOAT32, reach));
                }
                all.add(new ReduceKernel(
                        Reduction.SUM, DType.FLOAT32, program, operands, grouping, 2, 2, false, false));
            }
        }
        Assembled.everywhere(all);
    }

    /** The kernels that fold elements as they are: whole folds, and of positions those in two steps. */
    private static List<KernelText> copying(Reduction reduction, DType dtype, Grouping grouping, int[] ranks) {
        Program copy = Program.of(dtype.lane(), Expr.input(0));
        boolean position = reduction == Reduction.ARGMAX || reduction == Reduction.ARGMIN;
        List<KernelText> all = new ArrayList<>();
        for (Reach reach :
                grouping == Grouping.NONE ? new Reach[] {Reach.SINGLES} : new Reach[] {Reach.VECTOR, Reach.SINGLES}) {
            List<ReduceKernel.Operand> operands = List.of(new ReduceKernel.Operand(dtype, reach));
            for (int step = 0; step < (!position ? 1 : grouping == Grouping.NONE ? 3 : 2); step++) {
                all.add(new ReduceKernel(
                        reduction, dtype, copy, operands, grouping, ranks[0], ranks[1], step == 2, step == 1));
            }
        }
        return all;
    }

    /** One launch as it was asked for; what its parameters say of the order. */
    private record Launch(ReduceKernel kernel, int blocks, long[] arguments) {
        int groups() {
            return (int) arguments[1];
        }

        int leftOver() {
            return (int) arguments[2];
        }

        int partGroups() {
            return (int) arguments[3];
        }

        int parts() {
            return blocks / (int) arguments[4];
        }

        int along() {
            return (int) arguments[8] + 1;
        }

        int neighbours() {
            return kernel.grouping() == Grouping.FOLDED ? ReduceKernel.GROUP : 1;
        }
    }

    private static void assertReach(Reach reach, List<Launch> launches) {
        assertEquals(reach, launches.getFirst().kernel().operands().getFirst().reach());
    }

    private EmulatedStream device() {
        return new EmulatedStream(Emulator.Order.values()[runs++ % 3], seed);
    }

    private List<Launch> check(Reduction reduction, Object array, View view, int keptDims) {
        EmulatedStream device = device();
        Region input = device.upload(array, view);
        return check(device, reduction, null, input.dtype(), List.of(input), array, view, keptDims);
    }

    /** Runs a reduction and compares it with that of {@code values} seen by {@code view}; returns the launches. */
    private List<Launch> check(
            EmulatedStream device,
            Reduction reduction,
            @Nullable Program program,
            DType dtype,
            List<Region> inputs,
            Object values,
            View view,
            int keptDims) {
        String what = "-Dtns.seed=" + seed + " " + reduction + " " + dtype + " " + view + " kept " + keptDims;
        Shape kept = view.shape().part(0, keptDims);
        int outputs = kept.elements();
        // The output lies apart from its buffer's start, between elements that are not to be touched.
        DType to = result(reduction, dtype);
        Region room = device.room(to, Shape.of(outputs + 4));
        Region output = new Region(to, room.address(), new View(kept, kept.contiguousStrides(), 3));
        long reserved = device.reserved();
        RecordingStream<Launch> recorder = RecordingStream.of(device, ReduceKernel.class, Launch::new);
        try {
            if (program == null) {
                Reduce.run(recorder, reduction, inputs.getFirst(), keptDims, output);
            } else {
                Reduce.run(recorder, reduction, program, dtype, inputs, view.shape(), keptDims, output);
            }
        } catch (RuntimeException e) {
            throw new AssertionError(
                    what + "\n" + recorder.launches + "\n" + e.getMessage() + "\n"
                            + recorder.launches.getLast().kernel().render().text(),
                    e);
        }
        assertEquals(reserved, device.reserved(), what);
        Object actual = device.download(room, outputs + 4);
        Object untouched = device.download(device.room(to, Shape.of(1)), 1);
        for (int i : new int[] {0, 1, 2, outputs + 3}) {
            assertEquals(Array.get(untouched, 0), Array.get(actual, i), what);
        }
        for (int o = 0; o < outputs; o++) {
            Object expected = reduction == Reduction.ARGMAX || reduction == Reduction.ARGMIN
                    ? position(reduction, values, view, keptDims, o)
                    : inOrder(reduction, elements(values, view, keptDims, o), recorder.launches);
            assertEquals(expected, Array.get(actual, o + 3), what + " output " + o + "\n" + recorder.launches);
        }
        return recorder.launches;
    }

    private static DType result(Reduction reduction, DType dtype) {
        return switch (reduction) {
            case MAX, MIN -> dtype;
            case SUM, PROD -> dtype == DType.BOOL ? DType.INT64 : dtype;
            case ARGMAX, ARGMIN -> DType.INT64;
        };
    }

    /** Where the folded elements of output {@code o} lie, in row-major order. */
    private static int[] places(View view, int keptDims, int o) {
        Shape folded = view.shape().part(keptDims, view.shape().rank());
        int base = place(view, 0, keptDims, o) + view.offset();
        int[] places = new int[folded.elements()];
        Arrays.setAll(places, i -> base + place(view, keptDims, view.shape().rank(), i));
        return places;
    }

    private static int place(View view, int from, int to, int index) {
        int place = 0;
        int rest = index;
        for (int d = to - 1; d >= from; d--) {
            place += rest % view.shape().size(d) * view.strides()[d];
            rest /= view.shape().size(d);
        }
        return place;
    }

    private static long position(Reduction reduction, Object values, View view, int keptDims, int o) {
        int[] places = places(view, keptDims, o);
        int best = 0;
        for (int i = 1; i < places.length; i++) {
            double a = ((Number) Array.get(values, places[best])).doubleValue();
            double b = ((Number) Array.get(values, places[i])).doubleValue();
            boolean better = reduction == Reduction.ARGMAX ? b > a : b < a;
            if (better || Double.isNaN(b) && !Double.isNaN(a)) {
                best = i;
            }
        }
        return best;
    }

    /** The folded elements of output {@code o} in the order of memory, once for every time each is met. */
    private static Object[] elements(Object values, View view, int keptDims, int o) {
        int[] places = places(view, keptDims, o);
        Arrays.sort(places);
        int[] distinct = Arrays.stream(places).distinct().toArray();
        Object[] elements = new Object[places.length];
        for (int i = 0; i < places.length; i++) {
            Object value = Array.get(values, distinct[i % distinct.length]);
            elements[i] = value;
        }
        return elements;
    }

    private static Object inOrder(Reduction reduction, Object[] elements, List<Launch> launches) {
        Object[] left = elements;
        if (reduction == Reduction.SUM || reduction == Reduction.PROD) {
            left = Arrays.stream(elements)
                    .map(e -> e instanceof Byte b ? (Object) (long) b : e)
                    .toArray();
        }
        for (Launch launch : launches) {
            left = parts(reduction, left, launch);
        }
        assertEquals(1, left.length);
        return left[0];
    }

    /** What each part of a launch leaves of the elements of one output. */
    private static Object[] parts(Reduction reduction, Object[] elements, Launch launch) {
        int along = launch.along();
        int size = launch.neighbours();
        int accumulators = ReduceKernel.accumulators(
                launch.kernel().program(), launch.kernel().dtype());
        assertEquals(elements.length, launch.groups() * size + launch.leftOver());
        Object[] results = new Object[launch.parts()];
        for (int part = 0; part < results.length; part++) {
            Object[][] sums = new Object[along][accumulators];
            for (Object[] own : sums) {
                Arrays.fill(own, nothing(reduction, elements[0]));
            }
            int first = part * launch.partGroups();
            int end = Math.min(first + launch.partGroups(), launch.groups());
            for (int g = first; g < end; g++) {
                Object[] group = Arrays.copyOfRange(elements, g * size, g * size + size);
                int y = (g - first) % along;
                int u = (g - first) / along % accumulators;
                sums[y][u] = fold(reduction, sums[y][u], neighbours(reduction, group));
            }
            for (int j = 0; part == results.length - 1 && j < launch.leftOver(); j++) {
                Object[] own = sums[j % along];
                own[0] = fold(reduction, own[0], elements[launch.groups() * size + j]);
            }
            Object[] lanes = new Object[along];
            Arrays.setAll(lanes, y -> neighbours(reduction, sums[y]));
            for (int half = along / 2; half > 0; half /= 2) {
                for (int y = 0; y < half; y++) {
                    lanes[y] = fold(reduction, lanes[y], lanes[y + half]);
                }
            }
            results[part] = lanes[0];
        }
        return results;
    }

    private static Object neighbours(Reduction reduction, Object[] values) {
        return switch (values.length) {
            case 1 -> values[0];
            case 2 -> fold(reduction, values[0], values[1]);
            default -> fold(reduction, fold(reduction, values[0], values[1]), fold(reduction, values[2], values[3]));
        };
    }

    private static Object nothing(Reduction reduction, Object like) {
        double real = switch (reduction) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            default -> Double.POSITIVE_INFINITY;
        };
        return switch (like) {
            case Float f -> (float) real;
            case Double d -> real;
            case Long l -> (long) real;
            default -> reduction == Reduction.MAX ? (byte) 0 : (byte) 1;
        };
    }

    private static Object fold(Reduction reduction, Object a, Object b) {
        return switch (reduction) {
            case SUM ->
                switch (a) {
                    case Float f -> f + (Float) b;
                    case Double d -> d + (Double) b;
                    default -> (Long) a + (Long) b;
                };
            case PROD ->
                switch (a) {
                    case Float f -> f * (Float) b;
                    case Double d -> d * (Double) b;
                    default -> (Long) a * (Long) b;
                };
            default -> {
                boolean nan = a instanceof Float f && f.isNaN() || a instanceof Double d && d.isNaN();
                int order = switch (a) {
                    case Float f -> f > (Float) b ? 1 : f < (Float) b ? -1 : 0;
                    case Double d -> d > (Double) b ? 1 : d < (Double) b ? -1 : 0;
                    case Long l -> Long.compare(l, (Long) b);
                    default -> Byte.compare((Byte) a, (Byte) b);
                };
                yield nan || (reduction == Reduction.MAX ? order > 0 : order < 0) ? a : b;
            }
        };
    }

    /** Elements of mixed signs and sizes; among few floats, now and then a NaN. */
    private Object array(DType dtype, int n) {
        return switch (dtype) {
            case FLOAT32 -> {
                float[] array = new float[n];
                for (int i = 0; i < n; i++) {
                    array[i] = (float) value(n, random.nextInt(4) == 0 ? 1 : 1 + (random.nextFloat() - 0.5) * 0.1);
                }
                yield array;
            }
            case FLOAT64 -> {
                double[] array = new double[n];
                for (int i = 0; i < n; i++) {
                    array[i] = value(n, 1 + (random.nextDouble() - 0.5) * 0.1);
                }
                yield array;
            }
            case INT64 ->
                random.longs(n, -1000, 1000).map(l -> l * l * l * 3 + 1).toArray();
            case BOOL -> {
                byte[] array = new byte[n];
                for (int i = 0; i < n; i++) {
                    array[i] = (byte) (random.nextInt(n) < 3 ? 0 : 1);
                }
                yield array;
            }
        };
    }

    private double value(int n, double magnitude) {
        return n < 300 && random.nextInt(500) == 0 ? Double.NaN : random.nextBoolean() ? magnitude : -magnitude;
    }
}
