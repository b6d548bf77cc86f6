package tns.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;

/** The times of one side of a row, in seconds a call. */
record Times(double median, double p10, double p90) {
    static Times of(double[] seconds) {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        return new Times(four(at(sorted, 0.5)), four(at(sorted, 0.1)), four(at(sorted, 0.9)));
    }

    /** A time that was not measured here. */
    static Times known(double seconds) {
        return new Times(seconds, seconds, seconds);
    }

    private static double at(double[] sorted, double part) {
        double place = part * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /** The median and the two outer deciles, such as {@code 1.18 ms (1.12–1.31)}. */
    @Override
    public String toString() {
        String unit = median < 1e-6 ? "ns" : median < 1e-3 ? "µs" : "ms";
        double scale = median < 1e-6 ? 1e9 : median < 1e-3 ? 1e6 : 1e3;
        String middle = three(median * scale) + " " + unit;
        return p10 == p90 ? middle : middle + " (" + three(p10 * scale) + "–" + three(p90 * scale) + ")";
    }

    /** Four significant digits, for programs. */
    static double four(double value) {
        return Double.isFinite(value)
                ? new BigDecimal(value).round(new MathContext(4)).doubleValue()
                : value;
    }

    /** Three significant digits. */
    static String three(double value) {
        return value >= 100 ? "%.0f".formatted(value) : value >= 10 ? "%.1f".formatted(value) : "%.2f".formatted(value);
    }
}
