package tns.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The same as {@link PlainTaps} in vectors, once that is compiled, and in plain Java until then. The bits are the same.
 *
 * <p>Four vectors of results stay in registers along all taps, so that each element of x costs one load and one fma.
 */
final class VectorTaps {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

    /** Multiply-adds after which the loop is made: some milliseconds in plain Java. */
    private static final int MAKE_AFTER = 1 << 23;

    /** Nanoseconds a run may take for a tap, both ways, when it is compiled: about ten times what it does then. */
    private static final double RUN_NANOS = 60;

    private static final int TRIAL_TAPS = 9;

    private final Workshop workshop;
    private final boolean wide;
    private final int makeAfter;

    /** Multiply-adds so far, roughly: threads may overwrite each other's additions. */
    private long work;

    private boolean ordered;
    private volatile boolean ready;

    /** For doubles if {@code wide}, else floats, made by the workshop; if {@code atOnce}, at the first use. */
    VectorTaps(boolean wide, Workshop workshop, boolean atOnce) {
        this.wide = wide;
        this.workshop = workshop;
        makeAfter = atOnce ? 0 : MAKE_AFTER;
    }

    /** Whether the vectors are ready; so many multiply-adds are about to be done. */
    boolean isReady(long steps) {
        if (!ready) {
            count(steps);
        }
        return ready;
    }

    private synchronized void count(long steps) {
        work += steps;
        if (ordered || work < makeAfter) {
            return;
        }
        ordered = true;
        int[] offsets = new int[TRIAL_TAPS];
        int size = Workshop.TURNS * PlainTaps.RUN;
        double nanos = RUN_NANOS * TRIAL_TAPS * Workshop.TURNS;
        if (wide) {
            double[] x = new double[size];
            double[] w = new double[TRIAL_TAPS];
            workshop.order(
                    () -> new double[size],
                    (y, turns) -> {
                        run(x, offsets, w, 0, y, turns * PlainTaps.RUN);
                        products(y, x, offsets, w, 0, turns * PlainTaps.RUN);
                    },
                    2 * nanos,
                    y -> ready = true);
        } else {
            float[] x = new float[size];
            float[] w = new float[TRIAL_TAPS];
            workshop.order(
                    () -> new float[size],
                    (y, turns) -> {
                        run(x, offsets, w, 0, y, turns * PlainTaps.RUN);
                        products(y, x, offsets, w, 0, turns * PlainTaps.RUN);
                    },
                    nanos,
                    y -> ready = true);
        }
    }

    static void run(float[] x, int[] offsets, float[] w, int wAt, float[] y, int n) {
        if (n < 0) {
            return;
        }
        int lanes = FLOATS.length();
        for (int j = 0; j < n; j += 4 * lanes) {
            FloatVector s0 = FloatVector.zero(FLOATS);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            for (int t = 0; t < offsets.length; t++) {
                FloatVector factor = FloatVector.broadcast(FLOATS, w[wAt + t]);
                int from = offsets[t] + j;
                s0 = factor.fma(FloatVector.fromArray(FLOATS, x, from), s0);
                s1 = factor.fma(FloatVector.fromArray(FLOATS, x, from + lanes), s1);
                s2 = factor.fma(FloatVector.fromArray(FLOATS, x, from + 2 * lanes), s2);
                s3 = factor.fma(FloatVector.fromArray(FLOATS, x, from + 3 * lanes), s3);
            }
            s0.intoArray(y, j);
            s1.intoArray(y, j + lanes);
            s2.intoArray(y, j + 2 * lanes);
            s3.intoArray(y, j + 3 * lanes);
        }
    }

    static void run(double[] x, int[] offsets, double[] w, int wAt, double[] y, int n) {
        if (n < 0) {
            return;
        }
        int lanes = DOUBLES.length();
        for (int j = 0; j < n; j += 4 * lanes) {
            DoubleVector s0 = DoubleVector.zero(DOUBLES);
            DoubleVector s1 = s0;
            DoubleVector s2 = s0;
            DoubleVector s3 = s0;
            for (int t = 0; t < offsets.length; t++) {
                DoubleVector factor = DoubleVector.broadcast(DOUBLES, w[wAt + t]);
                int from = offsets[t] + j;
                s0 = factor.fma(DoubleVector.fromArray(DOUBLES, x, from), s0);
                s1 = factor.fma(DoubleVector.fromArray(DOUBLES, x, from + lanes), s1);
                s2 = factor.fma(DoubleVector.fromArray(DOUBLES, x, from + 2 * lanes), s2);
                s3 = factor.fma(DoubleVector.fromArray(DOUBLES, x, from + 3 * lanes), s3);
            }
            s0.intoArray(y, j);
            s1.intoArray(y, j + lanes);
            s2.intoArray(y, j + 2 * lanes);
            s3.intoArray(y, j + 3 * lanes);
        }
    }

    /** Four taps at a time, the last ones perhaps again, so that what is loaded of g serves four. */
    static void products(float[] g, float[] x, int[] offsets, float[] y, int at, int n) {
        if (n < 0) {
            return;
        }
        int lanes = FLOATS.length();
        float[] sums = new float[lanes];
        int taps = offsets.length;
        for (int t = 0; t < taps; t += 4) {
            int o0 = offsets[t];
            int o1 = offsets[Math.min(t + 1, taps - 1)];
            int o2 = offsets[Math.min(t + 2, taps - 1)];
            int o3 = offsets[Math.min(t + 3, taps - 1)];
            FloatVector a0 = FloatVector.zero(FLOATS);
            FloatVector a1 = a0;
            FloatVector a2 = a0;
            FloatVector a3 = a0;
            FloatVector b0 = a0;
            FloatVector b1 = a0;
            FloatVector b2 = a0;
            FloatVector b3 = a0;
            for (int j = 0; j < n; j += 2 * lanes) {
                FloatVector a = FloatVector.fromArray(FLOATS, g, j);
                FloatVector b = FloatVector.fromArray(FLOATS, g, j + lanes);
                a0 = a.fma(FloatVector.fromArray(FLOATS, x, o0 + j), a0);
                b0 = b.fma(FloatVector.fromArray(FLOATS, x, o0 + j + lanes), b0);
                a1 = a.fma(FloatVector.fromArray(FLOATS, x, o1 + j), a1);
                b1 = b.fma(FloatVector.fromArray(FLOATS, x, o1 + j + lanes), b1);
                a2 = a.fma(FloatVector.fromArray(FLOATS, x, o2 + j), a2);
                b2 = b.fma(FloatVector.fromArray(FLOATS, x, o2 + j + lanes), b2);
                a3 = a.fma(FloatVector.fromArray(FLOATS, x, o3 + j), a3);
                b3 = b.fma(FloatVector.fromArray(FLOATS, x, o3 + j + lanes), b3);
            }
            y[at + t] = total(a0.add(b0), sums);
            if (t + 1 < taps) {
                y[at + t + 1] = total(a1.add(b1), sums);
            }
            if (t + 2 < taps) {
                y[at + t + 2] = total(a2.add(b2), sums);
            }
            if (t + 3 < taps) {
                y[at + t + 3] = total(a3.add(b3), sums);
            }
        }
    }

    // reduceLanes leaves its order open.
    private static float total(FloatVector lanes, float[] room) {
        lanes.intoArray(room, 0);
        float sum = 0;
        for (float lane : room) {
            sum += lane;
        }
        return sum;
    }

    /** Four taps at a time, the last ones perhaps again, so that what is loaded of g serves four. */
    static void products(double[] g, double[] x, int[] offsets, double[] y, int at, int n) {
        if (n < 0) {
            return;
        }
        int lanes = DOUBLES.length();
        double[] sums = new double[lanes];
        int taps = offsets.length;
        for (int t = 0; t < taps; t += 4) {
            int o0 = offsets[t];
            int o1 = offsets[Math.min(t + 1, taps - 1)];
            int o2 = offsets[Math.min(t + 2, taps - 1)];
            int o3 = offsets[Math.min(t + 3, taps - 1)];
            DoubleVector a0 = DoubleVector.zero(DOUBLES);
            DoubleVector a1 = a0;
            DoubleVector a2 = a0;
            DoubleVector a3 = a0;
            DoubleVector b0 = a0;
            DoubleVector b1 = a0;
            DoubleVector b2 = a0;
            DoubleVector b3 = a0;
            for (int j = 0; j < n; j += 2 * lanes) {
                DoubleVector a = DoubleVector.fromArray(DOUBLES, g, j);
                DoubleVector b = DoubleVector.fromArray(DOUBLES, g, j + lanes);
                a0 = a.fma(DoubleVector.fromArray(DOUBLES, x, o0 + j), a0);
                b0 = b.fma(DoubleVector.fromArray(DOUBLES, x, o0 + j + lanes), b0);
                a1 = a.fma(DoubleVector.fromArray(DOUBLES, x, o1 + j), a1);
                b1 = b.fma(DoubleVector.fromArray(DOUBLES, x, o1 + j + lanes), b1);
                a2 = a.fma(DoubleVector.fromArray(DOUBLES, x, o2 + j), a2);
                b2 = b.fma(DoubleVector.fromArray(DOUBLES, x, o2 + j + lanes), b2);
                a3 = a.fma(DoubleVector.fromArray(DOUBLES, x, o3 + j), a3);
                b3 = b.fma(DoubleVector.fromArray(DOUBLES, x, o3 + j + lanes), b3);
            }
            y[at + t] = total(a0.add(b0), sums);
            if (t + 1 < taps) {
                y[at + t + 1] = total(a1.add(b1), sums);
            }
            if (t + 2 < taps) {
                y[at + t + 2] = total(a2.add(b2), sums);
            }
            if (t + 3 < taps) {
                y[at + t + 3] = total(a3.add(b3), sums);
            }
        }
    }

    // reduceLanes leaves its order open.
    private static double total(DoubleVector lanes, double[] room) {
        lanes.intoArray(room, 0);
        double sum = 0;
        for (double lane : room) {
            sum += lane;
        }
        return sum;
    }
}
