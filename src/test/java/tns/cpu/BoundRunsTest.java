package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tns.expr.Lane;
import tns.expr.Operand;
import tns.expr.Program;
import tns.expr.ScalarRunner;
import tns.selftest.RandomPrograms;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** What is bound to its operands gives, at every run, what the definition gives for what they then hold. */
class BoundRunsTest {
    private static void turnedDown() {
        throw new AssertionError("turned down");
    }

    private static CpuDevice device(MachineCode machine) {
        return new CpuDevice(1, true, MatrixKernel.Kind.VECTORS, machine, () -> {});
    }

    private static Object draws(SplittableRandom random, Lane lane, int n) {
        if (lane == Lane.F32) {
            float[] draws = new float[n];
            for (int i = 0; i < n; i++) {
                draws[i] = (float) special(random);
            }
            return draws;
        }
        return random.ints(n, 0, 9).mapToDouble(i -> special(random)).toArray();
    }

    private static double special(SplittableRandom random) {
        return switch (random.nextInt(20)) {
            case 0 -> Double.NaN;
            case 1 -> Double.NEGATIVE_INFINITY;
            case 2 -> -0.0;
            case 3 -> 3e9;
            default -> random.nextDouble(-9, 9);
        };
    }

    @ParameterizedTest
    @EnumSource
    void randomPrograms(MachineCode machine) {
        CpuDevice cpu = device(machine);
        long first = Long.getLong("tns.seed", System.nanoTime());
        for (long seed = first; seed < first + 150; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            RandomPrograms programs = new RandomPrograms(seed);
            Lane lane = random.nextBoolean() ? Lane.F32 : Lane.F64;
            DType dtype = lane == Lane.F32 ? DType.FLOAT32 : DType.FLOAT64;
            int count = 1 + random.nextInt(5);
            Program program = Program.of(
                    lane,
                    programs.expression(lane, count, 1 + random.nextInt(8)),
                    programs.expression(lane, count, random.nextInt(6)));
            int n = 1 + random.nextInt(random.nextBoolean() ? 40 : 1000);
            Shape shape = Shape.of(n);
            Tensor[] inputs = new Tensor[program.inputs()];
            for (int i = 0; i < inputs.length; i++) {
                int size = random.nextInt(3) == 0 ? 1 : n;
                inputs[i] = Tensor.upload(cpu, dtype, Shape.of(size), draws(random, lane, size));
            }
            Tensor[] outputs = new Tensor[2];
            for (int k = 0; k < 2; k++) {
                boolean inPlace = k < inputs.length && inputs[k].elements() == n && random.nextBoolean();
                outputs[k] = inPlace ? inputs[k] : Tensor.allocate(cpu, dtype, shape);
            }
            Runnable usual = () -> cpu.map(program, inputs, shape, outputs);
            Runnable bound = cpu.bound(program, inputs, shape, outputs, usual);
            for (int run = 0; run < 3; run++) {
                for (Tensor input : inputs) {
                    Object fresh = draws(random, lane, input.elements());
                    System.arraycopy(fresh, 0, HostBuffer.array(input), 0, input.elements());
                }
                Object[] expected = defined(program, inputs, lane, n);
                bound.run();
                for (int k = 0; k < 2; k++) {
                    assertBits(expected[k], HostBuffer.array(outputs[k]), "-Dtns.seed=" + seed + "\n" + program);
                }
            }
        }
    }

    private static Object[] defined(Program program, Tensor[] inputs, Lane lane, int n) {
        Operand[] from = new Operand[inputs.length];
        for (int i = 0; i < from.length; i++) {
            from[i] = new Operand(HostBuffer.array(inputs[i]), 0, new int[] {inputs[i].elements() == 1 ? 0 : 1});
        }
        Object[] results = {FusedBlocks.array(lane, n), FusedBlocks.array(lane, n)};
        Operand[] to = {new Operand(results[0], 0, new int[] {1}), new Operand(results[1], 0, new int[] {1})};
        new ScalarRunner().run(program, from, to, new int[] {n});
        return results;
    }

    private static void assertBits(Object expected, Object actual, String message) {
        if (expected instanceof float[] floats) {
            assertArrayEquals(floats, (float[]) actual, message);
        } else {
            assertArrayEquals((double[]) expected, (double[]) actual, message);
        }
    }

    @ParameterizedTest
    @EnumSource
    void products(MachineCode machine) {
        CpuDevice cpu = device(machine);
        SplittableRandom random = new SplittableRandom(5);
        for (int trial = 0; trial < 300; trial++) {
            int m = 1 + random.nextInt(random.nextBoolean() ? 2 : 14);
            int k = 1 + random.nextInt(20);
            int n = 1 + random.nextInt(Math.max(1, Math.min(40, SmallProducts.MOST_STEPS / (m * k))));
            Tensor left = matrix(cpu, random, m, k);
            Tensor right = matrix(cpu, random, k, n);
            Tensor bias =
                    random.nextBoolean() ? null : Tensor.upload(cpu, DType.FLOAT32, Shape.of(n), floats(random, n));
            Tensor expected = Tensor.allocate(cpu, DType.FLOAT32, Shape.of(m, n));
            Tensor actual = Tensor.allocate(cpu, DType.FLOAT32, Shape.of(m, n));
            Runnable bound = cpu.bound(left, right, bias, actual, BoundRunsTest::turnedDown);
            for (int run = 0; run < 3; run++) {
                float[] some = (float[]) HostBuffer.array(run == 1 ? left : right);
                some[random.nextInt(some.length)] = random.nextInt(5);
                if (bias == null) {
                    cpu.product(left, right, expected);
                } else {
                    cpu.product(left, right, bias, expected);
                }
                bound.run();
                assertBits(HostBuffer.array(expected), HostBuffer.array(actual), m + " " + k + " " + n);
            }
        }
    }

    private static float[] floats(SplittableRandom random, int n) {
        float[] draws = new float[n];
        for (int i = 0; i < n; i++) {
            draws[i] = (float) random.nextDouble(-2, 2);
        }
        return draws;
    }

    /** A matrix without gaps, or a part of a larger one, or one that lies along its columns. */
    private static Tensor matrix(CpuDevice cpu, SplittableRandom random, int rows, int columns) {
        int kind = random.nextInt(3);
        Shape lies = kind == 0
                ? Shape.of(rows, columns)
                : kind == 1 ? Shape.of(rows + 1, columns + 3) : Shape.of(columns, rows);
        Tensor whole = Tensor.upload(cpu, DType.FLOAT32, lies, floats(random, lies.elements()));
        return switch (kind) {
            case 0 -> whole;
            case 1 -> whole.window(whole.view().slice(0, 1, 1, rows).slice(1, 2, 1, columns));
            default -> whole.window(whole.view().permute(new int[] {1, 0}));
        };
    }

    @Test
    void largerOnesAreAsEver() {
        CpuDevice cpu = device(MachineCode.IN_TIME);
        Tensor large = Tensor.allocate(cpu, DType.FLOAT32, Shape.of(40, 40));
        Runnable usual = () -> {};
        assertSame(usual, cpu.bound(large, large, null, large, usual));
    }
}
