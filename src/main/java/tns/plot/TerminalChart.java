package tns.plot;

import java.util.List;

/** Draws a figure as lines of text: title, legend, a frame with labelled ticks, and the data in it. */
public final class TerminalChart {
    static final int LEAST_WIDTH = 20;
    static final int LEAST_HEIGHT = 7;

    private static final Colour FRAME = Colour.rgb(0x949494);
    private static final Colour GRID = Colour.rgb(0x585858);

    /** Rows of data below which title, legend and axis labels give way. */
    private static final int LEAST_ROWS = 4;

    private final Figure figure;
    private final Ink ink;
    private final List<Look> looks;
    private final boolean hasImage;

    private TerminalChart(Figure figure, Ink ink) {
        this.figure = figure;
        this.ink = ink;
        this.looks = Look.of(figure, Colour.TERMINAL_CYCLE, ink == Ink.PLAIN);
        this.hasImage = figure.series().stream().anyMatch(Series.Image.class::isInstance);
    }

    /** The drawing as one text, its lines separated by line feeds; see {@link #lines}. */
    public static String render(Figure figure, int width, int height, Ink ink) {
        return String.join("\n", lines(figure, width, height, ink));
    }

    /**
     * The drawing in {@code width} x {@code height} character cells (at least 20 x 7).
     *
     * @return {@code height} lines, or fewer where a unit must be as long on both axes; none is wider than
     *     {@code width}, trailing blanks are left out
     */
    public static List<String> lines(Figure figure, int width, int height, Ink ink) {
        return new TerminalChart(figure, ink).draw(Math.max(LEAST_WIDTH, width), Math.max(LEAST_HEIGHT, height));
    }

    private List<String> draw(int width, int height) {
        String title = TextWidth.fit(TextWidth.oneLine(figure.title()), width);
        String xlabel = TextWidth.fit(TextWidth.oneLine(figure.x().label()), width);
        String ylabel = TextWidth.fit(TextWidth.oneLine(figure.y().label()), width);

        int room = height - 3; // the frame's top and bottom, the x labels
        boolean showsTitle = !title.isEmpty() && room - 1 >= LEAST_ROWS;
        boolean besideTitle =
                showsTitle && !figure.showsLegend() && 2 * TextWidth.of(ylabel) + 4 <= width - TextWidth.of(title);
        TerminalLegend legend = TerminalLegend.of(figure, looks, ink, width, besideTitle ? "" : ylabel);
        room -= showsTitle ? 1 : 0;
        boolean showsLegend = legend.rows() > 0 && room - legend.rows() >= LEAST_ROWS;
        room -= showsLegend ? legend.rows() : 0;
        boolean showsXlabel = !xlabel.isEmpty() && room - 1 >= LEAST_ROWS;
        room -= showsXlabel ? 1 : 0;

        Area area = area(width, room, (showsTitle ? 1 : 0) + (showsLegend ? legend.rows() : 0) + 1);
        CellGrid page = new CellGrid(width, area.top() + area.rows() + 2 + (showsXlabel ? 1 : 0));
        int middle = area.left() + area.columns() / 2;
        if (showsTitle) {
            centre(page, middle, 0, title);
        }
        if (besideTitle) {
            page.text(0, 0, ylabel, null);
        }
        if (showsLegend) {
            legend.draw(page, showsTitle ? 1 : 0, middle);
        }
        frame(page, area);
        Ticks yTicks = yTicks(area.y(), area.rows());
        Ticks xTicks = xTicks(area.x(), area.columns());
        if (Boolean.TRUE.equals(figure.grid())) {
            grid(page, area, xTicks, yTicks);
        }
        new TerminalPlot(figure, looks, ink, page, area).draw();
        yLabels(page, area, yTicks);
        xLabels(page, area, xTicks);
        if (showsXlabel) {
            centre(page, middle, page.height() - 1, xlabel);
        }
        return page.lines(ink);
    }

    /** Where the data goes on the page: cells, and the numbers they stand for. */
    record Area(int left, int top, int columns, int rows, Scale x, Scale y) {
        /** The column of cells a fraction of the x axis falls in, within the area for 0..1. */
        int column(double fraction) {
            return left + cell(fraction, columns);
        }

        /** The row of cells a fraction of the y axis, counted from below, falls in. */
        int row(double fraction) {
            return top + rows - 1 - cell(fraction, rows);
        }

        private static int cell(double fraction, int cells) {
            int cell = (int) Math.floor(fraction * cells + 1e-9);
            return cell == cells ? cells - 1 : cell;
        }
    }

    private Area area(int width, int rows, int top) {
        Scale x = Scale.x(figure);
        Scale y = Scale.y(figure);
        int labels =
                yTicks(y, rows).labels().stream().mapToInt(TextWidth::of).max().orElse(0);
        int left = Math.min(labels, width / 3) + 2;
        int columns = width - left - 1;
        if (!figure.unitsAreEqual(x, y)) {
            return new Area(left, top, columns, rows, x, y);
        }
        // a cell is about twice as high as it is wide: two units of height a row
        double spanX = Math.abs(x.end() - x.start());
        double spanY = Math.abs(y.end() - y.start());
        double unit = Math.min(columns / spanX, 2 * rows / spanY);
        boolean pixels = hasImage && unit >= 1;
        if (pixels) {
            unit = Math.floor(unit); // pixels of the same size
        }
        int usedColumns = Math.clamp(Math.round(spanX * unit), 1, columns);
        int usedRows = Math.clamp((long) Math.ceil(spanY * unit / 2 - 1e-9), 1, rows);
        // an odd number of half rows leaves half a row free at the bottom
        double bottom = pixels ? y.end() + (y.start() - y.end()) / spanY * (2 * usedRows / unit) : y.start();
        int shift = (columns - usedColumns) / 2;
        return new Area(left + shift, top, usedColumns, usedRows, x, new Scale(bottom, y.end(), false));
    }

    /** A tick every third row or wider, unless that leaves less than three. */
    private Ticks yTicks(Scale y, int rows) {
        Ticks wide = Ticks.of(y, Math.max(2, (rows + 1) / 3), hasImage);
        return wide.at().length >= 3 ? wide : Ticks.of(y, Math.max(2, rows / 2), hasImage);
    }

    /** As many ticks as their labels leave room for. */
    private Ticks xTicks(Scale x, int columns) {
        List<String> names = figure.x().names();
        for (int most = Math.max(2, names.isEmpty() ? columns / 6 : names.size()); ; most--) {
            Ticks ticks = names.isEmpty() ? Ticks.of(x, most, hasImage) : Ticks.named(x, names, most);
            if (most <= (names.isEmpty() ? 2 : 1) || fits(ticks, x, columns)) {
                return ticks;
            }
        }
    }

    private static boolean fits(Ticks ticks, Scale x, int columns) {
        for (int i = 1; i < ticks.at().length; i++) {
            double distance = (x.fraction(ticks.at()[i]) - x.fraction(ticks.at()[i - 1])) * columns;
            double needed = (TextWidth.of(ticks.labels().get(i))
                            + TextWidth.of(ticks.labels().get(i - 1)))
                    / 2.0;
            if (needed + 1 > distance) {
                return false;
            }
        }
        return true;
    }

    private static void centre(CellGrid page, int middle, int row, String text) {
        int cells = TextWidth.of(text);
        page.text(Math.clamp(middle - cells / 2, 0, Math.max(0, page.width() - cells)), row, text, null);
    }

    private static void frame(CellGrid page, Area area) {
        int right = area.left() + area.columns();
        int bottom = area.top() + area.rows();
        for (int column = area.left(); column < right; column++) {
            page.put(column, area.top() - 1, "─", FRAME, null);
            page.put(column, bottom, "─", FRAME, null);
        }
        for (int row = area.top(); row < bottom; row++) {
            page.put(area.left() - 1, row, "│", FRAME, null);
            page.put(right, row, "│", FRAME, null);
        }
        page.put(area.left() - 1, area.top() - 1, "┌", FRAME, null);
        page.put(right, area.top() - 1, "┐", FRAME, null);
        page.put(area.left() - 1, bottom, "└", FRAME, null);
        page.put(right, bottom, "┘", FRAME, null);
    }

    private static void grid(CellGrid page, Area area, Ticks xTicks, Ticks yTicks) {
        for (double value : yTicks.at()) {
            for (int column = 0; column < area.columns(); column++) {
                page.put(area.left() + column, area.row(area.y().fraction(value)), "┈", GRID, null);
            }
        }
        for (double value : xTicks.at()) {
            for (int row = 0; row < area.rows(); row++) {
                page.put(area.column(area.x().fraction(value)), area.top() + row, "┊", GRID, null);
            }
        }
    }

    private static void yLabels(CellGrid page, Area area, Ticks ticks) {
        for (int i = 0; i < ticks.at().length; i++) {
            int row = area.row(area.y().fraction(ticks.at()[i]));
            String label = TextWidth.fit(ticks.labels().get(i), area.left() - 2);
            page.text(area.left() - 2 - TextWidth.of(label), row, label, null);
            page.put(area.left() - 1, row, "┤", FRAME, null);
        }
    }

    private static void xLabels(CellGrid page, Area area, Ticks ticks) {
        int bottom = area.top() + area.rows();
        int free = 0;
        for (int i = 0; i < ticks.at().length; i++) {
            int column = area.column(area.x().fraction(ticks.at()[i]));
            String label = TextWidth.fit(ticks.labels().get(i), page.width());
            int cells = TextWidth.of(label);
            int from = Math.clamp(column - (cells - 1) / 2, 0, page.width() - cells);
            page.put(column, bottom, "┬", FRAME, null);
            if (from >= free) {
                page.text(from, bottom + 1, label, null);
                free = from + cells + 1;
            }
        }
    }
}
