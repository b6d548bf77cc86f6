package tns.tensor;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Floats written with a given number of decimals, as C and Python write them: the exact binary value is rounded, half to
 * even. Java's own formatter rounds the shortest decimal instead, half up.
 */
public final class NumberText {
    private NumberText() {}

    /** {@code value} with {@code decimals} digits after the point: {@code %.4f}; {@code nan}, {@code inf}, {@code -0.0000}. */
    public static String fixed(double value, int decimals) {
        if (!Double.isFinite(value)) {
            return nonFinite(value);
        }
        String digits = new BigDecimal(Math.abs(value))
                .setScale(decimals, RoundingMode.HALF_EVEN)
                .toPlainString();
        return sign(value) + digits;
    }

    /** {@code value} as one digit, {@code decimals} more and an exponent of at least two: {@code %.4e}, {@code 1.0000e-05}. */
    public static String scientific(double value, int decimals) {
        if (!Double.isFinite(value)) {
            return nonFinite(value);
        }
        BigDecimal rounded =
                new BigDecimal(Math.abs(value)).round(new MathContext(decimals + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        String mantissa =
                rounded.scaleByPowerOfTen(-exponent).setScale(decimals).toPlainString();
        int size = Math.abs(exponent);
        return sign(value) + mantissa + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
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
}
