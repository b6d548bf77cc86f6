package tns.plot;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The colour and line style one series of a figure is drawn with, after the open choices have been made. */
record Look(Colour colour, LineStyle style) {

    /**
     * The looks of all series of a figure, in order.
     *
     * @param cycle given in turn to the series without a colour of their own
     * @param tellApartByStyle gives lines without a style one that no other line has, as far as there are any: for text
     *     without colours
     */
    static List<Look> of(Figure figure, List<Colour> cycle, boolean tellApartByStyle) {
        Set<LineStyle> taken = EnumSet.noneOf(LineStyle.class);
        lines(figure).map(Series.Line::style).forEach(style -> {
            if (style != null) {
                taken.add(style);
            }
        });
        List<Look> looks = new ArrayList<>();
        int next = 0;
        for (Series series : figure.series()) {
            Colour own = colour(series);
            Colour colour = own == null ? cycle.get(next % cycle.size()) : own;
            if (own == null && !(series instanceof Series.Image)) {
                next++;
            }
            looks.add(new Look(colour, style(series, tellApartByStyle, taken)));
        }
        return looks;
    }

    private static Stream<Series.Line> lines(Figure figure) {
        return figure.series().stream().filter(Series.Line.class::isInstance).map(Series.Line.class::cast);
    }

    private static LineStyle style(Series series, boolean tellApart, Set<LineStyle> taken) {
        if (!(series instanceof Series.Line line)) {
            return LineStyle.SOLID;
        }
        LineStyle own = line.style();
        if (own != null) {
            return own;
        }
        if (tellApart) {
            for (LineStyle style : LineStyle.values()) {
                if (taken.add(style)) {
                    return style;
                }
            }
        }
        return LineStyle.SOLID;
    }

    private static @Nullable Colour colour(Series series) {
        return switch (series) {
            case Series.Line line -> line.colour();
            case Series.Scatter scatter -> scatter.colour();
            case Series.Bars bars -> bars.colour();
            case Series.Image _ -> null;
        };
    }
}
