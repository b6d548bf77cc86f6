package tns.selftest;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tns.Interpreter;
import tns.tensor.Device;
import tns.tensor.Tensor;

/** All checks of a device, one after the other; each says what it did and what failed, and none stops the next. */
public final class SelfTest {
    /** Failures shown of a check; more would only repeat themselves. */
    private static final int MOST_SHOWN = 20;

    /** One check: what it did in words, and what failed. */
    record Finding(String what, List<String> failures) {}

    /** A check of the device behind the session; one that could go on for ever does so for the time given. */
    @FunctionalInterface
    interface Check {
        Finding run(Interpreter tns, Device device, double seconds);
    }

    private record Stage(String name, Check check) {}

    private static final List<Stage> STAGES = List.of(
            new Stage("conformance", (tns, device, seconds) -> conformance(tns)),
            new Stage("training", (tns, device, seconds) -> TrainingCheck.run(tns, device)),
            new Stage("precision", (tns, device, seconds) -> PrecisionCheck.run(tns, device)),
            new Stage("memory", (tns, device, seconds) -> MemoryCheck.run(tns, device)),
            new Stage("programs", (tns, device, seconds) -> ProgramCheck.run(device, seconds)),
            new Stage("functions", (tns, device, seconds) -> FunctionCheck.run(device, seconds)));

    private final Interpreter first;
    private final PrintStream out;
    private final double seconds;

    /**
     * Checks of the default device of a session.
     *
     * @param seconds how long the checks that could go on for ever take, together
     */
    public SelfTest(Interpreter first, PrintStream out, double seconds) {
        this.first = first;
        this.out = out;
        this.seconds = seconds;
    }

    /** The names of the checks, in their order. */
    public static List<String> checks() {
        return STAGES.stream().map(Stage::name).toList();
    }

    /** Runs them all; whether every one passed. */
    public boolean run() {
        return run(STAGES, seconds / 2);
    }

    /** Runs the one of that name; whether it passed. */
    public boolean run(String check) {
        return run(STAGES.stream().filter(stage -> stage.name.equals(check)).toList(), seconds);
    }

    private boolean run(List<Stage> stages, double each) {
        Device device = ((Tensor) first.eval("zeros(1)")).device();
        out.println("selftest of " + device.name());
        boolean passed = true;
        for (Stage stage : stages) {
            long start = System.nanoTime();
            Finding finding;
            try {
                finding = stage.check().run(first, device, each);
            } catch (RuntimeException | Error e) {
                finding = new Finding("stopped", List.of(String.valueOf(e)));
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            boolean fine = finding.failures().isEmpty();
            passed &= fine;
            out.printf(
                    Locale.ROOT,
                    "%-12s %-6s %s (%.1f s)%n",
                    stage.name(),
                    fine ? "passed" : "FAILED",
                    finding.what(),
                    seconds);
            finding.failures().stream().limit(MOST_SHOWN).forEach(failure -> out.println("  " + failure));
            if (finding.failures().size() > MOST_SHOWN) {
                out.println("  and " + (finding.failures().size() - MOST_SHOWN) + " more");
            }
            out.flush();
        }
        return passed;
    }

    private static Finding conformance(Interpreter tns) {
        Conformance conformance = new Conformance(tns::sibling);
        List<String> failures = new ArrayList<>();
        int passed = 0;
        int missing = 0;
        for (String file : Conformance.FILES) {
            for (var c : JsonLines.resource(file)) {
                Conformance.Outcome outcome = conformance.check(c);
                if (outcome.passed()) {
                    passed++;
                } else if (outcome.missing() != null) {
                    missing++;
                } else {
                    failures.add(outcome.id() + " " + outcome.call() + ": " + outcome.failure());
                }
            }
        }
        return new Finding(
                "PyTorch's answers: " + passed + " passed, " + failures.size() + " failed, " + missing + " not built",
                failures);
    }
}
