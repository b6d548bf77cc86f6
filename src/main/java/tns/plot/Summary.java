package tns.plot;

import java.util.IntSummaryStatistics;
import java.util.List;

/** Says in one line what a figure shows: for pipes, logs and texts, where it cannot be drawn. */
final class Summary {
    private Summary() {}

    static String of(Figure figure) {
        String title = TextWidth.oneLine(figure.title());
        return (title.isEmpty() ? "figure" : "figure: " + title) + " (" + contents(figure.series()) + ")";
    }

    private static String contents(List<Series> series) {
        if (series.isEmpty()) {
            return "empty";
        }
        if (series.size() == 1 && series.getFirst() instanceof Series.Image image) {
            return image.rows() + "x" + image.cols() + " image";
        }
        IntSummaryStatistics sizes = series.stream().mapToInt(Series::size).summaryStatistics();
        String unit = series.stream().allMatch(Series.Bars.class::isInstance) ? "bar" : "point";
        String count = sizes.getMin() == sizes.getMax()
                ? sizes.getMax() + " " + unit + (sizes.getMax() == 1 ? "" : "s")
                : sizes.getMin() + " to " + sizes.getMax() + " " + unit + "s";
        return series.size() + " series, " + count;
    }
}
