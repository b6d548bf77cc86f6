package tns.repl;

import java.io.BufferedReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tns.Interpreter;
import tns.syntax.ScriptParser;

/**
 * Gets classes ready on another thread while tns starts on its own: what is first used costs most, and a second
 * processor would be idle. Nothing depends on it.
 */
final class HeadStart {
    /** Beginning of a text that is read ahead: enough to meet most constructs of a script. */
    private static final int MOST_CHARS = 1 << 13;

    private HeadStart() {}

    /** The parser, whose first pass over a text takes five times as long as the next. */
    static void onReading(String text) {
        start(() -> ScriptParser.status(text.substring(0, Math.min(text.length(), MOST_CHARS))));
    }

    /**
     * The ops and the parser, while a terminal is opened. Caution: both threads initialise the classes of an interpreter in
     * the same order, and those of the parser need none of them; else each might wait for the other.
     */
    static void onInterpreter() {
        start(() -> {
            PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
            BufferedReader nothing = new BufferedReader(Reader.nullReader());
            var _ = new Interpreter(nowhere, nothing, List.of());
            ScriptParser.status("x = f(1)");
        });
    }

    private static void start(Runnable work) {
        if (Runtime.getRuntime().availableProcessors() > 1) {
            Thread thread = new Thread(work, "tns-start");
            thread.setDaemon(true);
            thread.start();
        }
    }
}
