package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.tensor.DType;
import tns.tensor.Tensor;

/** The nonlinearities of neural networks, each one scalar expression. */
public final class Activations {
    private static final Expr ZERO = Expr.constant(0.0);
    private static final Family PRIMITIVES = new Family("activations");

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("activations");

    public static final Pointwise RELU = FAMILY.pointwise("relu(x)")
            .doc("x where it is positive, else 0; NaN stays NaN. Its gradient at 0 is 0.")
            .example("relu([-1., 0., 2.])", "tensor([0., 0., 2.])")
            .is(x -> Expr.select(x.le(ZERO), ZERO, x));
    public static final Pointwise LOG_SIGMOID = FAMILY.pointwise("logsigmoid(x)")
            .doc("log(sigmoid(x)), exact for large -x.")
            .example("logsigmoid([0., 2.])", "tensor([-0.6931, -0.1269])")
            .floating()
            .is(x -> x.logSigmoid());

    private static final Pointwise HARDTANH = PRIMITIVES
            .pointwise("hardtanh(x, low, high)")
            .is((x, low, high) -> Expr.select(x.le(low), low, Expr.select(x.ge(high), high, x)));
    private static final Pointwise GELU =
            PRIMITIVES.pointwise("gelu(x)").floating().is(Activations::gelu);
    private static final Pointwise GELU_TANH =
            PRIMITIVES.pointwise("gelu(x)").floating().is(Activations::geluTanh);

    static {
        FAMILY.pointwise("leaky_relu(x, negative_slope=0.01)")
                .doc("x where it is positive, else negative_slope * x.")
                .example("leaky_relu([-1., 2.])", "tensor([-0.0100,  2.0000])")
                .is((x, slope) -> Expr.select(x.gt(ZERO), x, x.mul(slope)));
        FAMILY.pointwise("elu(x, alpha=1.0)")
                .doc("x where it is positive, else alpha * (exp(x) - 1).")
                .example("elu([-1., 2.])", "tensor([-0.6321,  2.0000])")
                .floating()
                .is((x, alpha) -> Expr.select(
                        x.gt(ZERO), x, alpha.mul(Thresholds.notAbove(x).expm1())));
        FAMILY.pointwise("silu(x)")
                .doc("x times sigmoid(x), also called swish.")
                .example("silu([-1., 2.])", "tensor([-0.2689,  1.7616])")
                .floating()
                .is(x -> x.mul(x.sigmoid()));
        FAMILY.pointwise("softplus(x, beta=1.0, threshold=20.0)")
                .doc("log(1 + exp(beta * x)) / beta, a smooth relu; x itself where beta * x exceeds the threshold.")
                .example("softplus([-1., 2.])", "tensor([0.3133, 2.1269])")
                .floating()
                .is((x, beta, threshold) -> {
                    Expr scaled = x.mul(beta);
                    return Expr.select(
                            scaled.gt(threshold),
                            x,
                            scaled.neg().logSigmoid().neg().div(beta));
                });
        FAMILY.define("hardtanh(x: operand, min_val: number = -1.0, max_val: number = 1.0)")
                .doc("x kept between min_val and max_val; its gradient at both is 0. Of ints, with the bounds"
                        + " truncated.")
                .example("hardtanh([-2., 0.5, 2.])", "tensor([-1.0000,  0.5000,  1.0000])")
                .gradient("hardtanh(x)", "x: [2, 3]")
                .is(Activations::hardtanh);
        FAMILY.pointwise("relu6(x)")
                .doc("x kept between 0 and 6.")
                .example("relu6([-1., 3., 7.])", "tensor([0., 3., 6.])")
                .is(x -> Expr.select(x.le(ZERO), ZERO, Expr.select(x.ge(Expr.constant(6.0)), Expr.constant(6.0), x)));
        FAMILY.pointwise("softsign(x)")
                .doc("x / (1 + |x|).")
                .example("softsign([-1., 3.])", "tensor([-0.5000,  0.7500])")
                .floating()
                .is(x -> x.div(Expr.constant(1.0).add(x.abs())));
        FAMILY.pointwise("mish(x)")
                .doc("x times tanh(softplus(x)).")
                .example("mish([-1., 2.])", "tensor([-0.3034,  1.9440])")
                .floating()
                .is(x -> x.mul(x.neg().logSigmoid().neg().tanh()));
        FAMILY.define("gelu(x: operand, approximate: string = 'none')")
                .doc("x times the normal distribution's share below x; approximate=\"tanh\" is the cheaper form.")
                .example("gelu([-1., 2.])", "tensor([-0.1587,  1.9545])")
                .gradient("gelu(x)", "x: [2, 3]")
                .gradient("gelu(x, approximate=\"tanh\")", "x: [2, 3]")
                .is(args -> approximation(args.text("approximate")).call(args.context(), new Object[] {args.get("x")}));
    }

    private Activations() {}

    private static Object hardtanh(Args args) {
        Object x = args.get("x");
        Number low = args.number("min_val");
        Number high = args.number("max_val");
        if (x instanceof Tensor t && t.dtype() == DType.BOOL) {
            throw new TnsException(ErrorKind.DTYPE, "hardtanh: takes numbers, found " + t.describe()).argument(0);
        }
        boolean ints = x instanceof Tensor t ? t.dtype() == DType.INT64 : x instanceof Long;
        Object[] operands = ints ? new Object[] {x, low.longValue(), high.longValue()} : new Object[] {x, low, high};
        return HARDTANH.call(args.context(), operands);
    }

    private static Pointwise approximation(String name) {
        return switch (name) {
            case "none" -> GELU;
            case "tanh" -> GELU_TANH;
            default ->
                throw new TnsException(ErrorKind.VALUE, "gelu: unknown approximation \"" + name + '"')
                        .help("\"none\" or \"tanh\"");
        };
    }

    private static Expr gelu(Expr x) {
        Expr half = Expr.constant(0.5);
        return x.mul(half).mul(x.mul(Expr.constant(Math.sqrt(0.5))).neg().erfc());
    }

    /** Hendrycks and Gimpel, Gaussian Error Linear Units, 2016. */
    private static Expr geluTanh(Expr x) {
        Expr cubic = x.add(x.mul(x).mul(x).mul(Expr.constant(0.044715)));
        Expr inner = cubic.mul(Expr.constant(Math.sqrt(2 / Math.PI))).tanh();
        return x.mul(Expr.constant(0.5)).mul(inner.add(Expr.constant(1.0)));
    }
}
