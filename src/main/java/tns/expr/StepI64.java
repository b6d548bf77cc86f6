package tns.expr;

/** The meaning of every machine step in the I64 lane. */
public final class StepI64 {
    private StepI64() {}

    /** The result of one step; unused operands are ignored. */
    public static long apply(Opcode op, long a, long b, long c) {
        return switch (op) {
            case ADD, BITS_ADD -> a + b;
            case SUB, BITS_SUB -> a - b;
            case MUL, BITS_MUL -> a * b;
            case DIV -> b == 0 ? 0 : a / b;
            case FMOD -> b == 0 ? 0 : a % b;
            case POW -> pow(a, b);
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case FLOOR, CEIL, TRUNC, RINT -> a;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            case EQ -> a == b ? 1 : 0;
            case NE -> a != b ? 1 : 0;
            case SELECT -> a != 0 ? b : c;
            case BITS_AND -> a & b;
            case BITS_OR -> a | b;
            case BITS_XOR -> a ^ b;
            case BITS_SHL -> a << b;
            case BITS_SHR -> a >> b;
            case BITS_USHR -> a >>> b;
            case FMA, SQRT, PI2_REMAINDER, PI2_QUADRANT ->
                throw new IllegalArgumentException(op + " is a step of float lanes");
        };
    }

    private static long pow(long base, long exponent) {
        if (exponent < 0) {
            return base == 1 ? 1 : base == -1 ? ((exponent & 1) == 0 ? 1 : -1) : 0;
        }
        long result = 1;
        for (long square = base, left = exponent; left != 0; left >>>= 1, square *= square) {
            if ((left & 1) != 0) {
                result *= square;
            }
        }
        return result;
    }
}
