package tns.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** What belongs to a whole process: how long it takes to start, how fast it is at first, and the memory it needs. */
final class Starts {
    /**
     * @param limit what {@code value} should not pass; 0 for none
     * @param source where the limit comes from
     */
    record Reading(String what, double value, String unit, double limit, String source) {}

    private static final String TNS = "bin/tns";
    private static final Path TUTORIAL = Path.of("examples/tutorial.tns");

    /** A process takes its turn this often after one that is not counted. */
    private static final int REPETITIONS = 11;

    /** Ends a script that waits, so that its process can be looked at; printed text without it is the script's own. */
    private static final String STOP = "tns bench stop";

    private static final int EPOCHS = 100;

    private Starts() {}

    static List<Reading> all() {
        List<Side> sides = Stream.of(
                        new String[] {TNS, "-e", "print(1)"},
                        new String[] {Child.java(), "-cp", System.getProperty("java.class.path"), Hello.class.getName()
                        },
                        new String[] {TNS, TUTORIAL.toString()})
                .map(command -> Side.of(() -> Command.run(command)))
                .toList();
        List<Times> times = new Pace(0, 0, 3, REPETITIONS).measure(sides);
        double start = times.get(0).median();
        double bare = times.get(1).median();
        double tutorial = times.get(2).median();
        List<Reading> readings = new ArrayList<>();
        readings.add(new Reading("bin/tns -e \"print(1)\"", start, "s", 0.25, "asked for"));
        if (PromptStart.canBeMeasured()) {
            readings.add(new Reading("bin/tns, until its prompt is drawn", prompt(), "s", 0.35, "asked for"));
        }
        Collections.addAll(
                readings,
                new Reading("java, a class that prints one line", bare, "s", 0, ""),
                new Reading(
                        "bin/tns examples/tutorial.tns", tutorial, "s", 2.3 / 6, "a sixth of PyTorch 2.6, recorded"),
                new Reading("the same", tutorial, "s", 1.03 / 3, "a third of PyTorch 1.13, recorded"),
                new Reading(
                        "first %d epochs of the tutorial, cold".formatted(EPOCHS),
                        first(TrainingRows.tutorial(), EPOCHS) * 1e3,
                        "ms",
                        EPOCHS * TrainingRows.RECORDED_EPOCH * 1e3,
                        "PyTorch 1.13, warm, recorded"),
                new Reading("peak memory of the tutorial", tutorialMegabytes(), "MB", 150, "asked for"));
        Row small = TrainingRows.mlp();
        readings.add(new Reading("first 300 steps, cold: " + small.name(), first(small, 300), "s", 0, ""));
        Row attention = LayerRows.attention();
        readings.add(new Reading("first 10 steps, cold: " + attention.name(), first(attention, 10), "s", 0, ""));
        return readings;
    }

    private static double prompt() {
        return Times.of(DoubleStream.generate(PromptStart::seconds)
                        .limit(REPETITIONS)
                        .toArray())
                .median();
    }

    /** A script that is stopped twice; {@code seconds} is the time from the one to the other. */
    private record Stopped(double seconds, double megabytes) {}

    /** Seconds that a row's first calls take in a new process. */
    private static double first(Row row, int calls) {
        String script = "seed(0)\n" + row.setup() + stop() + "for step in 0..%d {\n".formatted(calls) + row.body()
                + "}\n" + stop();
        double[] seconds = new double[REPETITIONS];
        for (int r = 0; r < REPETITIONS; r++) {
            seconds[r] = stopped(script).seconds;
        }
        return Times.of(seconds).median();
    }

    private static double tutorialMegabytes() {
        try {
            return stopped(stop() + Files.readString(TUTORIAL) + "\n" + stop()).megabytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String stop() {
        return "input(\"" + STOP + "\\n\")\n";
    }

    private static Stopped stopped(String script) {
        try {
            Path file = Files.createTempFile("bench", ".tns");
            Files.writeString(file, script);
            Process process = new ProcessBuilder(TNS, file.toString())
                    .redirectError(Redirect.DISCARD)
                    .start();
            try (BufferedReader lines = process.inputReader();
                    Writer answers = process.outputWriter()) {
                await(lines);
                long begin = System.nanoTime();
                answers.write("\n");
                answers.flush();
                await(lines);
                double seconds = (System.nanoTime() - begin) * 1e-9;
                double megabytes = peakMegabytes(process.pid());
                answers.write("\n");
                answers.flush();
                process.waitFor();
                return new Stopped(seconds, megabytes);
            } finally {
                process.destroy();
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void await(BufferedReader lines) throws IOException {
        for (String line; (line = lines.readLine()) != null; ) {
            if (line.endsWith(STOP)) {
                return;
            }
        }
        throw new IllegalStateException("the script has ended early");
    }

    /** The most memory that a process has had so far; bin/tns becomes the JVM and keeps its number. */
    private static double peakMegabytes(long pid) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/%d/status".formatted(pid)))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                            .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")))
                            .findFirst()
                            .orElseThrow()
                    / 1024;
        }
    }
}
