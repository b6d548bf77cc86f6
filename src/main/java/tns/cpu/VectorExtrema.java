package tns.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops that find the greatest or least of a run of floats, with the Vector API. Operands are the run and doubles, of
 * which one becomes the extremum of itself and the run; NaN where there is one, and 0 is greater than -0.
 */
final class VectorExtrema {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LENGTH = SPECIES.length();

    /** Vectors at a time: a maximum takes several instructions, each of which waits for the one before. */
    private static final int AT_ONCE = 4 * LENGTH;

    private VectorExtrema() {}

    static FusedLoop greatest() {
        return new Greatest();
    }

    static FusedLoop least() {
        return new Least();
    }

    private static final class Greatest extends FusedLoop {
        @Override
        void run(Object[] arrays, int[] at, int n) {
            if (n < 0) {
                return;
            }
            float[] x = (float[]) arrays[0];
            double[] lane = (double[]) arrays[1];
            FloatVector a = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            int i = at[0];
            int end = at[0] + n;
            for (; i <= end - AT_ONCE; i += AT_ONCE) {
                a = a.max(FloatVector.fromArray(SPECIES, x, i));
                b = b.max(FloatVector.fromArray(SPECIES, x, i + LENGTH));
                c = c.max(FloatVector.fromArray(SPECIES, x, i + 2 * LENGTH));
                d = d.max(FloatVector.fromArray(SPECIES, x, i + 3 * LENGTH));
            }
            float greatest = a.max(b).max(c.max(d)).reduceLanes(VectorOperators.MAX);
            for (; i < end; i++) {
                greatest = Math.max(greatest, x[i]);
            }
            lane[at[1]] = Math.max(lane[at[1]], greatest);
        }
    }

    private static final class Least extends FusedLoop {
        @Override
        void run(Object[] arrays, int[] at, int n) {
            if (n < 0) {
                return;
            }
            float[] x = (float[]) arrays[0];
            double[] lane = (double[]) arrays[1];
            FloatVector a = FloatVector.broadcast(SPECIES, Float.POSITIVE_INFINITY);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            int i = at[0];
            int end = at[0] + n;
            for (; i <= end - AT_ONCE; i += AT_ONCE) {
                a = a.min(FloatVector.fromArray(SPECIES, x, i));
                b = b.min(FloatVector.fromArray(SPECIES, x, i + LENGTH));
                c = c.min(FloatVector.fromArray(SPECIES, x, i + 2 * LENGTH));
                d = d.min(FloatVector.fromArray(SPECIES, x, i + 3 * LENGTH));
            }
            float least = a.min(b).min(c.min(d)).reduceLanes(VectorOperators.MIN);
            for (; i < end; i++) {
                least = Math.min(least, x[i]);
            }
            lane[at[1]] = Math.min(lane[at[1]], least);
        }
    }
}
