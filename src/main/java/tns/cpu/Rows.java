package tns.cpu;

import tns.tensor.Tensor;

/** Copies of whole rows by index: out of a matrix, into one, and added onto one. Single elements: {@link Elements}. */
final class Rows {
    private static final int GRAIN = 1 << 14;

    /** From this length on a block copy costs less than a loop. */
    private static final int BLOCK_COPY = 8;

    private Rows() {}

    /** See {@link tns.tensor.Device#take}. */
    static void take(Parallel parallel, Tensor source, Tensor rows, Tensor output) {
        if (rows.rank() == source.rank()) {
            Elements.take(parallel, source, rows, output);
            return;
        }
        if (source.size(1) == 1) {
            Elements.take(parallel, column(source), rows, column(output));
            return;
        }
        Object from = HostBuffer.array(source);
        Object to = HostBuffer.array(output);
        int[] strides = source.view().strides();
        int offset = source.view().offset();
        long[] index = (long[]) HostBuffer.array(rows);
        int first = rows.view().offset();
        int step = rows.view().strides()[0];
        int m = source.size(1);
        parallel.range(rows.size(0), Math.max(1, GRAIN / Math.max(1, m)), (start, end) -> {
            for (int i = start; i < end; i++) {
                int at = offset + (int) index[first + i * step] * strides[0];
                copy(from, at, strides[1], to, i * m, m);
            }
        });
    }

    /** See {@link tns.tensor.Device#put}; bools add as or. */
    static void put(Parallel parallel, Tensor target, Tensor rows, Tensor source, boolean add) {
        if (rows.rank() == target.rank()) {
            Elements.put(parallel, target, rows, source, add);
            return;
        }
        if (source.size(1) == 1) {
            Elements.put(parallel, column(target), rows, column(source), add);
            return;
        }
        Object from = HostBuffer.array(source);
        Object to = HostBuffer.array(target);
        int[] strides = source.view().strides();
        int offset = source.view().offset();
        long[] index = (long[]) HostBuffer.array(rows);
        int first = rows.view().offset();
        int step = rows.view().strides()[0];
        int base = target.view().offset();
        int k = rows.size(0);
        int m = source.size(1);
        // Rows may repeat, so that threads share the target's rows and each walks the whole index in its order.
        boolean share = parallel.threads() > 1 && (long) k * m >= 4 * GRAIN && m >= BLOCK_COPY;
        int n = target.size(0);
        int grain = share ? (n + parallel.threads() - 1) / parallel.threads() : Math.max(1, n);
        parallel.range(n, grain, (low, high) -> {
            for (int i = 0; i < k; i++) {
                int row = (int) index[first + i * step];
                if (row >= low && row < high) {
                    int at = offset + i * strides[0];
                    if (add) {
                        add(from, at, strides[1], to, base + row * m, m);
                    } else {
                        copy(from, at, strides[1], to, base + row * m, m);
                    }
                }
            }
        });
    }

    /** The elements of a matrix of one column: row by row, take of 4 million took 29 ms, so 10 (AMD EPYC, one core, 2026-11-27). */
    private static Tensor column(Tensor matrix) {
        return matrix.window(matrix.view().select(1, 0));
    }

    static void copy(Object from, int at, int stride, Object to, int start, int n) {
        if (stride == 1 && n >= BLOCK_COPY) {
            System.arraycopy(from, at, to, start, n);
            return;
        }
        switch (from) {
            case float[] x -> {
                float[] y = (float[]) to;
                for (int j = 0; j < n; j++) {
                    y[start + j] = x[at + j * stride];
                }
            }
            case double[] x -> {
                double[] y = (double[]) to;
                for (int j = 0; j < n; j++) {
                    y[start + j] = x[at + j * stride];
                }
            }
            case long[] x -> {
                long[] y = (long[]) to;
                for (int j = 0; j < n; j++) {
                    y[start + j] = x[at + j * stride];
                }
            }
            case byte[] x -> {
                byte[] y = (byte[]) to;
                for (int j = 0; j < n; j++) {
                    y[start + j] = x[at + j * stride];
                }
            }
            default -> throw new IllegalStateException("unexpected array " + from.getClass());
        }
    }

    static void add(Object from, int at, int stride, Object to, int start, int n) {
        switch (from) {
            case float[] x when stride == 1 -> add(x, at, (float[]) to, start, n);
            case float[] x when stride == 0 -> add(x[at], (float[]) to, start, n);
            case float[] x -> {
                float[] y = (float[]) to;
                for (int j = 0; j < n; j++) {
                    y[start + j] += x[at + j * stride];
                }
            }
            case double[] x when stride == 1 -> add(x, at, (double[]) to, start, n);
            case double[] x when stride == 0 -> add(x[at], (double[]) to, start, n);
            case double[] x -> {
                double[] y = (double[]) to;
                for (int j = 0; j < n; j++) {
                    y[start + j] += x[at + j * stride];
                }
            }
            case long[] x -> {
                long[] y = (long[]) to;
                for (int j = 0; j < n; j++) {
                    y[start + j] += x[at + j * stride];
                }
            }
            case byte[] x -> {
                byte[] y = (byte[]) to;
                for (int j = 0; j < n; j++) {
                    y[start + j] |= x[at + j * stride];
                }
            }
            default -> throw new IllegalStateException("unexpected array " + from.getClass());
        }
    }

    // With a stride that is known the compiler makes vectors of these.

    private static void add(float[] x, int at, float[] y, int start, int n) {
        for (int j = 0; j < n; j++) {
            y[start + j] += x[at + j];
        }
    }

    private static void add(float x, float[] y, int start, int n) {
        for (int j = 0; j < n; j++) {
            y[start + j] += x;
        }
    }

    private static void add(double[] x, int at, double[] y, int start, int n) {
        for (int j = 0; j < n; j++) {
            y[start + j] += x[at + j];
        }
    }

    private static void add(double x, double[] y, int start, int n) {
        for (int j = 0; j < n; j++) {
            y[start + j] += x;
        }
    }
}
