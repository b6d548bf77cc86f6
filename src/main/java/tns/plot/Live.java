package tns.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The lines at the bottom of a terminal that are redrawn in place: a live figure, and progress bars under it.
 *
 * <p>One object serves one screen, and everything else written there goes through {@link #print} or is announced by {@link
 * #interrupted}: the figure then stays where it is and the next one starts below, bars move down under the new text.
 * Frames that come too fast are skipped, but the last one before an interruption or {@link #finish} is always shown.
 * Where the screen is no terminal, each figure is one line of text and progress is silent.
 *
 * <p>May be used from several threads.
 */
public final class Live {
    /** About 30 figures and 10 bars a second: what an eye can follow, and little to write. */
    private static final long FIGURE_NANOS = 33_000_000;

    private static final long BAR_NANOS = 100_000_000;

    private static final int FIGURE_COLUMNS = 100;
    private static final int FIGURE_LINES = 24;

    private final Screen screen;
    private final LongSupplier nanoTime;
    private final RedrawnLines area;
    private final List<Progress> bars = new ArrayList<>();
    private @Nullable Figure figure;
    private boolean stale;
    private boolean drawn;
    private long drawnAt;

    public Live(Screen screen) {
        this(screen, System::nanoTime);
    }

    Live(Screen screen, LongSupplier nanoTime) {
        this.screen = screen;
        this.nanoTime = nanoTime;
        this.area = new RedrawnLines(screen);
    }

    /** Shows a figure in the place of the one before; in a pipe, writes its summary and a line end. */
    public synchronized void show(Figure next) {
        if (!screen.interactive()) {
            screen.write(next.summary() + "\n");
            return;
        }
        figure = next;
        changed(FIGURE_NANOS);
    }

    /**
     * Starts a progress bar, under those already running.
     *
     * @param total the number of steps to come, or -1 when it is not known
     * @param label text before the bar, may be empty
     */
    public synchronized Progress progress(long total, String label) {
        Progress bar = new Progress(this, total, label, nanoTime.getAsLong());
        if (screen.interactive()) {
            bars.add(bar);
            changed(BAR_NANOS);
        }
        return bar;
    }

    /** To be called before {@code text} is written to the screen by other means than {@link #print}. */
    public synchronized void interrupted(CharSequence text) {
        if (text.isEmpty() || !screen.interactive()) {
            return;
        }
        if (stale) {
            draw();
        }
        area.leave(bars.size());
        area.continueAfter(text);
        figure = null;
    }

    /** Writes text below the figure and above the bars, which are put back under it. */
    public synchronized void print(CharSequence text) {
        interrupted(text);
        screen.write(text.toString());
        boolean complete = !text.isEmpty() && text.charAt(text.length() - 1) == '\n';
        if (complete && !bars.isEmpty()) {
            changed(BAR_NANOS);
        }
    }

    /** Ends what is shown: draws the last frame, leaves it and the bars standing, and forgets them. */
    public synchronized void finish() {
        if (stale) {
            draw();
        }
        bars.clear();
        area.leave(0);
        figure = null;
        drawn = false;
    }

    /** A bar has taken a step. */
    synchronized void stepped(Progress bar) {
        if (bars.contains(bar)) {
            changed(BAR_NANOS);
        }
    }

    /** A bar is done: the outermost stays and ends the frame, one that ran inside another disappears. */
    synchronized void closed(Progress bar) {
        int place = bars.indexOf(bar);
        if (place < 0) {
            return;
        }
        bars.subList(place + 1, bars.size()).clear();
        if (place > 0) {
            bars.remove(place);
            changed(BAR_NANOS);
        } else {
            stale = true;
            finish();
        }
    }

    long now() {
        return nanoTime.getAsLong();
    }

    /** Draws, unless the last drawing is less than {@code interval} ago. */
    private void changed(long interval) {
        stale = true;
        if (!drawn || now() - drawnAt >= interval) {
            draw();
        }
    }

    private void draw() {
        int width = screen.width() - 1; // the last column is left free: writing there may wrap the line
        List<String> lines = new ArrayList<>(figureLines(width));
        for (Progress bar : bars) {
            lines.add(bar.line(width, screen.ink()));
        }
        area.replace(lines);
        stale = false;
        drawn = true;
        drawnAt = now();
    }

    private List<String> figureLines(int width) {
        if (figure == null) {
            return List.of();
        }
        int height = Math.min(FIGURE_LINES, screen.height() - 1 - bars.size());
        if (width < TerminalChart.LEAST_WIDTH || height < TerminalChart.LEAST_HEIGHT) {
            return List.of(TextWidth.fit(figure.summary(), width));
        }
        return TerminalChart.lines(figure, Math.min(width, FIGURE_COLUMNS), height, screen.ink());
    }
}
