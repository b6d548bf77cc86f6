package tns.op;

import java.util.function.DoubleUnaryOperator;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The windows that fade a stretch of a signal in and out before a transform. */
final class SignalWindows {
    private static final String LENGTH = "(window_length: int, periodic: bool = true";

    /** The window of length 1, whatever its kind. */
    private static final double[] ONE = {1};

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("creation");

    static {
        FAMILY.define("hann_window" + LENGTH + Creation.OPTIONS)
                .doc("0.5 - 0.5 * cos(2 * pi * k / n) for k from 0: n is the length, so that copies join on; with"
                        + " periodic=false one less, so that both ends are equal.")
                .example("hann_window(4)", "tensor([0.0000, 0.5000, 1.0000, 0.5000])")
                .example("hann_window(5, periodic=false)", "tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])")
                .is(args -> window(args, t -> 0.5 - 0.5 * Math.cos(2 * Math.PI * t)));
        FAMILY.define("hamming_window" + LENGTH + ", alpha: float = 0.54, beta: float = 0.46" + Creation.OPTIONS)
                .doc("alpha - beta * cos(2 * pi * k / n), as hann_window.")
                .example("hamming_window(4)", "tensor([0.0800, 0.5400, 1.0000, 0.5400])")
                .is(args -> {
                    double alpha = args.real("alpha");
                    double beta = args.real("beta");
                    return window(args, t -> alpha - beta * Math.cos(2 * Math.PI * t));
                });
        FAMILY.define("blackman_window" + LENGTH + Creation.OPTIONS)
                .doc("0.42 - 0.5 * cos(2 * pi * k / n) + 0.08 * cos(4 * pi * k / n), as hann_window.")
                .example("blackman_window(4).round(decimals=4)", "tensor([-0.0000, 0.3400, 1.0000, 0.3400])")
                .is(args ->
                        window(args, t -> 0.42 - 0.5 * Math.cos(2 * Math.PI * t) + 0.08 * Math.cos(4 * Math.PI * t)));
        FAMILY.define("bartlett_window" + LENGTH + Creation.OPTIONS)
                .doc("A triangle from 0 up to 1 and down, as hann_window.")
                .example("bartlett_window(4)", "tensor([0.0000, 0.5000, 1.0000, 0.5000])")
                .is(args -> window(args, t -> t <= 0.5 ? 2 * t : 2 - 2 * t));
        FAMILY.define("kaiser_window" + LENGTH + ", beta: float = 12.0" + Creation.OPTIONS)
                .doc("i0(beta * sqrt(1 - (2 * k / n - 1)**2)) / i0(beta), as hann_window: the greater beta, the"
                        + " narrower.")
                .example("kaiser_window(4, beta=2.)", "tensor([0.4387, 0.8348, 1.0000, 0.8348])")
                .is(args -> {
                    double beta = args.real("beta");
                    Tensor inside = wide(args, t -> beta * Math.sqrt(Math.max(0, 1 - (2 * t - 1) * (2 * t - 1))));
                    Tensor all = Tensor.scalar(inside.device(), DType.FLOAT64, beta);
                    Tensor ratio =
                            Arithmetic.DIV.apply(BesselFunctions.I0.apply(inside), BesselFunctions.I0.apply(all));
                    return finish(args, ratio);
                });
    }

    private SignalWindows() {}

    /** The height at each part of the way, from 0 to 1. */
    private static Object window(Args args, DoubleUnaryOperator height) {
        return finish(args, wide(args, height));
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

    private static Tensor wide(Args args, DoubleUnaryOperator height) {
        int n = args.integer("window_length");
        if (n < 0) {
            throw new TnsException(ErrorKind.VALUE, args.name() + ": window_length must not be negative, found " + n);
        }
        double last = args.flag("periodic") ? n : n - 1;
        double[] values = new double[Shape.of(n).elements()];
        for (int i = 0; i < n; i++) {
            values[i] = height.applyAsDouble(n == 1 ? 0.5 : i / last);
        }
        return Tensor.upload(args.context().cpu(), DType.FLOAT64, Shape.of(n), values);
    }
}
