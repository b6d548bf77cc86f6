package tns.op;

import tns.expr.Expr;

/** Sums of Chebyshev polynomials, by Clenshaw's recurrence (DLMF 3.11.15): stable where powers would cancel. */
final class Chebyshev {
    private Chebyshev() {}

    /** The sum of {@code c[k] T_k(t)}, for t in -1..1. */
    static Expr sum(double[] c, Expr t) {
        int last = c.length - 1;
        Expr twice = t.mul(2.0);
        Expr next = Expr.constant(c[last]);
        Expr sum = twice.mul(c[last]).add(c[last - 1]);
        for (int k = last - 2; k > 0; k--) {
            Expr term = twice.mul(sum).sub(next).add(c[k]);
            next = sum;
            sum = term;
        }
        return t.mul(sum).sub(next).add(c[0]);
    }
}
