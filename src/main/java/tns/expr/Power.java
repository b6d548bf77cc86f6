package tns.expr;

import org.jspecify.annotations.Nullable;

/**
 * pow, and the logarithms to base 2 and 10, through a logarithm carried in two words.
 *
 * <p>log m = 2 atanh(s), s = (m - 1) / (m + 1); s, s^3 and 2/3 s^3 are kept as unevaluated sums of two floats by means
 * of fma, the rest of the series needs one. The relative error is below 2^-40 in F32 and 2^-64 in F64, so that
 * multiplying by an exponent near the overflow limit still leaves less than an ulp.
 */
final class Power {
    /** (2 atanh(s) - 2s - 2/3 s^3) / s^5 in z = s^2 on [0, 0.0295]. */
    private static final double[] TAIL_F32 = {0.19481315, 0.22184244, 0.2857189, 0.39999998};

    private static final double[] TAIL_F64 = {
        0.11029183132290943,
        0.10420755509622441,
        0.11768795963803358,
        0.13333236650766855,
        0.15384616822505312,
        0.1818181816849416,
        0.22222222222295357,
        0.2857142857142836,
        0.4
    };

    private static final double TWO_THIRDS_REST_F64 = 3.700743415417188e-17;

    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private Power() {}

    /** An unevaluated sum with |low| at most half an ulp of high. */
    private record Pair(Term high, Term low) {
        /** {@code high + low} where |high| is not the smaller, renormalised. */
        static Pair ofSum(Term high, Term low) {
            Term sum = high.add(low);
            return new Pair(sum, high.sub(sum).add(low));
        }

        Pair times(Pair b) {
            Term product = high.mul(b.high);
            Term error = high.fma(b.high, product.neg());
            return ofSum(product, high.fma(b.low, low.fma(b.high, error)));
        }
    }

    /** log x for positive finite x. */
    private static Pair log(Term x) {
        Sequence s = x.sequence();
        ExpLog.Split split = ExpLog.split(x, Math.sqrt(0.5));
        Term f = split.m().sub(1);
        Term sum = f.add(2);
        Term sumRest = f.sub(sum.sub(2));
        Term inverse = x.of(1).div(sum);
        Term high = f.mul(inverse);
        Term residual = high.neg().fma(sumRest, high.neg().fma(sum, f));
        Pair ratio = new Pair(high, residual.mul(inverse));
        Pair square = ratio.times(ratio);
        Pair cube = square.times(ratio);
        double twoThirds = s.pick((float) (2.0 / 3), 2.0 / 3);
        Pair linear =
                cube.times(new Pair(x.of(twoThirds), x.of(s.pick(2.0 / 3 - (float) (2.0 / 3), TWO_THIRDS_REST_F64))));
        Term tail = cube.high.mul(square.high).mul(square.high.polynomial(TAIL_F32, TAIL_F64));
        Pair series = Pair.ofSum(linear.high, tail);
        Term twice = ratio.high.mul(2);
        Pair mantissa = Pair.ofSum(twice, series.high);
        Term low = ratio.low.fma(2, series.low.add(linear.low)).add(mantissa.low);
        Term exponent = split.e().mul(ExpLog.ln2High(s));
        Term exponentError = split.e().fma(ExpLog.ln2High(s), exponent.neg());
        Pair total = Pair.ofSum(exponent, mantissa.high);
        Term rest = split.e().fma(ExpLog.ln2Low(s), exponentError.add(low)).add(total.low);
        return Pair.ofSum(total.high, rest);
    }

    static Term log2(Term x) {
        return scaledLog(x, 1.4426950408889634, 2.0355273740931033e-17);
    }

    static Term log10(Term x) {
        return scaledLog(x, 0.4342944819032518, 1.098319650216765e-17);
    }

    private static Term scaledLog(Term x, double factor, double factorRest) {
        Sequence s = x.sequence();
        double high = s.pick((float) factor, factor);
        Pair product = log(x).times(new Pair(x.of(high), x.of(s.pick(factor - (float) factor, factorRest))));
        return ExpLog.logSpecials(x, product.high.add(product.low));
    }

    /**
     * x^y: e^(y log|x|) with the sign of x for odd y, and the special cases of C99, Annex F.9.4.4. Integer lanes have a
     * step of their own; small constant exponents become multiplications, with the same special cases.
     */
    static Term pow(Term x, Term y) {
        Sequence s = x.sequence();
        if (!s.lane().isFloat()) {
            return x.step(Opcode.POW, y);
        }
        Term shortcut = powOfConstant(x, y);
        if (shortcut != null) {
            return shortcut;
        }
        Term size = x.abs();
        Term magnitude = magnitude(size, y);
        Term yIsInteger = y.trunc().eq(y);
        Term halfY = y.mul(0.5);
        Term odd = yIsInteger.and(halfY.trunc().ne(halfY));
        Term signed = odd.select(magnitude.flipSign(x), magnitude);
        Term undefined = x.lt(0).and(yIsInteger.not()).and(size.lt(INFINITY));
        Term nan = undefined.or(x.ne(x)).or(y.ne(y));
        return x.eq(1).or(y.eq(0)).select(1, nan.select(Double.NaN, signed));
    }

    private static @Nullable Term powOfConstant(Term x, Term y) {
        if (y.equals(y.of(0)) || y.equals(y.of(-0.0))) {
            return x.of(1);
        } else if (y.equals(y.of(1))) {
            return x;
        } else if (y.equals(y.of(2))) {
            return x.mul(x);
        } else if (y.equals(y.of(3))) {
            return x.mul(x).mul(x);
        } else if (y.equals(y.of(-1))) {
            return x.of(1).div(x);
        } else if (y.equals(y.of(0.5))) {
            return x.eq(-INFINITY).select(INFINITY, x.add(0).sqrt());
        }
        return null;
    }

    /** size^y for size not negative; any value where an operand is NaN. */
    private static Term magnitude(Term size, Term y) {
        Sequence s = size.sequence();
        Pair log = log(size);
        Term low = log.low;
        Term high = size.eq(0).select(-INFINITY, size.eq(INFINITY).select(INFINITY, log.high));
        double limit = s.pick(200, 2000);
        Term product = y.mul(high);
        Term inRange = product.abs().lt(limit);
        Term error = y.fma(low, y.fma(high, product.neg()));
        Term tail = inRange.select(error, 0);
        Term exponent = product.clamp(s.pick(-104, -746), s.pick(89, 710));
        Term power = ExpLog.expOfSum(exponent, tail, 0);
        return size.eq(1).select(1, power);
    }
}
