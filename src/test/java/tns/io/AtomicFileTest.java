package tns.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tns.Interpreter;
import tns.error.ScriptException;

/** A file is written whole or not at all. */
class AtomicFileTest {
    @TempDir
    private Path folder;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void replacesWhatIsThere() throws IOException {
        Path file = folder.resolve("x");
        Files.writeString(file, "a much longer old text");
        AtomicFile.write(file, out -> out.write('n'));
        assertEquals("n", Files.readString(file));
        assertEquals(List.of("x"), names());
    }

    @Test
    void theOldFileIsThereUntilTheNewOneIsWhole() throws IOException {
        Path file = folder.resolve("x");
        Files.writeString(file, "old");
        AtomicFile.write(file, out -> {
            out.write(new byte[1 << 20]);
            assertEquals("old", Files.readString(file));
        });
        assertEquals(1 << 20, Files.size(file));
    }

    @Test
    void aFailureInTheMiddleLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = folder.resolve("x");
        Files.writeString(file, "old");
        IOException e = assertThrows(
                IOException.class,
                () -> AtomicFile.write(file, out -> {
                    out.write(new byte[1 << 20]);
                    throw new IOException("No space left on device");
                }));
        assertEquals("No space left on device", e.getMessage());
        assertThrows(
                OutOfMemoryError.class,
                () -> AtomicFile.write(file, out -> {
                    out.write(new byte[1 << 20]);
                    throw new OutOfMemoryError();
                }));
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("x"), names());
    }

    /** What a process does that dies while it writes. */
    public static final class Dying {
        public static void main(String[] args) throws IOException {
            AtomicFile.write(Path.of(args[0]), out -> {
                out.write(new byte[1 << 20]);
                out.flush();
                Runtime.getRuntime().halt(3);
            });
        }
    }

    @Test
    void aProcessThatDiesInTheMiddleLeavesTheOldFile() throws IOException, InterruptedException {
        Path file = folder.resolve("x");
        Files.writeString(file, "old");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Dying.class.getName(),
                        file.toString())
                .inheritIO()
                .start();
        assertEquals(3, process.waitFor());
        assertEquals("old", Files.readString(file));
        assertEquals(2, names().size(), "the part written lies beside it: " + names());
        AtomicFile.write(file, out -> out.write('n'));
        assertEquals("n", Files.readString(file));
    }

    @Test
    void aLinkGoesOnToPointAtTheFile() throws IOException {
        Path file = folder.resolve("x");
        Files.writeString(file, "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        AtomicFile.write(link, out -> out.write('n'));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("n", Files.readString(file));
    }

    @Test
    void aFolderIsNotReplaced() {
        assertEquals(
                "it is a folder",
                assertThrows(IOException.class, () -> AtomicFile.write(folder, out -> {}))
                        .getMessage());
    }

    /** Whatever cannot be saved is noticed before or while writing; the file of before stays. */
    @Test
    void aScriptThatFailsToSaveKeepsItsFile() {
        Interpreter tns = new Interpreter(
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                new BufferedReader(new StringReader("")),
                List.of());
        tns.set("p", folder.resolve("net").toString());
        for (String end : List.of(".safetensors", ".npz")) {
            tns.eval("save({w: [1., 2.]}, p + \"" + end + "\")");
            assertThrows(ScriptException.class, () -> tns.eval("save({w: [3.], f: x -> x}, p + \"" + end + "\")"));
            assertEquals("tensor([1., 2.])", tns.eval("str(load(p + \"" + end + "\").w)"));
        }
        assertFalse(folder.toFile().list().length > 2);
    }
}
