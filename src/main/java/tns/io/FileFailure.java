package tns.io;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.Suggestion;
import tns.error.TnsException;
import tns.op.Args;

/** What a user is told when a file cannot be read or written: the file, what is wrong with it, and what would work. */
final class FileFailure {
    private static final int MOST_LISTED = 1000;

    private FileFailure() {}

    /** Work on a file; failures inside start with what is wrong. */
    interface Work<T> {
        T run(Path file) throws IOException;
    }

    /** Reads the file that the argument names, and puts the op and the file in front of whatever goes wrong. */
    static <T> T reading(Args args, String parameter, Work<T> work) {
        return guarded(args, parameter, "read", args.context().files()::toRead, work);
    }

    /** Writes the file that the argument names, and puts the op and the file in front of whatever goes wrong. */
    static <T> T writing(Args args, String parameter, Work<T> work) {
        return guarded(args, parameter, "write", args.context().files()::toWrite, work);
    }

    private static <T> T guarded(
            Args args, String parameter, String verb, Function<String, Path> access, Work<T> work) {
        String path = args.text(parameter);
        String start = args.name() + ": cannot " + verb + " " + path + ": ";
        try {
            Path file = access.apply(path);
            try {
                return work.run(file);
            } catch (IOException e) {
                throw failure(start + reason(e, file), remedy(e, path, file), args, parameter, e);
            }
        } catch (TnsException e) {
            if (e.kind() != ErrorKind.IO || e.argument() >= 0) {
                throw e;
            }
            throw failure(start + e.getMessage(), e.help(), args, parameter, e);
        }
    }

    private static TnsException failure(
            String message, @Nullable String help, Args args, String parameter, Exception cause) {
        int argument = List.copyOf(args.byName().keySet()).indexOf(parameter);
        TnsException failure = new TnsException(ErrorKind.IO, message, cause).argument(argument);
        return help == null ? failure : failure.help(help);
    }

    private static String reason(IOException e, Path file) {
        if (Files.isDirectory(file)) {
            return "it is a folder";
        }
        return switch (e) {
            case NoSuchFileException _, FileNotFoundException _ -> "there is no such file or folder";
            case AccessDeniedException _ -> "permission denied";
            case CharacterCodingException _ -> "it is not UTF-8 text";
            case EOFException _ -> "it ends early";
            case ZipException _ -> "it is not a sound zip or gz file";
            default -> String.valueOf(e.getMessage());
        };
    }

    private static @Nullable String remedy(IOException e, String path, Path file) {
        if (!(e instanceof NoSuchFileException || e instanceof FileNotFoundException)) {
            return null;
        }
        Path folder = file.toAbsolutePath().getParent();
        Path name = file.getFileName();
        if (folder != null && name != null && Files.isDirectory(folder) && !Files.exists(file)) {
            try (Stream<Path> there = Files.list(folder)) {
                String near = nearest(name.toString(), there);
                if (near != null) {
                    return "there is " + near;
                }
            } catch (IOException unreadable) {
                return null;
            }
        }
        return Path.of(path).isAbsolute() ? null : "a relative path starts in the folder where tns was started";
    }

    /** The file of nearly that name, or of that name with an ending. */
    private static @Nullable String nearest(String name, Stream<Path> files) {
        List<String> names =
                files.limit(MOST_LISTED).map(f -> f.getFileName().toString()).toList();
        String near = Suggestion.nearest(name, names);
        return near != null
                ? near
                : names.stream()
                        .filter(n -> n.startsWith(name + "."))
                        .findFirst()
                        .orElse(null);
    }

    /** A fault of the file's contents. */
    static TnsException fault(String what) {
        return new TnsException(ErrorKind.IO, what);
    }
}
