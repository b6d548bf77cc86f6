package tns.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tns.Interpreter;

/**
 * The optimisers step by step against the algorithms of PyTorch's documentation, written out for one number in double.
 * Repeat a failure with {@code -Dtns.seed}.
 */
class OptimizersTest {
    private static final long SEED = Long.getLong("tns.seed", 5);
    private static final int STEPS = 12;
    private static final double RELATIVE = 1e-12;

    /** One number being optimised: given its gradient, the next value. */
    interface Reference {
        double next(double p, double g, int step);
    }

    interface Maker {
        Reference make();
    }

    /** An optimiser's call, with {@code p} for the parameter, and its algorithm. */
    record Case(String call, Maker reference) {
        @Override
        public String toString() {
            return call;
        }
    }

    private static final class Sgd implements Reference {
        private final double lr;
        private final double momentum;
        private final double dampening;
        private final double decay;
        private final boolean nesterov;
        private double b;

        Sgd(double lr, double momentum, double dampening, double decay, boolean nesterov) {
            this.lr = lr;
            this.momentum = momentum;
            this.dampening = dampening;
            this.decay = decay;
            this.nesterov = nesterov;
        }

        @Override
        public double next(double p, double gradient, int step) {
            double g = gradient + decay * p;
            b = step == 1 ? g : momentum * b + (1 - dampening) * g;
            return p - lr * (momentum == 0 ? g : nesterov ? g + momentum * b : b);
        }
    }

    private static final class Adam implements Reference {
        private final double lr;
        private final double beta1;
        private final double beta2;
        private final double eps;
        private final double decay;
        private final boolean decoupled;
        private final boolean amsgrad;
        private double m;
        private double v;
        private double greatest;

        Adam(double lr, double beta1, double beta2, double eps, double decay, boolean decoupled, boolean amsgrad) {
            this.lr = lr;
            this.beta1 = beta1;
            this.beta2 = beta2;
            this.eps = eps;
            this.decay = decay;
            this.decoupled = decoupled;
            this.amsgrad = amsgrad;
        }

        @Override
        public double next(double given, double gradient, int step) {
            double p = decoupled ? given - lr * decay * given : given;
            double g = decoupled ? gradient : gradient + decay * p;
            m = beta1 * m + (1 - beta1) * g;
            v = beta2 * v + (1 - beta2) * g * g;
            double mHat = m / (1 - Math.pow(beta1, step));
            greatest = Math.max(greatest, v);
            double vHat = (amsgrad ? greatest : v) / (1 - Math.pow(beta2, step));
            return p - lr * mHat / (Math.sqrt(vHat) + eps);
        }
    }

    private static final class Rmsprop implements Reference {
        private final double lr;
        private final double alpha;
        private final double eps;
        private final double decay;
        private final double momentum;
        private final boolean centered;
        private double v;
        private double mean;
        private double b;

        Rmsprop(double lr, double alpha, double eps, double decay, double momentum, boolean centered) {
            this.lr = lr;
            this.alpha = alpha;
            this.eps = eps;
            this.decay = decay;
            this.momentum = momentum;
            this.centered = centered;
        }

        @Override
        public double next(double p, double gradient, int step) {
            double g = gradient + decay * p;
            v = alpha * v + (1 - alpha) * g * g;
            mean = mean * alpha + (1 - alpha) * g;
            double spread = centered ? v - mean * mean : v;
            b = momentum * b + g / (Math.sqrt(spread) + eps);
            return p - lr * b;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("sgd(p)", () -> new Sgd(1e-3, 0, 0, 0, false)),
                new Case("sgd(p, lr=0.1)", () -> new Sgd(0.1, 0, 0, 0, false)),
                new Case("sgd(p, lr=0.1, momentum=0.9)", () -> new Sgd(0.1, 0.9, 0, 0, false)),
                new Case(
                        "sgd(p, lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.2)",
                        () -> new Sgd(0.1, 0.9, 0.3, 0.2, false)),
                new Case("sgd(p, 0.1, 0.8, weight_decay=0.1, nesterov=true)", () -> new Sgd(0.1, 0.8, 0, 0.1, true)),
                new Case("adam(p)", () -> new Adam(1e-3, 0.9, 0.999, 1e-8, 0, false, false)),
                new Case(
                        "adam(p, lr=0.1, betas=(0.7, 0.9), eps=0.01, weight_decay=0.3)",
                        () -> new Adam(0.1, 0.7, 0.9, 0.01, 0.3, false, false)),
                new Case(
                        "adam(p, lr=0.1, betas=(0.7, 0.6), amsgrad=true)",
                        () -> new Adam(0.1, 0.7, 0.6, 1e-8, 0, false, true)),
                new Case("adamw(p)", () -> new Adam(1e-3, 0.9, 0.999, 1e-8, 0.01, true, false)),
                new Case(
                        "adamw(p, lr=0.1, weight_decay=0.3, amsgrad=true, betas=(0.5, 0.5))",
                        () -> new Adam(0.1, 0.5, 0.5, 1e-8, 0.3, true, true)),
                new Case("rmsprop(p)", () -> new Rmsprop(0.01, 0.99, 1e-8, 0, 0, false)),
                new Case(
                        "rmsprop(p, lr=0.1, alpha=0.7, eps=0.02, weight_decay=0.1, momentum=0.8)",
                        () -> new Rmsprop(0.1, 0.7, 0.02, 0.1, 0.8, false)),
                new Case(
                        "rmsprop(p, lr=0.1, alpha=0.7, eps=0.02, centered=true)",
                        () -> new Rmsprop(0.1, 0.7, 0.02, 0, 0, true)));
    }

    private static Interpreter interpreter() {
        return new Interpreter(
                new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8),
                new BufferedReader(new StringReader("")),
                List.of());
    }

    /** The parameter after each step of descent on sum(c * sin(p)), whose gradient changes sign and size. */
    @ParameterizedTest
    @MethodSource("cases")
    void stepsAsPyTorch(Case c) {
        runs(c, c.call, 1);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void maximizeClimbs(Case c) {
        runs(c, c.call.substring(0, c.call.length() - 1) + ", maximize=true)", -1);
    }

    private static void runs(Case c, String call, int sign) {
        Interpreter tns = interpreter();
        int n = 5;
        SplittableRandom random = new SplittableRandom(SEED);
        double[] p = random.doubles(n, -2, 2).toArray();
        double[] scale = random.doubles(n, -3, 3).toArray();
        Reference[] references = Stream.generate(c.reference::make).limit(n).toArray(Reference[]::new);
        tns.set("start", tns.tensor(p, n));
        tns.set("c", tns.tensor(scale, n));
        tns.eval("p = param(start); optimizer = " + call);
        for (int step = 1; step <= STEPS; step++) {
            double[] found =
                    tns.doubles(tns.eval("optimizer.zero_grad(); (c * sin(p)).sum().backward(); optimizer.step(); p"));
            for (int i = 0; i < n; i++) {
                p[i] = references[i].next(p[i], sign * scale[i] * Math.cos(p[i]), step);
                assertEquals(p[i], found[i], RELATIVE * (1 + Math.abs(p[i])), "-Dtns.seed=" + SEED + " step " + step);
            }
        }
    }
}
