import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Checks or applies the format of the Java sources: {@code Format check|apply FOLDER}.
 *
 * <p>The build runs this file on the JDK it compiles with. It ends with 1 when a file cannot be parsed, or, checking,
 * when one is not formatted; each such file is named.
 */
final class Format {
    public static void main(String[] args) throws IOException {
        boolean apply = args[0].equals("apply");
        var formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .build());
        List<Path> files;
        try (var tree = Files.walk(Path.of(args[1]))) {
            files = tree.filter(f -> f.toString().endsWith(".java")).sorted().toList();
        }
        int unparsed = 0;
        int changed = 0;
        for (Path file : files) {
            String source = Files.readString(file);
            try {
                String formatted = formatter.formatSourceAndFixImports(source);
                if (formatted.equals(source)) continue;
                changed++;
                System.err.println((apply ? "formatted " : "not formatted: ") + file);
                if (apply) Files.writeString(file, formatted);
            } catch (FormatterException e) {
                unparsed++;
                var first = e.diagnostics().getFirst();
                System.err.println("cannot format " + file + ":" + first
                        + (first.message().contains("'_'") ? " (in a record pattern write \"var _\")" : ""));
            }
        }
        if (changed > 0 && !apply) System.err.println("To format: mvn -q validate -Pformat");
        if (unparsed > 0 || (changed > 0 && !apply)) System.exit(1);
    }
}
