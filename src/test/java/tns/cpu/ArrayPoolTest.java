package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.PrintStream;
import java.io.Reader;
import java.util.List;
import org.junit.jupiter.api.Test;
import tns.Interpreter;
import tns.tensor.Buffer;
import tns.tensor.DType;
import tns.tensor.Tensor;

/** Large arrays that are given back come again, once, and nothing that was given back can be looked at. */
class ArrayPoolTest {
    private static final int LARGE = 1 << 20;
    private static final int SMALL = 1000;

    @Test
    void comesAgainOnce() {
        ArrayPool pool = new ArrayPool(1 << 30, 1 << 30);
        float[] array = new float[LARGE];
        pool.give(DType.FLOAT32, LARGE, array);
        assertNull(pool.take(DType.FLOAT32, LARGE - 1));
        assertNull(pool.take(DType.FLOAT64, LARGE));
        assertSame(array, pool.take(DType.FLOAT32, LARGE));
        assertNull(pool.take(DType.FLOAT32, LARGE));
        assertEquals(0, pool.held());
    }

    @Test
    void holdsNoMoreThanItMay() {
        ArrayPool pool = new ArrayPool(3L * LARGE, 3L * LARGE);
        for (int i = 0; i < 5; i++) {
            pool.give(DType.BOOL, LARGE, new byte[LARGE]);
        }
        pool.give(DType.BOOL, SMALL, new byte[SMALL]);
        assertEquals(3L * LARGE, pool.held());
        pool.give(DType.INT64, LARGE, new long[LARGE]);
        assertEquals(0, pool.held());
    }

    @Test
    void dropsFirstWhatWasAskedForLongestAgo() {
        ArrayPool pool = new ArrayPool(3L * LARGE, 3L * LARGE);
        byte[] earlier = new byte[LARGE];
        byte[] later = new byte[LARGE];
        pool.give(DType.BOOL, LARGE, earlier);
        pool.give(DType.BOOL, LARGE - 1, new byte[LARGE - 1]);
        pool.give(DType.BOOL, LARGE, later);
        pool.give(DType.BOOL, LARGE - 2, new byte[LARGE - 2]);
        pool.give(DType.BOOL, LARGE - 2, new byte[LARGE - 2]);
        assertNull(pool.take(DType.BOOL, LARGE - 1));
        assertSame(later, pool.take(DType.BOOL, LARGE));
        assertNull(pool.take(DType.BOOL, LARGE));
        assertEquals(2L * (LARGE - 2), pool.held());
    }

    /** Three arrays at a time of which two fit: from the third turn on all are there. */
    @Test
    void growsWithWhatIsAskedForAgain() {
        ArrayPool pool = new ArrayPool(2L * LARGE + 5, 100L * LARGE);
        for (int turn = 0; turn < 5; turn++) {
            int found = 0;
            for (int i = 0; i < 3; i++) {
                found += pool.take(DType.BOOL, LARGE + i) == null ? 0 : 1;
            }
            assertEquals(turn == 0 ? 0 : turn == 1 ? 2 : 3, found, "turn " + turn);
            for (int i = 0; i < 3; i++) {
                pool.give(DType.BOOL, LARGE + i, new byte[LARGE + i]);
            }
        }
    }

    @Test
    void staysSmallWhereSizesAreAlwaysNew() {
        ArrayPool pool = new ArrayPool(10L * LARGE, 1000L * LARGE);
        for (int i = 0; i < 100; i++) {
            assertNull(pool.take(DType.BOOL, LARGE + i));
            pool.give(DType.BOOL, LARGE + i, new byte[LARGE + i]);
        }
        assertTrue(pool.held() <= 10L * LARGE, pool.held() + " bytes");
    }

    @Test
    void allocatedMemoryIsZero() {
        CpuDevice device = new CpuDevice(1);
        for (DType dtype : DType.values()) {
            Buffer first = device.room(dtype, LARGE);
            for (int i = 0; i < LARGE; i += 1000) {
                device.store(first, i, 1);
            }
            Object array = device.download(first);
            device.release(first);
            assertThrows(IllegalStateException.class, () -> device.download(first));
            device.release(first);
            Buffer second = device.allocate(dtype, LARGE);
            assertSame(array, device.download(second));
            assertNotSame(array, device.download(device.room(dtype, LARGE)));
            Object zero = HostBuffer.newArray(dtype, LARGE);
            switch (array) {
                case float[] a -> assertArrayEquals((float[]) zero, a);
                case double[] a -> assertArrayEquals((double[]) zero, a);
                case long[] a -> assertArrayEquals((long[]) zero, a);
                default -> assertArrayEquals((byte[]) zero, (byte[]) array);
            }
        }
    }

    /** What a loop makes anew each time lies in the same two arrays: one holds the value, and one waits. */
    @Test
    void aLoopUsesTheSameMemory() {
        Interpreter tns = new Interpreter(
                new PrintStream(PrintStream.nullOutputStream()), new BufferedReader(Reader.nullReader()), List.of());
        tns.eval("x = ones(1024, 1024)\nfor i in 0..10 { y = softmax(x, dim=1) }");
        CpuDevice device = (CpuDevice) ((Tensor) tns.eval("y")).device();
        assertEquals(4L * LARGE, device.pooled());
        tns.eval("y = softmax(x, dim=1)");
        assertEquals(0, device.pooled(), "what the host has seen is not used again");
    }
}
