package tns.plot;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** One axis of a chart file: its scale, and as many labelled ticks as its length has room for. */
record ChartAxis(Scale scale, Ticks ticks) {
    /** The part of the distance between two ticks that a label may take. */
    private static final double FILL = 0.75;

    /**
     * @param named the places and their names, where the axis has some
     * @param most labels there may be, at least 2
     * @param whole whether fractions make no sense, as for pixels
     * @param pixels the length of the axis
     * @param size the pixels a label takes along the axis
     */
    static ChartAxis of(
            Scale scale, List<String> named, int most, boolean whole, double pixels, ToDoubleFunction<String> size) {
        for (int count = most; ; count--) {
            Ticks ticks = named.isEmpty() ? Ticks.of(scale, count, whole) : Ticks.named(scale, named, count);
            double room = spacing(scale, ticks) * pixels * FILL;
            if (ticks.labels().stream().allMatch(label -> size.applyAsDouble(label) <= room)) {
                return new ChartAxis(scale, ticks);
            }
            if (count <= (named.isEmpty() ? 2 : 1)) {
                List<String> cut = ticks.labels().stream()
                        .map(label -> shortened(label, room, size))
                        .toList();
                return new ChartAxis(scale, new Ticks(ticks.at(), cut));
            }
        }
    }

    /** The label with its end cut off, if need be, so that it takes no more than {@code room} pixels. */
    static String shortened(String label, double room, ToDoubleFunction<String> size) {
        int cells = TextWidth.of(label);
        while (cells > 1 && size.applyAsDouble(TextWidth.fit(label, cells)) > room) {
            cells--;
        }
        return TextWidth.fit(label, cells);
    }

    /** The distance between ticks, which are evenly spaced, as a part of the axis. */
    private static double spacing(Scale scale, Ticks ticks) {
        double[] at = ticks.at();
        return at.length < 2
                ? 1
                : Math.abs(scale.fraction(at[at.length - 1]) - scale.fraction(at[0])) / (at.length - 1);
    }
}
