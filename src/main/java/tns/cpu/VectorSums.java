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

    /** Adds a run to {@link Reduce#SUM_LANES} lanes over and over. Operands are the run, of whole rows of lanes, and those. */
    static FusedLoop run() {
        return new Run();
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
        /** Elements that stay in the cache until all lanes have had theirs. */
        private static final int PIECE = 64 * Reduce.SUM_LANES;

        /** As many floats as there are doubles in a vector. */
        private static final VectorSpecies<Float> HALF =
                VectorSpecies.of(float.class, VectorShape.forBitSize(LENGTH * Float.SIZE));

        @Override
        void run(Object[] arrays, int[] at, int n) {
            float[] x = (float[]) arrays[0];
            double[] lane = (double[]) arrays[1];
            int end = at[0] + n;
            for (int from = at[0]; from < end; from += PIECE) {
                int to = Math.min(from + PIECE, end);
                for (int first = 0; first < Reduce.SUM_LANES; first += 8 * LENGTH) {
                    int j = at[1] + first;
                    DoubleVector a = DoubleVector.fromArray(DOUBLES, lane, j);
                    DoubleVector b = DoubleVector.fromArray(DOUBLES, lane, j + LENGTH);
                    DoubleVector c = DoubleVector.fromArray(DOUBLES, lane, j + 2 * LENGTH);
                    DoubleVector d = DoubleVector.fromArray(DOUBLES, lane, j + 3 * LENGTH);
                    DoubleVector e = DoubleVector.fromArray(DOUBLES, lane, j + 4 * LENGTH);
                    DoubleVector f = DoubleVector.fromArray(DOUBLES, lane, j + 5 * LENGTH);
                    DoubleVector g = DoubleVector.fromArray(DOUBLES, lane, j + 6 * LENGTH);
                    DoubleVector h = DoubleVector.fromArray(DOUBLES, lane, j + 7 * LENGTH);
                    for (int i = from + first; i < to; i += Reduce.SUM_LANES) {
                        a = a.add(doubles(x, i));
                        b = b.add(doubles(x, i + LENGTH));
                        c = c.add(doubles(x, i + 2 * LENGTH));
                        d = d.add(doubles(x, i + 3 * LENGTH));
                        e = e.add(doubles(x, i + 4 * LENGTH));
                        f = f.add(doubles(x, i + 5 * LENGTH));
                        g = g.add(doubles(x, i + 6 * LENGTH));
                        h = h.add(doubles(x, i + 7 * LENGTH));
                    }
                    a.intoArray(lane, j);
                    b.intoArray(lane, j + LENGTH);
                    c.intoArray(lane, j + 2 * LENGTH);
                    d.intoArray(lane, j + 3 * LENGTH);
                    e.intoArray(lane, j + 4 * LENGTH);
                    f.intoArray(lane, j + 5 * LENGTH);
                    g.intoArray(lane, j + 6 * LENGTH);
                    h.intoArray(lane, j + 7 * LENGTH);
                }
            }
        }

        /**
         * The floats from there on. Widening whole vectors half by half takes longer: 64 M elements in 13.3 ms and not in
         * 12.1, and 6.4 for 5.1 where they are in the cache (AMD EPYC, AVX-512, one core, 2026-11-27).
         */
        private static DoubleVector doubles(float[] x, int at) {
            return (DoubleVector) FloatVector.fromArray(HALF, x, at).convertShape(VectorOperators.F2D, DOUBLES, 0);
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
