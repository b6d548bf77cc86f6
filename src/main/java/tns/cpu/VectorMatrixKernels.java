package tns.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Matrix kernels in the Vector API: a tile is 8 rows of two vectors, 16 accumulators, each its own local variable. */
final class VectorMatrixKernels {
    private static final int ROWS = 8;

    private VectorMatrixKernels() {}

    // Made here and not by the caller, so that verifying the caller does not load classes that need the Vector API: the
    // start-up cache is made by a run without it.
    static MatrixKernel floats() {
        return new Floats();
    }

    static MatrixKernel doubles() {
        return new Doubles();
    }

    /** Products of float[]. */
    static final class Floats extends PlainMatrixKernels.Floats {
        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
        private static final int LANES = SPECIES.length();

        Floats() {
            super(ROWS, 2 * LANES);
        }

        @Override
        void tile(
                Object a,
                int at,
                int aRow,
                int aStep,
                Object b,
                int bAt,
                int bStep,
                Object c,
                int cAt,
                int cRow,
                int count,
                int steps,
                boolean add) {
            float[] x = (float[]) a;
            float[] y = (float[]) b;
            float[] z = (float[]) c;
            // Rows past the last repeat it: they are computed and not stored.
            int last = count - 1;
            int i1 = Math.min(1, last);
            int i2 = Math.min(2, last);
            int i3 = Math.min(3, last);
            int i4 = Math.min(4, last);
            int i5 = Math.min(5, last);
            int i6 = Math.min(6, last);
            int i7 = Math.min(7, last);
            FloatVector zero = FloatVector.zero(SPECIES);
            FloatVector c00 = add ? FloatVector.fromArray(SPECIES, z, cAt) : zero;
            FloatVector c01 = add ? FloatVector.fromArray(SPECIES, z, cAt + LANES) : zero;
            FloatVector c10 = add ? FloatVector.fromArray(SPECIES, z, cAt + i1 * cRow) : zero;
            FloatVector c11 = add ? FloatVector.fromArray(SPECIES, z, cAt + i1 * cRow + LANES) : zero;
            FloatVector c20 = add ? FloatVector.fromArray(SPECIES, z, cAt + i2 * cRow) : zero;
            FloatVector c21 = add ? FloatVector.fromArray(SPECIES, z, cAt + i2 * cRow + LANES) : zero;
            FloatVector c30 = add ? FloatVector.fromArray(SPECIES, z, cAt + i3 * cRow) : zero;
            FloatVector c31 = add ? FloatVector.fromArray(SPECIES, z, cAt + i3 * cRow + LANES) : zero;
            FloatVector c40 = add ? FloatVector.fromArray(SPECIES, z, cAt + i4 * cRow) : zero;
            FloatVector c41 = add ? FloatVector.fromArray(SPECIES, z, cAt + i4 * cRow + LANES) : zero;
            FloatVector c50 = add ? FloatVector.fromArray(SPECIES, z, cAt + i5 * cRow) : zero;
            FloatVector c51 = add ? FloatVector.fromArray(SPECIES, z, cAt + i5 * cRow + LANES) : zero;
            FloatVector c60 = add ? FloatVector.fromArray(SPECIES, z, cAt + i6 * cRow) : zero;
            FloatVector c61 = add ? FloatVector.fromArray(SPECIES, z, cAt + i6 * cRow + LANES) : zero;
            FloatVector c70 = add ? FloatVector.fromArray(SPECIES, z, cAt + i7 * cRow) : zero;
            FloatVector c71 = add ? FloatVector.fromArray(SPECIES, z, cAt + i7 * cRow + LANES) : zero;
            int a1 = i1 * aRow;
            int a2 = i2 * aRow;
            int a3 = i3 * aRow;
            int a4 = i4 * aRow;
            int a5 = i5 * aRow;
            int a6 = i6 * aRow;
            int a7 = i7 * aRow;
            for (int p = 0, ap = at, bp = bAt; p < steps; p++, ap += aStep, bp += bStep) {
                FloatVector b0 = FloatVector.fromArray(SPECIES, y, bp);
                FloatVector b1 = FloatVector.fromArray(SPECIES, y, bp + LANES);
                FloatVector x0 = FloatVector.broadcast(SPECIES, x[ap]);
                c00 = x0.fma(b0, c00);
                c01 = x0.fma(b1, c01);
                FloatVector x1 = FloatVector.broadcast(SPECIES, x[ap + a1]);
                c10 = x1.fma(b0, c10);
                c11 = x1.fma(b1, c11);
                FloatVector x2 = FloatVector.broadcast(SPECIES, x[ap + a2]);
                c20 = x2.fma(b0, c20);
                c21 = x2.fma(b1, c21);
                FloatVector x3 = FloatVector.broadcast(SPECIES, x[ap + a3]);
                c30 = x3.fma(b0, c30);
                c31 = x3.fma(b1, c31);
                FloatVector x4 = FloatVector.broadcast(SPECIES, x[ap + a4]);
                c40 = x4.fma(b0, c40);
                c41 = x4.fma(b1, c41);
                FloatVector x5 = FloatVector.broadcast(SPECIES, x[ap + a5]);
                c50 = x5.fma(b0, c50);
                c51 = x5.fma(b1, c51);
                FloatVector x6 = FloatVector.broadcast(SPECIES, x[ap + a6]);
                c60 = x6.fma(b0, c60);
                c61 = x6.fma(b1, c61);
                FloatVector x7 = FloatVector.broadcast(SPECIES, x[ap + a7]);
                c70 = x7.fma(b0, c70);
                c71 = x7.fma(b1, c71);
            }
            c00.intoArray(z, cAt);
            c01.intoArray(z, cAt + LANES);
            if (last < 1) {
                return;
            }
            c10.intoArray(z, cAt + 1 * cRow);
            c11.intoArray(z, cAt + 1 * cRow + LANES);
            if (last < 2) {
                return;
            }
            c20.intoArray(z, cAt + 2 * cRow);
            c21.intoArray(z, cAt + 2 * cRow + LANES);
            if (last < 3) {
                return;
            }
            c30.intoArray(z, cAt + 3 * cRow);
            c31.intoArray(z, cAt + 3 * cRow + LANES);
            if (last < 4) {
                return;
            }
            c40.intoArray(z, cAt + 4 * cRow);
            c41.intoArray(z, cAt + 4 * cRow + LANES);
            if (last < 5) {
                return;
            }
            c50.intoArray(z, cAt + 5 * cRow);
            c51.intoArray(z, cAt + 5 * cRow + LANES);
            if (last < 6) {
                return;
            }
            c60.intoArray(z, cAt + 6 * cRow);
            c61.intoArray(z, cAt + 6 * cRow + LANES);
            if (last < 7) {
                return;
            }
            c70.intoArray(z, cAt + 7 * cRow);
            c71.intoArray(z, cAt + 7 * cRow + LANES);
        }

        @Override
        void dot(Object a, int at, Object b, int bAt, int n, Object c, int cAt) {
            float[] x = (float[]) a;
            float[] y = (float[]) b;
            FloatVector s0 = FloatVector.zero(SPECIES);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            int i = 0;
            for (; i + 4 * LANES <= n; i += 4 * LANES) {
                s0 = FloatVector.fromArray(SPECIES, x, at + i).fma(FloatVector.fromArray(SPECIES, y, bAt + i), s0);
                s1 = FloatVector.fromArray(SPECIES, x, at + i + LANES)
                        .fma(FloatVector.fromArray(SPECIES, y, bAt + i + LANES), s1);
                s2 = FloatVector.fromArray(SPECIES, x, at + i + 2 * LANES)
                        .fma(FloatVector.fromArray(SPECIES, y, bAt + i + 2 * LANES), s2);
                s3 = FloatVector.fromArray(SPECIES, x, at + i + 3 * LANES)
                        .fma(FloatVector.fromArray(SPECIES, y, bAt + i + 3 * LANES), s3);
            }
            for (; i + LANES <= n; i += LANES) {
                s0 = FloatVector.fromArray(SPECIES, x, at + i).fma(FloatVector.fromArray(SPECIES, y, bAt + i), s0);
            }
            float tail = 0;
            for (; i < n; i++) {
                tail = Math.fma(x[at + i], y[bAt + i], tail);
            }
            // reduceLanes leaves its order open, so the compiled and the interpreted sum may differ.
            for (float lane : s0.add(s1).add(s2.add(s3)).toArray()) {
                tail += lane;
            }
            ((float[]) c)[cAt] = tail;
        }
    }

    /** Products of double[]. */
    static final class Doubles extends PlainMatrixKernels.Doubles {
        private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
        private static final int LANES = SPECIES.length();

        Doubles() {
            super(ROWS, 2 * LANES);
        }

        @Override
        void tile(
                Object a,
                int at,
                int aRow,
                int aStep,
                Object b,
                int bAt,
                int bStep,
                Object c,
                int cAt,
                int cRow,
                int count,
                int steps,
                boolean add) {
            double[] x = (double[]) a;
            double[] y = (double[]) b;
            double[] z = (double[]) c;
            // Rows past the last repeat it: they are computed and not stored.
            int last = count - 1;
            int i1 = Math.min(1, last);
            int i2 = Math.min(2, last);
            int i3 = Math.min(3, last);
            int i4 = Math.min(4, last);
            int i5 = Math.min(5, last);
            int i6 = Math.min(6, last);
            int i7 = Math.min(7, last);
            DoubleVector zero = DoubleVector.zero(SPECIES);
            DoubleVector c00 = add ? DoubleVector.fromArray(SPECIES, z, cAt) : zero;
            DoubleVector c01 = add ? DoubleVector.fromArray(SPECIES, z, cAt + LANES) : zero;
            DoubleVector c10 = add ? DoubleVector.fromArray(SPECIES, z, cAt + i1 * cRow) : zero;
            DoubleVector c11 = add ? DoubleVector.fromArray(SPECIES, z, cAt + i1 * cRow + LANES) : zero;
            DoubleVector c20 = add ? DoubleVector.fromArray(SPECIES, z, cAt + i2 * cRow) : zero;
            DoubleVector c21 = add ? DoubleVector.fromArray(SPECIES, z, cAt + i2 * cRow + LANES) : zero;
            DoubleVector c30 = add ? DoubleVector.fromArray(SPECIES, z, cAt + i3 * cRow) : zero;
            DoubleVector c31 = add ? DoubleVector.fromArray(SPECIES, z, cAt + i3 * cRow + LANES) : zero;
            DoubleVector c40 = add ? DoubleVector.fromArray(SPECIES, z, cAt + i4 * cRow) : zero;
            DoubleVector c41 = add ? DoubleVector.fromArray(SPECIES, z, cAt + i4 * cRow + LANES) : zero;
            DoubleVector c50 = add ? DoubleVector.fromArray(SPECIES, z, cAt + i5 * cRow) : zero;
            DoubleVector c51 = add ? DoubleVector.fromArray(SPECIES, z, cAt + i5 * cRow + LANES) : zero;
            DoubleVector c60 = add ? DoubleVector.fromArray(SPECIES, z, cAt + i6 * cRow) : zero;
            DoubleVector c61 = add ? DoubleVector.fromArray(SPECIES, z, cAt + i6 * cRow + LANES) : zero;
            DoubleVector c70 = add ? DoubleVector.fromArray(SPECIES, z, cAt + i7 * cRow) : zero;
            DoubleVector c71 = add ? DoubleVector.fromArray(SPECIES, z, cAt + i7 * cRow + LANES) : zero;
            int a1 = i1 * aRow;
            int a2 = i2 * aRow;
            int a3 = i3 * aRow;
            int a4 = i4 * aRow;
            int a5 = i5 * aRow;
            int a6 = i6 * aRow;
            int a7 = i7 * aRow;
            for (int p = 0, ap = at, bp = bAt; p < steps; p++, ap += aStep, bp += bStep) {
                DoubleVector b0 = DoubleVector.fromArray(SPECIES, y, bp);
                DoubleVector b1 = DoubleVector.fromArray(SPECIES, y, bp + LANES);
                DoubleVector x0 = DoubleVector.broadcast(SPECIES, x[ap]);
                c00 = x0.fma(b0, c00);
                c01 = x0.fma(b1, c01);
                DoubleVector x1 = DoubleVector.broadcast(SPECIES, x[ap + a1]);
                c10 = x1.fma(b0, c10);
                c11 = x1.fma(b1, c11);
                DoubleVector x2 = DoubleVector.broadcast(SPECIES, x[ap + a2]);
                c20 = x2.fma(b0, c20);
                c21 = x2.fma(b1, c21);
                DoubleVector x3 = DoubleVector.broadcast(SPECIES, x[ap + a3]);
                c30 = x3.fma(b0, c30);
                c31 = x3.fma(b1, c31);
                DoubleVector x4 = DoubleVector.broadcast(SPECIES, x[ap + a4]);
                c40 = x4.fma(b0, c40);
                c41 = x4.fma(b1, c41);
                DoubleVector x5 = DoubleVector.broadcast(SPECIES, x[ap + a5]);
                c50 = x5.fma(b0, c50);
                c51 = x5.fma(b1, c51);
                DoubleVector x6 = DoubleVector.broadcast(SPECIES, x[ap + a6]);
                c60 = x6.fma(b0, c60);
                c61 = x6.fma(b1, c61);
                DoubleVector x7 = DoubleVector.broadcast(SPECIES, x[ap + a7]);
                c70 = x7.fma(b0, c70);
                c71 = x7.fma(b1, c71);
            }
            c00.intoArray(z, cAt);
            c01.intoArray(z, cAt + LANES);
            if (last < 1) {
                return;
            }
            c10.intoArray(z, cAt + 1 * cRow);
            c11.intoArray(z, cAt + 1 * cRow + LANES);
            if (last < 2) {
                return;
            }
            c20.intoArray(z, cAt + 2 * cRow);
            c21.intoArray(z, cAt + 2 * cRow + LANES);
            if (last < 3) {
                return;
            }
            c30.intoArray(z, cAt + 3 * cRow);
            c31.intoArray(z, cAt + 3 * cRow + LANES);
            if (last < 4) {
                return;
            }
            c40.intoArray(z, cAt + 4 * cRow);
            c41.intoArray(z, cAt + 4 * cRow + LANES);
            if (last < 5) {
                return;
            }
            c50.intoArray(z, cAt + 5 * cRow);
            c51.intoArray(z, cAt + 5 * cRow + LANES);
            if (last < 6) {
                return;
            }
            c60.intoArray(z, cAt + 6 * cRow);
            c61.intoArray(z, cAt + 6 * cRow + LANES);
            if (last < 7) {
                return;
            }
            c70.intoArray(z, cAt + 7 * cRow);
            c71.intoArray(z, cAt + 7 * cRow + LANES);
        }

        @Override
        void dot(Object a, int at, Object b, int bAt, int n, Object c, int cAt) {
            double[] x = (double[]) a;
            double[] y = (double[]) b;
            DoubleVector s0 = DoubleVector.zero(SPECIES);
            DoubleVector s1 = s0;
            DoubleVector s2 = s0;
            DoubleVector s3 = s0;
            int i = 0;
            for (; i + 4 * LANES <= n; i += 4 * LANES) {
                s0 = DoubleVector.fromArray(SPECIES, x, at + i).fma(DoubleVector.fromArray(SPECIES, y, bAt + i), s0);
                s1 = DoubleVector.fromArray(SPECIES, x, at + i + LANES)
                        .fma(DoubleVector.fromArray(SPECIES, y, bAt + i + LANES), s1);
                s2 = DoubleVector.fromArray(SPECIES, x, at + i + 2 * LANES)
                        .fma(DoubleVector.fromArray(SPECIES, y, bAt + i + 2 * LANES), s2);
                s3 = DoubleVector.fromArray(SPECIES, x, at + i + 3 * LANES)
                        .fma(DoubleVector.fromArray(SPECIES, y, bAt + i + 3 * LANES), s3);
            }
            for (; i + LANES <= n; i += LANES) {
                s0 = DoubleVector.fromArray(SPECIES, x, at + i).fma(DoubleVector.fromArray(SPECIES, y, bAt + i), s0);
            }
            double tail = 0;
            for (; i < n; i++) {
                tail = Math.fma(x[at + i], y[bAt + i], tail);
            }
            // reduceLanes leaves its order open, so the compiled and the interpreted sum may differ.
            for (double lane : s0.add(s1).add(s2.add(s3)).toArray()) {
                tail += lane;
            }
            ((double[]) c)[cAt] = tail;
        }
    }
}
