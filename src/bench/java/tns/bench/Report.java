package tns.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;

/** The outcomes as tables for people and for programs, with the machine and the date. */
final class Report {
    private Report() {}

    /** The processor, its cores and the versions, without anything that names this one machine. */
    static String machine() {
        return processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores, JDK "
                + Runtime.version().feature() + ", libtorch " + torch.TORCH_VERSION + " with OpenBLAS";
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown processor");
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    static String line(Duel.Outcome o) {
        return "| " + o.row() + " | " + o.threads() + " | " + o.tns() + " | " + o.rival() + " | " + o.kind() + " | "
                + (o.ratio() >= o.wanted() ? "**" + Times.three(o.ratio()) + "**" : Times.three(o.ratio())) + " | "
                + Times.three(o.wanted()) + " |";
    }

    private static String json(Duel.Outcome o) {
        return String.format(
                Locale.ROOT,
                "  {\"row\": \"%s\", \"threads\": %d, \"against\": \"%s\", \"tns\": %s, \"rival\": %s,"
                        + " \"ratio\": %.3f, \"wanted\": %s}",
                o.row(),
                o.threads(),
                o.kind(),
                json(o.tns()),
                json(o.rival()),
                o.ratio(),
                o.wanted());
    }

    private static String json(Times t) {
        return String.format(
                Locale.ROOT, "{\"median\": %.4g, \"p10\": %.4g, \"p90\": %.4g}", t.median(), t.p10(), t.p90());
    }

    /** Writes {@code NAME.md} and {@code NAME.json} into {@code folder}. */
    static void write(Path folder, String name, List<Duel.Outcome> outcomes) throws IOException {
        String head = """
            # tns against libtorch, and CPython

            %s. %s. Seconds of one call: the median of interleaved repetitions, and the outer deciles in brackets.
            The ratio is the other's median over that of tns; bold where it reaches what is wanted. "natural" is
            libtorch with the code a user writes, "reused" libtorch with every result buffer supplied by hand; its
            calls go through its Java binding, which adds one to two microseconds each. "recorded" times were taken
            once on an AMD EPYC with two cores.

            | row | threads | tns | the other | which | ratio | wanted |
            |---|---|---|---|---|---|---|
            """.formatted(machine(), LocalDate.now());
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve(name + ".md"),
                outcomes.stream().map(Report::line).collect(Collectors.joining("\n", head, "\n")));
        Files.writeString(
                folder.resolve(name + ".json"),
                outcomes.stream().map(Report::json).collect(Collectors.joining(",\n", "[\n", "\n]\n")));
    }
}
