package tns.bench;

import java.util.List;
import java.util.stream.Stream;

/** The rows of the benchmark: each what a user writes in tns, and the same elsewhere. */
final class Rows {
    private Rows() {}

    static List<Row> all() {
        return Stream.of(
                        TrainingRows.all(),
                        ElementRows.all(),
                        ReductionRows.all(),
                        LayerRows.all(),
                        DataRows.all(),
                        LanguageRows.all())
                .flatMap(List::stream)
                .toList();
    }

    static Row named(String name) {
        return all().stream().filter(row -> row.name().equals(name)).findFirst().orElseThrow();
    }
}
