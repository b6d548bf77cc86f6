package tns.expr;

/** The derivative rules too long for a row of {@link Primitive}. */
final class DerivativeRules {
    private DerivativeRules() {}

    /**
     * For min and max: {@code loses} where the other argument is at least as extreme, {@code ties} where both are
     * equal.
     */
    static Expr extremum(Expr dy, Expr loses, Expr ties) {
        return Expr.select(loses, Expr.select(ties, dy.mul(0.5), Expr.ZERO), dy);
    }

    /** {@code dy * b * a^(b-1)}, and 0 for b = 0 also where a is 0. */
    static Expr powBase(Expr dy, Expr a, Expr b) {
        return Expr.select(b, dy.mul(b.mul(a.pow(b.sub(1)))), Expr.ZERO);
    }

    /** {@code dy * a^b * log(a)}, and 0 where a is 0 and b is not negative. */
    static Expr powExponent(Expr dy, Expr y, Expr a, Expr b) {
        Expr flat = a.eq(Expr.constant(0)).and(b.ge(Expr.constant(0)));
        return Expr.select(flat, Expr.ZERO, dy.mul(y.mul(a.log())));
    }
}
