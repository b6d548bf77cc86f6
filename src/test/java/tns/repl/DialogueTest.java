package tns.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Holds whole dialogues on a dumb terminal. Each file under src/test/resources/dialogues is one, as the user sees it: what
 * follows a prompt is typed, everything else must come back. {@code -Dtns.golden=update} writes what comes back.
 */
class DialogueTest {
    private static final Path DIALOGUES = Path.of("src/test/resources/dialogues");
    private static final List<String> PROMPTS = List.of("tns> ", "  ·  ", "name? ");

    @TestFactory
    List<DynamicTest> dialogues() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.list(DIALOGUES)) {
            for (Path file : files.sorted().toList()) {
                tests.add(DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
            }
        }
        assertTrue(!tests.isEmpty(), "no dialogues under " + DIALOGUES);
        return tests;
    }

    private static void check(Path file) throws IOException {
        String expected = Files.readString(file);
        StringBuilder typed = new StringBuilder();
        for (String line : expected.lines().toList()) {
            for (String prompt : PROMPTS) {
                if (line.startsWith(prompt)) {
                    typed.append(line.substring(prompt.length()).strip()).append('\n');
                }
            }
        }
        String actual = hold(typed.toString());
        if ("update".equals(System.getProperty("tns.golden"))) {
            Files.writeString(file, actual);
        } else {
            assertEquals(expected, actual, file.toString());
        }
    }

    private static String hold(String typed) throws IOException {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        InputStream in = new Echo(typed.getBytes(StandardCharsets.UTF_8), shown);
        try (Terminal terminal = new DumbTerminal("test", Terminal.TYPE_DUMB, in, shown, StandardCharsets.UTF_8)) {
            Streams streams = Streams.of("012", "dumb", null, null);
            assertEquals(0, new Prompt(terminal, streams, null, Path.of("")).run());
        }
        return shown.toString(StandardCharsets.UTF_8)
                        .replace("\r\n", "\n")
                        .replaceAll("[ \r]+\n", "\n")
                        .stripTrailing() + "\n"; // ends in a prompt, at which Ctrl-D is typed
    }

    /** A keyboard whose terminal shows what is typed. */
    private static final class Echo extends InputStream {
        private final ByteArrayInputStream typed;
        private final ByteArrayOutputStream shown;

        Echo(byte[] typed, ByteArrayOutputStream shown) {
            this.typed = new ByteArrayInputStream(typed);
            this.shown = shown;
        }

        @Override
        public int read() {
            int c = typed.read();
            if (c >= 0) {
                shown.write(c);
            }
            return c;
        }

        /** One byte at a time, as somebody types, so that nothing is shown before it is asked for. */
        @Override
        public int read(byte[] buffer, int offset, int length) {
            int c = length == 0 ? 0 : read();
            if (c < 0) {
                return -1;
            }
            buffer[offset] = (byte) c;
            return Math.min(length, 1);
        }
    }
}
