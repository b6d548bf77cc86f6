package tns.cuda;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import tns.cuda.emulator.Memory;
import tns.expr.Operand;
import tns.tensor.DType;

/** Host operands copied to emulated memory and back. */
final class EmulatedMemory {
    private final Memory memory = new Memory();
    private final List<Long> addresses = new ArrayList<>();

    Memory memory() {
        return memory;
    }

    /** Copies the array to the device; the place is where the operand's first element lies there. */
    PointwisePlan.Place upload(Operand operand) {
        byte[] bytes = bytes(operand.array());
        long address = memory.allocate(Math.max(1, bytes.length));
        memory.write(address, bytes, 0, bytes.length);
        addresses.add(address);
        DType dtype = dtype(operand.array());
        return new PointwisePlan.Place(dtype, address + (long) operand.offset() * dtype.bytes(), operand.strides());
    }

    /** The array of upload number {@code i}, read back. */
    Object download(int i, Object like) {
        byte[] bytes = bytes(like);
        memory.read(addresses.get(i), bytes, 0, bytes.length);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (like instanceof float[] a) {
            float[] copy = new float[a.length];
            buffer.asFloatBuffer().get(copy);
            return copy;
        }
        if (like instanceof double[] a) {
            double[] copy = new double[a.length];
            buffer.asDoubleBuffer().get(copy);
            return copy;
        }
        if (like instanceof long[] a) {
            long[] copy = new long[a.length];
            buffer.asLongBuffer().get(copy);
            return copy;
        }
        return bytes;
    }

    static byte[] bytes(Object array) {
        ByteBuffer buffer = ByteBuffer.allocate(
                        Array.getLength(array) * dtype(array).bytes())
                .order(ByteOrder.LITTLE_ENDIAN);
        switch (array) {
            case float[] a -> buffer.asFloatBuffer().put(a);
            case double[] a -> buffer.asDoubleBuffer().put(a);
            case long[] a -> buffer.asLongBuffer().put(a);
            default -> buffer.put((byte[]) array);
        }
        return buffer.array();
    }

    static DType dtype(Object array) {
        return switch (array) {
            case float[] a -> DType.FLOAT32;
            case double[] a -> DType.FLOAT64;
            case long[] a -> DType.INT64;
            default -> DType.BOOL;
        };
    }
}
