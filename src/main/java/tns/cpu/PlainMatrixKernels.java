package tns.cpu;

import java.util.Arrays;

/**
 * Matrix kernels in plain Java: for int64, and for floats where the Vector API is absent. Their results are those of
 * {@link VectorMatrixKernels} bit for bit, but for {@code dot}, whose elements are added in another order.
 */
final class PlainMatrixKernels {
    /** From this length on a block copy costs less than a loop. */
    private static final int BLOCK_COPY = 32;

    private PlainMatrixKernels() {}

    /** Products of float[]. */
    static class Floats extends MatrixKernel {
        Floats(int rows, int columns) {
            super(rows, columns);
        }

        @Override
        Object array(int size) {
            return new float[size];
        }

        @Override
        void tile(
                Object a,
                int at,
                int aRow,
                int aStep,
                Object b,
                int bAt,
                int bRow,
                Object c,
                int cAt,
                int cRow,
                int rows,
                int columns,
                int steps,
                boolean add) {
            float[] x = (float[]) a;
            float[] line = new float[columns];
            float[] run = new float[columns];
            for (int i = 0; i < rows; i++) {
                if (add) {
                    System.arraycopy(c, cAt + i * cRow, run, 0, run.length);
                } else {
                    Arrays.fill(run, 0);
                }
                for (int p = 0; p < steps; p++) {
                    System.arraycopy(b, bAt + p * bRow, line, 0, line.length);
                    float factor = x[at + i * aRow + p * aStep];
                    for (int j = 0; j < run.length; j++) {
                        run[j] = Math.fma(factor, line[j], run[j]);
                    }
                }
                System.arraycopy(run, 0, c, cAt + i * cRow, run.length);
            }
        }

        @Override
        void dot(Object a, int at, Object b, int bAt, int n, Object c, int cAt) {
            float[] x = (float[]) a;
            float[] y = (float[]) b;
            float even = 0;
            float odd = 0;
            int i = 0;
            for (; i + 1 < n; i += 2) {
                even = Math.fma(x[at + i], y[bAt + i], even);
                odd = Math.fma(x[at + i + 1], y[bAt + i + 1], odd);
            }
            if (i < n) {
                even = Math.fma(x[at + i], y[bAt + i], even);
            }
            ((float[]) c)[cAt] = even + odd;
        }

        @Override
        void pack(Object source, int at, int step, int stride, int steps, int width, Object panel, int start, int row) {
            float[] x = (float[]) source;
            float[] y = (float[]) panel;
            if (stride == 1 && width >= BLOCK_COPY) {
                for (int p = 0; p < steps; p++) {
                    System.arraycopy(x, at + p * step, y, start + p * row, width);
                }
            } else {
                int j = 0;
                // Eight lines of the source at a time fill whole pieces of the target's lines (3 times as fast as one).
                for (; j + 8 <= width; j += 8) {
                    int a0 = at + j * stride;
                    int a1 = a0 + stride;
                    int a2 = a1 + stride;
                    int a3 = a2 + stride;
                    int a4 = a3 + stride;
                    int a5 = a4 + stride;
                    int a6 = a5 + stride;
                    int a7 = a6 + stride;
                    for (int p = 0, from = 0, to = start + j; p < steps; p++, from += step, to += row) {
                        y[to] = x[a0 + from];
                        y[to + 1] = x[a1 + from];
                        y[to + 2] = x[a2 + from];
                        y[to + 3] = x[a3 + from];
                        y[to + 4] = x[a4 + from];
                        y[to + 5] = x[a5 + from];
                        y[to + 6] = x[a6 + from];
                        y[to + 7] = x[a7 + from];
                    }
                }
                for (; j < width; j++) {
                    for (int p = 0; p < steps; p++) {
                        y[start + p * row + j] = x[at + p * step + j * stride];
                    }
                }
            }
        }
    }

    /** Products of double[]. */
    static class Doubles extends MatrixKernel {
        Doubles(int rows, int columns) {
            super(rows, columns);
        }

        @Override
        Object array(int size) {
            return new double[size];
        }

        @Override
        void tile(
                Object a,
                int at,
                int aRow,
                int aStep,
                Object b,
                int bAt,
                int bRow,
                Object c,
                int cAt,
                int cRow,
                int rows,
                int columns,
                int steps,
                boolean add) {
            double[] x = (double[]) a;
            double[] line = new double[columns];
            double[] run = new double[columns];
            for (int i = 0; i < rows; i++) {
                if (add) {
                    System.arraycopy(c, cAt + i * cRow, run, 0, run.length);
                } else {
                    Arrays.fill(run, 0);
                }
                for (int p = 0; p < steps; p++) {
                    System.arraycopy(b, bAt + p * bRow, line, 0, line.length);
                    double factor = x[at + i * aRow + p * aStep];
                    for (int j = 0; j < run.length; j++) {
                        run[j] = Math.fma(factor, line[j], run[j]);
                    }
                }
                System.arraycopy(run, 0, c, cAt + i * cRow, run.length);
            }
        }

        @Override
        void dot(Object a, int at, Object b, int bAt, int n, Object c, int cAt) {
            double[] x = (double[]) a;
            double[] y = (double[]) b;
            double even = 0;
            double odd = 0;
            int i = 0;
            for (; i + 1 < n; i += 2) {
                even = Math.fma(x[at + i], y[bAt + i], even);
                odd = Math.fma(x[at + i + 1], y[bAt + i + 1], odd);
            }
            if (i < n) {
                even = Math.fma(x[at + i], y[bAt + i], even);
            }
            ((double[]) c)[cAt] = even + odd;
        }

        @Override
        void pack(Object source, int at, int step, int stride, int steps, int width, Object panel, int start, int row) {
            double[] x = (double[]) source;
            double[] y = (double[]) panel;
            if (stride == 1 && width >= BLOCK_COPY) {
                for (int p = 0; p < steps; p++) {
                    System.arraycopy(x, at + p * step, y, start + p * row, width);
                }
            } else {
                int j = 0;
                // Eight lines of the source at a time fill whole pieces of the target's lines (3 times as fast as one).
                for (; j + 8 <= width; j += 8) {
                    int a0 = at + j * stride;
                    int a1 = a0 + stride;
                    int a2 = a1 + stride;
                    int a3 = a2 + stride;
                    int a4 = a3 + stride;
                    int a5 = a4 + stride;
                    int a6 = a5 + stride;
                    int a7 = a6 + stride;
                    for (int p = 0, from = 0, to = start + j; p < steps; p++, from += step, to += row) {
                        y[to] = x[a0 + from];
                        y[to + 1] = x[a1 + from];
                        y[to + 2] = x[a2 + from];
                        y[to + 3] = x[a3 + from];
                        y[to + 4] = x[a4 + from];
                        y[to + 5] = x[a5 + from];
                        y[to + 6] = x[a6 + from];
                        y[to + 7] = x[a7 + from];
                    }
                }
                for (; j < width; j++) {
                    for (int p = 0; p < steps; p++) {
                        y[start + p * row + j] = x[at + p * step + j * stride];
                    }
                }
            }
        }
    }

    /** Products of long[]. */
    static final class Longs extends MatrixKernel {
        Longs() {
            super(4, 64);
        }

        @Override
        Object array(int size) {
            return new long[size];
        }

        @Override
        void tile(
                Object a,
                int at,
                int aRow,
                int aStep,
                Object b,
                int bAt,
                int bRow,
                Object c,
                int cAt,
                int cRow,
                int rows,
                int columns,
                int steps,
                boolean add) {
            long[] x = (long[]) a;
            long[] line = new long[columns];
            long[] run = new long[columns];
            for (int i = 0; i < rows; i++) {
                if (add) {
                    System.arraycopy(c, cAt + i * cRow, run, 0, run.length);
                } else {
                    Arrays.fill(run, 0);
                }
                for (int p = 0; p < steps; p++) {
                    System.arraycopy(b, bAt + p * bRow, line, 0, line.length);
                    long factor = x[at + i * aRow + p * aStep];
                    for (int j = 0; j < run.length; j++) {
                        run[j] = run[j] + factor * line[j];
                    }
                }
                System.arraycopy(run, 0, c, cAt + i * cRow, run.length);
            }
        }

        @Override
        void dot(Object a, int at, Object b, int bAt, int n, Object c, int cAt) {
            long[] x = (long[]) a;
            long[] y = (long[]) b;
            long even = 0;
            long odd = 0;
            int i = 0;
            for (; i + 1 < n; i += 2) {
                even = even + x[at + i] * y[bAt + i];
                odd = odd + x[at + i + 1] * y[bAt + i + 1];
            }
            if (i < n) {
                even = even + x[at + i] * y[bAt + i];
            }
            ((long[]) c)[cAt] = even + odd;
        }

        @Override
        void pack(Object source, int at, int step, int stride, int steps, int width, Object panel, int start, int row) {
            long[] x = (long[]) source;
            long[] y = (long[]) panel;
            if (stride == 1 && width >= BLOCK_COPY) {
                for (int p = 0; p < steps; p++) {
                    System.arraycopy(x, at + p * step, y, start + p * row, width);
                }
            } else {
                int j = 0;
                // Eight lines of the source at a time fill whole pieces of the target's lines (3 times as fast as one).
                for (; j + 8 <= width; j += 8) {
                    int a0 = at + j * stride;
                    int a1 = a0 + stride;
                    int a2 = a1 + stride;
                    int a3 = a2 + stride;
                    int a4 = a3 + stride;
                    int a5 = a4 + stride;
                    int a6 = a5 + stride;
                    int a7 = a6 + stride;
                    for (int p = 0, from = 0, to = start + j; p < steps; p++, from += step, to += row) {
                        y[to] = x[a0 + from];
                        y[to + 1] = x[a1 + from];
                        y[to + 2] = x[a2 + from];
                        y[to + 3] = x[a3 + from];
                        y[to + 4] = x[a4 + from];
                        y[to + 5] = x[a5 + from];
                        y[to + 6] = x[a6 + from];
                        y[to + 7] = x[a7 + from];
                    }
                }
                for (; j < width; j++) {
                    for (int p = 0; p < steps; p++) {
                        y[start + p * row + j] = x[at + p * step + j * stride];
                    }
                }
            }
        }
    }
}
