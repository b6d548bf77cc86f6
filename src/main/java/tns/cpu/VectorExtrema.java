package tns.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loop that finds the greatest or least of a run of floats, with the Vector API. Operands are the run and doubles, of
 * which one becomes the extremum of itself and the run; NaN where there is one, and 0 is greater than -0.
 */
final class VectorExtrema extends FusedLoop {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LENGTH = SPECIES.length();

    /** Vectors at a time: a maximum takes several instructions, each of which waits for the one before. */
    private static final int AT_ONCE = 4 * LENGTH;

    /** 1, or -1 for the least: the greatest of what has the other sign. */
    private final float sign;

    private VectorExtrema(float sign) {
        this.sign = sign;
    }

    // Made here and not by the caller, so that verifying the caller does not load classes that need the Vector API.
    static FusedLoop greatest() {
        return new VectorExtrema(1);
    }

    static FusedLoop least() {
        return new VectorExtrema(-1);
    }

    @Override
    void run(Object[] arrays, int[] at, int n) {
        if (n < 0) {
            return;
        }
        float[] x = (float[]) arrays[0];
        double[] lane = (double[]) arrays[1];
        FloatVector signs = FloatVector.broadcast(SPECIES, sign);
        FloatVector a = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = at[0];
        int end = at[0] + n;
        for (; i <= end - AT_ONCE; i += AT_ONCE) {
            a = a.max(FloatVector.fromArray(SPECIES, x, i).mul(signs));
            b = b.max(FloatVector.fromArray(SPECIES, x, i + LENGTH).mul(signs));
            c = c.max(FloatVector.fromArray(SPECIES, x, i + 2 * LENGTH).mul(signs));
            d = d.max(FloatVector.fromArray(SPECIES, x, i + 3 * LENGTH).mul(signs));
        }
        float greatest = a.max(b).max(c.max(d)).reduceLanes(VectorOperators.MAX);
        for (; i < end; i++) {
            greatest = Math.max(greatest, sign * x[i]);
        }
        lane[at[1]] = sign * Math.max(sign * lane[at[1]], greatest);
    }
}
