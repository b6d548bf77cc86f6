package tns.tensor;

/** A tensor's elements read out in row-major order as host arrays, converted; for printing, saving and hosts. */
public final class HostArray {
    private HostArray() {}

    /** The elements as doubles; int64 beyond 2^53 rounds, bools are 0 and 1. */
    public static double[] doubles(Tensor t) {
        Object array = t.device().download(t.buffer());
        double[] out = new double[t.elements()];
        if (out.length > 0 && t.isContiguous()) {
            int first = t.view().offset();
            switch (array) {
                case float[] x -> {
                    for (int i = 0; i < out.length; i++) {
                        out[i] = x[first + i];
                    }
                }
                case double[] x -> System.arraycopy(x, first, out, 0, out.length);
                case long[] x -> {
                    for (int i = 0; i < out.length; i++) {
                        out[i] = x[first + i];
                    }
                }
                default -> {
                    byte[] x = (byte[]) array;
                    for (int i = 0; i < out.length; i++) {
                        out[i] = x[first + i];
                    }
                }
            }
            return out;
        }
        int[] positions = positions(t.view());
        for (int i = 0; i < out.length; i++) {
            int at = positions[i];
            out[i] = switch (t.dtype()) {
                case FLOAT32 -> ((float[]) array)[at];
                case FLOAT64 -> ((double[]) array)[at];
                case INT64 -> ((long[]) array)[at];
                case BOOL -> ((byte[]) array)[at];
            };
        }
        return out;
    }

    /** The elements as longs; floats truncate. */
    public static long[] longs(Tensor t) {
        Object array = t.device().download(t.buffer());
        long[] out = new long[t.elements()];
        if (out.length > 0 && array instanceof long[] x && t.isContiguous()) {
            System.arraycopy(x, t.view().offset(), out, 0, out.length);
            return out;
        }
        int[] positions = positions(t.view());
        for (int i = 0; i < out.length; i++) {
            int at = positions[i];
            out[i] = switch (t.dtype()) {
                case FLOAT32 -> (long) ((float[]) array)[at];
                case FLOAT64 -> (long) ((double[]) array)[at];
                case INT64 -> ((long[]) array)[at];
                case BOOL -> ((byte[]) array)[at];
            };
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

    /** The buffer positions of a view's elements in row-major order. */
    private static int[] positions(View view) {
        Shape shape = view.shape();
        int[] positions = new int[shape.elements()];
        if (positions.length == 0) {
            return positions;
        }
        int[] index = new int[shape.rank()];
        int at = view.offset();
        for (int i = 0; i < positions.length; i++) {
            positions[i] = at;
            for (int d = index.length - 1; d >= 0; d--) {
                at += view.strides()[d];
                if (++index[d] < shape.size(d)) {
                    break;
                }
                at -= index[d] * view.strides()[d];
                index[d] = 0;
            }
        }
        return positions;
    }
}
