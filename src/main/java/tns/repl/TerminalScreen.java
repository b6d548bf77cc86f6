package tns.repl;

import java.io.IOException;
import java.io.PrintStream;
import java.util.function.Supplier;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import tns.plot.Screen;

/** Where a program prints, as figures see it: a terminal of changing size, or a stream that is none. */
final class TerminalScreen implements Screen {
    private static final int USUAL_WIDTH = 80;
    private static final int USUAL_HEIGHT = 24;

    private final PrintStream out;
    private final Streams streams;
    private final Supplier<@Nullable Terminal> opener;
    private @Nullable Terminal terminal;
    private boolean opened;

    /** @param opener gives the terminal, whose size is all that is asked; called when a figure is drawn for the first time */
    TerminalScreen(PrintStream out, Streams streams, Supplier<@Nullable Terminal> opener) {
        this.out = out;
        this.streams = streams;
        this.opener = opener;
    }

    /** The screen of a script. The terminal stays as it is: signals, modes and input are not touched. */
    static TerminalScreen ofScript(PrintStream out, Streams streams) {
        return new TerminalScreen(out, streams, () -> {
            try {
                return systemTerminal().nativeSignals(false).build();
            } catch (IOException | IllegalStateException _) {
                return null;
            }
        });
    }

    /**
     * The terminal of this process. JLine would ask it for features by escape sequences and wait for the answers, which
     * takes time and swallows what the user types meanwhile; not asking for grapheme clusters avoids all of that.
     *
     * <p>JLine reaches the terminal by a small native library of its own, or else by programs such as stty. Its first
     * choice, the foreign-function API, links eight functions anew in every process: the prompt was ready after 0.33 s in
     * place of 0.21 (AMD EPYC, two cores, 2026-11-26).
     */
    static TerminalBuilder systemTerminal() {
        return TerminalBuilder.builder().system(true).dumb(true).ffm(false).graphemeCluster(false);
    }

    private @Nullable Terminal terminal() {
        if (!opened) {
            opened = true;
            terminal = interactive() ? opener.get() : null;
        }
        return terminal;
    }

    @Override
    public boolean interactive() {
        return streams.output() && streams.movesCursor();
    }

    @Override
    public int width() {
        Terminal known = terminal();
        int width = known == null ? 0 : known.getSize().getColumns();
        return width > 0 ? width : USUAL_WIDTH;
    }

    @Override
    public int height() {
        Terminal known = terminal();
        int height = known == null ? 0 : known.getSize().getRows();
        return height > 0 ? height : USUAL_HEIGHT;
    }

    @Override
    public boolean colour() {
        return streams.output() && streams.colour();
    }

    @Override
    public boolean trueColour() {
        return streams.output() && streams.trueColour();
    }

    @Override
    public void write(String text) {
        out.print(text);
        out.flush();
    }
}
