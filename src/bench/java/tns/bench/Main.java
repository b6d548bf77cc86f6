package tns.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tns.bench.answers.Answers;
import tns.bench.micro.Micro;

/** The command {@code bin/bench}, whose file says what can be asked of it. */
final class Main {
    private final List<String> words = new ArrayList<>();
    private int[] threads = threads(Runtime.getRuntime().availableProcessors());
    private String mode = "";
    private String name = "";

    private Main(String[] args) {
        for (String arg : args) {
            if (arg.startsWith("--threads=")) {
                threads = new int[] {Integer.parseInt(value(arg))};
            } else if (arg.startsWith("--write=")) {
                name = value(arg);
            } else if (arg.startsWith("--")) {
                mode = arg;
            } else {
                words.add(arg);
            }
        }
    }

    private static int[] threads(int most) {
        return most == 1 ? new int[] {1} : new int[] {1, most};
    }

    private static String value(String option) {
        return option.substring(option.indexOf('=') + 1);
    }

    public static void main(String[] args) throws Exception {
        Main main = new Main(args);
        System.out.println(Report.machine());
        switch (main.mode) {
            case "" -> main.rows();
            case "--plain" -> main.plain();
            case "--sweep" -> main.sweep();
            case "--micro" -> Micro.run(main.words);
            case "--answers" -> Answers.run(main.words);
            case "--speeds" -> main.speeds();
            default -> {
                System.err.println(
                        "bench: unknown option " + main.mode + "; the first lines of bin/bench say what there is");
                System.exit(2);
            }
        }
    }

    private boolean isChosen(String name) {
        return words.isEmpty() || words.stream().anyMatch(name::contains);
    }

    /** The numbers of threads to measure a row with: none where it is not chosen. */
    private int[] threads(Row row) {
        return !isChosen(row.name()) ? new int[0] : row.isWide() ? threads : new int[] {1};
    }

    private void rows() throws IOException {
        List<Duel.Outcome> outcomes = new ArrayList<>();
        for (Row row : Rows.all()) {
            for (int count : threads(row)) {
                for (Duel.Outcome outcome :
                        Child.run(Duel.class, Duel.Outcome.class, row.name(), Integer.toString(count))) {
                    outcomes.add(outcome);
                    System.out.println(Report.line(outcome));
                }
                write(outcomes, List.of()); // what is measured stays, however the run ends
            }
        }
        List<Starts.Reading> starts = isChosen("start") ? Starts.all() : List.of();
        starts.forEach(start -> System.out.println(Report.line(start)));
        write(outcomes, starts);
    }

    private void write(List<Duel.Outcome> outcomes, List<Starts.Reading> starts) throws IOException {
        if (!name.isEmpty()) {
            List<Starts.Reading> known = starts.isEmpty() ? Report.kept(name, "what", Starts.Reading.class) : starts;
            Report.write(name, Report.ROWS, Report.updated(name, outcomes), known);
        }
    }

    private void plain() throws IOException {
        List<Duel.Outcome> outcomes = new ArrayList<>();
        for (Row row : Rows.all()) {
            for (int count : threads(row)) {
                String[] args = {row.name(), Integer.toString(count), "alone"};
                Times with = Child.run(Duel.class, Duel.Outcome.class, args)
                        .getFirst()
                        .tns();
                Times without = Child.runPlain(Duel.class, Duel.Outcome.class, args)
                        .getFirst()
                        .tns();
                Duel.Outcome outcome = new Duel.Outcome(row.name(), count, "tns without it", with, without, 0);
                outcomes.add(outcome);
                System.out.println(Report.line(outcome));
            }
        }
        if (!name.isEmpty()) {
            String file = name + "-plain";
            Report.write(file, Report.PLAIN, Report.updated(file, outcomes), List.of());
        }
    }

    private void speeds() throws IOException {
        List<Duel.Outcome> outcomes = Speeds.measure(words, threads);
        if (!name.isEmpty()) {
            String file = name + "-speeds";
            List<Duel.Outcome> all = new ArrayList<>(Report.updated(file, outcomes));
            all.sort(Comparator.comparingDouble(Duel.Outcome::ratio));
            Report.write(file, Report.SPEEDS, all, List.of());
        }
    }

    private void sweep() throws IOException {
        Sweep sweep = new Sweep();
        for (Curve curve : Curve.all()) {
            for (int count : isChosen(curve.name()) ? threads : new int[0]) {
                sweep.measure(curve, count);
            }
        }
        if (!name.isEmpty()) {
            sweep.write(name + "-sweep");
        }
    }
}
