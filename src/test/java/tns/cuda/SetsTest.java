package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tns.cpu.CpuDevice;
import tns.cuda.emulator.Emulator;
import tns.cuda.ptx.Access;
import tns.cuda.ptx.KernelText;
import tns.cuda.ptx.PointwiseKernel;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/** Walks side by side in one launch give what each gives alone. */
class SetsTest {
    private static final int[] SIZES = {1, 3, 255, 256, 257, 1000, 5, 70_000, 1024, 2, 31};

    private final CpuDevice cpu = new CpuDevice();
    private final Program program = Program.of(
            Lane.F32,
            Expr.input(0).add(Expr.input(1).mul(Expr.input(2))),
            Expr.input(1).mul(Expr.input(3)).exp());

    @Test
    void everyOrderOfThreads() {
        for (Emulator.Order order : Emulator.Order.values()) {
            EmulatedStream stream = new EmulatedStream(order, 5);
            List<List<PointwisePlan.Place>> sets = new ArrayList<>();
            List<Region> results = new ArrayList<>();
            List<float[][]> expected = new ArrayList<>();
            int[] blocks = new int[SIZES.length];
            int grid = 0;
            Region single = stream.upload(new float[] {0.5f}, View.contiguous(Shape.SCALAR));
            for (int s = 0; s < SIZES.length; s++) {
                int n = SIZES[s];
                float[] a = numbers(n, s);
                float[] b = numbers(n, s + 20);
                Shape shape = Shape.of(n);
                Region first = stream.room(DType.FLOAT32, shape);
                Region second = stream.room(DType.FLOAT32, shape);
                results.add(first);
                results.add(second);
                int[] one = {1};
                sets.add(List.of(
                        place(stream.upload(a, View.contiguous(shape)), one),
                        place(stream.upload(b, View.contiguous(shape)), one),
                        place(single, new int[] {0}),
                        new PointwisePlan.Place(DType.FLOAT32, Float.floatToRawIntBits(-0.25f), new int[] {0}, true),
                        place(first, one),
                        place(second, one)));
                blocks[s] = 1 + s % 3;
                grid += blocks[s];
                expected.add(onCpu(a, b));
            }
            PointwisePlan plan = PointwisePlan.ofSets(program, sets, SIZES, blocks);
            stream.launch(plan.kernel(), grid, plan.arguments());
            for (int s = 0; s < SIZES.length; s++) {
                for (int o = 0; o < 2; o++) {
                    assertArrayEquals(expected.get(s)[o], (float[]) stream.download(results.get(2 * s + o), SIZES[s]));
                }
            }
        }
    }

    @Test
    void assembles() {
        Access[] accesses = {
            Access.CONTIGUOUS, Access.CONTIGUOUS, Access.UNIFORM, Access.VALUE, Access.CONTIGUOUS, Access.CONTIGUOUS
        };
        List<PointwiseKernel.Operand> operands = Arrays.stream(accesses)
                .map(access -> new PointwiseKernel.Operand(DType.FLOAT32, access))
                .toList();
        List<KernelText> all = new ArrayList<>();
        for (int sets = 2; sets <= PointwisePlan.MOST_SETS; sets++) {
            all.add(new PointwiseKernel(program, operands, 0, 1, sets));
            all.add(new PointwiseKernel(program, operands, 0, 4, sets));
        }
        Assembled.everywhere(all);
    }

    private float[][] onCpu(float[] a, float[] b) {
        Shape shape = Shape.of(a.length);
        Tensor[] inputs = {
            Tensor.upload(cpu, DType.FLOAT32, shape, a.clone()),
            Tensor.upload(cpu, DType.FLOAT32, shape, b.clone()),
            Tensor.scalar(cpu, DType.FLOAT32, 0.5),
            Tensor.scalar(cpu, DType.FLOAT32, -0.25)
        };
        Tensor[] outputs = {Tensor.room(cpu, DType.FLOAT32, shape), Tensor.room(cpu, DType.FLOAT32, shape)};
        cpu.map(program, inputs, shape, outputs);
        return new float[][] {(float[]) cpu.download(outputs[0].buffer()), (float[]) cpu.download(outputs[1].buffer())};
    }

    private static PointwisePlan.Place place(Region region, int[] strides) {
        return new PointwisePlan.Place(region.dtype(), region.first(), strides);
    }

    private static float[] numbers(int n, int seed) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) Math.sin(i * 0.37 + seed) * 3;
        }
        return x;
    }
}
