package tns.repl;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tns.Interpreter;
import tns.error.ScriptException;

/** Commands of the prompt whose answers differ from run to run; the others are in the dialogues. */
class CommandsTest {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);
    private final Interpreter tns = new Interpreter(out, new BufferedReader(new StringReader("")), List.of());
    private final Commands commands =
            new Commands(tns, out, new TerminalScreen(out, Streams.of("", "dumb", null, null), () -> null));

    private String profiled(String code) {
        commands.run("%profile " + code);
        out.flush();
        return shown.toString(StandardCharsets.UTF_8);
    }

    @Test
    void profileShowsTheValueAndTheLinesOfFunctionsMadeBefore() {
        tns.eval("fn f(n) {\n  x = ones(n, n)\n  (x @ x).sum().item()\n}");
        String text = profiled("f(3)");
        assertTrue(text.startsWith("27.0\nline "), text);
        for (String row : List.of("<eval>:2 +1 .*  x = ones\\(n, n\\)", "<prompt>:1 +1 .*  f\\(3\\)", "matmul +1 .*")) {
            assertTrue(
                    Pattern.compile("^" + row + "$", Pattern.MULTILINE)
                            .matcher(text)
                            .find(),
                    text);
        }
    }

    @Test
    void profileIsShownOfWhatFailsAndIsThenOver() {
        assertThrows(ScriptException.class, () -> profiled("ones(2) @ ones(3)"));
        assertTrue(shown.toString(StandardCharsets.UTF_8).contains("\nmatmul "), "its op");
        tns.profile().close();
    }
}
