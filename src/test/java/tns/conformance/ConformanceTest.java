package tns.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tns.Interpreter;
import tns.TestedDevice;
import tns.selftest.Conformance;
import tns.selftest.JsonLines;

/**
 * PyTorch's answers: values, gradients, random draws, texts and rejected programs.
 *
 * <p>Reads the files that come with tns and any named by {@code -Dtns.conformance=PATH[,PATH]}, on the
 * processor and on CUDA. A case that calls a function tns does not have yet is counted as not built, unless the function
 * is listed in {@code required.txt}. Cases known to fail are listed by id in {@code known.txt}; the test fails for any
 * other failure, and for one listed that passes. {@code -Dtns.conformance.report=FILE} writes every failing case with what it
 * gave.
 */
class ConformanceTest {
    private final Map<String, int[]> byOp = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();
    private final List<String> failedIds = new ArrayList<>();
    private final Map<String, Integer> notBuilt = new TreeMap<>();
    private final Interpreter first = interpreter();
    private final Conformance conformance = new Conformance(first::sibling);
    private int passed;

    @Test
    void givesPyTorchsAnswers() throws IOException {
        givesPyTorchsAnswersOn("cpu");
    }

    @Test
    void givesPyTorchsAnswersOnCuda() throws IOException {
        givesPyTorchsAnswersOn(TestedDevice.NAME);
    }

    private void givesPyTorchsAnswersOn(String device) throws IOException {
        first.device(device);
        for (String name : Conformance.FILES) {
            JsonLines.resource(name).forEach(this::check);
        }
        String more = System.getProperty("tns.conformance", "");
        for (String path : more.isEmpty() ? new String[0] : more.split(",", -1)) {
            JsonLines.file(Path.of(path)).forEach(this::check);
        }
        int skipped = notBuilt.values().stream().mapToInt(Integer::intValue).sum();
        System.out.println("conformance on " + device + ": " + passed + " passed, " + failures.size() + " failed, "
                + skipped + " not built");
        byOp.forEach((op, counts) -> {
            if (counts[1] > 0) {
                System.out.println("  " + op + ": " + counts[0] + "/" + (counts[0] + counts[1]));
            }
        });
        if (!notBuilt.isEmpty()) {
            System.out.println("  not built: " + notBuilt);
        }
        String report = System.getProperty("tns.conformance.report", "");
        if (!report.isEmpty()) {
            Files.write(Path.of(report), failures);
        }
        List<String> known = words("known.txt");
        List<String> unexpected = new ArrayList<>(failedIds);
        unexpected.removeAll(known);
        List<String> mended = new ArrayList<>(known);
        mended.removeAll(failedIds);
        assertTrue(unexpected.isEmpty(), () -> "failed: " + unexpected);
        assertTrue(mended.isEmpty(), () -> "passes now, take it off known.txt: " + mended);
    }

    @Test
    void hasTheRequiredFunctions() {
        List<String> absent = words("required.txt");
        assertTrue(absent.size() > 100, "required: " + absent);
        absent.removeIf(name -> first.ops().find(name) != null);
        assertTrue(absent.isEmpty(), () -> "missing: " + absent);
    }

    private static List<String> words(String name) {
        return new ArrayList<>(Conformance.lines(name).stream()
                .flatMap(line -> Arrays.stream(line.split(" ")))
                .toList());
    }

    private static Interpreter interpreter() {
        return new Interpreter(
                new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8),
                new BufferedReader(new StringReader("")),
                List.of());
    }

    private void check(JsonObject c) {
        Conformance.Outcome outcome = conformance.check(c);
        if (outcome.missing() != null) {
            notBuilt.merge(outcome.missing(), 1, Integer::sum);
            return;
        }
        int[] counts = byOp.computeIfAbsent(outcome.op(), o -> new int[2]);
        if (outcome.passed()) {
            passed++;
            counts[0]++;
        } else {
            counts[1]++;
            failedIds.add(outcome.id());
            failures.add(outcome.id() + " " + outcome.call() + " :: " + outcome.failure());
        }
    }
}
