package tns.op;

import tns.expr.Expr;
import tns.tensor.Tensor;

/**
 * The Bessel functions of the first and second kind, of order 0 and 1 (DLMF 10.2).
 *
 * <p>Chebyshev sums, fitted with 60 digits and cut off at 1e-18. Up to 8, in x²: of J0, J1 / x, and of Y0 and Y1 less their
 * logarithms and the pole. From there on, in 1 / x²: of the P and x Q by which both kinds turn through one angle (DLMF
 * 10.17.3), whose sine and cosine are those of x, so that nothing is lost by taking an eighth of a turn from a large x.
 * Errors are below 1.4e-15 of the height of the waves there, so that near zeros digits are lost.
 */
final class CylinderFunctions {
    private static final double[] J0_NEAR = {
        0.15772797147489012,
        -0.008723442352852221,
        0.2651786132033368,
        -0.37009499387264977,
        0.15806710233209725,
        -0.034893769411408884,
        0.004819180069467605,
        -0.00046062616620627504,
        3.246032882100508e-05,
        -1.7619469077621507e-06,
        7.608163592418782e-08,
        -2.679253530557673e-09,
        7.848696314479465e-11,
        -1.9438346867370164e-12,
        4.125320595634374e-14,
        -7.588508125447546e-16,
        1.2218515873961411e-17
    };

    private static final double[] J1_NEAR = {
        0.08104484632565812,
        -0.1489751450676521,
        0.1609992623572097,
        -0.08268049176681791,
        0.022213639654966037,
        -0.003646940600769276,
        0.0004050337728354822,
        -3.255554866857259e-05,
        1.9858774049915165e-06,
        -9.521984756750436e-08,
        3.687133759097148e-09,
        -1.178026622695885e-10,
        3.160154580348003e-12,
        -7.221755239651773e-14,
        1.4232144003513942e-15,
        -2.4441972916190464e-17,
        3.6912682997929334e-19
    };

    private static final double[] Y0_NEAR = {
        -0.03314611320328494,
        -0.2744743055297453,
        0.17903431407718265,
        0.26156734625504663,
        -0.17730201278114358,
        0.04719668959576339,
        -0.007287962479552079,
        0.0007531135932577742,
        -5.632079141056987e-05,
        3.206532537654801e-06,
        -1.44072332740187e-07,
        5.248794787330516e-09,
        -1.5837552541812015e-10,
        4.02633081830612e-12,
        -8.747341203310769e-14,
        1.6434898714919468e-15,
        -2.6977881152566837e-17,
        3.9032584173475982e-19
    };

    private static final double[] Y1_NEAR = {
        0.0025380132357417816,
        -0.01608717304766875,
        -0.09591204536083074,
        0.08445197259652346,
        -0.028328123944594365,
        0.005289897544167113,
        -0.0006414551451326356,
        5.505982873338744e-05,
        -3.53808001868935e-06,
        1.7707804556154404e-07,
        -7.11055004989928e-09,
        2.344337905911516e-10,
        -6.4651518414115946e-12,
        1.51429151205002e-13,
        -3.0511859694473254e-15,
        5.34668038572867e-17,
        -8.224911372021585e-19
    };

    private static final double[] P0 = {
        0.9994603493475187,
        -0.0005365220468132117,
        3.0751847875194745e-06,
        -5.1705945376060975e-08,
        1.6306464635151382e-09,
        -7.86409137723707e-11,
        5.168262387349193e-12,
        -4.3045788699253914e-13,
        4.3265957431549404e-14,
        -5.069034095935236e-15,
        6.748072215733873e-16,
        -1.0011513723467786e-16,
        1.6305919233744186e-17,
        -2.880866169482871e-18
    };

    private static final double[] Q0 = {
        -0.12444683684269607,
        0.0005470815954089319,
        -5.9315987288485175e-06,
        1.4377965798375193e-07,
        -5.817532749493056e-09,
        3.376097523734991e-10,
        -2.565397936797308e-11,
        2.404916100281365e-12,
        -2.6690625482579414e-13,
        3.4041800321963686e-14,
        -4.87994410531204e-15,
        7.729703176242605e-16,
        -1.3348852171502517e-16,
        2.4865952389390515e-17,
        -4.952892629886516e-18,
        1.0473158973776097e-18,
        -2.336930172211422e-19
    };

    private static final double[] P1 = {
        1.0009030408600137,
        0.0008989898330859408,
        -3.987284300488908e-06,
        6.177633960644299e-08,
        -1.8718907491063067e-09,
        8.816898659582339e-11,
        -5.704863640395645e-12,
        4.699195515230542e-13,
        -4.6842237839904895e-14,
        5.452674896044717e-15,
        -7.221180842274018e-16,
        1.0667689114335412e-16,
        -1.7312313216116335e-17,
        3.0492991197665872e-18
    };

    private static final double[] Q1 = {
        0.3742222965562826,
        -0.0007702178839325664,
        7.3108922063643636e-06,
        -1.676782510726674e-07,
        6.583354662120443e-09,
        -3.749090950541556e-10,
        2.8121750359748866e-11,
        -2.61145253946232e-12,
        2.8774212663332235e-13,
        -3.649001916061838e-14,
        5.206626366226707e-15,
        -8.215318025458595e-16,
        1.4141084390211833e-16,
        -2.626761589838529e-17,
        5.2192649196714085e-18,
        -1.101261718787959e-18
    };

    private static final double RANGE = 8;
    private static final double TWO_OVER_PI = 2 / Math.PI;
    private static final Expr X = Expr.input(0);
    private static final Expr SIZE = X.abs();
    private static final Expr IS_SMALL = SIZE.le(Expr.constant(RANGE));
    /** The size where it is small, else 0; and where it is large, else the end of the range. */
    private static final Expr SMALL = Expr.select(IS_SMALL, SIZE, Expr.ZERO);

    private static final Expr LARGE = Expr.select(IS_SMALL, Expr.constant(RANGE), SIZE);

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("special functions");

    private static final Sloped J0 = new Sloped(
            "bessel_j0",
            Expr.select(IS_SMALL, near(J0_NEAR), waves(P0, Q0, sinAndCos(1, 1), sinAndCos(-1, 1))),
            (x, y) -> Arithmetic.NEG.apply(order1(x)));
    private static final Sloped J1 = new Sloped(
            "bessel_j1",
            BesselFunctions.odd(
                    Expr.select(IS_SMALL, near(J1_NEAR).mul(SMALL), waves(P1, Q1, sinAndCos(1, -1), sinAndCos(1, 1)))),
            (x, y) -> BesselFunctions.atLeast(x, Arithmetic.SUB.apply(J0.apply(x), BesselFunctions.overX(x, y))));
    private static final Sloped Y0 = new Sloped(
            "bessel_y0",
            pole(Expr.select(
                    IS_SMALL,
                    SMALL.log().mul(TWO_OVER_PI).mul(near(J0_NEAR)).add(near(Y0_NEAR)),
                    waves(P0, Q0, sinAndCos(1, -1), sinAndCos(1, 1)))),
            (x, y) -> Arithmetic.NEG.apply(secondOrder1(x)));
    private static final Sloped Y1 = new Sloped(
            "bessel_y1",
            pole(Expr.select(
                    IS_SMALL,
                    SMALL.log()
                            .mul(SMALL)
                            .mul(near(J1_NEAR))
                            .sub(SMALL.reciprocal())
                            .mul(TWO_OVER_PI)
                            .add(near(Y1_NEAR).mul(SMALL)),
                    waves(P1, Q1, sinAndCos(-1, -1), sinAndCos(1, -1)))),
            (x, y) -> Arithmetic.SUB.apply(Y0.apply(x), Arithmetic.DIV.apply(y, x)));

    static {
        FAMILY.define("bessel_j0(x: operand)")
                .doc("The Bessel function of the first kind of order 0.")
                .example("bessel_j0([0., 1., 10.])", "tensor([ 1.0000,  0.7652, -0.2459])")
                .gradient("bessel_j0(x)", "x: [2, 3] in -3..3")
                .gradient("bessel_j0(x)", "x: [3] in 8.1..12")
                .is(J0::call);
        FAMILY.define("bessel_j1(x: operand)")
                .doc("The Bessel function of the first kind of order 1.")
                .example("bessel_j1([0., 1., -10.])", "tensor([ 0.0000,  0.4401, -0.0435])")
                .gradient("bessel_j1(x)", "x: [2, 3] in 0.2..3")
                .gradient("bessel_j1(x)", "x: [3] in -12..-8.1")
                .is(J1::call);
        FAMILY.define("bessel_y0(x: operand)")
                .doc("The Bessel function of the second kind of order 0; -inf at 0, NaN below.")
                .example("bessel_y0([0., 1., 10.])", "tensor([  -inf, 0.0883, 0.0557])")
                .gradient("bessel_y0(x)", "x: [2, 3] in 0.3..3")
                .gradient("bessel_y0(x)", "x: [3] in 8.1..12")
                .is(Y0::call);
        FAMILY.define("bessel_y1(x: operand)")
                .doc("The Bessel function of the second kind of order 1; -inf at 0, NaN below.")
                .example("bessel_y1([0., 1., 10.])", "tensor([   -inf, -0.7812,  0.2490])")
                .gradient("bessel_y1(x)", "x: [2, 3] in 0.5..3")
                .gradient("bessel_y1(x)", "x: [3] in 8.1..12")
                .is(Y1::call);
    }

    private CylinderFunctions() {}

    // The slopes name each other's functions, which are made one after the other.
    private static Tensor order1(Tensor x) {
        return J1.apply(x);
    }

    private static Tensor secondOrder1(Tensor x) {
        return Y1.apply(x);
    }

    private static Expr near(double[] c) {
        return Chebyshev.sum(c, SMALL.square().div(RANGE * RANGE / 2).sub(1.0));
    }

    /** A sum of the sine and the cosine of a large x. */
    private static Expr sinAndCos(int sine, int cosine) {
        Expr sin = sine > 0 ? LARGE.sin() : LARGE.sin().neg();
        return cosine > 0 ? sin.add(LARGE.cos()) : sin.sub(LARGE.cos());
    }

    /** (P times one wave, plus Q times the other) / sqrt(pi x), and 0 at infinity. */
    private static Expr waves(double[] p, double[] q, Expr first, Expr second) {
        Expr t = Expr.constant(RANGE).div(LARGE).square().mul(2.0).sub(1.0);
        Expr sum = Chebyshev.sum(p, t)
                .mul(first)
                .add(Chebyshev.sum(q, t).div(LARGE).mul(second));
        return Expr.select(LARGE.isInf(), Expr.ZERO, sum.div(LARGE.mul(Math.PI).sqrt()));
    }

    private static Expr pole(Expr y) {
        return BesselFunctions.positive(y, Double.NEGATIVE_INFINITY);
    }
}
