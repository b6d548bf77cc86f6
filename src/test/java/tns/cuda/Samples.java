package tns.cuda;

import java.lang.reflect.Array;
import java.util.Random;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.View;

/** Arrays of arbitrary elements, and views in all the ways memory can be walked. */
final class Samples {
    private Samples() {}

    /** Elements with all kinds of bits; float ones include NaN, infinities and both zeros where {@code special}. */
    static Object array(DType dtype, int n, Random random, boolean special) {
        return switch (dtype) {
            case FLOAT32 -> {
                float[] array = new float[n];
                for (int i = 0; i < n; i++) {
                    array[i] = (float) number(random, special);
                }
                yield array;
            }
            case FLOAT64 -> {
                double[] array = new double[n];
                for (int i = 0; i < n; i++) {
                    array[i] = number(random, special);
                }
                yield array;
            }
            case INT64 -> {
                long[] array = new long[n];
                for (int i = 0; i < n; i++) {
                    array[i] = random.nextInt(3) == 0 ? random.nextInt(4) - 2 : random.nextLong();
                }
                yield array;
            }
            case BOOL -> {
                byte[] array = new byte[n];
                for (int i = 0; i < n; i++) {
                    array[i] = (byte) random.nextInt(2);
                }
                yield array;
            }
        };
    }

    private static double number(Random random, boolean special) {
        double[] some = {0.0, -0.0, 1, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e-42};
        return special && random.nextInt(3) == 0 ? some[random.nextInt(some.length)] : random.nextGaussian();
    }

    /** {@code count} numbers from 0 to below {@code bound}. */
    static long[] indices(int count, int bound, Random random) {
        return random.longs(count, 0, bound).toArray();
    }

    /** An array of {@code n} elements of the dtype, all zero. */
    static Object zeros(DType dtype, int n) {
        return switch (dtype) {
            case FLOAT32 -> new float[n];
            case FLOAT64 -> new double[n];
            case INT64 -> new long[n];
            case BOOL -> new byte[n];
        };
    }

    /**
     * A view of this shape in the middle of a larger buffer: {@code kind} 0 contiguous, 1 with the dims in another order,
     * 2 with gaps, 3 flipped, 4 repeated along dims.
     */
    static View view(Shape shape, int kind, Random random) {
        int rank = shape.rank();
        if (kind == 0 || shape.elements() == 0 || rank == 0) {
            return new View(shape, shape.contiguousStrides(), 16 * random.nextInt(2));
        }
        int[] order = new int[rank];
        for (int d = 0; d < rank; d++) {
            order[d] = kind == 1 ? rank - 1 - d : d;
        }
        int[] strides = new int[rank];
        int step = kind == 2 ? 2 : 1;
        int offset = random.nextInt(5);
        for (int d = rank - 1; d >= 0; d--) {
            int size = shape.size(order[d]);
            boolean repeats = kind == 4 && random.nextBoolean();
            strides[order[d]] = repeats ? 0 : kind == 3 && random.nextBoolean() ? -step : step;
            if (strides[order[d]] < 0) {
                offset += step * (size - 1);
            }
            step *= repeats ? 1 : size + (kind == 2 ? 1 : 0);
        }
        return new View(shape, strides, offset);
    }

    /** How many elements a buffer needs for a view. */
    static int extent(View view) {
        int last = view.offset();
        for (int d = 0; d < view.shape().rank(); d++) {
            last += Math.max(0, view.strides()[d] * (view.shape().size(d) - 1));
        }
        return last + 1;
    }

    /** Where the elements of a view are, in row-major order. */
    static int[] positions(View view) {
        int[] positions = new int[view.shape().elements()];
        for (int i = 0; i < positions.length; i++) {
            int rest = i;
            positions[i] = view.offset();
            for (int d = view.shape().rank() - 1; d >= 0; d--) {
                positions[i] += rest % view.shape().size(d) * view.strides()[d];
                rest /= view.shape().size(d);
            }
        }
        return positions;
    }

    /** Copies one element with all its bits. */
    static void move(Object from, int at, Object to, int there) {
        System.arraycopy(from, at, to, there, 1);
    }

    /** {@code to[there] += from[at]}. */
    static void add(Object from, int at, Object to, int there) {
        switch (to) {
            case float[] y -> y[there] += Array.getFloat(from, at);
            case double[] y -> y[there] += Array.getDouble(from, at);
            case long[] y -> y[there] += Array.getLong(from, at);
            default -> ((byte[]) to)[there] |= Array.getByte(from, at);
        }
    }
}
