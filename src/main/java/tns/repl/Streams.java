package tns.repl;

import java.io.Console;
import org.jspecify.annotations.Nullable;

/**
 * What is known about the standard streams without touching them: which are terminals, and what may be written there.
 *
 * @param input whether stdin is a terminal, so that somebody may be typing
 * @param output whether stdout is a terminal
 * @param error whether stderr is a terminal
 * @param movesCursor whether the terminal understands escape sequences
 * @param colour whether colours are wanted: the terminal has some, and NO_COLOR (no-color.org) is not set
 * @param trueColour whether the terminal shows all 24 bits of a colour
 */
record Streams(boolean input, boolean output, boolean error, boolean movesCursor, boolean colour, boolean trueColour) {

    /** The launcher names the descriptors that are terminals: asking from Java takes longer than a short script. */
    private static final String PROPERTY = "tns.terminals";

    /** The streams of this process. */
    static Streams ofProcess() {
        String told = System.getProperty(PROPERTY);
        return of(
                told == null ? asked() : told,
                System.getenv("TERM"),
                System.getenv("NO_COLOR"),
                System.getenv("COLORTERM"));
    }

    /**
     * @param terminals the descriptors that are terminals, such as {@code "02"}
     * @param term the kind of terminal, null when nothing says
     * @param noColour forbids colours unless null or empty
     * @param colourTerm {@code "truecolor"} or {@code "24bit"} for all colours
     */
    static Streams of(String terminals, @Nullable String term, @Nullable String noColour, @Nullable String colourTerm) {
        boolean moves = term != null && !term.isEmpty() && !term.equals("dumb");
        boolean colour = moves && (noColour == null || noColour.isEmpty());
        boolean all = "truecolor".equals(colourTerm) || "24bit".equals(colourTerm);
        return new Streams(
                terminals.contains("0"),
                terminals.contains("1"),
                terminals.contains("2"),
                moves,
                colour,
                colour && all);
    }

    /** Without the launcher: Java knows a console only where both stdin and stdout are terminals; there may be none. */
    @SuppressWarnings("SystemConsoleNull")
    private static String asked() {
        Console console = System.console();
        return console != null && console.isTerminal() ? "012" : "";
    }
}
