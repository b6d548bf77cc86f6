package tns.cuda;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tns.tensor.DType;
import tns.tensor.Device;

/** One number that the host knows: a launch takes it as a parameter, and it needs memory only where it must have an address. */
final class ConstantBuffer extends DeviceBuffer {
    private final long bits;
    private final Function<ConstantBuffer, DeviceBuffer> placed;
    private @Nullable DeviceBuffer memory;

    /** @param placed memory that holds the number */
    ConstantBuffer(Device device, DType dtype, long bits, Function<ConstantBuffer, DeviceBuffer> placed) {
        super(device, dtype, 1, 0);
        this.bits = bits;
        this.placed = placed;
    }

    /** The bits of the number. */
    long bits() {
        return bits;
    }

    /** From now on the number lies there. */
    void lies(DeviceBuffer there) {
        memory = there;
    }

    @Override
    long address() {
        DeviceBuffer known = memory;
        return known == null ? placed.apply(this).address() : known.address();
    }
}
