package tns.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tns.cpu.CpuDevice;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.HostArray;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Ops that go over rows in one pass give the values and derivatives, to the second, that they give op by op. */
class RowFunctionTest {
    /** float64 results of two orders of summation. */
    private static final double TOLERANCE = 1e-12;

    private final Map<String, Op> ops = new java.util.HashMap<>();
    private final CpuDevice cpu = new CpuDevice(1);

    RowFunctionTest() {
        Bench.ops().forEach(op -> ops.putIfAbsent(op.name(), op));
    }

    @FunctionalInterface
    private interface Function {
        Tensor of(Tensor... inputs);
    }

    private Tensor call(String op, Map<String, Object> named, Object... positional) {
        return (Tensor) Objects.requireNonNull(ops.get(op)).call(new Context(cpu), positional, named);
    }

    @Test
    void softmax() {
        check(1, in -> call("softmax", Map.of("dim", -1L), in[0]), Shape.of(3, 7));
        check(1, in -> call("softmax", Map.of("dim", 0L), in[0]), Shape.of(5));
        check(1, in -> call("softmin", Map.of("dim", 2L), in[0]), Shape.of(2, 3, 4));
        check(0, in -> call("softmax", Map.of("dim", 0L), in[0]), Shape.of(3, 7));
    }

    @Test
    void logSoftmax() {
        check(1, in -> call("log_softmax", Map.of("dim", 1L), in[0]), Shape.of(3, 7));
        check(1, in -> call("log_softmax", Map.of("dim", 0L), in[0]), Shape.of(1));
    }

    /** A matrix read in columns is brought into rows. */
    @Test
    void transposed() {
        check(1, in -> call("softmax", Map.of("dim", 1L), Movement.transpose(in[0], 0, 1)), Shape.of(3, 5));
    }

    @Test
    void layerNorm() {
        Map<String, Object> none = Map.of();
        check(1, in -> call("layer_norm", none, in[0], 6L), Shape.of(4, 6));
        check(1, in -> call("layer_norm", none, in[0], 6L, in[1]), Shape.of(4, 6), Shape.of(6));
        Shape six = Shape.of(6);
        check(1, in -> call("layer_norm", none, in[0], 6L, in[1], in[2]), Shape.of(2, 3, 6), six, six);
        check(1, in -> call("layer_norm", Map.of("bias", in[1]), in[0], 6L), Shape.of(4, 6), six);
        check(
                1,
                in -> call("layer_norm", none, in[0], Tuple.of(2L, 3L), in[1], in[2]),
                Shape.of(5, 2, 3),
                pair(),
                pair());
    }

    private static Shape pair() {
        return Shape.of(2, 3);
    }

    @Test
    void groupNorm() {
        check(1, in -> call("group_norm", Map.of(), in[0], 2L, in[1]), Shape.of(3, 4, 2), Shape.of(4));
    }

    /** A weight that depends on the input gets its own gradient, and passes it on once. */
    @Test
    void dependentWeight() {
        check(1, in -> call("layer_norm", Map.of(), in[0], 6L, Elementary.EXP.apply(in[0])), Shape.of(6));
    }

    @Test
    void crossEntropy() {
        for (String reduction : List.of("mean", "sum", "none")) {
            Map<String, Object> named = Map.of("reduction", reduction);
            check(1, in -> call("cross_entropy", named, in[0], targets(in[0], 2, 0, 6, 2)), Shape.of(4, 7));
            Map<String, Object> ignoring = Map.of("reduction", reduction, "ignore_index", 2L);
            check(1, in -> call("cross_entropy", ignoring, in[0], targets(in[0], 2, 0, 6, 2)), Shape.of(4, 7));
        }
        check(
                1,
                in -> call("cross_entropy", Map.of("weight", in[1].detach()), in[0], targets(in[0], 1, 2, 0)),
                Shape.of(3, 4),
                Shape.of(4));
        check(
                1,
                in -> call("cross_entropy", Map.of("label_smoothing", 0.1), in[0], targets(in[0], 1, 2, 0)),
                Shape.of(3, 4));
        check(
                1,
                in -> call(
                        "cross_entropy",
                        Map.of(),
                        in[0],
                        Tensor.upload(in[0].device(), DType.INT64, Shape.SCALAR, new long[] {3})),
                Shape.of(5));
    }

    private static Tensor targets(Tensor like, long... classes) {
        return Tensor.upload(like.device(), DType.INT64, Shape.of(classes.length), classes);
    }

    /** The check of the classes reads one element; the loss needs one pass, its gradient another. */
    @Test
    void crossEntropyReadsLittle() {
        RowDevice device = new RowDevice();
        Tensor x = new Param(numbers(device, Shape.of(50, 7), new Random(1))).value();
        Tensor loss = call("cross_entropy", Map.of(), x, targets(x, new long[50]));
        assertEquals(1, device.passes);
        assertEquals(1, device.read);
        Tensor one = Tensor.scalar(device, DType.FLOAT64, 1);
        Gradients.by(loss, x).of(one, new Tensor[] {x}, false);
        assertEquals(2, device.passes);
        assertEquals(1, device.read);
    }

    @Test
    void classOutOfRange() {
        Tensor x = numbers(new RowDevice(), Shape.of(2, 3), new Random(1));
        TnsException error =
                assertThrows(TnsException.class, () -> call("cross_entropy", Map.of(), x, targets(x, 1, 3)));
        assertEquals("cross_entropy: class 3 is out of range for 3 classes", error.getMessage());
        assertThrows(TnsException.class, () -> call("cross_entropy", Map.of(), x, targets(x, -1, 0)));
    }

    /** As PyTorch: NaN and +inf spoil their row alone, as does a row of -inf; -inf beside others has no weight. */
    @Test
    void specialRows() {
        double inf = Double.POSITIVE_INFINITY;
        double nan = Double.NaN;
        double[] x = {-inf, -inf, 1, nan, -inf, 0, inf, 0};
        Tensor rows = Tensor.upload(new RowDevice(), DType.FLOAT64, Shape.of(4, 2), x);
        assertArrayEquals(new double[] {nan, nan, nan, nan, 0, 1, nan, nan}, softmaxOf(rows));
        Tensor own = Tensor.upload(cpu, DType.FLOAT64, Shape.of(4, 2), x);
        assertArrayEquals(softmaxOf(own), softmaxOf(rows));
    }

    private double[] softmaxOf(Tensor x) {
        return HostArray.doubles(call("softmax", Map.of("dim", 1L), x));
    }

    private void check(int passes, Function f, Shape... shapes) {
        List<double[]> expected = values(cpu, f, shapes);
        RowDevice device = new RowDevice();
        List<double[]> actual = values(device, f, shapes);
        assertTrue(passes == 0 ? device.passes == 0 : device.passes >= passes, "passes: " + device.passes);
        assertEquals(expected.size(), actual.size());
        for (int k = 0; k < expected.size(); k++) {
            double[] own = expected.get(k);
            double scale = 1;
            for (double each : own) {
                scale = Math.max(scale, Math.abs(each));
            }
            assertArrayEquals(own, actual.get(k), TOLERANCE * scale, "result " + k);
        }
    }

    /** The function's value, its gradients unrecorded and recorded, and gradients of the gradients. */
    private static List<double[]> values(Device device, Function f, Shape... shapes) {
        Random random = new Random(3);
        Tensor[] inputs = new Tensor[shapes.length];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = new Param(numbers(device, shapes[i], random)).value();
        }
        Tensor y = f.of(inputs);
        List<double[]> all = new ArrayList<>();
        all.add(HostArray.doubles(y));
        Tensor seed = numbers(device, y.shape(), random);
        add(all, Gradients.by(y, inputs).of(seed, inputs, false));
        @Nullable Tensor[] first = Gradients.by(y, inputs).of(seed, inputs, true);
        add(all, first);
        Tensor total = Tensor.scalar(device, DType.FLOAT64, 0);
        for (Tensor gradient : first) {
            if (gradient != null) {
                Tensor direction = numbers(device, gradient.shape(), random);
                total = Arithmetic.ADD.apply(total, Reductions.sum(Arithmetic.MUL.apply(gradient, direction)));
            }
        }
        Tensor one = Tensor.scalar(device, DType.FLOAT64, 1);
        add(all, Gradients.by(total, inputs).of(one, inputs, false));
        return all;
    }

    private static void add(List<double[]> all, @Nullable Tensor[] gradients) {
        for (Tensor gradient : gradients) {
            all.add(gradient == null ? new double[0] : HostArray.doubles(gradient));
        }
    }

    private static Tensor numbers(Device device, Shape shape, Random random) {
        return Tensor.upload(
                device,
                DType.FLOAT64,
                shape,
                random.doubles(shape.elements(), -2, 2).toArray());
    }
}
