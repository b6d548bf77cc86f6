package tns.expr;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A scalar expression over numbered inputs: an immutable graph whose equal subexpressions count as one.
 *
 * <p>Equality is structural. Building simplifies only what is exact for every input, NaN, infinities and -0 included
 * ({@code x * 1}, {@code x / 1}, {@code --x}); arithmetic on constants waits for the lane and its rounding. Truth
 * values are 0 and 1; every non-zero value, NaN too, is true.
 */
public final class Expr {
    /** The zero of differentiation: what does not depend on the input at all. Equal to {@code constant(0)} in value. */
    public static final Expr ZERO = new Expr(null, List.of(), Zero.ZERO);

    private record Input(int number) {
        // Written out because the JVM makes a record's own at run time, which no start-up cache holds: 10 ms of a
        // start.
        @Override
        public int hashCode() {
            return number;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Input input && number == input.number;
        }
    }

    private enum Zero {
        ZERO
    }

    private final @Nullable Primitive primitive;
    private final List<Expr> arguments;
    /** {@link Input}, {@link Zero}, Double or Long; null for applications. */
    private final @Nullable Object leaf;

    private final int hash;
    private final int inputCount;

    private Expr(@Nullable Primitive primitive, List<Expr> arguments, @Nullable Object leaf) {
        this.primitive = primitive;
        this.arguments = arguments;
        this.leaf = leaf;
        int code = primitive == null ? Objects.hashCode(leaf) : primitive.name().hashCode();
        int count = leaf instanceof Input input ? input.number + 1 : 0;
        for (Expr argument : arguments) {
            code = code * 31 + argument.hash;
            count = Math.max(count, argument.inputCount);
        }
        hash = code;
        inputCount = count;
    }

    /** Input number {@code i}, from 0. */
    public static Expr input(int i) {
        if (i < 0) {
            throw new IllegalArgumentException("an input number must not be negative: " + i);
        }
        return new Expr(null, List.of(), new Input(i));
    }

    /** A constant, rounded to the lane when compiled; for an I64 lane it must be integral. */
    public static Expr constant(double value) {
        return new Expr(null, List.of(), value);
    }

    /** An integer constant: exact in an I64 lane, rounded to nearest in a float lane. */
    public static Expr constant(long value) {
        return new Expr(null, List.of(), value);
    }

    /** A primitive applied to arguments. */
    static Expr of(Primitive primitive, Expr... arguments) {
        return new Expr(primitive, List.of(arguments), null);
    }

    /** {@code a} where {@code condition} is not zero, else {@code b}. The branch not taken has no influence at all. */
    public static Expr select(Expr condition, Expr a, Expr b) {
        return a.equals(b) ? a : of(Primitive.SELECT, condition, a, b);
    }

    /** The angle of the point (x, y), in radians within [-pi, pi]. */
    public static Expr atan2(Expr y, Expr x) {
        return of(Primitive.ATAN2, y, x);
    }

    /** This times b. */
    public Expr mul(Expr b) {
        return b.isOne() ? this : isOne() ? b : of(Primitive.MUL, this, b);
    }

    /** This divided by b; in I64 truncating. */
    public Expr div(Expr b) {
        return b.isOne() ? this : of(Primitive.DIV, this, b);
    }

    public Expr neg() {
        return primitive == Primitive.NEG ? arguments.get(0) : of(Primitive.NEG, this);
    }

    public Expr add(Expr b) {
        return of(Primitive.ADD, this, b);
    }

    public Expr sub(Expr b) {
        return of(Primitive.SUB, this, b);
    }

    /** The smaller; NaN if either is NaN. */
    public Expr min(Expr b) {
        return of(Primitive.MIN, this, b);
    }

    /** The larger; NaN if either is NaN. */
    public Expr max(Expr b) {
        return of(Primitive.MAX, this, b);
    }

    /** C's fmod: the remainder of truncating division, with the sign of this. */
    public Expr fmod(Expr b) {
        return of(Primitive.FMOD, this, b);
    }

    /** Python's %: the remainder of flooring division, with the sign of b. */
    public Expr remainder(Expr b) {
        return of(Primitive.REMAINDER, this, b);
    }

    /** Python's //: a float quotient by zero is an infinity or NaN, an integer one 0. */
    public Expr floorDiv(Expr b) {
        return of(Primitive.FLOOR_DIV, this, b);
    }

    /**
     * This to the power b. Floats: with all special cases of IEEE and C99. I64: wraps round; the caller excludes
     * negative exponents.
     */
    public Expr pow(Expr b) {
        return of(Primitive.POW, this, b);
    }

    public Expr lt(Expr b) {
        return of(Primitive.LT, this, b);
    }

    public Expr le(Expr b) {
        return of(Primitive.LE, this, b);
    }

    public Expr gt(Expr b) {
        return of(Primitive.GT, this, b);
    }

    public Expr ge(Expr b) {
        return of(Primitive.GE, this, b);
    }

    public Expr eq(Expr b) {
        return of(Primitive.EQ, this, b);
    }

    public Expr ne(Expr b) {
        return of(Primitive.NE, this, b);
    }

    /** Logical and: 0 or 1. */
    public Expr and(Expr b) {
        return of(Primitive.AND, this, b);
    }

    /** Logical or: 0 or 1. */
    public Expr or(Expr b) {
        return of(Primitive.OR, this, b);
    }

    /** Logical exclusive or: 0 or 1. */
    public Expr xor(Expr b) {
        return of(Primitive.XOR, this, b);
    }

    /** I64 only. */
    public Expr bitAnd(Expr b) {
        return of(Primitive.BIT_AND, this, b);
    }

    /** I64 only. */
    public Expr bitOr(Expr b) {
        return of(Primitive.BIT_OR, this, b);
    }

    /** I64 only. */
    public Expr bitXor(Expr b) {
        return of(Primitive.BIT_XOR, this, b);
    }

    /** I64 only. */
    public Expr shiftLeft(Expr b) {
        return of(Primitive.SHIFT_LEFT, this, b);
    }

    /** Arithmetic. I64 only. */
    public Expr shiftRight(Expr b) {
        return of(Primitive.SHIFT_RIGHT, this, b);
    }

    public Expr add(double b) {
        return add(constant(b));
    }

    public Expr sub(double b) {
        return sub(constant(b));
    }

    public Expr mul(double b) {
        return mul(constant(b));
    }

    public Expr div(double b) {
        return div(constant(b));
    }

    public Expr pow(double b) {
        return pow(constant(b));
    }

    public Expr abs() {
        return of(Primitive.ABS, this);
    }

    /** -1, 0 or 1; 0 for NaN. */
    public Expr sign() {
        return of(Primitive.SIGN, this);
    }

    public Expr sqrt() {
        return of(Primitive.SQRT, this);
    }

    /** 1 / sqrt(this). */
    public Expr rsqrt() {
        return of(Primitive.RSQRT, this);
    }

    public Expr reciprocal() {
        return of(Primitive.RECIPROCAL, this);
    }

    public Expr square() {
        return of(Primitive.SQUARE, this);
    }

    public Expr floor() {
        return of(Primitive.FLOOR, this);
    }

    public Expr ceil() {
        return of(Primitive.CEIL, this);
    }

    public Expr trunc() {
        return of(Primitive.TRUNC, this);
    }

    /** To the nearest integer, ties to even. */
    public Expr round() {
        return of(Primitive.ROUND, this);
    }

    /** 1 where this is 0, else 0. */
    public Expr not() {
        return of(Primitive.NOT, this);
    }

    /** I64 only. */
    public Expr bitNot() {
        return of(Primitive.BIT_NOT, this);
    }

    public Expr isNaN() {
        return of(Primitive.IS_NAN, this);
    }

    public Expr isInf() {
        return of(Primitive.IS_INF, this);
    }

    public Expr isFinite() {
        return of(Primitive.IS_FINITE, this);
    }

    public Expr exp() {
        return of(Primitive.EXP, this);
    }

    public Expr exp2() {
        return of(Primitive.EXP2, this);
    }

    public Expr expm1() {
        return of(Primitive.EXPM1, this);
    }

    public Expr log() {
        return of(Primitive.LOG, this);
    }

    public Expr log2() {
        return of(Primitive.LOG2, this);
    }

    public Expr log10() {
        return of(Primitive.LOG10, this);
    }

    public Expr log1p() {
        return of(Primitive.LOG1P, this);
    }

    public Expr sin() {
        return of(Primitive.SIN, this);
    }

    public Expr cos() {
        return of(Primitive.COS, this);
    }

    public Expr tan() {
        return of(Primitive.TAN, this);
    }

    public Expr asin() {
        return of(Primitive.ASIN, this);
    }

    public Expr acos() {
        return of(Primitive.ACOS, this);
    }

    public Expr atan() {
        return of(Primitive.ATAN, this);
    }

    public Expr sinh() {
        return of(Primitive.SINH, this);
    }

    public Expr cosh() {
        return of(Primitive.COSH, this);
    }

    public Expr tanh() {
        return of(Primitive.TANH, this);
    }

    public Expr asinh() {
        return of(Primitive.ASINH, this);
    }

    public Expr acosh() {
        return of(Primitive.ACOSH, this);
    }

    public Expr atanh() {
        return of(Primitive.ATANH, this);
    }

    public Expr sigmoid() {
        return of(Primitive.SIGMOID, this);
    }

    /** log(sigmoid(this)), without overflow. */
    public Expr logSigmoid() {
        return of(Primitive.LOG_SIGMOID, this);
    }

    public Expr erf() {
        return of(Primitive.ERF, this);
    }

    public Expr erfc() {
        return of(Primitive.ERFC, this);
    }

    /**
     * The vector-Jacobian product {@code dy * d this / d input(input)}, itself differentiable.
     *
     * <p>Through {@link #select} the adjoint is selected, never multiplied by zero. Answers {@link #ZERO} where this
     * does not depend on the input, or only through steps (comparisons, floor, sign).
     */
    public Expr derivative(int input, Expr dy) {
        return Derivative.of(this, input(input), dy);
    }

    /** This with every occurrence of {@code what} replaced. */
    public Expr replace(Expr what, Expr with) {
        return replace(what, with, new IdentityHashMap<>());
    }

    private Expr replace(Expr what, Expr with, Map<Expr, Expr> done) {
        if (equals(what)) {
            return with;
        }
        if (primitive == null) {
            return this;
        }
        Expr known = done.get(this);
        if (known != null) {
            return known;
        }
        List<Expr> replaced = new ArrayList<>(arguments.size());
        for (Expr argument : arguments) {
            replaced.add(argument.replace(what, with, done));
        }
        Expr result = replaced.equals(arguments) ? this : new Expr(primitive, List.copyOf(replaced), null);
        done.put(this, result);
        return result;
    }

    /** This with every input {@code i} replaced by {@code inputs.get(i)}, all at once. */
    public Expr substitute(List<Expr> inputs) {
        return substitute(inputs, new IdentityHashMap<>());
    }

    private Expr substitute(List<Expr> inputs, Map<Expr, Expr> done) {
        if (leaf instanceof Input(int number)) {
            return inputs.get(number);
        }
        if (primitive == null) {
            return this;
        }
        Expr known = done.get(this);
        if (known == null) {
            List<Expr> replaced = new ArrayList<>(arguments.size());
            for (Expr argument : arguments) {
                replaced.add(argument.substitute(inputs, done));
            }
            known = new Expr(primitive, List.copyOf(replaced), null);
            done.put(this, known);
        }
        return known;
    }

    /** One more than the highest input number that occurs; 0 if none does. */
    public int inputCount() {
        return inputCount;
    }

    /** Whether the input occurs. */
    public boolean uses(int input) {
        return uses(input, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private boolean uses(int input, Set<Expr> seen) {
        if (inputCount <= input || !seen.add(this)) {
            return false;
        }
        return leaf instanceof Input(int number)
                ? number == input
                : arguments.stream().anyMatch(a -> a.uses(input, seen));
    }

    /** Whether this is the structural zero {@link #ZERO}. */
    public boolean isZero() {
        return leaf instanceof Zero;
    }

    boolean isInput() {
        return leaf instanceof Input;
    }

    boolean isConstant() {
        return primitive == null && !isInput();
    }

    private boolean isOne() {
        return leaf instanceof Long l && l == 1 || leaf instanceof Double d && d == 1;
    }

    int inputNumber() {
        return ((Input) Objects.requireNonNull(leaf)).number;
    }

    Term constantIn(Sequence sequence) {
        if (leaf instanceof Double value) {
            return sequence.constant(value);
        }
        return sequence.constant(leaf instanceof Long value ? value : 0L);
    }

    Primitive primitive() {
        return Objects.requireNonNull(primitive);
    }

    List<Expr> arguments() {
        return arguments;
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Expr expr && (this == expr || same(expr, new IdentityHashMap<>()));
    }

    /**
     * Structural equality; {@code equal} remembers pairs found equal, or shared subexpressions would cost
     * exponentially.
     */
    private boolean same(Expr other, Map<Expr, Expr> equal) {
        if (this == other || equal.get(this) == other) {
            return true;
        }
        if (hash != other.hash
                || primitive != other.primitive
                || arguments.size() != other.arguments.size()
                || !Objects.equals(leaf, other.leaf)) {
            return false;
        }
        for (int i = 0; i < arguments.size(); i++) {
            if (!arguments.get(i).same(other.arguments.get(i), equal)) {
                return false;
            }
        }
        equal.put(this, other);
        return true;
    }

    /** As calls: {@code mul(x0, exp(x1))}. */
    @Override
    public String toString() {
        return switch (leaf) {
            case Input(int number) -> "x" + number;
            case Zero zero -> "0";
            case null ->
                primitive().label()
                        + arguments.stream().map(Expr::toString).collect(Collectors.joining(", ", "(", ")"));
            default -> leaf.toString();
        };
    }
}
