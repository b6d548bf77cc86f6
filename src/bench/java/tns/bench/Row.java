package tns.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** One thing that is measured on both sides: what it is, its tns text, and the same in libtorch. */
final class Row {
    /** One call of libtorch's side; the native tensors it makes are freed after it. */
    interface Call {
        void run();
    }

    /** Libtorch's side of a row: makes what the calls share and gives the call. */
    record Rival(String kind, double wanted, Supplier<Call> prepare) {}

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

    /** Against the code a user of PyTorch writes; {@code wanted} is the ratio of times to reach. */
    Row natural(double wanted, Supplier<Call> prepare) {
        rivals.add(new Rival("natural", wanted, prepare));
        return this;
    }

    /** Against libtorch with every result buffer supplied by hand. */
    Row reused(double wanted, Supplier<Call> prepare) {
        rivals.add(new Rival("reused", wanted, prepare));
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

    List<Rival> rivals() {
        return rivals;
    }
}
