package tns.optim;

import tns.expr.Expr;
import tns.op.Family;
import tns.optim.Update.Formula;

/** adam and its kin: steps along the running mean of the gradient, each element scaled by the gradient's running size. */
final class Adam {
    private static final String BETAS = ", betas: any = (0.9, 0.999), eps: float = 1e-08, weight_decay: float = ";
    private static final String DECOUPLED = ", decoupled_weight_decay: bool = false";

    private Adam() {}

    static void define(Family family) {
        family.define("adam(params: any, lr: float = 0.001" + BETAS + "0.0, amsgrad: bool = false"
                        + Optimizers.MAXIMIZE)
                .doc("Adam (Kingma and Ba, 2015), with PyTorch's placing of eps. params as in sgd.")
                .example("adam((param([1.]),), lr=0.1).lr", "0.1")
                .is(args -> Optimizer.of(args, f -> adam(f, false)));
        family.define("adamw(params: any, lr: float = 0.001" + BETAS + "0.01, amsgrad: bool = false"
                        + Optimizers.MAXIMIZE)
                .doc("Adam with decoupled weight decay (Loshchilov and Hutter, 2019).")
                .example("adamw((param([1.]),)).weight_decay", "0.01")
                .is(args -> Optimizer.of(args, f -> adam(f, true)));
        family.define("nadam(params: any, lr: float = 0.002" + BETAS + "0.0, momentum_decay: float = 0.004" + DECOUPLED
                        + Optimizers.MAXIMIZE)
                .doc("Adam with Nesterov momentum (Dozat, 2016).")
                .example("nadam((param([1.]),)).momentum_decay", "0.004")
                .is(args -> Optimizer.of(args, Adam::countMomentum, Adam::nadam));
        family.define("radam(params: any, lr: float = 0.001" + BETAS + "0.0" + DECOUPLED + Optimizers.MAXIMIZE)
                .doc("Adam that steps by the plain mean until the running size can be trusted (Liu et al., 2020).")
                .example("radam((param([1.]),)).lr", "0.001")
                .is(args -> Optimizer.of(args, (s, state) -> length(s, state) > 5 ? 1 : 0, Adam::radam));
        family.define("adamax(params: any, lr: float = 0.002" + BETAS + "0.0" + Optimizers.MAXIMIZE)
                .doc("Adam with the largest gradient in place of its running square (Kingma and Ba, 2015).")
                .example("adamax((param([1.]),)).lr", "0.002")
                .is(args -> Optimizer.of(args, Adam::adamax));
    }

    private static Expr mean(Formula f, Expr g) {
        return f.mean("exp_avg", g, Settings::beta1);
    }

    private static Expr meanSquare(Formula f, Expr g) {
        return f.meanSquare("exp_avg_sq", g, Settings::beta2);
    }

    /** Minus the learning rate, corrected for a running mean that starts at zero. */
    private static double step(Settings s, ParamGroup.State state) {
        return -(s.real("lr") / (1 - Math.pow(s.beta1(), state.step())));
    }

    /** What a running square that starts at zero is to be divided by. */
    private static double correction(Settings s, ParamGroup.State state) {
        return 1 - Math.pow(s.beta2(), state.step());
    }

    private static Expr adam(Formula f, boolean decoupled) {
        Expr g = f.gradient(decoupled);
        Expr m = mean(f, g);
        Expr v = meanSquare(f, g);
        if (f.on("amsgrad")) {
            v = f.keep("max_exp_avg_sq", f.state("max_exp_avg_sq").max(v));
        }
        Expr root = f.number((s, state) -> Math.sqrt(correction(s, state)));
        Expr size = v.sqrt().div(root).add(f.setting("eps"));
        return f.value(decoupled).add(m.mul(f.number(Adam::step)).div(size));
    }

    private static double momentum(Settings s, int step) {
        return s.beta1() * (1 - 0.5 * Math.pow(0.96, step * s.real("momentum_decay")));
    }

    private static int countMomentum(Settings s, ParamGroup.State state) {
        state.put("mu_product", state.real("mu_product", 1) * momentum(s, state.step()));
        return 0;
    }

    private static Expr nadam(Formula f) {
        boolean decoupled = f.on("decoupled_weight_decay");
        Expr g = f.gradient(decoupled);
        Expr m = mean(f, g);
        Expr v = meanSquare(f, g);
        Expr size = v.div(f.number(Adam::correction)).sqrt().add(f.setting("eps"));
        Expr now = f.number(
                (s, state) -> -s.real("lr") * (1 - momentum(s, state.step())) / (1 - state.real("mu_product", 1)));
        Expr ahead = f.number((s, state) -> {
            double next = momentum(s, state.step() + 1);
            return -s.real("lr") * next / (1 - state.real("mu_product", 1) * next);
        });
        return f.value(decoupled).add(g.mul(now).div(size)).add(m.mul(ahead).div(size));
    }

    /** The length of the simple moving average that the running square stands for in the end. */
    private static double finalLength(Settings s) {
        return 2 / (1 - s.beta2()) - 1;
    }

    /** The same at this step. */
    private static double length(Settings s, ParamGroup.State state) {
        double power = Math.pow(s.beta2(), state.step());
        return finalLength(s) - 2 * state.step() * power / (1 - power);
    }

    /** In phase 1 the running square is long enough to scale by. */
    private static Expr radam(Formula f) {
        boolean decoupled = f.on("decoupled_weight_decay");
        Expr g = f.gradient(decoupled);
        Expr m = mean(f, g);
        Expr v = meanSquare(f, g);
        if (f.phase() == 0) {
            return f.value(decoupled).add(m.mul(f.number(Adam::step)));
        }
        Expr step = f.number((s, state) -> {
            double end = finalLength(s);
            double now = length(s, state);
            double rectified = Math.sqrt((now - 4) * (now - 2) * end / ((end - 4) * (end - 2) * now));
            return step(s, state) * Math.sqrt(correction(s, state)) * rectified;
        });
        return f.value(decoupled).add(m.mul(step).div(v.sqrt().add(f.setting("eps"))));
    }

    private static Expr adamax(Formula f) {
        Expr g = f.gradient(false);
        Expr m = mean(f, g);
        Expr older = f.state("exp_inf").mul(f.number(Settings::beta2));
        Expr largest = f.keep("exp_inf", older.max(g.abs().add(f.setting("eps"))));
        return f.value().add(m.mul(f.number(Adam::step)).div(largest));
    }
}
