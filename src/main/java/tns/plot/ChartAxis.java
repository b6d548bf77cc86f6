package tns.plot;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One axis of a chart file, measured in ticks: the first label stands at 0, the second at 1.
 *
 * <p>XChart labels the places where a series has data, if they are evenly spaced. In these units they always are, on
 * logarithmic and reversed axes too, and no range is too small or too large for its tick search, which does not end
 * for steps below 1e-10.
 */
record ChartAxis(Scale scale, Ticks ticks, double first, double spacing) {
    /** XChart wants labels to take less than 10/11 of their distance or it leaves out some; this is a safe bit less. */
    private static final double FILL = 0.75;

    /**
     * @param named the places and their names, where the axis has some
     * @param most labels there is room for, at least 2
     * @param pixels the length of the axis
     * @param size the pixels a label takes along the axis
     */
    static ChartAxis of(
            Scale scale, List<String> named, int most, boolean whole, double pixels, ToDoubleFunction<String> size) {
        for (int count = most; ; count--) {
            Ticks ticks = named.isEmpty() ? Ticks.of(scale, count, whole) : Ticks.named(scale, named, count);
            ChartAxis axis = spaced(scale, ticks);
            double room = Math.min(1, axis.spacing) * pixels * FILL;
            if (ticks.labels().stream().allMatch(label -> size.applyAsDouble(label) <= room)) {
                return axis;
            }
            if (count <= (named.isEmpty() ? 2 : 1)) {
                List<String> cut = ticks.labels().stream()
                        .map(label -> shortened(label, room, size))
                        .toList();
                return spaced(scale, new Ticks(ticks.at(), cut));
            }
        }
    }

    private static String shortened(String label, double room, ToDoubleFunction<String> size) {
        int cells = TextWidth.of(label);
        while (cells > 1 && size.applyAsDouble(TextWidth.fit(label, cells)) > room) {
            cells--;
        }
        return TextWidth.fit(label, cells);
    }

    private static ChartAxis spaced(Scale scale, Ticks ticks) {
        int count = ticks.at().length;
        double first = count == 0 ? 0 : scale.fraction(ticks.at()[0]);
        double spacing = count < 2 ? 1 : (scale.fraction(ticks.at()[count - 1]) - first) / (count - 1);
        return new ChartAxis(scale, ticks, first, spacing);
    }

    double start() {
        return -first / spacing;
    }

    double end() {
        return (1 - first) / spacing;
    }

    /** The tick that would come after the last one: outside of the axis, or at its end. */
    int afterLast() {
        return ticks.at().length;
    }

    /** The text at a place: empty where there is no tick. No two places have the same, as XChart demands. */
    String label(double place) {
        int tick = (int) Math.round(place);
        boolean labelled = Math.abs(place - tick) < 1e-6
                && tick >= 0
                && tick < ticks.labels().size();
        // zero-width spaces tell equal names apart
        return labelled
                ? ticks.labels().get(tick) + "\u200b".repeat(same(tick))
                : " " + "\u200b".repeat(1 + Math.abs(tick));
    }

    private int same(int tick) {
        String label = ticks.labels().get(tick);
        return (int)
                ticks.labels().subList(0, tick).stream().filter(label::equals).count();
    }
}
