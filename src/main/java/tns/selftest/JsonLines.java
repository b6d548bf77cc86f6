package tns.selftest;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files of one JSON object a line, from the class path or the disk. */
public final class JsonLines {
    private JsonLines() {}

    /** The objects of a file in the {@code conformance} folder of the class path. */
    public static List<JsonObject> resource(String name) {
        InputStream in = JsonLines.class.getResourceAsStream("/conformance/" + name);
        if (in == null) {
            throw new IllegalArgumentException("no conformance file " + name + " on the class path");
        }
        return read(in);
    }

    /** The objects of a file on the disk. */
    public static List<JsonObject> file(Path path) {
        try {
            return read(Files.newInputStream(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<JsonObject> read(InputStream in) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.isBlank())
                    .map(line -> JsonParser.parseString(line).getAsJsonObject())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
