package tns.repl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Where earlier input is kept from one prompt to the next. */
final class HistoryFile {
    private HistoryFile() {}

    /**
     * {@code $XDG_STATE_HOME/tns/history}, which is {@code ~/.local/state/tns/history} when nothing else is said; made if
     * it is missing, and for its owner's eyes only. Null when it cannot be written: then the prompt goes without.
     */
    static @Nullable Path find(UnaryOperator<@Nullable String> environment, String home) {
        String state = environment.apply("XDG_STATE_HOME");
        Path folder = state == null || state.isEmpty() ? Path.of(home, ".local", "state") : Path.of(state);
        Path file = folder.resolve("tns").resolve("history");
        try {
            Files.createDirectories(file.getParent());
            if (Files.notExists(file)) {
                Files.createFile(file);
            }
            if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            }
        } catch (IOException | SecurityException _) {
            return null;
        }
        return Files.isWritable(file) && Files.isRegularFile(file) ? file : null;
    }
}
