package tns.plot;

import org.jspecify.annotations.Nullable;

/**
 * A raster of dots drawn as braille characters: 2 dots across and 4 down per character cell, one colour per cell.
 *
 * <p>Dot (0, 0) is the top left one. Drawing outside the raster is allowed and shows nothing; where several colours
 * meet in a cell the last one stays.
 */
public final class BrailleCanvas {
    /** The bit of the braille pattern (U+2800 + bits) for each dot of a cell, by row and column. */
    private static final int[][] BITS = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

    private final int columns;
    private final int rows;
    private final int[] patterns;
    private final @Nullable Colour[] colours;

    /** An empty raster of {@code columns} x {@code rows} character cells. */
    public BrailleCanvas(int columns, int rows) {
        this.columns = columns;
        this.rows = rows;
        this.patterns = new int[columns * rows];
        this.colours = new Colour[columns * rows];
    }

    /** Dots across. */
    public int width() {
        return 2 * columns;
    }

    /** Dots down. */
    public int height() {
        return 4 * rows;
    }

    public void dot(int x, int y, @Nullable Colour colour) {
        if (x >= 0 && y >= 0 && x < width() && y < height()) {
            int cell = y / 4 * columns + x / 2;
            patterns[cell] |= BITS[y % 4][x % 2];
            colours[cell] = colour;
        }
    }

    /**
     * Draws the line through the points (x[i], y[i]), in dots, with no gaps but those of the style. A point that is NaN
     * breaks the line; a point between two breaks is drawn as a dot.
     */
    public void path(double[] x, double[] y, LineStyle style, @Nullable Colour colour) {
        Pen pen = new Pen(style, colour);
        for (int i = 0; i < x.length; i++) {
            boolean here = shows(x, y, i);
            boolean next = shows(x, y, i + 1);
            if (here && next) {
                segment(x[i], y[i], x[i + 1], y[i + 1], pen);
            } else if (here && !shows(x, y, i - 1)) {
                pen.to(Math.round(x[i]), Math.round(y[i]));
            }
        }
    }

    private static boolean shows(double[] x, double[] y, int i) {
        return i >= 0 && i < x.length && !Double.isNaN(x[i]) && !Double.isNaN(y[i]);
    }

    /** Cuts the segment to the raster (Liang and Barsky 1984), so that far away points cost no time. */
    private void segment(double x0, double y0, double x1, double y1, Pen pen) {
        double dx = x1 - x0;
        double dy = y1 - y0;
        double[] steps = {-dx, dx, -dy, dy};
        double[] room = {x0 + 1, width() - x0, y0 + 1, height() - y0};
        double from = 0;
        double to = 1;
        for (int side = 0; side < 4; side++) {
            double t = room[side] / steps[side];
            if (steps[side] < 0) {
                from = Math.max(from, t);
            } else if (steps[side] > 0) {
                to = Math.min(to, t);
            } else if (room[side] < 0) {
                return;
            }
        }
        if (from <= to) {
            pen.line(
                    Math.round(x0 + from * dx),
                    Math.round(y0 + from * dy),
                    Math.round(x0 + to * dx),
                    Math.round(y0 + to * dy));
        }
    }

    /** The braille pattern of a cell: 0 when it has no dot. */
    int pattern(int column, int row) {
        return patterns[row * columns + column];
    }

    @Nullable
    Colour colour(int column, int row) {
        return colours[row * columns + column];
    }

    /** The character that shows a pattern. */
    static String character(int pattern) {
        return String.valueOf((char) (0x2800 + pattern));
    }

    /** The rows as text without colours, one line each; cells without dots are blank braille. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < patterns.length; i++) {
            text.append(character(patterns[i]));
            if (i % columns == columns - 1) {
                text.append('\n');
            }
        }
        return text.toString();
    }

    /** Draws along a path and counts the dots, so that dashes run on from one segment to the next. */
    private final class Pen {
        private final LineStyle style;
        private final @Nullable Colour colour;
        private long lastX = Long.MIN_VALUE;
        private long lastY = Long.MIN_VALUE;
        private int steps;

        Pen(LineStyle style, @Nullable Colour colour) {
            this.style = style;
            this.colour = colour;
        }

        void to(long x, long y) {
            if (x == lastX && y == lastY) {
                return;
            }
            if (style.draws(steps++)) {
                dot((int) x, (int) y, colour);
            }
            lastX = x;
            lastY = y;
        }

        /** Bresenham's line. */
        void line(long x0, long y0, long x1, long y1) {
            long dx = Math.abs(x1 - x0);
            long dy = -Math.abs(y1 - y0);
            long stepX = x0 < x1 ? 1 : -1;
            long stepY = y0 < y1 ? 1 : -1;
            long error = dx + dy;
            long x = x0;
            long y = y0;
            to(x, y);
            while (x != x1 || y != y1) {
                long twice = 2 * error;
                if (twice >= dy) {
                    error += dy;
                    x += stepX;
                }
                if (twice <= dx) {
                    error += dx;
                    y += stepY;
                }
                to(x, y);
            }
        }
    }
}
