package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tns.cuda.emulator.Emulator;
import tns.cuda.ptx.RandomKernel;
import tns.cuda.ptx.RandomKernel.Distribution;
import tns.tensor.DType;
import tns.tensor.Philox;
import tns.tensor.Shape;
import tns.tensor.View;

/** Draws on the device are those of the reference, bit for bit, at every size and offset. */
class RandomsTest {
    private static final int[] SIZES = {0, 1, 2, 3, 4, 5, 31, 32, 33, 255, 256, 257, 999, 1001, 2050};
    private static final long SEED = 0xfedcba98_76543210L;
    private static final long CALL = 0xffff_fff0L;

    @Test
    void uniform() {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            for (int n : SIZES) {
                Object expected = Philox.uniform(SEED, CALL + n, dtype, n, -0.3, 2.1);
                check(
                        dtype,
                        n,
                        expected,
                        (stream, state, output) -> Randoms.uniform(stream, state, n, -0.3, 2.1, output));
            }
        }
    }

    @Test
    void normal() {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            for (int n : SIZES) {
                Object expected = Philox.normal(SEED, CALL + n, dtype, n, 0.7, 1.9);
                check(
                        dtype,
                        n,
                        expected,
                        (stream, state, output) -> Randoms.normal(stream, state, n, 0.7, 1.9, output));
            }
        }
    }

    @Test
    void integers() {
        long[][] ranges = {{0, 10}, {-5, 5}, {3, 4}, {Long.MIN_VALUE, Long.MAX_VALUE}};
        for (long[] range : ranges) {
            for (int n : SIZES) {
                Object expected = Philox.integers(SEED, CALL + n, n, range[0], range[1]);
                check(
                        DType.INT64,
                        n,
                        expected,
                        (stream, state, output) -> Randoms.integers(stream, state, n, range[0], range[1], output));
            }
        }
    }

    @Test
    void otherDtypesAreRefused() {
        EmulatedStream stream = new EmulatedStream(Emulator.Order.FORWARD, 0);
        Region longs = stream.room(DType.INT64, Shape.of(3));
        Region floats = stream.room(DType.FLOAT32, Shape.of(3));
        assertThrows(IllegalArgumentException.class, () -> Randoms.uniform(stream, 0, 0, 0, 1, longs));
        assertThrows(IllegalArgumentException.class, () -> Randoms.integers(stream, 0, 0, 0, 1, floats));
    }

    @Test
    void assembles() {
        List<RandomKernel> kernels = new ArrayList<>();
        for (boolean aligned : new boolean[] {false, true}) {
            for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
                kernels.add(new RandomKernel(Distribution.UNIFORM, dtype, aligned));
                kernels.add(new RandomKernel(Distribution.NORMAL, dtype, aligned));
            }
            kernels.add(new RandomKernel(Distribution.INTEGERS, DType.INT64, aligned));
        }
        Assembled.everywhere(kernels);
    }

    @FunctionalInterface
    private interface Draw {
        void into(Stream stream, long state, Region output);
    }

    /** Draws into memory with two elements before and three behind, which must stay as they are. */
    private static void check(DType dtype, int n, Object expected, Draw draw) {
        for (int before = 0; before < 3; before += 2) {
            EmulatedStream stream = new EmulatedStream(Emulator.Order.values()[n % 3], n);
            Region state = stream.upload(new long[] {SEED, CALL}, View.contiguous(Shape.of(2)));
            Object whole = Samples.zeros(dtype, before + n + 3);
            View view = new View(Shape.of(n), new int[] {1}, before);
            Region output = stream.upload(whole, view);
            draw.into(stream, state.address(), output);
            System.arraycopy(expected, 0, whole, before, n);
            Object found = stream.download(output, before + n + 3);
            assertArrayEquals(EmulatedMemory.bytes(whole), EmulatedMemory.bytes(found), dtype + " " + n);
        }
    }
}
