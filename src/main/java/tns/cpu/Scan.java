package tns.cpu;

import tns.tensor.Reduction;
import tns.tensor.Tensor;

/** Running sums and products along the last dim; float32 runs in double and is rounded at each element. */
final class Scan {
    private static final int GRAIN = 1 << 14;

    private Scan() {}

    /** See {@link tns.tensor.Device#scan}; bool gives int64. */
    static void run(Parallel parallel, Reduction reduction, Tensor input, Tensor output) {
        int rank = input.rank();
        int n = rank == 0 ? 1 : input.size(-1);
        if (input.elements() == 0) {
            return;
        }
        boolean sum = switch (reduction) {
            case SUM -> true;
            case PROD -> false;
            default -> throw new IllegalArgumentException("no running " + reduction);
        };
        int stride = rank == 0 ? 1 : input.view().strides()[rank - 1];
        Dims rows = Dims.ordered(input.view(), 0, Math.max(0, rank - 1));
        int offset = input.view().offset();
        Object source = HostBuffer.array(input);
        Object target = HostBuffer.array(output);
        parallel.range(rows.elements(), Math.max(1, GRAIN / n), (from, to) -> {
            for (int row = from; row < to; row++) {
                int at = offset + rows.at(row);
                switch (source) {
                    case float[] x -> row(sum, x, at, stride, (float[]) target, row * n, n);
                    case double[] x -> row(sum, x, at, stride, (double[]) target, row * n, n);
                    case long[] x -> row(sum, x, at, stride, (long[]) target, row * n, n);
                    case byte[] x -> row(sum, x, at, stride, (long[]) target, row * n, n);
                    default -> throw new IllegalStateException("unexpected array " + source.getClass());
                }
            }
        });
    }

    private static void row(boolean sum, float[] x, int at, int stride, float[] y, int to, int n) {
        double run = sum ? 0 : 1;
        for (int i = 0; i < n; i++) {
            float value = x[at + i * stride];
            run = sum ? run + value : run * value;
            y[to + i] = (float) run;
        }
    }

    private static void row(boolean sum, double[] x, int at, int stride, double[] y, int to, int n) {
        double run = sum ? 0 : 1;
        for (int i = 0; i < n; i++) {
            double value = x[at + i * stride];
            run = sum ? run + value : run * value;
            y[to + i] = run;
        }
    }

    private static void row(boolean sum, long[] x, int at, int stride, long[] y, int to, int n) {
        long run = sum ? 0 : 1;
        for (int i = 0; i < n; i++) {
            long value = x[at + i * stride];
            run = sum ? run + value : run * value;
            y[to + i] = run;
        }
    }

    private static void row(boolean sum, byte[] x, int at, int stride, long[] y, int to, int n) {
        long run = sum ? 0 : 1;
        for (int i = 0; i < n; i++) {
            long value = x[at + i * stride];
            run = sum ? run + value : run * value;
            y[to + i] = run;
        }
    }
}
