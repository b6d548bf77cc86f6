package tns.io;

import java.nio.ByteBuffer;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;

/** The element types found in files, and the dtype each becomes: narrow floats float32, ints of any width int64. */
enum Element {
    F64(8, DType.FLOAT64),
    F32(4, DType.FLOAT32),
    F16(2, DType.FLOAT32),
    BF16(2, DType.FLOAT32),
    I64(8, DType.INT64),
    I32(4, DType.INT64),
    I16(2, DType.INT64),
    I8(1, DType.INT64),
    U64(8, DType.INT64),
    U32(4, DType.INT64),
    U16(2, DType.INT64),
    U8(1, DType.INT64),
    BOOL(1, DType.BOOL);

    private final int bytes;
    private final DType dtype;

    Element(int bytes, DType dtype) {
        this.bytes = bytes;
        this.dtype = dtype;
    }

    /** The size in a file. */
    int bytes() {
        return bytes;
    }

    DType dtype() {
        return dtype;
    }

    /** The type that holds a dtype's elements exactly. */
    static Element of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> F32;
            case FLOAT64 -> F64;
            case INT64 -> I64;
            case BOOL -> BOOL;
        };
    }

    /**
     * Puts {@code count} elements into a host array of the dtype, from position {@code at} on.
     *
     * @throws TnsException for an unsigned int of 2^63 or more
     */
    void decode(ByteBuffer from, Object to, int at, int count) {
        switch (to) {
            case double[] a -> from.asDoubleBuffer().get(a, at, count);
            case float[] a when this == F32 -> from.asFloatBuffer().get(a, at, count);
            case float[] a -> {
                for (int i = at; i < at + count; i++) {
                    short bits = from.getShort();
                    a[i] = this == F16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
                }
            }
            case long[] a when this == I64 -> from.asLongBuffer().get(a, at, count);
            case long[] a -> {
                for (int i = at; i < at + count; i++) {
                    a[i] = integer(from);
                }
            }
            case byte[] a -> {
                for (int i = at; i < at + count; i++) {
                    a[i] = (byte) (from.get() != 0 ? 1 : 0);
                }
            }
            default -> throw new IllegalStateException("unexpected host array " + to.getClass());
        }
    }

    private long integer(ByteBuffer from) {
        return switch (this) {
            case I32 -> from.getInt();
            case I16 -> from.getShort();
            case I8 -> from.get();
            case U32 -> Integer.toUnsignedLong(from.getInt());
            case U16 -> Short.toUnsignedInt(from.getShort());
            case U8 -> Byte.toUnsignedInt(from.get());
            case U64 -> {
                long bits = from.getLong();
                if (bits < 0) {
                    throw new TnsException(
                            ErrorKind.IO, "it holds " + Long.toUnsignedString(bits) + ", which is too large for int64");
                }
                yield bits;
            }
            default -> throw new IllegalStateException("not an integer: " + this);
        };
    }

    /** Writes {@code count} elements of a host array, the type's own. */
    static void encode(Object from, int at, int count, ByteBuffer to) {
        switch (from) {
            case double[] a -> to.asDoubleBuffer().put(a, at, count);
            case float[] a -> to.asFloatBuffer().put(a, at, count);
            case long[] a -> to.asLongBuffer().put(a, at, count);
            case byte[] a -> to.put(a, at, count);
            default -> throw new IllegalStateException("unexpected host array " + from.getClass());
        }
    }
}
