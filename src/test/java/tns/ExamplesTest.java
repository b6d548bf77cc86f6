package tns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every example prints what stands in {@code src/test/resources/examples}; {@code -Dtns.golden=update} writes it anew.
 *
 * <p>Words are compared exactly, numbers to {@value #TOLERANCE} of their size: training multiplies the last bits of
 * matrix products, whose order of addition depends on the processor's vectors.
 */
class ExamplesTest {
    private static final double TOLERANCE = 0.02;
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d*)?(e[+-]\\d+)?");

    @TestFactory
    Stream<DynamicTest> examples() throws IOException {
        return files().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("examples"))) {
            List<Path> files =
                    all.filter(f -> f.toString().endsWith(".tns")).sorted().toList();
            assertTrue(files.size() >= 7, "the tutorial and six more: " + files);
            return files;
        }
    }

    /** Few steps of each give on a CUDA device what they give in host memory. */
    @TestFactory
    Stream<DynamicTest> beginningsOnCuda() throws IOException {
        return files().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> checkBeginning(file)));
    }

    /** An example with short loops, all that it plots as numbers, and random numbers drawn in host memory. */
    private static String shortened(String text) {
        return text.replaceAll("for (step|epoch) in (progress\\()?0\\.\\.\\d+", "for $1 in $20..3")
                .replaceAll("% (10|50|100|200) == 0", "% 1 == 0")
                .replaceAll("\\b(randn?|randint)\\(", "on_host_$1(")
                .replaceAll("(?m)^assert\\(.*$", "")
                .replace(
                        "print(write(\"the tide \", 60))",
                        "print(no_grad { net(encode(\"the tide \")[none, :])[0, -1] }.tolist())");
    }

    private static final String ON_HOST = """
        home = zeros(1).device
        fn on_host_randn(*sizes) { with device(cpu) { drawn = randn(sizes) }; drawn.to(home) }
        fn on_host_rand(*sizes) { with device(cpu) { drawn = rand(sizes) }; drawn.to(home) }
        fn on_host_randint(low, high, sizes) { with device(cpu) { drawn = randint(low, high, sizes) }; drawn.to(home) }
        """;

    private static void checkBeginning(Path file) throws IOException {
        String text = Files.readString(file);
        String code = ON_HOST + shortened(text);
        assertTrue(!text.contains("for step in") || !shortened(text).contains("0..200"), code);
        String host = printed(code, file, "cpu");
        String device =
                TestedDevice.anywhere(printed(code, file, TestedDevice.NAME)).replace(TestedDevice.NAME, "cpu");
        assertEquals(words(host), words(device), file + " printed\n" + device);
        double[] wanted = numbers(host);
        double[] found = numbers(device);
        for (int i = 0; i < wanted.length; i++) {
            assertEquals(wanted[i], found[i], 1e-3 * Math.abs(wanted[i]) + 1e-5, file + " printed\n" + device);
        }
    }

    private static String printed(String code, Path file, String device) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        Interpreter tns = new Interpreter(out, new BufferedReader(new StringReader("")), List.of());
        tns.device(device);
        tns.run(tns.compile(code, file.toString()));
        tns.flush();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static void check(Path file) throws IOException {
        String printed = printed(Files.readString(file), file, "cpu");
        Path golden = Path.of("src/test/resources/examples")
                .resolve(file.getFileName().toString().replace(".tns", ".txt"));
        if ("update".equals(System.getProperty("tns.golden"))) {
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, printed);
        }
        String expected = Files.readString(golden);
        assertEquals(words(expected), words(printed), file + " printed\n" + printed);
        double[] wanted = numbers(expected);
        double[] found = numbers(printed);
        for (int i = 0; i < wanted.length; i++) {
            assertEquals(wanted[i], found[i], TOLERANCE * Math.abs(wanted[i]), file + " printed\n" + printed);
        }
    }

    private static String words(String text) {
        return NUMBER.matcher(text).replaceAll("#").replaceAll("\\s+", " ");
    }

    private static double[] numbers(String text) {
        return NUMBER.matcher(text)
                .results()
                .mapToDouble(match -> Double.parseDouble(match.group()))
                .toArray();
    }
}
