package tns.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** Draws the series of a figure into the frame of a chart: images first, then bars, then lines and marks. */
final class ChartSeries {
    private static final float LINE_WIDTH = 2.2f;
    private static final double MARK = 7;
    private static final int MARK_ALPHA = 200;

    /** Coordinates are kept this near, in pixels: Java draws far away dashes one by one. */
    private static final double FAR = 50_000;

    private final Rectangle2D frame;
    private final Scale x;
    private final Scale y;

    private ChartSeries(Rectangle2D frame, Scale x, Scale y) {
        this.frame = frame;
        this.x = x;
        this.y = y;
    }

    static Color awt(Colour colour) {
        return new Color(colour.rgb());
    }

    static BasicStroke stroke(LineStyle style) {
        return style == LineStyle.SOLID
                ? new BasicStroke(LINE_WIDTH, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
                : new BasicStroke(
                        LINE_WIDTH,
                        BasicStroke.CAP_BUTT,
                        BasicStroke.JOIN_ROUND,
                        10,
                        new float[] {style.pixelsOn, style.pixelsOff},
                        0);
    }

    /** @param looks one for each series */
    static void paint(Graphics2D g, Figure figure, List<Look> looks, Rectangle2D frame, Scale x, Scale y) {
        Shape clip = g.getClip();
        g.setClip(frame);
        new ChartSeries(frame, x, y).paint(g, figure, looks);
        g.setClip(clip);
    }

    private void paint(Graphics2D g, Figure figure, List<Look> looks) {
        List<Series> all = figure.series();
        for (Series series : all) {
            if (series instanceof Series.Image image) {
                image(g, image);
            }
        }
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i) instanceof Series.Bars bars) {
                bars(g, bars, awt(looks.get(i).colour()));
            }
        }
        for (int i = 0; i < all.size(); i++) {
            Color colour = awt(looks.get(i).colour());
            switch (all.get(i)) {
                case Series.Line line -> line(g, line, colour, looks.get(i).style());
                case Series.Scatter scatter -> marks(g, scatter, colour);
                case Series.Bars _, Series.Image _ -> {} // drawn below
            }
        }
    }

    private double px(double value) {
        return Math.clamp(frame.getX() + x.fraction(value) * frame.getWidth(), -FAR, FAR);
    }

    private double py(double value) {
        return Math.clamp(frame.getMaxY() - y.fraction(value) * frame.getHeight(), -FAR, FAR);
    }

    private void line(Graphics2D g, Series.Line line, Color colour, LineStyle style) {
        g.setColor(colour);
        g.setStroke(stroke(style));
        Path2D path = new Path2D.Double();
        boolean joined = false;
        for (int i = 0; i < line.x().length; i++) {
            double px = px(line.x()[i]);
            double py = py(line.y()[i]);
            boolean shown = !Double.isNaN(px) && !Double.isNaN(py);
            if (shown && joined) {
                path.lineTo(px, py);
            } else if (shown) {
                path.moveTo(px, py);
                path.lineTo(px, py); // a point alone is a dot
            }
            joined = shown;
        }
        if (path.getCurrentPoint() != null) {
            g.draw(path);
        }
    }

    private void marks(Graphics2D g, Series.Scatter scatter, Color colour) {
        g.setColor(new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), MARK_ALPHA));
        for (int i = 0; i < scatter.x().length; i++) {
            double px = px(scatter.x()[i]);
            double py = py(scatter.y()[i]);
            if (!Double.isNaN(px) && !Double.isNaN(py)) {
                g.fill(new Ellipse2D.Double(px - MARK / 2, py - MARK / 2, MARK, MARK));
            }
        }
    }

    private void bars(Graphics2D g, Series.Bars bars, Color colour) {
        double zero = y.fraction(0);
        double base = Double.isNaN(zero) ? frame.getMaxY() : py(0);
        g.setStroke(new BasicStroke(1));
        for (int i = 0; i < bars.height().length; i++) {
            double from = px(bars.left()[i]);
            double to = px(bars.right()[i]);
            double top = py(bars.height()[i]);
            if (Double.isNaN(from) || Double.isNaN(to) || Double.isNaN(top)) {
                continue;
            }
            Rectangle2D bar = new Rectangle2D.Double(
                    Math.min(from, to), Math.min(base, top), Math.abs(to - from), Math.abs(base - top));
            g.setColor(colour);
            g.fill(bar);
            if (bars.touching() && bar.getWidth() > 4) {
                g.setColor(Color.WHITE);
                g.draw(bar);
            }
        }
    }

    /** Scales the image here, not in the viewer of an SVG file, which would blur the pixels. */
    private void image(Graphics2D g, Series.Image image) {
        double[] intensities = image.intensities();
        int width = Math.max(1, (int) Math.round(frame.getWidth()));
        int height = Math.max(1, (int) Math.round(frame.getHeight()));
        BufferedImage pixels = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        for (int row = 0; row < height; row++) {
            double i = Math.floor(y.at(1 - (row + 0.5) / height) + 0.5);
            for (int column = 0; column < width; column++) {
                double j = Math.floor(x.at((column + 0.5) / width) + 0.5);
                if (i >= 0 && j >= 0 && i < image.rows() && j < image.cols()) {
                    double intensity = intensities[(int) i * image.cols() + (int) j];
                    if (!Double.isNaN(intensity)) {
                        pixels.setRGB(
                                column,
                                row,
                                0xff000000 | image.colormap().at(intensity).rgb());
                    }
                }
            }
        }
        g.drawImage(pixels, (int) Math.round(frame.getX()), (int) Math.round(frame.getY()), null);
    }
}
