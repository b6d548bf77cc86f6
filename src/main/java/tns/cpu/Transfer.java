package tns.cpu;

import java.util.Arrays;
import tns.expr.Operand;

/** Moves runs of elements between operands' arrays and blocks, with the conversions of {@link Operand}. */
final class Transfer {
    private Transfer() {}

    /** Into a block of either type of floats, elements without gaps. */
    static void load(Object block, int n, Object array, int position) {
        if (block instanceof float[] x) {
            load(x, 0, n, array, position, 1);
        } else {
            load((double[]) block, 0, n, array, position, 1);
        }
    }

    /** Out of such a block, from {@code at} on. */
    static void store(Object block, int at, int n, Object array, int position) {
        if (block instanceof float[] x) {
            store(x, at, n, array, position, 1);
        } else {
            store((double[]) block, at, n, array, position, 1);
        }
    }

    static void load(float[] block, int at, int n, Object array, int position, int stride) {
        if (array instanceof float[] a && stride == 1) {
            System.arraycopy(a, position, block, at, n);
        } else if (array instanceof float[] a && stride == 0) {
            Arrays.fill(block, at, at + n, a[position]);
        } else if (array instanceof float[] a) {
            for (int i = 0; i < n; i++) {
                block[at + i] = a[position + i * stride];
            }
        } else if (array instanceof double[] a) {
            for (int i = 0; i < n; i++) {
                block[at + i] = (float) a[position + i * stride];
            }
        } else if (array instanceof long[] a) {
            for (int i = 0; i < n; i++) {
                block[at + i] = (float) a[position + i * stride];
            }
        } else if (array instanceof byte[] a) {
            for (int i = 0; i < n; i++) {
                block[at + i] = a[position + i * stride];
            }
        } else {
            throw unknown(array);
        }
    }

    static void load(double[] block, int at, int n, Object array, int position, int stride) {
        if (array instanceof float[] a) {
            for (int i = 0; i < n; i++) {
                block[at + i] = a[position + i * stride];
            }
        } else if (array instanceof double[] a && stride == 1) {
            System.arraycopy(a, position, block, at, n);
        } else if (array instanceof double[] a && stride == 0) {
            Arrays.fill(block, at, at + n, a[position]);
        } else if (array instanceof double[] a) {
            for (int i = 0; i < n; i++) {
                block[at + i] = a[position + i * stride];
            }
        } else if (array instanceof long[] a) {
            for (int i = 0; i < n; i++) {
                block[at + i] = (double) a[position + i * stride];
            }
        } else if (array instanceof byte[] a) {
            for (int i = 0; i < n; i++) {
                block[at + i] = a[position + i * stride];
            }
        } else {
            throw unknown(array);
        }
    }

    static void load(long[] block, int at, int n, Object array, int position, int stride) {
        if (array instanceof float[] a) {
            for (int i = 0; i < n; i++) {
                block[at + i] = Operand.toLong(a[position + i * stride]);
            }
        } else if (array instanceof double[] a) {
            for (int i = 0; i < n; i++) {
                block[at + i] = Operand.toLong(a[position + i * stride]);
            }
        } else if (array instanceof long[] a && stride == 1) {
            System.arraycopy(a, position, block, at, n);
        } else if (array instanceof long[] a && stride == 0) {
            Arrays.fill(block, at, at + n, a[position]);
        } else if (array instanceof long[] a) {
            for (int i = 0; i < n; i++) {
                block[at + i] = a[position + i * stride];
            }
        } else if (array instanceof byte[] a) {
            for (int i = 0; i < n; i++) {
                block[at + i] = a[position + i * stride];
            }
        } else {
            throw unknown(array);
        }
    }

    static void store(float[] block, int at, int n, Object array, int position, int stride) {
        if (array instanceof float[] a && stride == 1) {
            System.arraycopy(block, at, a, position, n);
        } else if (array instanceof float[] a) {
            for (int i = 0; i < n; i++) {
                a[position + i * stride] = block[at + i];
            }
        } else if (array instanceof double[] a) {
            for (int i = 0; i < n; i++) {
                a[position + i * stride] = block[at + i];
            }
        } else if (array instanceof long[] a) {
            for (int i = 0; i < n; i++) {
                a[position + i * stride] = Operand.toLong(block[at + i]);
            }
        } else if (array instanceof byte[] a) {
            for (int i = 0; i < n; i++) {
                a[position + i * stride] = truth(Float.floatToRawIntBits(block[at + i]) << 1);
            }
        } else {
            throw unknown(array);
        }
    }

    static void store(double[] block, int at, int n, Object array, int position, int stride) {
        if (array instanceof float[] a) {
            for (int i = 0; i < n; i++) {
                a[position + i * stride] = (float) block[at + i];
            }
        } else if (array instanceof double[] a && stride == 1) {
            System.arraycopy(block, at, a, position, n);
        } else if (array instanceof double[] a) {
            for (int i = 0; i < n; i++) {
                a[position + i * stride] = block[at + i];
            }
        } else if (array instanceof long[] a) {
            for (int i = 0; i < n; i++) {
                a[position + i * stride] = Operand.toLong(block[at + i]);
            }
        } else if (array instanceof byte[] a) {
            for (int i = 0; i < n; i++) {
                a[position + i * stride] = truth(Double.doubleToRawLongBits(block[at + i]) << 1);
            }
        } else {
            throw unknown(array);
        }
    }

    static void store(long[] block, int at, int n, Object array, int position, int stride) {
        if (array instanceof float[] a) {
            for (int i = 0; i < n; i++) {
                a[position + i * stride] = (float) block[at + i];
            }
        } else if (array instanceof double[] a) {
            for (int i = 0; i < n; i++) {
                a[position + i * stride] = (double) block[at + i];
            }
        } else if (array instanceof long[] a && stride == 1) {
            System.arraycopy(block, at, a, position, n);
        } else if (array instanceof long[] a) {
            for (int i = 0; i < n; i++) {
                a[position + i * stride] = block[at + i];
            }
        } else if (array instanceof byte[] a) {
            for (int i = 0; i < n; i++) {
                a[position + i * stride] = truth(block[at + i]);
            }
        } else {
            throw unknown(array);
        }
    }

    /** 1 unless all bits are 0; without a branch, of which every other would be foreseen wrongly. */
    private static byte truth(int bits) {
        return (byte) ((bits | -bits) >>> 31);
    }

    private static byte truth(long bits) {
        return (byte) ((bits | -bits) >>> 63);
    }

    private static IllegalArgumentException unknown(Object array) {
        return new IllegalArgumentException(
                "no element type: " + array.getClass().getSimpleName());
    }
}
