package tns.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.op.Args;
import tns.op.Family;
import tns.op.Tuple;
import tns.tensor.Tensor;

/** sgd, adam, adamw and rmsprop with PyTorch's exact updates, in the parameter's own dtype. */
public final class Optimizers {
    public static final Family FAMILY = new Family("optimisers");

    static {
        FAMILY.define("sgd(params: any, lr: float = 0.001, momentum: float = 0, dampening: float = 0,"
                        + " weight_decay: float = 0, nesterov: bool = false)")
                .doc("Stochastic gradient descent: p - lr * gradient, with momentum.")
                .example("type(sgd((param([1.]),), lr=0.1))", "optimizer")
                .is(args ->
                        optimizer(args, Optimizers::sgd, "lr", "momentum", "dampening", "weight_decay", "nesterov"));
        FAMILY.define("adam(params: any, lr: float = 0.001, betas: any = (0.9, 0.999), eps: float = 1e-08,"
                        + " weight_decay: float = 0, amsgrad: bool = false)")
                .doc("Adam (Kingma and Ba, 2015), with PyTorch's placing of eps.")
                .example("type(adam((param([1.]),), lr=0.1))", "optimizer")
                .is(args -> optimizer(
                        args,
                        (s, state, p, g) -> adam(s, state, p, g, false),
                        "lr",
                        "betas",
                        "eps",
                        "weight_decay",
                        "amsgrad"));
        FAMILY.define("adamw(params: any, lr: float = 0.001, betas: any = (0.9, 0.999), eps: float = 1e-08,"
                        + " weight_decay: float = 0.01, amsgrad: bool = false)")
                .doc("Adam with decoupled weight decay (Loshchilov and Hutter, 2019).")
                .example("type(adamw((param([1.]),), lr=0.1))", "optimizer")
                .is(args -> optimizer(
                        args,
                        (s, state, p, g) -> adam(s, state, p, g, true),
                        "lr",
                        "betas",
                        "eps",
                        "weight_decay",
                        "amsgrad"));
        FAMILY.define("rmsprop(params: any, lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-08,"
                        + " weight_decay: float = 0, momentum: float = 0, centered: bool = false)")
                .doc("RMSprop (Hinton, 2012): steps divided by the running size of the gradient.")
                .example("type(rmsprop((param([1.]),), lr=0.1))", "optimizer")
                .is(args -> optimizer(
                        args, Optimizers::rmsprop, "lr", "alpha", "eps", "weight_decay", "momentum", "centered"));
    }

    private Optimizers() {}

    private static Optimizer optimizer(Args args, Optimizer.Rule rule, String... names) {
        String op = args.name();
        Map<String, Object> settings = new LinkedHashMap<>();
        for (String name : names) {
            settings.put(name, args.get(name));
        }
        return new Optimizer(op, Optimizer.params(op, args.get("params")), settings, rule);
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

    private static Tensor decayed(Map<String, Object> s, Tensor p, Tensor g) {
        double decay = real(s, "weight_decay");
        return decay == 0 ? g : Updates.addScaled(g, p, decay);
    }

    private static Tensor sgd(Map<String, Object> s, Optimizer.State state, Tensor p, Tensor gradient) {
        Tensor g = decayed(s, p, gradient);
        double momentum = real(s, "momentum");
        if (momentum != 0) {
            Tensor before = state.get("momentum");
            Tensor velocity = before == null
                    ? g
                    : Updates.addScaled(Updates.scaled(before, momentum), g, 1 - real(s, "dampening"));
            state.put("momentum", velocity);
            g = flag(s, "nesterov") ? Updates.addScaled(g, velocity, momentum) : velocity;
        }
        return Updates.addScaled(p, g, -real(s, "lr"));
    }

    private static Tensor adam(
            Map<String, Object> s, Optimizer.State state, Tensor value, Tensor gradient, boolean decoupled) {
        double lr = real(s, "lr");
        double beta1 = beta(s, 0);
        double beta2 = beta(s, 1);
        Tensor p = decoupled ? Updates.scaled(value, 1 - lr * real(s, "weight_decay")) : value;
        Tensor g = decoupled ? gradient : decayed(s, p, gradient);
        Tensor m = Updates.lerp(state.get("m"), g, 1 - beta1);
        Tensor v = Updates.addScaledSquare(state.get("v"), g, beta2);
        state.put("m", m);
        state.put("v", v);
        Tensor largest = v;
        if (flag(s, "amsgrad")) {
            Tensor before = state.get("vmax");
            largest = before == null ? v : Updates.greater(before, v);
            state.put("vmax", largest);
        }
        double stepSize = lr / (1 - Math.pow(beta1, state.steps));
        double root = Math.sqrt(1 - Math.pow(beta2, state.steps));
        return Updates.adam(p, m, largest, root, real(s, "eps"), -stepSize);
    }

    private static Tensor rmsprop(Map<String, Object> s, Optimizer.State state, Tensor p, Tensor gradient) {
        Tensor g = decayed(s, p, gradient);
        double alpha = real(s, "alpha");
        Tensor square = Updates.addScaledSquare(state.get("square"), g, alpha);
        state.put("square", square);
        @Nullable Tensor mean = null;
        if (flag(s, "centered")) {
            mean = Updates.lerp(state.get("mean"), g, 1 - alpha);
            state.put("mean", mean);
        }
        Tensor direction = Updates.rms(g, square, mean, real(s, "eps"));
        double momentum = real(s, "momentum");
        if (momentum != 0) {
            Tensor before = state.get("momentum");
            direction = before == null ? direction : Updates.addScaled(Updates.scaled(before, momentum), direction, 1);
            state.put("momentum", direction);
        }
        return Updates.addScaled(p, direction, -real(s, "lr"));
    }
}
