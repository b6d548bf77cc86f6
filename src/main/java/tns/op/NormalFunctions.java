package tns.op;

import tns.expr.Expr;
import tns.tensor.Tensor;

/** The normal distribution function, its logarithm and inverse, the scaled error function, and the terms of an entropy. */
public final class NormalFunctions {
    /**
     * (1 + 2x) e^(x^2) erfc(x) for x from 0 to infinity, as a Chebyshev sum in t = (x - 4) / (x + 4), fitted with 40 digits
     * and cut off at 2e-18; see Shepherd and Laframboise, "Chebyshev approximation of (1 + 2x) exp(x^2) erfc x", 1981.
     */
    private static final double[] ERFCX = {
        1.1774832005374487,
        -0.007260796620301901,
        -0.081265123236185,
        0.06009212804122225,
        -0.02875393558027666,
        0.01059566336347286,
        -0.003136927294554264,
        0.0007456494372536184,
        -0.0001369696503010054,
        1.7183861600300937e-05,
        -7.158364623450346e-07,
        -2.4261399442449534e-07,
        5.5765709395703566e-08,
        -2.1057869513809494e-09,
        -1.1717889351884957e-09,
        1.9098355172456688e-10,
        1.408871764208813e-11,
        -6.901108320480815e-12,
        9.167958364111294e-14,
        2.1454508286554553e-13,
        -1.4716575027010623e-14,
        -6.668675118770408e-15,
        7.504598509880083e-16,
        2.22009300666632e-16,
        -3.1704898956330886e-17,
        -8.193570309884333e-18
    };

    private static final double CENTRE = 4;

    /** Steps of Newton's method after Winitzki's start: the first leaves 1e-6 of a quantile, the second 1e-12. */
    private static final int STEPS = 3;

    private static final Expr X = Expr.input(0);
    private static final Expr ONE = Expr.constant(1.0);
    private static final Expr INFINITY = Expr.constant(Double.POSITIVE_INFINITY);

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("special functions");

    private static final Pointwise NDTR = new Pointwise(
            "ndtr", 1, Pointwise.Result.FLOAT, X.mul(-Math.sqrt(0.5)).erfc().mul(0.5));
    private static final Sloped SCALED_ERFC = new Sloped("erfcx", scaledErfc(X), (x, y) -> {
        Tensor rising = Arithmetic.MUL.apply(Arithmetic.MUL.apply(x, Reductions.scalar(x, 2)), y);
        return Arithmetic.SUB.apply(rising, Reductions.scalar(x, 2 / Math.sqrt(Math.PI)));
    });
    private static final Sloped LOG_NDTR = new Sloped("log_ndtr", logNormal(X), (x, y) -> {
        Tensor scaled = SCALED_ERFC.apply(Arithmetic.MUL.apply(x, Reductions.scalar(x, -Math.sqrt(0.5))));
        return Arithmetic.DIV.apply(Reductions.scalar(x, Math.sqrt(2 / Math.PI)), scaled);
    });
    private static final Sloped NDTRI = new Sloped("ndtri", quantile(X), (x, y) -> {
        Tensor half = Arithmetic.MUL.apply(Arithmetic.SQUARE.apply(y), Reductions.scalar(y, 0.5));
        return Arithmetic.MUL.apply(Elementary.EXP.apply(half), Reductions.scalar(y, Math.sqrt(2 * Math.PI)));
    });
    private static final Sloped ENTROPY = new Sloped(
            "entr",
            Expr.select(
                    X.gt(Expr.ZERO),
                    X.mul(X.log()).neg(),
                    Expr.select(X.eq(Expr.ZERO), Expr.ZERO, Expr.select(X.isNaN(), X, INFINITY.neg()))),
            (x, y) -> Arithmetic.NEG.apply(Arithmetic.ADD.apply(Elementary.LOG.apply(x), Reductions.scalar(x, 1))));

    static {
        FAMILY.define("erfcx(x: operand)")
                .doc("exp(x**2) * erfc(x), without underflow for large x.")
                .example("erfcx([-1., 0., 100.])", "tensor([5.0090, 1.0000, 0.0056])")
                .gradient("erfcx(x)", "x: [2, 3]")
                .is(SCALED_ERFC::call);
        FAMILY.define("ndtr(x: operand)")
                .doc("The part of the standard normal distribution below x.")
                .example("ndtr([-1., 0., 2.])", "tensor([0.1587, 0.5000, 0.9772])")
                .gradient("ndtr(x)", "x: [2, 3]")
                .is(args -> SpecialFunctions.wide(args, NDTR));
        FAMILY.define("log_ndtr(x: operand)")
                .doc("The logarithm of ndtr(x), also where that is 0 in floats.")
                .example("log_ndtr([-100., 0., 2.])", "tensor([-5.0055e+03, -6.9315e-01, -2.3013e-02])")
                .gradient("log_ndtr(x)", "x: [2, 3] in -4..3")
                .is(LOG_NDTR::call);
        FAMILY.define("ndtri(x: operand)")
                .doc("The inverse of ndtr: -inf at 0, inf at 1, NaN outside.")
                .example("ndtri([0., 0.5, 0.975])", "tensor([  -inf, 0.0000, 1.9600])")
                .gradient("ndtri(x)", "x: [2, 3] in 0.05..0.95")
                .is(NDTRI::call);
        FAMILY.define("entr(x: operand)")
                .doc("-x * log(x), 0 at 0 and -inf below.")
                .example("entr([0., 0.5, -1.])", "tensor([0.0000, 0.3466,   -inf])")
                .gradient("entr(x)", "x: [2, 3] in 0.1..3")
                .is(ENTROPY::call);
    }

    private NormalFunctions() {}

    /** The number up to which a standard normal one stays with probability {@code p}; NaN outside 0 to 1. */
    public static Tensor quantile(Tensor p) {
        return NDTRI.apply(p);
    }

    /** Below 0 it is 2 e^(x^2) less the mirror image; x^2 = q^2 + (x - q)(x + q), whose first part is exact. */
    private static Expr scaledErfc(Expr x) {
        Expr size = x.abs();
        Expr t = Expr.select(size.isInf(), ONE, size.sub(CENTRE).div(size.add(CENTRE)));
        Expr right = Chebyshev.sum(ERFCX, t).div(size.mul(2.0).add(1.0));
        Expr kept = size.min(Expr.constant(30.0));
        Expr coarse = kept.mul(16.0).trunc().div(16.0);
        Expr square =
                coarse.square().exp().mul(kept.sub(coarse).mul(kept.add(coarse)).exp());
        return Expr.select(x.lt(Expr.ZERO), square.mul(2.0).sub(right), right);
    }

    private static Expr logNormal(Expr x) {
        Expr root = x.mul(Math.sqrt(0.5));
        Expr below = x.lt(Expr.constant(-1.0));
        Expr tail = Expr.select(below, scaledErfc(root.neg()), ONE).mul(0.5).log();
        Expr centre = root.erfc().mul(-0.5).log1p();
        return Expr.select(below, tail.sub(x.square().mul(0.5)), centre);
    }

    /** In the middle by the inverse of erf; in the tails y with log erfc(y) = log(2x), of the side nearer to 0. */
    private static Expr quantile(Expr x) {
        Expr twice = x.mul(2.0).sub(1.0);
        Expr inside = twice.abs().le(Expr.constant(0.5));
        Expr middle = SpecialFunctions.inverseErf(Expr.select(inside, twice, Expr.ZERO));
        Expr side = Expr.select(x.gt(Expr.constant(0.5)), ONE.sub(x), x);
        Expr wanted = side.mul(2.0).log();
        Expr rest = side.log().add(Math.log(4)).add(side.neg().log1p());
        Expr first = rest.mul(0.5).add(2 / (Math.PI * 0.147));
        Expr y = first.square().sub(rest.div(0.147)).sqrt().sub(first).sqrt();
        for (int i = 0; i < STEPS; i++) {
            Expr scaled = scaledErfc(y);
            Expr excess = scaled.log().sub(y.square()).sub(wanted);
            y = y.add(excess.mul(scaled).mul(Math.sqrt(Math.PI) / 2));
        }
        Expr tail = Expr.select(side.eq(Expr.ZERO), INFINITY, y);
        Expr signed = Expr.select(x.gt(Expr.constant(0.5)), tail, tail.neg());
        return Expr.select(inside, middle, signed).mul(Math.sqrt(2));
    }
}
