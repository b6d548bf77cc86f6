package tns.selftest;

import tns.expr.Expr;

/**
 * All 2^32 patterns of float32 in blocks of neighbours, which a device can compute for itself: sending them would take
 * longer than most functions of them.
 *
 * <p>Within a block the sign, the exponent and the first digit are the same. Its numbers are {@code (count + base) * scale}
 * for counts from 0 on, and neither step rounds: the sum has at most 24 binary digits, and the scale is a power of two by
 * which the product is one of the numbers counted.
 */
final class FloatBlocks {
    private static final int BITS = 22;

    /** Numbers of a block. */
    static final int SIZE = 1 << BITS;

    static final int BLOCKS = 1 << (32 - BITS);

    private static final int DIGITS = 23;
    private static final int SPECIAL = 0xff;

    private FloatBlocks() {}

    /** A number of a block, over its count, the base and the scale. */
    static Expr number(Expr count, Expr base, Expr scale) {
        return count.add(base).mul(scale);
    }

    static float pattern(int block, int count) {
        return Float.intBitsToFloat(block << BITS | count);
    }

    private static int exponent(int block) {
        return block >> (DIGITS - BITS) & SPECIAL;
    }

    /** Whether its numbers can be counted: not the infinities and NaNs. */
    static boolean isCounted(int block) {
        return exponent(block) != SPECIAL;
    }

    static float base(int block) {
        int leading = exponent(block) == 0 ? 0 : 1 << DIGITS;
        return leading + ((block & (1 << (DIGITS - BITS)) - 1) << BITS);
    }

    static float scale(int block) {
        float size = Math.scalb(1f, Math.max(1, exponent(block)) - Float.MAX_EXPONENT - DIGITS);
        return block < BLOCKS / 2 ? size : -size;
    }
}
