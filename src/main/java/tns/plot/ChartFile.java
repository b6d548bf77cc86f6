package tns.plot;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.UUID;
import tns.error.ErrorKind;
import tns.error.TnsException;

/** Saves a figure as a PNG or SVG file. The drawing classes, and AWT with them, are loaded by the first save only. */
public final class ChartFile {
    static final int WIDTH = 800;
    static final int HEIGHT = 500;

    private ChartFile() {}

    /** Whether the name ends in an extension a figure can be saved under. */
    public static boolean accepts(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".png") || name.endsWith(".svg");
    }

    /**
     * Saves the figure in 800 x 500 pixels, or less where a unit must be as long on both axes. The file appears whole or
     * not at all; one that exists is replaced.
     *
     * @throws TnsException of kind value when the name ends in neither .png nor .svg; of kind io when the file cannot be
     *     written, or when this machine has no fonts
     */
    public static void save(Figure figure, Path file) {
        if (!accepts(file)) {
            throw new TnsException(ErrorKind.VALUE, "save: a figure cannot be saved as \"" + file.getFileName() + "\"")
                    .help("the name of the file must end in .png or .svg");
        }
        boolean vector = file.toString().toLowerCase(Locale.ROOT).endsWith(".svg");
        byte[] content = ChartPainter.encode(figure, vector, WIDTH, HEIGHT);
        Path partial = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try {
                Files.write(partial, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                move(partial, file);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException failure) {
            throw new TnsException(ErrorKind.IO, "save: cannot write \"" + file + "\": " + reason(failure), failure);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException _) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String reason(IOException failure) {
        return switch (failure) {
            case NoSuchFileException _ -> "there is no such folder";
            case AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(failure.getMessage());
        };
    }
}
