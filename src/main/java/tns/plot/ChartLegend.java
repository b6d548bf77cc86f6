package tns.plot;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.font.FontRenderContext;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/** The labels of a figure's series beside samples of their looks, in centred rows that are no wider than the chart. */
final class ChartLegend {
    private static final int SAMPLE = 34;
    private static final int SPACE = 8;
    private static final int BETWEEN = 24;
    private static final int MARK = 8;

    private record Entry(String text, double width, Series series, Look look) {}

    private final List<List<Entry>> rows = new ArrayList<>();
    private final Font font;
    private final double rowHeight;

    /** @param width the pixels a row may take */
    ChartLegend(Figure figure, List<Look> looks, Font font, FontRenderContext context, double width) {
        this.font = font;
        this.rowHeight = font.getLineMetrics("Ay", context).getHeight() + 2;
        double used = 0;
        for (int i = 0; figure.showsLegend() && i < looks.size(); i++) {
            String label = figure.series().get(i).label();
            if (label == null) {
                continue;
            }
            String text = ChartAxis.shortened(
                    TextWidth.oneLine(label),
                    width - SAMPLE - SPACE,
                    t -> font.getStringBounds(t, context).getWidth());
            double taken = SAMPLE + SPACE + font.getStringBounds(text, context).getWidth();
            if (rows.isEmpty() || used + BETWEEN + taken > width) {
                rows.add(new ArrayList<>());
                used = -BETWEEN;
            }
            used += BETWEEN + taken;
            rows.getLast().add(new Entry(text, taken, figure.series().get(i), looks.get(i)));
        }
    }

    /** The pixels all rows take; 0 without entries. */
    double height() {
        return rows.size() * rowHeight;
    }

    /** Draws the rows below {@code top}, centred at {@code centre}. */
    void paint(Graphics2D g, double centre, double top, Color text) {
        g.setFont(font);
        double ascent = font.getLineMetrics("Ay", g.getFontRenderContext()).getAscent();
        double y = top;
        for (List<Entry> row : rows) {
            double width = row.stream().mapToDouble(Entry::width).sum() + (row.size() - 1) * BETWEEN;
            double x = centre - width / 2;
            for (Entry entry : row) {
                sample(g, entry, x, y + rowHeight / 2);
                g.setColor(text);
                g.drawString(entry.text, (float) (x + SAMPLE + SPACE), (float) (y + ascent + 1));
                x += entry.width + BETWEEN;
            }
            y += rowHeight;
        }
    }

    private static void sample(Graphics2D g, Entry entry, double x, double middle) {
        g.setColor(ChartSeries.awt(entry.look.colour()));
        switch (entry.series) {
            case Series.Scatter _ ->
                g.fill(new Ellipse2D.Double(x + SAMPLE - MARK - 2.0, middle - MARK / 2.0, MARK, MARK));
            case Series.Bars _ -> g.fill(new Rectangle2D.Double(x + SAMPLE / 2.0, middle - 6, SAMPLE / 2.0, 12));
            case Series.Line _, Series.Image _ -> {
                g.setStroke(ChartSeries.stroke(entry.look.style()));
                g.draw(new Line2D.Double(x, middle, x + SAMPLE, middle));
            }
        }
    }
}
