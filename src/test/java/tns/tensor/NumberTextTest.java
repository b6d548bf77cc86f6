package tns.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Roundings that differ between C's rule and Java's, and the edges. */
class NumberTextTest {
    @Test
    void tiesOfTheExactBinaryValueGoToEven() {
        assertEquals("0.12", NumberText.fixed(0.125, 2));
        assertEquals("0.38", NumberText.fixed(0.375, 2));
        assertEquals("0", NumberText.fixed(0.5, 0));
        assertEquals("2", NumberText.fixed(2.5, 0));
        // the double nearest to 1.005 is below it
        assertEquals("1.00", NumberText.fixed(1.005, 2));
        assertEquals("1.2e+00", NumberText.scientific(1.25, 1));
    }

    @Test
    void fixedKeepsTheSignOfZero() {
        assertEquals("-0.0000", NumberText.fixed(-0.0, 4));
        assertEquals("-0.0000", NumberText.fixed(-1e-9, 4));
        assertEquals("0.0000", NumberText.fixed(0, 4));
    }

    @Test
    void scientificHasTwoExponentDigitsOrMore() {
        assertEquals("1.0000e-05", NumberText.scientific(1e-5, 4));
        assertEquals("-9.9999e+04", NumberText.scientific(-99999, 4));
        assertEquals("1.0000e+05", NumberText.scientific(99999.9, 4));
        assertEquals("0.0000e+00", NumberText.scientific(0, 4));
        assertEquals("5e-324", NumberText.scientific(Double.MIN_VALUE, 0));
        assertEquals("1.798e+308", NumberText.scientific(Double.MAX_VALUE, 3));
    }

    /** Most values are not written by way of BigDecimal. */
    @Test
    void allValuesAreWrittenAsBigDecimalRoundsThem() {
        Random random = new Random(1);
        for (int i = 0; i < 200_000; i++) {
            double value = random.nextGaussian() * Math.pow(2, random.nextInt(-70, 70));
            value = random.nextBoolean() ? (float) value : value;
            value = random.nextInt(4) == 0 ? Math.rint(value * 16) / 16 : value;
            int decimals = random.nextInt(20);
            BigDecimal exact = new BigDecimal(Math.abs(value));
            String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
            assertEquals(
                    sign + exact.setScale(decimals, RoundingMode.HALF_EVEN).toPlainString(),
                    NumberText.fixed(value, decimals));
            BigDecimal rounded = exact.round(new MathContext(decimals + 1, RoundingMode.HALF_EVEN));
            String scientific = NumberText.scientific(value, decimals);
            assertEquals(0, rounded.compareTo(new BigDecimal(scientific).abs()), scientific);
            assertTrue(
                    scientific.matches("-?[0-9](\\.[0-9]{" + decimals + "})?e[+-][0-9]{2}")
                            && scientific.contains(".") == decimals > 0,
                    scientific);
        }
        assertEquals("10.00", NumberText.fixed(9.996, 2));
        assertEquals("1.00e+01", NumberText.scientific(9.996, 2));
        assertEquals("1e+00", NumberText.scientific(0.96, 0));
    }

    @Test
    void nonFiniteValuesAreWords() {
        assertEquals("nan", NumberText.fixed(Double.NaN, 4));
        assertEquals("-inf", NumberText.scientific(Double.NEGATIVE_INFINITY, 4));
        assertEquals("inf", NumberText.fixed(Double.POSITIVE_INFINITY, 0));
    }
}
