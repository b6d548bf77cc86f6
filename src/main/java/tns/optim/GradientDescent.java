package tns.optim;

import tns.expr.Expr;
import tns.op.Family;
import tns.optim.Update.Formula;

/** sgd and lion: steps along the gradient, or along its running sign. */
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
}
