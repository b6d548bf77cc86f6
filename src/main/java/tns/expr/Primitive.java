package tns.expr;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The table of scalar functions: one row each with name, machine steps, error bounds and derivatives.
 *
 * <p>The bounds are in ulp of the exact result, F32 then F64; a row without them is exact or rounded correctly. A
 * derivative rule gets the incoming {@code dy}, the result {@code y} and the arguments, one rule for each argument;
 * null stands for a derivative that is structurally zero, and so do missing rules.
 */
public enum Primitive {
    ADD(Arithmetic::add, (dy, y, a, b) -> dy, (dy, y, a, b) -> dy),
    SUB(Arithmetic::sub, (dy, y, a, b) -> dy, (dy, y, a, b) -> dy.neg()),
    MUL(Arithmetic::mul, (dy, y, a, b) -> dy.mul(b), (dy, y, a, b) -> dy.mul(a)),
    DIV(Arithmetic::div, (dy, y, a, b) -> dy.div(b), (dy, y, a, b) -> dy.neg().mul(y.div(b))),
    NEG(Term::neg, (dy, y, a) -> dy.neg()),
    ABS(Term::abs, (dy, y, a) -> dy.mul(a.sign())),
    SIGN(Arithmetic::sign),
    SQRT(Arithmetic::sqrt, (dy, y, a) -> dy.div(y.mul(2))),
    RSQRT(Arithmetic::rsqrt, 1.5, 1.5, (dy, y, a) -> dy.mul(y.mul(y.square()).mul(-0.5))),
    RECIPROCAL(Arithmetic::reciprocal, (dy, y, a) -> dy.neg().mul(y.square())),
    SQUARE(Arithmetic::square, (dy, y, a) -> dy.mul(a.mul(2))),
    FLOOR(Term::floor),
    CEIL(Term::ceil),
    TRUNC(Term::trunc),
    ROUND(Term::rint),
    // Ties share the gradient equally; a NaN passes it to both sides, as in PyTorch.
    MIN(
            Term::min,
            (dy, y, a, b) -> DerivativeRules.extremum(dy, a.ge(b), a.eq(b)),
            (dy, y, a, b) -> DerivativeRules.extremum(dy, b.ge(a), a.eq(b))),
    MAX(
            Term::max,
            (dy, y, a, b) -> DerivativeRules.extremum(dy, a.le(b), a.eq(b)),
            (dy, y, a, b) -> DerivativeRules.extremum(dy, b.le(a), a.eq(b))),
    FMOD(Term::fmod, (dy, y, a, b) -> dy, (dy, y, a, b) -> dy.neg().mul(a.div(b).trunc())),
    REMAINDER(
            Arithmetic::remainder,
            (dy, y, a, b) -> dy,
            (dy, y, a, b) -> dy.neg().mul(a.floorDiv(b))),
    FLOOR_DIV(Arithmetic::floorDiv),
    LT((a, b) -> a.lt(b)),
    LE((a, b) -> a.le(b)),
    GT((a, b) -> a.gt(b)),
    GE((a, b) -> a.ge(b)),
    EQ((a, b) -> a.eq(b)),
    NE((a, b) -> a.ne(b)),
    AND((a, b) -> a.select(b.ne(0), a.of(0))),
    OR((a, b) -> a.select(a.of(1), b.ne(0))),
    XOR((a, b) -> a.ne(0).ne(b.ne(0))),
    NOT(Term::not),
    IS_NAN(Arithmetic::isNaN),
    IS_INF(Arithmetic::isInf),
    IS_FINITE(Arithmetic::isFinite),
    SELECT(
            (a, b, c) -> a.select(b, c),
            (dy, y, a, b, c) -> null,
            (dy, y, a, b, c) -> Expr.select(a, dy, Expr.ZERO),
            (dy, y, a, b, c) -> Expr.select(a, Expr.ZERO, dy)),
    BIT_AND(Arithmetic::bitAnd),
    BIT_OR(Arithmetic::bitOr),
    BIT_XOR(Arithmetic::bitXor),
    BIT_NOT(Arithmetic::bitNot),
    SHIFT_LEFT(Arithmetic::shiftLeft),
    SHIFT_RIGHT(Arithmetic::shiftRight),
    POW(
            Power::pow,
            1.5,
            1.5,
            (dy, y, a, b) -> DerivativeRules.powBase(dy, a, b),
            (dy, y, a, b) -> DerivativeRules.powExponent(dy, y, a, b)),
    EXP(ExpLog::exp, 1.5, 1.5, (dy, y, a) -> dy.mul(y)),
    EXP2(ExpLog::exp2, 1.5, 1.5, (dy, y, a) -> dy.mul(y.mul(Math.log(2)))),
    EXPM1(ExpLog::expm1, 2, 2, (dy, y, a) -> dy.mul(y.add(1))),
    LOG(ExpLog::log, 1.5, 1.5, (dy, y, a) -> dy.div(a)),
    LOG2(Power::log2, 1, 1, (dy, y, a) -> dy.div(a.mul(Math.log(2)))),
    LOG10(Power::log10, 1, 1, (dy, y, a) -> dy.div(a.mul(Math.log(10)))),
    LOG1P(ExpLog::log1p, 2, 2, (dy, y, a) -> dy.div(a.add(1))),
    SIN(Trigonometric::sin, 2, 2, (dy, y, a) -> dy.mul(a.cos())),
    COS(Trigonometric::cos, 2, 2, (dy, y, a) -> dy.neg().mul(a.sin())),
    TAN(Trigonometric::tan, 2.5, 2.5, (dy, y, a) -> dy.mul(y.square().add(1))),
    ASIN(
            InverseTrigonometric::asin,
            2,
            2,
            (dy, y, a) -> dy.mul(a.square().neg().add(1).rsqrt())),
    ACOS(
            InverseTrigonometric::acos,
            2,
            2,
            (dy, y, a) -> dy.neg().mul(a.square().neg().add(1).rsqrt())),
    ATAN(InverseTrigonometric::atan, 2, 2, (dy, y, a) -> dy.div(a.square().add(1))),
    ATAN2(
            InverseTrigonometric::atan2,
            2,
            2,
            (dy, y, a, b) -> dy.mul(b.div(a.square().add(b.square()))),
            (dy, y, a, b) -> dy.mul(a.neg().div(a.square().add(b.square())))),
    SINH(Hyperbolic::sinh, 2, 2, (dy, y, a) -> dy.mul(a.cosh())),
    COSH(Hyperbolic::cosh, 2, 2, (dy, y, a) -> dy.mul(a.sinh())),
    TANH(Hyperbolic::tanh, 2, 3, (dy, y, a) -> dy.mul(y.square().neg().add(1))),
    ASINH(Hyperbolic::asinh, 3, 3, (dy, y, a) -> dy.mul(a.square().add(1).rsqrt())),
    ACOSH(Hyperbolic::acosh, 3, 3, (dy, y, a) -> dy.mul(a.square().sub(1).rsqrt())),
    ATANH(Hyperbolic::atanh, 3, 3, (dy, y, a) -> dy.div(a.square().neg().add(1))),
    SIGMOID(Hyperbolic::sigmoid, 2.5, 2.5, (dy, y, a) -> dy.mul(y.mul(y.neg().add(1)))),
    LOG_SIGMOID(Hyperbolic::logSigmoid, 3, 3, (dy, y, a) -> dy.mul(a.neg().sigmoid())),
    ERF(ErrorFunction::erf, 2, 2, (dy, y, a) -> dy.mul(a.square().neg().exp().mul(2 / Math.sqrt(Math.PI)))),
    ERFC(ErrorFunction::erfc, 3, 3, (dy, y, a) -> dy.mul(a.square().neg().exp().mul(-2 / Math.sqrt(Math.PI))));

    private static final double EXACT = 0.5;

    private final Lowering lowering;
    private final double ulpF32;
    private final double ulpF64;
    private final List<Rule> rules;

    Primitive(Unary steps) {
        this(steps, (dy, y, a) -> null);
    }

    Primitive(Unary steps, UnaryRule rule) {
        this(steps, EXACT, EXACT, rule);
    }

    Primitive(Unary steps, double ulpF32, double ulpF64, UnaryRule rule) {
        this(ulpF32, ulpF64, a -> steps.of(a[0]), (dy, y, a) -> rule.of(dy, y, a.get(0)));
    }

    Primitive(Binary steps) {
        this(steps, (dy, y, a, b) -> null, (dy, y, a, b) -> null);
    }

    Primitive(Binary steps, BinaryRule first, BinaryRule second) {
        this(steps, EXACT, EXACT, first, second);
    }

    Primitive(Binary steps, double ulpF32, double ulpF64, BinaryRule first, BinaryRule second) {
        this(
                ulpF32,
                ulpF64,
                a -> steps.of(a[0], a[1]),
                (dy, y, a) -> first.of(dy, y, a.get(0), a.get(1)),
                (dy, y, a) -> second.of(dy, y, a.get(0), a.get(1)));
    }

    Primitive(Ternary steps, TernaryRule first, TernaryRule second, TernaryRule third) {
        this(
                EXACT,
                EXACT,
                a -> steps.of(a[0], a[1], a[2]),
                (dy, y, a) -> first.of(dy, y, a.get(0), a.get(1), a.get(2)),
                (dy, y, a) -> second.of(dy, y, a.get(0), a.get(1), a.get(2)),
                (dy, y, a) -> third.of(dy, y, a.get(0), a.get(1), a.get(2)));
    }

    Primitive(double ulpF32, double ulpF64, Lowering lowering, Rule... rules) {
        this.ulpF32 = ulpF32;
        this.ulpF64 = ulpF64;
        this.lowering = lowering;
        this.rules = List.of(rules);
    }

    /** The function's name in lower case, such as {@code floor_div}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Number of arguments: 1, 2 or 3. */
    public int arity() {
        return rules.size();
    }

    /** The greatest error in ulp of the exact result; 0.5 for exact and correctly rounded functions. */
    public double ulp(Lane lane) {
        return lane == Lane.F32 ? ulpF32 : ulpF64;
    }

    /**
     * Appends the machine steps of this function to the arguments' sequence.
     *
     * @throws IllegalArgumentException if the function does not exist in their lane
     */
    Term lower(Term... arguments) {
        if (ulpF64 > EXACT && this != POW) {
            Arithmetic.requireFloat(arguments[0], label());
        }
        return lowering.of(arguments);
    }

    /** {@code dy * d y / d argument(index)}, null if that is structurally zero. */
    @Nullable
    Expr derivative(int index, Expr dy, Expr y) {
        return rules.get(index).of(dy, y, y.arguments());
    }

    private interface Lowering {
        Term of(Term[] arguments);
    }

    private interface Rule {
        @Nullable
        Expr of(Expr dy, Expr y, List<Expr> arguments);
    }

    private interface Unary {
        Term of(Term a);
    }

    private interface Binary {
        Term of(Term a, Term b);
    }

    private interface Ternary {
        Term of(Term a, Term b, Term c);
    }

    private interface UnaryRule {
        @Nullable
        Expr of(Expr dy, Expr y, Expr a);
    }

    private interface BinaryRule {
        @Nullable
        Expr of(Expr dy, Expr y, Expr a, Expr b);
    }

    private interface TernaryRule {
        @Nullable
        Expr of(Expr dy, Expr y, Expr a, Expr b, Expr c);
    }
}
