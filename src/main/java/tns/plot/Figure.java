package tns.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.TypeName;

/**
 * A figure as an immutable value: series, texts and axes, with matplotlib's names. Each method returns a new figure.
 *
 * <p>Data arrays are copied. Empty data is allowed and draws empty axes. Points that are NaN or infinite leave gaps.
 * Arguments that name a style, a colour or a colormap may be null for the default.
 *
 * @param legend whether the legend is shown, or null to show it when a series has a label
 * @param grid whether grid lines are drawn, or null for no lines in a terminal and light ones in a file
 * @param equal whether a unit is as long on both axes, or null to say so for images that are not very long
 */
public record Figure(
        List<Series> series,
        String title,
        Axis x,
        Axis y,
        @Nullable Boolean legend,
        @Nullable Boolean grid,
        @Nullable Boolean equal)
        implements TypeName.Typed {

    private static final Figure EMPTY = new Figure(List.of(), "", Axis.PLAIN, Axis.PLAIN, null, null, null);

    /** A figure with no data. */
    public static Figure empty() {
        return EMPTY;
    }

    /** Adds a line through the points (0, y[0]), (1, y[1]) …; see {@link #plot(double[], double[])}. */
    public Figure plot(double[] y) {
        return plot(places(y.length), y);
    }

    /** Adds a line through the points (x[i], y[i]). */
    public Figure plot(double[] x, double[] y) {
        return plot(x, y, null, null, null);
    }

    /**
     * Adds a line through the points (x[i], y[i]), or marks alone when the style is {@code "o"}.
     *
     * @throws TnsException of kind value when the lengths differ, or a style or colour is unknown
     */
    public Figure plot(double[] x, double[] y, @Nullable String label, @Nullable String style, @Nullable String color) {
        if ("o".equals(style)) {
            return scatter(x, y, label, color);
        }
        checkLengths("plot", "x", x.length, "y", y.length);
        return with(new Series.Line(
                x.clone(), y.clone(), label, style == null ? null : LineStyle.parse(style), colour(color)));
    }

    /** Adds a mark at each point (x[i], y[i]). */
    public Figure scatter(double[] x, double[] y) {
        return scatter(x, y, null, null);
    }

    /**
     * Adds a mark at each point (x[i], y[i]).
     *
     * @throws TnsException of kind value when the lengths differ or the colour is unknown
     */
    public Figure scatter(double[] x, double[] y, @Nullable String label, @Nullable String color) {
        checkLengths("scatter", "x", x.length, "y", y.length);
        return with(new Series.Scatter(x.clone(), y.clone(), label, colour(color)));
    }

    /** Adds bars of the given heights at the places x. */
    public Figure bar(double[] x, double[] heights) {
        return bar(x, heights, null, null);
    }

    /**
     * Adds bars from 0 to the given heights, centred on the places x. A bar is 0.8 of the smallest distance between two
     * places wide: 0.8 when they are 0, 1, 2 ….
     *
     * @throws TnsException of kind value when the lengths differ or the colour is unknown
     */
    public Figure bar(double[] x, double[] heights, @Nullable String label, @Nullable String color) {
        checkLengths("bar", "x", x.length, "heights", heights.length);
        double half = 0.4 * smallestGap(x);
        double[] left = DoubleStream.of(x).map(place -> place - half).toArray();
        double[] right = DoubleStream.of(x).map(place -> place + half).toArray();
        return with(new Series.Bars(left, right, heights.clone(), false, label, colour(color)));
    }

    /**
     * Adds one bar per name.
     *
     * @throws TnsException of kind value when the lengths differ or the colour is unknown
     */
    public Figure bar(List<String> names, double[] heights, @Nullable String label, @Nullable String color) {
        checkLengths("bar", "names", names.size(), "heights", heights.length);
        return bar(places(names.size()), heights, label, color).x(x.names(names));
    }

    /** Adds a histogram in 10 bins. */
    public Figure hist(double[] values) {
        return hist(values, 10, null, null);
    }

    /**
     * Adds a histogram: the number of values in each of {@code bins} equal bins from the smallest to the largest value,
     * the last bin closed on both sides (NumPy's rule). Values that are NaN or infinite are left out.
     *
     * @throws TnsException of kind value when bins is less than 1 or the colour is unknown
     */
    public Figure hist(double[] values, int bins, @Nullable String label, @Nullable String color) {
        Histogram histogram = Histogram.of(values, bins);
        double[] edges = histogram.edges();
        double[] left = Arrays.copyOfRange(edges, 0, bins);
        double[] right = Arrays.copyOfRange(edges, 1, bins + 1);
        return with(new Series.Bars(left, right, histogram.counts(), true, label, colour(color)));
    }

    /**
     * Adds an image of rows of values, row 0 on top.
     *
     * @throws TnsException of kind value when the rows differ in length or the colormap is unknown
     */
    public Figure imshow(double[][] rows, @Nullable String cmap) {
        int cols = rows.length == 0 ? 0 : rows[0].length;
        for (double[] row : rows) {
            checkLengths("imshow", "first row", cols, "another row", row.length);
        }
        double[] values = IntStream.range(0, rows.length)
                .mapToObj(i -> rows[i])
                .flatMapToDouble(DoubleStream::of)
                .toArray();
        return imshow(values, rows.length, cols, cmap);
    }

    /**
     * Adds an image of {@code rows * cols} values in row-major order, row 0 on top, in the colours of {@code "viridis"}
     * (the default) or {@code "gray"}.
     *
     * @throws TnsException of kind value when the number of values is not rows * cols or the colormap is unknown
     */
    public Figure imshow(double[] values, int rows, int cols, @Nullable String cmap) {
        checkLengths("imshow", "values", values.length, "rows * cols", Math.multiplyExact(rows, cols));
        Colormap map = cmap == null ? Colormap.VIRIDIS : Colormap.parse(cmap);
        return with(new Series.Image(rows, cols, values.clone(), map));
    }

    public Figure title(String text) {
        return new Figure(series, text, x, y, legend, grid, equal);
    }

    public Figure xlabel(String text) {
        return x(x.label(text));
    }

    public Figure ylabel(String text) {
        return y(y.label(text));
    }

    /**
     * Shows x from {@code start} (left) to {@code end} (right); start may be the larger.
     *
     * @throws TnsException of kind value when they are equal or not finite
     */
    public Figure xlim(double start, double end) {
        return x(x.limits(limits("xlim", start, end)));
    }

    /** Shows y from {@code start} (bottom) to {@code end} (top); errors as {@link #xlim}. */
    public Figure ylim(double start, double end) {
        return y(y.limits(limits("ylim", start, end)));
    }

    /**
     * Makes the x axis {@code "linear"} or {@code "log"}; on a log axis points that are not positive leave gaps.
     *
     * @throws TnsException of kind value for any other text
     */
    public Figure xscale(String scale) {
        return x(x.log(isLog("xscale", scale)));
    }

    /** Makes the y axis {@code "linear"} or {@code "log"}; see {@link #xscale}. */
    public Figure yscale(String scale) {
        return y(y.log(isLog("yscale", scale)));
    }

    public Figure legend(boolean shown) {
        return new Figure(series, title, x, y, shown, grid, equal);
    }

    public Figure grid(boolean shown) {
        return new Figure(series, title, x, y, legend, shown, equal);
    }

    /**
     * {@code "equal"}: a unit is as long on both axes; {@code "auto"}: the axes fill the space.
     *
     * @throws TnsException of kind value for any other text
     */
    public Figure aspect(String aspect) {
        return switch (aspect) {
            case "equal" -> new Figure(series, title, x, y, legend, grid, true);
            case "auto" -> new Figure(series, title, x, y, legend, grid, false);
            default ->
                throw new TnsException(
                        ErrorKind.VALUE, "aspect: expected \"equal\" or \"auto\", found \"" + aspect + "\"");
        };
    }

    /** One line that says what the figure shows, such as {@code figure: Loss (2 series, 20 points)}. */
    public String summary() {
        return Summary.of(this);
    }

    @Override
    public String typeName() {
        return "figure";
    }

    /** The same as {@link #summary()}: what a figure looks like inside a text. */
    @Override
    public String toString() {
        return summary();
    }

    boolean showsLegend() {
        boolean labelled = series.stream().anyMatch(one -> one.label() != null);
        return labelled && (legend == null || legend);
    }

    /** Whether a unit is as long on both axes: as asked, else for images up to four times as long as wide. */
    boolean unitsAreEqual(Scale across, Scale up) {
        if (across.log() || up.log()) {
            return false;
        }
        if (equal != null) {
            return equal;
        }
        double ratio = Math.abs((across.end() - across.start()) / (up.end() - up.start()));
        return series.stream().anyMatch(Series.Image.class::isInstance) && ratio <= 4 && ratio >= 0.25;
    }

    private Figure x(Axis axis) {
        return new Figure(series, title, axis, y, legend, grid, equal);
    }

    private Figure y(Axis axis) {
        return new Figure(series, title, x, axis, legend, grid, equal);
    }

    private Figure with(Series added) {
        List<Series> all = new ArrayList<>(series);
        all.add(added);
        return new Figure(List.copyOf(all), title, x, y, legend, grid, equal);
    }

    private static double[] places(int count) {
        return IntStream.range(0, count).asDoubleStream().toArray();
    }

    private static double smallestGap(double[] x) {
        double[] sorted =
                DoubleStream.of(x).filter(Double::isFinite).sorted().distinct().toArray();
        return IntStream.range(1, sorted.length)
                .mapToDouble(i -> sorted[i] - sorted[i - 1])
                .min()
                .orElse(1);
    }

    private static @Nullable Colour colour(@Nullable String name) {
        return name == null ? null : Colour.parse(name);
    }

    private static boolean isLog(String method, String scale) {
        return switch (scale) {
            case "linear" -> false;
            case "log" -> true;
            default ->
                throw new TnsException(
                        ErrorKind.VALUE, method + ": expected \"linear\" or \"log\", found \"" + scale + "\"");
        };
    }

    private static Axis.Limits limits(String method, double start, double end) {
        if (!Double.isFinite(start) || !Double.isFinite(end) || start == end) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    method + ": limits must be two different finite numbers, found " + start + " and " + end);
        }
        return new Axis.Limits(start, end);
    }

    private static void checkLengths(String method, String first, int length, String second, int other) {
        if (length != other) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    method + ": " + first + " and " + second + " differ in length: " + length + " and " + other);
        }
    }
}
