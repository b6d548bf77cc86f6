package tns.expr;

/** The type a program computes in; bool data is carried as 0 and 1 of the lane type. */
public enum Lane {
    /** IEEE binary32; a register's bit pattern is a 32-bit integer to the {@code BITS_} steps. */
    F32(32, 23),
    /** IEEE binary64; a register's bit pattern is a 64-bit integer to the {@code BITS_} steps. */
    F64(64, 52),
    /** 64-bit two's complement integers that wrap round. */
    I64(64, 0);

    private final int bits;
    private final int fractionBits;

    Lane(int bits, int fractionBits) {
        this.bits = bits;
        this.fractionBits = fractionBits;
    }

    /** Width of a register in bits. */
    public int bits() {
        return bits;
    }

    /** Explicit bits of the significand: 23, 52, or 0 for integers. */
    int fractionBits() {
        return fractionBits;
    }

    public boolean isFloat() {
        return this != I64;
    }

    /** The register contents of {@code value} rounded to this lane. In I64 the value must be integral. */
    long bitsOf(double value) {
        return switch (this) {
            case F32 -> Float.floatToRawIntBits((float) value) & 0xFFFF_FFFFL;
            case F64 -> Double.doubleToRawLongBits(value);
            case I64 -> {
                if (value != Math.rint(value) || Math.abs(value) > 0x1p63) {
                    throw new IllegalArgumentException("the constant " + value + " is not an integer");
                }
                yield (long) value;
            }
        };
    }

    /** The register contents of the integer {@code value}, rounded to nearest in a float lane. */
    long bitsOf(long value) {
        return switch (this) {
            case F32 -> Float.floatToRawIntBits((float) value) & 0xFFFF_FFFFL;
            case F64 -> Double.doubleToRawLongBits((double) value);
            case I64 -> value;
        };
    }
}
