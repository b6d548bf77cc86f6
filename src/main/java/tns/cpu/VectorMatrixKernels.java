package tns.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import tns.cpu.MatrixKernel.Kind;

/** Matrix kernels in the Vector API: {@link Tiles}, and plain Java for as long as one of those is not ready. */
final class VectorMatrixKernels {
    private VectorMatrixKernels() {}

    // Made here and not by the caller, so that verifying the caller does not load classes that need the Vector API: the
    // start-up cache is made by a run without it.
    static MatrixKernel floats(Kind kind, MachineCode machine) {
        return new Floats(kind, machine);
    }

    static MatrixKernel doubles(Kind kind, MachineCode machine) {
        return new Doubles(kind, machine);
    }

    /** Products of float[]. */
    static final class Floats extends PlainMatrixKernels.Floats {
        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
        private static final int LANES = SPECIES.length();

        private final Tiles tiles;
        private final VectorPacking packing;
        private final VectorTaps taps;

        Floats(Kind kind, MachineCode machine) {
            super(Tiles.FLOATS);
            boolean atOnce = kind == Kind.VECTORS_AT_ONCE;
            Workshop workshop = new Workshop(atOnce);
            tiles = new Tiles(
                    new PlainMatrixKernels.Floats(tiling()), new MachineTiles(false, machine), false, workshop, atOnce);
            packing = new VectorPacking(workshop, atOnce);
            taps = new VectorTaps(false, workshop, atOnce);
        }

        @Override
        boolean isFastByLines() {
            return tiles.isFastByLines();
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
            tiles.strip(a, at, aRow, aStep, b, bAt, bRow, c, cAt, cRow, rows, columns, steps, add);
        }

        @Override
        void pack(Object source, int at, int step, int stride, int steps, int width, Object panel, int start, int row) {
            float[] x = (float[]) source;
            float[] y = (float[]) panel;
            int done = packing.pack(x, at, step, stride, steps, width, y, start, row);
            if (done < steps) {
                super.pack(source, at + done * step, step, stride, steps - done, width, panel, start + done * row, row);
            }
        }

        @Override
        void panels(Object source, int at, int step, int steps, int columns, Object panels, int start, int width) {
            int done = packing.panels((float[]) source, at, step, steps, columns, (float[]) panels, start, width);
            super.panels(source, at + done, step, steps, columns - done, panels, start + done * steps, width);
        }

        @Override
        void taps(Object x, int[] offsets, Object w, int wAt, Object y, int n) {
            if (taps.isReady((long) n * offsets.length)) {
                VectorTaps.run((float[]) x, offsets, (float[]) w, wAt, (float[]) y, n);
            } else {
                super.taps(x, offsets, w, wAt, y, n);
            }
        }

        @Override
        void tapProducts(Object g, Object x, int[] offsets, Object y, int at, int n) {
            if (taps.isReady((long) n * offsets.length)) {
                VectorTaps.products((float[]) g, (float[]) x, offsets, (float[]) y, at, n);
            } else {
                super.tapProducts(g, x, offsets, y, at, n);
            }
        }

        @Override
        int tapLanes() {
            return LANES;
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

        private final Tiles tiles;
        private final VectorTaps taps;

        Doubles(Kind kind, MachineCode machine) {
            super(Tiles.DOUBLES);
            boolean atOnce = kind == Kind.VECTORS_AT_ONCE;
            Workshop workshop = new Workshop(atOnce);
            tiles = new Tiles(
                    new PlainMatrixKernels.Doubles(tiling()), new MachineTiles(true, machine), true, workshop, atOnce);
            taps = new VectorTaps(true, workshop, atOnce);
        }

        @Override
        boolean isFastByLines() {
            return tiles.isFastByLines();
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
            tiles.strip(a, at, aRow, aStep, b, bAt, bRow, c, cAt, cRow, rows, columns, steps, add);
        }

        @Override
        void taps(Object x, int[] offsets, Object w, int wAt, Object y, int n) {
            if (taps.isReady((long) n * offsets.length)) {
                VectorTaps.run((double[]) x, offsets, (double[]) w, wAt, (double[]) y, n);
            } else {
                super.taps(x, offsets, w, wAt, y, n);
            }
        }

        @Override
        void tapProducts(Object g, Object x, int[] offsets, Object y, int at, int n) {
            if (taps.isReady((long) n * offsets.length)) {
                VectorTaps.products((double[]) g, (double[]) x, offsets, (double[]) y, at, n);
            } else {
                super.tapProducts(g, x, offsets, y, at, n);
            }
        }

        @Override
        int tapLanes() {
            return LANES;
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
