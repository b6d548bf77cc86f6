package tns.expr;

/**
 * The error function and its complement.
 *
 * <p>Below 1, erf is x times a polynomial in x^2. The complement is (1 + 2x) e^(x^2) erfc(x), smooth in t = (x - k) /
 * (x + k) and fitted from 0.45 to where erfc underflows, over (1 + 2x) e^(x^2); see Shepherd and Laframboise,
 * "Chebyshev approximation of (1 + 2x) exp(x^2) erfc x", 1981. Where only its distance from 1 counts, in erf of floats, it
 * is e^p for a polynomial p in its place.
 */
final class ErrorFunction {
    /** erf(x) / x - 1 in x^2 on [0, 1]. */
    private static final double[] ERF_F32 = {
        7.889101e-05, -0.0008020836, 0.0051895347, -0.026854444, 0.112836, -0.37612626, 0.12837917
    };

    private static final double[] ERF_F64 = {
        5.960687365487138e-11,
        -1.1374956310600045e-09,
        1.4660328685329812e-08,
        -1.6350396185651638e-07,
        1.6461008470897275e-06,
        -1.4925595771510586e-05,
        0.00012055331132916607,
        -0.0008548326981424113,
        0.0052239776248283985,
        -0.02686617064507787,
        0.11283791670954885,
        -0.3761263890318375,
        0.1283791670955126
    };

    /** With k = 2. */
    private static final double[] COMPLEMENT_F32 = {
        9.811891e-05,
        0.0001944635,
        -0.0004227851,
        -0.0014499648,
        0.0012622036,
        0.008721062,
        -0.008032726,
        -0.054219842,
        0.1640512,
        -0.1660304,
        -0.092763826,
        1.2769784
    };

    /** With k = 4. */
    private static final double[] COMPLEMENT_F64 = {
        1.5129645091154033e-09,
        2.4002536588967276e-09,
        -1.4667791954715988e-08,
        -1.9705889272420204e-08,
        1.1049521938363344e-07,
        7.710183166490048e-08,
        -8.254711375942052e-07,
        2.9188232461558083e-07,
        5.709582883457478e-06,
        -1.1221099408050266e-05,
        -2.43991015631527e-05,
        0.00015062138971727037,
        -0.00019925673376349983,
        -0.0007577732324792655,
        0.005031969985478614,
        -0.01619773406465185,
        0.03716751553668448,
        -0.0663303658117265,
        0.0937328349983939,
        -0.10103906603632257,
        0.0680970542546916,
        0.01537965210262001,
        -0.1396211168405625,
        1.2329951186255526
    };

    /** log(erfc(1 + u)) for u in [0, 3], fitted so that erfc is exact to a tenth of the float after 1. */
    private static final double[] LOG_COMPLEMENT_F32 = {
        0.00018557411, -0.0018261636, 0.009890893, -0.041500688, -0.8431183, -2.6389668, -1.8496056
    };

    private ErrorFunction() {}

    static Term erf(Term x) {
        boolean floats = x.sequence().lane() == Lane.F32;
        Term rest = floats ? smallComplement(x.abs()) : complement(x.abs());
        Term outer = x.of(1).sub(rest).flipSign(x);
        return x.abs().lt(1).select(central(x), outer);
    }

    static Term erfc(Term x) {
        Term tail = complement(x.abs());
        Term outer = x.lt(0).select(x.of(2).sub(tail), tail);
        return x.abs().lt(0.5).select(x.of(1).sub(central(x)), outer);
    }

    /** erf for |x| up to 1. */
    private static Term central(Term x) {
        Term z = x.mul(x);
        return x.fma(z.polynomial(ERF_F32, ERF_F64), x);
    }

    /**
     * erfc for floats from 1, exact to half of what a float next to 1 differs from it by; that of 4 and more is less.
     *
     * <p>erf of 4 M floats took 7.7 ms with {@link #complement}, so 4.7 (AMD EPYC without AVX-512, one core, 2026-11-27).
     */
    private static Term smallComplement(Term x) {
        Term u = x.min(x.of(4)).sub(1);
        double[] log = LOG_COMPLEMENT_F32;
        return ExpLog.expOfModerate(u.polynomial(log, log));
    }

    /** erfc for x from 0.45; e^(-x^2) takes the rounding error of the square into account. */
    private static Term complement(Term x) {
        Sequence s = x.sequence();
        Term a = x.min(x.of(s.pick(10.1, 27.3)));
        double k = s.pick(2, 4);
        Term t = a.sub(k).div(a.add(k));
        Term square = a.mul(a);
        Term squareError = a.fma(a, square.neg());
        Term exponential = ExpLog.expOfSum(square.neg(), squareError.neg(), 0);
        return t.polynomial(COMPLEMENT_F32, COMPLEMENT_F64)
                .div(a.fma(2, a.of(1)))
                .mul(exponential);
    }
}
