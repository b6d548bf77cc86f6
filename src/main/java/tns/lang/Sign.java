package tns.lang;

import java.util.Locale;
import tns.error.ErrorKind;
import tns.error.TnsException;

/** The operators with two sides, and what each means for two host numbers: Python's arithmetic, in 64 bits. */
public enum Sign {
    ADD("+") {
        @Override
        Object ints(long a, long b) {
            return Math.addExact(a, b);
        }

        @Override
        Object floats(double a, double b) {
            return a + b;
        }
    },
    SUB("-") {
        @Override
        Object ints(long a, long b) {
            return Math.subtractExact(a, b);
        }

        @Override
        Object floats(double a, double b) {
            return a - b;
        }
    },
    MUL("*") {
        @Override
        Object ints(long a, long b) {
            return Math.multiplyExact(a, b);
        }

        @Override
        Object floats(double a, double b) {
            return a * b;
        }
    },
    DIV("/") {
        @Override
        Object ints(long a, long b) {
            return (double) a / nonZero(b);
        }

        @Override
        Object floats(double a, double b) {
            return a / nonZero(b);
        }
    },
    FLOOR_DIVIDE("//") {
        @Override
        Object ints(long a, long b) {
            return Math.floorDiv(a, nonZero(b));
        }

        @Override
        Object floats(double a, double b) {
            return Math.floor(a / nonZero(b));
        }
    },
    REMAINDER("%") {
        @Override
        Object ints(long a, long b) {
            // A 64-bit division takes several times as long as a 32-bit one.
            return a == (int) a && b == (int) b && b != 0
                    ? (long) Math.floorMod((int) a, (int) b)
                    : Math.floorMod(a, nonZero(b));
        }

        @Override
        Object floats(double a, double b) {
            double r = a % nonZero(b);
            return r != 0 && r < 0 != b < 0 ? r + b : r;
        }
    },
    POW("**") {
        @Override
        Object ints(long a, long b) {
            return b < 0 ? (Object) Math.pow((double) a, (double) b) : (Object) power(a, b);
        }

        @Override
        Object floats(double a, double b) {
            return Math.pow(a, b);
        }
    },
    MATMUL("@") {
        @Override
        Object ints(long a, long b) {
            throw Numbers.unfit(this, a, b);
        }

        @Override
        Object floats(double a, double b) {
            throw Numbers.unfit(this, a, b);
        }
    },
    EQ("==") {
        @Override
        Object ints(long a, long b) {
            return a == b;
        }

        @Override
        Object floats(double a, double b) {
            return a == b;
        }
    },
    NE("!=") {
        @Override
        Object ints(long a, long b) {
            return a != b;
        }

        @Override
        Object floats(double a, double b) {
            return a != b;
        }
    },
    LT("<") {
        @Override
        Object ints(long a, long b) {
            return a < b;
        }

        @Override
        Object floats(double a, double b) {
            return a < b;
        }
    },
    LE("<=") {
        @Override
        Object ints(long a, long b) {
            return a <= b;
        }

        @Override
        Object floats(double a, double b) {
            return a <= b;
        }
    },
    GT(">") {
        @Override
        Object ints(long a, long b) {
            return a > b;
        }

        @Override
        Object floats(double a, double b) {
            return a > b;
        }
    },
    GE(">=") {
        @Override
        Object ints(long a, long b) {
            return a >= b;
        }

        @Override
        Object floats(double a, double b) {
            return a >= b;
        }
    },
    BITWISE_AND("&") {
        @Override
        Object ints(long a, long b) {
            return a & b;
        }

        @Override
        Object floats(double a, double b) {
            throw Numbers.unfit(this, a, b);
        }
    },
    BITWISE_OR("|") {
        @Override
        Object ints(long a, long b) {
            return a | b;
        }

        @Override
        Object floats(double a, double b) {
            throw Numbers.unfit(this, a, b);
        }
    };

    private final String text;

    Sign(String text) {
        this.text = text;
    }

    /** The result for two ints; an ArithmeticException means overflow. */
    abstract Object ints(long a, long b);

    /** The result for two numbers of which one is a float. */
    abstract Object floats(double a, double b);

    /** The op that does the same to tensors. */
    public String op() {
        return name().toLowerCase(Locale.ROOT);
    }

    long nonZero(long divisor) {
        if (divisor == 0) {
            throw divisionByZero();
        }
        return divisor;
    }

    double nonZero(double divisor) {
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
