package tns.plot;

import de.erichseifert.vectorgraphics2d.Document;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.FontRenderContext;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import tns.error.ErrorKind;
import tns.error.TnsException;

/** Lays out a figure on paper: title above, axes with ticks and names around the frame, legend below; and encodes it. */
final class ChartPainter {
    private static final Color TEXT = new Color(0x262626);
    private static final Color LINES = new Color(0x8c8c8c);
    private static final Color GRID = new Color(0xe4e4e4);
    private static final int PADDING = 14;

    /** Between the parts of a chart. */
    private static final int GAP = 8;

    private static final int TICK = 5;

    /** Pixels from one label to the next, at least. */
    private static final int X_LABEL_DISTANCE = 70;

    private static final int Y_LABEL_DISTANCE = 45;

    private static final FontRenderContext FONTS = new FontRenderContext(null, true, true);

    private final Figure figure;
    private final boolean hasImage;
    private final List<Look> looks;
    private final Font small = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
    private final Font medium = new Font(Font.SANS_SERIF, Font.PLAIN, 15);
    private final Font large = new Font(Font.SANS_SERIF, Font.BOLD, 17);

    /** Where everything goes on a paper of a certain size. */
    private record Layout(int width, int height, Rectangle2D frame, ChartAxis x, ChartAxis y, ChartLegend legend) {}

    private ChartPainter(Figure figure) {
        this.figure = figure;
        this.hasImage = figure.series().stream().anyMatch(Series.Image.class::isInstance);
        this.looks = Look.of(figure, Colour.PAPER_CYCLE, false);
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
            Layout layout = painter.fitted(width, height);
            return vector ? painter.svg(layout) : painter.png(layout);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure); // writing to memory
        }
    }

    private byte[] png(Layout layout) throws IOException {
        BufferedImage image = new BufferedImage(layout.width, layout.height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        paint(g, layout);
        g.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // ImageIO would make a cache file for a plain stream
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", stream);
        }
        return bytes.toByteArray();
    }

    private byte[] svg(Layout layout) throws IOException {
        VectorGraphics2D g = new VectorGraphics2D();
        paint(g, layout);
        Document document =
                new SVGProcessor().getDocument(g.getCommands(), new PageSize(0, 0, layout.width, layout.height));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        document.writeTo(bytes);
        return bytes.toByteArray();
    }

    /** The layout, on less paper in one direction where a unit must be as long on both axes. */
    private Layout fitted(int width, int height) {
        Layout layout = layout(width, height);
        Scale x = layout.x.scale();
        Scale y = layout.y.scale();
        if (!figure.unitsAreEqual(x, y)) {
            return layout;
        }
        double ratio = Math.abs((x.end() - x.start()) / (y.end() - y.start()));
        Rectangle2D frame = layout.frame;
        double tooWide = frame.getWidth() - frame.getHeight() * ratio;
        double tooHigh = frame.getHeight() - frame.getWidth() / ratio;
        return tooWide > 0
                ? layout((int) Math.round(width - tooWide), height)
                : layout(width, (int) Math.round(height - Math.max(0, tooHigh)));
    }

    private Layout layout(int width, int height) {
        ChartLegend legend = new ChartLegend(figure, looks, medium, FONTS, width - 2.0 * PADDING);
        double top = PADDING + part(figure.title(), large);
        double below = PADDING
                + (legend.height() > 0 ? legend.height() + GAP : 0)
                + part(figure.x().label(), medium)
                + height(small)
                + TICK
                + 2;
        double frameHeight = Math.max(1, height - top - below);
        ChartAxis y = ChartAxis.of(
                Scale.y(figure),
                figure.y().names(),
                Math.max(2, (int) frameHeight / Y_LABEL_DISTANCE),
                hasImage,
                frameHeight,
                label -> small.getSize());
        double labels = y.ticks().labels().stream()
                .mapToDouble(label -> width(label, small))
                .max()
                .orElse(0);
        double left = PADDING + part(figure.y().label(), medium) + labels + TICK + 4;
        double right = PADDING + X_LABEL_DISTANCE * 0.2; // half of a short label at the very end
        double frameWidth = Math.max(1, width - left - right);
        ChartAxis x = ChartAxis.of(
                Scale.x(figure),
                figure.x().names(),
                Math.max(2, (int) frameWidth / X_LABEL_DISTANCE),
                hasImage || barsAtWholeNumbers(),
                frameWidth,
                label -> width(label, small));
        Rectangle2D frame = new Rectangle2D.Double(left, top, frameWidth, frameHeight);
        return new Layout(width, height, frame, x, y, legend);
    }

    private boolean barsAtWholeNumbers() {
        return figure.series().stream().allMatch(series -> series instanceof Series.Bars bars && wholeCentres(bars))
                && !figure.series().isEmpty();
    }

    private static boolean wholeCentres(Series.Bars bars) {
        for (int i = 0; i < bars.left().length; i++) {
            double centre = (bars.left()[i] + bars.right()[i]) / 2;
            if (bars.touching() || Math.abs(centre - Math.rint(centre)) > 1e-9) {
                return false;
            }
        }
        return true;
    }

    /** What a line of text takes, with the gap after it; 0 when there is none. */
    private double part(String text, Font font) {
        return TextWidth.oneLine(text).isEmpty() ? 0 : height(font) + GAP;
    }

    private static double height(Font font) {
        return font.getLineMetrics("Ay", FONTS).getHeight();
    }

    private double width(String text, Font font) {
        return font.getStringBounds(text, FONTS).getWidth();
    }

    private void paint(Graphics2D g, Layout layout) {
        Rectangle2D frame = layout.frame;
        g.setColor(Color.WHITE);
        g.fill(new Rectangle2D.Double(0, 0, layout.width, layout.height));
        ticks(g, layout);
        ChartSeries.paint(g, figure, looks, frame, layout.x.scale(), layout.y.scale());
        g.setStroke(new BasicStroke(1));
        g.setColor(LINES);
        g.draw(frame);
        g.setColor(TEXT);
        centred(g, figure.title(), large, layout.width, frame.getCenterX(), PADDING + ascent(large));
        double xlabel = frame.getMaxY() + TICK + 2 + height(small) + GAP / 2.0;
        centred(g, figure.x().label(), medium, layout.width, frame.getCenterX(), xlabel + ascent(medium));
        AffineTransform upright = g.getTransform();
        g.rotate(-Math.PI / 2);
        centred(g, figure.y().label(), medium, layout.height, -frame.getCenterY(), PADDING + ascent(medium));
        g.setTransform(upright);
        layout.legend.paint(g, frame.getCenterX(), layout.height - PADDING - layout.legend.height(), TEXT);
    }

    private static double ascent(Font font) {
        return font.getLineMetrics("Ay", FONTS).getAscent();
    }

    private void centred(Graphics2D g, String text, Font font, double room, double centre, double baseline) {
        String line = ChartAxis.shortened(TextWidth.oneLine(text), room - 2.0 * PADDING, t -> width(t, font));
        if (!line.isEmpty()) {
            g.setFont(font);
            g.drawString(line, (float) (centre - width(line, font) / 2), (float) baseline);
        }
    }

    /** Grid lines, tick marks and labels. */
    private void ticks(Graphics2D g, Layout layout) {
        boolean grid = figure.grid() == null ? !hasImage : figure.grid();
        Rectangle2D frame = layout.frame;
        g.setStroke(new BasicStroke(1));
        g.setFont(small);
        Ticks across = layout.x.ticks();
        for (int i = 0; i < across.at().length; i++) {
            // on whole pixels, where thin lines stay thin
            double x = Math.rint(frame.getX() + layout.x.scale().fraction(across.at()[i]) * frame.getWidth());
            g.setColor(GRID);
            if (grid) {
                g.draw(new Line2D.Double(x, frame.getY(), x, frame.getMaxY()));
            }
            g.setColor(LINES);
            g.draw(new Line2D.Double(x, frame.getMaxY(), x, frame.getMaxY() + TICK));
            g.setColor(TEXT);
            String label = across.labels().get(i);
            g.drawString(
                    label, (float) (x - width(label, small) / 2), (float) (frame.getMaxY() + TICK + 2 + ascent(small)));
        }
        Ticks up = layout.y.ticks();
        for (int i = 0; i < up.at().length; i++) {
            double y = Math.rint(frame.getMaxY() - layout.y.scale().fraction(up.at()[i]) * frame.getHeight());
            g.setColor(GRID);
            if (grid) {
                g.draw(new Line2D.Double(frame.getX(), y, frame.getMaxX(), y));
            }
            g.setColor(LINES);
            g.draw(new Line2D.Double(frame.getX() - TICK, y, frame.getX(), y));
            g.setColor(TEXT);
            String label = up.labels().get(i);
            g.drawString(
                    label, (float) (frame.getX() - TICK - 4 - width(label, small)), (float) (y + ascent(small) * 0.38));
        }
    }
}
