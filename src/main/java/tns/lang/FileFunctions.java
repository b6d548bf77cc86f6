package tns.lang;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Family;
import tns.op.None;

/** The functions that read and write text files. */
final class FileFunctions {
    private FileFunctions() {}

    static void define(Family f) {
        f.define("read_text(path: string)").doc("The text of a file.").is(args -> {
            try {
                return Files.readString(Path.of(args.text("path")));
            } catch (IOException e) {
                throw failure("read_text: cannot read ", args.text("path"), e);
            }
        });
        f.define("write_text(path: string, text: string)")
                .doc("Writes a text to a file.")
                .is(args -> {
                    try {
                        Files.writeString(Path.of(args.text("path")), args.text("text"));
                        return None.NONE;
                    } catch (IOException e) {
                        throw failure("write_text: cannot write ", args.text("path"), e);
                    }
                });
        f.define("exists(path: string)")
                .doc("Whether a file exists.")
                .is(args -> Files.exists(Path.of(args.text("path"))));
    }

    private static TnsException failure(String what, String path, IOException e) {
        String reason = switch (e) {
            case NoSuchFileException missing -> "there is no such file or folder";
            case AccessDeniedException denied -> "permission denied";
            case CharacterCodingException other -> "it is not UTF-8 text";
            default -> Files.isDirectory(Path.of(path)) ? "it is a folder" : String.valueOf(e.getMessage());
        };
        return new TnsException(ErrorKind.IO, what + path + ": " + reason).argument(0);
    }
}
