package tns.expr;

/**
 * Sine, cosine and tangent: x = q pi/2 + r, then a polynomial in r chosen and signed by the quadrant q.
 *
 * <p>Up to {@link PiOverTwo#bound} the reduction is three fma with pi/2 in three words, beyond it the steps
 * {@link Opcode#PI2_REMAINDER} and {@link Opcode#PI2_QUADRANT}. The polynomials are minimax fits on [-pi/4, pi/4].
 */
final class Trigonometric {
    /** (sin r - r) / r^3 in r^2. */
    private static final double[] SIN_F32 = {2.717572e-06, -0.00019839258, 0.008333329, -0.16666667};

    private static final double[] SIN_F64 = {
        -7.577408549646571e-13,
        1.6058340867474087e-10,
        -2.5052104711598068e-08,
        2.7557319213432315e-06,
        -0.00019841269841253627,
        0.008333333333333321,
        -0.16666666666666666
    };

    /** (cos r - 1 + r^2 / 2) / r^4 in r^2. */
    private static final double[] COS_F32 = {2.4425804e-05, -0.0013887252, 0.041666646};

    private static final double[] COS_F64 = {
        -1.1356362009376608e-11,
        2.087565962043476e-09,
        -2.7557313882546556e-07,
        2.480158728785066e-05,
        -0.0013888888888871503,
        0.04166666666666658
    };

    /** (tan r - r) / r^3 in r^2. */
    private static final double[] TAN_F32 = {
        0.00452522, -0.00021409392, 0.0110770315, 0.021188276, 0.05407832, 0.13332498, 0.33333355
    };

    private static final double[] TAN_F64 = {
        1.0294375831281605e-05,
        -2.6521160192941244e-05,
        5.321827280238158e-05,
        -3.11804095760489e-05,
        7.165563784133496e-05,
        8.109543469251924e-05,
        0.0002447262767323553,
        0.0005885872416775096,
        0.001456101960044427,
        0.003592092813387665,
        0.00886323870803957,
        0.021869488349908792,
        0.053968253974740005,
        0.13333333333321906,
        0.33333333333333404
    };

    /** pi/2 as a sum of words of the lane. */
    private static final double[] HALF_PI_F32 = {0x1.921fb6p0, -0x1.777a5cp-25, -0x1.ee59dap-50};

    private static final double[] HALF_PI_F64 = {1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33};

    private Trigonometric() {}

    /** The remainder and, in the low two bits, the quadrant. */
    private record Reduced(Term r, Term quadrant) {}

    private static Reduced reduce(Term x) {
        Sequence s = x.sequence();
        double[] halfPi = s.pick(HALF_PI_F32, HALF_PI_F64);
        Term shifted = x.fma(2 / Math.PI, x.of(ExpLog.rounding(s)));
        Term q = shifted.sub(ExpLog.rounding(s));
        Term r = x;
        for (double word : halfPi) {
            r = q.fma(-word, r);
        }
        Term huge = x.abs().le(PiOverTwo.bound(s.lane())).not();
        return new Reduced(
                huge.select(x.step(Opcode.PI2_REMAINDER), r), huge.select(x.step(Opcode.PI2_QUADRANT), shifted));
    }

    static Term sin(Term x) {
        Reduced reduced = reduce(x);
        return x.ifZeroElse(inQuadrant(reduced.quadrant, reduced.r));
    }

    /** sin(x + pi/2). */
    static Term cos(Term x) {
        Reduced reduced = reduce(x);
        return inQuadrant(reduced.quadrant.bitsAdd(1), reduced.r);
    }

    private static Term inQuadrant(Term quadrant, Term r) {
        Term value = isOdd(quadrant).select(cosine(r), sine(r));
        int toSign = r.sequence().lane().bits() - 2;
        return value.flipSign(quadrant.shiftLeft(toSign));
    }

    static Term tan(Term x) {
        Reduced reduced = reduce(x);
        Term r = reduced.r;
        Term z = r.mul(r);
        Term tangent = z.polynomial(TAN_F32, TAN_F64).fma(z.mul(r), r);
        return x.ifZeroElse(isOdd(reduced.quadrant).select(x.of(-1).div(tangent), tangent));
    }

    /** The lowest bit, moved to where a float is 2 or 0. */
    private static Term isOdd(Term quadrant) {
        int toExponent = quadrant.sequence().lane().bits() - 2;
        return quadrant.shiftLeft(toExponent).bitsAnd(1L << toExponent);
    }

    /** sin r for |r| up to pi/4. */
    static Term sine(Term r) {
        Term z = r.mul(r);
        return z.polynomial(SIN_F32, SIN_F64).fma(z.mul(r), r);
    }

    /** cos r for |r| up to pi/4: 1 - r^2/2 with its rounding error put back. */
    static Term cosine(Term r) {
        Term z = r.mul(r);
        Term half = z.mul(0.5);
        Term high = r.of(1).sub(half);
        Term lost = r.of(1).sub(high).sub(half);
        return high.add(z.mul(z).fma(z.polynomial(COS_F32, COS_F64), lost));
    }
}
