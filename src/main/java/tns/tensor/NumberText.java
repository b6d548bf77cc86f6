package tns.tensor;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Floats written with a given number of decimals, as C and Python write them: the exact binary value is rounded, half to
 * even. Java's own formatter rounds the shortest decimal instead, half up.
 *
 * <p>Most values are written by integer arithmetic: BigDecimal takes 8 ms to get ready, a tenth of what the tutorial
 * computes on a cold JVM (AMD EPYC, two cores, 2026-11-26).
 */
public final class NumberText {
    private NumberText() {}

    /** {@code value} with {@code decimals} digits after the point: {@code %.4f}; {@code nan}, {@code inf}, {@code -0.0000}. */
    public static String fixed(double value, int decimals) {
        if (!Double.isFinite(value)) {
            return nonFinite(value);
        }
        double size = Math.abs(value);
        if (!Expansion.fits(size)) {
            return sign(value)
                    + new BigDecimal(size)
                            .setScale(decimals, RoundingMode.HALF_EVEN)
                            .toPlainString();
        }
        Expansion expansion = new Expansion(size);
        StringBuilder text = new StringBuilder().append(expansion.whole);
        expansion.append(decimals, text);
        if (decimals > 0) {
            text.insert(text.length() - decimals, '.');
        }
        return text.insert(0, sign(value)).toString();
    }

    /** {@code value} as one digit, {@code decimals} more and an exponent of at least two: {@code %.4e}, {@code 1.0000e-05}. */
    public static String scientific(double value, int decimals) {
        if (!Double.isFinite(value)) {
            return nonFinite(value);
        }
        double size = Math.abs(value);
        if (size == 0 || !Expansion.fits(size)) {
            return exactScientific(value, decimals);
        }
        Expansion expansion = new Expansion(size);
        StringBuilder digits = new StringBuilder();
        int exponent;
        if (expansion.whole > 0) {
            digits.append(expansion.whole);
            exponent = digits.length() - 1;
        } else {
            int first;
            exponent = 0;
            do {
                first = expansion.next();
                exponent--;
            } while (first == 0);
            digits.append(first);
        }
        int length = decimals + 1;
        if (digits.length() > length) {
            return exactScientific(value, decimals);
        }
        expansion.append(length - digits.length(), digits);
        if (digits.length() > length) {
            exponent++; // 9.99 became 10.0
            digits.setLength(length);
        }
        if (decimals > 0) {
            digits.insert(1, '.');
        }
        return sign(value) + digits + exponent(exponent);
    }

    private static String exactScientific(double value, int decimals) {
        BigDecimal rounded =
                new BigDecimal(Math.abs(value)).round(new MathContext(decimals + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        String mantissa =
                rounded.scaleByPowerOfTen(-exponent).setScale(decimals).toPlainString();
        return sign(value) + mantissa + exponent(exponent);
    }

    private static String exponent(int exponent) {
        int size = Math.abs(exponent);
        return (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
    }

    private static String sign(double value) {
        return Double.doubleToRawLongBits(value) < 0 ? "-" : "";
    }

    private static String nonFinite(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        return value > 0 ? "inf" : "-inf";
    }

    /** The exact decimal digits of a number from 0 on, one after the other. */
    private static final class Expansion {
        /** From here on doubles are whole numbers. */
        private static final double MOST = 0x1p53;

        private final long whole;
        /** What follows the digits given so far, in units of 2^-64, unsigned. */
        private long fraction;

        Expansion(double size) {
            whole = (long) size;
            double scaled = (size - whole) * 0x1p64;
            fraction = scaled < 0x1p63 ? (long) scaled : (long) (scaled - 0x1p63) | Long.MIN_VALUE;
        }

        /** Whether its bits lie between 2^53 and 2^-64. */
        static boolean fits(double size) {
            double scaled = (size - Math.rint(size)) * 0x1p64;
            return size < MOST && scaled == Math.rint(scaled);
        }

        /** The next digit after the point. */
        int next() {
            int digit = (int) Math.unsignedMultiplyHigh(fraction, 10);
            fraction *= 10;
            return digit;
        }

        /** Appends {@code count} more digits and rounds, which may carry up to a new first digit. */
        void append(int count, StringBuilder digits) {
            for (int i = 0; i < count; i++) {
                digits.append((char) ('0' + next()));
            }
            int at = digits.length() - 1;
            int half = Long.compareUnsigned(fraction, Long.MIN_VALUE);
            if (half < 0 || half == 0 && digits.charAt(at) % 2 == 0) {
                return;
            }
            while (at >= 0 && digits.charAt(at) == '9') {
                digits.setCharAt(at--, '0');
            }
            if (at < 0) {
                digits.insert(0, '1');
            } else {
                digits.setCharAt(at, (char) (digits.charAt(at) + 1));
            }
        }
    }
}
