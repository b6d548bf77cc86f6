package tns.repl;

import java.io.IOException;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import tns.Interpreter;
import tns.error.DiagnosticText;
import tns.error.ScriptException;
import tns.lang.HostFunctions;
import tns.op.None;
import tns.syntax.ScriptParser;

/** The prompt: reads until the parser calls the input whole, evaluates, shows the value, and keeps every variable. */
final class Prompt {
    private final Interpreter tns;

    Prompt(Interpreter tns) {
        this.tns = tns;
    }

    int run() {
        try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
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
                    evaluate(reader.readLine("tns> "), terminal);
                } catch (UserInterruptException e) {
                    terminal.writer().println("(Ctrl-D leaves)");
                } catch (EndOfFileException e) {
                    return 0;
                }
                terminal.flush();
            }
        } catch (IOException e) {
            throw new IllegalStateException("the terminal cannot be opened", e);
        }
    }

    private void evaluate(String text, Terminal terminal) {
        if (text.isBlank()) {
            return;
        }
        try {
            if (text.startsWith("?")) {
                terminal.writer().println(help(text.substring(1).strip()));
                return;
            }
            Object value = tns.run(tns.compile(text, "<prompt>"));
            if (value != None.NONE) {
                terminal.writer().println(Interpreter.display(value));
            }
        } catch (ScriptException e) {
            terminal.writer().println(DiagnosticText.of(e.diagnostic(), true));
        } catch (RuntimeException e) {
            terminal.writer().println("internal error, please report: " + e);
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
