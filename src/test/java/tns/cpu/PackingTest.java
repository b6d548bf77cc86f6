package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** What matrix kernels pack in vectors, against the definition, element by element. */
class PackingTest {
    private final Random random = new Random(RandomTensors.SEED);
    private final MatrixKernel kernel = MatrixKernel.floats(MatrixKernel.Kind.VECTORS_AT_ONCE, MachineCode.NEVER);

    PackingTest() {
        // Vectors are used from some work on: this does it.
        int side = 1 << 11;
        kernel.pack(new float[side * side], 0, side, 1, side, side, new float[side * side], 0, side);
    }

    private float[] numbers(int size) {
        float[] numbers = new float[size];
        for (int i = 0; i < size; i++) {
            numbers[i] = random.nextFloat();
        }
        return numbers;
    }

    @Test
    void linesOfEveryKind() {
        for (int round = 0; round < 2000; round++) {
            int steps = 1 + random.nextInt(70);
            int width = random.nextInt(4) == 0 ? kernel.tiling().rows() : 1 + random.nextInt(70);
            int row = width + (random.nextBoolean() ? 0 : random.nextInt(5));
            boolean turned = random.nextBoolean();
            int gap = random.nextInt(3);
            int step = turned ? 1 : (width + gap) * (1 + random.nextInt(2));
            int stride = turned ? steps + gap : 1 + random.nextInt(2);
            int at = random.nextInt(9);
            int start = random.nextInt(9);
            float[] source = numbers(at + steps * step + width * stride);
            float[] target = numbers(start + steps * row + 3);
            float[] wanted = target.clone();
            for (int p = 0; p < steps; p++) {
                for (int j = 0; j < width; j++) {
                    wanted[start + p * row + j] = source[at + p * step + j * stride];
                }
            }
            kernel.pack(source, at, step, stride, steps, width, target, start, row);
            assertArrayEquals(
                    wanted,
                    target,
                    steps + " lines of " + width + " by " + step + " and " + stride + ", round " + round
                            + ", -Dtns.seed=" + RandomTensors.SEED);
        }
    }

    @Test
    void panelsOfATilesRowsAndColumns() {
        for (int round = 0; round < 1000; round++) {
            int width = random.nextBoolean()
                    ? kernel.tiling().rows()
                    : kernel.tiling().columns();
            int steps = 1 + random.nextInt(9);
            int columns = 1 + random.nextInt(5 * width);
            int step = columns + random.nextInt(3);
            int at = random.nextInt(9);
            int start = random.nextInt(9);
            float[] source = numbers(at + steps * step);
            float[] target = numbers(start + steps * columns + 3);
            float[] wanted = target.clone();
            for (int p = 0; p < steps; p++) {
                for (int j = 0; j < columns; j++) {
                    int first = j / width * width;
                    int used = Math.min(width, columns - first);
                    wanted[start + first * steps + p * used + j - first] = source[at + p * step + j];
                }
            }
            kernel.panels(source, at, step, steps, columns, target, start, width);
            assertArrayEquals(
                    wanted,
                    target,
                    steps + " lines of " + columns + " in panels of " + width + ", round " + round + ", -Dtns.seed="
                            + RandomTensors.SEED);
        }
    }
}
