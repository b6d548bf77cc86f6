package tns.tensor;

import java.lang.reflect.Array;
import java.util.Arrays;

/** A tensor's elements read out in row-major order as host arrays, converted; for printing, saving and hosts. */
public final class HostArray {
    private HostArray() {}

    /** The elements as they are: float[], double[], long[], or byte[] of 0 and 1. Not to be written to. */
    public static Object elements(Tensor t) {
        if (t.view().isContiguous()) {
            Object array = t.device().download(t.buffer());
            int from = t.view().offset();
            int to = from + t.elements();
            boolean whole = Array.getLength(array) == t.elements();
            return switch (t.dtype()) {
                case FLOAT32 -> whole ? array : Arrays.copyOfRange((float[]) array, from, to);
                case FLOAT64 -> whole ? array : Arrays.copyOfRange((double[]) array, from, to);
                case INT64 -> whole ? array : Arrays.copyOfRange((long[]) array, from, to);
                case BOOL -> whole ? array : Arrays.copyOfRange((byte[]) array, from, to);
            };
        }
        return switch (t.dtype()) {
            case FLOAT32 -> floats(t);
            case FLOAT64 -> doubles(t);
            case INT64 -> longs(t);
            case BOOL -> {
                long[] wide = longs(t);
                byte[] out = new byte[wide.length];
                for (int i = 0; i < out.length; i++) {
                    out[i] = (byte) wide[i];
                }
                yield out;
            }
        };
    }

    /** The elements as doubles; int64 beyond 2^53 rounds, bools are 0 and 1. */
    public static double[] doubles(Tensor t) {
        Object array = t.device().download(t.buffer());
        double[] out = new double[t.elements()];
        Rows rows = Rows.of(t.view());
        int stride = rows.stride;
        for (int row = 0, to = 0; to < out.length; row++, to += rows.size) {
            int at = rows.starts[row];
            switch (t.dtype()) {
                case FLOAT32 -> {
                    float[] from = (float[]) array;
                    for (int i = 0; i < rows.size; i++) {
                        out[to + i] = from[at + i * stride];
                    }
                }
                case FLOAT64 -> {
                    double[] from = (double[]) array;
                    for (int i = 0; i < rows.size; i++) {
                        out[to + i] = from[at + i * stride];
                    }
                }
                case INT64 -> {
                    long[] from = (long[]) array;
                    for (int i = 0; i < rows.size; i++) {
                        out[to + i] = from[at + i * stride];
                    }
                }
                case BOOL -> {
                    byte[] from = (byte[]) array;
                    for (int i = 0; i < rows.size; i++) {
                        out[to + i] = from[at + i * stride];
                    }
                }
            }
        }
        return out;
    }

    /** The elements as longs; floats truncate. */
    public static long[] longs(Tensor t) {
        Object array = t.device().download(t.buffer());
        long[] out = new long[t.elements()];
        Rows rows = Rows.of(t.view());
        int stride = rows.stride;
        for (int row = 0, to = 0; to < out.length; row++, to += rows.size) {
            int at = rows.starts[row];
            switch (t.dtype()) {
                case FLOAT32 -> {
                    float[] from = (float[]) array;
                    for (int i = 0; i < rows.size; i++) {
                        out[to + i] = (long) from[at + i * stride];
                    }
                }
                case FLOAT64 -> {
                    double[] from = (double[]) array;
                    for (int i = 0; i < rows.size; i++) {
                        out[to + i] = (long) from[at + i * stride];
                    }
                }
                case INT64 -> {
                    long[] from = (long[]) array;
                    for (int i = 0; i < rows.size; i++) {
                        out[to + i] = from[at + i * stride];
                    }
                }
                case BOOL -> {
                    byte[] from = (byte[]) array;
                    for (int i = 0; i < rows.size; i++) {
                        out[to + i] = from[at + i * stride];
                    }
                }
            }
        }
        return out;
    }

    /** The elements as floats. */
    public static float[] floats(Tensor t) {
        double[] wide = doubles(t);
        float[] out = new float[wide.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) wide[i];
        }
        return out;
    }

    /**
     * How a view's elements lie: rows of {@code size} elements, {@code stride} apart, from each of {@code starts} on.
     *
     * <p>A loop over a row knows its type and stride, so that nothing has to be looked up for each element.
     */
    private record Rows(int[] starts, int size, int stride) {
        static Rows of(View view) {
            Shape shape = view.shape();
            int last = shape.rank() - 1;
            if (last < 0 || view.isContiguous()) {
                return new Rows(new int[] {view.offset()}, shape.elements(), 1);
            }
            int size = shape.size(last);
            int[] starts = new int[size == 0 ? 0 : shape.elements() / size];
            int[] index = new int[last];
            int at = view.offset();
            for (int i = 0; i < starts.length; i++) {
                starts[i] = at;
                for (int d = last - 1; d >= 0; d--) {
                    at += view.strides()[d];
                    if (++index[d] < shape.size(d)) {
                        break;
                    }
                    at -= index[d] * view.strides()[d];
                    index[d] = 0;
                }
            }
            return new Rows(starts, size, view.strides()[last]);
        }
    }
}
