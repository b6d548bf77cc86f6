package tns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tns.error.ScriptException;

/**
 * Runs every small script under src/test/tns/errors and compares the complete text of its failure with the file beside
 * it; {@code -Dtns.golden=update} writes those files.
 */
class GoldenErrorTest {
    private static final Path ERRORS = Path.of("src/test/tns/errors");
    private static final boolean UPDATE = "update".equals(System.getProperty("tns.golden"));

    private static List<Path> files(String end) throws IOException {
        try (Stream<Path> files = Files.walk(ERRORS)) {
            return files.filter(f -> f.toString().endsWith(end))
                    .filter(f -> !f.getParent().endsWith("modules"))
                    .sorted()
                    .toList();
        }
    }

    @TestFactory
    List<DynamicTest> messages() throws IOException {
        List<DynamicTest> tests = files(".tns").stream()
                .map(f -> DynamicTest.dynamicTest(ERRORS.relativize(f).toString(), () -> check(f)))
                .toList();
        assertTrue(tests.size() > 200, "too few scripts under " + ERRORS);
        return tests;
    }

    @Test
    void everyMessageHasItsScript() throws IOException {
        for (Path text : files(".txt")) {
            assertTrue(Files.exists(beside(text, ".tns")), text + " has no script");
        }
    }

    private static void check(Path file) throws IOException {
        String message = message(file);
        assertTrue(message.startsWith("error: "), message);
        assertTrue(message.contains("\n --> ") || message.contains("\n  --> "), "no place: " + message);
        assertFalse(message.matches("(?s).*(java\\.|Exception|\\bnull\\b|@[0-9a-f]{5}).*"), "Java shows: " + message);
        Path golden = beside(file, ".txt");
        if (UPDATE) {
            Files.writeString(golden, message);
        }
        assertEquals(Files.readString(golden), message, () -> file + " (-Dtns.golden=update writes the new text)");
    }

    private static Path beside(Path file, String end) {
        return Path.of(file.toString().replaceAll("\\.\\w+$", end));
    }

    private static String message(Path file) throws IOException {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        Interpreter tns = new Interpreter(nowhere, new BufferedReader(new StringReader("")), List.of());
        String code = Files.readString(file);
        ScriptException e =
                assertThrows(ScriptException.class, () -> tns.run(tns.compile(code, file.toString())), file + " runs");
        // How deep a recursion gets depends on the machine.
        return e.getMessage().replace(ERRORS + "/", "").replaceAll("… \\d+ more", "… N more") + "\n";
    }
}
