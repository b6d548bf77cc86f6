package tns.distribution;

import tns.expr.Expr;
import tns.op.Arithmetic;
import tns.op.Reductions;
import tns.tensor.Tensor;

/** What distributions of counts share: only whole numbers from 0 on are drawn, and factorials come in. */
final class Counts {
    private Counts() {}

    /** {@code log} where {@code x} is a count, else -inf. */
    static Expr ifCount(Expr x, Expr log) {
        Expr count = x.ge(Expr.ZERO).and(x.eq(x.floor()));
        return Expr.select(count, log, Expr.select(x.isNaN(), x, Expr.constant(Double.NEGATIVE_INFINITY)));
    }

    /** {@code x log(y)}, and 0 where x is 0. */
    static Expr timesLog(Expr x, Expr y) {
        return x.mul(Expr.select(x.eq(Expr.ZERO), Expr.constant(1.0), y).log());
    }

    /** log(x!), in float64. */
    static Tensor logFactorial(Tensor x) {
        Tensor wide = Wide.of(x);
        return Wide.logGamma(Arithmetic.ADD.apply(wide, Reductions.scalar(wide, 1)));
    }
}
