package tns.expr;

/**
 * The exponential and the natural logarithm, and their forms that are accurate near 0.
 *
 * <p>Exponentials write x = j ln 2 + r with |r| below 0.35 and scale a polynomial in r by powers of two; logarithms
 * write x = 2^e m with m in [2/3, 4/3). All polynomials are minimax fits (Remez).
 */
final class ExpLog {
    /** (e^r - 1 - r) / r^2 on [-ln2/2, ln2/2]. */
    private static final double[] EXP_F32 = {0.00139336521, 0.00836318173, 0.0416664667, 0.166665763, 0.5};

    private static final double[] EXP_F64 = {
        2.0925439206944284e-09, 2.5110178695734624e-08, 2.7557239505330974e-07, 2.7557241164696005e-06,
        2.4801587364401872e-05, 0.0001984126988889219, 0.0013888888888864872, 0.008333333333320656,
        0.041666666666666706, 0.16666666666666677, 0.5
    };

    /** (log(1 + f) - f + f^2 / 2) / f^3 on [-1/3, 1/3]. */
    private static final double[] LOG_F32 = {
        -0.13190359, 0.13960755, -0.121154666, 0.14011301, -0.16685437, 0.20010017, -0.2499969, 0.33333224
    };

    /** (2 atanh(s) / s - 2) / z with z = s^2, on [0, 0.04]. */
    private static final double[] LOG_F64 = {
        0.13843373622602442, 0.13173562369112912, 0.15391113199383724, 0.18181665875677633,
        0.22222224295581477, 0.2857142855584778, 0.4000000000005652, 0.666666666666666
    };

    static final double LN2 = Math.log(2);

    /** What the double nearest to ln 2 lacks. */
    private static final double LN2_REST_F64 = 2.3190468138462996e-17;

    /** Adding this (1.5 * 2^52, in F32 1.5 * 2^23) rounds to an integer and leaves it in the low bits. */
    private static final double ROUNDING_F32 = 0x1.8p23;

    private static final double ROUNDING_F64 = 0x1.8p52;

    private ExpLog() {}

    static Term exp(Term x) {
        Sequence s = x.sequence();
        return expOfSum(x.clamp(s.pick(-104, -746), s.pick(89, 710)), x.of(0), 0);
    }

    /**
     * e^(x + tail) 2^power for a tail far smaller than x. The result may overflow or underflow, but x must be within
     * [-104, 90], in F64 [-746, 711], for the two scalings by powers of two to work.
     */
    static Term expOfSum(Term x, Term tail, int power) {
        Reduced reduced = reduce(x);
        Term r = tail.equals(x.of(0)) ? reduced.r : reduced.r.add(tail);
        Term exponent = power == 0 ? reduced.exponent : reduced.exponent.bitsAdd(power);
        return scaled(expMinusOne(r).add(1), exponent);
    }

    /** e^x for a float whose power is a normal number, to 2^-22 of it: without what larger and exact ones need. */
    static Term expOfModerate(Term x) {
        Sequence s = x.sequence();
        Term shifted = x.fma(1 / LN2, rounding(s));
        Term r = shifted.sub(rounding(s)).fma(-ln2High(s), x);
        return expMinusOne(r).add(1).mul(powerOfTwo(exponentBits(shifted)));
    }

    /** a 2^exponent in two multiplications, so that only the last can be inexact. */
    private static Term scaled(Term a, Term exponent) {
        Term half = exponent.shiftRight(1);
        return a.mul(powerOfTwo(half)).mul(powerOfTwo(exponent.bitsSub(half)));
    }

    static Term exp2(Term x) {
        Sequence s = x.sequence();
        Term clamped = x.clamp(s.pick(-151, -1077), s.pick(129, 1025));
        Term shifted = clamped.add(rounding(s));
        Term exponent = exponentBits(shifted);
        Term r = clamped.sub(shifted.sub(rounding(s))).mul(LN2);
        return scaled(expMinusOne(r).add(1), exponent);
    }

    /**
     * 2^j (e^r - 1) + (2^j - 1), with 2^(j-1) and a final doubling so that the largest results do not overflow early.
     */
    static Term expm1(Term x) {
        Sequence s = x.sequence();
        Reduced reduced = reduce(x.clamp(-40, s.pick(89, 710)));
        Term small = expMinusOne(reduced.r);
        Term scale = powerOfTwo(reduced.exponent.bitsSub(1));
        Term large = small.fma(scale, scale.sub(0.5)).mul(2);
        return x.ifZeroElse(reduced.j.eq(0).select(small, large));
    }

    /** e^r - 1 for |r| up to 0.35. */
    private static Term expMinusOne(Term r) {
        return r.polynomial(EXP_F32, EXP_F64).fma(r.mul(r), r);
    }

    /** x = j ln2 + r; the exponent is j as an integer bit pattern. */
    private record Reduced(Term j, Term exponent, Term r) {}

    private static Reduced reduce(Term x) {
        Sequence s = x.sequence();
        Term shifted = x.fma(1 / LN2, rounding(s));
        Term j = shifted.sub(rounding(s));
        Term r = j.fma(-ln2Low(s), j.fma(-ln2High(s), x));
        return new Reduced(j, exponentBits(shifted), r);
    }

    static double rounding(Sequence s) {
        return s.pick(ROUNDING_F32, ROUNDING_F64);
    }

    /** ln 2 rounded to the lane. */
    static double ln2High(Sequence s) {
        return s.pick((float) LN2, LN2);
    }

    /** What {@link #ln2High} lacks. */
    static double ln2Low(Sequence s) {
        return s.pick(LN2 - (float) LN2, LN2_REST_F64);
    }

    private static Term exponentBits(Term shifted) {
        Sequence s = shifted.sequence();
        return shifted.bitsSub(s.lane().bitsOf(rounding(s)));
    }

    /** 2^exponent for an exponent in the range of normal numbers. */
    private static Term powerOfTwo(Term exponent) {
        Sequence s = exponent.sequence();
        return exponent.shiftLeft(s.lane().fractionBits()).bitsAdd(s.lane().bitsOf(1.0));
    }

    static Term log(Term x) {
        Split split = split(x, 2.0 / 3);
        return logSpecials(x, logOf(split.m.sub(1), split.e));
    }

    /** log is written here for positive finite arguments; this puts in what it is elsewhere. */
    static Term logSpecials(Term x, Term positive) {
        double infinity = Double.POSITIVE_INFINITY;
        Term ordinary = x.eq(infinity).select(infinity, positive);
        return x.gt(0).select(ordinary, x.eq(0).select(-infinity, Double.NaN));
    }

    /** A positive finite number as 2^e m; e is a float. */
    record Split(Term e, Term m) {}

    /** Splits with m in [least, 2 least); subnormal numbers are scaled up first. */
    static Split split(Term x, double least) {
        Sequence s = x.sequence();
        double normal = s.pick(Float.MIN_NORMAL, Double.MIN_NORMAL);
        int shift = s.lane().fractionBits() + 1;
        Term tiny = x.lt(normal);
        Term bits = tiny.select(x.mul(Math.scalb(1.0, shift)), x);
        Term e = bits.bitsSub(s.lane().bitsOf(least)).shiftRight(s.lane().fractionBits());
        Term m = bits.bitsSub(e.shiftLeft(s.lane().fractionBits()));
        return new Split(toFloat(e).sub(tiny.select(shift, x.of(0))), m);
    }

    /** A small integer bit pattern as a float. */
    private static Term toFloat(Term integer) {
        Sequence s = integer.sequence();
        return integer.bitsAdd(s.lane().bitsOf(rounding(s))).sub(rounding(s));
    }

    /** log(1 + f) + e ln2 for f in [-1/3, 1/3]. */
    private static Term logOf(Term f, Term e) {
        Sequence s = f.sequence();
        if (s.lane() == Lane.F32) {
            Term cubic = f.polynomial(LOG_F32, LOG_F32).fma(f, f.of(-0.5));
            Term rest = cubic.fma(f.mul(f), e.mul(ln2Low(s)));
            return e.fma(f.of(ln2High(s)), f.add(rest));
        }
        Term ratio = f.div(f.add(2));
        Term z = ratio.mul(ratio);
        Term square = f.mul(f).mul(0.5);
        Term tail = ratio.fma(square.add(z.mul(z.polynomial(LOG_F64, LOG_F64))), e.mul(ln2Low(s)));
        return e.fma(f.of(ln2High(s)), f.sub(square.sub(tail)));
    }

    /** Splits 1 + x, and forms m - 1 as x 2^-e + (2^-e - 1) with one rounding, so that no digit of x is lost. */
    static Term log1p(Term x) {
        Sequence s = x.sequence();
        double infinity = Double.POSITIVE_INFINITY;
        Term e = x.add(1).bitsSub(s.lane().bitsOf(2.0 / 3)).shiftRight(s.lane().fractionBits());
        Term half = e.shiftRight(1);
        Term down = powerOfTwo(s.bits(0).step(Opcode.BITS_SUB, half));
        Term downRest = powerOfTwo(half.bitsSub(e));
        Term f = x.mul(down).fma(downRest, down.fma(downRest, x.of(-1)));
        Term ordinary = x.ifZeroElse(logOf(f, toFloat(e)));
        Term result = x.eq(infinity).select(infinity, ordinary);
        return x.gt(-1).select(result, x.eq(-1).select(-infinity, Double.NaN));
    }
}
