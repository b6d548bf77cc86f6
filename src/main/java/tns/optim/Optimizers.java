package tns.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Display;
import tns.op.Family;
import tns.op.Tuple;

/** sgd, adam, adamw and rmsprop with PyTorch's exact updates, in the parameter's own dtype. */
public final class Optimizers {
    public static final Family FAMILY = new Family("optimisers");

    static {
        FAMILY.define("sgd(params: any, lr: float = 0.001, momentum: float = 0, dampening: float = 0,"
                        + " weight_decay: float = 0, nesterov: bool = false, maximize: bool = false)")
                .doc("Stochastic gradient descent: p - lr * gradient, with momentum.")
                .example("type(sgd((param([1.]),), lr=0.1))", "optimizer")
                .is(args -> optimizer(args, new Sgd(), "lr", "momentum", "dampening", "weight_decay", "nesterov"));
        FAMILY.define("adam(params: any, lr: float = 0.001, betas: any = (0.9, 0.999), eps: float = 1e-08,"
                        + " weight_decay: float = 0, amsgrad: bool = false, maximize: bool = false)")
                .doc("Adam (Kingma and Ba, 2015), with PyTorch's placing of eps.")
                .example("type(adam((param([1.]),), lr=0.1))", "optimizer")
                .is(args -> optimizer(args, new Adam(false), "lr", "betas", "eps", "weight_decay", "amsgrad"));
        FAMILY.define("adamw(params: any, lr: float = 0.001, betas: any = (0.9, 0.999), eps: float = 1e-08,"
                        + " weight_decay: float = 0.01, amsgrad: bool = false, maximize: bool = false)")
                .doc("Adam with decoupled weight decay (Loshchilov and Hutter, 2019).")
                .example("type(adamw((param([1.]),), lr=0.1))", "optimizer")
                .is(args -> optimizer(args, new Adam(true), "lr", "betas", "eps", "weight_decay", "amsgrad"));
        FAMILY.define("rmsprop(params: any, lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-08, weight_decay:"
                        + " float = 0, momentum: float = 0, centered: bool = false, maximize: bool = false)")
                .doc("RMSprop (Hinton, 2012): steps divided by the running size of the gradient.")
                .example("type(rmsprop((param([1.]),), lr=0.1))", "optimizer")
                .is(args ->
                        optimizer(args, new RmsProp(), "lr", "alpha", "eps", "weight_decay", "momentum", "centered"));
    }

    private Optimizers() {}

    private static Optimizer optimizer(Args args, Optimizer.Rule rule, String... names) {
        String op = args.name();
        Map<String, Object> settings = new LinkedHashMap<>();
        for (String name : names) {
            settings.put(name, args.get(name));
        }
        settings.put("maximize", args.get("maximize"));
        check(op, settings);
        return new Optimizer(op, Optimizer.params(op, args.get("params")), settings, new EitherWay(rule));
    }

    private static void check(String op, Map<String, Object> settings) {
        for (Map.Entry<String, Object> setting : settings.entrySet()) {
            if (setting.getValue() instanceof Double d
                    && !(d >= 0)
                    && !setting.getKey().equals("dampening")) {
                throw wrong(op, setting.getKey() + " must not be negative, found " + d);
            }
        }
        Object betas = settings.getOrDefault("betas", Tuple.of(0.0, 0.0));
        if (!(betas instanceof Tuple t && t.size() == 2 && isShare(t.get(0)) && isShare(t.get(1)))) {
            throw wrong(op, "betas must be two numbers from 0 up to 1, found " + Display.text(betas));
        }
        if (flag(settings, "nesterov") && (real(settings, "momentum") == 0 || real(settings, "dampening") != 0)) {
            throw wrong(op, "nesterov needs a momentum and no dampening");
        }
    }

    private static boolean isShare(Object beta) {
        return beta instanceof Number n && n.doubleValue() >= 0 && n.doubleValue() < 1;
    }

    private static TnsException wrong(String op, String what) {
        return new TnsException(ErrorKind.VALUE, op + ": " + what);
    }

    private static double real(Map<String, Object> settings, String name) {
        return settings.get(name) instanceof Number n ? n.doubleValue() : 0;
    }

    private static boolean flag(Map<String, Object> settings, String name) {
        return Boolean.TRUE.equals(settings.get(name));
    }

    private static double beta(Map<String, Object> settings, int i) {
        return settings.get("betas") instanceof Tuple t && t.get(i) instanceof Number n ? n.doubleValue() : 0;
    }

    /** The formula of input {@code i}. */
    private static Expr in(int i) {
        return Expr.input(i);
    }

    private static Expr decayed(boolean decays, Expr decay) {
        return decays ? Update.gradient().add(Update.value().mul(decay)) : Update.gradient();
    }

    /** A rule that climbs instead of descending where {@code maximize} is set. */
    private record EitherWay(Optimizer.Rule downhill) implements Optimizer.Rule {
        @Override
        public int variant(Map<String, Object> s, int steps) {
            return 2 * downhill.variant(s, steps) + (flag(s, "maximize") ? 1 : 0);
        }

        @Override
        public Update update(int variant) {
            Update update = downhill.update(variant / 2);
            return variant % 2 == 0 ? update : update.uphill();
        }

        @Override
        public double[] numbers(Map<String, Object> s, int steps) {
            return downhill.numbers(s, steps);
        }
    }

    private static final class Sgd implements Optimizer.Rule {
        @Override
        public int variant(Map<String, Object> s, int steps) {
            int momentum = real(s, "momentum") == 0 ? 0 : steps == 1 ? 2 : 4;
            return (real(s, "weight_decay") != 0 ? 1 : 0) | momentum | (flag(s, "nesterov") ? 8 : 0);
        }

        @Override
        public Update update(int variant) {
            boolean momentum = (variant & 6) != 0;
            int numbers = momentum ? 3 : 2;
            Expr step = in(numbers);
            Expr g = decayed((variant & 1) != 0, in(numbers + 1));
            if (!momentum) {
                return new Update(List.of(), Update.value().add(g.mul(step)));
            }
            Expr mu = in(numbers + 2);
            Expr velocity = (variant & 2) != 0 ? g : in(2).mul(mu).add(g.mul(in(numbers + 3)));
            Expr direction = (variant & 8) != 0 ? g.add(velocity.mul(mu)) : velocity;
            return new Update(List.of("momentum"), Update.value().add(direction.mul(step)), velocity);
        }

        @Override
        public double[] numbers(Map<String, Object> s, int steps) {
            return new double[] {-real(s, "lr"), real(s, "weight_decay"), real(s, "momentum"), 1 - real(s, "dampening")
            };
        }
    }

    private static final class Adam implements Optimizer.Rule {
        private final boolean decoupled;

        /** @param decoupled whether weight decay acts on the value itself and not through the gradient */
        Adam(boolean decoupled) {
            this.decoupled = decoupled;
        }

        @Override
        public int variant(Map<String, Object> s, int steps) {
            return (real(s, "weight_decay") != 0 ? 1 : 0) | (flag(s, "amsgrad") ? 2 : 0);
        }

        @Override
        public Update update(int variant) {
            boolean decays = (variant & 1) != 0;
            boolean amsgrad = (variant & 2) != 0;
            int numbers = amsgrad ? 5 : 4;
            Expr decay = in(numbers + 6);
            Expr value = decays && decoupled ? Update.value().mul(decay) : Update.value();
            Expr g = decayed(decays && !decoupled, decay);
            Expr m = in(2).add(in(numbers).mul(g.sub(in(2))));
            Expr v = in(3).mul(in(numbers + 1)).add(g.mul(g).mul(in(numbers + 2)));
            Expr largest = amsgrad ? in(4).max(v) : v;
            Expr size = largest.sqrt().div(in(numbers + 3)).add(in(numbers + 4));
            Expr next = value.add(m.mul(in(numbers + 5)).div(size));
            return amsgrad
                    ? new Update(List.of("m", "v", "vmax"), next, m, v, largest)
                    : new Update(List.of("m", "v"), next, m, v);
        }

        @Override
        public double[] numbers(Map<String, Object> s, int steps) {
            double lr = real(s, "lr");
            double beta1 = beta(s, 0);
            double beta2 = beta(s, 1);
            double decay = real(s, "weight_decay");
            return new double[] {
                1 - beta1,
                beta2,
                1 - beta2,
                Math.sqrt(1 - Math.pow(beta2, steps)),
                real(s, "eps"),
                -(lr / (1 - Math.pow(beta1, steps))),
                decoupled ? 1 - lr * decay : decay
            };
        }
    }

    private static final class RmsProp implements Optimizer.Rule {
        @Override
        public int variant(Map<String, Object> s, int steps) {
            int momentum = real(s, "momentum") == 0 ? 0 : steps == 1 ? 4 : 8;
            return (real(s, "weight_decay") != 0 ? 1 : 0) | (flag(s, "centered") ? 2 : 0) | momentum;
        }

        @Override
        public Update update(int variant) {
            boolean centered = (variant & 2) != 0;
            boolean momentum = (variant & 12) != 0;
            List<String> state = new ArrayList<>(List.of("square"));
            if (centered) {
                state.add("mean");
            }
            if (momentum) {
                state.add("momentum");
            }
            int numbers = 2 + state.size();
            Expr g = decayed((variant & 1) != 0, in(numbers + 5));
            Expr square = in(2).mul(in(numbers)).add(g.mul(g).mul(in(numbers + 1)));
            List<Expr> next = new ArrayList<>(List.of(square));
            Expr variance = square;
            if (centered) {
                Expr mean = in(3).add(in(numbers + 1).mul(g.sub(in(3))));
                next.add(mean);
                variance = square.sub(mean.mul(mean));
            }
            Expr direction = g.div(variance.sqrt().add(in(numbers + 2)));
            if (momentum) {
                Expr before = in(1 + state.size());
                direction = (variant & 4) != 0
                        ? direction
                        : before.mul(in(numbers + 4)).add(direction);
                next.add(direction);
            }
            next.addFirst(Update.value().add(direction.mul(in(numbers + 3))));
            return new Update(List.copyOf(state), next.toArray(new Expr[0]));
        }

        @Override
        public double[] numbers(Map<String, Object> s, int steps) {
            double alpha = real(s, "alpha");
            return new double[] {
                alpha, 1 - alpha, real(s, "eps"), -real(s, "lr"), real(s, "momentum"), real(s, "weight_decay")
            };
        }
    }
}
