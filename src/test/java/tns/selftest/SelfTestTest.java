package tns.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tns.Interpreter;
import tns.TestedDevice;
import tns.cpu.CpuDevice;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** What {@code tns selftest --device cuda-emu} does passes, and a check that finds something says so. */
class SelfTestTest {
    private static final double SECONDS = 1;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    private final Interpreter tns = new Interpreter(out, new BufferedReader(new StringReader("")), List.of());

    @Test
    void passesOnTheEmulatedDevice() {
        tns.device(TestedDevice.NAME);
        boolean passed = new SelfTest(tns, out, SECONDS).run();
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(passed, text);
        assertTrue(text.startsWith("selftest of " + TestedDevice.NAME + "\n"), text);
        assertEquals(6, text.lines().filter(line -> line.contains(" passed ")).count(), text);
    }

    /** A processor is a device of its own here, and one whose results are wrong at one place of every block is found out. */
    @Test
    void sweepsFunctionsAfterASample() {
        CpuDevice right = new CpuDevice();
        SelfTest.Finding finding = FunctionCheck.run(right, SECONDS, 100);
        assertEquals(List.of(), finding.failures());
        assertTrue(
                finding.what().matches("30 functions at \\d+00 of 2\\^32 floats, \\d+ of them at all .*"),
                finding.what());
        CpuDevice wrong = new CpuDevice() {
            @Override
            public void map(Program program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
                super.map(program, inputs, shape, outputs);
                if (shape.elements() == FloatBlocks.SIZE) {
                    ((float[]) download(outputs[0].buffer()))[7] = 3;
                }
            }
        };
        FunctionCheck check = new FunctionCheck(wrong, 1000 * SECONDS);
        int blocks = check.sweep("floor");
        assertTrue(blocks < FloatBlocks.BLOCKS);
        // The first block begins with the smallest numbers.
        assertEquals(List.of("floor(9.8E-45) = 3.0, on the CPU 0.0"), check.failures());
    }

    /** Counted by devices, at the ends of every block and somewhere between. */
    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cuda-emu"})
    void blocksHoldEveryFloat(String name) {
        tns.device(name);
        Device device = ((Tensor) tns.eval("zeros(1)")).device();
        float[] counts = {0, 1, 2, 1_234_567, FloatBlocks.SIZE / 2, FloatBlocks.SIZE - 2, FloatBlocks.SIZE - 1};
        Program number = Program.of(Lane.F32, FloatBlocks.number(Expr.input(0), Expr.input(1), Expr.input(2)));
        Shape shape = Shape.of(counts.length);
        Tensor from = Tensor.upload(device, DType.FLOAT32, shape, counts.clone());
        int counted = 0;
        for (int block = 0; block < FloatBlocks.BLOCKS; block++) {
            if (!FloatBlocks.isCounted(block)) {
                assertTrue(!Float.isFinite(FloatBlocks.pattern(block, 0)));
                continue;
            }
            counted++;
            Tensor y = Tensor.room(device, DType.FLOAT32, shape);
            Tensor base = Tensor.scalar(device, DType.FLOAT32, FloatBlocks.base(block));
            Tensor scale = Tensor.scalar(device, DType.FLOAT32, FloatBlocks.scale(block));
            device.map(number, new Tensor[] {from, base, scale}, shape, new Tensor[] {y});
            float[] found = (float[]) device.download(y.buffer());
            for (int i = 0; i < counts.length; i++) {
                assertEquals(
                        Float.floatToRawIntBits(FloatBlocks.pattern(block, (int) counts[i])),
                        Float.floatToRawIntBits(found[i]),
                        block + ": " + counts[i]);
            }
        }
        assertEquals(FloatBlocks.BLOCKS - 4, counted);
    }
}
