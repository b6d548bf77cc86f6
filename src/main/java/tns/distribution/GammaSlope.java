package tns.distribution;

/**
 * How fast a number x moves with the concentration a of a gamma distribution of rate 1 when the probability of values
 * below it, P(a, x), stays: -(dP/da) / (dP/dx). Figurnov, Mohamed and Mnih, Implicit reparameterization gradients, 2018.
 *
 * <p>Below exp(digamma(a)) by P's series (DLMF 8.7.1) differentiated term by term, whose terms all have one sign there;
 * from there on by the integral over the upper tail, whose integrand has one sign. Tried against
 * mpmath with 40 digits: errors are below 3e-15 of it for a from 0.01 to 300, and 2e-13 for a = 10000.
 */
final class GammaSlope {
    /** The trapezoidal rule for an integrand analytic to pi / 4 off the axis errs by exp(-2 pi (pi / 4) / STEP) then. */
    private static final double STEP = 1.0 / 8;

    /** exp of it no longer counts. */
    private static final double FIRST = -38;

    private static final double NEGLIGIBLE = 1e-18;

    /** From here on the terms left out of {@link #large} are below 1e-11, and the others too many. */
    private static final double LARGE = 1e8;

    private GammaSlope() {}

    /** For a and x above 0; {@code digamma} is that of a. */
    static double of(double a, double x, double digamma) {
        if (Double.isNaN(a + x) || Double.isInfinite(x)) {
            return Double.NaN;
        }
        if (a > LARGE) {
            return large(a, x);
        }
        return Math.log(x) < digamma ? series(a, x, digamma) : tail(a, x, digamma);
    }

    /** Where z in x = a + sqrt(a) z + (z^2 - 1) / 3 is normal (Cornish and Fisher, 1938), and stays. */
    private static double large(double a, double x) {
        double z = (x - a) / Math.sqrt(a);
        return 1 + (x - a - (z * z - 1) / 3) / (2 * a);
    }

    /** The sum of x^(n + 1) Γ(a) / Γ(a + n + 1) (digamma(a + n + 1) - log(x)). */
    private static double series(double a, double x, double digamma) {
        double log = Math.log(x);
        double factor = x / a;
        double rising = digamma + 1 / a;
        double sum = 0;
        for (int n = 1; ; n++) {
            double term = factor * (rising - log);
            sum += term;
            if (term <= NEGLIGIBLE * sum) {
                return sum;
            }
            factor *= x / (a + n);
            rising += 1 / (a + n);
        }
    }

    /** The integral of (1 + e^w)^(a - 1) exp(-x e^w) (log(x + x e^w) - digamma) x e^w over all w. */
    private static double tail(double a, double x, double digamma) {
        double log = Math.log(x);
        double sum = 0;
        for (int n = 0; ; n++) {
            double w = FIRST + n * STEP;
            double e = Math.exp(w);
            double rise = Math.log1p(e);
            double term = Math.exp(w + (a - 1) * rise - x * e) * (rise + log - digamma);
            sum += term;
            // Past the peak, where x e^w is what decides.
            if (x * e > 1 + Math.abs(a - 1) * rise && term <= NEGLIGIBLE * sum) {
                return x * STEP * sum;
            }
        }
    }
}
