package tns.op;

import tns.expr.Expr;
import tns.tensor.Tensor;

/**
 * The modified Bessel functions of the second kind, of order 0 and 1 (DLMF 10.25), plain and times e^x.
 *
 * <p>Chebyshev sums, fitted with 60 digits and cut off at 1e-18. Up to 2, in x²: of what log(x / 2) times those of the
 * first kind leaves, and of these. From there on, in 1 / x: of the function times sqrt(x) e^x. Errors are below 8e-16 of
 * the value.
 */
final class MacdonaldFunctions {
    private static final double[] K0_NEAR = {
        -0.2676636966169514,
        0.3442898999246285,
        0.0359799365153615,
        0.001264615411446926,
        2.286212103119452e-05,
        2.5347910790261494e-07,
        1.904516377220209e-09,
        1.0349695257633625e-11,
        4.2598161427910826e-14,
        1.3744654358807508e-16,
        3.5708965285083736e-19
    };

    private static final double[] K1_NEAR = {
        0.7626501136694739,
        -0.3531559607765449,
        -0.12261118082265715,
        -0.006975723859639864,
        -0.0001730288957513052,
        -2.4334061415659684e-06,
        -2.213387630734726e-08,
        -1.4114883926335278e-10,
        -6.666901694199329e-13,
        -2.427449850519366e-15,
        -7.023863479386288e-18
    };

    private static final double[] I0_SMALL = {
        1.6029228068079633,
        0.638809625651177,
        0.03685485969436176,
        0.00098287812725148,
        1.4983654208927293e-05,
        1.4738449008423848e-07,
        1.0114797900674826e-09,
        5.1149979020112795e-12,
        1.984280622680562e-14,
        6.090516506058955e-17
    };

    private static final double[] I1_SMALL = {
        0.6417589969911874,
        0.1475393201491934,
        0.005898742680020788,
        0.00011988137174638708,
        1.4739165119093128e-06,
        1.2138074968740922e-08,
        7.161106692799279e-11,
        3.17487931131012e-13,
        1.0962998348773076e-15,
        3.0315021220933553e-18
    };

    private static final double[] K0_FAR = {
        1.2201515410329777,
        -0.0314481013119645,
        0.0015698838857300533,
        -0.00012849549581627802,
        1.39498137188765e-05,
        -1.8317555227191195e-06,
        2.766813639445015e-07,
        -4.660489897687948e-08,
        8.574034017414225e-09,
        -1.6975345093890614e-09,
        3.5773972814003283e-10,
        -7.957489244477396e-11,
        1.8559491149549264e-11,
        -4.514597883374519e-12,
        1.1403405882073441e-12,
        -2.9800969231481784e-13,
        8.032890775068375e-14,
        -2.2275133267462965e-14,
        6.340076476276646e-15,
        -1.848593377920907e-15,
        5.5120559994043335e-16,
        -1.6782311257549006e-16,
        5.2103917776435543e-17,
        -1.6475805939842632e-17,
        5.3004337711773354e-18,
        -1.7331712005821001e-18
    };

    private static final double[] K1_FAR = {
        1.3603130952422213,
        0.10392373657681724,
        -0.002857816859622779,
        0.00019521551847135162,
        -1.936197974166083e-05,
        2.406484947837217e-06,
        -3.5019606030878126e-07,
        5.7410841254500495e-08,
        -1.0345762465678097e-08,
        2.0150497551970347e-09,
        -4.1903547593419254e-10,
        9.218315187605315e-11,
        -2.129967838427791e-11,
        5.139639673482343e-12,
        -1.2891739609498229e-12,
        3.348419666052243e-13,
        -8.976705182010146e-14,
        2.4771544242195988e-14,
        -7.0198370892147685e-15,
        2.038703166239861e-15,
        -6.057047270643018e-16,
        1.8380935752430455e-16,
        -5.689462849193648e-17,
        1.7940510478863572e-17,
        -5.7567444820733025e-18,
        1.8778651901623268e-18
    };

    private static final double RANGE = 2;
    private static final Expr X = Expr.input(0);
    private static final Expr IS_SMALL = X.le(Expr.constant(RANGE));
    private static final Expr SMALL = Expr.select(IS_SMALL.and(X.gt(Expr.ZERO)), X, Expr.constant(1.0));
    private static final Expr LARGE = Expr.select(IS_SMALL, Expr.constant(RANGE), X);

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("special functions");

    private static final Sloped K0 =
            new Sloped("modified_bessel_k0", plain(order0(), K0_FAR), (x, y) -> Arithmetic.NEG.apply(first(x)));
    private static final Sloped K1 = new Sloped(
            "modified_bessel_k1",
            plain(order1(), K1_FAR),
            (x, y) -> Arithmetic.NEG.apply(Arithmetic.ADD.apply(K0.apply(x), Arithmetic.DIV.apply(y, x))));
    private static final Sloped K0E = new Sloped(
            "scaled_modified_bessel_k0", scaled(order0(), K0_FAR), (x, y) -> Arithmetic.SUB.apply(y, scaledFirst(x)));
    private static final Sloped K1E = new Sloped(
            "scaled_modified_bessel_k1",
            scaled(order1(), K1_FAR),
            (x, y) -> Arithmetic.SUB.apply(Arithmetic.SUB.apply(y, K0E.apply(x)), Arithmetic.DIV.apply(y, x)));

    static {
        FAMILY.define("modified_bessel_k0(x: operand)")
                .doc("The modified Bessel function of the second kind of order 0; inf at 0, NaN below.")
                .example("modified_bessel_k0([0., 1., 5.])", "tensor([   inf, 0.4210, 0.0037])")
                .gradient("modified_bessel_k0(x)", "x: [2, 3] in 0.5..1.9")
                .gradient("modified_bessel_k0(x)", "x: [3] in 2.1..6")
                .is(K0::call);
        FAMILY.define("modified_bessel_k1(x: operand)")
                .doc("The modified Bessel function of the second kind of order 1; inf at 0, NaN below.")
                .example("modified_bessel_k1([0., 1., 5.])", "tensor([   inf, 0.6019, 0.0040])")
                .gradient("modified_bessel_k1(x)", "x: [2, 3] in 0.7..1.9")
                .gradient("modified_bessel_k1(x)", "x: [3] in 2.1..6")
                .is(K1::call);
        FAMILY.define("scaled_modified_bessel_k0(x: operand)")
                .doc("modified_bessel_k0(x) * exp(x), which large x do not make 0.")
                .example("scaled_modified_bessel_k0([1., 1000.])", "tensor([1.1445, 0.0396])")
                .gradient("scaled_modified_bessel_k0(x)", "x: [2, 3] in 0.5..1.9")
                .gradient("scaled_modified_bessel_k0(x)", "x: [3] in 2.1..6")
                .is(K0E::call);
        FAMILY.define("scaled_modified_bessel_k1(x: operand)")
                .doc("modified_bessel_k1(x) * exp(x), which large x do not make 0.")
                .example("scaled_modified_bessel_k1([1., 1000.])", "tensor([1.6362, 0.0396])")
                .gradient("scaled_modified_bessel_k1(x)", "x: [2, 3] in 0.7..1.9")
                .gradient("scaled_modified_bessel_k1(x)", "x: [3] in 2.1..6")
                .is(K1E::call);
    }

    private MacdonaldFunctions() {}

    // The slopes name each other's functions, which are made one after the other.
    private static Tensor first(Tensor x) {
        return K1.apply(x);
    }

    private static Tensor scaledFirst(Tensor x) {
        return K1E.apply(x);
    }

    private static Expr near(double[] c) {
        return Chebyshev.sum(c, SMALL.square().div(RANGE * RANGE / 2).sub(1.0));
    }

    private static Expr logarithm() {
        return SMALL.div(2.0).log();
    }

    private static Expr order0() {
        return near(K0_NEAR).sub(logarithm().mul(near(I0_SMALL)));
    }

    private static Expr order1() {
        return near(K1_NEAR).div(SMALL).add(logarithm().mul(SMALL).mul(near(I1_SMALL)));
    }

    private static Expr far(double[] c) {
        return Chebyshev.sum(c, Expr.constant(2 * RANGE).div(LARGE).sub(1.0)).div(LARGE.sqrt());
    }

    private static Expr plain(Expr near, double[] far) {
        return pole(Expr.select(IS_SMALL, near, far(far).mul(LARGE.neg().exp())));
    }

    private static Expr scaled(Expr near, double[] far) {
        return pole(Expr.select(IS_SMALL, near.mul(SMALL.exp()), far(far)));
    }

    private static Expr pole(Expr y) {
        return BesselFunctions.positive(y, Double.POSITIVE_INFINITY);
    }
}
