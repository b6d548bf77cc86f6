package tns.cpu;

import java.util.Arrays;

/**
 * Matrix kernels in plain Java: for int64, and for floats where the Vector API is absent. Their results are those of
 * {@link VectorMatrixKernels} bit for bit, but for {@code dot}, whose elements are added in another order.
 */
final class PlainMatrixKernels {
    /** From this length on a block copy costs less than a loop. */
    private static final int BLOCK_COPY = 32;

    /** Sums of a tile are in an array, and its columns long enough for the compiler's vectors. */
    static final Tiling TILING = new Tiling(4, 4, 2, 64, 64);

    private PlainMatrixKernels() {}

    /** Products of float[]. */
    static class Floats extends MatrixKernel {
        Floats(Tiling tiling) {
            super(tiling);
        }

        @Override
        Object array(int size) {
            return new float[size];
        }

        @Override
        void clear(Object array, int size) {
            Arrays.fill((float[]) array, 0, size, 0);
        }

        @Override
        void strip(
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
            float[] y = (float[]) b;
            float[] z = (float[]) c;
            for (int i = 0; i < rows; i += 2) {
                // An odd last row is done twice.
                int below = i + 1 < rows ? 1 : 0;
                int from = at + i * aRow;
                int to = cAt + i * cRow;
                int j = 0;
                for (; j + 4 <= columns; j += 4) {
                    eight(x, from, below * aRow, aStep, y, bAt + j, bRow, z, to + j, below * cRow, steps, add);
                }
                for (; j < columns; j++) {
                    two(x, from, below * aRow, aStep, y, bAt + j, bRow, z, to + j, below * cRow, steps, add);
                }
            }
        }

        /**
         * A tile of two by four results, each in a variable of its own: 512² in 29 ms, where a loop over a line of results
         * that is vectorised by the JVM took 33 and, with 32 columns, 48; and it is fast sooner (AMD EPYC, one core,
         * 2026-11-26).
         *
         * @param aBelow the distance of the second row of a from the first, as {@code cBelow} of c
         */
        private static void eight(
                float[] a,
                int at,
                int aBelow,
                int aStep,
                float[] b,
                int bAt,
                int bRow,
                float[] c,
                int cAt,
                int cBelow,
                int steps,
                boolean add) {
            int below = cAt + cBelow;
            float s0 = add ? c[cAt] : 0;
            float s1 = add ? c[cAt + 1] : 0;
            float s2 = add ? c[cAt + 2] : 0;
            float s3 = add ? c[cAt + 3] : 0;
            float t0 = add ? c[below] : 0;
            float t1 = add ? c[below + 1] : 0;
            float t2 = add ? c[below + 2] : 0;
            float t3 = add ? c[below + 3] : 0;
            for (int p = 0, row = at, line = bAt; p < steps; p++, row += aStep, line += bRow) {
                float s = a[row];
                float t = a[row + aBelow];
                float b0 = b[line];
                float b1 = b[line + 1];
                float b2 = b[line + 2];
                float b3 = b[line + 3];
                s0 = Math.fma(s, b0, s0);
                s1 = Math.fma(s, b1, s1);
                s2 = Math.fma(s, b2, s2);
                s3 = Math.fma(s, b3, s3);
                t0 = Math.fma(t, b0, t0);
                t1 = Math.fma(t, b1, t1);
                t2 = Math.fma(t, b2, t2);
                t3 = Math.fma(t, b3, t3);
            }
            c[cAt] = s0;
            c[cAt + 1] = s1;
            c[cAt + 2] = s2;
            c[cAt + 3] = s3;
            c[below] = t0;
            c[below + 1] = t1;
            c[below + 2] = t2;
            c[below + 3] = t3;
        }

        /** The same with two results, one below the other. */
        private static void two(
                float[] a,
                int at,
                int aBelow,
                int aStep,
                float[] b,
                int bAt,
                int bRow,
                float[] c,
                int cAt,
                int cBelow,
                int steps,
                boolean add) {
            float s = add ? c[cAt] : 0;
            float t = add ? c[cAt + cBelow] : 0;
            for (int p = 0, row = at, line = bAt; p < steps; p++, row += aStep, line += bRow) {
                s = Math.fma(a[row], b[line], s);
                t = Math.fma(a[row + aBelow], b[line], t);
            }
            c[cAt] = s;
            c[cAt + cBelow] = t;
        }

        @Override
        void taps(Object x, int[] offsets, Object w, int wAt, Object y, int n) {
            PlainTaps.run((float[]) x, offsets, (float[]) w, wAt, (float[]) y, n);
        }

        @Override
        void tapProducts(Object g, Object x, int[] offsets, Object y, int at, int n) {
            PlainTaps.products((float[]) g, (float[]) x, offsets, (float[]) y, at, n, tapLanes());
        }

        /** Lanes of the vectors whose order of sums is kept to. */
        int tapLanes() {
            return PlainTaps.LANES;
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
        Doubles(Tiling tiling) {
            super(tiling);
        }

        @Override
        Object array(int size) {
            return new double[size];
        }

        @Override
        void clear(Object array, int size) {
            Arrays.fill((double[]) array, 0, size, 0);
        }

        @Override
        void strip(
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
            double[] y = (double[]) b;
            double[] z = (double[]) c;
            for (int i = 0; i < rows; i += 2) {
                // An odd last row is done twice.
                int below = i + 1 < rows ? 1 : 0;
                int from = at + i * aRow;
                int to = cAt + i * cRow;
                int j = 0;
                for (; j + 4 <= columns; j += 4) {
                    eight(x, from, below * aRow, aStep, y, bAt + j, bRow, z, to + j, below * cRow, steps, add);
                }
                for (; j < columns; j++) {
                    two(x, from, below * aRow, aStep, y, bAt + j, bRow, z, to + j, below * cRow, steps, add);
                }
            }
        }

        /**
         * A tile of two by four results, each in a variable of its own: 512² in 29 ms, where a loop over a line of results
         * that is vectorised by the JVM took 33 and, with 32 columns, 48; and it is fast sooner (AMD EPYC, one core,
         * 2026-11-26).
         *
         * @param aBelow the distance of the second row of a from the first, as {@code cBelow} of c
         */
        private static void eight(
                double[] a,
                int at,
                int aBelow,
                int aStep,
                double[] b,
                int bAt,
                int bRow,
                double[] c,
                int cAt,
                int cBelow,
                int steps,
                boolean add) {
            int below = cAt + cBelow;
            double s0 = add ? c[cAt] : 0;
            double s1 = add ? c[cAt + 1] : 0;
            double s2 = add ? c[cAt + 2] : 0;
            double s3 = add ? c[cAt + 3] : 0;
            double t0 = add ? c[below] : 0;
            double t1 = add ? c[below + 1] : 0;
            double t2 = add ? c[below + 2] : 0;
            double t3 = add ? c[below + 3] : 0;
            for (int p = 0, row = at, line = bAt; p < steps; p++, row += aStep, line += bRow) {
                double s = a[row];
                double t = a[row + aBelow];
                double b0 = b[line];
                double b1 = b[line + 1];
                double b2 = b[line + 2];
                double b3 = b[line + 3];
                s0 = Math.fma(s, b0, s0);
                s1 = Math.fma(s, b1, s1);
                s2 = Math.fma(s, b2, s2);
                s3 = Math.fma(s, b3, s3);
                t0 = Math.fma(t, b0, t0);
                t1 = Math.fma(t, b1, t1);
                t2 = Math.fma(t, b2, t2);
                t3 = Math.fma(t, b3, t3);
            }
            c[cAt] = s0;
            c[cAt + 1] = s1;
            c[cAt + 2] = s2;
            c[cAt + 3] = s3;
            c[below] = t0;
            c[below + 1] = t1;
            c[below + 2] = t2;
            c[below + 3] = t3;
        }

        /** The same with two results, one below the other. */
        private static void two(
                double[] a,
                int at,
                int aBelow,
                int aStep,
                double[] b,
                int bAt,
                int bRow,
                double[] c,
                int cAt,
                int cBelow,
                int steps,
                boolean add) {
            double s = add ? c[cAt] : 0;
            double t = add ? c[cAt + cBelow] : 0;
            for (int p = 0, row = at, line = bAt; p < steps; p++, row += aStep, line += bRow) {
                s = Math.fma(a[row], b[line], s);
                t = Math.fma(a[row + aBelow], b[line], t);
            }
            c[cAt] = s;
            c[cAt + cBelow] = t;
        }

        @Override
        void taps(Object x, int[] offsets, Object w, int wAt, Object y, int n) {
            PlainTaps.run((double[]) x, offsets, (double[]) w, wAt, (double[]) y, n);
        }

        @Override
        void tapProducts(Object g, Object x, int[] offsets, Object y, int at, int n) {
            PlainTaps.products((double[]) g, (double[]) x, offsets, (double[]) y, at, n, tapLanes());
        }

        /** Lanes of the vectors whose order of sums is kept to. */
        int tapLanes() {
            return PlainTaps.LANES;
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
            super(TILING);
        }

        @Override
        Object array(int size) {
            return new long[size];
        }

        @Override
        void clear(Object array, int size) {
            Arrays.fill((long[]) array, 0, size, 0);
        }

        @Override
        void strip(
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
        void taps(Object x, int[] offsets, Object w, int wAt, Object y, int n) {
            PlainTaps.run((long[]) x, offsets, (long[]) w, wAt, (long[]) y, n);
        }

        @Override
        void tapProducts(Object g, Object x, int[] offsets, Object y, int at, int n) {
            PlainTaps.products((long[]) g, (long[]) x, offsets, (long[]) y, at, n);
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
