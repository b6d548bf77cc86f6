package tns.cpu;

import tns.expr.PiOverTwo;

/** The steps {@code PI2_REMAINDER} and {@code PI2_QUADRANT} of the elements of a vector, for loops that seldom need them. */
final class HugeAngles {
    private HugeAngles() {}

    static void remainder(float[] x) {
        for (int i = 0; i < x.length; i++) {
            x[i] = PiOverTwo.remainder(x[i]);
        }
    }

    static void quadrant(float[] x) {
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.intBitsToFloat(PiOverTwo.quadrant(x[i]));
        }
    }

    static void remainder(double[] x) {
        for (int i = 0; i < x.length; i++) {
            x[i] = PiOverTwo.remainder(x[i]);
        }
    }

    static void quadrant(double[] x) {
        for (int i = 0; i < x.length; i++) {
            x[i] = Double.longBitsToDouble(PiOverTwo.quadrant(x[i]));
        }
    }
}
