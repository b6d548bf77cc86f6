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
        List<Path> files;
        try (Stream<Path> all = Files.list(Path.of("examples"))) {
            files = all.filter(f -> f.toString().endsWith(".tns")).sorted().toList();
        }
        assertTrue(files.size() >= 7, "the tutorial and six more: " + files);
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }

    private static void check(Path file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        Interpreter tns = new Interpreter(out, new BufferedReader(new StringReader("")), List.of());
        tns.run(tns.compile(Files.readString(file), file.toString()));
        tns.flush();
        String printed = bytes.toString(StandardCharsets.UTF_8);
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
        return NUMBER.matcher(text).replaceAll("#").replaceAll(" +", " ");
    }

    private static double[] numbers(String text) {
        return NUMBER.matcher(text)
                .results()
                .mapToDouble(match -> Double.parseDouble(match.group()))
                .toArray();
    }
}
