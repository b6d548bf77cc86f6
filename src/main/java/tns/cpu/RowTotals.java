package tns.cpu;

import static tns.cpu.VectorTypes.exact;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import tns.expr.Lane;
import tns.expr.RowLayout;

/** What {@link RowCode} leaves to do when a row's elements are folded into the lanes of an array: with the Vector API. */
final class RowTotals {
    private static final int LANES = RowExecutor.LAYOUT.threads();
    private static final int WARP = RowLayout.WARP;

    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int FLOAT_LENGTH = FLOATS.length();
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    private static final int DOUBLE_LENGTH = DOUBLES.length();

    // Each lane's partner at a distance is turned to its place.
    private static final VectorShuffle<Float> FLOATS_8 = turned(FLOATS, 8);
    private static final VectorShuffle<Float> FLOATS_4 = turned(FLOATS, 4);
    private static final VectorShuffle<Float> FLOATS_2 = turned(FLOATS, 2);
    private static final VectorShuffle<Float> FLOATS_1 = turned(FLOATS, 1);
    private static final VectorShuffle<Double> DOUBLES_4 = turned(DOUBLES, 4);
    private static final VectorShuffle<Double> DOUBLES_2 = turned(DOUBLES, 2);
    private static final VectorShuffle<Double> DOUBLES_1 = turned(DOUBLES, 1);

    private static final float[] NO_FLOATS = {};
    private static final double[] NO_DOUBLES = {};

    private RowTotals() {}

    /** Calls that are only counted, see {@link Workshop#NO_TURNS}: of what folds rows, where this is the row's type. */
    static void count(Lane lane) {
        if (lane == Lane.F32) {
            carry(NO_FLOATS, NO_FLOATS, 0);
            sum(NO_FLOATS);
            greatest(NO_FLOATS);
        } else {
            carry(NO_DOUBLES, NO_DOUBLES, 0);
            sum(NO_DOUBLES);
            greatest(NO_DOUBLES);
        }
    }

    private static <E> VectorShuffle<E> turned(VectorSpecies<E> species, int distance) {
        return VectorShuffle.fromOp(species, lane -> (lane + distance) % species.length());
    }

    /** Adds the sums of the piece at {@code from} to those of the pieces before; copies those of the first. */
    static void carry(float[] all, float[] part, int from) {
        if (part.length == 0) {
            return;
        }
        for (int t = 0; t < LANES; t += FLOAT_LENGTH) {
            FloatVector v = FloatVector.fromArray(FLOATS, part, t);
            (from == 0 ? v : FloatVector.fromArray(FLOATS, all, t).add(v)).intoArray(all, t);
        }
    }

    /** The same of doubles. */
    static void carry(double[] all, double[] part, int from) {
        if (part.length == 0) {
            return;
        }
        for (int t = 0; t < LANES; t += DOUBLE_LENGTH) {
            DoubleVector v = DoubleVector.fromArray(DOUBLES, part, t);
            (from == 0 ? v : DoubleVector.fromArray(DOUBLES, all, t).add(v)).intoArray(all, t);
        }
    }

    /** The lanes' sums added up as threads do: in pairs within a warp, then across. */
    static float sum(float[] a) {
        if (a.length == 0) {
            return 0;
        }
        for (int distance = WARP / 2; distance >= FLOAT_LENGTH; distance /= 2) {
            for (int warp = 0; warp < LANES; warp += WARP) {
                for (int t = warp; t < warp + distance; t += FLOAT_LENGTH) {
                    FloatVector.fromArray(FLOATS, a, t)
                            .add(FloatVector.fromArray(FLOATS, a, t + distance))
                            .intoArray(a, t);
                }
            }
        }
        FloatVector one = FloatVector.fromArray(FLOATS, a, 0);
        FloatVector other = FloatVector.fromArray(FLOATS, a, WARP);
        if (FLOAT_LENGTH > 8) {
            one = one.add(one.rearrange(FLOATS_8));
            other = other.add(other.rearrange(FLOATS_8));
        }
        if (FLOAT_LENGTH > 4) {
            one = one.add(one.rearrange(FLOATS_4));
            other = other.add(other.rearrange(FLOATS_4));
        }
        one = one.add(one.rearrange(FLOATS_2));
        other = other.add(other.rearrange(FLOATS_2));
        one = one.add(one.rearrange(FLOATS_1));
        other = other.add(other.rearrange(FLOATS_1));
        return one.lane(0) + other.lane(0);
    }

    /** The same of doubles. */
    static double sum(double[] a) {
        if (a.length == 0) {
            return 0;
        }
        for (int distance = WARP / 2; distance >= DOUBLE_LENGTH; distance /= 2) {
            for (int warp = 0; warp < LANES; warp += WARP) {
                for (int t = warp; t < warp + distance; t += DOUBLE_LENGTH) {
                    DoubleVector.fromArray(DOUBLES, a, t)
                            .add(DoubleVector.fromArray(DOUBLES, a, t + distance))
                            .intoArray(a, t);
                }
            }
        }
        DoubleVector one = DoubleVector.fromArray(DOUBLES, a, 0);
        DoubleVector other = DoubleVector.fromArray(DOUBLES, a, WARP);
        if (DOUBLE_LENGTH > 4) {
            one = one.add(one.rearrange(DOUBLES_4));
            other = other.add(other.rearrange(DOUBLES_4));
        }
        if (DOUBLE_LENGTH > 2) {
            one = one.add(one.rearrange(DOUBLES_2));
            other = other.add(other.rearrange(DOUBLES_2));
        }
        one = one.add(one.rearrange(DOUBLES_1));
        other = other.add(other.rearrange(DOUBLES_1));
        return one.lane(0) + other.lane(0);
    }

    /** The greatest of the lanes: NaN where there is one, and no negative zero. */
    static float greatest(float[] a) {
        if (a.length == 0) {
            return 0;
        }
        FloatVector greatest = FloatVector.fromArray(FLOATS, a, 0);
        for (int t = FLOAT_LENGTH; t < LANES; t += FLOAT_LENGTH) {
            greatest = exact(greatest).max(FloatVector.fromArray(FLOATS, a, t));
        }
        return greatest.reduceLanes(VectorOperators.MAX) + 0.0f;
    }

    /** The same of doubles. */
    static double greatest(double[] a) {
        if (a.length == 0) {
            return 0;
        }
        DoubleVector greatest = DoubleVector.fromArray(DOUBLES, a, 0);
        for (int t = DOUBLE_LENGTH; t < LANES; t += DOUBLE_LENGTH) {
            greatest = exact(greatest).max(DoubleVector.fromArray(DOUBLES, a, t));
        }
        return greatest.reduceLanes(VectorOperators.MAX) + 0.0;
    }
}
