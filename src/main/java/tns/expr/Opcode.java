package tns.expr;

/**
 * The machine steps a {@link Program} is made of; each is exactly specified, so that every executor gives the same
 * bits.
 *
 * <p>Unprefixed steps work in the lane type. Float arithmetic is IEEE round to nearest, ties to even, with subnormals;
 * integer arithmetic wraps round. The {@code BITS_} steps take the registers' bit patterns as integers as wide as the
 * lane (32 bits in F32). Comparisons give 1 or 0 of the lane type, false if an operand is NaN (NE: true).
 * {@link StepF32}, {@link StepF64} and {@link StepI64} are the definition.
 */
public enum Opcode {
    ADD(2),
    SUB(2),
    MUL(2),
    /** In I64: truncating; division by zero gives 0. */
    DIV(2),
    /** {@code a * b + c}, rounded once. Floats only. */
    FMA(3),
    SQRT(1),
    NEG(1),
    ABS(1),
    FLOOR(1),
    CEIL(1),
    TRUNC(1),
    /** To the nearest integer, ties to even. */
    RINT(1),
    /** {@code a < b ? a : a == a ? b : a}: NaN wins; of equal operands the second. */
    MIN(2),
    /** {@code a > b ? a : a == a ? b : a}: NaN wins; of equal operands the second. */
    MAX(2),
    /** C's fmod: exact, with the sign of {@code a}. In I64: the remainder of truncation, 0 for a zero divisor. */
    FMOD(2),
    /** Integer power with wrap-round; a negative exponent gives 1/a truncated (0 for a = 0). I64 only. */
    POW(2),
    LT(2),
    LE(2),
    EQ(2),
    NE(2),
    /** {@code a != 0 ? b : c}; NaN counts as non-zero. */
    SELECT(3),
    /**
     * {@code x - q * pi/2} in [-pi/4, pi/4] with q the nearest integer, by {@link PiOverTwo}; NaN for infinities. Zero
     * where {@code |x|} is within {@link PiOverTwo#bound}: there the program reduces by itself.
     */
    PI2_REMAINDER(1),
    /** The low two bits of the q of {@link #PI2_REMAINDER} as a bit pattern. */
    PI2_QUADRANT(1),
    BITS_ADD(2),
    BITS_SUB(2),
    BITS_MUL(2),
    BITS_AND(2),
    BITS_OR(2),
    BITS_XOR(2),
    /** Shift left; only the low 5 (6) bits of the distance count. */
    BITS_SHL(2),
    /** Arithmetic shift right. */
    BITS_SHR(2),
    /** Logical shift right. */
    BITS_USHR(2);

    private final int arity;

    Opcode(int arity) {
        this.arity = arity;
    }

    /** Number of operands: 1, 2 or 3. */
    public int arity() {
        return arity;
    }
}
