package tns.nn;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Casts;
import tns.op.Family;
import tns.op.Movement;
import tns.op.Op;
import tns.op.ShapeOps;
import tns.op.TypeName;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * The functions that give a parameter new initial values, for every holder: PyTorch's {@code nn.init}, with its numbers for
 * the same seed. Each is also known by PyTorch's name, with the underscore.
 */
public final class Initializers {
    public static final Family FAMILY = new Family("initial values");

    private static final String RECTIFIER =
            "(p: any, a: float = 0, mode: string = 'fan_in', nonlinearity: string = 'leaky_relu')";
    private static final String RETURNS = " Returns p.";

    static {
        define("kaiming_uniform" + RECTIFIER)
                .doc("Fills a parameter with uniform draws that keep the variance through a rectifier: within gain *"
                        + " sqrt(3 / fan), the gain that of the nonlinearity, a the slope of leaky_relu, and the fan"
                        + " \"fan_in\" or \"fan_out\"." + RETURNS)
                .example(
                        "seed(0); kaiming_uniform(param(zeros(1, 3)))",
                        "tensor([[-0.0106,  0.7586, -1.1640]], requires_grad=true)")
                .is(args -> {
                    double bound = InitialValues.bound(kaiming(args));
                    return drawn(args, (c, dtype, shape) -> InitialValues.uniform(c, dtype, shape, -bound, bound));
                });
        define("kaiming_normal" + RECTIFIER)
                .doc("Fills a parameter with normal draws that keep the variance through a rectifier, of deviation"
                        + " gain / sqrt(fan); see kaiming_uniform." + RETURNS)
                .example("kaiming_normal(param(zeros(2, 3)), nonlinearity=\"relu\").shape", "(2, 3)")
                .is(args -> {
                    double std = kaiming(args);
                    return drawn(args, (c, dtype, shape) -> InitialValues.normal(c, dtype, shape, 0, std));
                });
        define("xavier_uniform(p: any, gain: float = 1)")
                .doc("Fills a parameter with uniform draws within gain * sqrt(6 / (fan_in + fan_out))." + RETURNS)
                .example("xavier_uniform(param(zeros(2, 3)), gain=calculate_gain(\"tanh\")).shape", "(2, 3)")
                .is(args -> {
                    double bound = InitialValues.bound(xavier(args));
                    return drawn(args, (c, dtype, shape) -> InitialValues.uniform(c, dtype, shape, -bound, bound));
                });
        define("xavier_normal(p: any, gain: float = 1)")
                .doc("Fills a parameter with normal draws of deviation gain * sqrt(2 / (fan_in + fan_out))." + RETURNS)
                .example("xavier_normal(param(zeros(2, 3))).shape", "(2, 3)")
                .is(args -> {
                    double std = xavier(args);
                    return drawn(args, (c, dtype, shape) -> InitialValues.normal(c, dtype, shape, 0, std));
                });
        define("trunc_normal(p: any, mean: float = 0, std: float = 1, a: float = -2, b: float = 2)")
                .doc("Fills a parameter with normal draws between a and b." + RETURNS)
                .example("trunc_normal(param(zeros(100)), std=0.02, b=0.01).max() <= 0.01", "tensor(true)")
                .is(args -> {
                    double low = args.real("a");
                    double high = args.real("b");
                    double std = args.real("std");
                    if (!(low < high) || !(std > 0)) {
                        throw new TnsException(
                                ErrorKind.VALUE,
                                "trunc_normal: needs a below b and a std above 0, found a=" + low + ", b=" + high
                                        + ", std=" + std);
                    }
                    double mean = args.real("mean");
                    return drawn(
                            args,
                            (c, dtype, shape) -> InitialValues.truncatedNormal(c, dtype, shape, mean, std, low, high));
                });
        define("orthogonal(p: any, gain: float = 1)")
                .doc("Fills a parameter with a random matrix whose rows or columns, whichever are fewer, are"
                        + " orthogonal and of length gain; dims after the first count as columns." + RETURNS)
                .example("q = orthogonal(param(zeros(3, 3))); allclose(q @ q.T, eye(3), atol=1e-6)", "true")
                .is(Initializers::orthogonal);
        SpecialStarts.define();
        plain("normal", "(p: any, mean: float = 0, std: float = 1)")
                .doc("Fills a parameter with normal draws of the given mean and deviation." + RETURNS)
                .example(
                        "seed(0); init_normal(param(zeros(2)), std=0.02)",
                        "tensor([ 0.0308, -0.0059], requires_grad=true)")
                .is(args -> {
                    double std = args.real("std");
                    if (!(std >= 0)) {
                        throw new TnsException(ErrorKind.VALUE, "init_normal: std must not be negative, found " + std);
                    }
                    return drawn(
                            args, (c, dtype, shape) -> InitialValues.normal(c, dtype, shape, args.real("mean"), std));
                });
        plain("uniform", "(p: any, a: float = 0, b: float = 1)")
                .doc("Fills a parameter with uniform draws from a up to b." + RETURNS)
                .example(
                        "seed(0); init_uniform(param(zeros(2)), -1, 1)",
                        "tensor([-0.0075,  0.5364], requires_grad=true)")
                .is(args -> drawn(
                        args,
                        (c, dtype, shape) -> InitialValues.uniform(c, dtype, shape, args.real("a"), args.real("b"))));
        plain("constant", "(p: any, val: float)")
                .doc("Fills a parameter with one number." + RETURNS)
                .example("init_constant(param(zeros(2)), 0.5)", "tensor([0.5000, 0.5000], requires_grad=true)")
                .is(args -> filled(args, args.real("val")));
        plain("zeros", "(p: any)")
                .doc("Fills a parameter with zeros." + RETURNS)
                .example("init_zeros(param(ones(2)))", "tensor([0., 0.], requires_grad=true)")
                .is(args -> filled(args, 0));
        plain("ones", "(p: any)")
                .doc("Fills a parameter with ones." + RETURNS)
                .example("init_ones(param(zeros(2)))", "tensor([1., 1.], requires_grad=true)")
                .is(args -> filled(args, 1));
        FAMILY.define("calculate_gain(nonlinearity: string, param: float = none)")
                .doc("The factor by which weights before that function keep the variance; param is the slope of"
                        + " leaky_relu.")
                .example("calculate_gain(\"tanh\")", "1.6666666666666667")
                .example("calculate_gain(\"leaky_relu\", 0.2)", "1.3867504905630728")
                .is(args -> Gain.of(
                        "calculate_gain",
                        args.text("nonlinearity"),
                        args.has("param") ? (Double) args.real("param") : null));
    }

    private Initializers() {}

    /** What makes the values for a dtype and shape. */
    @FunctionalInterface
    interface Draw {
        Tensor of(tns.op.Context context, DType dtype, Shape shape);
    }

    /** Starts the definition of an initialiser, which has PyTorch's name too. */
    static Op.Definition define(String signature) {
        return FAMILY.define(signature).alias(signature.substring(0, signature.indexOf('(')) + "_");
    }

    /** An initialiser whose plain name is taken by the function that makes a tensor. */
    static Op.Definition plain(String name, String parameters) {
        return FAMILY.define("init_" + name + parameters).alias(name + "_");
    }

    /** The parameter that a call fills. */
    static Param param(Args args) {
        Object p = args.get("p");
        if (p instanceof Param param) {
            return param;
        }
        TnsException wrong = new TnsException(
                        ErrorKind.VALUE,
                        args.name() + ": only a parameter can be given new values, found " + TypeName.describe(p))
                .argument(0);
        throw p instanceof Module
                ? wrong.help("for name, p in net.named_parameters() { … } goes over a model's parameters")
                : wrong.help("a layer's parameter, such as net.weight, or one made by param(x)");
    }

    /** The parameter of a call, filled with what is made for it. */
    static Param drawn(Args args, Draw draw) {
        Param p = param(args);
        Tensor now = p.value();
        p.set(ShapeOps.onDevice(draw.of(args.context(), now.dtype(), now.shape()), now.device()));
        return p;
    }

    private static Param filled(Args args, double value) {
        return drawn(args, (context, dtype, shape) -> {
            Tensor one = Tensor.scalar(context.cpu(), dtype, value);
            return Casts.duplicate(Movement.expand(one, shape));
        });
    }

    /** The parameter of a call, filled with these elements in row-major order. */
    static Param filled(Args args, double[] values) {
        return drawn(
                args,
                (context, dtype, shape) -> Casts.to(Tensor.upload(context.cpu(), DType.FLOAT64, shape, values), dtype));
    }

    /** How many inputs an output has, and how many outputs an input. */
    private record Fans(long in, long out) {
        static Fans of(Args args) {
            Shape shape = param(args).value().shape();
            if (shape.rank() < 2) {
                throw new TnsException(
                                ErrorKind.SHAPE,
                                args.name() + ": needs at least 2 dims, outputs and inputs, found " + shape)
                        .help("a bias has neither: init_zeros(p), init_uniform(p, -0.1, 0.1)")
                        .argument(0);
            }
            long field = shape.part(2, shape.rank()).elements();
            return new Fans(shape.size(1) * field, shape.size(0) * field);
        }
    }

    private static double kaiming(Args args) {
        Fans fans = Fans.of(args);
        long fan = switch (args.text("mode")) {
            case "fan_in" -> fans.in;
            case "fan_out" -> fans.out;
            default ->
                throw new TnsException(ErrorKind.VALUE, args.name() + ": unknown mode \"" + args.text("mode") + '"')
                        .help("\"fan_in\" or \"fan_out\"");
        };
        return InitialValues.kaimingDeviation(Gain.of(args.name(), args.text("nonlinearity"), args.real("a")), fan);
    }

    private static double xavier(Args args) {
        Fans fans = Fans.of(args);
        return InitialValues.xavierDeviation(args.real("gain"), fans.in, fans.out);
    }

    /** Saxe and others, Exact solutions to the nonlinear dynamics of learning in deep linear neural networks, 2013. */
    private static Object orthogonal(Args args) {
        Shape whole = param(args).value().shape();
        if (whole.rank() < 2) {
            throw new TnsException(ErrorKind.SHAPE, "orthogonal: needs at least 2 dims, found " + whole).argument(0);
        }
        int rows = whole.size(0);
        int columns = whole.part(1, whole.rank()).elements();
        return drawn(args, (context, dtype, shape) -> {
            double[] draws = HostArray.doubles(InitialValues.normal(context, dtype, shape, 0, 1));
            boolean wide = rows < columns;
            double[] made = wide
                    ? orthonormal(draws, rows, columns, columns, 1)
                    : orthonormal(draws, columns, rows, 1, columns);
            for (int i = 0; i < made.length; i++) {
                made[i] *= args.real("gain");
            }
            return Casts.to(Tensor.upload(context.cpu(), DType.FLOAT64, shape, made), dtype);
        });
    }

    /**
     * Makes {@code count} vectors of {@code n} elements orthogonal and of length 1, one after the other, by Gram and
     * Schmidt, twice for accuracy. That is Q of their QR decomposition with a positive diagonal in R, which PyTorch makes
     * of LAPACK's by changing signs.
     *
     * @param next the distance of a vector's first element from that of the one before
     * @param step the distance of two elements of one vector
     */
    private static double[] orthonormal(double[] vectors, int count, int n, int next, int step) {
        double[] q = vectors.clone();
        for (int j = 0; j < count; j++) {
            for (int k = 0; k < 2 * j; k++) {
                int other = k % j;
                double part = 0;
                for (int i = 0; i < n; i++) {
                    part += q[j * next + i * step] * q[other * next + i * step];
                }
                for (int i = 0; i < n; i++) {
                    q[j * next + i * step] -= part * q[other * next + i * step];
                }
            }
            double square = 0;
            for (int i = 0; i < n; i++) {
                square += q[j * next + i * step] * q[j * next + i * step];
            }
            for (int i = 0; i < n; i++) {
                q[j * next + i * step] /= Math.sqrt(square);
            }
        }
        return q;
    }
}
