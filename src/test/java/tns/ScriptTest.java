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
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tns.error.ScriptException;
import tns.op.Display;
import tns.syntax.ScriptParser;

/**
 * Runs every script under src/test/tns: each line is one statement with its expectation, {@code # => text} for its
 * printed value (\\n between lines) or {@code # error: fragment} for its message; other lines just run.
 */
class ScriptTest {
    private static final Path SCRIPTS = Path.of("src/test/tns");

    @TestFactory
    List<DynamicTest> scripts() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.walk(SCRIPTS)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".tns")).sorted().toList()) {
                tests.add(DynamicTest.dynamicTest(SCRIPTS.relativize(file).toString(), () -> check(file)));
            }
        }
        assertTrue(!tests.isEmpty(), "no scripts under " + SCRIPTS);
        return tests;
    }

    private static void check(Path file) throws IOException {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        Interpreter tns = new Interpreter(nowhere, new BufferedReader(new StringReader("")), List.of());
        StringBuilder pending = new StringBuilder();
        int line = 0;
        for (String text : Files.readAllLines(file)) {
            line++;
            int value = text.indexOf("# => ");
            int error = text.indexOf("# error: ");
            pending.append(text).append('\n');
            String where = file + ":" + line;
            if (value >= 0) {
                String code = pending.toString();
                Object result = tns.run(tns.compile(code, where));
                String expected = text.substring(value + 5).strip().replace("\\n", "\n");
                assertEquals(expected, Display.text(result), where);
                pending.setLength(0);
            } else if (error >= 0) {
                String code = pending.toString();
                ScriptException e = assertThrows(ScriptException.class, () -> tns.run(tns.compile(code, where)), where);
                String expected = text.substring(error + 9).strip();
                assertTrue(e.getMessage().contains(expected), where + ": " + e.getMessage());
                pending.setLength(0);
            } else if (ScriptParser.status(pending.toString()) == ScriptParser.Status.COMPLETE) {
                tns.run(tns.compile(pending.toString(), where));
                pending.setLength(0);
            }
        }
        assertEquals("", pending.toString(), file + " ends in the middle of a statement");
    }
}
