package tns.plot;

import org.jspecify.annotations.Nullable;

/**
 * One set of data in a figure and how it is drawn.
 *
 * <p>The arrays are copies made by {@link Figure} and belong to the series: nobody changes them. A point with a
 * coordinate that is NaN or infinite is not drawn and breaks the line it lies on. A null colour or style is chosen when
 * the figure is drawn.
 */
public sealed interface Series {
    /** The text in the legend, or null for none. */
    @Nullable
    String label();

    /** Points, bars, or values of a picture. */
    int size();

    /** Points joined by a line, in the order given. {@code x} and {@code y} have equal lengths. */
    record Line(
            double[] x,
            double[] y,
            @Nullable String label,
            @Nullable LineStyle style,
            @Nullable Colour colour) implements Series {
        @Override
        public int size() {
            return x.length;
        }
    }

    /** Points drawn as marks. {@code x} and {@code y} have equal lengths. */
    record Scatter(
            double[] x,
            double[] y,
            @Nullable String label,
            @Nullable Colour colour) implements Series {
        @Override
        public int size() {
            return x.length;
        }
    }

    /**
     * Bars from 0 to {@code height[i]} over {@code left[i]..right[i]}; {@code touching} for a histogram, whose bars
     * have no gaps.
     */
    record Bars(
            double[] left,
            double[] right,
            double[] height,
            boolean touching,
            @Nullable String label,
            @Nullable Colour colour)
            implements Series {
        @Override
        public int size() {
            return height.length;
        }
    }

    /**
     * A picture of {@code rows * cols} values in row-major order, row 0 on top; pixel (i, j) is centred on x = j,
     * y = i. The smallest finite value has the colormap's first colour, the largest its last; NaN is left blank.
     */
    record Image(int rows, int cols, double[] values, Colormap colormap) implements Series {
        @Override
        public @Nullable String label() {
            return null;
        }

        @Override
        public int size() {
            return values.length;
        }

        /**
         * Each value's place in 0..1 between the smallest and the largest finite one; all 0 where these are equal. NaN
         * stays NaN, infinities stay infinite.
         */
        double[] intensities() {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (double value : values) {
                if (Double.isFinite(value)) {
                    low = Math.min(low, value);
                    high = Math.max(high, value);
                }
            }
            double[] places = new double[values.length];
            for (int i = 0; i < places.length; i++) {
                // halves: high - low may overflow
                places[i] = high > low ? (values[i] / 2 - low / 2) / (high / 2 - low / 2) : values[i] - values[i];
            }
            return places;
        }
    }
}
