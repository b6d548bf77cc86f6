package tns.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;

/** Results as tables for people and for programs, with the machine and the date. */
final class Report {
    private static final Path FOLDER = Path.of("src/bench/results");
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    static final String ROWS = """
        # tns against libtorch, and CPython

        %s. Seconds of one call: the median of interleaved repetitions, and the outer deciles in brackets; each row
        and number of threads in a process of its own. The ratio is the other's median over that of tns; bold where
        it reaches what is wanted. "natural" is libtorch with the code a user writes, "reused" libtorch with every
        result buffer supplied by hand; its calls go through its Java binding, which adds one to two microseconds
        each. "recorded" times were taken once on an AMD EPYC with two cores.
        """;

    static final String PLAIN = """
        # tns with and without the Vector API

        %s. What it costs when the module jdk.incubator.vector is not there: seconds of one call with it and
        without, each in a process of its own.
        """;

    static final String SPEEDS = """
        # Single calls of tns beside libtorch

        %s. Seconds of one call, the median of three or more short interleaved repetitions; those that are most behind
        first. "grad" means with the gradients of the result's sum.
        """;

    private Report() {}

    /** The processor, its cores and the versions, without anything that names this one machine. */
    static String machine() {
        return processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores, JDK "
                + Runtime.version().feature() + ", libtorch " + torch.TORCH_VERSION + " with OpenBLAS";
    }

    private static String processor() {
        try {
            List<String> lines = Files.readAllLines(Path.of("/proc/cpuinfo"));
            String vectors = lines.stream().anyMatch(line -> line.contains(" avx512f ")) ? "with" : "without";
            return lines.stream()
                            .filter(line -> line.startsWith("model name"))
                            .map(line -> line.substring(line.indexOf(':') + 1).strip())
                            .findFirst()
                            .orElse("unknown processor")
                    + " " + vectors + " AVX-512";
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    static String line(Duel.Outcome o) {
        boolean reached = o.wanted() > 0 && o.ratio() >= o.wanted();
        return row(
                o.row(),
                o.threads(),
                o.tns(),
                o.rival(),
                o.against(),
                reached ? "**" + Times.three(o.ratio()) + "**" : Times.three(o.ratio()),
                o.wanted() > 0 ? Times.three(o.wanted()) : "");
    }

    static String line(Starts.Reading r) {
        boolean reached = r.limit() > 0 && r.value() <= r.limit();
        String value = Times.three(r.value()) + " " + r.unit();
        return row(
                r.what(),
                reached ? "**" + value + "**" : value,
                r.limit() > 0 ? Times.three(r.limit()) + " " + r.unit() : "",
                r.source());
    }

    static String row(Object... cells) {
        return Stream.of(cells).map(Object::toString).collect(Collectors.joining(" | ", "| ", " |"));
    }

    /** The rows of {@code NAME.json}, if it is there, with those measured now in place of earlier ones. */
    static List<Duel.Outcome> updated(String name, List<Duel.Outcome> measured) throws IOException {
        Map<List<Object>, Duel.Outcome> all = new LinkedHashMap<>();
        kept(name, "row", Duel.Outcome.class).forEach(o -> all.put(List.of(o.row(), o.threads(), o.against()), o));
        measured.forEach(o -> all.put(List.of(o.row(), o.threads(), o.against()), o));
        return List.copyOf(all.values());
    }

    /** What {@code NAME.json} has of a kind, which is known by a field. */
    static <T> List<T> kept(String name, String field, Class<T> kind) throws IOException {
        Path file = FOLDER.resolve(name + ".json");
        if (Files.notExists(file)) {
            return List.of();
        }
        return JsonParser.parseString(Files.readString(file)).getAsJsonArray().asList().stream()
                .filter(item -> item.getAsJsonObject().has(field))
                .map(item -> GSON.fromJson(item, kind))
                .toList();
    }

    /** Writes {@code NAME.md} and {@code NAME.json}; tables without lines are left out. */
    static void write(String name, String head, List<Duel.Outcome> outcomes, List<Starts.Reading> starts)
            throws IOException {
        StringBuilder text = new StringBuilder(head.formatted(machine() + ". " + LocalDate.now()));
        if (!outcomes.isEmpty()) {
            text.append(
                    "\n| row | threads | tns | the other | which | ratio | wanted |\n|---|---|---|---|---|---|---|\n");
            outcomes.forEach(outcome -> text.append(line(outcome)).append('\n'));
        }
        if (!starts.isEmpty()) {
            text.append("\n| of a process | measured | limit | which is |\n|---|---|---|---|\n");
            starts.forEach(start -> text.append(line(start)).append('\n'));
        }
        write(
                name,
                text.toString(),
                Stream.concat(outcomes.stream(), starts.stream()).toList());
    }

    /** Writes {@code NAME.md} and, a line for each of {@code items}, {@code NAME.json}. */
    static void write(String name, String text, List<?> items) throws IOException {
        Files.createDirectories(FOLDER);
        Files.writeString(FOLDER.resolve(name + ".md"), text);
        Files.writeString(
                FOLDER.resolve(name + ".json"),
                items.stream().map(GSON::toJson).collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n")));
    }

    static void write(String file, byte[] bytes) throws IOException {
        Files.write(FOLDER.resolve(file), bytes);
    }
}
