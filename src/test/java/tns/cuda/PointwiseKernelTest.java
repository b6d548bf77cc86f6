package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tns.cuda.emulator.Emulator;
import tns.cuda.emulator.Module;
import tns.cuda.ptx.Kernel;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Operand;
import tns.expr.Program;
import tns.expr.ScalarRunner;
import tns.selftest.RandomPrograms;

/** Pointwise kernels give the bits of the scalar runner. Repeat a failure with {@code -Dtns.seed}. */
class PointwiseKernelTest {
    private final Module.Cache modules = new Module.Cache();

    @Test
    void randomPrograms() {
        long first = Long.getLong("tns.seed", System.nanoTime());
        for (long seed = first; seed < first + 300; seed++) {
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
            Operand[] outputs = {random.output(shape, random.below(4)), random.output(shape, random.below(4))};
            check(program, inputs, outputs, shape, seed);
        }
    }

    /** Sizes around the borders of groups, in every order of the threads, one array after the other in memory. */
    @Test
    void contiguousWalksOfEverySize() {
        Program program = Program.of(Lane.F32, Expr.input(0).mul(Expr.input(1)).add(0.5));
        for (int n : new int[] {1, 2, 3, 4, 5, 31, 32, 33, 255, 256, 257, 999, 1000, 1001, 2047, 2048, 2049}) {
            float[] x = new float[n];
            byte[] mask = new byte[n];
            for (int i = 0; i < n; i++) {
                x[i] = i * 0.37f;
                mask[i] = (byte) (i % 3 == 0 ? 1 : 0);
            }
            int[] one = {1};
            Operand[] inputs = {new Operand(x, 0, one), new Operand(mask, 0, one)};
            check(program, inputs, new Operand[] {new Operand(new double[n], 0, one)}, new int[] {n}, n);
        }
    }

    private void check(Program program, Operand[] inputs, Operand[] outputs, int[] shape, long seed) {
        EmulatedMemory device = new EmulatedMemory();
        List<PointwisePlan.Place> places = new ArrayList<>();
        for (Operand input : inputs) {
            places.add(device.upload(input));
        }
        for (Operand output : outputs) {
            places.add(device.upload(output));
        }
        while (places.size() > program.inputs() + outputs.length) {
            places.remove(program.inputs());
        }
        PointwisePlan plan = PointwisePlan.of(program, places, shape, 64);
        Kernel kernel = plan.kernel().render();
        String what = "-Dtns.seed=" + seed + " " + Arrays.toString(shape) + "\n" + program + "\n" + kernel.text();
        Emulator emulator = new Emulator(device.memory(), Emulator.Order.values()[(int) Math.floorMod(seed, 3L)], seed);
        try {
            emulator.launch(modules.of(kernel.text()), 3, 32, plan.arguments());
        } catch (RuntimeException e) {
            throw new AssertionError(e.getMessage() + "\n" + what, e);
        }
        new ScalarRunner().run(program, inputs, outputs, shape);
        for (int o = 0; o < outputs.length; o++) {
            Object expected = outputs[o].array();
            Object actual = device.download(inputs.length + o, expected);
            switch (expected) {
                case float[] a -> assertArrayEquals(a, (float[]) actual, what);
                case double[] a -> assertArrayEquals(a, (double[]) actual, what);
                case long[] a -> assertArrayEquals(a, (long[]) actual, what);
                default -> assertArrayEquals((byte[]) expected, (byte[]) actual, what);
            }
        }
    }
}
