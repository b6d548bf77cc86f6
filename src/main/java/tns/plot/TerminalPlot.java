package tns.plot;

import java.util.List;

/** Draws the series of a figure into the frame of a page: images first, then bars, then lines and marks. */
final class TerminalPlot {
    /** Lower eighths of a cell, from none to all. */
    private static final String EIGHTHS = " ▁▂▃▄▅▆▇█";

    private static final String SHADES = " ░▒▓█";
    private static final String FILLS = "█▒░▓";
    private static final String MARKS = "•×+○*◇";

    /** Up to so many marks are drawn larger than one dot. */
    private static final int FEW_MARKS = 400;

    /** Far outside of any raster, and small enough to calculate with. */
    private static final double FAR = 1e12;

    private final Figure figure;
    private final List<Look> looks;
    private final Ink ink;
    private final CellGrid page;
    private final TerminalChart.Area area;

    TerminalPlot(Figure figure, List<Look> looks, Ink ink, CellGrid page, TerminalChart.Area area) {
        this.figure = figure;
        this.looks = looks;
        this.ink = ink;
        this.page = page;
        this.area = area;
    }

    /** The character that stands for the points of the series at {@code place} in a figure. */
    static String mark(int place, Ink ink) {
        if (ink != Ink.PLAIN) {
            return MARKS.substring(0, 1);
        }
        return MARKS.substring(place % MARKS.length(), place % MARKS.length() + 1);
    }

    /** The character that fills the bars of the series at {@code place}, where there are no colours. */
    static String fill(int place) {
        return FILLS.substring(place % FILLS.length(), place % FILLS.length() + 1);
    }

    void draw() {
        BrailleCanvas dots = new BrailleCanvas(area.columns(), area.rows());
        for (Series series : figure.series()) {
            if (series instanceof Series.Image image) {
                image(image);
            }
        }
        for (int i = 0; i < looks.size(); i++) {
            if (figure.series().get(i) instanceof Series.Bars bars) {
                bars(bars, i);
            }
        }
        boolean lettered = ink == Ink.PLAIN
                && figure.series().stream()
                                .filter(Series.Scatter.class::isInstance)
                                .count()
                        > 1;
        for (int i = 0; i < looks.size(); i++) {
            Look look = looks.get(i);
            switch (figure.series().get(i)) {
                case Series.Line line ->
                    dots.path(across(line.x(), dots), down(line.y(), dots), look.style(), look.colour());
                case Series.Scatter scatter when lettered -> letters(scatter, mark(i, ink));
                case Series.Scatter scatter -> marks(scatter, dots, look.colour());
                case Series.Bars _, Series.Image _ -> {} // drawn below
            }
        }
        overlay(dots);
    }

    private double[] across(double[] x, BrailleCanvas dots) {
        double[] places = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            places[i] = place(area.x().fraction(x[i]), dots.width());
        }
        return places;
    }

    private double[] down(double[] y, BrailleCanvas dots) {
        double[] places = new double[y.length];
        for (int i = 0; i < y.length; i++) {
            places[i] = place(1 - area.y().fraction(y[i]), dots.height());
        }
        return places;
    }

    /** In dots, such that rounding gives the dot; the end of the axis belongs to the last dot. */
    private static double place(double fraction, int dots) {
        double end = Math.abs(fraction - 1) < 1e-9 ? Math.nextDown(dots - 0.5) : fraction * dots - 0.5;
        return Math.clamp(end, -FAR, FAR);
    }

    private void marks(Series.Scatter scatter, BrailleCanvas dots, Colour colour) {
        double[] x = across(scatter.x(), dots);
        double[] y = down(scatter.y(), dots);
        boolean large = x.length <= FEW_MARKS;
        for (int i = 0; i < x.length; i++) {
            if (Double.isNaN(x[i]) || Double.isNaN(y[i])) {
                continue;
            }
            int column = (int) Math.round(x[i]);
            int row = (int) Math.round(y[i]);
            if (column < 0 || row < 0 || column >= dots.width() || row >= dots.height()) {
                continue;
            }
            // the square of four dots grows to where there is more room, so that none is lost at the frame
            int right = column + 1 < dots.width() ? 1 : -1;
            int below = row + 1 < dots.height() ? 1 : -1;
            dots.dot(column, row, colour);
            if (large) {
                dots.dot(column + right, row, colour);
                dots.dot(column, row + below, colour);
                dots.dot(column + right, row + below, colour);
            }
        }
    }

    private void letters(Series.Scatter scatter, String mark) {
        for (int i = 0; i < scatter.x().length; i++) {
            double x = area.x().fraction(scatter.x()[i]);
            double y = area.y().fraction(scatter.y()[i]);
            if (x >= 0 && x <= 1 && y >= 0 && y <= 1) {
                page.put(area.column(x), area.row(y), mark, null, null);
            }
        }
    }

    private void overlay(BrailleCanvas dots) {
        for (int row = 0; row < area.rows(); row++) {
            for (int column = 0; column < area.columns(); column++) {
                int pattern = dots.pattern(column, row);
                if (pattern != 0) {
                    int x = area.left() + column;
                    int y = area.top() + row;
                    page.put(x, y, BrailleCanvas.character(pattern), dots.colour(column, row), page.ground(x, y));
                }
            }
        }
    }

    private void bars(Series.Bars bars, int place) {
        double base = area.y().fraction(0);
        double zero = Double.isNaN(base) ? 0 : base;
        int free = 0;
        for (int i = 0; i < bars.height().length; i++) {
            double top = area.y().fraction(bars.height()[i]);
            double from = area.x().fraction(bars.left()[i]) * area.columns();
            double to = area.x().fraction(bars.right()[i]) * area.columns();
            if (Double.isNaN(top) || Double.isNaN(from) || Double.isNaN(to)) {
                continue;
            }
            int left = (int) Math.round(Math.clamp(Math.min(from, to), 0, area.columns()));
            int right = (int) Math.round(Math.clamp(Math.max(from, to), 0, area.columns()));
            if (!bars.touching() && left < free && right > left + 1) {
                left = free; // keeps the gap that rounding closed
            }
            boolean visible = Math.max(from, to) > 0 && Math.min(from, to) < area.columns();
            for (int column = left; visible && column < Math.max(right, left + 1); column++) {
                column(column, zero * area.rows(), top * area.rows(), place);
            }
            free = right + 1;
        }
    }

    /** Fills one column of cells from {@code base} to {@code top}, in rows from below. */
    private void column(int column, double base, double top, int place) {
        Colour colour = looks.get(place).colour();
        double low = Math.clamp(Math.min(base, top), 0, area.rows());
        double high = Math.clamp(Math.max(base, top), 0, area.rows());
        for (int row = (int) low; row < area.rows() && row < high; row++) {
            double from = Math.max(0, low - row);
            double to = Math.min(1, high - row);
            String block = ink == Ink.PLAIN && place > 0 ? whole(from, to, place) : block(from, to);
            int x = area.left() + column;
            int y = area.top() + area.rows() - 1 - row;
            if (!block.equals(" ")) {
                page.put(x, y, block, colour, block.equals("█") ? null : page.ground(x, y));
            }
        }
    }

    /** The character for a cell filled between two heights in 0..1. */
    private static String block(double from, double to) {
        if (from <= 0) {
            int eighths = Math.clamp(Math.round(to * 8), 1, 8);
            return EIGHTHS.substring(eighths, eighths + 1);
        }
        if (to >= 1) {
            return from < 0.25 ? "█" : from < 0.75 ? "▀" : "▔";
        }
        return "─";
    }

    private static String whole(double from, double to, int place) {
        return to - from < 0.5 ? " " : fill(place);
    }

    private void image(Series.Image image) {
        double[] intensities = image.intensities();
        for (int row = 0; row < area.rows(); row++) {
            for (int column = 0; column < area.columns(); column++) {
                double upper = sample(image, intensities, column, 2 * row);
                double lower = sample(image, intensities, column, 2 * row + 1);
                pixel(area.left() + column, area.top() + row, upper, lower, image.colormap());
            }
        }
    }

    private void pixel(int column, int row, double upper, double lower, Colormap map) {
        boolean above = !Double.isNaN(upper);
        boolean below = !Double.isNaN(lower);
        if (!above && !below) {
            return;
        }
        if (ink == Ink.PLAIN) {
            double mean = above && below ? (upper + lower) / 2 : above ? upper : lower;
            int shade = Math.clamp((int) (mean * SHADES.length()), 0, SHADES.length() - 1);
            page.put(column, row, SHADES.substring(shade, shade + 1), null, null);
        } else if (above) {
            page.put(column, row, "▀", map.at(upper), below ? map.at(lower) : null);
        } else {
            page.put(column, row, "▄", map.at(lower), null);
        }
    }

    /** The mean of the pixels under half a cell, or the one at its middle where pixels are larger; NaN for none. */
    private double sample(Series.Image image, double[] intensities, int column, int halfRow) {
        double halves = 2.0 * area.rows();
        double left = area.x().at((double) column / area.columns()) + 0.5;
        double right = area.x().at((column + 1.0) / area.columns()) + 0.5;
        double top = area.y().at(1 - halfRow / halves) + 0.5;
        double bottom = area.y().at(1 - (halfRow + 1) / halves) + 0.5;
        double sum = 0;
        int count = 0;
        for (int i = first(top, bottom, image.rows()); i <= last(top, bottom, image.rows()); i++) {
            for (int j = first(left, right, image.cols()); j <= last(left, right, image.cols()); j++) {
                double value = intensities[i * image.cols() + j];
                if (!Double.isNaN(value)) {
                    sum += Math.clamp(value, 0, 1);
                    count++;
                }
            }
        }
        return count == 0 ? Double.NaN : sum / count;
    }

    private static int first(double a, double b, int count) {
        double from = Math.abs(a - b) <= 1 ? Math.floor((a + b) / 2) : Math.floor(Math.min(a, b) + 0.5);
        return (int) Math.max(0, Math.min(from, count));
    }

    private static int last(double a, double b, int count) {
        double to = Math.abs(a - b) <= 1 ? Math.floor((a + b) / 2) : Math.ceil(Math.max(a, b) - 0.5) - 1;
        return (int) Math.max(-1, Math.min(to, count - 1));
    }
}
