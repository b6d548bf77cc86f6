package tns.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The slope of gamma draws against derivatives of the incomplete gamma function that mpmath 1.3 took with 40 digits. */
class GammaSlopeTest {
    /** a, x, digamma(a), slope. */
    private static final double[][] KNOWN = {
        {0.01, 1e-30, -100.56088545786867, 6.85166673319527e-27},
        {0.01, 0.25, -100.56088545786867, 33.831334623528962},
        {0.1, 1e-06, -10.423754940411076, 0.00013391768618329163},
        {0.1, 1.5, -10.423754940411076, 7.7946676946385109},
        {0.5, 0.0001, -1.9635100260214235, 0.0018494982546518135},
        {0.5, 12, -1.9635100260214235, 4.3544499001085094},
        {1, 1e-06, -0.57721566490153286, 1.4238302262212699e-5},
        {1, 0.7, -0.57721566490153286, 0.97321874099238759},
        {2, 0.15, 0.42278433509846714, 0.22381165327680637},
        {2, 30, 0.42278433509846714, 3.1121031394077772},
        {30, 10, 3.3844381326855249, 0.55224353328027334},
        {30, 29, 3.3844381326855249, 0.98862424604906944},
        {30, 64, 3.3844381326855249, 1.434040838859551},
        {300, 225, 5.7021148820646373, 0.86352450370746783},
        {300, 390, 5.7021148820646373, 1.1375422206421262},
        {10000, 9770, 9.2102903711428494, 0.98842727858540176},
        {10000, 10230, 9.2102903711428494, 1.0114296902295108}
    };

    @Test
    void agreesWithTheDerivativeOfTheProbability() {
        for (double[] known : KNOWN) {
            double tolerance = known[0] > 1000 ? 5e-13 : 5e-15;
            double found = GammaSlope.of(known[0], known[1], known[2]);
            assertEquals(1, found / known[3], tolerance, () -> "a = " + known[0] + ", x = " + known[1]);
        }
    }

    @Test
    void bothMethodsMeet() {
        double digamma = -0.57721566490153286;
        double edge = Math.exp(digamma);
        double below = GammaSlope.of(1, edge * (1 - 1e-9), digamma);
        double above = GammaSlope.of(1, edge * (1 + 1e-9), digamma);
        assertTrue(above > below);
        assertEquals(below, above, 3e-9);
    }

    /** What is left out from there on is less than what the other two lose to rounding. */
    @Test
    void largeConcentrationsGoOnFromThere() {
        double a = 1e8;
        for (double z : new double[] {-4, 0.5, 5}) {
            double x = a + z * Math.sqrt(a);
            double digamma = Math.log(a) - 0.5 / a;
            double large = GammaSlope.of(Math.nextUp(a), x, digamma);
            assertEquals(GammaSlope.of(a, x, digamma), large, 1e-10, () -> "z = " + z);
        }
    }

    @Test
    void nothingComesOfNothing() {
        assertTrue(Double.isNaN(GammaSlope.of(Double.NaN, 1, Double.NaN)));
        assertTrue(Double.isNaN(GammaSlope.of(2, Double.NaN, 0.42)));
        assertTrue(Double.isNaN(GammaSlope.of(2, Double.POSITIVE_INFINITY, 0.42)));
    }
}
