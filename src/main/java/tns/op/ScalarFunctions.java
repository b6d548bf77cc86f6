package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.tensor.DType;
import tns.tensor.Tensor;

/** Functions of one, two or three numbers beyond the operators: signs, angles, shifts of bits, and scaled sums. */
public final class ScalarFunctions {
    private static final Expr ZERO = Expr.constant(0.0);
    private static final Family PRIMITIVES = new Family("scalar functions");

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("scalar functions");

    private static final Pointwise NAN_TO_NUM = new Pointwise(
            "nan_to_num",
            4,
            Pointwise.Result.SAME,
            nanToNum(Expr.input(0), Expr.input(1), Expr.input(2), Expr.input(3)));
    private static final Pointwise ADDCMUL = new Pointwise(
            "addcmul",
            4,
            Pointwise.Result.SAME,
            Expr.input(0).add(Expr.input(3).mul(Expr.input(1)).mul(Expr.input(2))));
    private static final Pointwise PLUS_PRODUCT =
            PRIMITIVES.pointwise("addcmul(x, a, b)").is((x, a, b) -> x.add(a.mul(b)));
    private static final Pointwise ADDCDIV = new Pointwise(
            "addcdiv",
            4,
            Pointwise.Result.FLOAT,
            Expr.input(0).add(Expr.input(3).mul(Expr.input(1)).div(Expr.input(2))));
    private static final Pointwise SIGN_BIT =
            PRIMITIVES.pointwise("signbit(x)").predicate().is(x -> negative(x));
    private static final Pointwise BELOW_ZERO =
            PRIMITIVES.pointwise("signbit(x)").predicate().is(x -> x.lt(ZERO));
    private static final Pointwise SHIFT_LEFT = PRIMITIVES
            .pointwise("bitwise_left_shift(x, y)")
            .is((x, y) -> Expr.select(outside(y), Expr.constant(0L), x.shiftLeft(y)));
    private static final Pointwise SHIFT_RIGHT = PRIMITIVES
            .pointwise("bitwise_right_shift(x, y)")
            .is((x, y) -> x.shiftRight(Expr.select(outside(y), Expr.constant(63L), y)));

    static {
        FAMILY.pointwise("hypot(x, y)")
                .doc("sqrt(x**2 + y**2), without overflow.")
                .example("hypot([3., 5.], [4., 12.])", "tensor([ 5., 13.])")
                .floating()
                .domain("0.3..2", "0.3..2")
                .is((x, y) -> {
                    Expr greater = x.abs().max(y.abs());
                    Expr ratio = x.abs().min(y.abs()).div(Expr.select(greater.eq(ZERO), Expr.constant(1.0), greater));
                    Expr long_ = greater.mul(ratio.square().add(1.0).sqrt());
                    Expr infinite = x.isInf().or(y.isInf());
                    return Expr.select(
                            infinite,
                            Expr.constant(Double.POSITIVE_INFINITY),
                            Expr.select(greater.eq(ZERO), greater, long_));
                });
        FAMILY.pointwise("heaviside(x, values)")
                .doc("0 where x is below 0, 1 above, and values at 0.")
                .example("heaviside([-1., 0., 2.], [0.5])", "tensor([0.0000, 0.5000, 1.0000])")
                .is((x, values) -> Expr.select(
                        x.isNaN(),
                        x,
                        Expr.select(
                                x.eq(ZERO), values, Expr.select(x.gt(ZERO), Expr.constant(1L), Expr.constant(0L)))));
        FAMILY.pointwise("copysign(x, y)")
                .doc("The size of x with the sign of y.")
                .example("copysign([1., 2.], [-1., 3.])", "tensor([-1.,  2.])")
                .floating()
                .is((x, y) -> Expr.select(negative(y), x.abs().neg(), x.abs()));
        FAMILY.define("signbit(x: operand)")
                .doc("True where x is below 0, -0 included.")
                .example("signbit([-1., 2.])", "tensor([ true, false])")
                .is(args -> {
                    Object x = args.get("x");
                    boolean real = x instanceof Tensor t ? t.dtype().isFloat() : x instanceof Double;
                    return (real ? SIGN_BIT : BELOW_ZERO).call(args.context(), new Object[] {x});
                });
        FAMILY.pointwise("isposinf(x)")
                .doc("True where x is inf.")
                .example("isposinf([1., inf, -inf])", "tensor([false,  true, false])")
                .predicate()
                .is(x -> x.isInf().and(x.gt(ZERO)));
        FAMILY.pointwise("isneginf(x)")
                .doc("True where x is -inf.")
                .example("isneginf([1., inf, -inf])", "tensor([false, false,  true])")
                .predicate()
                .is(x -> x.isInf().and(x.lt(ZERO)));
        FAMILY.pointwise("deg2rad(x)")
                .doc("The angle of x degrees in radians.")
                .example("deg2rad([180., 90.])", "tensor([3.1416, 1.5708])")
                .floating()
                .is(x -> x.mul(Math.PI / 180));
        FAMILY.pointwise("rad2deg(x)")
                .doc("The angle of x radians in degrees.")
                .example("rad2deg([1., 2.])", "tensor([ 57.2958, 114.5916])")
                .floating()
                .is(x -> x.mul(180 / Math.PI));
        FAMILY.pointwise("ldexp(x, y)")
                .doc("x * 2**y.")
                .example("ldexp([1., 3.], [2, 3])", "tensor([ 4., 24.])")
                .floating()
                .is((x, y) -> x.mul(y.exp2()));
        FAMILY.pointwise("fmax(x, y)")
                .doc("The greater of two at every position; a number wins over NaN. A tie gives its gradient to x.")
                .example("fmax([1., nan], [nan, 2.])", "tensor([1., 2.])")
                .is((x, y) -> Expr.select(x.ge(y).or(y.isNaN()), x, y));
        FAMILY.pointwise("fmin(x, y)")
                .doc("The lesser of two at every position; a number wins over NaN. A tie gives its gradient to x.")
                .example("fmin([1., nan], [nan, 2.])", "tensor([1., 2.])")
                .is((x, y) -> Expr.select(x.le(y).or(y.isNaN()), x, y));
        FAMILY.define("nan_to_num(x: operand, nan: number = 0.0, posinf: number = none, neginf: number = none)")
                .doc("x with NaN, inf and -inf replaced: by 0 and the greatest and least finite numbers unless given.")
                .example("nan_to_num([nan, 1., inf], posinf=9)", "tensor([0., 1., 9.])")
                .gradient("nan_to_num(x)", "x: [2, 3]")
                .is(ScalarFunctions::nanToNum);
        FAMILY.define("addcmul(x: operand, a: operand, b: operand, value: number = 1)")
                .doc("x + value * a * b.")
                .example("addcmul([1., 1.], [2., 3.], [4., 5.], value=0.5)", "tensor([5.0000, 8.5000])")
                .gradient("addcmul(x, a, b, value=0.5)", "x: [2, 3]", "a: [3]", "b: [2, 1]")
                .is(args -> args.get("value").equals(1L)
                        ? PLUS_PRODUCT.call(args.context(), new Object[] {args.get("x"), args.get("a"), args.get("b")})
                        : ADDCMUL.call(args.context(), args.all()));
        FAMILY.define("addcdiv(x: operand, a: operand, b: operand, value: number = 1)")
                .doc("x + value * a / b.")
                .example("addcdiv([1., 1.], [2., 3.], [4., 6.])", "tensor([1.5000, 1.5000])")
                .gradient("addcdiv(x, a, b, value=0.5)", "x: [2, 3]", "a: [3]", "b: [2, 1] in 0.5..2")
                .is(args -> ADDCDIV.call(args.context(), args.all()));
        FAMILY.define("bitwise_left_shift(x: tensor, y: operand)")
                .doc("The bits of ints moved up y places.")
                .example("bitwise_left_shift([1, 3], 2)", "tensor([ 4, 12])")
                .is(args -> shift(args, SHIFT_LEFT));
        FAMILY.define("bitwise_right_shift(x: tensor, y: operand)")
                .doc("The bits of ints moved down y places, keeping the sign.")
                .example("bitwise_right_shift([12, -4], 2)", "tensor([ 3, -1])")
                .is(args -> shift(args, SHIFT_RIGHT));
        FAMILY.define("clamp_min(x: operand, min: operand)")
                .doc("x where it is at least min, else min.")
                .example("clamp_min([-1., 2.], 0)", "tensor([0., 2.])")
                .gradient("clamp_min(x, m)", "x: [2, 3]", "m: [3]")
                .is(args -> Comparison.CLAMP_MIN.call(args.context(), args.all()));
        FAMILY.define("clamp_max(x: operand, max: operand)")
                .doc("x where it is at most max, else max.")
                .example("clamp_max([-1., 2.], 0)", "tensor([-1.,  0.])")
                .gradient("clamp_max(x, m)", "x: [2, 3]", "m: [3]")
                .is(args -> Comparison.CLAMP_MAX.call(args.context(), args.all()));
    }

    private ScalarFunctions() {}

    /** Below 0 or -0, of floats. */
    private static Expr negative(Expr x) {
        return x.lt(ZERO).or(x.eq(ZERO).and(x.reciprocal().lt(ZERO)));
    }

    private static Expr outside(Expr places) {
        return places.lt(Expr.constant(0L)).or(places.gt(Expr.constant(63L)));
    }

    private static Expr nanToNum(Expr x, Expr nan, Expr greatest, Expr least) {
        Expr infinite = Expr.select(x.gt(ZERO), greatest, least);
        return Expr.select(x.isNaN(), nan, Expr.select(x.isInf(), infinite, x));
    }

    private static Object nanToNum(Args args) {
        Object x = args.get("x");
        boolean real = x instanceof Tensor t ? t.dtype().isFloat() : x instanceof Double;
        if (!real) {
            return x;
        }
        boolean narrow = x instanceof Tensor t && t.dtype() == DType.FLOAT32;
        double greatest = narrow ? Float.MAX_VALUE : Double.MAX_VALUE;
        return NAN_TO_NUM.call(args.context(), new Object[] {
            x,
            args.real("nan"),
            args.has("posinf") ? args.real("posinf") : greatest,
            args.has("neginf") ? args.real("neginf") : -greatest
        });
    }

    private static Object shift(Args args, Pointwise op) {
        for (Object operand : args.all()) {
            boolean whole = operand instanceof Tensor t ? t.dtype() == DType.INT64 : operand instanceof Long;
            if (!whole) {
                throw new TnsException(
                        ErrorKind.DTYPE,
                        op.name() + ": only ints have bits to shift, found " + TypeName.describe(operand));
            }
        }
        return op.call(args.context(), args.all());
    }
}
