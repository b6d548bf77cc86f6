package tns.expr;

/**
 * An array seen through a shape: element (i, j, ..) is at {@code offset + i * strides[0] + j * strides[1] + ..}.
 *
 * @param array a float[], double[], long[] or byte[] (bool as 0 and 1)
 * @param offset position of the first element
 * @param strides in elements, one for each dimension of the iteration space; 0 repeats, negative runs backwards
 */
public record Operand(Object array, int offset, int[] strides) {
    /** The element at {@code position} as a float; wider types are rounded to nearest. */
    public float loadFloat(int position) {
        return switch (array) {
            case float[] a -> a[position];
            case double[] a -> (float) a[position];
            case long[] a -> (float) a[position];
            case byte[] a -> a[position];
            default -> throw unknown();
        };
    }

    /** The element at {@code position} as a double. */
    public double loadDouble(int position) {
        return switch (array) {
            case float[] a -> a[position];
            case double[] a -> a[position];
            case long[] a -> (double) a[position];
            case byte[] a -> a[position];
            default -> throw unknown();
        };
    }

    /** The element at {@code position} as an integer; floats as by {@link #toLong}. */
    public long loadLong(int position) {
        return switch (array) {
            case float[] a -> toLong(a[position]);
            case double[] a -> toLong(a[position]);
            case long[] a -> a[position];
            case byte[] a -> a[position];
            default -> throw unknown();
        };
    }

    /** Stores a float in the array's type; in a bool array 0 or 1. */
    public void store(int position, float value) {
        switch (array) {
            case float[] a -> a[position] = value;
            case double[] a -> a[position] = value;
            case long[] a -> a[position] = toLong(value);
            case byte[] a -> a[position] = value != 0 ? (byte) 1 : 0;
            default -> throw unknown();
        }
    }

    /** Stores a double in the array's type; in a bool array 0 or 1. */
    public void store(int position, double value) {
        switch (array) {
            case float[] a -> a[position] = (float) value;
            case double[] a -> a[position] = value;
            case long[] a -> a[position] = toLong(value);
            case byte[] a -> a[position] = value != 0 ? (byte) 1 : 0;
            default -> throw unknown();
        }
    }

    /** Stores an integer in the array's type; in a bool array 0 or 1. */
    public void store(int position, long value) {
        switch (array) {
            case float[] a -> a[position] = (float) value;
            case double[] a -> a[position] = (double) value;
            case long[] a -> a[position] = value;
            case byte[] a -> a[position] = value != 0 ? (byte) 1 : 0;
            default -> throw unknown();
        }
    }

    /** Truncates; NaN and what does not fit give the least long, as the x86 instruction does. */
    public static long toLong(double value) {
        return value >= -0x1p63 && value < 0x1p63 ? (long) value : Long.MIN_VALUE;
    }

    private IllegalArgumentException unknown() {
        return new IllegalArgumentException(
                "no element type: " + array.getClass().getSimpleName());
    }
}
