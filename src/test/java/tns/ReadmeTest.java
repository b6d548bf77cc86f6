package tns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tns.error.ScriptException;
import tns.op.FileAccess;

/** What the README shows is what happens. */
class ReadmeTest {
    private static final Pattern BLOCK = Pattern.compile("```(\\w*)\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\((?!http)([^)#]+)\\)|src=\"(?!http)([^\"]+)\"");

    private final String readme;

    ReadmeTest() throws IOException {
        readme = Files.readString(Path.of("README.md"));
    }

    private List<String> blocks(String language) {
        return BLOCK.matcher(readme)
                .results()
                .filter(block -> block.group(1).equals(language))
                .map(block -> block.group(2))
                .toList();
    }

    /** The comments after what prints, and the whole lines of comment below it, are the output. */
    @Test
    void theTourPrintsWhatItsCommentsSay(@TempDir Path folder) {
        List<String> tours = blocks("python");
        assertTrue(!tours.isEmpty(), "there is a tour");
        for (String tour : tours) {
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            Interpreter tns = new Interpreter(
                    new PrintStream(printed, true, StandardCharsets.UTF_8),
                    new BufferedReader(new StringReader("")),
                    List.of());
            tns.files(FileAccess.under(folder));
            // Where no GPU is, the emulated one stands for it.
            tns.run(tns.compile(tour.replace("device(cuda)", "device(\"" + TestedDevice.NAME + "\")"), "README.md"));
            tns.flush();
            String expected = tour.lines()
                    .filter(line -> line.startsWith("#") || line.contains("print(") && line.contains("# "))
                    .map(line -> line.substring(line.indexOf("# ") + 2))
                    .collect(Collectors.joining("\n"));
            assertEquals(spaced(expected), spaced(printed.toString(StandardCharsets.UTF_8)));
        }
    }

    private static String spaced(String text) {
        return text.replaceAll("[ \n]+", " ").strip();
    }

    @Test
    void theErrorLooksAsShown() {
        String shown = blocks("text").stream()
                .filter(block -> block.startsWith("error: matmul"))
                .findFirst()
                .orElseThrow();
        Interpreter tns = new Interpreter(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new BufferedReader(new StringReader("")),
                List.of());
        String program = "x = ones(32, 784)\nw2 = ones(512, 10)\nh = x @ w2\n";
        ScriptException e = assertThrows(ScriptException.class, () -> tns.run(tns.compile(program, "bad.tns")));
        assertEquals(shown.strip(), e.getMessage().strip());
    }

    /** Every Java block compiles and its {@code total} is what its comment says. */
    @Test
    void theJavaBlocksRun(@TempDir Path folder) throws Exception {
        List<String> snippets = blocks("java");
        assertEquals(2, snippets.size(), "the facade and JSR-223");
        for (int i = 0; i < snippets.size(); i++) {
            Matcher comment = Pattern.compile("Object total = .*// (.*)").matcher(snippets.get(i));
            assertTrue(comment.find(), snippets.get(i));
            Path source = folder.resolve("Snippet" + i + ".java");
            Files.writeString(source, """
                import java.io.*;
                import java.util.*;
                import javax.script.*;
                import tns.Interpreter;
                public class Snippet%d {
                    public static Object run() throws Exception {
                        %s
                        return total;
                    }
                }
                """.formatted(i, snippets.get(i)));
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            ByteArrayOutputStream messages = new ByteArrayOutputStream();
            int code = compiler.run(
                    null,
                    messages,
                    messages,
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-d",
                    folder.toString(),
                    source.toString());
            assertEquals(0, code, messages.toString(StandardCharsets.UTF_8));
            try (URLClassLoader loader =
                    new URLClassLoader(new URL[] {folder.toUri().toURL()}, ReadmeTest.class.getClassLoader())) {
                Object total = loader.loadClass("Snippet" + i).getMethod("run").invoke(null);
                assertEquals(comment.group(1), String.valueOf(total));
            }
        }
    }

    @Test
    void everyFileItNamesIsThere() {
        for (String name : LINK.matcher(readme)
                .results()
                .map(link -> link.group(1) == null ? link.group(2) : link.group(1))
                .toList()) {
            assertTrue(Files.exists(Path.of(name)), name);
        }
        for (String name : Pattern.compile("`([\\w/]+/[\\w./]*)`")
                .matcher(readme)
                .results()
                .map(match -> match.group(1))
                .toList()) {
            assertTrue(Files.exists(Path.of(name)), name);
        }
        for (String name : Pattern.compile("\\| `(\\w+\\.tns)` \\|")
                .matcher(readme)
                .results()
                .map(match -> match.group(1))
                .toList()) {
            assertTrue(Files.exists(Path.of("examples", name)), name);
        }
    }
}
