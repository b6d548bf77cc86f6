package tns.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The loops of {@link Lanes} that add floats to lanes of doubles, with the Vector API. */
final class VectorSums {
    /** Rows that {@link #rows} adds in one go. */
    static final int ROWS = 8;

    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    private static final int LENGTH = DOUBLES.length();

    private VectorSums() {}

    /**
     * Adds rows of {@link Reduce#SUM_LANES} floats to as many lanes, one after the other: {@link Reduce#STREAMS} pieces
     * {@code at[2]} apart, and those of the next row {@code at[3]} further on. That is either a row, so that all are one
     * run, or a piece, so that the pieces are streams. Operands are the floats and the lanes; the count is that of rows.
     */
    static FusedLoop run() {
        return new Run();
    }

    /** Likewise adds {@code at[2]} runs of so many rows, one after the other, which begin {@code at[3]} apart. */
    static FusedLoop runs() {
        return new Runs();
    }

    /**
     * The sum of a run, as its lanes give it when they are folded pairwise. Operands are the run, the results, and room for
     * {@link Reduce#SUM_LANES} lanes; any number of elements from as many on.
     */
    static FusedLoop whole() {
        return new Whole();
    }

    /**
     * Adds {@link #ROWS} rows, one after the other, to as many lanes. Operands are the rows, all in the first's array, and
     * the lanes. Four rows at a time took a sixth longer, sixteen a tenth.
     */
    static FusedLoop rows() {
        return new Rows();
    }

    /** Eight accumulators at a time: all lanes where vectors are of the longest kind. */
    private static final class Run extends FusedLoop {
        private static final int AT_ONCE = 8 * LENGTH;

        /** As many floats as there are doubles in a vector. */
        private static final VectorSpecies<Float> HALF =
                VectorSpecies.of(float.class, VectorShape.forBitSize(LENGTH * Float.SIZE));

        /** Rows of a run that stay in the nearest cache until all lanes have had theirs. */
        private static final int ROWS_AT_ONCE = 32;

        @Override
        void run(Object[] arrays, int[] at, int n) {
            float[] x = (float[]) arrays[0];
            double[] lane = (double[]) arrays[1];
            if (at[3] == Reduce.STREAM_LANES) {
                for (int first = 0; first < Reduce.SUM_LANES; first += AT_ONCE) {
                    int from = at[0] + place(first / LENGTH, at[2]);
                    add(x, from, at[2], Reduce.STREAM_LANES, lane, at[1] + first, n);
                }
                return;
            }
            addRows(x, at[0], lane, at[1], n);
        }

        static void addRows(float[] x, int at, double[] lane, int j, int n) {
            for (int r = 0; r < n; r += ROWS_AT_ONCE) {
                int from = at + r * Reduce.SUM_LANES;
                int rows = Math.min(n - r, ROWS_AT_ONCE);
                for (int first = 0; first < Reduce.SUM_LANES; first += AT_ONCE) {
                    add(x, from + first, Reduce.STREAM_LANES, Reduce.SUM_LANES, lane, j + first, rows);
                }
            }
        }

        /** Is to be compiled within its callers, where {@code step} is a constant: an index is then checked before the loop. */
        private static void add(float[] x, int from, int distance, int step, double[] lane, int j, int n) {
            DoubleVector a = lanes(lane, j, 0);
            DoubleVector b = lanes(lane, j, 1);
            DoubleVector c = lanes(lane, j, 2);
            DoubleVector d = lanes(lane, j, 3);
            DoubleVector e = lanes(lane, j, 4);
            DoubleVector f = lanes(lane, j, 5);
            DoubleVector g = lanes(lane, j, 6);
            DoubleVector h = lanes(lane, j, 7);
            int end = from + n * step;
            for (int i = from; i < end; i += step) {
                a = a.add(doubles(x, i, 0, distance));
                b = b.add(doubles(x, i, 1, distance));
                c = c.add(doubles(x, i, 2, distance));
                d = d.add(doubles(x, i, 3, distance));
                e = e.add(doubles(x, i, 4, distance));
                f = f.add(doubles(x, i, 5, distance));
                g = g.add(doubles(x, i, 6, distance));
                h = h.add(doubles(x, i, 7, distance));
            }
            keep(a, lane, j, 0);
            keep(b, lane, j, 1);
            keep(c, lane, j, 2);
            keep(d, lane, j, 3);
            keep(e, lane, j, 4);
            keep(f, lane, j, 5);
            keep(g, lane, j, 6);
            keep(h, lane, j, 7);
        }

        private static DoubleVector lanes(double[] lane, int j, int vector) {
            return DoubleVector.fromArray(DOUBLES, lane, j + vector * LENGTH);
        }

        private static void keep(DoubleVector sums, double[] lane, int j, int vector) {
            sums.intoArray(lane, j + vector * LENGTH);
        }

        /** How far from the floats for the first lane those for a later vector of lanes lie. */
        private static int place(int vector, int distance) {
            int lane = vector * LENGTH;
            return lane / Reduce.STREAM_LANES * distance + lane % Reduce.STREAM_LANES;
        }

        /**
         * The floats for a vector of lanes. Widening whole vectors half by half takes longer: 64 M elements in 13.3 ms and not in
         * 12.1, and 6.4 for 5.1 where they are in the cache (AMD EPYC, AVX-512, one core, 2026-11-27).
         *
         * <p>Its byte code is to stay below the JVM's bound of 35 for what is compiled into callers whatever their profile: at
         * 36 the rows of (2048, 2048) took 5.6 ms and not 1.3 without the launcher's options (AMD EPYC, 2026-11-28).
         */
        private static DoubleVector doubles(float[] x, int at, int vector, int distance) {
            FloatVector floats = FloatVector.fromArray(HALF, x, at + place(vector, distance));
            return (DoubleVector) floats.convertShape(VectorOperators.F2D, DOUBLES, 0);
        }
    }

    /** Runs of a few rows: where lanes do not fit the registers, all runs for some lanes come before those for others. */
    private static final class Runs extends FusedLoop {
        @Override
        void run(Object[] arrays, int[] at, int n) {
            float[] x = (float[]) arrays[0];
            double[] lane = (double[]) arrays[1];
            for (int first = 0; first < Reduce.SUM_LANES; first += Run.AT_ONCE) {
                for (int run = 0; run < at[2]; run++) {
                    int from = at[0] + run * at[3] + first;
                    Run.add(x, from, Reduce.STREAM_LANES, Reduce.SUM_LANES, lane, at[1] + first, n);
                }
            }
        }
    }

    /** Lanes that begin and end here. */
    private static final class Whole extends FusedLoop {
        private static final boolean IN_TWO = Reduce.SUM_LANES == 2 * Run.AT_ONCE;

        @Override
        void run(Object[] arrays, int[] at, int n) {
            float[] x = (float[]) arrays[0];
            float[] y = (float[]) arrays[1];
            double[] lane = (double[]) arrays[2];
            int rows = n / Reduce.SUM_LANES;
            boolean inRegisters = rows * Reduce.SUM_LANES == n && (IN_TWO || Reduce.SUM_LANES == Run.AT_ONCE);
            DoubleVector zero = DoubleVector.zero(DOUBLES);
            for (int j = 0; j < (inRegisters ? Run.AT_ONCE : Reduce.SUM_LANES); j += LENGTH) {
                zero.intoArray(lane, j);
            }
            if (inRegisters) {
                if (IN_TWO) {
                    Run.add(x, at[0] + Run.AT_ONCE, Reduce.STREAM_LANES, Reduce.SUM_LANES, lane, 0, rows);
                }
                addFirst(x, at[0], lane, rows);
            } else {
                addAll(x, at[0], lane, n);
            }
            for (int half = LENGTH / 2; half > 0; half /= 2) {
                for (int j = 0; j < half; j++) {
                    lane[j] += lane[half + j];
                }
            }
            y[at[1]] = (float) lane[0];
        }

        /** Leaves the sum in a vector of lanes. */
        private static void addAll(float[] x, int at, double[] lane, int n) {
            int rows = n / Reduce.SUM_LANES;
            Run.addRows(x, at, lane, 0, rows);
            int rest = at + rows * Reduce.SUM_LANES;
            for (int j = 0; rest + j < at + n; j++) {
                lane[j] += x[rest + j];
            }
            for (int half = Reduce.SUM_LANES / 2; half >= LENGTH; half /= 2) {
                for (int j = 0; j < half; j += LENGTH) {
                    DoubleVector.fromArray(DOUBLES, lane, j)
                            .add(DoubleVector.fromArray(DOUBLES, lane, half + j))
                            .intoArray(lane, j);
                }
            }
        }

        /**
         * The same for as many lanes as registers hold, to which those of the other half are added from where they are. The
         * means of 8192 runs of 256 floats took 0.71 to 1.2 ms with all lanes in memory, so 0.50 to 0.79 (AMD EPYC without
         * AVX-512, one core, busy, the least of each of three runs, alternating, 2026-11-27).
         */
        private static void addFirst(float[] x, int at, double[] lane, int rows) {
            DoubleVector zero = DoubleVector.zero(DOUBLES);
            DoubleVector a = zero;
            DoubleVector b = zero;
            DoubleVector c = zero;
            DoubleVector d = zero;
            DoubleVector e = zero;
            DoubleVector f = zero;
            DoubleVector g = zero;
            DoubleVector h = zero;
            int end = at + rows * Reduce.SUM_LANES;
            for (int i = at; i < end; i += Reduce.SUM_LANES) {
                a = a.add(Run.doubles(x, i, 0, Reduce.STREAM_LANES));
                b = b.add(Run.doubles(x, i, 1, Reduce.STREAM_LANES));
                c = c.add(Run.doubles(x, i, 2, Reduce.STREAM_LANES));
                d = d.add(Run.doubles(x, i, 3, Reduce.STREAM_LANES));
                e = e.add(Run.doubles(x, i, 4, Reduce.STREAM_LANES));
                f = f.add(Run.doubles(x, i, 5, Reduce.STREAM_LANES));
                g = g.add(Run.doubles(x, i, 6, Reduce.STREAM_LANES));
                h = h.add(Run.doubles(x, i, 7, Reduce.STREAM_LANES));
            }
            a = a.add(Run.lanes(lane, 0, 0)).add(e.add(Run.lanes(lane, 0, 4)));
            b = b.add(Run.lanes(lane, 0, 1)).add(f.add(Run.lanes(lane, 0, 5)));
            c = c.add(Run.lanes(lane, 0, 2)).add(g.add(Run.lanes(lane, 0, 6)));
            d = d.add(Run.lanes(lane, 0, 3)).add(h.add(Run.lanes(lane, 0, 7)));
            a.add(c).add(b.add(d)).intoArray(lane, 0);
        }
    }

    /** Halves of whole vectors of floats: one check of an index for both. */
    private static final class Rows extends FusedLoop {
        @Override
        void run(Object[] arrays, int[] at, int n) {
            float[] x = (float[]) arrays[0];
            double[] lane = (double[]) arrays[ROWS];
            for (int j = 0; j < n; j += 2 * LENGTH) {
                int to = at[ROWS] + j;
                DoubleVector low = DoubleVector.fromArray(DOUBLES, lane, to);
                DoubleVector high = DoubleVector.fromArray(DOUBLES, lane, to + LENGTH);
                FloatVector one = FloatVector.fromArray(FLOATS, x, at[0] + j);
                low = low.add(one.convertShape(VectorOperators.F2D, DOUBLES, 0));
                high = high.add(one.convertShape(VectorOperators.F2D, DOUBLES, 1));
                FloatVector two = FloatVector.fromArray(FLOATS, x, at[1] + j);
                low = low.add(two.convertShape(VectorOperators.F2D, DOUBLES, 0));
                high = high.add(two.convertShape(VectorOperators.F2D, DOUBLES, 1));
                FloatVector three = FloatVector.fromArray(FLOATS, x, at[2] + j);
                low = low.add(three.convertShape(VectorOperators.F2D, DOUBLES, 0));
                high = high.add(three.convertShape(VectorOperators.F2D, DOUBLES, 1));
                FloatVector four = FloatVector.fromArray(FLOATS, x, at[3] + j);
                low = low.add(four.convertShape(VectorOperators.F2D, DOUBLES, 0));
                high = high.add(four.convertShape(VectorOperators.F2D, DOUBLES, 1));
                FloatVector five = FloatVector.fromArray(FLOATS, x, at[4] + j);
                low = low.add(five.convertShape(VectorOperators.F2D, DOUBLES, 0));
                high = high.add(five.convertShape(VectorOperators.F2D, DOUBLES, 1));
                FloatVector six = FloatVector.fromArray(FLOATS, x, at[5] + j);
                low = low.add(six.convertShape(VectorOperators.F2D, DOUBLES, 0));
                high = high.add(six.convertShape(VectorOperators.F2D, DOUBLES, 1));
                FloatVector seven = FloatVector.fromArray(FLOATS, x, at[6] + j);
                low = low.add(seven.convertShape(VectorOperators.F2D, DOUBLES, 0));
                high = high.add(seven.convertShape(VectorOperators.F2D, DOUBLES, 1));
                FloatVector eight = FloatVector.fromArray(FLOATS, x, at[7] + j);
                low = low.add(eight.convertShape(VectorOperators.F2D, DOUBLES, 0));
                high = high.add(eight.convertShape(VectorOperators.F2D, DOUBLES, 1));
                low.intoArray(lane, to);
                high.intoArray(lane, to + LENGTH);
            }
        }
    }
}
