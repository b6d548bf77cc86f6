package tns.expr;

/** Hyperbolic functions, their inverses, and the logistic function, mostly from the exponential and the logarithm. */
final class Hyperbolic {
    /** (sinh x - x) / x^3 in x^2 on [0, 1]. */
    private static final double[] SINH_F32 = {2.8174354e-06, 0.00019836068, 0.0083333505, 0.16666667};

    private static final double[] SINH_F64 = {
        2.8483954962007164e-15, 7.646476477869835e-13, 1.6059050703873746e-10, 2.5052108345659382e-08,
        2.755731922412015e-06, 0.00019841269841269592, 0.008333333333333333, 0.16666666666666666
    };

    /** (tanh x - x) / x^3 in x^2 on [0, 0.36]. */
    private static final double[] TANH_F32 = {
        0.002231289, -0.008267343, 0.021734547, -0.053952496, 0.13333248, -0.3333333
    };

    private Hyperbolic() {}

    /** e^|x| / 2, which overflows no earlier than sinh and cosh. */
    private static Term halfExp(Term size) {
        Sequence s = size.sequence();
        return ExpLog.expOfSum(size.clamp(0, s.pick(90, 711)), size.of(0), -1);
    }

    /** A polynomial below 1, then e^|x|/2 - e^-|x|/2. */
    static Term sinh(Term x) {
        Term size = x.abs();
        Term half = halfExp(size);
        Term large = half.sub(x.of(0.25).div(half)).flipSign(x);
        Term z = x.mul(x);
        Term small = z.polynomial(SINH_F32, SINH_F64).fma(z.mul(x), x);
        return size.lt(1).select(small, large);
    }

    static Term cosh(Term x) {
        Term half = halfExp(x.abs());
        return half.add(x.of(0.25).div(half));
    }

    /** F32: a polynomial below 0.6, then 1 - 2 / (e^2|x| + 1). F64: t / (t + 2) with t = expm1(2|x|). */
    static Term tanh(Term x) {
        Term size = x.abs();
        if (x.sequence().lane() == Lane.F32) {
            Term e = ExpLog.exp(size.clamp(0, 10).mul(2));
            Term large = x.of(-2).div(e.add(1)).add(1).flipSign(x);
            Term z = x.mul(x);
            Term small = x.ifZeroElse(z.polynomial(TANH_F32, TANH_F32).fma(z.mul(x), x));
            return size.lt(0.6).select(small, large);
        }
        Term t = ExpLog.expm1(size.clamp(0, 20).mul(2));
        return t.div(t.add(2)).flipSign(x);
    }

    /** log1p(|x| + x^2 / (1 + sqrt(1 + x^2))); for large |x| log|x| + log 2. */
    static Term asinh(Term x) {
        Term size = x.abs();
        Term square = size.mul(size);
        Term root = square.add(1).sqrt();
        return logOfDouble(size, size.add(square.div(root.add(1)))).flipSign(x);
    }

    /** log1p(t + sqrt(2t + t^2)) with t = x - 1; for large x log x + log 2. */
    static Term acosh(Term x) {
        Term t = x.sub(1);
        Term root = t.fma(t, t.mul(2)).sqrt();
        return x.lt(1).select(Double.NaN, logOfDouble(x, t.add(root)));
    }

    /** log1p(moderate), but log(2x) where x is so large that its square may overflow. */
    private static Term logOfDouble(Term x, Term moderate) {
        Term large = x.gt(x.sequence().pick(0x1p30, 0x1p60));
        return ExpLog.log1p(large.select(x, moderate)).add(large.select(ExpLog.LN2, 0));
    }

    /** log1p(2|x| / (1 - |x|)) / 2. */
    static Term atanh(Term x) {
        Term size = x.abs();
        Term ratio = size.mul(2).div(x.of(1).sub(size));
        return ExpLog.log1p(ratio).mul(0.5).flipSign(x);
    }

    /** 1 / (1 + e^-x), written with e^-|x| so that small results keep their digits. */
    static Term sigmoid(Term x) {
        Term e = ExpLog.exp(x.abs().neg());
        return x.lt(0).select(e, 1).div(e.add(1));
    }

    static Term logSigmoid(Term x) {
        return x.min(x.of(0)).sub(ExpLog.log1p(ExpLog.exp(x.abs().neg())));
    }
}
