package tns.cuda.ptx;

/** What differs between the two float lanes in the text of instructions: widths, names and bit patterns. */
enum FloatFormat {
    BINARY32(PtxType.F32, PtxType.B32, "f32", "s32", "u32", "b32", 32, 23, 8),
    BINARY64(PtxType.F64, PtxType.B64, "f64", "s64", "u64", "b64", 64, 52, 11);

    private final PtxType value;
    private final PtxType pattern;
    private final String word;
    private final String signed;
    private final String unsigned;
    private final String untyped;
    private final int bits;
    private final int fraction;
    private final int exponent;

    FloatFormat(
            PtxType value,
            PtxType pattern,
            String word,
            String signed,
            String unsigned,
            String untyped,
            int bits,
            int fraction,
            int exponent) {
        this.value = value;
        this.pattern = pattern;
        this.word = word;
        this.signed = signed;
        this.unsigned = unsigned;
        this.untyped = untyped;
        this.bits = bits;
        this.fraction = fraction;
        this.exponent = exponent;
    }

    /** The register type of values. */
    PtxType value() {
        return value;
    }

    /** The register type of their bit patterns. */
    PtxType pattern() {
        return pattern;
    }

    /** The suffix of float instructions: {@code f32}. */
    String word() {
        return word;
    }

    /** The suffix of signed integer instructions on bit patterns: {@code s32}. */
    String signed() {
        return signed;
    }

    /** The suffix of unsigned integer instructions on bit patterns: {@code u32}. */
    String unsigned() {
        return unsigned;
    }

    /** The suffix of bit instructions on bit patterns: {@code b32}. */
    String untyped() {
        return untyped;
    }

    /** Width in bits. */
    int bits() {
        return bits;
    }

    /** Explicit bits of the significand. */
    int fraction() {
        return fraction;
    }

    /** The greatest biased exponent, that of infinities and NaN. */
    long maxExponent() {
        return (1L << exponent) - 1;
    }

    /** The bit pattern of the sign alone. */
    String signMask() {
        return hex(1L << bits - 1);
    }

    /** All bits but the sign. */
    String magnitudeMask() {
        return hex((1L << bits - 1) - 1);
    }

    /** A bit pattern as an integer literal. */
    String hex(long pattern) {
        return "0x" + Long.toHexString(bits == 32 ? pattern & 0xFFFF_FFFFL : pattern);
    }

    /** A value as a float literal, exact to the bit. */
    String literal(double number) {
        return bits == 32
                ? literalBits(Float.floatToRawIntBits((float) number))
                : literalBits(Double.doubleToRawLongBits(number));
    }

    /** The value of a bit pattern as a float literal. */
    String literalBits(long pattern) {
        return bits == 32 ? "0f%08X".formatted((int) pattern) : "0d%016X".formatted(pattern);
    }
}
