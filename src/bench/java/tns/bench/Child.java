package tns.bench;

import com.google.gson.Gson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A JVM of its own for each measurement, as each program of a user has one: what another row has left compiled, or has
 * made the compiler believe about types, can change a time tenfold.
 */
final class Child {
    private static final Gson GSON = new Gson();

    /** Kept out of the way of what libraries print. */
    private static final String MARK = "answer: ";

    private static final List<String> VECTORS = List.of("--add-modules", "jdk.incubator.vector");

    private Child() {}

    /** What {@code main} answers, when run with {@code args} and the Vector API. */
    static <T> List<T> run(Class<?> main, Class<T> kind, String... args) {
        return run(VECTORS, main, kind, args);
    }

    /** The same without the Vector API's module. */
    static <T> List<T> runPlain(Class<?> main, Class<T> kind, String... args) {
        return run(List.of(), main, kind, args);
    }

    /** Hands a value to the process that waits for this one. */
    static void answer(Object value) {
        System.out.println(MARK + GSON.toJson(value));
    }

    private static <T> List<T> run(List<String> options, Class<?> main, Class<T> kind, String... args) {
        List<String> command = new ArrayList<>(List.of(java(), "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of(
                "-XX:+UseParallelGC",
                "-XX:MaxRAMPercentage=60",
                "-XX:MaxNewSize=256m",
                "-Dtns.heap=true",
                "-XX:-UseFPUForSpilling",
                "-XX:MaxInlineSize=50")); // as bin/tns
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        Collections.addAll(command, args);
        try {
            Path errors = Files.createTempFile("tns-bench", ".log"); // shown on failure only: each JVM warns on stderr
            Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            List<T> answers = new ArrayList<>();
            try (BufferedReader lines = process.inputReader()) {
                for (String line; (line = lines.readLine()) != null; ) {
                    if (line.startsWith(MARK)) {
                        answers.add(GSON.fromJson(line.substring(MARK.length()), kind));
                    }
                }
            }
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", args) + " ended with " + process.exitValue() + ": "
                        + Files.readString(errors));
            }
            Files.delete(errors);
            return answers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    /** The java that runs this. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
