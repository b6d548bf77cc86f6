package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Operand;
import tns.expr.PointwiseRunner;
import tns.expr.Program;
import tns.expr.ScalarRunner;
import tns.selftest.RandomPrograms;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Every runner gives the bits of the scalar runner. Repeat a failure with {@code -Dtns.seed}. */
class RunnersAgreeTest {
    private static final Parallel ONE_THREAD = new Parallel(1);

    @Test
    void randomPrograms() {
        PointwiseRunner[] runners = {
            new BlockRunner(ONE_THREAD, new FusedLoops(0)),
            new BlockRunner(ONE_THREAD, null),
            fused(ONE_THREAD),
            machine(ONE_THREAD)
        };
        long first = Long.getLong("tns.seed", System.nanoTime());
        for (long seed = first; seed < first + 400; seed++) {
            RandomPrograms random = new RandomPrograms(seed);
            Lane lane = Lane.values()[random.below(3)];
            int[] shape = random.shape();
            int inputCount = 1 + random.below(3);
            Program program = Program.of(
                    lane,
                    random.expression(lane, inputCount, 1 + random.below(8)),
                    random.expression(lane, inputCount, random.below(4)));
            Operand[] inputs = new Operand[inputCount];
            for (int i = 0; i < inputCount; i++) {
                inputs[i] = random.input(shape, random.below(4));
            }
            Operand[] expected = {random.output(shape, random.below(4)), random.output(shape, random.below(4))};
            new ScalarRunner().run(program, inputs, expected, shape);
            for (PointwiseRunner runner : runners) {
                Operand[] actual = {cleared(expected[0]), cleared(expected[1])};
                runner.run(program, inputs, actual, shape);
                String message = "-Dtns.seed=" + seed + " " + lane + " " + Arrays.toString(shape) + "\n" + program;
                assertSame(expected[0].array(), actual[0].array(), message);
                assertSame(expected[1].array(), actual[1].array(), message);
            }
        }
    }

    /** A runner that makes a loop at the first run of a program. */
    private static FusedRunner fused(Parallel parallel) {
        BlockRunner blocks = new BlockRunner(parallel, null);
        return new FusedRunner(parallel, blocks, new FusedLoops(0), MachineCode.NEVER);
    }

    /** The same, of machine code where there can be some. */
    private static FusedRunner machine(Parallel parallel) {
        BlockRunner blocks = new BlockRunner(parallel, null);
        return new FusedRunner(parallel, blocks, new FusedLoops(0), MachineCode.AT_ONCE);
    }

    @Test
    void theShortWay() {
        CpuDevice cpu = new CpuDevice(1);
        Expr a = Expr.input(0);
        Expr b = Expr.input(1);
        Expr c = Expr.input(2);
        Program program = Program.of(Lane.F32, a.mul(b).add(c), a.sub(b).mul(c).exp());
        for (int n = 1; n <= 70; n++) {
            float[] x = new float[3 * n + 3];
            for (int i = 0; i < x.length; i++) {
                x[i] = (i * 37 % 101 - 50) * 0.03f;
            }
            Shape shape = Shape.of(n);
            Tensor all = Tensor.upload(cpu, DType.FLOAT32, Shape.of(x.length), x);
            Tensor first = all.window(all.view().slice(0, 1, 1, n));
            Tensor[] seconds = {
                all.window(all.view().slice(0, n + 2, 1, n)), // gapless
                all.window(all.view().slice(0, 2, 1, 1)), // a single one
                all.window(all.view().slice(0, 2, 1, 1).expand(shape)) // one repeated
            };
            Tensor third = Tensor.scalar(cpu, DType.FLOAT32, 0.75);
            for (Tensor second : seconds) {
                Tensor[] inputs = {first, second, third};
                float[] around = new float[n + 20]; // what lies beside an output stays as it is
                Tensor wide = Tensor.upload(cpu, DType.FLOAT32, Shape.of(n + 20), around);
                Tensor[] outputs = {
                    wide.window(wide.view().slice(0, 1, 1, n)), Tensor.allocate(cpu, DType.FLOAT32, shape)
                };
                FusedRunner runner = n % 2 == 0 ? fused(ONE_THREAD) : machine(ONE_THREAD);
                assertTrue(runner.direct(program, inputs, shape, outputs));
                Operand[] expected = {contiguous(new float[n]), contiguous(new float[n])};
                Operand[] operands = new Operand[3];
                for (int i = 0; i < 3; i++) {
                    operands[i] = new Operand(
                            HostBuffer.array(inputs[i]),
                            inputs[i].view().offset(),
                            inputs[i].view().stridesOver(shape));
                }
                new ScalarRunner().run(program, operands, expected, new int[] {n});
                String what = n + " elements, the second " + second.view();
                assertSame(expected[0].array(), Arrays.copyOfRange(around, 1, n + 1), what);
                assertArrayEquals(new float[19], Arrays.copyOfRange(around, n + 1, n + 20), what);
                assertSame(expected[1].array(), HostBuffer.array(outputs[1]), what);
            }
            Tensor apart = all.window(all.view().slice(0, 0, 2, n));
            Tensor[] output = {Tensor.allocate(cpu, DType.FLOAT32, shape), Tensor.allocate(cpu, DType.FLOAT32, shape)};
            boolean gaps = n > 1;
            assertEquals(
                    !gaps,
                    fused(ONE_THREAD).direct(program, new Tensor[] {apart, first, third}, shape, output),
                    "gaps are not read the short way");
        }
    }

    /** Operands that repeat from row to row or along rows: long rows, short ones, and some that fill no vectors. */
    @Test
    void byRows() {
        Expr a = Expr.input(0);
        Expr b = Expr.input(1);
        Expr c = Expr.input(2);
        int[][] shapes = {{40, 256}, {2, 3, 1031}, {7, 130}, {5, 24}, {130, 1024}, {3, 1, 128}};
        for (Lane lane : new Lane[] {Lane.F32, Lane.F64}) {
            Program program = Program.of(
                    lane, a.mul(b).add(c).add(Expr.input(3)), b.sub(c).exp());
            for (int[] shape : shapes) {
                int rank = shape.length;
                int n = shape[rank - 1];
                int rows = Arrays.stream(shape).reduce(1, (x, y) -> x * y) / n;
                Operand row = new Operand(numbers(lane, n + 3), 3, new int[rank]);
                row.strides()[rank - 1] = 1;
                int[] down = new int[rank];
                down[rank - 2] = 1;
                Operand column = new Operand(numbers(lane, rows + 1), 1, down);
                int[] whole = Shape.of(shape).contiguousStrides();
                Operand full = new Operand(numbers(lane, rows * n + 2), 2, whole);
                Operand one = new Operand(numbers(lane, 2), 1, new int[rank]);
                for (Operand[] inputs : new Operand[][] {
                    {full, row, column, one}, {column, row, row, one}, {row, full, one, column}, {full, one, row, full}
                }) {
                    Operand[] expected = new Operand[2];
                    Arrays.setAll(expected, k -> new Operand(FusedBlocks.array(lane, rows * n), 0, whole));
                    new ScalarRunner().run(program, inputs, expected, shape);
                    for (int threads : new int[] {1, 3}) {
                        String what = lane + " " + Arrays.toString(shape) + ", " + Arrays.toString(inputs);
                        for (FusedRunner runner :
                                new FusedRunner[] {fused(new Parallel(threads)), machine(new Parallel(threads))}) {
                            Operand[] actual = {cleared(expected[0]), cleared(expected[1])};
                            runner.run(program, inputs, actual, shape);
                            assertSame(expected[0].array(), actual[0].array(), what);
                            assertSame(expected[1].array(), actual[1].array(), what);
                        }
                    }
                }
            }
        }
    }

    private static Object numbers(Lane lane, int n) {
        double[] x = new double[n];
        Arrays.setAll(x, i -> Math.sin(i * 1.7 + n));
        return lane == Lane.F64 ? x : floats(x);
    }

    @Test
    void fusedRoundings() {
        float[] x = {
            0f,
            -0f,
            0.3f,
            -0.3f,
            0.5f,
            -0.5f,
            1.5f,
            -1.5f,
            2.5f,
            -2.5f,
            8388607.5f,
            -8388607.5f,
            1e10f,
            -1e10f,
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            -0.99999994f,
            0.99999994f,
            1e-40f,
            -1e-40f
        };
        Expr in = Expr.input(0);
        Program program = Program.of(Lane.F32, in.floor(), in.ceil(), in.trunc(), in.round());
        assertTrue(StepCode.fits(program));
        Operand[] expected = new Operand[4];
        Operand[] actual = new Operand[4];
        for (int k = 0; k < 4; k++) {
            expected[k] = contiguous(new float[x.length]);
            actual[k] = contiguous(new float[x.length]);
        }
        int[] shape = {x.length};
        new ScalarRunner().run(program, new Operand[] {contiguous(x)}, expected, shape);
        for (FusedRunner runner : new FusedRunner[] {fused(ONE_THREAD), machine(ONE_THREAD)}) {
            runner.run(program, new Operand[] {contiguous(x)}, actual, shape);
            for (int k = 0; k < 4; k++) {
                assertSame(expected[k].array(), actual[k].array(), program.toString());
            }
        }
    }

    /** Angles far beyond those a program reduces by itself, alone among others and many together; and long programs. */
    @Test
    void fusedAngles() {
        Expr in = Expr.input(0);
        for (Lane lane : new Lane[] {Lane.F32, Lane.F64}) {
            Program program = Program.of(lane, in.sin(), in.cos(), in.tan(), in.pow(2.5));
            assertTrue(StepCode.fits(program));
            double[] x = new double[331];
            for (int i = 0; i < x.length; i++) {
                double scale = i % 37 == 5 || i / 64 == 3 ? Math.scalb(1.0, i) : 3;
                x[i] = i == 7 ? Double.NaN : i == 70 ? Double.NEGATIVE_INFINITY : Math.sin(i) * scale;
            }
            Object given = lane == Lane.F64 ? x : floats(x);
            Operand[] expected = new Operand[4];
            Operand[] actual = new Operand[4];
            for (int k = 0; k < 4; k++) {
                expected[k] = new Operand(FusedBlocks.array(lane, x.length), 0, new int[] {1});
                actual[k] = cleared(expected[k]);
            }
            Operand[] inputs = {new Operand(given, 0, new int[] {1})};
            int[] shape = {x.length};
            new ScalarRunner().run(program, inputs, expected, shape);
            for (FusedRunner runner : new FusedRunner[] {fused(ONE_THREAD), machine(ONE_THREAD)}) {
                Arrays.setAll(actual, k -> cleared(expected[k]));
                runner.run(program, inputs, actual, shape);
                for (int k = 0; k < 4; k++) {
                    assertSame(expected[k].array(), actual[k].array(), lane + ", output " + k);
                }
            }
        }
    }

    @Test
    void floatRemaindersAreTheJavaOnes() {
        Random random = new Random(RandomTensors.SEED);
        float[] special = {0f, -0f, 1f, -3f, Float.MIN_VALUE, Float.MAX_VALUE, 1e-40f, Float.NaN, 1 / 0f, -1 / 0f};
        for (int i = 0; i < 2_000_000; i++) {
            int few = random.nextInt(40);
            float b = few < special.length ? special[few] : Float.intBitsToFloat(random.nextInt());
            float a = switch (i % 4) {
                case 0 -> Float.intBitsToFloat(random.nextInt());
                case 1 -> b * (1 + random.nextInt(1 << random.nextInt(25)));
                case 2 -> Math.nextDown(b * (1 + random.nextInt(1 << random.nextInt(25))));
                default ->
                    i % 8 == 3 ? special[random.nextInt(special.length)] : (float) (b * random.nextGaussian() * 99);
            };
            float wanted = a % b;
            float got = F32Loops.fmod(a, b);
            if (Float.floatToIntBits(wanted) != Float.floatToIntBits(got)) {
                assertEquals(wanted, got, a + " % " + b + ", -Dtns.seed=" + RandomTensors.SEED);
            }
        }
    }

    private static float[] floats(double[] x) {
        float[] floats = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            floats[i] = (float) x[i];
        }
        return floats;
    }

    private static Operand cleared(Operand operand) {
        Object array = switch (operand.array()) {
            case float[] a -> new float[a.length];
            case double[] a -> new double[a.length];
            case long[] a -> new long[a.length];
            default -> new byte[((byte[]) operand.array()).length];
        };
        return new Operand(array, operand.offset(), operand.strides());
    }

    /** Bit for bit; one NaN is as good as another (assertArrayEquals compares by the canonical bits). */
    private static void assertSame(Object expected, Object actual, String message) {
        switch (expected) {
            case float[] a -> assertArrayEquals(a, (float[]) actual, message);
            case double[] a -> assertArrayEquals(a, (double[]) actual, message);
            case long[] a -> assertArrayEquals(a, (long[]) actual, message);
            default -> assertArrayEquals((byte[]) expected, (byte[]) actual, message);
        }
    }

    @Test
    void threadsDoNotChangeTheBits() {
        int n = 300_001;
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (i - n / 2) * 1e-3f;
        }
        Program program = Program.of(Lane.F32, Expr.input(0).sin().add(Expr.input(1)));
        Operand[] inputs = {contiguous(x), new Operand(new double[] {0.25}, 0, new int[] {0})};
        float[] expected = new float[n];
        new ScalarRunner().run(program, inputs, new Operand[] {contiguous(expected)}, new int[] {n});
        for (int threads : new int[] {1, 2, 3, 7}) {
            float[] actual = new float[n];
            new BlockRunner(new Parallel(threads), new FusedLoops(0))
                    .run(program, inputs, new Operand[] {contiguous(actual)}, new int[] {n});
            assertArrayEquals(expected, actual);
        }
        Program fusible = Program.of(Lane.F32, Expr.input(0).exp().add(Expr.input(1)));
        new ScalarRunner().run(fusible, inputs, new Operand[] {contiguous(expected)}, new int[] {n});
        for (int threads : new int[] {1, 2, 3, 7}) {
            float[] actual = new float[n];
            fused(new Parallel(threads)).run(fusible, inputs, new Operand[] {contiguous(actual)}, new int[] {n});
            assertArrayEquals(expected, actual);
        }
    }

    @Test
    void theCheckpointEndsALongRun() {
        AtomicInteger calls = new AtomicInteger();
        RuntimeException cancelled = new CancellationException();
        BlockRunner runner = new BlockRunner(
                new Parallel(2, () -> {
                    if (calls.incrementAndGet() == 3) {
                        throw cancelled;
                    }
                }),
                null);
        float[] x = new float[1 << 23]; // 256 shares
        Operand[] operands = {contiguous(x)};
        Program program = Program.of(Lane.F32, Expr.input(0).exp());
        assertThrows(CancellationException.class, () -> runner.run(program, operands, operands, new int[] {x.length}));
        // The other thread may go on until it hears of it.
        assertTrue(calls.get() <= 128, "shares begun: " + calls.get());
    }

    @Test
    void inPlace() {
        float[] x = new float[5000];
        Arrays.fill(x, 3);
        Operand[] operands = {contiguous(x)};
        new BlockRunner(ONE_THREAD, null)
                .run(Program.of(Lane.F32, Expr.input(0).square()), operands, operands, new int[] {5000});
        for (float value : x) {
            assertEquals(9, value);
        }
    }

    @Test
    void emptyAndRankZero() {
        Program program = Program.of(Lane.F64, Expr.input(0).add(1));
        double[] y = {7};
        for (PointwiseRunner runner : new PointwiseRunner[] {new ScalarRunner(), new BlockRunner(ONE_THREAD, null)}) {
            y[0] = 7;
            Operand[] empty = {new Operand(new double[0], 0, new int[] {3, 1})};
            runner.run(program, empty, empty, new int[] {0, 3});
            Operand[] scalar = {new Operand(y, 0, new int[0])};
            runner.run(program, scalar, scalar, new int[0]);
            assertEquals(8, y[0]);
        }
    }

    @Test
    void operandsThatDoNotFitAreRefused() {
        Program program = Program.of(Lane.F32, Expr.input(1));
        Operand[] one = {contiguous(new float[2])};
        Operand[] two = {one[0], one[0]};
        for (PointwiseRunner runner : new PointwiseRunner[] {new ScalarRunner(), new BlockRunner(ONE_THREAD, null)}) {
            assertThrows(IllegalArgumentException.class, () -> runner.run(program, one, one, new int[] {2}));
            assertThrows(IllegalArgumentException.class, () -> runner.run(program, two, one, new int[] {2, 1}));
        }
    }

    private static Operand contiguous(Object array) {
        return new Operand(array, 0, new int[] {1});
    }
}
