package tns.repl;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jspecify.annotations.Nullable;
import tns.Interpreter;
import tns.error.Diagnostic;
import tns.error.DiagnosticText;
import tns.error.ScriptException;
import tns.error.TnsException;
import tns.op.None;

/** The prompt: reads until the parser calls the input whole, evaluates, shows the value, and keeps every variable. */
final class Prompt {
    /** The variable that holds the value shown last. */
    static final String LAST = "_";

    private static final String PROMPT = "tns> ";
    private static final String MORE = "  ·  ";
    private static final Set<String> LEAVING = Set.of("exit", "quit", "exit()", "quit()");

    private final Terminal terminal;
    private final boolean colour;
    private final PrintStream out;
    private final TerminalScreen screen;
    private final Interpreter tns;
    private final Commands commands;
    private final Editor editor;

    /**
     * @param streams what may be written to the terminal
     * @param history where earlier input is kept, or null
     * @param folder where relative file names start
     */
    Prompt(Terminal terminal, Streams streams, @Nullable Path history, Path folder) {
        this.terminal = terminal;
        this.out = new PrintStream(terminal.output(), false, StandardCharsets.UTF_8);
        this.screen = new TerminalScreen(out, streams, () -> terminal);
        this.colour = screen.colour();
        BufferedReader in = new BufferedReader(new TypedInput(terminal));
        this.tns = new Interpreter(out, in, List.of(), screen);
        this.commands = new Commands(tns, out, screen);
        this.editor = editor(history, folder);
    }

    /** Opens the terminal of this process and reads from it until the user leaves. */
    static int open(Streams streams, Consumer<Interpreter> settings) {
        HeadStart.onInterpreter();
        try (Terminal terminal = TerminalScreen.systemTerminal().build()) {
            Path history = HistoryFile.find(System::getenv, System.getProperty("user.home"));
            Prompt prompt = new Prompt(terminal, streams, history, Path.of(""));
            settings.accept(prompt.tns);
            prompt.greet();
            return prompt.run();
        } catch (IOException e) {
            throw new IllegalStateException("the terminal cannot be opened", e);
        }
    }

    private Editor editor(@Nullable Path history, Path folder) {
        Map<String, Object> variables = new HashMap<>();
        variables.put(LineReader.SECONDARY_PROMPT_PATTERN, colour ? "\u001b[2m" + MORE + "\u001b[0m" : MORE);
        variables.put(LineReader.INDENTATION, Editor.INDENT);
        variables.put(LineReader.LIST_MAX, 100);
        if (history != null) {
            variables.put(LineReader.HISTORY_FILE, history);
        }
        Editor made = new Editor(terminal, variables);
        made.setParser(new Input(commands::code));
        made.setCompleter(new Completion(tns, commands, folder));
        made.setHighlighter(
                new Highlight(name -> tns.get(name) == null && tns.ops().find(name) != null));
        made.option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
        made.option(LineReader.Option.DISABLE_HIGHLIGHTER, !colour);
        made.option(LineReader.Option.HISTORY_TIMESTAMPED, false);
        made.option(LineReader.Option.INSERT_TAB, false);
        made.getHistory().attach(made);
        return made;
    }

    void greet() {
        String line = Main.VERSION + "   ?name help   %help commands   Ctrl-D leaves";
        out.println(colour ? "\u001b[2m" + line + "\u001b[0m" : line);
        out.flush();
    }

    /** Reads and answers until the input ends; the exit code. */
    int run() {
        terminal.handle(Terminal.Signal.INT, _ -> tns.cancel());
        String prompt = colour ? "\u001b[1;32m" + PROMPT + "\u001b[0m" : PROMPT;
        boolean interruptedBefore = false;
        while (true) {
            try {
                String line = editor.readLine(prompt);
                interruptedBefore = false;
                if (LEAVING.contains(line.strip()) && tns.get(line.strip()) == null) {
                    return 0;
                }
                answer(line);
            } catch (UserInterruptException _) {
                if (interruptedBefore) {
                    out.println("Ctrl-D leaves");
                }
                interruptedBefore = !interruptedBefore;
            } catch (EndOfFileException _) {
                return 0;
            }
            out.flush();
            terminal.flush();
        }
    }

    private void answer(String line) {
        if (line.isBlank()) {
            return;
        }
        try {
            if (!commands.run(line)) {
                Object value = tns.run(tns.compile(line, "<prompt>"));
                Result.print(value, out, screen);
                if (value != None.NONE) {
                    tns.set(LAST, value);
                }
            }
        } catch (ScriptException e) {
            fail(e.diagnostic());
        } catch (TnsException e) {
            fail(new Diagnostic(e.kind(), e.getMessage(), null, e.help() == null ? List.of() : List.of(e.help())));
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            out.println("internal error, please report: " + e);
        }
    }

    private void fail(Diagnostic diagnostic) {
        out.println(DiagnosticText.of(diagnostic, colour));
    }
}
