package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Buffer;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Memory of tensors that nobody holds is used again without anybody saying so. */
class DeviceMemoryTest {
    private static final long MIB = 1L << 20;

    private final MemoryOnlyDriver driver = new MemoryOnlyDriver(512 * MIB);
    private final Device device = new CudaDevice("memory", driver);

    @Test
    void aLoopThatMakesTensorsStaysWithinBounds() {
        for (int i = 0; i < 1000; i++) {
            Tensor.room(device, DType.FLOAT32, Shape.of(1 << 18));
        }
        // An eighth of the device, and what a segment may be larger.
        assertTrue(driver.allocated() <= 512 * MIB / 8 + 20 * MIB, "holds " + driver.allocated() / MIB + " MiB");
    }

    /** As soon as the pause is a small part of the time since the last one, without any of the device being full. */
    @Test
    void garbageOfSlowWorkStaysInProportionToWhatLives() {
        long[] now = {0};
        DeviceMemory memory = new DeviceMemory(device, new MemoryOnlyDriver(16_384 * MIB), () -> now[0]);
        List<Buffer> held = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            held.add(memory.buffer(DType.FLOAT32, 1 << 18));
        }
        long most = 0;
        for (int i = 0; i < 200; i++) {
            memory.buffer(DType.FLOAT32, 1 << 18);
            now[0] += 100_000_000;
            most = Math.max(most, memory.inBuffers());
        }
        assertTrue(most <= 2 * 8 * MIB + 64 * MIB + MIB, "up to " + most / MIB + " MiB");
        assertEquals(8, held.size());
    }

    @Test
    void aFullDeviceIsAClearError() {
        List<Tensor> held = new ArrayList<>();
        TnsException full = assertThrows(TnsException.class, () -> {
            for (int i = 0; i < 20; i++) {
                held.add(Tensor.room(device, DType.FLOAT32, Shape.of(1 << 24)));
            }
        });
        assertEquals(ErrorKind.LIMIT, full.kind());
        assertEquals(
                "memory: cannot allocate float32[16777216] (64 MiB): 512 MiB of 512 MiB are in use", full.getMessage());
        assertEquals(8, held.size());
        held.subList(0, 4).clear();
        held.add(Tensor.room(device, DType.FLOAT32, Shape.of(1 << 25)));
    }
}
