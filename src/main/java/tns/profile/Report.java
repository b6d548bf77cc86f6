package tns.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.profile.Profile.Place;

/**
 * A profile as text: the lines and the ops that took longest, what the machine did in that time, and how near that came
 * to its peaks.
 */
final class Report {
    private static final int MOST_ROWS = 20;
    private static final int MOST_TEXT = 60;

    /** A verb has a row of its own when it is no less than this part of the whole. */
    private static final double LEAST_OF_WHOLE = 0.01;

    /** And no more than this part of its op, whose row says the same otherwise. */
    private static final double MOST_OF_OP = 0.95;

    /** Below, a rate says nothing but that other things took the time. */
    private static final double LEAST_RATE = 0.1;

    private final Profile profile;
    private final @Nullable Peaks peaks;
    private final double whole;

    Report(Profile profile, @Nullable Peaks peaks) {
        this.profile = profile;
        this.peaks = peaks;
        this.whole = Math.max(1, profile.nanos());
    }

    private record Row(String name, Entry entry, String text) {}

    String text() {
        String legend = legend();
        return table("line", "runs", "source", lines())
                + '\n'
                + table("op", "calls", "", ops())
                + (legend.isEmpty() ? "" : '\n' + legend);
    }

    private String legend() {
        StringBuilder text = new StringBuilder();
        if (peaks != null) {
            text.append(String.format(
                    Locale.ROOT,
                    "of %s and of %s: on %d thread%s, copying and products of float32 reach that here\n",
                    Amount.digits(peaks.bandwidth()),
                    Amount.digits(peaks.arithmetic()),
                    peaks.threads(),
                    peaks.threads() == 1 ? "" : "s"));
        }
        if (profile.ops().stream().anyMatch(op -> op.name.equals(Profile.BETWEEN))) {
            text.append(Profile.BETWEEN)
                    .append(": what a name or a loop needed, as pointwise results that had waited for that\n");
        }
        if (profile.waited()) {
            text.append("every line and op waited for its device, where bytes and operations are not counted\n");
        }
        return text.toString();
    }

    private List<Row> lines() {
        Map<Place, Entry> lines = profile.lines();
        boolean one = lines.keySet().stream().map(Place::source).distinct().count() < 2;
        List<Row> rows = new ArrayList<>();
        lines.forEach((place, line) -> rows.add(new Row(
                one ? String.valueOf(place.line()) : place.source().name() + ':' + place.line(),
                line,
                cut(place.source().lineText(place.line())))));
        return longest(rows);
    }

    private List<Row> ops() {
        return longest(
                profile.ops().stream().map(op -> new Row(op.name, op, "")).toList());
    }

    private static List<Row> longest(List<Row> rows) {
        return rows.stream()
                .sorted(Comparator.comparingLong((Row row) -> row.entry.self).reversed())
                .toList();
    }

    /** The first rows with what they consist of, the sum of the others, and that of all. */
    private String table(String name, String runs, String text, List<Row> rows) {
        Table table = new Table(heads(name, runs, text));
        Entry others = new Entry("… " + (rows.size() - MOST_ROWS) + " more");
        Entry all = new Entry("total");
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            all.add(row.entry);
            if (i >= MOST_ROWS) {
                others.add(row.entry);
                continue;
            }
            table.add(cells(row));
            longest(parts(row.entry)).forEach(part -> table.add(cells(part)));
        }
        if (rows.size() > MOST_ROWS) {
            table.add(cells(new Row(others.name, others, "")));
        }
        all.self = profile.nanos();
        table.add(cells(new Row(all.name, all, "")));
        return table.text();
    }

    private List<Row> parts(Entry op) {
        return op.verbs.values().stream()
                .filter(verb -> verb.self >= LEAST_OF_WHOLE * whole && verb.self <= MOST_OF_OP * op.self)
                .map(verb -> new Row("  " + verb.name, verb, ""))
                .toList();
    }

    private List<String> heads(String name, String runs, String text) {
        List<String> heads = new ArrayList<>(List.of(name, runs, "self", "share", "total", "bytes", "GB/s"));
        if (peaks != null) {
            heads.add("of " + Amount.digits(peaks.bandwidth()));
        }
        heads.add("GFLOP/s");
        if (peaks != null) {
            heads.add("of " + Amount.digits(peaks.arithmetic()));
        }
        heads.add(text);
        return heads;
    }

    private List<String> cells(Row row) {
        Entry e = row.entry;
        List<String> cells = new ArrayList<>();
        cells.add(row.name);
        cells.add(e.runs == 0 ? "" : String.valueOf(e.runs));
        cells.add(Amount.duration((double) e.self));
        cells.add(percent(e.self / whole));
        cells.add(e.total == 0 ? "" : Amount.duration((double) e.total));
        cells.add(e.bytes == 0 ? "" : Amount.memory((double) e.bytes));
        rate(cells, e.bytes, e.self, peaks == null ? null : peaks.bandwidth());
        rate(cells, e.flops, e.self, peaks == null ? null : peaks.arithmetic());
        cells.add(row.text);
        return cells;
    }

    private static void rate(List<String> cells, long amount, long nanos, @Nullable Double peak) {
        double rate = (double) amount / Math.max(1, nanos);
        cells.add(rate < LEAST_RATE ? "" : Amount.digits(rate));
        if (peak != null) {
            cells.add(rate < LEAST_RATE ? "" : percent(rate / peak));
        }
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, part < 0.0995 ? "%.1f %%" : "%.0f %%", 100 * part);
    }

    private static String cut(String line) {
        String text = line.strip().replaceAll("\\s+", " ");
        return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT - 1) + '…';
    }
}
