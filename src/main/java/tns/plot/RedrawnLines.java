package tns.plot;

import java.util.List;

/**
 * Lines of a terminal that are overwritten in place, without flicker: each frame is one write, with the cursor hidden,
 * and lines that did not change are skipped. Between frames the cursor stands below the lines.
 */
final class RedrawnLines {
    /** Hides the cursor, inside the synchronised update that newer terminals show at once and others ignore. */
    private static final String BEGIN = "\u001b[?2026h\u001b[?25l";

    private static final String END = "\u001b[?25h\u001b[?2026l";
    private static final String CLEAR_REST_OF_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";

    private final Screen screen;
    private List<String> shown = List.of();
    private int shownWidth;
    private boolean atLineStart = true;

    RedrawnLines(Screen screen) {
        this.screen = screen;
    }

    /** Shows the lines in the place of those shown before, or below other text. */
    void replace(List<String> lines) {
        if (screen.width() != shownWidth) {
            leave(0); // the terminal has moved the old lines about: start below them
            shownWidth = screen.width();
        }
        StringBuilder frame = new StringBuilder(BEGIN);
        if (!atLineStart) {
            frame.append('\n');
        }
        up(frame, shown.size());
        for (int i = 0; i < lines.size(); i++) {
            if (i >= shown.size() || !shown.get(i).equals(lines.get(i))) {
                frame.append(lines.get(i)).append(CLEAR_REST_OF_LINE);
            }
            frame.append("\r\n");
        }
        if (lines.size() < shown.size()) {
            frame.append(CLEAR_BELOW);
        }
        screen.write(frame.append(END).toString());
        shown = List.copyOf(lines);
        atLineStart = true;
    }

    /** Gives the lines up to the text that scrolls, but for the last {@code erased} ones, which are taken away. */
    void leave(int erased) {
        int lines = Math.min(erased, shown.size());
        if (lines > 0) {
            StringBuilder text = new StringBuilder();
            up(text, lines);
            screen.write(text.append(CLEAR_BELOW).toString());
        }
        shown = List.of();
    }

    /** Says that {@code text} is written next. */
    void continueAfter(CharSequence text) {
        atLineStart = text.charAt(text.length() - 1) == '\n';
    }

    private static void up(StringBuilder text, int lines) {
        if (lines > 0) {
            text.append("\u001b[").append(lines).append('A');
        }
        text.append('\r');
    }
}
