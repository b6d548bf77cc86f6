package tns.selftest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tns.expr.Lane;
import tns.expr.Operand;
import tns.expr.Program;
import tns.expr.ScalarRunner;
import tns.selftest.SelfTest.Finding;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/** Random pointwise programs over random views give the bits of their definition, {@link ScalarRunner}. */
final class ProgramCheck {
    private static final int LEAST = 20;
    private static final DType[] DTYPES = {DType.FLOAT32, DType.FLOAT64, DType.INT64, DType.BOOL};

    private ProgramCheck() {}

    static Finding run(Device device, double seconds) {
        List<String> failures = new ArrayList<>();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        int count = 0;
        for (long seed = 1; count < LEAST || System.nanoTime() < end; seed++, count++) {
            String failure = check(device, seed);
            if (failure != null) {
                failures.add(failure);
            }
        }
        return new Finding(count + " random programs, bit for bit against the scalar runner", failures);
    }

    private static @org.jspecify.annotations.Nullable String check(Device device, long seed) {
        RandomPrograms random = new RandomPrograms(seed);
        Lane lane = Lane.values()[random.below(3)];
        int[] shape = random.shape();
        int inputs = 1 + random.below(3);
        Program program = Program.of(
                lane,
                random.expression(lane, inputs, 1 + random.below(8)),
                random.expression(lane, inputs, random.below(4)));
        Operand[] given = new Operand[inputs];
        Tensor[] tensors = new Tensor[inputs];
        for (int i = 0; i < inputs; i++) {
            int kind = random.below(4);
            given[i] = random.input(shape, kind);
            tensors[i] = tensor(device, DTYPES[kind], given[i], shape);
        }
        Operand[] expected = new Operand[2];
        Tensor[] results = new Tensor[2];
        for (int o = 0; o < 2; o++) {
            int kind = random.below(4);
            expected[o] = random.output(shape, kind);
            results[o] = tensor(device, DTYPES[kind], expected[o], shape);
        }
        device.map(program, tensors, Shape.of(shape), results);
        new ScalarRunner().run(program, given, expected, shape);
        for (int o = 0; o < 2; o++) {
            if (!same(expected[o].array(), device.download(results[o].buffer()))) {
                return "seed " + seed + ", " + lane + " " + Arrays.toString(shape) + ", output " + o + ":\n" + program;
            }
        }
        return null;
    }

    private static Tensor tensor(Device device, DType dtype, Operand operand, int[] shape) {
        Object copy = switch (operand.array()) {
            case float[] a -> a.clone();
            case double[] a -> a.clone();
            case long[] a -> a.clone();
            case byte[] a -> a.clone();
            default -> throw new IllegalStateException("no element type");
        };
        int size = java.lang.reflect.Array.getLength(copy);
        Tensor whole = Tensor.upload(device, dtype, Shape.of(size), copy);
        return whole.window(new View(Shape.of(shape), operand.strides(), operand.offset()));
    }

    /** Bit for bit; one NaN is as good as another. */
    static boolean same(Object expected, Object actual) {
        return switch (expected) {
            case float[] a -> {
                float[] b = (float[]) actual;
                for (int i = 0; i < a.length; i++) {
                    if (Float.floatToIntBits(a[i]) != Float.floatToIntBits(b[i])) {
                        yield false;
                    }
                }
                yield true;
            }
            case double[] a -> {
                double[] b = (double[]) actual;
                for (int i = 0; i < a.length; i++) {
                    if (Double.doubleToLongBits(a[i]) != Double.doubleToLongBits(b[i])) {
                        yield false;
                    }
                }
                yield true;
            }
            case long[] a -> Arrays.equals(a, (long[]) actual);
            default -> Arrays.equals((byte[]) expected, (byte[]) actual);
        };
    }
}
