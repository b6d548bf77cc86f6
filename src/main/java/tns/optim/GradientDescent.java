package tns.optim;

import tns.expr.Expr;
import tns.op.Family;
import tns.optim.Update.Formula;

/** sgd, asgd, lion and rprop: steps along the gradient, along its running sign, or by its sign alone. */
final class GradientDescent {
    private GradientDescent() {}

    static void define(Family family) {
        family.define("sgd(params: any, lr: float = 0.001, momentum: float = 0.0, dampening: float = 0.0,"
                        + " weight_decay: float = 0.0, nesterov: bool = false" + Optimizers.MAXIMIZE)
                .doc("Stochastic gradient descent: p - lr * gradient, with momentum. params: a model, parameters, or"
                        + " groups of them, ({params: a}, {params: b, lr: 0.1}).")
                .example("sgd((param([1.]),), lr=0.1).lr", "0.1")
                .is(args -> Optimizer.of(
                        args, (s, state) -> state.tensor("momentum_buffer") == null ? 0 : 1, GradientDescent::sgd));
        family.define("lion(params: any, lr: float = 0.0001, betas: any = (0.9, 0.99), weight_decay: float = 0.0"
                        + Optimizers.MAXIMIZE)
                .doc("Lion (Chen et al., 2023): steps of size lr by the sign of a running gradient.")
                .example("lion((param([1.]),)).betas", "(0.9, 0.99)")
                .is(args -> Optimizer.of(args, GradientDescent::lion));
        family.define("asgd(params: any, lr: float = 0.01, lambd: float = 0.0001, alpha: float = 0.75,"
                        + " t0: float = 1000000.0, weight_decay: float = 0.0" + Optimizers.MAXIMIZE)
                .doc("Averaged SGD (Polyak and Juditsky, 1992): steps that decay as (1 + lambd * lr * step) ** -alpha;"
                        + " the state ax holds the mean of the parameters from step t0 on.")
                .example("asgd((param([1.]),)).alpha", "0.75")
                .is(args -> Optimizer.of(args, GradientDescent::decayed, GradientDescent::asgd));
        family.define("rprop(params: any, lr: float = 0.01, etas: any = (0.5, 1.2), step_sizes: any = (1e-06, 50.0)"
                        + Optimizers.MAXIMIZE)
                .doc("Resilient propagation (Riedmiller and Braun, 1993): each element has a step of its own, times"
                        + " etas[1] while the sign of its gradient stays and times etas[0] when it turns, within"
                        + " step_sizes. For gradients of all data, not of batches.")
                .example("rprop((param([1.]),)).etas", "(0.5, 1.2)")
                .is(args -> Optimizer.of(
                        args, (s, state) -> state.tensor("step_size") == null ? 0 : 1, GradientDescent::rprop));
    }

    /** In phase 0 there is no velocity yet, and the first one is the gradient itself. */
    private static Expr sgd(Formula f) {
        Expr g = f.gradient(false);
        Expr direction = g;
        if (f.on("momentum")) {
            Expr momentum = f.setting("momentum");
            Expr velocity = f.phase() == 0
                    ? g
                    : f.state("momentum_buffer").mul(momentum).add(g.mul(f.number(s -> 1 - s.real("dampening"))));
            f.keep("momentum_buffer", velocity);
            direction = f.on("nesterov") ? g.add(velocity.mul(momentum)) : velocity;
        }
        return f.value().add(direction.mul(f.number(s -> -s.real("lr"))));
    }

    private static Expr lion(Formula f) {
        Expr g = f.gradient(true);
        Expr m = f.state("exp_avg");
        Expr blend = m.mul(f.number(Settings::beta1)).add(g.mul(f.number(s -> 1 - s.beta1())));
        f.mean("exp_avg", g, Settings::beta2);
        return f.value(true).add(blend.sign().mul(f.number(s -> -s.real("lr"))));
    }

    /**
     * Has the next step's length follow from this one's rate, as PyTorch does, and says by 1 whether the mean goes over
     * more than this step.
     */
    private static int decayed(Settings s, ParamGroup.State state) {
        double lr = s.real("lr");
        state.put("eta_now", state.real("eta", lr));
        state.put("eta", lr / Math.pow(1 + s.real("lambd") * lr * state.step(), s.real("alpha")));
        return averaged(s, state) > 1 ? 1 : 0;
    }

    /** How many steps the mean goes over. */
    private static double averaged(Settings s, ParamGroup.State state) {
        return Math.max(1, state.step() - 1 - s.real("t0"));
    }

    private static Expr asgd(Formula f) {
        Expr decay = f.number((s, state) -> 1 - s.real("lambd") * state.real("eta_now", 0));
        Expr next = f.value().mul(decay).add(f.gradient(false).mul(f.number((s, state) -> -state.real("eta_now", 0))));
        if (f.phase() == 0) {
            return f.keep("ax", next);
        }
        Expr mean = f.state("ax");
        f.keep("ax", mean.add(next.sub(mean).mul(f.number((s, state) -> 1 / averaged(s, state)))));
        return next;
    }

    /** In phase 0 every step is as long as the learning rate. */
    private static Expr rprop(Formula f) {
        Expr g = f.gradient(false);
        Expr agreement = g.mul(f.state("prev"));
        Expr turned = agreement.lt(Expr.ZERO);
        Expr one = Expr.constant(1.0);
        Expr kept = Expr.select(agreement.gt(Expr.ZERO), f.number(s -> s.item("etas", 1)), one);
        Expr factor = Expr.select(turned, f.number(s -> s.item("etas", 0)), kept);
        Expr before = f.phase() == 0 ? f.setting("lr") : f.state("step_size");
        Expr size = before.mul(factor)
                .max(f.number(s -> s.item("step_sizes", 0)))
                .min(f.number(s -> s.item("step_sizes", 1)));
        f.keep("step_size", size);
        Expr direction = f.keep("prev", Expr.select(turned, Expr.ZERO, g));
        return f.value().sub(direction.sign().mul(size));
    }
}
