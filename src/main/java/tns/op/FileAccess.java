package tns.op;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import tns.error.ErrorKind;
import tns.error.TnsException;

/**
 * Where a program may read and write files. Every function that takes a path asks here first, so that an embedding host
 * can confine a program to a folder or keep it from files altogether.
 */
public interface FileAccess {
    /** Any file that the process itself can reach. */
    FileAccess ANYWHERE = new FileAccess() {
        @Override
        public Path toRead(String path) {
            return parsed(path);
        }

        @Override
        public Path toWrite(String path) {
            return parsed(path);
        }
    };

    /** No file at all. */
    FileAccess NOWHERE = new FileAccess() {
        @Override
        public Path toRead(String path) {
            throw denied("this program may not read files");
        }

        @Override
        public Path toWrite(String path) {
            throw denied("this program may not write files");
        }
    };

    /**
     * The file to read that {@code path} names.
     *
     * @throws TnsException of kind IO when the program may not read it
     */
    Path toRead(String path);

    /**
     * The file to write that {@code path} names.
     *
     * @throws TnsException of kind IO when the program may not write it
     */
    Path toWrite(String path);

    /** The files in and below {@code folder}, from which relative paths start; links that lead out of it do not count. */
    static FileAccess under(Path folder) {
        return new FileAccess() {
            @Override
            public Path toRead(String path) {
                return inside(folder, path);
            }

            @Override
            public Path toWrite(String path) {
                return inside(folder, path);
            }
        };
    }

    private static Path parsed(String path) {
        try {
            return Path.of(path);
        } catch (InvalidPathException e) {
            throw denied("that is not a path");
        }
    }

    private static Path inside(Path folder, String path) {
        try {
            Path root = folder.toRealPath();
            Path file = root.resolve(parsed(path)).normalize();
            Path existing = file;
            while (existing != null && !Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
                existing = existing.getParent();
            }
            if (file.startsWith(root)
                    && existing != null
                    && existing.toRealPath().startsWith(root)) {
                return file;
            }
        } catch (IOException e) {
            // A link to nowhere: what it will lead to cannot be known.
        }
        throw denied("this program may use only the files in its own folder");
    }

    private static TnsException denied(String reason) {
        return new TnsException(ErrorKind.IO, reason);
    }
}
