package tns.op;

import tns.expr.Expr;
import tns.tensor.Tensor;

/**
 * The modified Bessel functions of the first kind, of order 0 and 1 (DLMF 10.25), plain and divided by e^|x|.
 *
 * <p>Chebyshev sums, fitted with 40 digits and cut off at 1e-18: up to 8 of e^-x I0(x) and e^-x I1(x) / x in x, from there
 * on of these times sqrt(x) in 1 / x, the ranges of Clenshaw, "Chebyshev series for mathematical functions", 1962.
 */
final class BesselFunctions {
    private static final double[] I0_NEAR = {
        0.33839763720473803,
        -0.3046826723431984,
        0.17162090152220877,
        -0.09490109704804764,
        0.04930528423967071,
        -0.02373741480589947,
        0.010546460394594998,
        -0.004324309995050576,
        0.0016394756169413357,
        -0.0005763755745385824,
        0.00018850288509584165,
        -5.754195010082104e-05,
        1.6448448070728896e-05,
        -4.4167383584587505e-06,
        1.1173875391201037e-06,
        -2.670793853940612e-07,
        6.046995022541919e-08,
        -1.300025009986248e-08,
        2.6598237246823866e-09,
        -5.189795601635263e-10,
        9.675809035373237e-11,
        -1.726826291441556e-11,
        2.95505266312964e-12,
        -4.856446783111929e-13,
        7.676185498604936e-14,
        -1.1685332877993451e-14,
        1.715391285555133e-15,
        -2.431279846547955e-16,
        3.3307945188222384e-17,
        -4.4153416464793395e-18
    };

    private static final double[] I0_FAR = {
        0.4022452055070544,
        0.0033691164782556943,
        6.889758346916825e-05,
        2.8913705208347567e-06,
        2.0489185894690638e-07,
        2.266668990498178e-08,
        3.3962320257083865e-09,
        4.94060238822497e-10,
        1.1889147107846439e-11,
        -3.1499165279632416e-11,
        -1.3215811840447713e-11,
        -1.7941785315068062e-12,
        7.180124451383666e-13,
        3.8527783827421426e-13,
        1.54008621752141e-14,
        -4.150569347287222e-14,
        -9.554846698828307e-15,
        3.8116806693526224e-15,
        1.7725601330565263e-15,
        -3.425485619677219e-16,
        -2.8276239805165836e-16,
        3.461222867697461e-17,
        4.46562142029676e-17,
        -4.830504485944182e-18,
        -7.233180487874754e-18,
        9.921475412173699e-19,
        1.193650890845982e-18
    };

    private static final double[] I1_NEAR = {
        0.12629359322181682,
        -0.17641651835783406,
        0.1026436586898471,
        -0.05294598120809499,
        0.024726449030626516,
        -0.010564084894626197,
        0.004156422944312888,
        -0.0015135724506312532,
        0.0005122859561685758,
        -0.00016176081582589674,
        4.781565107550054e-05,
        -1.3273163656039436e-05,
        3.4702513081376785e-06,
        -8.568720264695455e-07,
        2.0032947535521353e-07,
        -4.445059128796328e-08,
        9.381537386495773e-09,
        -1.8872497517228294e-09,
        3.625590281552117e-10,
        -6.663489723502027e-11,
        1.1736186298890901e-11,
        -1.9839743977649436e-12,
        3.223793365945575e-13,
        -5.042185504727912e-14,
        7.600684294735408e-15,
        -1.1055969477353862e-15,
        1.5536319577362005e-16,
        -2.111421214358166e-17,
        2.7779141127610464e-18
    };

    private static final double[] I1_FAR = {
        0.38928811750914005,
        -0.009761097491361469,
        -0.00011058893876262371,
        -3.882564808877691e-06,
        -2.512236237870209e-07,
        -2.6314688468895196e-08,
        -3.835380385964237e-09,
        -5.589743462196584e-10,
        -1.8974958123505413e-11,
        3.2526035830154884e-11,
        1.4125807436613782e-11,
        2.0356285441470896e-12,
        -7.198551776245908e-13,
        -4.0835511110921974e-13,
        -2.1015418427726643e-14,
        4.272440016711951e-14,
        1.0420276984128802e-14,
        -3.8144030724370075e-15,
        -1.8803547755107825e-15,
        3.3082023109209285e-16,
        2.96262899764595e-16,
        -3.209525921993424e-17,
        -4.6503053684893586e-17,
        4.414348323071708e-18,
        7.517296310842105e-18,
        -9.314178867326884e-19,
        -1.242193275194891e-18
    };

    private static final double RANGE = 8;

    private static final Expr X = Expr.input(0);

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("special functions");

    static final Sloped I0 = new Sloped("i0", scaledUp(evenPart()), (x, y) -> order1(x));
    private static final Sloped I0E = new Sloped("i0e", evenPart(), (x, y) -> {
        Tensor turned = Arithmetic.MUL.apply(Elementary.SIGN.apply(x), y);
        return Arithmetic.SUB.apply(scaledOrder1(x), turned);
    });
    private static final Sloped I1 =
            new Sloped("i1", scaledUp(oddPart()), (x, y) -> atLeast(x, Arithmetic.SUB.apply(I0.apply(x), overX(x, y))));
    private static final Sloped I1E = new Sloped("i1e", oddPart(), (x, y) -> {
        Tensor turned = Arithmetic.MUL.apply(Elementary.SIGN.apply(x), y);
        return atLeast(x, Arithmetic.SUB.apply(Arithmetic.SUB.apply(I0E.apply(x), turned), overX(x, y)));
    });

    static {
        FAMILY.define("i0(x: operand)")
                .doc("The modified Bessel function of the first kind of order 0.")
                .example("i0([0., 1., 5.])", "tensor([ 1.0000,  1.2661, 27.2399])")
                .gradient("i0(x)", "x: [2, 3] in -3..3")
                .gradient("i0(x)", "x: [3] in 8.1..12")
                .alias("modified_bessel_i0")
                .is(I0::call);
        FAMILY.define("i0e(x: operand)")
                .doc("i0(x) * exp(-abs(x)), without overflow.")
                .example("i0e([0., 1., 1000.])", "tensor([1.0000, 0.4658, 0.0126])")
                .gradient("i0e(x)", "x: [2, 3] in 0.2..12")
                .gradient("i0e(x)", "x: [2, 3] in -3..-0.2")
                .is(I0E::call);
        FAMILY.define("i1(x: operand)")
                .doc("The modified Bessel function of the first kind of order 1.")
                .example("i1([0., 1., -5.])", "tensor([  0.0000,   0.5652, -24.3356])")
                .gradient("i1(x)", "x: [2, 3] in 0.2..3")
                .gradient("i1(x)", "x: [3] in -12..-8.1")
                .alias("modified_bessel_i1")
                .is(I1::call);
        FAMILY.define("i1e(x: operand)")
                .doc("i1(x) * exp(-abs(x)), without overflow.")
                .example("i1e([0., 1., -1000.])", "tensor([ 0.0000,  0.2079, -0.0126])")
                .gradient("i1e(x)", "x: [2, 3] in 0.2..12")
                .gradient("i1e(x)", "x: [2, 3] in -3..-0.2")
                .is(I1E::call);
    }

    private BesselFunctions() {}

    // The slopes name each other's functions, which are made one after the other.
    private static Tensor order1(Tensor x) {
        return I1.apply(x);
    }

    private static Tensor scaledOrder1(Tensor x) {
        return I1E.apply(x);
    }

    /** Up to {@link #RANGE} the first sum, from there on the second over sqrt(x). */
    private static Expr joined(Expr size, Expr near, double[] far) {
        Expr small = size.le(Expr.constant(RANGE));
        Expr large = Expr.select(small, Expr.constant(RANGE), size);
        Expr sum = Chebyshev.sum(far, Expr.constant(2 * RANGE).div(large).sub(1.0));
        return Expr.select(small, near, sum.div(large.sqrt()));
    }

    private static Expr nearSum(Expr size, double[] c) {
        Expr small = Expr.select(size.le(Expr.constant(RANGE)), size, Expr.ZERO);
        return Chebyshev.sum(c, small.div(RANGE / 2).sub(1.0));
    }

    private static Expr evenPart() {
        Expr size = X.abs();
        return joined(size, nearSum(size, I0_NEAR), I0_FAR);
    }

    private static Expr oddPart() {
        Expr size = X.abs();
        Expr part = joined(size, nearSum(size, I1_NEAR).mul(size), I1_FAR);
        return odd(part);
    }

    /** An odd function, from what it is at the size of x. */
    static Expr odd(Expr y) {
        return Expr.select(X.lt(Expr.ZERO), y.neg(), y);
    }

    /** What is {@code y} above 0, has a pole there and is nothing below it. */
    static Expr positive(Expr y, double pole) {
        Expr edge = Expr.select(X.eq(Expr.ZERO), Expr.constant(pole), y);
        return Expr.select(X.lt(Expr.ZERO), Expr.constant(Double.NaN), edge);
    }

    private static Expr scaledUp(Expr part) {
        return part.mul(X.abs().exp());
    }

    /** The slope of the odd ones at 0 is 1 / 2. */
    static Tensor atLeast(Tensor x, Tensor slope) {
        Tensor zero = Comparison.EQ.apply(x, Reductions.scalar(x, 0));
        return Comparison.WHERE.apply(zero, Reductions.scalar(x, 0.5), slope);
    }

    /** y / x, and y where x is 0. */
    static Tensor overX(Tensor x, Tensor y) {
        Tensor zero = Comparison.EQ.apply(x, Reductions.scalar(x, 0));
        return Arithmetic.DIV.apply(y, Comparison.WHERE.apply(zero, Reductions.scalar(x, 1), x));
    }
}
