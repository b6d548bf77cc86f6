package tns.optim;

import tns.expr.Expr;
import tns.op.Family;
import tns.optim.Update.Formula;

/** rmsprop, adagrad and adadelta: the gradient scaled by its own size so far. */
final class Adaptive {
    private Adaptive() {}

    static void define(Family family) {
        family.define("rmsprop(params: any, lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-08,"
                        + " weight_decay: float = 0.0, momentum: float = 0.0, centered: bool = false"
                        + Optimizers.MAXIMIZE)
                .doc("RMSprop (Hinton, 2012): steps divided by the running size of the gradient.")
                .example("rmsprop((param([1.]),)).alpha", "0.99")
                .is(args -> Optimizer.of(args, Adaptive::rmsprop));
        family.define("adagrad(params: any, lr: float = 0.01, lr_decay: float = 0.0, weight_decay: float = 0.0,"
                        + " initial_accumulator_value: float = 0.0, eps: float = 1e-10" + Optimizers.MAXIMIZE)
                .doc("Adagrad (Duchi et al., 2011): steps divided by the size of all gradients so far.")
                .example("adagrad((param([1.]),)).lr", "0.01")
                .is(args -> Optimizer.of(args, (s, state) -> state.tensor("sum") == null ? 0 : 1, Adaptive::adagrad));
        family.define("adadelta(params: any, lr: float = 1.0, rho: float = 0.9, eps: float = 1e-06,"
                        + " weight_decay: float = 0.0" + Optimizers.MAXIMIZE)
                .doc("Adadelta (Zeiler, 2012): steps as large as the steps so far, relative to the gradients so far.")
                .example("adadelta((param([1.]),)).rho", "0.9")
                .is(args -> Optimizer.of(args, Adaptive::adadelta));
    }

    private static Expr step(Formula f) {
        return f.number(s -> -s.real("lr"));
    }

    private static Expr rmsprop(Formula f) {
        Update.Setting alpha = s -> s.real("alpha");
        Expr g = f.gradient(false);
        Expr square = f.meanSquare("square_avg", g, alpha);
        if (f.on("centered")) {
            Expr mean = f.mean("grad_avg", g, alpha);
            square = square.sub(mean.mul(mean));
        }
        Expr size = square.sqrt().add(f.setting("eps"));
        if (!f.on("momentum")) {
            return f.value().add(g.mul(step(f)).div(size));
        }
        Expr older = f.state("momentum_buffer").mul(f.setting("momentum"));
        return f.value().add(f.keep("momentum_buffer", older.add(g.div(size))).mul(step(f)));
    }

    /** In phase 0 the sum starts at its initial value. */
    private static Expr adagrad(Formula f) {
        Expr g = f.gradient(false);
        Expr before = f.phase() == 0 ? f.setting("initial_accumulator_value") : f.state("sum");
        Expr sum = f.keep("sum", before.add(g.mul(g)));
        Expr step = f.number((s, state) -> -s.real("lr") / (1 + (state.step() - 1) * s.real("lr_decay")));
        return f.value().add(g.mul(step).div(sum.sqrt().add(f.setting("eps"))));
    }

    private static Expr adadelta(Formula f) {
        Update.Setting rho = s -> s.real("rho");
        Expr g = f.gradient(false);
        Expr eps = f.setting("eps");
        Expr square = f.meanSquare("square_avg", g, rho);
        Expr moves = f.state("acc_delta");
        Expr move = moves.add(eps).sqrt().div(square.add(eps).sqrt()).mul(g);
        Expr weight = f.number(s -> 1 - s.real("rho"));
        f.keep("acc_delta", moves.mul(f.setting("rho")).add(move.mul(move).mul(weight)));
        return f.value().add(move.mul(step(f)));
    }
}
