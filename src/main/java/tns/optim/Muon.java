package tns.optim;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.op.Casts;
import tns.op.Contraction;
import tns.op.Family;
import tns.op.Movement;
import tns.op.Pointwise;
import tns.op.Reductions;
import tns.optim.Wholesale.Step;
import tns.tensor.DType;
import tns.tensor.Param;
import tns.tensor.Tensor;

/**
 * muon: steps of a matrix whose singular values are all about 1, from a running gradient (Jordan, 2024). The iteration that
 * evens them out rounds every result to the 8 digits of bfloat16, whatever the parameter's dtype, because PyTorch's does: the
 * iteration makes a few percent of a step out of that rounding.
 */
final class Muon {
    private static final Pointwise LERP = pointwise(
            "lerp", 3, Expr.input(0).add(Expr.input(2).mul(Expr.input(1).sub(Expr.input(0)))));

    private static final Pointwise SQUARE = pointwise("square", 1, Expr.input(0).square());

    private static final Pointwise ROUNDED = pointwise("rounded", 1, rounded(Expr.input(0)));

    /** Over the root of a sum of squares, which is at least eps. */
    private static final Pointwise SCALED = pointwise(
            "scaled", 3, rounded(Expr.input(0).div(rounded(Expr.input(1).sqrt()).max(Expr.input(2)))));

    /** Two tensors, each times a factor, added. */
    private static final Pointwise BLEND = pointwise("blend", 4, blend());

    private static final Pointwise ROUNDED_BLEND = pointwise("rounded_blend", 4, rounded(blend()));

    private Muon() {}

    private static Pointwise pointwise(String name, int arity, Expr expr) {
        return new Pointwise(name, arity, Pointwise.Result.SAME, expr);
    }

    private static Expr blend() {
        return Expr.input(0).mul(Expr.input(1)).add(Expr.input(2).mul(Expr.input(3)));
    }

    /** Rounded from 24 binary digits to 8, to the nearest (Dekker, 1971): without asking for the exponent. */
    private static Expr rounded(Expr x) {
        Expr far = x.mul(0x1p16 + 1);
        return far.sub(far.sub(x));
    }

    static void define(Family family) {
        family.define("muon(params: any, lr: float = 0.001, weight_decay: float = 0.1, momentum: float = 0.95,"
                        + " nesterov: bool = true, ns_coefficients: any = (3.4445, -4.775, 2.0315), eps: float = 1e-07,"
                        + " ns_steps: int = 5, adjust_lr_fn: any = none)")
                .doc("Muon (Jordan, 2024), for matrices: steps by a running gradient whose singular values are brought"
                        + " near 1 by ns_steps turns of an iteration. adjust_lr_fn \"match_rms_adamw\" makes them as"
                        + " large as those of adamw, so that its rates hold. Give biases and embeddings to another"
                        + " optimizer.")
                .example("muon((param(eye(2)),)).momentum", "0.95")
                .is(args -> new Optimizer(args, new Wholesale(Muon::check, Muon::next)));
    }

    private static void check(Param p) {
        if (p.look().rank() != 2) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "muon: takes matrices only, found a parameter of shape "
                                    + p.look().shape())
                    .help("give the others to adamw: tuple(p for p in net.parameters() if p.ndim != 2)")
                    .argument(0);
        }
    }

    private static Tensor next(Step step) {
        Tensor g = step.gradient();
        Tensor momentum = step.number((s, state) -> s.real("momentum"));
        Tensor running = step.keep(
                "momentum_buffer",
                LERP.apply(
                        step.remembered("momentum_buffer", g.shape()),
                        g,
                        step.number((s, state) -> 1 - s.real("momentum"))));
        Tensor direction = evened(step, step.settings().flag("nesterov") ? LERP.apply(g, running, momentum) : running);
        return BLEND.apply(
                step.value(),
                step.number((s, state) -> 1 - s.real("lr") * s.real("weight_decay")),
                direction,
                step.number((s, state) -> -s.real("lr") * ratio(s, g.size(0), g.size(1))));
    }

    /** How much longer than the learning rate a step is. */
    private static double ratio(Settings settings, double rows, double columns) {
        return "match_rms_adamw".equals(settings.get("adjust_lr_fn"))
                ? 0.2 * Math.sqrt(Math.max(rows, columns))
                : Math.sqrt(Math.max(1, rows / columns));
    }

    /** The matrix with its singular values near 1: x goes to a x + (b x x' + c (x x')²) x, several times. */
    private static Tensor evened(Step step, Tensor matrix) {
        boolean tall = matrix.size(0) > matrix.size(1);
        Tensor x = ROUNDED.apply(Casts.to(tall ? Movement.transpose(matrix, 0, 1) : matrix, DType.FLOAT32));
        x = SCALED.apply(x, Reductions.sum(SQUARE.apply(x)), number(step, s -> s.real("eps")));
        Tensor one = number(step, s -> 1);
        Tensor a = number(step, s -> s.item("ns_coefficients", 0));
        Tensor b = number(step, s -> s.item("ns_coefficients", 1));
        Tensor c = number(step, s -> s.item("ns_coefficients", 2));
        long turns = step.setting("ns_steps") instanceof Number n ? n.longValue() : 0;
        for (long turn = 0; turn < turns; turn++) {
            Tensor gram = ROUNDED.apply(Contraction.matmul(x, Movement.transpose(x, 0, 1)));
            Tensor change = ROUNDED_BLEND.apply(gram, b, Contraction.matmul(gram, gram), c);
            x = ROUNDED_BLEND.apply(x, a, Contraction.matmul(change, x), one);
        }
        return Casts.to(tall ? Movement.transpose(x, 0, 1) : x, matrix.dtype());
    }

    private static Tensor number(Step step, Update.Setting setting) {
        return step.number(DType.FLOAT32, (s, state) -> setting.of(s));
    }
}
