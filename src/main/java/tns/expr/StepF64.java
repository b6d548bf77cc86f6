package tns.expr;

/** The meaning of every machine step in the F64 lane. */
public final class StepF64 {
    private StepF64() {}

    /** The result of one step; unused operands are ignored. */
    public static double apply(Opcode op, double a, double b, double c) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case FMA -> Math.fma(a, b, c);
            case SQRT -> Math.sqrt(a);
            case NEG -> Double.longBitsToDouble(bits(a) ^ 0x8000_0000_0000_0000L);
            case ABS -> Double.longBitsToDouble(bits(a) & 0x7FFF_FFFF_FFFF_FFFFL);
            case FLOOR -> Math.floor(a);
            case CEIL -> Math.ceil(a);
            case TRUNC -> trunc(a);
            case RINT -> Math.rint(a);
            case MIN -> min(a, b);
            case MAX -> max(a, b);
            case FMOD -> a % b;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            case EQ -> a == b ? 1 : 0;
            case NE -> a != b ? 1 : 0;
            case SELECT -> a != 0 ? b : c;
            case PI2_REMAINDER -> PiOverTwo.remainder(a);
            case PI2_QUADRANT -> Double.longBitsToDouble(PiOverTwo.quadrant(a));
            case BITS_ADD -> Double.longBitsToDouble(bits(a) + bits(b));
            case BITS_SUB -> Double.longBitsToDouble(bits(a) - bits(b));
            case BITS_MUL -> Double.longBitsToDouble(bits(a) * bits(b));
            case BITS_AND -> Double.longBitsToDouble(bits(a) & bits(b));
            case BITS_OR -> Double.longBitsToDouble(bits(a) | bits(b));
            case BITS_XOR -> Double.longBitsToDouble(bits(a) ^ bits(b));
            case BITS_SHL -> Double.longBitsToDouble(bits(a) << bits(b));
            case BITS_SHR -> Double.longBitsToDouble(bits(a) >> bits(b));
            case BITS_USHR -> Double.longBitsToDouble(bits(a) >>> bits(b));
            case POW -> throw new IllegalArgumentException(op + " is a step of integer lanes");
        };
    }

    /**
     * a if it comes first or is NaN, else b. Integers are chosen, for which the compiler needs no branch: of random
     * numbers every other guess would be wrong (5.4 ns an element and not 1.2, AMD EPYC, 2026-11-27).
     */
    private static double chosen(boolean first, double a, double b) {
        long held = bits(a);
        long chosen = first ? held : bits(b);
        return Double.longBitsToDouble(a != a ? held : chosen);
    }

    public static double min(double a, double b) {
        return chosen(a < b, a, b);
    }

    public static double max(double a, double b) {
        return chosen(a > b, a, b);
    }

    public static double trunc(double a) {
        return a < 0 ? Math.ceil(a) : Math.floor(a);
    }

    private static long bits(double a) {
        return Double.doubleToRawLongBits(a);
    }
}
