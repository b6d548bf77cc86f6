package tns.plot;

import tns.error.ErrorKind;
import tns.error.TnsException;

/**
 * Counts of values in bins of equal width, by NumPy's rule.
 *
 * <p>The bins span smallest to largest value; each is closed on the left and open on the right, the last one closed on
 * both sides. Values that are NaN or infinite are left out. Equal values get a bin range one wide around them; no
 * values at all give the range 0..1 with counts of zero.
 *
 * @param edges bins + 1 edges, ascending
 * @param counts values in each bin
 */
record Histogram(double[] edges, double[] counts) {

    /** @throws TnsException of kind value when {@code bins} is less than 1 */
    static Histogram of(double[] values, int bins) {
        if (bins < 1) {
            throw new TnsException(ErrorKind.VALUE, "hist: bins must be at least 1, found " + bins);
        }
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            if (Double.isFinite(value)) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
        if (low > high) {
            low = 0;
            high = 1;
        } else if (low == high) {
            low -= 0.5;
            high += 0.5;
        }
        double[] edges = new double[bins + 1];
        for (int i = 0; i < bins; i++) {
            edges[i] = low + i * ((high - low) / bins);
        }
        edges[bins] = high;
        double[] counts = new double[bins];
        for (double value : values) {
            if (Double.isFinite(value)) {
                counts[bin(value, edges)]++;
            }
        }
        return new Histogram(edges, counts);
    }

    /** The computed bin may be off by one through rounding: the edges decide, as in NumPy. */
    private static int bin(double value, double[] edges) {
        int bins = edges.length - 1;
        double place = (value - edges[0]) * (bins / (edges[bins] - edges[0]));
        int bin = Math.clamp((long) place, 0, bins - 1);
        if (value < edges[bin]) {
            return bin - 1;
        }
        return bin < bins - 1 && value >= edges[bin + 1] ? bin + 1 : bin;
    }
}
