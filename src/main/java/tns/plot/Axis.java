package tns.plot;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a figure asks of one of its axes.
 *
 * @param label text beside the axis, empty for none
 * @param limits the values at its start and end (start may be the larger), or null to fit the data
 * @param log whether equal distances mean equal ratios
 * @param names labels of the places 0, 1, 2 …, empty for numbers
 */
public record Axis(String label, @Nullable Limits limits, boolean log, List<String> names) {
    static final Axis PLAIN = new Axis("", null, false, List.of());

    /** The values at the start and the end of an axis: finite, different. */
    public record Limits(double start, double end) {}

    Axis label(String text) {
        return new Axis(text, limits, log, names);
    }

    Axis limits(Limits range) {
        return new Axis(label, range, log, names);
    }

    Axis log(boolean on) {
        return new Axis(label, limits, on, names);
    }

    Axis names(List<String> texts) {
        return new Axis(label, limits, log, List.copyOf(texts));
    }
}
