package tns.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command {@code bin/bench}: measures the rows whose names hold one of the words given, or all. */
final class Main {
    private Main() {}

    /** @param args {@code --threads=N} for one setting, {@code --write=NAME} to keep the results, and words of rows */
    public static void main(String[] args) throws IOException {
        List<String> words = new ArrayList<>();
        int most = Runtime.getRuntime().availableProcessors();
        int[] threads = most == 1 ? new int[] {1} : new int[] {1, most};
        String name = "";
        for (String arg : args) {
            if (arg.startsWith("--threads=")) {
                threads = new int[] {Integer.parseInt(arg.substring(arg.indexOf('=') + 1))};
            } else if (arg.startsWith("--write=")) {
                name = arg.substring(arg.indexOf('=') + 1);
            } else {
                words.add(arg);
            }
        }
        System.out.println(Report.machine());
        List<Duel.Outcome> outcomes = new ArrayList<>();
        for (Row row : Rows.all()) {
            if (!words.isEmpty() && words.stream().noneMatch(row.name()::contains)) {
                continue;
            }
            for (int count : row.isNarrow() ? new int[] {1} : threads) {
                for (Duel.Outcome outcome : Duel.run(row, count)) {
                    outcomes.add(outcome);
                    System.out.println(Report.line(outcome));
                }
            }
        }
        if (!name.isEmpty()) {
            Report.write(Path.of("src/bench/results"), name, outcomes);
        }
    }
}
