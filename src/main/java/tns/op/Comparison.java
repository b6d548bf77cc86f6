package tns.op;

import java.util.function.BinaryOperator;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.tensor.DType;
import tns.tensor.Tensor;

/** Comparisons, the logic of masks, and the choice between two values by a mask. */
public final class Comparison {
    private static final Family PRIMITIVES = new Family("comparison and logic");

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("comparison and logic");

    public static final Pointwise EQ = compare("eq(x, y)", "", "==", "tensor([false,  true])", Expr::eq);
    public static final Pointwise NE = compare("ne(x, y)", "not_equal", "!=", "tensor([ true, false])", Expr::ne);
    public static final Pointwise LT = compare("lt(x, y)", "less", "<", "tensor([ true, false])", Expr::lt);
    public static final Pointwise LE = compare("le(x, y)", "less_equal", "<=", "tensor([true, true])", Expr::le);
    public static final Pointwise GT = compare("gt(x, y)", "greater", ">", "tensor([false, false])", Expr::gt);
    public static final Pointwise GE = compare("ge(x, y)", "greater_equal", ">=", "tensor([false,  true])", Expr::ge);

    public static final Pointwise LOGICAL_AND = FAMILY.pointwise("logical_and(x, y)")
            .doc("True where both are; a number counts as true when it is not 0.")
            .example("logical_and([true, true], [true, false])", "tensor([ true, false])")
            .predicate()
            .is((x, y) -> x.and(y));
    public static final Pointwise LOGICAL_OR = FAMILY.pointwise("logical_or(x, y)")
            .doc("True where either is; a number counts as true when it is not 0.")
            .example("logical_or([false, true], [false, false])", "tensor([false,  true])")
            .predicate()
            .is((x, y) -> x.or(y));
    static final Pointwise LOGICAL_XOR = FAMILY.pointwise("logical_xor(x, y)")
            .doc("True where exactly one is; a number counts as true when it is not 0.")
            .example("logical_xor([true, true], [true, false])", "tensor([false,  true])")
            .predicate()
            .is((x, y) -> x.xor(y));
    public static final Pointwise LOGICAL_NOT = FAMILY.pointwise("logical_not(x)")
            .doc("True where x is false or 0.")
            .example("logical_not([0, 1, 2])", "tensor([ true, false, false])")
            .predicate()
            .is(x -> x.not());
    static final Pointwise IS_NAN = FAMILY.pointwise("isnan(x)")
            .doc("True where x is NaN.")
            .example("isnan([1., nan])", "tensor([false,  true])")
            .predicate()
            .is(x -> x.isNaN());
    static final Pointwise IS_INF = FAMILY.pointwise("isinf(x)")
            .doc("True where x is inf or -inf.")
            .example("isinf([1., -inf])", "tensor([false,  true])")
            .predicate()
            .is(x -> x.isInf());
    static final Pointwise IS_FINITE = FAMILY.pointwise("isfinite(x)")
            .doc("True where x is neither NaN nor infinite.")
            .example("isfinite([1., inf, nan])", "tensor([ true, false, false])")
            .predicate()
            .is(x -> x.isFinite());
    public static final Pointwise WHERE =
            PRIMITIVES.pointwise("where(condition, x, y)").is((c, x, y) -> Expr.select(c, x, y));

    /** Both bounds; where they cross the upper one holds, as in PyTorch. At a bound the gradient goes to x. */
    private static final Pointwise CLAMP =
            PRIMITIVES.pointwise("clamp(x, min, max)").is((x, low, high) -> above(below(x, low), high));

    static final Pointwise CLAMP_MIN = PRIMITIVES.pointwise("clamp(x, min)").is((x, low) -> below(x, low));
    static final Pointwise CLAMP_MAX = PRIMITIVES.pointwise("clamp(x, max)").is((x, high) -> above(x, high));

    private static final Pointwise BIT_AND =
            PRIMITIVES.pointwise("bitwise_and(x, y)").is((x, y) -> x.bitAnd(y));
    private static final Pointwise BIT_OR =
            PRIMITIVES.pointwise("bitwise_or(x, y)").is((x, y) -> x.bitOr(y));
    private static final Pointwise BIT_XOR =
            PRIMITIVES.pointwise("bitwise_xor(x, y)").is((x, y) -> x.bitXor(y));
    private static final Pointwise BIT_NOT =
            PRIMITIVES.pointwise("bitwise_not(x)").is(x -> x.bitNot());

    static {
        FAMILY.define("bitwise_and(x: operand, y: operand)")
                .doc("And of masks or of the bits of ints, the function of the operator &.")
                .example("bitwise_and([true, true], [true, false])", "tensor([ true, false])")
                .is(args -> bits(args.context(), args.all(), BIT_AND), 2, (c, o) -> bits(c, o, BIT_AND));
        FAMILY.define("bitwise_or(x: operand, y: operand)")
                .doc("Or of masks or of the bits of ints, the function of the operator |.")
                .example("bitwise_or([false, true], [false, false])", "tensor([false,  true])")
                .is(args -> bits(args.context(), args.all(), BIT_OR), 2, (c, o) -> bits(c, o, BIT_OR));
        FAMILY.define("bitwise_xor(x: operand, y: operand)")
                .doc("Exclusive or of masks or of the bits of ints.")
                .example("bitwise_xor([6, 1], [3, 1])", "tensor([5, 0])")
                .is(args -> bits(args.context(), args.all(), BIT_XOR));
        FAMILY.define("bitwise_not(x: operand)")
                .doc("The opposite mask, or all bits of ints turned, the function of the operator ~.")
                .example("bitwise_not([true, false])", "tensor([false,  true])")
                .is(args -> invert(args.context(), args.all()), 1, Comparison::invert);
        FAMILY.define("where(condition: operand, x: operand = none, y: operand = none)")
                .doc("x where the condition holds, y elsewhere; the part not chosen gets no gradient."
                        + " With the condition alone: the positions where it holds, one int tensor per dim.")
                .example("where([true, false], [1., 2.], 0.)", "tensor([1., 0.])")
                .gradient("where(x > 0, x, y)", "x: [2, 3]", "y: [3]")
                .is(Comparison::where);
        FAMILY.define("clamp(x: operand, min: operand = none, max: operand = none)")
                .doc("x kept between min and max, each a number, a tensor or none; NaN stays NaN."
                        + " The gradient at a bound goes to x; one of bounds that are equal goes to max or nowhere.")
                .example("clamp([-2., 0.5, 3.], 0, 1)", "tensor([0.0000, 0.5000, 1.0000])")
                .example("clamp([1, 2, 3], min=2)", "tensor([2, 2, 3])")
                .alias("clip")
                .gradient("clamp(x, -0.5, 1)", "x: [2, 3]")
                .gradient("clamp(x, low, high)", "x: [2, 3]", "low: [3] in -1..0", "high: [2, 1] in 0.5..1")
                .gradient("clamp(x, max=high)", "x: [2, 3]", "high: [3]")
                .is(Comparison::clamp);
        FAMILY.define("isclose(x: tensor, y: tensor, rtol: float = 1e-05, atol: float = 1e-08)")
                .doc("True where |x - y| <= atol + rtol * |y|.")
                .example("isclose([1., 2.], [1., 2.1])", "tensor([ true, false])")
                .is(args -> close(args));
        FAMILY.define("allclose(x: tensor, y: tensor, rtol: float = 1e-05, atol: float = 1e-08)")
                .doc("Whether |x - y| <= atol + rtol * |y| everywhere.")
                .example("allclose([1., 2.], [1., 2.])", "true")
                .is(args -> !Reductions.anyTrue(LOGICAL_NOT.apply(close(args))));
        FAMILY.define("equal(x: tensor, y: tensor)")
                .doc("Whether two tensors have the same shape and equal elements.")
                .example("equal([1, 2], [1, 2])", "true")
                .is(args -> args.tensor("x").shape().equals(args.tensor("y").shape())
                        && !Reductions.anyTrue(NE.apply(args.tensor("x"), args.tensor("y"))));
    }

    private Comparison() {}

    private static Pointwise compare(
            String signature, String alias, String operator, String result, BinaryOperator<Expr> expression) {
        String name = signature.substring(0, signature.indexOf('('));
        Pointwise.Definition comparison = FAMILY.pointwise(signature)
                .doc("True where x " + operator + " y, the function of the operator " + operator + ".")
                .example(name + "([1, 2], 2)", result)
                .predicate();
        return (alias.isEmpty() ? comparison : comparison.alias(alias)).is(expression);
    }

    /** The lower bound applied; NaN in either gives NaN; that of x through floor, so without a gradient. */
    private static Expr below(Expr x, Expr low) {
        return Expr.select(x.ge(low), x, Expr.select(x.isNaN(), x.floor(), low));
    }

    private static Expr above(Expr x, Expr high) {
        return Expr.select(x.le(high), x, Expr.select(x.isNaN(), x.floor(), high));
    }

    private static Object clamp(Args args) {
        Object x = args.get("x");
        Object low = args.get("min");
        Object high = args.get("max");
        if (!args.has("min") && !args.has("max")) {
            throw new TnsException(ErrorKind.VALUE, "clamp: min and max are both none")
                    .help("clamp(x, min=0) or clamp(x, 0, 1)");
        }
        if (!args.has("max")) {
            return CLAMP_MIN.call(args.context(), new Object[] {x, low});
        }
        return args.has("min")
                ? CLAMP.call(args.context(), new Object[] {x, lowerOf(args.context(), low, high), high})
                : CLAMP_MAX.call(args.context(), new Object[] {x, high});
    }

    /** The lower bound, which has no gradient where it is not below the upper one, as in PyTorch. */
    private static Object lowerOf(Context context, Object low, Object high) {
        if (!(low instanceof Tensor bound) || !bound.requiresGrad()) {
            return low;
        }
        Object below = LT.call(context, new Object[] {bound, high});
        return WHERE.call(context, new Object[] {below, bound, bound.detach()});
    }

    private static Tensor close(Args args) {
        Tensor x = args.tensor("x");
        Tensor y = args.tensor("y");
        DType dtype = DType.promote(DType.promote(x.dtype(), y.dtype()), DType.FLOAT32);
        Tensor bound = Arithmetic.ADD.apply(
                Tensor.scalar(y.device(), dtype, args.real("atol")),
                Arithmetic.MUL.apply(
                        Tensor.scalar(y.device(), dtype, args.real("rtol")), Elementary.ABS.apply(Casts.to(y, dtype))));
        Tensor distance = Elementary.ABS.apply(Arithmetic.SUB.apply(Casts.to(x, dtype), Casts.to(y, dtype)));
        return LOGICAL_OR.apply(LE.apply(distance, bound), EQ.apply(x, y));
    }

    private static Object bits(Context context, Object[] operands, Pointwise op) {
        for (int i = 0; i < operands.length; i++) {
            Object operand = Conversion.operand(operands[i]);
            boolean real = operand instanceof Tensor t ? t.dtype().isFloat() : operand instanceof Double;
            if (real) {
                throw new TnsException(
                                ErrorKind.DTYPE,
                                op.name() + ": takes bools or ints, found " + TypeName.describe(operands[i]))
                        .help("& | ~ bind looser than comparisons: x > 0 & x < 1 needs no brackets")
                        .argument(i);
            }
        }
        return op.call(context, operands);
    }

    private static Object invert(Context context, Object[] operands) {
        Object operand = Conversion.operand(operands[0]);
        boolean bool = operand instanceof Tensor t ? t.dtype() == DType.BOOL : operand instanceof Boolean;
        return bool ? LOGICAL_NOT.call(context, operands) : bits(context, operands, BIT_NOT);
    }

    private static Object where(Args args) {
        Object condition = args.get("condition");
        boolean mask = condition instanceof Tensor t ? t.dtype() == DType.BOOL : condition instanceof Boolean;
        if (!mask) {
            throw new TnsException(
                            ErrorKind.DTYPE, "where: the condition must be bool, found " + TypeName.describe(condition))
                    .help("x != 0 makes a mask of numbers")
                    .argument(0);
        }
        if (!args.has("x") && condition instanceof Tensor t) {
            Tensor positions = Masks.positions(t);
            return Movement.unbind(positions, 1);
        }
        return WHERE.call(args.context(), args.all());
    }
}
