package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Operand;
import tns.expr.PointwiseRunner;
import tns.expr.RowProgram;
import tns.expr.RowProgram.Definition;
import tns.expr.RowProgram.Extent;
import tns.expr.RowRunner;
import tns.expr.ScalarRunner;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Rows are computed with the bits of the row runner, by every kind of loop and on any number of threads. */
class RowExecutorTest {
    private static final int[] LENGTHS = {1, 15, 16, 63, 64, 65, 100, 128, 1000, 1024, 4096, 4100, 8200};

    private static final Map<String, Function<Definition, List<Expr>>> PROGRAMS = new TreeMap<>(Map.of(
            "softmax", RowExecutorTest::softmax,
            "layer_norm", RowExecutorTest::layerNorm,
            "cross_entropy", RowExecutorTest::crossEntropy,
            "kept twice", RowExecutorTest::keptTwice,
            "row's own", RowExecutorTest::ofRows,
            "long fold", RowExecutorTest::longFold,
            "constant fold", RowExecutorTest::constantFold));

    private final CpuDevice device = new CpuDevice(1);

    private static List<Expr> softmax(Definition d) {
        Expr x = d.input(Extent.ELEMENT);
        Expr e = d.keep(x.sub(d.max(x)).exp());
        Expr scale = d.keep(d.sum(e).reciprocal());
        return List.of(d.keep(e.mul(scale)));
    }

    private static List<Expr> layerNorm(Definition d) {
        Expr x = d.input(Extent.ELEMENT);
        Expr weight = d.input(Extent.COLUMN);
        Expr eps = d.input(Extent.UNIFORM);
        Expr n = d.length();
        Expr mean = d.keep(d.sum(x).div(n));
        Expr centred = d.keep(x.sub(mean));
        Expr scale = d.keep(d.sum(centred.square()).div(n).add(eps).rsqrt());
        return List.of(d.keep(centred.mul(scale).mul(weight)), mean, scale);
    }

    private static List<Expr> crossEntropy(Definition d) {
        Expr x = d.input(Extent.ELEMENT);
        Expr target = d.input(Extent.ROW);
        Expr greatest = d.max(x);
        Expr log = d.keep(d.sum(x.sub(greatest).exp()).log());
        Expr chosen = d.sum(Expr.select(d.index().eq(target), x, Expr.constant(0.0)));
        return List.of(d.keep(chosen.sub(greatest).sub(log)), greatest, log);
    }

    /** Two matrices in, two out, one of them a value that is read again. */
    private static List<Expr> keptTwice(Definition d) {
        Expr a = d.input(Extent.ELEMENT);
        Expr b = d.input(Extent.ELEMENT);
        Expr product = d.keep(a.mul(b));
        return List.of(product, d.keep(product.sub(d.max(product)).add(d.sum(b))));
    }

    /** Folds of what is the same for the whole row. */
    private static List<Expr> ofRows(Definition d) {
        Expr x = d.input(Extent.ELEMENT);
        Expr row = d.input(Extent.ROW);
        return List.of(d.keep(d.sum(row).add(d.max(x))), d.keep(x.mul(row)));
    }

    /** A fold of so many steps that they are written to memory first. */
    private static List<Expr> longFold(Definition d) {
        Expr x = d.input(Extent.ELEMENT);
        Expr y = d.keep(d.sum(x.tanh().exp().tanh().exp()));
        return List.of(d.keep(x.mul(y)), y);
    }

    /** Folds of a constant, whose slot has the number of some value. */
    private static List<Expr> constantFold(Definition d) {
        Expr x = d.input(Extent.ELEMENT);
        Expr e = d.keep(x.exp());
        Expr count = d.keep(d.sum(Expr.constant(2.0)));
        return List.of(d.keep(e.mul(count)), d.keep(d.max(Expr.constant(-3.0))));
    }

    /** Operands of other types than the lane's are converted. */
    @Test
    void otherTypes() {
        RowProgram program = RowProgram.in(Lane.F32, d -> {
            Expr x = d.input(Extent.ELEMENT);
            Expr mask = d.input(Extent.ELEMENT);
            Expr weight = d.input(Extent.COLUMN);
            Expr e = d.keep(x.mul(mask).mul(weight).exp());
            return List.of(e, d.sum(e));
        });
        int rows = 700;
        for (int n : new int[] {64, 100}) {
            Random random = new Random(n);
            double[] x = random.doubles((long) rows * n).toArray();
            byte[] mask = new byte[rows * n];
            random.nextBytes(mask);
            for (int i = 0; i < mask.length; i++) {
                mask[i] &= 1;
            }
            Tensor[] inputs = {
                Tensor.upload(device, DType.FLOAT64, Shape.of(rows * n), x),
                Tensor.upload(device, DType.BOOL, Shape.of(rows * n), mask),
                Tensor.upload(
                        device, DType.INT64, Shape.of(n), random.longs(n, -2, 3).toArray())
            };
            Tensor[] expected = results(program, DType.FLOAT64, rows, n);
            new RowRunner(program, RowExecutor.LAYOUT, n).run(operands(inputs), operands(expected), rows);
            Parallel one = new Parallel(1);
            FusedRunner fused = new FusedRunner(one, new BlockRunner(one, null), new FusedLoops(0), MachineCode.NEVER);
            for (RowLoops loops : new RowLoops[] {
                new RowLoops(null, MachineCode.NEVER),
                new RowLoops(fused.loops(), MachineCode.NEVER),
                new RowLoops(fused.loops(), MachineCode.AT_ONCE)
            }) {
                Tensor[] actual = results(program, DType.FLOAT64, rows, n);
                RowExecutor.run(new Parallel(3), fused, loops, program, inputs, Shape.of(rows, n), actual);
                for (int o = 0; o < actual.length; o++) {
                    assertSame(HostBuffer.array(expected[o]), HostBuffer.array(actual[o]), "n " + n + " output " + o);
                }
            }
        }
    }

    @Test
    void bitsOfTheRunner() {
        Random random = new Random(3);
        Parallel one = new Parallel(1);
        BlockRunner plain = new BlockRunner(one, null);
        FusedRunner fused = new FusedRunner(one, plain, new FusedLoops(0), MachineCode.NEVER);
        PointwiseRunner[] runners = {new ScalarRunner(), plain, new BlockRunner(one, new FusedLoops(0)), fused};
        PROGRAMS.forEach((name, function) -> {
            for (Lane lane : new Lane[] {Lane.F32, Lane.F64}) {
                RowProgram program = RowProgram.in(lane, function);
                for (MachineCode coded : new MachineCode[] {MachineCode.NEVER, MachineCode.AT_ONCE}) {
                    RowLoops loops = new RowLoops(fused.loops(), coded);
                    for (int n : LENGTHS) {
                        // Long rows in several goes, of which the last has fewer.
                        check(name, program, runners, loops, n < 4096 ? 3 : 10, n, random);
                    }
                }
            }
        });
    }

    private void check(
            String name,
            RowProgram program,
            PointwiseRunner[] runners,
            RowLoops loops,
            int rows,
            int n,
            Random random) {
        DType dtype = program.lane() == Lane.F32 ? DType.FLOAT32 : DType.FLOAT64;
        Tensor[] inputs = program.inputs().stream()
                .map(extent -> operand(extent, dtype, rows, n, random))
                .toArray(Tensor[]::new);
        Tensor[] expected = results(program, dtype, rows, n);
        new RowRunner(program, RowExecutor.LAYOUT, n).run(operands(inputs), operands(expected), rows);
        for (PointwiseRunner runner : runners) {
            for (int threads : new int[] {1, 3}) {
                Tensor[] actual = results(program, dtype, rows, n);
                RowLoops own = runner instanceof FusedRunner ? loops : new RowLoops(null, MachineCode.NEVER);
                RowExecutor.run(new Parallel(threads), runner, own, program, inputs, Shape.of(rows, n), actual);
                for (int o = 0; o < actual.length; o++) {
                    String message = name + " " + dtype + " n " + n + " " + runner + " output " + o;
                    assertSame(HostBuffer.array(expected[o]), HostBuffer.array(actual[o]), message);
                }
            }
        }
    }

    /** An operand, of which some stand behind other elements. */
    private Tensor operand(Extent extent, DType dtype, int rows, int n, Random random) {
        int count = switch (extent) {
            case ELEMENT -> rows * n;
            case COLUMN -> n;
            case ROW -> rows;
            case UNIFORM -> 1;
        };
        int offset = random.nextInt(3);
        if (extent == Extent.ROW) {
            long[] classes = new long[offset + count];
            Arrays.setAll(classes, i -> random.nextInt(n));
            return windowed(Tensor.upload(device, DType.INT64, Shape.of(offset + count), classes), offset, count);
        }
        double[] numbers = new double[offset + count];
        Arrays.setAll(numbers, i -> random.nextInt(40) == 0 ? -0.0 : random.nextGaussian() * 4);
        Object array = numbers;
        if (dtype == DType.FLOAT32) {
            float[] floats = new float[numbers.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) numbers[i];
            }
            array = floats;
        }
        return windowed(Tensor.upload(device, dtype, Shape.of(offset + count), array), offset, count);
    }

    private static Tensor windowed(Tensor t, int offset, int count) {
        return t.window(t.view().slice(0, offset, 1, count));
    }

    private Tensor[] results(RowProgram program, DType dtype, int rows, int n) {
        return program.results().stream()
                .map(extent -> Tensor.room(device, dtype, Shape.of(extent == Extent.ELEMENT ? rows * n : rows)))
                .toArray(Tensor[]::new);
    }

    private static Operand[] operands(Tensor[] tensors) {
        return Arrays.stream(tensors)
                .map(t -> new Operand(HostBuffer.array(t), t.view().offset(), new int[0]))
                .toArray(Operand[]::new);
    }

    private static void assertSame(Object expected, Object actual, String message) {
        if (expected instanceof float[] x) {
            assertArrayEquals(x, (float[]) actual, message);
        } else {
            assertArrayEquals((double[]) expected, (double[]) actual, message);
        }
    }

    /** A NaN anywhere is the greatest of its row, and of no other. */
    @Test
    void notANumber() {
        RowProgram program = RowProgram.in(Lane.F32, d -> List.of(d.max(d.input(Extent.ELEMENT))));
        FusedRunner fused = new FusedRunner(
                new Parallel(1), new BlockRunner(new Parallel(1), null), new FusedLoops(0), MachineCode.NEVER);
        for (int at : new int[] {0, 63, 64, 200, 299}) {
            float[] x = new float[600];
            for (int i = 0; i < x.length; i++) {
                x[i] = i % 7;
            }
            x[300 + at] = Float.NaN;
            x[at] = Float.NEGATIVE_INFINITY;
            for (MachineCode coded : new MachineCode[] {MachineCode.NEVER, MachineCode.AT_ONCE}) {
                Tensor[] result = {Tensor.room(device, DType.FLOAT32, Shape.of(2))};
                RowExecutor.run(
                        new Parallel(1),
                        fused,
                        new RowLoops(fused.loops(), coded),
                        program,
                        new Tensor[] {Tensor.upload(device, DType.FLOAT32, Shape.of(600), x)},
                        Shape.of(2, 300),
                        result);
                assertArrayEquals(new float[] {6, Float.NaN}, (float[]) HostBuffer.array(result[0]));
            }
        }
    }

    @Test
    void canBeStopped() {
        CpuDevice stopped = new CpuDevice(2, () -> {
            throw new CancellationException();
        });
        RowProgram program = RowProgram.in(Lane.F32, RowExecutorTest::softmax);
        Tensor x = Tensor.allocate(stopped, DType.FLOAT32, Shape.of(100, 1000));
        Tensor y = Tensor.room(stopped, DType.FLOAT32, Shape.of(100, 1000));
        assertThrows(
                CancellationException.class,
                () -> stopped.rows(program, new Tensor[] {x}, Shape.of(100, 1000), new Tensor[] {y}));
    }
}
