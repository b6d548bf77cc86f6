package tns.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tns.Interpreter;

/**
 * Each optimiser step by step against its published update, written out here element by element in double: the loss is
 * sum(c (x - t)²) + 0.1 sum(x⁴), whose gradient is known.
 */
class OptimizerStepsTest {
    /** Enough elements for several blocks of a fused pass. */
    private static final int ELEMENTS = 3001;

    private static final double[] START = tiled(1.5, -2, 0.3, 4, 0);
    private static final double[] SCALE = tiled(1, 0.5, 3, 0.01, 2);
    private static final double[] TARGET = tiled(0.5, 1, -1, 2, 0);
    private static final int STEPS = 30;

    private static double[] tiled(double... pattern) {
        return IntStream.range(0, ELEMENTS)
                .mapToDouble(i -> pattern[i % pattern.length])
                .toArray();
    }

    /** One element's next value, from what is remembered of it (zeros at first) and the number of the step from 1. */
    private interface Update {
        double next(double p, double g, double[] memory, int step);
    }

    private record Case(String call, Update update) {}

    private static final List<Case> CASES = List.of(
            new Case("sgd((x,), lr=0.05)", (p, g, m, t) -> p - 0.05 * g),
            new Case("sgd((x,), lr=0.01, momentum=0.9, dampening=0.2, weight_decay=0.1)", (p, g, m, t) -> {
                double d = g + 0.1 * p;
                m[0] = t == 1 ? d : 0.9 * m[0] + 0.8 * d;
                return p - 0.01 * m[0];
            }),
            new Case("sgd((x,), lr=0.01, momentum=0.9, nesterov=true)", (p, g, m, t) -> {
                m[0] = 0.9 * m[0] + g;
                return p - 0.01 * (g + 0.9 * m[0]);
            }),
            new Case("sgd((x,), lr=0.0001, maximize=true)", (p, g, m, t) -> p + 0.0001 * g),
            new Case("adam((x,), lr=0.1, betas=(0.8, 0.9), eps=0.001, weight_decay=0.1)", (p, g, m, t) -> {
                double d = g + 0.1 * p;
                m[0] = 0.8 * m[0] + 0.2 * d;
                m[1] = 0.9 * m[1] + 0.1 * d * d;
                return p - 0.1 * m[0] / (1 - Math.pow(0.8, t)) / (Math.sqrt(m[1] / (1 - Math.pow(0.9, t))) + 0.001);
            }),
            new Case("adam((x,), lr=0.1, amsgrad=true, maximize=true)", (p, g, m, t) -> {
                m[0] = 0.9 * m[0] - 0.1 * g;
                m[1] = 0.999 * m[1] + 0.001 * g * g;
                m[2] = Math.max(m[2], m[1]);
                return p - 0.1 * m[0] / (1 - Math.pow(0.9, t)) / (Math.sqrt(m[2] / (1 - Math.pow(0.999, t))) + 1e-8);
            }),
            new Case("adamw((x,), lr=0.1, weight_decay=0.2)", (p, g, m, t) -> {
                m[0] = 0.9 * m[0] + 0.1 * g;
                m[1] = 0.999 * m[1] + 0.001 * g * g;
                double shrunk = p * (1 - 0.1 * 0.2);
                return shrunk
                        - 0.1 * m[0] / (1 - Math.pow(0.9, t)) / (Math.sqrt(m[1] / (1 - Math.pow(0.999, t))) + 1e-8);
            }),
            new Case("nadam((x,), lr=0.05, weight_decay=0.1)", (p, g, m, t) -> nadam(p, g + 0.1 * p, m, t)),
            new Case(
                    "nadam((x,), lr=0.05, weight_decay=0.1, decoupled_weight_decay=true)",
                    (p, g, m, t) -> nadam(p * (1 - 0.05 * 0.1), g, m, t)),
            new Case(
                    "radam((x,), lr=0.05, betas=(0.9, 0.99), weight_decay=0.1)",
                    (p, g, m, t) -> radam(p, g + 0.1 * p, m, t)),
            new Case(
                    "radam((x,), lr=0.05, betas=(0.9, 0.99), weight_decay=0.1, decoupled_weight_decay=true)",
                    (p, g, m, t) -> radam(p * (1 - 0.05 * 0.1), g, m, t)),
            new Case("adamax((x,), lr=0.05, weight_decay=0.1)", (p, g, m, t) -> {
                double d = g + 0.1 * p;
                m[0] = 0.9 * m[0] + 0.1 * d;
                m[1] = Math.max(0.999 * m[1], Math.abs(d) + 1e-8);
                return p - 0.05 / (1 - Math.pow(0.9, t)) * m[0] / m[1];
            }),
            new Case("rmsprop((x,), lr=0.01, alpha=0.9, weight_decay=0.1)", (p, g, m, t) -> {
                double d = g + 0.1 * p;
                m[0] = 0.9 * m[0] + 0.1 * d * d;
                return p - 0.01 * d / (Math.sqrt(m[0]) + 1e-8);
            }),
            new Case("rmsprop((x,), lr=0.01, alpha=0.9, momentum=0.5, centered=true, eps=0.01)", (p, g, m, t) -> {
                m[0] = 0.9 * m[0] + 0.1 * g * g;
                m[1] = 0.9 * m[1] + 0.1 * g;
                m[2] = 0.5 * m[2] + g / (Math.sqrt(m[0] - m[1] * m[1]) + 0.01);
                return p - 0.01 * m[2];
            }),
            new Case(
                    "adagrad((x,), lr=0.1, lr_decay=0.05, weight_decay=0.1, initial_accumulator_value=0.5)",
                    (p, g, m, t) -> {
                        double d = g + 0.1 * p;
                        m[0] = (t == 1 ? 0.5 : m[0]) + d * d;
                        return p - 0.1 / (1 + (t - 1) * 0.05) * d / (Math.sqrt(m[0]) + 1e-10);
                    }),
            new Case("adadelta((x,), lr=0.5, rho=0.8, weight_decay=0.1)", (p, g, m, t) -> {
                double d = g + 0.1 * p;
                m[0] = 0.8 * m[0] + 0.2 * d * d;
                double move = Math.sqrt(m[1] + 1e-6) / Math.sqrt(m[0] + 1e-6) * d;
                m[1] = 0.8 * m[1] + 0.2 * move * move;
                return p - 0.5 * move;
            }),
            new Case("lion((x,), lr=0.01, weight_decay=0.1)", (p, g, m, t) -> {
                double shrunk = p * (1 - 0.01 * 0.1);
                double next = shrunk - 0.01 * Math.signum(0.9 * m[0] + 0.1 * g);
                m[0] = 0.99 * m[0] + 0.01 * g;
                return next;
            }),
            new Case("asgd((x,), lr=0.05, lambd=0.3, alpha=0.6, weight_decay=0.1)", (p, g, m, t) -> {
                double rate = 0.05 / Math.pow(1 + 0.3 * 0.05 * (t - 1), 0.6);
                return p * (1 - 0.3 * rate) - rate * (g + 0.1 * p);
            }),
            new Case("rprop((x,), lr=0.05, etas=(0.4, 1.3), step_sizes=(0.01, 0.2))", (p, g, m, t) -> {
                double agreement = g * m[0];
                m[1] = (t == 1 ? 0.05 : m[1]) * (agreement > 0 ? 1.3 : agreement < 0 ? 0.4 : 1);
                m[1] = Math.min(Math.max(m[1], 0.01), 0.2);
                m[0] = agreement < 0 ? 0 : g;
                return p - Math.signum(m[0]) * m[1];
            }));

    private static double nadam(double p, double g, double[] m, int t) {
        double mu = 0.9 * (1 - 0.5 * Math.pow(0.96, t * 0.004));
        double next = 0.9 * (1 - 0.5 * Math.pow(0.96, (t + 1) * 0.004));
        m[2] = (t == 1 ? 1 : m[2]) * mu;
        m[0] = 0.9 * m[0] + 0.1 * g;
        m[1] = 0.999 * m[1] + 0.001 * g * g;
        double mean = next * m[0] / (1 - m[2] * next) + (1 - mu) * g / (1 - m[2]);
        return p - 0.05 * mean / (Math.sqrt(m[1] / (1 - Math.pow(0.999, t))) + 1e-8);
    }

    private static double radam(double p, double g, double[] m, int t) {
        m[0] = 0.9 * m[0] + 0.1 * g;
        m[1] = 0.99 * m[1] + 0.01 * g * g;
        double mean = m[0] / (1 - Math.pow(0.9, t));
        double longest = 2 / (1 - 0.99) - 1;
        double length = longest - 2 * t * Math.pow(0.99, t) / (1 - Math.pow(0.99, t));
        if (length <= 5) {
            return p - 0.05 * mean;
        }
        double r = Math.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
        return p - 0.05 * mean * r * Math.sqrt(1 - Math.pow(0.99, t)) / (Math.sqrt(m[1]) + 1e-8);
    }

    @TestFactory
    List<DynamicTest> everyStepIsThePublishedOne() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Case c : CASES) {
            tests.add(DynamicTest.dynamicTest(c.call, () -> check(c)));
        }
        return tests;
    }

    private static void check(Case c) {
        Interpreter tns = interpreter();
        tns.set("c", tns.tensor(SCALE, SCALE.length));
        tns.set("t", tns.tensor(TARGET, TARGET.length));
        tns.set("start", tns.tensor(START, START.length));
        tns.eval("x = param(start); opt = " + c.call);
        double[] x = START.clone();
        double[][] memory = new double[x.length][3];
        for (int step = 1; step <= STEPS; step++) {
            tns.eval("(c * (x - t) ** 2 + 0.1 * x ** 4).sum().backward(); opt.step()");
            double[] found = tns.doubles(tns.eval("x"));
            for (int i = 0; i < x.length; i++) {
                double g = 2 * SCALE[i] * (x[i] - TARGET[i]) + 0.4 * x[i] * x[i] * x[i];
                x[i] = c.update.next(x[i], g, memory[i], step);
                assertEquals(x[i], found[i], 1e-9 * Math.max(1, Math.abs(x[i])), "step " + step + ", element " + i);
                // From the value found, so that differences do not grow over the steps.
                x[i] = found[i];
            }
        }
    }

    /** From step t0 on, ax is the mean of the values after each step; before, the last of them. */
    @Test
    void asgdAveragesFromItsStartOn() {
        Interpreter tns = interpreter();
        tns.set("start", tns.tensor(new double[] {3, -2}, 2));
        tns.eval("x = param(start); opt = asgd((x,), lr=0.1, lambd=0.2, t0=3)");
        double sum = 0;
        for (int step = 1; step <= 9; step++) {
            tns.eval("(x ** 2).sum().backward(); opt.step()");
            double value = tns.doubles(tns.eval("x"))[0];
            double mean = tns.doubles(tns.eval("opt.state_dict().state[\"0\"].ax"))[0];
            // The mean starts with the value of step t0 + 1, and mu is 1 at the next step too.
            sum = step < 5 ? 0 : sum + value;
            assertEquals(step < 5 ? value : sum / (step - 4), mean, 1e-12, "step " + step);
        }
    }

    /** Rows and columns of a matrix by the published formulas, with every setting apart from its default. */
    @Test
    void adafactorFollowsRowsAndColumns() {
        int m = 3;
        int n = 4;
        double[] x = new double[m * n];
        Arrays.setAll(x, i -> Math.sin(i + 1));
        Interpreter tns = interpreter();
        tns.set("start", tns.tensor(x, m, n));
        tns.eval("x = param(start); opt = adafactor((x,), lr=0.3, beta2_decay=-0.5, eps=(1e-6, 0.2), d=1.5,"
                + " weight_decay=0.1)");
        double[] rows = new double[m];
        double[] columns = new double[n];
        for (int step = 1; step <= 10; step++) {
            tns.eval("(x ** 4).sum().backward(); opt.step()");
            double[] g = Arrays.stream(x).map(v -> 4 * v * v * v).toArray();
            double weight = Math.pow(step, -0.5);
            for (int i = 0; i < m; i++) {
                double mean = 0;
                for (int j = 0; j < n; j++) {
                    mean += g[i * n + j] * g[i * n + j] / n;
                }
                rows[i] += weight * (mean - rows[i]);
            }
            for (int j = 0; j < n; j++) {
                double mean = 0;
                for (int i = 0; i < m; i++) {
                    mean += g[i * n + j] * g[i * n + j] / m;
                }
                columns[j] += weight * (mean - columns[j]);
            }
            double all = Arrays.stream(rows).average().orElseThrow();
            double[] u = new double[m * n];
            Arrays.setAll(u, i -> g[i] / Math.sqrt(rows[i / n] * columns[i % n] / all));
            double length = Math.max(0.2, size(x)) * Math.min(0.3, 1 / Math.sqrt(step)) / Math.max(1, size(u) / 1.5);
            Arrays.setAll(x, i -> x[i] * (1 - 0.3 * 0.1) - length * u[i]);
            assertArrayEquals(x, tns.doubles(tns.eval("x")), 1e-12, "step " + step);
        }
    }

    private static double size(double[] x) {
        return Math.sqrt(Arrays.stream(x).map(v -> v * v).average().orElseThrow());
    }

    /** On a quadratic, L-BFGS with a line search meets the minimum, and its first move is the scaled gradient. */
    @Test
    void lbfgsFindsTheMinimumOfAQuadratic() {
        Interpreter tns = interpreter();
        tns.set("a", tns.tensor(new double[] {4, 1, 1, 3}, 2, 2));
        tns.set("b", tns.tensor(new double[] {1, 2}, 2));
        String loss = "() -> 0.5 * (x @ a @ x) - b @ x";
        tns.eval("x = param(b * 0); opt = lbfgs((x,), max_iter=2, max_eval=2); opt.step(" + loss + ")");
        // The gradient at 0 is -b; the first length is min(1, 1 / |b|₁) = 1/3, the second evaluation ends the step.
        double[] first = tns.doubles(tns.eval("x"));
        assertEquals(1 / 3.0, first[0], 1e-15);
        assertEquals(2 / 3.0, first[1], 1e-15);
        tns.eval("x = param(b * 0); opt = lbfgs((x,), line_search_fn=\"strong_wolfe\", tolerance_change=0); opt.step("
                + loss + ")");
        double[] found = tns.doubles(tns.eval("x"));
        // The solution of a x = b.
        assertEquals(1 / 11.0, found[0], 1e-7);
        assertEquals(7 / 11.0, found[1], 1e-7);
    }

    /** The second direction, by the formula for the inverse Hessian after one pair: H = V' (s'y / y'y) V + s s' / s'y. */
    @Test
    void lbfgsDirectionsAreThoseOfTheDenseFormula() {
        Interpreter tns = interpreter();
        tns.set("a", tns.tensor(new double[] {4, 1, 1, 3}, 2, 2));
        tns.set("b", tns.tensor(new double[] {1, 2}, 2));
        tns.eval("x = param(b * 0); opt = lbfgs((x,), lr=0.5, max_iter=2, max_eval=100)"
                + "; opt.step(() -> 0.5 * (x @ a @ x) - b @ x)");
        double[] found = tns.doubles(tns.eval("x"));
        double[] x1 = {0.5 / 3, 1.0 / 3};
        double[] g0 = {-1, -2};
        double[] g1 = {4 * x1[0] + x1[1] - 1, x1[0] + 3 * x1[1] - 2};
        double[] y = {g1[0] - g0[0], g1[1] - g0[1]};
        double sy = x1[0] * y[0] + x1[1] * y[1];
        double gamma = sy / (y[0] * y[0] + y[1] * y[1]);
        double[][] v = new double[2][2];
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) {
                v[i][j] = (i == j ? 1 : 0) - y[i] * x1[j] / sy;
            }
        }
        for (int i = 0; i < 2; i++) {
            double d = 0;
            for (int j = 0; j < 2; j++) {
                double h = x1[i] * x1[j] / sy;
                for (int k = 0; k < 2; k++) {
                    h += v[k][i] * gamma * v[k][j];
                }
                d -= h * g1[j];
            }
            assertEquals(x1[i] + 0.5 * d, found[i], 1e-12);
        }
    }

    private static Interpreter interpreter() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return new Interpreter(nowhere, new BufferedReader(new StringReader("")), List.of());
    }
}
