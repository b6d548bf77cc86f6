package tns.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One thing that is measured on both sides: what it is, its tns text, and the same elsewhere. */
final class Row {
    /** One call of a side. */
    interface Call {
        void run();
    }

    /**
     * The other side of a row.
     *
     * @param kind what it is: {@code natural} and {@code reused} are libtorch
     * @param wanted the ratio of times to reach
     * @param prepare makes what the calls share and gives the call; null for a time that is known
     * @param seconds the time that is known
     */
    record Rival(String kind, double wanted, @Nullable Supplier<Call> prepare, double seconds) {
        boolean isLibtorch() {
            return kind.equals(NATURAL) || kind.equals(REUSED);
        }
    }

    private static final String NATURAL = "natural";
    private static final String REUSED = "reused";

    private final String name;
    private final String setup;
    private final String body;
    private final List<Rival> rivals = new ArrayList<>();

    private Row(String name, String setup, String body) {
        this.name = name;
        this.setup = setup;
        this.body = body;
    }

    /**
     * A row measured by running {@code body} often after {@code setup} once.
     *
     * @param setup tns statements at file level
     * @param body tns statements that become the body of a loop
     */
    static Row of(String name, String setup, String body) {
        return new Row(name, setup, body);
    }

    /** Against the code a user of PyTorch writes, in libtorch. */
    Row natural(double wanted, Supplier<Call> prepare) {
        rivals.add(new Rival(NATURAL, wanted, prepare, 0));
        return this;
    }

    /** Against libtorch with every result buffer supplied by hand. */
    Row reused(double wanted, Supplier<Call> prepare) {
        rivals.add(new Rival(REUSED, wanted, prepare, 0));
        return this;
    }

    /** Against {@code python3} running {@code body} after {@code setup} once. */
    Row python(double wanted, String setup, String body) {
        rivals.add(new Rival("CPython " + Python.version(), wanted, () -> new Python(setup, body), 0));
        return this;
    }

    /** Against a time known beforehand. */
    Row limit(String kind, double wanted, double seconds) {
        rivals.add(new Rival(kind, wanted, null, seconds));
        return this;
    }

    String name() {
        return name;
    }

    String setup() {
        return setup;
    }

    String body() {
        return body;
    }

    /** Whether it is about more than one thread: rows without libtorch are not. */
    boolean isWide() {
        return rivals.stream().anyMatch(Rival::isLibtorch);
    }

    List<Rival> rivals() {
        return rivals;
    }
}
