package tns.repl;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jline.reader.Candidate;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import tns.Interpreter;
import tns.error.DiagnosticText;
import tns.error.ScriptException;
import tns.lang.HostFunctions;
import tns.syntax.ScriptParser;

/** The prompt: reads until the parser calls the input whole, evaluates, shows the value, and keeps every variable. */
final class Prompt {
    private final Streams streams;
    private final Consumer<Interpreter> settings;

    Prompt(Streams streams, Consumer<Interpreter> settings) {
        this.streams = streams;
        this.settings = settings;
    }

    int run() {
        try (Terminal terminal = TerminalScreen.systemTerminal().build()) {
            return new Dialogue(terminal).run();
        } catch (IOException e) {
            throw new IllegalStateException("the terminal cannot be opened", e);
        }
    }

    private final class Dialogue {
        private final Terminal terminal;
        private final PrintStream out;
        private final TerminalScreen screen;
        private final Interpreter tns;

        Dialogue(Terminal terminal) {
            this.terminal = terminal;
            this.out = new PrintStream(terminal.output(), false, StandardCharsets.UTF_8);
            this.screen = new TerminalScreen(out, streams, () -> terminal);
            this.tns = new Interpreter(out, new BufferedReader(Reader.nullReader()), List.of(), screen);
            settings.accept(tns);
        }

        int run() {
            LineReader reader = LineReaderBuilder.builder()
                    .terminal(terminal)
                    .appName("tns")
                    .parser(new WholeInput())
                    .completer((line, parsed, candidates) -> complete(candidates))
                    .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                    .variable(LineReader.SECONDARY_PROMPT_PATTERN, "...  ")
                    .build();
            terminal.handle(Terminal.Signal.INT, signal -> tns.cancel());
            while (true) {
                try {
                    evaluate(reader.readLine("tns> "));
                } catch (UserInterruptException e) {
                    out.println("(Ctrl-D leaves)");
                } catch (EndOfFileException e) {
                    return 0;
                }
                out.flush();
                terminal.flush();
            }
        }

        private void evaluate(String text) {
            if (text.isBlank()) {
                return;
            }
            try {
                if (text.startsWith("?")) {
                    out.println(help(text.substring(1).strip()));
                    return;
                }
                Result.print(tns.run(tns.compile(text, "<prompt>")), out, screen);
            } catch (ScriptException e) {
                out.println(DiagnosticText.of(e.diagnostic(), screen.colour()));
            } catch (RuntimeException e) {
                out.println("internal error, please report: " + e);
            }
        }

        private String help(String name) {
            Object own = tns.get(name);
            Object value = own == null ? tns.ops().find(name) : own;
            return value == null ? "'" + name + "' is not defined" : HostFunctions.help(value);
        }

        private void complete(List<Candidate> candidates) {
            tns.names().forEach(name -> candidates.add(new Candidate(name)));
            tns.ops().names().forEach(name -> candidates.add(new Candidate(name)));
        }
    }

    /** Asks for another line while the input is only the beginning of something. */
    private static final class WholeInput extends DefaultParser {
        @Override
        public org.jline.reader.ParsedLine parse(String line, int cursor, Parser.ParseContext context) {
            boolean accepting = context == Parser.ParseContext.ACCEPT_LINE;
            if (accepting && !line.startsWith("?") && ScriptParser.status(line) == ScriptParser.Status.INCOMPLETE) {
                throw new EOFError(-1, cursor, "incomplete");
            }
            return super.parse(line, cursor, Parser.ParseContext.COMPLETE);
        }
    }
}
