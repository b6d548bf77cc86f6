package tns.bench;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;

/**
 * The sweep as a picture: a panel for each curve, the speed over the number of elements, both logarithmic. Drawn here
 * and not by a script, because a figure of tns has one panel and no text beside its lines.
 */
final class SweepPicture {
    private static final int COLUMNS = 2;
    private static final int WIDTH = 440;
    private static final int HEIGHT = 270;
    private static final int HEAD = 34;

    /** A panel's room for the labels of its axes, and for its title. */
    private static final int LEFT = 52;

    private static final int RIGHT = 20;
    private static final int TOP = 26;
    private static final int BOTTOM = 38;

    /** Pixels of the file for one of the layout: sharp on any screen. */
    private static final int SCALE = 2;

    private static final Color TEXT = new Color(0x262626);
    private static final Color FRAME = new Color(0x8c8c8c);
    private static final Color GRID = new Color(0xe4e4e4);
    private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
    private static final Font LABEL = new Font(Font.SANS_SERIF, Font.BOLD, 12);
    private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 13);
    /** A label is about as wide as the points up to here. */
    private static final long LABELLED_ELEMENTS = 1 << 10;

    private static final float[] DASHES = {5, 4};

    /** The same axes in all panels, so that they can be compared. */
    private static final Axis ELEMENTS = new Axis(10, 1e8);

    private static final Axis SPEED = new Axis(0.01, 1000);

    /** What has a line in each panel. */
    private enum Line {
        LIMIT(new Color(0x7f7f7f), Sweep.Point::limit),
        LIBTORCH(new Color(0xd9730d), Sweep.Point::libtorch),
        TNS(new Color(0x1f77b4), Sweep.Point::tns);

        private final Color color;
        private final ToDoubleFunction<Sweep.Point> seconds;

        Line(Color color, ToDoubleFunction<Sweep.Point> seconds) {
            this.color = color;
            this.seconds = seconds;
        }

        double speed(Sweep.Point p) {
            return p.work() / seconds.applyAsDouble(p) * 1e-9;
        }
    }

    private record Axis(double low, double high) {
        double fraction(double value) {
            return Math.log(value / low) / Math.log(high / low);
        }

        /** Every power of ten. */
        List<Double> ticks() {
            List<Double> ticks = new ArrayList<>();
            for (double tick = low; tick < high * 1.01; tick *= 10) {
                ticks.add(tick);
            }
            return ticks;
        }
    }

    private final Graphics2D g;

    private SweepPicture(Graphics2D g) {
        this.g = g;
    }

    static byte[] png(List<Sweep.Point> points) throws IOException {
        System.setProperty("java.awt.headless", "true");
        List<Curve> curves = Curve.all().stream()
                .filter(curve -> points.stream().anyMatch(p -> p.curve().equals(curve.name())))
                .toList();
        int width = COLUMNS * WIDTH;
        int height = HEAD + Math.ceilDiv(curves.size(), COLUMNS) * HEIGHT;
        BufferedImage image = new BufferedImage(width * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        g.scale(SCALE, SCALE);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, width, height);
        SweepPicture picture = new SweepPicture(g);
        picture.head(points, width);
        for (int i = 0; i < curves.size(); i++) {
            Curve curve = curves.get(i);
            Rectangle2D frame = new Rectangle2D.Double(
                    i % COLUMNS * WIDTH + LEFT,
                    HEAD + i / COLUMNS * HEIGHT + TOP,
                    WIDTH - LEFT - RIGHT,
                    HEIGHT - TOP - BOTTOM);
            picture.panel(
                    curve,
                    points.stream().filter(p -> p.curve().equals(curve.name())).toList(),
                    frame);
        }
        g.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    /** What all panels share: what is better, and the number of threads of a line by its stroke. */
    private void head(List<Sweep.Point> points, int width) {
        g.setColor(TEXT);
        g.setFont(LABEL);
        g.drawString("Speed by size (higher is better)", LEFT, 22);
        g.setFont(SMALL);
        double x = LEFT + 240.0;
        for (int threads : threads(points)) {
            String text = threads == 1 ? "1 thread" : threads + " threads";
            g.setStroke(stroke(threads, points));
            g.draw(new Line2D.Double(x, 18, x + 30, 18));
            g.drawString(text, (float) x + 36, 22);
            x += 110;
        }
    }

    private static int[] threads(List<Sweep.Point> points) {
        return points.stream()
                .mapToInt(Sweep.Point::threads)
                .distinct()
                .sorted()
                .toArray();
    }

    /** Whole for the most threads, broken for fewer. */
    private static BasicStroke stroke(int threads, List<Sweep.Point> points) {
        int[] all = threads(points);
        return threads == all[all.length - 1]
                ? new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
                : new BasicStroke(1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, DASHES, 0);
    }

    private void panel(Curve curve, List<Sweep.Point> points, Rectangle2D frame) {
        axes(curve, frame);
        g.setClip(frame);
        for (Line line : Line.values()) {
            g.setColor(line.color);
            for (int threads : threads(points)) {
                List<Sweep.Point> own =
                        points.stream().filter(p -> p.threads() == threads).toList();
                g.setStroke(stroke(threads, points));
                g.draw(path(line, own, frame));
            }
            label(curve, line, points, frame);
        }
        g.setClip(null);
    }

    private static double x(Sweep.Point p, Rectangle2D frame) {
        return frame.getX() + ELEMENTS.fraction(p.elements()) * frame.getWidth();
    }

    private static double y(double speed, Rectangle2D frame) {
        return frame.getMaxY() - SPEED.fraction(speed) * frame.getHeight();
    }

    private static Path2D path(Line line, List<Sweep.Point> points, Rectangle2D frame) {
        Path2D path = new Path2D.Double();
        for (Sweep.Point p : points) {
            double x = x(p, frame);
            double y = y(line.speed(p), frame);
            if (path.getCurrentPoint() == null) {
                path.moveTo(x, y);
            } else {
                path.lineTo(x, y);
            }
        }
        return path;
    }

    /** At small sizes, which keep the lines apart: above the line, below it for libtorch. */
    private void label(Curve curve, Line line, List<Sweep.Point> points, Rectangle2D frame) {
        g.setFont(LABEL);
        Sweep.Point p = points.get(line == Line.LIMIT ? 0 : 1);
        double x = x(p, frame);
        double y = y(line.speed(p), frame);
        switch (line) {
            case LIMIT -> {
                double top = points.stream()
                        .filter(small -> small.elements() <= LABELLED_ELEMENTS)
                        .mapToDouble(small -> y(line.speed(small), frame))
                        .min()
                        .orElse(y);
                g.drawString(curve.isProduct() ? "peak" : "copy", (float) x, (float) top - 5);
            }
            case LIBTORCH -> g.drawString("libtorch", (float) x + 5, (float) y + 14);
            case TNS -> g.drawString("tns", (float) (x - width("tns")), (float) y - 8);
        }
    }

    private void axes(Curve curve, Rectangle2D frame) {
        g.setFont(SMALL);
        g.setStroke(new BasicStroke(1));
        for (double tick : ELEMENTS.ticks()) {
            double x = frame.getX() + ELEMENTS.fraction(tick) * frame.getWidth();
            g.setColor(GRID);
            g.draw(new Line2D.Double(x, frame.getY(), x, frame.getMaxY()));
            g.setColor(TEXT);
            centred(
                    tick < 1e3
                            ? "%.0f".formatted(tick)
                            : tick < 1e6 ? "%.0f k".formatted(tick / 1e3) : "%.0f M".formatted(tick / 1e6),
                    x,
                    frame.getMaxY() + 15);
        }
        for (double tick : SPEED.ticks()) {
            double y = y(tick, frame);
            g.setColor(GRID);
            g.draw(new Line2D.Double(frame.getX(), y, frame.getMaxX(), y));
            g.setColor(TEXT);
            String text = tick < 1 ? Double.toString(Times.four(tick)) : "%.0f".formatted(tick);
            g.drawString(text, (float) (frame.getX() - 5 - width(text)), (float) y + 4);
        }
        g.setColor(FRAME);
        g.draw(frame);
        g.setColor(TEXT);
        centred("elements" + (curve.isProduct() ? " of a matrix" : ""), frame.getCenterX(), frame.getMaxY() + 30);
        g.rotate(-Math.PI / 2);
        centred(curve.unit(), -frame.getCenterY(), frame.getX() - 38);
        g.rotate(Math.PI / 2);
        g.setFont(TITLE);
        centred(curve.name(), frame.getCenterX(), frame.getY() - 8);
    }

    private double width(String text) {
        return g.getFontMetrics().stringWidth(text);
    }

    private void centred(String text, double centre, double baseline) {
        g.drawString(text, (float) (centre - width(text) / 2), (float) baseline);
    }
}
