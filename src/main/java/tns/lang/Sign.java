package tns.lang;

import java.util.Locale;
import tns.error.ErrorKind;
import tns.error.TnsException;

/** The operators with two sides, and what each means for two host numbers: Python's arithmetic, in 64 bits. */
public enum Sign {
    ADD("+"),
    SUB("-"),
    MUL("*"),
    DIV("/"),
    FLOOR_DIVIDE("//"),
    REMAINDER("%"),
    POW("**"),
    MATMUL("@"),
    EQ("==", true),
    NE("!=", true),
    LT("<", true),
    LE("<=", true),
    GT(">", true),
    GE(">=", true),
    BITWISE_AND("&"),
    BITWISE_OR("|");

    private final String text;
    private final boolean compares;

    Sign(String text) {
        this(text, false);
    }

    Sign(String text, boolean compares) {
        this.text = text;
        this.compares = compares;
    }

    /** Whether it compares: two ints give the bool that {@link #holds} computes. */
    boolean compares() {
        return compares;
    }

    /** The result for two ints; an ArithmeticException means overflow. */
    Object ints(long a, long b) {
        return switch (this) {
            case ADD -> Math.addExact(a, b);
            case SUB -> Math.subtractExact(a, b);
            case MUL -> Math.multiplyExact(a, b);
            case DIV -> (double) a / nonZero(b);
            case FLOOR_DIVIDE -> Math.floorDiv(a, nonZero(b));
            case REMAINDER -> Math.floorMod(a, nonZero(b));
            case POW -> b < 0 ? (Object) Math.pow((double) a, (double) b) : (Object) power(a, b);
            case EQ, NE, LT, LE, GT, GE -> holds(a, b);
            case BITWISE_AND -> a & b;
            case BITWISE_OR -> a | b;
            case MATMUL -> throw Numbers.unfit(this, a, b);
        };
    }

    /** Whether a comparison of two ints holds. */
    boolean holds(long a, long b) {
        return switch (this) {
            case EQ -> a == b;
            case NE -> a != b;
            case LT -> a < b;
            case LE -> a <= b;
            case GT -> a > b;
            case GE -> a >= b;
            default -> throw new IllegalStateException(text + " does not compare");
        };
    }

    /** The result for two numbers of which one is a float. */
    Object floats(double a, double b) {
        return switch (this) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / nonZero(b);
            case FLOOR_DIVIDE -> Math.floor(a / nonZero(b));
            case REMAINDER -> {
                double r = a % nonZero(b);
                yield r != 0 && r < 0 != b < 0 ? r + b : r;
            }
            case POW -> Math.pow(a, b);
            case EQ -> a == b;
            case NE -> a != b;
            case LT -> a < b;
            case LE -> a <= b;
            case GT -> a > b;
            case GE -> a >= b;
            case MATMUL, BITWISE_AND, BITWISE_OR -> throw Numbers.unfit(this, a, b);
        };
    }

    /** The op that does the same to tensors. */
    public String op() {
        return name().toLowerCase(Locale.ROOT);
    }

    private long nonZero(long divisor) {
        if (divisor == 0) {
            throw divisionByZero();
        }
        return divisor;
    }

    private double nonZero(double divisor) {
        if (divisor == 0) {
            throw divisionByZero();
        }
        return divisor;
    }

    private TnsException divisionByZero() {
        return new TnsException(ErrorKind.VALUE, text + ": division by zero").argument(1);
    }

    private static long power(long base, long exponent) {
        long result = 1;
        long factor = base;
        for (long n = exponent; n > 0; n >>= 1) {
            if ((n & 1) == 1) {
                result = Math.multiplyExact(result, factor);
            }
            if (n > 1) {
                factor = Math.multiplyExact(factor, factor);
            }
        }
        return result;
    }

    @Override
    public String toString() {
        return text;
    }
}
