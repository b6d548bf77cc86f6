package tns.plot;

import java.util.ArrayList;
import java.util.List;

/**
 * The rows between title and frame: the y axis' label on the left, and a sample of each labelled series beside its
 * label.
 */
final class TerminalLegend {
    private static final int SAMPLE_CELLS = 5;
    private static final int GAP = 3;

    private final List<Entry> entries;
    private final List<List<Entry>> rows;
    private final String ylabel;
    private final boolean sharesRow;
    private final Ink ink;

    private record Entry(Series series, Look look, int place, String label) {
        int cells() {
            return SAMPLE_CELLS + 1 + TextWidth.of(label);
        }
    }

    private TerminalLegend(List<Entry> entries, List<List<Entry>> rows, String ylabel, boolean sharesRow, Ink ink) {
        this.entries = entries;
        this.rows = rows;
        this.ylabel = ylabel;
        this.sharesRow = sharesRow;
        this.ink = ink;
    }

    static TerminalLegend of(Figure figure, List<Look> looks, Ink ink, int width, String ylabel) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; figure.showsLegend() && i < looks.size(); i++) {
            Series series = figure.series().get(i);
            String label = series.label();
            if (label != null) {
                String text = TextWidth.fit(TextWidth.oneLine(label), width - SAMPLE_CELLS - 1);
                entries.add(new Entry(series, looks.get(i), i, text));
            }
        }
        int beside = width - TextWidth.of(ylabel) - GAP;
        boolean sharesRow = !ylabel.isEmpty() && cells(entries) <= beside;
        return new TerminalLegend(entries, wrap(entries, width), ylabel, sharesRow, ink);
    }

    private static List<List<Entry>> wrap(List<Entry> entries, int width) {
        List<List<Entry>> rows = new ArrayList<>();
        List<Entry> row = new ArrayList<>();
        for (Entry entry : entries) {
            if (!row.isEmpty() && cells(row) + GAP + entry.cells() > width) {
                rows.add(row);
                row = new ArrayList<>();
            }
            row.add(entry);
        }
        if (!row.isEmpty()) {
            rows.add(row);
        }
        return rows;
    }

    private static int cells(List<Entry> row) {
        return row.stream().mapToInt(Entry::cells).sum() + GAP * Math.max(0, row.size() - 1);
    }

    /** The rows it takes. */
    int rows() {
        return ylabel.isEmpty() ? rows.size() : sharesRow ? 1 : rows.size() + 1;
    }

    /** Draws from {@code row} down, the samples centred on the column {@code middle} as far as there is room. */
    void draw(CellGrid page, int row, int middle) {
        page.text(0, row, ylabel, null);
        int at = ylabel.isEmpty() || sharesRow ? row : row + 1;
        int first = sharesRow && !entries.isEmpty() ? TextWidth.of(ylabel) + GAP : 0;
        for (List<Entry> line : rows) {
            int column = Math.clamp(middle - cells(line) / 2, first, Math.max(first, page.width() - cells(line)));
            for (Entry entry : line) {
                sample(page, column, at, entry);
                page.text(column + SAMPLE_CELLS + 1, at, entry.label(), null);
                column += entry.cells() + GAP;
            }
            at++;
        }
    }

    private void sample(CellGrid page, int column, int row, Entry entry) {
        Colour colour = entry.look().colour();
        switch (entry.series()) {
            case Series.Line _ -> {
                BrailleCanvas canvas = new BrailleCanvas(SAMPLE_CELLS, 1);
                canvas.path(
                        new double[] {0, canvas.width() - 1},
                        new double[] {2, 2},
                        entry.look().style(),
                        colour);
                for (int i = 0; i < SAMPLE_CELLS; i++) {
                    page.put(column + i, row, BrailleCanvas.character(canvas.pattern(i, 0)), colour, null);
                }
            }
            case Series.Scatter _ ->
                page.put(column + SAMPLE_CELLS / 2, row, TerminalPlot.mark(entry.place(), ink), colour, null);
            case Series.Bars _ -> {
                String fill = ink == Ink.PLAIN ? TerminalPlot.fill(entry.place()) : "█";
                for (int i = 1; i < SAMPLE_CELLS - 1; i++) {
                    page.put(column + i, row, fill, colour, null);
                }
            }
            case Series.Image _ -> {}
        }
    }
}
