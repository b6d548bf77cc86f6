package tns.op.linalg;

/**
 * One Householder reflection {@code I - tau v vᵀ} that turns a vector into a multiple of a unit vector, with the sign that
 * {@code dlarfg} of LAPACK gives it. Golub and Van Loan, Matrix Computations, 5.1.
 */
final class Reflector {
    private Reflector() {}

    /**
     * Replaces {@code c}, from {@code at} to its end, by the vector v of a reflection that turns it into {@code (beta, 0, …)},
     * and what is before it by 0; beta is {@code c[at]} itself where the rest is 0 already.
     *
     * <p>Caution: squares must neither overflow nor vanish.
     *
     * @param values where beta is written to, at {@code i}
     * @return tau
     */
    static double make(double[] c, int at, double[] values, int i) {
        double alpha = c[at];
        double rest = Lines.dot(c, c, at + 1, c.length);
        for (int k = 0; k < at; k++) {
            c[k] = 0;
        }
        c[at] = 1;
        if (rest == 0) {
            values[i] = alpha;
            return 0;
        }
        double norm = Math.sqrt(Math.fma(alpha, alpha, rest));
        double beta = alpha >= 0 ? -norm : norm;
        values[i] = beta;
        Lines.scale(1 / (alpha - beta), c, at + 1, c.length);
        return (beta - alpha) / beta;
    }
}
