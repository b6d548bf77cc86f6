package tns.op;

import tns.expr.Expr;

/** The elementary functions: exponentials, logarithms, trigonometry, rounding and signs. */
public final class Elementary {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("elementary functions");

    public static final Pointwise EXP = FAMILY.pointwise("exp(x)")
            .doc("e to the power x.")
            .example("exp([0., 1.])", "tensor([1.0000, 2.7183])")
            .floating()
            .is(x -> x.exp());
    public static final Pointwise LOG = FAMILY.pointwise("log(x)")
            .doc("The natural logarithm; -inf at 0, NaN below.")
            .example("log([1., 10.])", "tensor([0.0000, 2.3026])")
            .floating()
            .domain("0.1..4")
            .is(x -> x.log());
    public static final Pointwise ABS = FAMILY.pointwise("abs(x)")
            .doc("The distance from 0; its gradient at 0 is 0.")
            .example("abs([-1., 2.])", "tensor([1., 2.])")
            .alias("absolute")
            .is(x -> x.abs());
    static final Pointwise SIGN = FAMILY.pointwise("sign(x)")
            .doc("-1, 0 or 1 as x is below, at or above 0.")
            .example("sign([-2., 0., 3.])", "tensor([-1.,  0.,  1.])")
            .alias("sgn")
            .is(x -> x.sign());
    public static final Pointwise TANH = FAMILY.pointwise("tanh(x)")
            .doc("The hyperbolic tangent, between -1 and 1.")
            .example("tanh([0., 1.])", "tensor([0.0000, 0.7616])")
            .floating()
            .is(x -> x.tanh());
    public static final Pointwise SIGMOID = FAMILY.pointwise("sigmoid(x)")
            .doc("1 / (1 + exp(-x)), between 0 and 1.")
            .example("sigmoid([0., 1.])", "tensor([0.5000, 0.7311])")
            .alias("expit")
            .floating()
            .is(x -> x.sigmoid());
    public static final Pointwise LOG1P = FAMILY.pointwise("log1p(x)")
            .doc("log(1 + x), exact for small x.")
            .example("log1p([0., 1.])", "tensor([0.0000, 0.6931])")
            .floating()
            .domain("-0.8..3")
            .is(x -> x.log1p());
    public static final Pointwise ERF = FAMILY.pointwise("erf(x)")
            .doc("The error function, 2 / sqrt(pi) times the integral of exp(-t**2) from 0 to x.")
            .example("erf([0., 1.])", "tensor([0.0000, 0.8427])")
            .floating()
            .is(x -> x.erf());
    static final Pointwise RSQRT = FAMILY.pointwise("rsqrt(x)")
            .doc("1 / sqrt(x).")
            .example("rsqrt([4., 16.])", "tensor([0.5000, 0.2500])")
            .floating()
            .domain("0.2..4")
            .is(x -> x.rsqrt());
    static final Pointwise FLOOR = FAMILY.pointwise("floor(x)")
            .doc("The greatest whole number not above x.")
            .example("floor([1.5, -1.5])", "tensor([ 1., -2.])")
            .is(x -> x.floor());
    static final Pointwise CEIL = FAMILY.pointwise("ceil(x)")
            .doc("The least whole number not below x.")
            .example("ceil([1.5, -1.5])", "tensor([ 2., -1.])")
            .is(x -> x.ceil());
    static final Pointwise ROUND = new Family("rounding").pointwise("round(x)").is(x -> x.round());

    static {
        FAMILY.pointwise("exp2(x)")
                .doc("2 to the power x.")
                .example("exp2([0., 3.])", "tensor([1., 8.])")
                .floating()
                .is(x -> x.exp2());
        FAMILY.pointwise("expm1(x)")
                .doc("exp(x) - 1, exact for small x.")
                .example("expm1([0., 1.])", "tensor([0.0000, 1.7183])")
                .floating()
                .is(x -> x.expm1());
        FAMILY.pointwise("log2(x)")
                .doc("The logarithm to base 2.")
                .example("log2([1., 8.])", "tensor([0., 3.])")
                .floating()
                .domain("0.1..4")
                .is(x -> x.log2());
        FAMILY.pointwise("log10(x)")
                .doc("The logarithm to base 10.")
                .example("log10([1., 1000.])", "tensor([0., 3.])")
                .floating()
                .domain("0.1..4")
                .is(x -> x.log10());
        FAMILY.pointwise("sin(x)")
                .doc("The sine of an angle in radians.")
                .example("sin([0., 1.])", "tensor([0.0000, 0.8415])")
                .floating()
                .is(x -> x.sin());
        FAMILY.pointwise("cos(x)")
                .doc("The cosine of an angle in radians.")
                .example("cos([0., 1.])", "tensor([1.0000, 0.5403])")
                .floating()
                .is(x -> x.cos());
        FAMILY.pointwise("tan(x)")
                .doc("The tangent of an angle in radians.")
                .example("tan([0., 1.])", "tensor([0.0000, 1.5574])")
                .floating()
                .domain("-1.2..1.2")
                .is(x -> x.tan());
        FAMILY.pointwise("asin(x)")
                .doc("The angle in radians whose sine is x; NaN outside -1..1.")
                .example("asin([0., 1.])", "tensor([0.0000, 1.5708])")
                .alias("arcsin")
                .floating()
                .domain("-0.9..0.9")
                .is(x -> x.asin());
        FAMILY.pointwise("acos(x)")
                .doc("The angle in radians whose cosine is x; NaN outside -1..1.")
                .example("acos([1., 0.])", "tensor([0.0000, 1.5708])")
                .alias("arccos")
                .floating()
                .domain("-0.9..0.9")
                .is(x -> x.acos());
        FAMILY.pointwise("atan(x)")
                .doc("The angle in radians whose tangent is x.")
                .example("atan([0., 1.])", "tensor([0.0000, 0.7854])")
                .alias("arctan")
                .floating()
                .is(x -> x.atan());
        FAMILY.pointwise("atan2(y, x)")
                .doc("The angle in radians of the point (x, y), between -pi and pi.")
                .example("atan2([1., -1.], [0., -1.])", "tensor([ 1.5708, -2.3562])")
                .alias("arctan2")
                .floating()
                .domain("0.3..2", "0.3..2")
                .is((y, x) -> Expr.atan2(y, x));
        FAMILY.pointwise("sinh(x)")
                .doc("The hyperbolic sine.")
                .example("sinh([0., 1.])", "tensor([0.0000, 1.1752])")
                .floating()
                .is(x -> x.sinh());
        FAMILY.pointwise("cosh(x)")
                .doc("The hyperbolic cosine.")
                .example("cosh([0., 1.])", "tensor([1.0000, 1.5431])")
                .floating()
                .is(x -> x.cosh());
        FAMILY.pointwise("asinh(x)")
                .doc("The inverse of sinh.")
                .example("asinh([0., 1.])", "tensor([0.0000, 0.8814])")
                .alias("arcsinh")
                .floating()
                .is(x -> x.asinh());
        FAMILY.pointwise("acosh(x)")
                .doc("The inverse of cosh; NaN below 1.")
                .example("acosh([1., 2.])", "tensor([0.0000, 1.3170])")
                .alias("arccosh")
                .floating()
                .domain("1.2..4")
                .is(x -> x.acosh());
        FAMILY.pointwise("atanh(x)")
                .doc("The inverse of tanh; NaN outside -1..1.")
                .example("atanh([0., 0.5])", "tensor([0.0000, 0.5493])")
                .alias("arctanh")
                .floating()
                .domain("-0.9..0.9")
                .is(x -> x.atanh());
        FAMILY.pointwise("erfc(x)")
                .doc("1 - erf(x), exact for large x.")
                .example("erfc([0., 1.])", "tensor([1.0000, 0.1573])")
                .floating()
                .is(x -> x.erfc());
        FAMILY.pointwise("trunc(x)")
                .doc("x without its fraction.")
                .example("trunc([1.5, -1.5])", "tensor([ 1., -1.])")
                .alias("fix")
                .is(x -> x.trunc());
        FAMILY.pointwise("frac(x)")
                .doc("The fraction of x, with its sign.")
                .example("frac([1.5, -1.5])", "tensor([ 0.5000, -0.5000])")
                .domain("0.2..0.8")
                .is(x -> x.sub(x.trunc()));
        FAMILY.define("round(x: operand, decimals: int = 0)")
                .doc("The nearest whole number, a half going to the even one; with decimals, the nearest such decimal.")
                .example("round([0.5, 1.5, 2.4])", "tensor([0., 2., 2.])")
                .gradient("round(x)", "x: [2, 3] in 0.1..0.4")
                .is(Elementary::round);
    }

    private Elementary() {}

    private static Object round(Args args) {
        Context context = args.context();
        Object x = args.get("x");
        int decimals = args.integer("decimals");
        if (decimals == 0) {
            return ROUND.call(context, new Object[] {x});
        }
        Object scale = Math.pow(10, Math.abs(decimals));
        Pointwise up = decimals > 0 ? Arithmetic.MUL : Arithmetic.DIV;
        Pointwise down = decimals > 0 ? Arithmetic.DIV : Arithmetic.MUL;
        Object scaled = ROUND.call(context, new Object[] {up.call(context, new Object[] {x, scale})});
        return down.call(context, new Object[] {scaled, scale});
    }
}
