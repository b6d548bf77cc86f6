package tns.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.FontRenderContext;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;
import tns.error.ErrorKind;
import tns.error.TnsException;

/**
 * Lays out a figure as an XChart chart, title, axes and legend, and encodes it. The data itself is drawn by {@link
 * ChartSeries}: XChart would draw lines piece by piece, which breaks the rhythm of dashes, and knows no images.
 */
final class ChartPainter {
    private static final Color TEXT = new Color(0x262626);
    private static final Color LINES = new Color(0x8c8c8c);
    private static final Color GRID = new Color(0xe4e4e4);
    private static final int PADDING = 14;
    private static final int MARKER = 8;

    /** Pixels from one label to the next, at least. */
    private static final int X_LABEL_DISTANCE = 70;

    private static final int Y_LABEL_DISTANCE = 45;

    private final Figure figure;
    private final boolean hasImage;
    private final Font small = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
    private final Font medium = new Font(Font.SANS_SERIF, Font.PLAIN, 15);
    private final Font large = new Font(Font.SANS_SERIF, Font.BOLD, 17);

    private ChartPainter(Figure figure) {
        this.figure = figure;
        this.hasImage = figure.series().stream().anyMatch(Series.Image.class::isInstance);
    }

    /**
     * The content of a PNG file, or of an SVG file when {@code vector}.
     *
     * @throws TnsException of kind io when AWT cannot be started, which means that there are no fonts
     */
    static byte[] encode(Figure figure, boolean vector, int width, int height) {
        if (System.getProperty("java.awt.headless") == null) {
            // no window is ever opened; without this AWT may look for a display or show an icon in the dock
            System.setProperty("java.awt.headless", "true");
        }
        ChartPainter painter = new ChartPainter(figure);
        try {
            painter.width("0", painter.small);
        } catch (RuntimeException | LinkageError | InternalError failure) {
            throw new TnsException(ErrorKind.IO, "save: this machine has no fonts to draw a figure with", failure)
                    .help("install fontconfig and a font, such as the packages fontconfig and fonts-dejavu-core");
        }
        try {
            XYChart chart = painter.sized(width, height);
            return vector ? svg(chart) : png(chart);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure); // writing to memory
        }
    }

    private static byte[] png(XYChart chart) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // ImageIO would make a cache file for a plain stream
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(painted(chart), "png", stream);
        }
        return bytes.toByteArray();
    }

    private static byte[] svg(XYChart chart) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(chart, bytes, VectorGraphicsFormat.SVG);
        return bytes.toByteArray();
    }

    private static BufferedImage painted(XYChart chart) {
        BufferedImage image = new BufferedImage(chart.getWidth(), chart.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        chart.paint(graphics, chart.getWidth(), chart.getHeight());
        graphics.dispose();
        return image;
    }

    /** The chart, cut in one direction where a unit must be as long on both axes. */
    private XYChart sized(int width, int height) {
        ChartSeries layer = new ChartSeries(figure);
        XYChart chart = chart(width, height, layer);
        Scale x = Scale.x(figure);
        Scale y = Scale.y(figure);
        double ratio = Math.abs((x.end() - x.start()) / (y.end() - y.start()));
        if (!figure.unitsAreEqual(x, y)) {
            return chart;
        }
        painted(chart); // finds out how large the frame is
        double tooWide = layer.frame().getWidth() - layer.frame().getHeight() * ratio;
        double tooHigh = layer.frame().getHeight() - layer.frame().getWidth() / ratio;
        return tooWide > 0
                ? chart((int) Math.round(width - tooWide), height, layer)
                : chart(width, (int) Math.round(height - Math.max(0, tooHigh)), layer);
    }

    private XYChart chart(int width, int height, ChartSeries layer) {
        String title = TextWidth.oneLine(figure.title());
        String xlabel = TextWidth.oneLine(figure.x().label());
        String ylabel = TextWidth.oneLine(figure.y().label());
        double plotHeight = height - 6.0 * PADDING - (title.isEmpty() ? 0 : 30) - (xlabel.isEmpty() ? 0 : 25);
        ChartAxis y = ChartAxis.of(
                Scale.y(figure),
                List.of(),
                Math.max(2, (int) plotHeight / Y_LABEL_DISTANCE),
                hasImage,
                plotHeight,
                label -> small.getSize());
        double labels = y.ticks().labels().stream()
                .mapToDouble(label -> width(label, small))
                .max()
                .orElse(0);
        double plotWidth = width - 4.0 * PADDING - labels - (ylabel.isEmpty() ? 0 : 25);
        ChartAxis x = ChartAxis.of(
                Scale.x(figure),
                figure.x().names(),
                Math.max(2, (int) plotWidth / X_LABEL_DISTANCE),
                hasImage,
                plotWidth,
                label -> width(label, small));

        XYChart chart = new XYChart(width, height);
        style(chart.getStyler(), !title.isEmpty(), !xlabel.isEmpty(), !ylabel.isEmpty());
        chart.setTitle(title);
        chart.setXAxisTitle(xlabel);
        chart.setYAxisTitle(ylabel);
        chart.getStyler().setXAxisMin(x.start()).setXAxisMax(x.end());
        chart.getStyler().setYAxisMin(y.start()).setYAxisMax(y.end());
        chart.getStyler().setxAxisTickLabelsFormattingFunction(x::label);
        chart.getStyler().setyAxisTickLabelsFormattingFunction(y::label);
        addTicks(chart, x, y);
        addLegend(chart, x, y, layer.looks());
        layer.axes(x, y);
        chart.addAnnotation(layer);
        return chart;
    }

    private double width(String text, Font font) {
        return font.getStringBounds(text, new FontRenderContext(null, true, false))
                .getWidth();
    }

    private void style(XYStyler styler, boolean hasTitle, boolean hasXlabel, boolean hasYlabel) {
        boolean grid = figure.grid() == null ? !hasImage : figure.grid();
        styler.setChartBackgroundColor(Color.WHITE)
                .setChartFontColor(TEXT)
                .setChartPadding(PADDING)
                .setPlotContentSize(1.0)
                .setPlotBackgroundColor(Color.WHITE)
                .setPlotBorderColor(LINES)
                .setChartTitleVisible(hasTitle)
                .setChartTitleBoxVisible(false)
                .setChartTitleFont(large)
                .setChartTitlePadding(8)
                .setLegendVisible(figure.showsLegend())
                .setLegendPosition(LegendPosition.OutsideS)
                .setLegendLayout(LegendLayout.Horizontal)
                .setLegendBorderColor(Color.WHITE)
                .setLegendBackgroundColor(Color.WHITE)
                .setLegendFont(medium)
                .setLegendSeriesLineLength(34)
                .setMarkerSize(MARKER);
        styler.setXAxisTitleVisible(hasXlabel)
                .setYAxisTitleVisible(hasYlabel)
                .setAxisTitleFont(medium)
                .setAxisTickLabelsFont(small)
                .setAxisTickLabelsColor(TEXT)
                .setAxisTickMarksColor(LINES)
                .setAxisTickMarkLength(5)
                .setAxisTicksLineVisible(false)
                .setPlotMargin(0)
                .setPlotGridLinesVisible(grid)
                .setPlotGridLinesColor(GRID)
                .setPlotGridLinesStroke(new BasicStroke(1));
    }

    /** An invisible series with data at every tick, and one place more: see {@link ChartAxis}. */
    private static void addTicks(XYChart chart, ChartAxis x, ChartAxis y) {
        int points = Math.max(x.afterLast(), y.afterLast()) + 1;
        XYSeries ticks = chart.addSeries(
                "ticks",
                IntStream.range(0, points)
                        .mapToDouble(i -> Math.min(i, x.afterLast()))
                        .toArray(),
                IntStream.range(0, points)
                        .mapToDouble(i -> Math.min(i, y.afterLast()))
                        .toArray());
        ticks.setShowInLegend(false);
        ticks.setMarker(SeriesMarkers.NONE).setLineStyle(SeriesLines.NONE);
    }

    /** One series for each entry of the legend, with a single point, which the frame cuts off. */
    private void addLegend(XYChart chart, ChartAxis x, ChartAxis y, List<Look> looks) {
        for (int i = 0; i < looks.size(); i++) {
            Series series = figure.series().get(i);
            String label = series.label();
            if (label == null) {
                continue;
            }
            XYSeries entry = chart.addSeries("series " + i, new double[] {x.afterLast()}, new double[] {y.afterLast()});
            String text = TextWidth.oneLine(label);
            entry.setLabel(text.isEmpty() ? " " : text); // XChart cannot measure an empty text
            Color colour = ChartSeries.awt(looks.get(i).colour());
            entry.setLineColor(colour);
            entry.setMarkerColor(colour);
            entry.setFillColor(colour);
            entry.setMarker(series instanceof Series.Scatter ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
            entry.setLineStyle(ChartSeries.stroke(looks.get(i).style()));
            entry.setXYSeriesRenderStyle(
                    switch (series) {
                        case Series.Scatter _ -> XYSeriesRenderStyle.Scatter;
                        case Series.Bars _ -> XYSeriesRenderStyle.PolygonArea;
                        case Series.Line _, Series.Image _ -> XYSeriesRenderStyle.Line;
                    });
        }
    }
}
