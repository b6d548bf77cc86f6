package tns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The benchmark for machines with a GPU, {@code src/bench/tns/cuda.tns}, at small sizes on the processor. */
class BenchScriptTest {
    private static final Path SCRIPT = Path.of("src/bench/tns/cuda.tns");
    private static final Pattern MEASURED = Pattern.compile(
            "\\{\"row\": \"\\w+\", \"variant\": \"eager\", \"ms\": [\\d.]+, \"p10\": [\\d.]+, \"p90\": [\\d.]+"
                    + "(, \"rate\": [\\d.]+, \"unit\": \"(GB|TFLOP)/s\")?, \"samples\": \\d+, \"calls\": \\d+}");

    @Test
    void everyRowIsMeasured() throws Exception {
        String printed = run("cpu", "tiny", "600");
        for (String line : printed.lines().toList()) {
            if (line.contains("\"environment\"") || line.contains("\"graph\"")) continue;
            assertEquals(true, MEASURED.matcher(line).matches(), line);
        }
    }

    @Test
    void onlyRowsThatWereNamedAreTriedAndNoneAfterTheTime() throws Exception {
        String skipped = "\"variant\": \"eager\", \"error\": \"skipped: the time for all rows is over\"}";
        assertEquals(
                List.of(
                        "{\"row\": \"environment\", \"device\": \"cpu\"}",
                        "{\"row\": \"small_add_read\", " + skipped,
                        "{\"row\": \"sum_dim1\", " + skipped),
                run("cpu", "tiny", "0", "add_read", "dim1").lines().toList());
    }

    /** Both sides of the comparison, tns and PyTorch, know every row. */
    @Test
    void pyTorchMeasuresTheSameRows() throws Exception {
        Set<String> theirs = names(Files.readString(Path.of("src/bench/python/torch_reference.py")));
        assertEquals(theirs, names(Files.readString(SCRIPT)));
    }

    private static Set<String> names(String program) {
        Set<String> names = new TreeSet<>();
        Pattern.compile("(?:row|operation|training)\\(\\s*\"(\\w+)\"")
                .matcher(program)
                .results()
                .forEach(match -> names.add(match.group(1)));
        return names;
    }

    private static String run(String... args) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        Interpreter tns = new Interpreter(out, new BufferedReader(new StringReader("")), List.of(args));
        tns.run(tns.compile(Files.readString(SCRIPT), SCRIPT.toString()));
        tns.flush();
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
