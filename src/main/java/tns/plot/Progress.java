package tns.plot;

import java.util.Locale;

/**
 * Counts the steps of a loop and shows them as a bar at a terminal: part done, count, rate, time passed and time left.
 *
 * <p>Made by {@link Live#progress}. Shows nothing in a pipe.
 */
public final class Progress implements AutoCloseable {
    private static final Colour DONE = Colour.TERMINAL_CYCLE.get(2);
    private static final Colour RUNNING = Colour.TERMINAL_CYCLE.get(0);
    private static final Colour REST = Colour.rgb(0x585858);
    private static final String SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
    private static final int LONGEST_BAR = 40;
    private static final int SHORTEST_BAR = 5;

    private final Live live;
    private final long total;
    private final String label;
    private final long startedAt;
    private long count;

    Progress(Live live, long total, String label, long startedAt) {
        this.live = live;
        this.total = total;
        this.label = TextWidth.oneLine(label);
        this.startedAt = startedAt;
    }

    /** One step is done. */
    public void step() {
        step(1);
    }

    /** So many steps are done. */
    public void step(long steps) {
        synchronized (live) {
            count += steps;
            live.stepped(this);
        }
    }

    /** The loop is over, or given up: the bar stays as it is, or goes away when it ran inside another one. */
    @Override
    public void close() {
        live.closed(this);
    }

    /** The bar as one line, at most {@code width} cells wide. */
    String line(int width, Ink ink) {
        double seconds = (live.now() - startedAt) * 1e-9;
        String name = label.isEmpty() ? "" : TextWidth.fit(label, Math.max(8, width / 3)) + " ";
        if (total < 0) {
            int turn = (int) (seconds * 10) % SPINNER.length();
            return TextWidth.fit(SPINNER.charAt(turn) + " " + name + count + "  " + times(seconds), width);
        }
        double part = total == 0 ? 1 : Math.clamp((double) count / total, 0, 1);
        // 100% is kept for the end
        String left = name + String.format(Locale.ROOT, "%3d%% ", (int) Math.floor(part * 100));
        String right = " " + count + "/" + total + "  " + times(seconds);
        if (TextWidth.of(left) + SHORTEST_BAR + TextWidth.of(right) > width) {
            right = " " + count + "/" + total;
        }
        int cells = Math.min(LONGEST_BAR, width - TextWidth.of(left) - TextWidth.of(right));
        return cells < SHORTEST_BAR ? TextWidth.fit(left + right, width) : left + bar(part, cells, ink) + right;
    }

    private static String bar(double part, int cells, Ink ink) {
        int halves = (int) Math.floor(part * cells * 2);
        String done = "━".repeat(halves / 2) + (halves % 2 == 1 ? "╸" : "");
        String rest = "─".repeat(cells - (halves + 1) / 2);
        return ink.select(part == 1 ? DONE : RUNNING, null)
                + done
                + ink.select(REST, null)
                + rest
                + ink.select(null, null);
    }

    private String times(double seconds) {
        String passed = rate(seconds) + clock(seconds);
        boolean ends = total > 0 && count > 0 && count < total;
        return ends ? passed + ", " + clock(seconds / count * (total - count)) + " left" : passed;
    }

    private String rate(double seconds) {
        if (count == 0 || seconds <= 0) {
            return "";
        }
        double rate = count / seconds;
        return rate >= 100
                ? String.format(Locale.ROOT, "%.0f it/s  ", rate)
                : rate >= 1
                        ? String.format(Locale.ROOT, "%.1f it/s  ", rate)
                        : String.format(Locale.ROOT, "%.1f s/it  ", 1 / rate);
    }

    /** Such as {@code 0:07} or {@code 1:02:03}. */
    private static String clock(double seconds) {
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }
}
