package tns.plot;

import java.util.function.DoubleConsumer;

/**
 * The stretch of numbers an axis shows, and where a number lies on it.
 *
 * @param start the value at the left or bottom end; {@code end} the value at the other, which may be the smaller
 * @param log whether equal distances mean equal ratios; then both ends are positive
 */
record Scale(double start, double end, boolean log) {
    /** Room left free between the data and the frame, as a part of the data's span. */
    private static final double MARGIN = 0.05;

    /** Keeps the span of huge data finite. */
    private static final double LARGEST = Double.MAX_VALUE / 8;

    /** Where {@code value} lies: 0 at the start, 1 at the end; NaN when it cannot be shown. */
    double fraction(double value) {
        double place = position(value);
        return Double.isFinite(place) ? (place - position(start)) / (position(end) - position(start)) : Double.NaN;
    }

    /** The value at {@code fraction} of the way. */
    double at(double fraction) {
        double place = position(start) + fraction * (position(end) - position(start));
        return log ? Math.pow(10, place) : place;
    }

    private double position(double value) {
        return log ? (value > 0 ? Math.log10(value) : Double.NaN) : value;
    }

    static Scale x(Figure figure) {
        Extent extent = new Extent(figure.x().log());
        boolean marks = false;
        for (Series series : figure.series()) {
            switch (series) {
                case Series.Line line -> each(line.x(), extent);
                case Series.Scatter scatter -> {
                    each(scatter.x(), extent);
                    marks = true;
                }
                case Series.Bars bars -> {
                    each(bars.left(), extent);
                    each(bars.right(), extent);
                    marks |= !bars.touching();
                }
                case Series.Image image -> extent.edges(image.cols());
            }
        }
        // lines may touch the frame, marks and bars should not
        double margin = marks ? MARGIN / 2 : 0;
        return extent.scale(figure.x(), margin, margin);
    }

    static Scale y(Figure figure) {
        Extent extent = new Extent(figure.y().log());
        boolean bars = false;
        boolean image = false;
        for (Series series : figure.series()) {
            switch (series) {
                case Series.Line line -> each(line.y(), extent);
                case Series.Scatter scatter -> each(scatter.y(), extent);
                case Series.Bars some -> {
                    each(some.height(), extent);
                    extent.accept(0);
                    bars = true;
                }
                case Series.Image some -> {
                    extent.edges(some.rows());
                    image = true;
                }
            }
        }
        double below = image || bars && extent.low == 0 ? 0 : MARGIN;
        double above = image || bars && extent.high == 0 ? 0 : MARGIN;
        Scale scale = extent.scale(figure.y(), below, above);
        return image && figure.y().limits() == null ? new Scale(scale.end, scale.start, scale.log) : scale;
    }

    private static void each(double[] values, DoubleConsumer sink) {
        for (double value : values) {
            sink.accept(value);
        }
    }

    /** Gathers the smallest and largest value that an axis can show. */
    private static final class Extent implements DoubleConsumer {
        private final boolean log;
        private double low = Double.POSITIVE_INFINITY;
        private double high = Double.NEGATIVE_INFINITY;

        Extent(boolean log) {
            this.log = log;
        }

        @Override
        public void accept(double value) {
            if (Double.isFinite(value) && (!log || value > 0)) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }

        /** Takes in the outer edges of {@code count} pixels. */
        void edges(int count) {
            if (count > 0) {
                accept(-0.5);
                accept(count - 0.5);
            }
        }

        Scale scale(Axis axis, double below, double above) {
            Axis.Limits limits = axis.limits();
            boolean usable = limits != null && (!log || limits.start() > 0 && limits.end() > 0);
            if (limits != null && usable) {
                return new Scale(clamp(limits.start()), clamp(limits.end()), log);
            }
            if (low > high) {
                return log ? new Scale(1, 10, true) : new Scale(0, 1, false);
            }
            return log ? decades(below, above) : widened(below, above);
        }

        private Scale widened(double below, double above) {
            low = clamp(low);
            high = clamp(high);
            double magnitude = Math.max(Math.abs(low), Math.abs(high));
            // fewer than a thousand doubles between the ends: no useful ticks
            if (high - low < 1e3 * Math.ulp(magnitude)) {
                double pad = Math.max(magnitude * 0.1, Double.MIN_NORMAL * 1e6);
                return magnitude == 0 ? new Scale(-1, 1, false) : new Scale(low - pad, high + pad, false);
            }
            double span = high - low;
            return new Scale(low - below * span, high + above * span, false);
        }

        /** Less than two decades are widened to whole ones, so that there are labels at powers of ten. */
        private Scale decades(double below, double above) {
            double first = Math.log10(low);
            double last = Math.log10(high);
            if (last - first < 2) {
                double floor = Math.floor(first);
                return new Scale(Math.pow(10, floor), Math.pow(10, Math.max(Math.ceil(last), floor + 1)), true);
            }
            double span = last - first;
            return new Scale(Math.pow(10, first - below * span), Math.pow(10, last + above * span), true);
        }

        private static double clamp(double value) {
            return Math.clamp(value, -LARGEST, LARGEST);
        }
    }
}
