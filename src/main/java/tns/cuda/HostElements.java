package tns.cuda;

import java.lang.reflect.Array;
import tns.tensor.DType;

/** Elements in host arrays as a device holds them: float[], double[], long[], or byte[] of 0 and 1. */
final class HostElements {
    private HostElements() {}

    static int length(Object array) {
        return Array.getLength(array);
    }

    /** A zeroed array for elements of {@code dtype}. */
    static Object array(DType dtype, int size) {
        return switch (dtype) {
            case FLOAT32 -> new float[size];
            case FLOAT64 -> new double[size];
            case INT64 -> new long[size];
            case BOOL -> new byte[size];
        };
    }

    /** The bit pattern of element {@code i}; narrow ones in the low bits. */
    static long bits(Object array, int i) {
        return switch (array) {
            case float[] a -> Float.floatToRawIntBits(a[i]);
            case double[] a -> Double.doubleToRawLongBits(a[i]);
            case long[] a -> a[i];
            default -> ((byte[]) array)[i];
        };
    }

    /** The bit pattern of a number converted to {@code dtype}: a float to int64 truncates, for bool non-zero is true. */
    static long bits(DType dtype, Number value) {
        return switch (dtype) {
            case FLOAT32 -> Float.floatToRawIntBits(value.floatValue());
            case FLOAT64 -> Double.doubleToRawLongBits(value.doubleValue());
            case INT64 -> value.longValue();
            case BOOL -> value.doubleValue() != 0 ? 1 : 0;
        };
    }
}
