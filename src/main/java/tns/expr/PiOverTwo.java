package tns.expr;

/**
 * Exact range reduction of huge arguments of sin, cos and tan: the quadrant and the remainder of x modulo pi/2.
 *
 * <p>Payne and Hanek's method: of the product x * 2/pi only the bits that matter modulo 4 are computed, here 192 of
 * them, which leaves the remainder of any double with more than 70 good bits. See Muller, "Elementary Functions",
 * chapter 11.
 */
public final class PiOverTwo {
    private static final double BOUND_F32 = 1e5;
    private static final double BOUND_F64 = 1e9;

    /** The double nearest pi/2. */
    public static final double HALF_PI_HIGH = 0x1.921fb54442d18p0;
    /** The double nearest to what {@link #HALF_PI_HIGH} leaves of pi/2. */
    public static final double HALF_PI_LOW = 0x1.1a62633145c07p-54;

    /** The binary digits of 2/pi after the point, 64 to a word: the largest double needs 1162 of them. */
    private static final long[] TWO_OVER_PI = {
        0xA2F9836E4E441529L, 0xFC2757D1F534DDC0L, 0xDB6295993C439041L, 0xFE5163ABDEBBC561L,
        0xB7246E3A424DD2E0L, 0x06492EEA09D1921CL, 0xFE1DEB1CB129A73EL, 0xE88235F52EBB4484L,
        0xE99C7026B45F7E41L, 0x3991D639835339F4L, 0x9C845F8BBDF9283BL, 0x1FF897FFDE05980FL,
        0xEF2F118B5A0A6D1FL, 0x6D367ECF27CB09B7L, 0x4F463F669E5FEA2DL, 0x7527BAC7EBE5F17BL,
        0x3D0739F78A5292EAL, 0x6BFB5FB11F8D5D08L, 0x56033046FC7B6BABL, 0xF0CFBC209AF4361DL
    };

    private PiOverTwo() {}

    /** The binary digits of 2/pi after the point, 64 to a word. */
    public static long[] twoOverPi() {
        return TWO_OVER_PI.clone();
    }

    /** The magnitude up to which a program reduces by itself and the steps give 0: a property of the lane. */
    public static double bound(Lane lane) {
        return lane == Lane.F32 ? BOUND_F32 : BOUND_F64;
    }

    /** {@link Opcode#PI2_REMAINDER} in F32. */
    public static float remainder(float x) {
        return Math.abs(x) <= (float) BOUND_F32 ? 0 : (float) reduced(x).remainder;
    }

    /** {@link Opcode#PI2_QUADRANT} in F32. */
    public static int quadrant(float x) {
        return Math.abs(x) <= (float) BOUND_F32 ? 0 : reduced(x).quadrant;
    }

    /** {@link Opcode#PI2_REMAINDER} in F64. */
    public static double remainder(double x) {
        return Math.abs(x) <= BOUND_F64 ? 0 : reduced(x).remainder;
    }

    /** {@link Opcode#PI2_QUADRANT} in F64. */
    public static long quadrant(double x) {
        return Math.abs(x) <= BOUND_F64 ? 0 : reduced(x).quadrant;
    }

    private record Reduced(double remainder, int quadrant) {}

    private static Reduced reduced(double x) {
        if (!(Math.abs(x) <= Double.MAX_VALUE)) {
            return new Reduced(Double.NaN, 0);
        }
        long bits = Double.doubleToRawLongBits(x);
        long significand = bits & 0xF_FFFF_FFFF_FFFFL | 0x10_0000_0000_0000L;
        int exponent = (int) (bits >>> 52 & 0x7FF) - 1075;
        // Digits of 2/pi before this one contribute multiples of 4 to |x| * 2/pi = significand * 2^exponent * 2/pi.
        int first = exponent - 2;
        long w2 = digits(first);
        long w1 = digits(first + 64);
        long w0 = digits(first + 128);
        // The low 192 bits of the product are |x| * 2/pi modulo 4, in units of 2^-190.
        long p0 = significand * w0;
        long carry = Math.unsignedMultiplyHigh(significand, w0);
        long p1 = significand * w1 + carry;
        long p2 = significand * w2
                + Math.unsignedMultiplyHigh(significand, w1)
                + (Long.compareUnsigned(p1, carry) < 0 ? 1 : 0);
        int quadrant = (int) (p2 >>> 62);
        long f2 = p2 << 2 | p1 >>> 62;
        long f1 = p1 << 2 | p0 >>> 62;
        long f0 = p0 << 2;
        boolean negative = f2 < 0;
        if (negative) {
            quadrant++;
            f0 = -f0;
            f1 = ~f1 + (f0 == 0 ? 1 : 0);
            f2 = ~f2 + (f0 == 0 && f1 == 0 ? 1 : 0);
        }
        double remainder = timesHalfPi(f2, f1, f0);
        if (x < 0) {
            quadrant = -quadrant;
            negative = !negative;
        }
        return new Reduced(negative ? -remainder : remainder, quadrant & 3);
    }

    /** The 64 digits of 2/pi from number {@code first} (0 is the one after the point; before it all are 0). */
    private static long digits(int first) {
        int word = Math.floorDiv(first, 64);
        int shift = Math.floorMod(first, 64);
        long high = word < 0 ? 0 : TWO_OVER_PI[word];
        long low = word + 1 < 0 ? 0 : TWO_OVER_PI[word + 1];
        return shift == 0 ? high : high << shift | low >>> 64 - shift;
    }

    /** The fraction f2.f1.f0 * 2^-192 times pi/2. */
    private static double timesHalfPi(long f2, long f1, long f0) {
        int scale = -64;
        while (f2 == 0 && scale > -192) {
            f2 = f1;
            f1 = f0;
            f0 = 0;
            scale -= 64;
        }
        int shift = Long.numberOfLeadingZeros(f2);
        if (shift != 0 && shift != 64) {
            f2 = f2 << shift | f1 >>> 64 - shift;
            f1 = f1 << shift | f0 >>> 64 - shift;
        }
        double high = (f2 >>> 11) * Math.scalb(1.0, scale - shift + 11);
        double low = ((f2 & 0x7FF) << 42 | f1 >>> 22) * Math.scalb(1.0, scale - shift - 42);
        double product = high * HALF_PI_HIGH;
        double error = Math.fma(high, HALF_PI_HIGH, -product);
        return product + (error + (low * HALF_PI_HIGH + high * HALF_PI_LOW));
    }
}
