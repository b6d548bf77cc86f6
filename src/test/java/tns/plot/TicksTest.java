package tns.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Which values are labelled along an axis, and how. */
class TicksTest {
    private static List<String> labels(double start, double end, boolean log, int most) {
        return Ticks.of(new Scale(start, end, log), most, false).labels();
    }

    @Test
    void areMultiplesOfOneTwoOrFiveWithAsManyDecimalsAsTheStep() {
        assertEquals(List.of("0.0", "0.2", "0.4", "0.6", "0.8", "1.0"), labels(0, 1, false, 6));
        assertEquals(List.of("-1.0", "-0.5", "0.0", "0.5", "1.0"), labels(-1, 1, false, 5));
        assertEquals(List.of("0", "20", "40", "60", "80"), labels(-3, 99, false, 6));
    }

    @Test
    void haveExponentsWhereZerosWouldBeCounted() {
        assertEquals(List.of("0", "1e6", "2e6", "3e6"), labels(0, 3e6, false, 4));
        assertEquals(List.of("0", "2e-5", "4e-5"), labels(0, 4e-5, false, 4));
    }

    @Test
    void followAnAxisThatRunsBackwards() {
        assertEquals(List.of("10", "5", "0"), labels(10, 0, false, 3));
    }

    @Test
    void areWholeWhereFractionsMakeNoSense() {
        assertEquals(
                List.of("0", "1", "2"),
                Ticks.of(new Scale(-0.5, 2.5, false), 9, true).labels());
    }

    @Test
    void arePowersOfTenOnALogAxis() {
        assertEquals(List.of("0.01", "0.1", "1", "10"), labels(0.01, 10, true, 5));
        assertEquals(List.of("1e-6", "1e-4", "1e-2"), labels(1e-6, 0.1, true, 3));
        assertEquals(List.of("2", "5"), labels(2, 5, true, 5), "no power of ten between: the ends");
    }

    @Test
    void nameThePlacesThatHaveNames() {
        Scale scale = new Scale(-0.5, 3.5, false);
        assertEquals(
                List.of("a", "b", "c", "d"),
                Ticks.named(scale, List.of("a", "b", "c", "d"), 4).labels());
        assertEquals(
                List.of("a", "c"),
                Ticks.named(scale, List.of("a", "b", "c", "d"), 2).labels());
    }

    @RepeatedTest(50)
    void lieOnTheAxisEvenlySpacedAndLabelledTruly(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        Random random = new Random(seed);
        double start = random.nextGaussian() * Math.pow(10, random.nextInt(-12, 12));
        double end = start + random.nextDouble(0.1, 10) * Math.pow(10, random.nextInt(-3, 12)) * Math.abs(start);
        int most = random.nextInt(2, 12);
        Ticks ticks = Ticks.of(new Scale(start, end, false), most, false);
        String what = "seed " + seed + ": " + start + " to " + end + ", " + ticks.labels();
        double[] at = ticks.at();
        assertTrue(at.length >= 1 && at.length <= most, what);
        double tolerance = 1e-9 * (end - start);
        for (int i = 0; i < at.length; i++) {
            assertTrue(at[i] >= start - tolerance && at[i] <= end + tolerance, what);
            assertEquals(at[i], Double.parseDouble(ticks.labels().get(i)), tolerance, what);
            if (i > 1) {
                assertEquals(at[1] - at[0], at[i] - at[i - 1], tolerance, what);
            }
        }
    }
}
