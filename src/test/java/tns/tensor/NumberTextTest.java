package tns.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

    @Test
    void nonFiniteValuesAreWords() {
        assertEquals("nan", NumberText.fixed(Double.NaN, 4));
        assertEquals("-inf", NumberText.scientific(Double.NEGATIVE_INFINITY, 4));
        assertEquals("inf", NumberText.fixed(Double.POSITIVE_INFINITY, 0));
    }
}
