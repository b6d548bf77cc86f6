package tns.expr;

/** Arc sine, arc cosine and arc tangent, from minimax polynomials on [0, 1/2] and [0, 1]. */
final class InverseTrigonometric {
    /** (asin x - x) / x^3 in x^2 on [0, 1/4]. */
    private static final double[] ASIN_F32 = {0.042223044, 0.024145877, 0.04547722, 0.07495243, 0.16666754};

    private static final double[] ASIN_F64 = {
        0.031964653905593596, -0.016300307974767333, 0.019576393052085053, 0.006510566392881912, 0.012173178370446585,
        0.013884644070571014, 0.0173597627711813, 0.022371754385335684, 0.03038195927843915, 0.04464285682532946,
        0.07500000000339772, 0.16666666666665403
    };

    /** (atan x - x) / x^3 in x^2 on [0, 1]. */
    private static final double[] ATAN_F32 = {
        -0.0017941214,
        0.010917122,
        -0.031182757,
        0.057962798,
        -0.08403774,
        0.10952305,
        -0.14264266,
        0.1999855,
        -0.333333
    };

    private static final double[] ATAN_F64 = {
        1.3235257931346304e-05,
        -0.00015226445481287306,
        0.0008318099197893719,
        -0.0028863316389387762,
        0.007199316779284167,
        -0.013904643721744736,
        0.021989322899858783,
        -0.029907622786760363,
        0.0366443783732419,
        -0.04219305461454638,
        0.047223729281726544,
        -0.05253534362538175,
        0.05880531607698643,
        -0.0666640474640108,
        0.07692279931691906,
        -0.0909090701182791,
        0.11111111007597807,
        -0.14285714282598144,
        0.1999999999995196,
        -0.3333333333333307
    };

    private static final double HALF_PI_REST_F64 = 6.123233995736766e-17;

    private InverseTrigonometric() {}

    /** pi/2 rounded to the lane. */
    private static double halfPi(Sequence s) {
        return s.pick((float) (Math.PI / 2), Math.PI / 2);
    }

    /** What {@link #halfPi} lacks. */
    private static double halfPiRest(Sequence s) {
        return s.pick(Math.PI / 2 - (float) (Math.PI / 2), HALF_PI_REST_F64);
    }

    /** For |x| above 1/2: pi/2 - 2 asin(sqrt((1 - |x|) / 2)). */
    static Term asin(Term x) {
        Sequence s = x.sequence();
        Term size = x.abs();
        Term complement = centralAsin(halfComplement(size).sqrt()).mul(-2);
        Term outer = complement.add(halfPiRest(s)).add(halfPi(s)).flipSign(x);
        return x.ifZeroElse(size.gt(0.5).select(outer, centralAsin(x)));
    }

    static Term acos(Term x) {
        Sequence s = x.sequence();
        Term size = x.abs();
        Term nearOne = centralAsin(halfComplement(size).sqrt()).mul(2);
        Term nearMinusOne = nearOne.neg().add(2 * halfPiRest(s)).add(2 * halfPi(s));
        Term middle = x.of(halfPi(s)).sub(centralAsin(x).sub(halfPiRest(s)));
        return size.gt(0.5).select(x.lt(0).select(nearMinusOne, nearOne), middle);
    }

    private static Term halfComplement(Term size) {
        return size.fma(-0.5, 0.5);
    }

    private static Term centralAsin(Term x) {
        Term z = x.mul(x);
        return z.polynomial(ASIN_F32, ASIN_F64).fma(z.mul(x), x);
    }

    /** For |x| above 1: pi/2 - atan(1/|x|). */
    static Term atan(Term x) {
        Sequence s = x.sequence();
        Term size = x.abs();
        Term outside = size.gt(1);
        Term angle = centralAtan(outside.select(x.of(1).div(size), size));
        Term complement = x.of(halfPi(s)).sub(angle.sub(halfPiRest(s)));
        return x.ifZeroElse(outside.select(complement, angle).flipSign(x));
    }

    private static Term centralAtan(Term x) {
        Term z = x.mul(x);
        return z.polynomial(ATAN_F32, ATAN_F64).fma(z.mul(x), x);
    }

    /** atan of the smaller size over the larger, moved to the octant; 0/0 counts as 0 and inf/inf as 1. */
    static Term atan2(Term y, Term x) {
        Sequence s = x.sequence();
        double infinity = Double.POSITIVE_INFINITY;
        Term height = y.abs();
        Term width = x.abs();
        Term larger = height.max(width);
        Term smaller = height.min(width);
        Term ratio = smaller.eq(infinity).select(1, larger.eq(0).select(0, smaller.div(larger)));
        Term angle = ratio.ifZeroElse(centralAtan(ratio));
        Term steep = height.gt(width).select(x.of(halfPi(s)).sub(angle.sub(halfPiRest(s))), angle);
        Term left = x.signBit().bitsAdd(s.lane().bitsOf(2.0)).lt(0);
        Term turned = left.select(x.of(2 * halfPi(s)).sub(steep.sub(2 * halfPiRest(s))), steep);
        return x.ne(x).or(y.ne(y)).select(Double.NaN, turned.flipSign(y));
    }
}
