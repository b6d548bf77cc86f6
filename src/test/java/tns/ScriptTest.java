package tns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tns.error.ScriptException;
import tns.op.Display;
import tns.syntax.ScriptParser;

/**
 * Runs every script under src/test/tns: each line is one statement with its expectation, {@code # => text} for the text
 * of its value, {@code # prints: text} for what it prints, or {@code # error: fragment} for its message ({@code \n}
 * between lines of text); other lines just run.
 */
class ScriptTest {
    private static final Path SCRIPTS = Path.of("src/test/tns");

    /** Scripts that the emulated device cannot run, and why. */
    private static final Map<String, String> NOT_EMULATED = Map.of(
            "lang/seeds.tns", "seeds give PyTorch's numbers in host memory only",
            "distributions/distributions.tns", "seeds give PyTorch's numbers in host memory only",
            "distributions/multinomial.tns", "seeds give PyTorch's numbers in host memory only",
            "special/random.tns", "seeds give PyTorch's numbers in host memory only",
            "lang/devices.tns", "is about two devices already",
            "layers/convolution_large.tns", "takes the emulator a dozen seconds");

    @TestFactory
    List<DynamicTest> scripts() throws IOException {
        return onEach("cpu");
    }

    /** The same scripts with a CUDA device in place of the CPU wherever nothing else is asked for. */
    @TestFactory
    List<DynamicTest> scriptsOnCuda() throws IOException {
        return onEach(TestedDevice.NAME);
    }

    @Test
    void everyScriptNotEmulatedIsThere() {
        NOT_EMULATED.forEach((name, reason) -> assertTrue(Files.exists(SCRIPTS.resolve(name)), name + ": " + reason));
    }

    private static List<DynamicTest> onEach(String device) throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.walk(SCRIPTS)) {
            for (Path file : files.filter(ScriptTest::isScript).sorted().toList()) {
                String name = SCRIPTS.relativize(file).toString();
                if (device.equals("cpu") || !NOT_EMULATED.containsKey(name)) {
                    tests.add(DynamicTest.dynamicTest(name, () -> check(file, device)));
                }
            }
        }
        assertTrue(!tests.isEmpty(), "no scripts under " + SCRIPTS);
        return tests;
    }

    /** Whether it is a script of its own, not one that others import or that shows an error. */
    private static boolean isScript(Path file) {
        return file.toString().endsWith(".tns")
                && !file.getParent().endsWith("modules")
                && !file.startsWith(SCRIPTS.resolve("errors"));
    }

    private static void check(Path file, String device) throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        Interpreter tns = new Interpreter(out, new BufferedReader(new StringReader("")), List.of());
        tns.device(device);
        StringBuilder pending = new StringBuilder();
        int line = 0;
        List<String> lines = Files.readAllLines(file);
        for (String text : lines) {
            line++;
            int value = text.indexOf("# => ");
            int error = text.indexOf("# error: ");
            int prints = text.indexOf("# prints: ");
            pending.append(text).append('\n');
            String where = file + ":" + line;
            if (value >= 0) {
                String code = pending.toString();
                Object result = tns.run(tns.compile(code, where));
                String expected = text.substring(value + 5).strip().replace("\\n", "\n");
                assertEquals(expected, TestedDevice.anywhere(Display.text(result)), where);
                pending.setLength(0);
            } else if (error >= 0) {
                String code = pending.toString();
                ScriptException e = assertThrows(ScriptException.class, () -> tns.run(tns.compile(code, where)), where);
                String expected = text.substring(error + 9).strip();
                // The message shows the line, with the comment that says what is expected.
                String message = e.getMessage().replace(text.substring(error), "");
                assertTrue(message.contains(expected), where + ": " + message);
                pending.setLength(0);
            } else if (prints >= 0) {
                printed.reset();
                tns.run(tns.compile(pending.toString(), where));
                String expected = text.substring(prints + 10).strip().replace("\\n", "\n");
                assertEquals(
                        expected,
                        TestedDevice.anywhere(printed.toString(StandardCharsets.UTF_8))
                                .stripTrailing(),
                        where);
                pending.setLength(0);
            } else if (!pending.toString().lines().allMatch(t -> t.isBlank() || t.startsWith("#"))
                    && ScriptParser.status(pending.toString()) == ScriptParser.Status.COMPLETE
                    && !continued(lines.subList(line, lines.size()))) {
                tns.run(tns.compile(pending.toString(), where));
                pending.setLength(0);
            }
        }
        assertEquals(
                "",
                pending.toString().replaceAll("(?m)^#.*\\n", "").strip(),
                file + " ends in the middle of a statement");
    }

    /** Whether the next line with content goes on with the statement before it. */
    private static boolean continued(List<String> following) {
        return following.stream()
                .map(String::strip)
                .filter(t -> !t.isEmpty() && !t.startsWith("#"))
                .findFirst()
                .filter(t -> t.matches("(\\|>|\\.\\p{L}|else\\b|catch\\b).*"))
                .isPresent();
    }
}
