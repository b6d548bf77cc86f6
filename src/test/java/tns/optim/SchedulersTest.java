package tns.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tns.Interpreter;

/** Each scheduler's rates epoch by epoch against the closed form of its curve. */
class SchedulersTest {
    private record Case(String call, int epochs, IntToDoubleFunction rate) {}

    private static double cosine(double from, double to, double part) {
        return to + (from - to) * (1 + Math.cos(Math.PI * part)) / 2;
    }

    private static final List<Case> CASES = List.of(
            new Case("step_lr(opt, 3, gamma=0.5)", 10, t -> 0.4 * Math.pow(0.5, Math.floorDiv(t, 3))),
            new Case("multi_step_lr(opt, (2, 5, 5), gamma=0.1)", 8, t -> 0.4 * (t < 2 ? 1 : t < 5 ? 0.1 : 0.001)),
            new Case("exponential_lr(opt, 0.9)", 20, t -> 0.4 * Math.pow(0.9, t)),
            new Case("constant_lr(opt, factor=0.25, total_iters=4)", 8, t -> t < 4 ? 0.1 : 0.4),
            new Case(
                    "linear_lr(opt, start_factor=0.2, end_factor=0.8, total_iters=6)",
                    10,
                    t -> 0.4 * (0.2 + 0.6 * Math.min(t, 6) / 6)),
            new Case(
                    "polynomial_lr(opt, total_iters=5, power=2.0)",
                    8,
                    t -> 0.4 * Math.pow(1 - Math.min(t, 5) / 5.0, 2)),
            new Case("lambda_lr(opt, epoch -> 1 / (1 + epoch))", 8, t -> 0.4 / (1 + t)),
            new Case("multiplicative_lr(opt, epoch -> 0.5)", 8, t -> 0.4 * Math.pow(0.5, t)),
            new Case("cosine_annealing_lr(opt, 7, eta_min=0.1)", 30, t -> cosine(0.4, 0.1, t / 7.0)),
            new Case("cosine_annealing_warm_restarts(opt, 3, T_mult=2, eta_min=0.1)", 25, t -> {
                int rest = t;
                int length = 3;
                while (rest >= length) {
                    rest -= length;
                    length *= 2;
                }
                return cosine(0.4, 0.1, (double) rest / length);
            }),
            new Case(
                    "one_cycle_lr(opt, max_lr=1.0, total_steps=20, pct_start=0.25)",
                    20,
                    t -> t <= 4 ? cosine(0.04, 1, t / 4.0) : cosine(1, 0.04 / 1e4, (t - 4) / 15.0)),
            new Case(
                    "one_cycle_lr(opt, max_lr=1.0, epochs=4, steps_per_epoch=5, pct_start=0.25,"
                            + " anneal_strategy=\"linear\", three_phase=true)",
                    20,
                    t -> t <= 4
                            ? 0.04 + 0.96 * t / 4
                            : t <= 8 ? 1 - 0.96 * (t - 4) / 4 : 0.04 + (0.04 / 1e4 - 0.04) * (t - 8) / 11),
            new Case(
                    "sequential_lr(opt, (linear_lr(opt, 0.5, total_iters=4), exponential_lr(opt, 0.9)), (4,))",
                    10,
                    t -> t < 4 ? 0.4 * (0.5 + 0.5 * t / 4) : 0.4 * Math.pow(0.9, t - 4)),
            new Case(
                    "cyclic_lr(opt, 0.1, 0.5, step_size_up=4, step_size_down=6, mode=\"triangular2\")",
                    35,
                    t -> 0.1 + 0.4 * triangle(t % 10, 4, 6) / Math.pow(2, Math.floorDiv(t, 10))),
            new Case(
                    "cyclic_lr(opt, 0.1, 0.5, step_size_up=3, mode=\"exp_range\", gamma=0.9)",
                    20,
                    t -> 0.1 + 0.4 * triangle(t % 6, 3, 3) * Math.pow(0.9, t)),
            new Case(
                    "cyclic_lr(opt, 0.1, 0.5, step_size_up=3, scale_fn=cycle -> 1 / cycle)",
                    20,
                    t -> 0.1 + 0.4 * triangle(t % 6, 3, 3) / (1 + Math.floorDiv(t, 6))),
            new Case("swa_lr(opt, 0.1, anneal_epochs=6)", 10, t -> cosine(0.4, 0.1, Math.min(t, 6) / 6.0)),
            new Case(
                    "chained_scheduler((constant_lr(opt, 0.1, total_iters=3), exponential_lr(opt, 0.9)))",
                    10,
                    t -> 0.4 * (t < 3 ? 0.1 : 1) * Math.pow(0.9, t)),
            new Case(
                    "sequential_lr(opt, (linear_lr(opt, 0.5, total_iters=4), chained_scheduler((constant_lr(opt, 0.5,"
                            + " total_iters=2), exponential_lr(opt, 0.9)))), (4,))",
                    10,
                    t -> t < 4 ? 0.4 * (0.5 + 0.5 * t / 4) : 0.4 * (t < 6 ? 0.5 : 1) * Math.pow(0.9, t - 4)));

    /** From 0 up to 1 in {@code up} steps and back in {@code down}. */
    private static double triangle(int t, int up, int down) {
        return t <= up ? (double) t / up : (double) (up + down - t) / down;
    }

    @TestFactory
    List<DynamicTest> ratesFollowTheCurve() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Case c : CASES) {
            tests.add(DynamicTest.dynamicTest(c.call, () -> {
                PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
                Interpreter tns = new Interpreter(nowhere, new BufferedReader(new StringReader("")), List.of());
                tns.eval("opt = sgd((param([1.]),), lr=0.4, momentum=0.9); s = " + c.call);
                for (int epoch = 0; epoch < c.epochs; epoch++) {
                    double expected = c.rate.applyAsDouble(epoch);
                    assertEquals(expected, (Double) tns.eval("opt.lr"), 1e-12, "epoch " + epoch);
                    assertEquals(expected, (Double) tns.eval("s.get_last_lr()[0]"), 1e-12, "epoch " + epoch);
                    if (epoch + 1 < c.epochs) {
                        tns.eval("s.step()");
                    }
                }
            }));
        }
        return tests;
    }
}
