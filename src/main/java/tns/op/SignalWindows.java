package tns.op;

import java.util.function.DoubleUnaryOperator;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The windows that fade a stretch of a signal in and out before a transform. */
final class SignalWindows {
    private static final String LENGTH = "(window_length: int, periodic: bool = true";

    private static final String SYMMETRIC = ", sym: bool = true" + Creation.OPTIONS;

    /** Of Nuttall, Some windows with very good sidelobe behavior, 1981: the fourth-order one of least sidelobes. */
    private static final double[] NUTTALL = {0.3635819, 0.4891775, 0.1365995, 0.0106411};

    /** The window of length 1, whatever its kind. */
    private static final double[] ONE = {1};

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("creation");

    static {
        FAMILY.define("hann_window" + LENGTH + Creation.OPTIONS)
                .doc("0.5 - 0.5 * cos(2 * pi * k / n) for k from 0: n is the length, so that copies join on; with"
                        + " periodic=false one less, so that both ends are equal. periodic=false is what the windows"
                        + " that PyTorch has in torch.signal alone call sym=true.")
                .example("hann_window(4)", "tensor([0.0000, 0.5000, 1.0000, 0.5000])")
                .example("hann_window(5, periodic=false)", "tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])")
                .is(args -> periodic(args, t -> 0.5 - 0.5 * Math.cos(2 * Math.PI * t)));
        FAMILY.define("hamming_window" + LENGTH + ", alpha: float = 0.54, beta: float = 0.46" + Creation.OPTIONS)
                .doc("alpha - beta * cos(2 * pi * k / n), as hann_window.")
                .example("hamming_window(4)", "tensor([0.0800, 0.5400, 1.0000, 0.5400])")
                .is(args -> {
                    double alpha = args.real("alpha");
                    double beta = args.real("beta");
                    return periodic(args, t -> alpha - beta * Math.cos(2 * Math.PI * t));
                });
        FAMILY.define("blackman_window" + LENGTH + Creation.OPTIONS)
                .doc("0.42 - 0.5 * cos(2 * pi * k / n) + 0.08 * cos(4 * pi * k / n), as hann_window.")
                .example("blackman_window(4).round(decimals=4)", "tensor([-0.0000, 0.3400, 1.0000, 0.3400])")
                .is(args ->
                        periodic(args, t -> 0.42 - 0.5 * Math.cos(2 * Math.PI * t) + 0.08 * Math.cos(4 * Math.PI * t)));
        FAMILY.define("bartlett_window" + LENGTH + Creation.OPTIONS)
                .doc("A triangle from 0 up to 1 and down, as hann_window.")
                .example("bartlett_window(4)", "tensor([0.0000, 0.5000, 1.0000, 0.5000])")
                .is(args -> periodic(args, t -> t <= 0.5 ? 2 * t : 2 - 2 * t));
        FAMILY.define("kaiser_window" + LENGTH + ", beta: float = 12.0" + Creation.OPTIONS)
                .doc("i0(beta * sqrt(1 - (2 * k / n - 1)**2)) / i0(beta), as hann_window: the greater beta, the"
                        + " narrower.")
                .example("kaiser_window(4, beta=2.)", "tensor([0.4387, 0.8348, 1.0000, 0.8348])")
                .is(args -> {
                    double beta = args.real("beta");
                    Tensor inside = wide(
                            args,
                            !args.flag("periodic"),
                            atParts(t -> beta * Math.sqrt(Math.max(0, 1 - (2 * t - 1) * (2 * t - 1)))));
                    Tensor all = Tensor.scalar(inside.device(), DType.FLOAT64, beta);
                    Tensor ratio =
                            Arithmetic.DIV.apply(BesselFunctions.I0.apply(inside), BesselFunctions.I0.apply(all));
                    return finish(args, ratio);
                });
        FAMILY.define("cosine_window(window_length: int" + SYMMETRIC)
                .doc("sin(pi * (k + 0.5) / n) for k from 0: n is the length, so that both ends are equal; with"
                        + " sym=false one more, so that copies join on.")
                .example("cosine_window(4)", "tensor([0.3827, 0.9239, 0.9239, 0.3827])")
                .example("cosine_window(3, sym=false)", "tensor([0.3827, 0.9239, 0.9239])")
                .is(args -> symmetric(args, (k, last) -> Math.sin(Math.PI * (k + 0.5) / (last + 1))));
        FAMILY.define("exponential_window(window_length: int, center: float = none, tau: float = 1.0" + SYMMETRIC)
                .doc("exp(-abs(k - center) / tau) for k from 0, around the middle unless center is given, which needs"
                        + " sym=false; sym as for cosine_window.")
                .example("exponential_window(3, tau=2.)", "tensor([0.6065, 1.0000, 0.6065])")
                .example("exponential_window(3, center=0., sym=false)", "tensor([1.0000, 0.3679, 0.1353])")
                .is(SignalWindows::exponential);
        FAMILY.define("gaussian_window(window_length: int, std: float = 1.0" + SYMMETRIC)
                .doc("exp(-((k - center) / std)**2 / 2) for k from 0, around the middle; sym as for cosine_window.")
                .example("gaussian_window(3, std=0.5)", "tensor([0.1353, 1.0000, 0.1353])")
                .is(args -> {
                    double std = positive(args, "std");
                    return symmetric(args, (k, last) -> {
                        double away = (k - last / 2) / std;
                        return Math.exp(-away * away / 2);
                    });
                });
        FAMILY.define("general_cosine_window(window_length: int, a: any" + SYMMETRIC)
                .doc("a[0] - a[1] * cos(2 * pi * k / n) + a[2] * cos(4 * pi * k / n) - .. for k from 0: n is the length"
                        + " less one, so that both ends are equal; with sym=false the length.")
                .example("general_cosine_window(4, [0.5, 0.5], sym=false)", "tensor([0.0000, 0.5000, 1.0000, 0.5000])")
                .is(args -> cosines(args, weights(args)));
        FAMILY.define("general_hamming_window(window_length: int, alpha: float = 0.54" + SYMMETRIC)
                .doc("general_cosine_window of alpha and 1 - alpha.")
                .example("general_hamming_window(3)", "tensor([0.0800, 1.0000, 0.0800])")
                .is(args -> cosines(args, args.real("alpha"), 1 - args.real("alpha")));
        FAMILY.define("nuttall_window(window_length: int" + SYMMETRIC)
                .doc("general_cosine_window of 0.3635819, 0.4891775, 0.1365995 and 0.0106411.")
                .example("nuttall_window(4, sym=false)[1:]", "tensor([0.2270, 1.0000, 0.2270])")
                .is(args -> cosines(args, NUTTALL));
    }

    private SignalWindows() {}

    /** The height of element {@code k} of a window whose period, or last element where both ends are equal, is {@code last}. */
    @FunctionalInterface
    private interface Height {
        double of(int k, double last);
    }

    private static Height atParts(DoubleUnaryOperator height) {
        return (k, last) -> height.applyAsDouble(k / last);
    }

    /** The height at each part of the way, from 0 to 1. */
    private static Object periodic(Args args, DoubleUnaryOperator height) {
        return finish(args, wide(args, !args.flag("periodic"), atParts(height)));
    }

    private static Object symmetric(Args args, Height height) {
        return finish(args, wide(args, args.flag("sym"), height));
    }

    private static Object cosines(Args args, double... weights) {
        return symmetric(args, (k, last) -> {
            double sum = 0;
            for (int i = 0; i < weights.length; i++) {
                double term = weights[i] * Math.cos(2 * Math.PI * i * k / last);
                sum += i % 2 == 0 ? term : -term;
            }
            return sum;
        });
    }

    private static double[] weights(Args args) {
        Tensor a = Creation.convert(args.context(), args.get("a"), DType.FLOAT64);
        if (a.rank() != 1 || a.elements() == 0) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            args.name() + ": a must be a row of at least one weight, found " + a.describe())
                    .help(args.name() + "(8, [0.54, 0.46]) is hamming_window(8, periodic=false)");
        }
        return HostArray.doubles(a.detach());
    }

    private static Object exponential(Args args) {
        double tau = positive(args, "tau");
        if (args.has("center") && args.flag("sym")) {
            throw new TnsException(
                            ErrorKind.VALUE, "exponential_window: a window around a center of its own is not symmetric")
                    .help("with center give sym=false");
        }
        return symmetric(args, (k, last) -> {
            double center = args.has("center") ? args.real("center") : last / 2;
            return Math.exp(-Math.abs(k - center) / tau);
        });
    }

    private static double positive(Args args, String parameter) {
        double value = args.real(parameter);
        if (!(value > 0)) {
            throw new TnsException(
                    ErrorKind.VALUE, args.name() + ": " + parameter + " must be above 0, found " + Display.text(value));
        }
        return value;
    }

    private static Object finish(Args args, Tensor wide) {
        DType asked = args.dtypeOrNull("dtype");
        DType dtype = asked == null ? args.context().defaultDType() : asked;
        if (!dtype.isFloat()) {
            throw new TnsException(ErrorKind.DTYPE, args.name() + ": needs a float dtype, found " + dtype);
        }
        Tensor window = wide.elements() == 1 ? Tensor.upload(wide.device(), DType.FLOAT64, Shape.of(1), ONE) : wide;
        return Creation.finish(args, Casts.to(window, dtype));
    }

    private static Tensor wide(Args args, boolean equalEnds, Height height) {
        int n = args.integer("window_length");
        if (n < 0) {
            throw new TnsException(ErrorKind.VALUE, args.name() + ": window_length must not be negative, found " + n);
        }
        // Of a single element the height does not matter, but 0 / 0 would not be finite.
        double last = equalEnds ? Math.max(n - 1, 1) : n;
        double[] values = new double[Shape.of(n).elements()];
        for (int k = 0; k < n; k++) {
            values[k] = height.of(k, last);
        }
        return Tensor.upload(args.context().cpu(), DType.FLOAT64, Shape.of(n), values);
    }
}
