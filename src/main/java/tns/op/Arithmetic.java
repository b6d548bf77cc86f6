package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Tensor;

/** The operators of arithmetic: {@code + - * / // % **}, their function forms, and the other two-operand functions. */
public final class Arithmetic {
    private static final Family PRIMITIVES = new Family("arithmetic");

    public static final Pointwise ADD = PRIMITIVES.pointwise("add(x, y)").is((x, y) -> x.add(y));
    public static final Pointwise SUB = PRIMITIVES.pointwise("sub(x, y)").is((x, y) -> x.sub(y));
    static final Pointwise FLOOR_DIVIDE =
            PRIMITIVES.pointwise("floor_divide(x, y)").is((x, y) -> x.floorDiv(y));
    static final Pointwise REMAINDER = PRIMITIVES.pointwise("remainder(x, y)").is((x, y) -> x.remainder(y));
    static final Pointwise FMOD = PRIMITIVES.pointwise("fmod(x, y)").is((x, y) -> x.fmod(y));
    static final Pointwise POW = PRIMITIVES.pointwise("pow(x, y)").is((x, y) -> x.pow(y));
    public static final Pointwise DIV =
            PRIMITIVES.pointwise("div(x, y)").floating().is((x, y) -> x.div(y));
    static final Pointwise CUBE =
            PRIMITIVES.pointwise("pow(x)").is(x -> x.mul(x).mul(x));
    private static final Pointwise LERP =
            PRIMITIVES.pointwise("lerp(x, y, weight)").is((x, y, w) -> x.add(w.mul(y.sub(x))));
    static final Pointwise TRUNC_DIVIDE = PRIMITIVES
            .pointwise("div(x, y)")
            .is((x, y) -> x.sub(x.fmod(y)).div(y).trunc());
    public static final Pointwise NEG = PRIMITIVES.pointwise("neg(x)").is(x -> x.neg());

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("arithmetic");

    public static final Pointwise MUL = FAMILY.pointwise("mul(x, y)")
            .doc("The product, the function of the operator *.")
            .example("mul([1., 2.], 3)", "tensor([3., 6.])")
            .alias("multiply")
            .is((x, y) -> x.mul(y));
    public static final Pointwise MAXIMUM = FAMILY.pointwise("maximum(x, y)")
            .doc("The greater of two at every position; NaN wins. A tie shares its gradient equally.")
            .example("maximum([1., 5.], [3., 2.])", "tensor([3., 5.])")
            .is((x, y) -> x.max(y));
    public static final Pointwise MINIMUM = FAMILY.pointwise("minimum(x, y)")
            .doc("The lesser of two at every position; NaN wins. A tie shares its gradient equally.")
            .example("minimum([1., 5.], [3., 2.])", "tensor([1., 2.])")
            .is((x, y) -> x.min(y));
    public static final Pointwise SQUARE = PRIMITIVES.pointwise("square(x)").is(x -> x.square());
    public static final Pointwise SQRT = FAMILY.pointwise("sqrt(x)")
            .doc("The square root; NaN below 0. Its gradient at 0 is inf.")
            .example("sqrt([4., 9.])", "tensor([2., 3.])")
            .floating()
            .domain("0.1..4")
            .is(x -> x.sqrt());
    static final Pointwise RECIPROCAL = FAMILY.pointwise("reciprocal(x)")
            .doc("1 / x.")
            .example("reciprocal([2., 4.])", "tensor([0.5000, 0.2500])")
            .floating()
            .domain("0.2..3")
            .is(x -> x.reciprocal());

    static {
        FAMILY.define("square(x: operand)")
                .doc("x times x; of bools an int.")
                .example("square([-2., 3.])", "tensor([4., 9.])")
                .gradient("square(x)", "x: [2, 3]")
                .is(args -> squared(args.context(), args.all()), 1, Arithmetic::squared);
        FAMILY.define("add(x: operand, y: operand, alpha: number = 1)")
                .doc("x + alpha * y, the function of the operator +; on bools it is or.")
                .example("add([1, 2], [10, 20])", "tensor([11, 22])")
                .gradient("add(x, y, alpha=3)", "x: [2, 3]", "y: [3]")
                .is(args -> scaled(args, ADD), 2, ADD::call);
        FAMILY.define("sub(x: operand, y: operand, alpha: number = 1)")
                .doc("x - alpha * y, the function of the operator -.")
                .example("sub([5., 7.], 1)", "tensor([4., 6.])")
                .alias("subtract")
                .gradient("sub(x, y, alpha=3)", "x: [2, 3]", "y: [3]")
                .is(args -> subtract(args.context(), scaledOperands(args)), 2, Arithmetic::subtract);
        FAMILY.define("rsub(x: operand, y: operand, alpha: number = 1)")
                .doc("y - alpha * x.")
                .example("rsub([5., 7.], 1)", "tensor([-4., -6.])")
                .gradient("rsub(x, y, alpha=3)", "x: [2, 3]", "y: [3]")
                .is(args -> {
                    Object[] operands = {args.get("x"), args.get("alpha")};
                    Object scaled = args.get("alpha").equals(1L) ? operands[0] : MUL.call(args.context(), operands);
                    return subtract(args.context(), new Object[] {args.get("y"), scaled});
                });
        FAMILY.define("div(x: operand, y: operand, rounding_mode: string = none)")
                .doc("The quotient, always a float, the function of the operator /;"
                        + " rounding_mode \"floor\" or \"trunc\" rounds it and keeps ints.")
                .example("div([7, -7], 2)", "tensor([ 3.5000, -3.5000])")
                .alias("divide")
                .alias("true_divide")
                .gradient("div(x, y)", "x: [2, 3]", "y: [3] in 0.5..2")
                .is(Arithmetic::divide, 2, DIV::call);
        FAMILY.define("floor_divide(x: operand, y: operand)")
                .doc("The quotient rounded down, the function of the operator //; ints stay ints.")
                .example("floor_divide([7, -7], 2)", "tensor([ 3, -4])")
                .gradient("floor_divide(x, y)", "x: [2, 3] in 1..2", "y: [3] in 2.5..4")
                .is(
                        args -> wholeDivision(args.context(), args.all(), FLOOR_DIVIDE),
                        2,
                        (c, o) -> wholeDivision(c, o, FLOOR_DIVIDE));
        FAMILY.define("remainder(x: operand, y: operand)")
                .doc("What floor division leaves, with the sign of y: the function of the operator %.")
                .example("remainder([7, -7], 3)", "tensor([1, 2])")
                .gradient("remainder(x, y)", "x: [2, 3] in 1..3", "y: [3] in 4..5")
                .is(
                        args -> wholeDivision(args.context(), args.all(), REMAINDER),
                        2,
                        (c, o) -> wholeDivision(c, o, REMAINDER));
        FAMILY.define("fmod(x: operand, y: operand)")
                .doc("What division rounded towards zero leaves, with the sign of x.")
                .example("fmod([7, -7], 3)", "tensor([ 1, -1])")
                .gradient("fmod(x, y)", "x: [2, 3] in 1..3", "y: [3] in 4..5")
                .is(args -> wholeDivision(args.context(), args.all(), FMOD));
        FAMILY.define("pow(x: operand, y: operand)")
                .doc("x to the power y, the function of the operator **; an int to an int stays an int.")
                .example("pow([1., 2., 3.], 2)", "tensor([1., 4., 9.])")
                .gradient("pow(x, y)", "x: [2, 3] in 0.3..2", "y: [3]")
                .gradient("pow(x, 3)", "x: [2, 3]")
                .gradient("pow(x, -1.5)", "x: [2, 3] in 0.3..2")
                .is(args -> power(args.context(), args.all()), 2, Arithmetic::power);
        FAMILY.define("float_power(x: operand, y: operand)")
                .doc("x to the power y, computed in float64 whatever they are.")
                .example("float_power([1, 2, 3], -1)", "tensor([1.0000, 0.5000, 0.3333], dtype=float64)")
                .gradient("float_power(x, y)", "x: [2, 3] in 0.3..2", "y: [3]")
                .is(args -> POW.call(args.context(), new Object[] {wide(args, "x"), wide(args, "y")}));
        FAMILY.define("positive(x: tensor)")
                .doc("x itself.")
                .example("positive([1., -2.])", "tensor([ 1., -2.])")
                .gradient("positive(x)", "x: [2, 3]")
                .is(args -> {
                    if (isBool(args.get("x"))) {
                        throw new TnsException(ErrorKind.DTYPE, "positive: a bool tensor has no sign");
                    }
                    return args.tensor("x");
                });
        FAMILY.define("neg(x: operand)")
                .doc("-x.")
                .example("neg([1., -2.])", "tensor([-1.,  2.])")
                .alias("negative")
                .gradient("neg(x)", "x: [2, 3]")
                .is(args -> negate(args.context(), args.all()), 1, Arithmetic::negate);
        FAMILY.define("lerp(x: operand, y: operand, weight: operand)")
                .doc("x + weight * (y - x): the point that far from x to y.")
                .example("lerp([0., 10.], [10., 20.], 0.5)", "tensor([ 5., 15.])")
                .gradient("lerp(x, y, w)", "x: [2, 3]", "y: [3]", "w: [2, 1]")
                .is(args -> LERP.call(args.context(), args.all()));
    }

    private Arithmetic() {}

    /** x + y. */
    public static Tensor plus(Tensor x, Tensor y) {
        return ADD.apply(x, y);
    }

    /** An operand in float64; a host number, which has that precision, stays one. */
    private static Object wide(Args args, String name) {
        Object given = args.get(name);
        return switch (given) {
            case Tensor t -> Casts.to(t, DType.FLOAT64);
            case Number n -> (Object) n.doubleValue();
            default -> given.equals(true) ? 1.0 : 0.0;
        };
    }

    private static Object scaled(Args args, Pointwise op) {
        return op.call(args.context(), scaledOperands(args));
    }

    private static Object[] scaledOperands(Args args) {
        Object alpha = args.get("alpha");
        Object y = args.get("y");
        return new Object[] {args.get("x"), alpha.equals(1L) ? y : MUL.call(args.context(), new Object[] {y, alpha})};
    }

    private static Object subtract(Context context, Object[] operands) {
        if (isBool(operands[0]) && isBool(operands[1])) {
            throw new TnsException(ErrorKind.DTYPE, "sub: two bool tensors cannot be subtracted")
                    .help("a != b is true where they differ; a.int() - b.int() counts");
        }
        return SUB.call(context, operands);
    }

    private static Object negate(Context context, Object[] operands) {
        if (isBool(operands[0])) {
            throw new TnsException(ErrorKind.DTYPE, "neg: a bool tensor has no negative").help("~x inverts a mask");
        }
        return NEG.call(context, operands);
    }

    private static Object squared(Context context, Object[] operands) {
        return switch (operands[0]) {
            case Tensor x when x.dtype() == DType.BOOL -> Casts.to(x, DType.INT64);
            case Boolean x -> x ? 1L : 0L;
            default -> SQUARE.call(context, operands);
        };
    }

    private static boolean isBool(Object operand) {
        return operand instanceof Tensor t ? t.dtype() == DType.BOOL : operand instanceof Boolean;
    }

    private static Object divide(Args args) {
        Object[] operands = {args.get("x"), args.get("y")};
        if (!args.has("rounding_mode")) {
            return DIV.call(args.context(), operands);
        }
        return switch (args.text("rounding_mode")) {
            case "floor" -> wholeDivision(args.context(), operands, FLOOR_DIVIDE);
            case "trunc" -> wholeDivision(args.context(), operands, TRUNC_DIVIDE);
            default ->
                throw new TnsException(
                                ErrorKind.VALUE, "div: unknown rounding_mode \"" + args.text("rounding_mode") + '"')
                        .help("\"floor\", \"trunc\" or none");
        };
    }

    /** Runs a division of whole results; ints divided by zero have none. */
    private static Object wholeDivision(Context context, Object[] operands, Pointwise op) {
        Object divisor = operands[1];
        boolean ints = isInt(operands[0]) && isInt(divisor);
        boolean zero = ints && (divisor instanceof Tensor t ? hasZero(t) : divisor.equals(0L) || divisor.equals(false));
        if (zero) {
            throw new TnsException(ErrorKind.VALUE, op.name() + ": int division by zero")
                    .help("floats divide by zero to inf or nan: x.float()")
                    .argument(1);
        }
        return op.call(context, operands);
    }

    private static boolean hasZero(Tensor ints) {
        if (ints.device().isHost() && ints.isContiguous() && ints.dtype() == DType.INT64) {
            long[] all = (long[]) ints.device().download(ints.buffer());
            return hasZero(all, ints.view().offset(), ints.elements());
        }
        return Reductions.anyTrue(Comparison.EQ.apply(ints, Tensor.scalar(ints.device(), DType.INT64, 0)));
    }

    /** Of all numbers only 0 has the same sign as its negative, and that is no negative one. */
    private static boolean hasZero(long[] all, int from, int count) {
        long signs = 0;
        for (int i = from; i < from + count; i++) {
            signs |= ~(all[i] | -all[i]);
        }
        return signs < 0;
    }

    private static boolean isInt(Object operand) {
        return operand instanceof Tensor t ? !t.dtype().isFloat() : !(operand instanceof Double);
    }

    private static Object power(Context context, Object[] operands) {
        Object exponent = operands[1];
        boolean ints = isInt(operands[0]) && isInt(exponent);
        if (ints) {
            boolean negative = exponent instanceof Tensor t
                    ? Reductions.anyTrue(Comparison.LT.apply(t, Tensor.scalar(t.device(), DType.INT64, 0)))
                    : exponent instanceof Long n && n < 0;
            if (negative) {
                throw new TnsException(ErrorKind.VALUE, "pow: ints have no negative powers")
                        .help("a float base does: x.float() ** -1")
                        .argument(1);
            }
        }
        boolean ownDtype = operands[0] instanceof Tensor t
                && (t.dtype().isFloat() || t.dtype() == DType.INT64 && exponent instanceof Long);
        if (ownDtype && exponent instanceof Number n && operands[0] instanceof Tensor x) {
            Object[] base = {x};
            double power = n.doubleValue();
            if (power == 2) {
                return SQUARE.call(context, base);
            }
            if (power == 3) {
                return CUBE.call(context, base);
            }
            if (power == 0.5) {
                return SQRT.call(context, base);
            }
        }
        return POW.call(context, operands);
    }
}
