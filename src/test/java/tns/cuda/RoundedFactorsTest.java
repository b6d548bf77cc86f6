package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tns.tensor.Buffer;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/** A factor is rounded once for all its products, and again when it has changed. */
class RoundedFactorsTest {
    private final Device device = new CudaDevice("memory", new MemoryOnlyDriver(1L << 30));
    private final List<Buffer> released = new ArrayList<>();
    private final RoundedFactors factors = new RoundedFactors(released::add);
    private final List<Long> rounded = new ArrayList<>();
    private long next = 4096;

    private Region of(Tensor t) {
        return factors.of(
                t,
                count -> new DeviceBuffer(device, DType.FLOAT32, (count + 1) / 2, next += 4096),
                (from, count, to) -> rounded.add(from));
    }

    private Tensor matrix(int rows, int columns) {
        return Tensor.room(device, DType.FLOAT32, Shape.of(1, rows, columns));
    }

    @Test
    void aSecondProductFindsThem() {
        Tensor x = matrix(3, 5);
        Region first = of(x);
        Region turned = of(x.window(x.view().permute(new int[] {0, 2, 1})));
        assertEquals(1, rounded.size());
        assertEquals(first.address(), turned.address());
        assertEquals(Shape.of(1, 5, 3), turned.view().shape());
    }

    @Test
    void whatChangesIsRoundedAgain() {
        Tensor x = matrix(3, 5);
        Region first = of(x);
        factors.forget(x.buffer());
        assertEquals(1, released.size());
        assertNotEquals(first.address(), of(x).address());
        assertEquals(2, rounded.size());
    }

    @Test
    void partsAndRepetitionsAreLeftAlone() {
        Tensor x = matrix(4, 6);
        assertNull(of(x.window(x.view().slice(1, 0, 1, 2))));
        assertNull(of(x.window(x.view().slice(2, 5, -1, 6))));
        assertNull(of(x.window(x.view().slice(1, 0, 1, 1).expand(Shape.of(1, 4, 6)))));
        assertNull(of(x.window(new View(Shape.of(1, 2, 2), new int[] {0, 23, 0}, 0))));
        assertEquals(0, rounded.size());
    }

    @Test
    void theOldestIsGivenUp() {
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < 17; i++) {
            all.add(matrix(2, 2));
            assertNotNull(of(all.getLast()));
        }
        of(all.get(1));
        assertEquals(17, rounded.size());
        assertEquals(1, released.size());
        of(all.get(0));
        assertEquals(18, rounded.size());
    }
}
