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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tns.Interpreter;
import tns.error.ScriptException;
import tns.op.FileAccess;

/** A host decides which files a script may use. */
class FileAccessTest {
    @TempDir
    private Path folder;

    private final Interpreter tns = new Interpreter(
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
            new BufferedReader(new StringReader("")),
            List.of());

    private Path own;

    @BeforeEach
    void confine() throws IOException {
        own = Files.createDirectory(folder.resolve("own"));
        Files.writeString(folder.resolve("secret.txt"), "secret");
        Files.writeString(folder.resolve("secret.tns"), "word = \"secret\"\n");
        Files.writeString(own.resolve("mine.txt"), "mine");
        Files.createSymbolicLink(own.resolve("way_out"), folder);
        Files.createSymbolicLink(own.resolve("link.txt"), folder.resolve("secret.txt"));
        Files.createSymbolicLink(own.resolve("to_be.txt"), folder.resolve("new.txt"));
        tns.files(FileAccess.under(own));
        tns.set("outside", folder.toString());
    }

    @Test
    void itsOwnFolderIsOpenAndPathsStartThere() {
        assertEquals("mine", tns.eval("read_text(\"mine.txt\")"));
        tns.eval("save([1, 2], \"x.npy\")");
        assertTrue(Files.exists(own.resolve("x.npy")));
        assertEquals("mine", tns.eval("read_text(\"./no/../mine.txt\")"));
        assertEquals(true, tns.eval("exists(\"x.npy\")"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "read_text(\"../secret.txt\")",
                "read_text(outside + \"/secret.txt\")",
                "read_text(\"way_out/secret.txt\")",
                "read_text(\"link.txt\")",
                "exists(\"../secret.txt\")",
                "exists(\"/etc/passwd\")",
                "write_text(\"../new.txt\", \"x\")",
                "write_text(\"way_out/new.txt\", \"x\")",
                "write_text(\"link.txt\", \"x\")",
                "write_text(\"to_be.txt\", \"x\")",
                "save([1.], outside + \"/new.npy\")",
                "save({w: [1.]}, \"../new.safetensors\")",
                "save(plot([1., 2.]), \"../new.svg\")",
                "write_image(ones(2, 2), \"../new.png\")",
                "load(\"../x.npy\")",
                "load(linear(1, 1), \"../x.safetensors\")",
                "read_csv(\"../secret.txt\")",
                "read_idx(\"../secret.txt\")",
                "read_image(\"../secret.txt\")",
                "temp_path()"
            })
    void everythingElseIsClosed(String call) throws IOException {
        String message =
                assertThrows(ScriptException.class, () -> tns.eval(call)).getMessage();
        assertTrue(message.contains("this program may use only the files in its own folder"), message);
        try (var files = Files.list(folder)) {
            assertEquals(
                    List.of("own", "secret.tns", "secret.txt"),
                    files.map(f -> f.getFileName().toString()).sorted().toList());
        }
        assertEquals("secret", Files.readString(folder.resolve("secret.txt")));
    }

    @Test
    void importsAreConfinedToo() {
        String script = own.resolve("main.tns").toString();
        String message = assertThrows(ScriptException.class, () -> tns.run(tns.compile("import '../secret'", script)))
                .getMessage();
        assertFalse(message.contains("word"), message);
        assertTrue(message.contains("only the files in its own folder"), message);
    }

    @Test
    void aHostMayCloseEverything() {
        tns.files(FileAccess.NOWHERE);
        for (String call : List.of("read_text(\"mine.txt\")", "exists(\"mine.txt\")", "load(\"x.npy\")")) {
            String message =
                    assertThrows(ScriptException.class, () -> tns.eval(call)).getMessage();
            assertTrue(message.contains("this program may not read files"), message);
        }
        for (String call : List.of("write_text(\"a\", \"b\")", "save([1], \"x.npy\")")) {
            String message =
                    assertThrows(ScriptException.class, () -> tns.eval(call)).getMessage();
            assertTrue(message.contains("this program may not write files"), message);
        }
    }

    @Test
    void aPathThatIsNoneIsRefused() {
        tns.files(FileAccess.ANYWHERE);
        tns.set("bad", "a\0b");
        String message = assertThrows(ScriptException.class, () -> tns.eval("read_text(bad)"))
                .getMessage();
        assertTrue(message.contains("that is not a path"), message);
    }
}
