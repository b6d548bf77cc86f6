package tns.op;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.GradMode;
import tns.tensor.HostArray;
import tns.tensor.Origin;
import tns.tensor.Tensor;

/** Automatic differentiation as the language sees it: backward on a value, and functions made from functions. */
public final class AutogradOps {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("gradients");

    static {
        FAMILY.define("backward(y: tensor, gradient: tensor = none, retain_graph: bool = true,"
                        + " create_graph: bool = false)")
                .doc("Adds the gradient of y to the .grad of every parameter it was computed from;"
                        + " y has one element, or gradient gives one number for each. The graph is always retained;"
                        + " with create_graph the gradients can be differentiated in turn.")
                .example("backward((param(3.0) ** 2))", "none")
                .keepsNothing()
                .is(AutogradOps::backward);
        Transforms.define(FAMILY);
        FAMILY.define("custom_grad(f: function, backward: function)")
                .doc("f with its own gradient rule: backward(dy, y, *inputs) gives the gradient of each input.")
                .example("grad(custom_grad(x -> x**2, (dy, y, x) -> 10 * dy))(3.0)", "tensor(10.)")
                .gradient("custom_grad(x -> x**3, (dy, y, x) -> 3 * x**2 * dy)(x)", "x: [3]")
                .is(AutogradOps::customGrad);
        FAMILY.define("gradcheck(f: function, x: any, eps: float = 1e-06, atol: float = 1e-05, rtol: float = 0.001)")
                .doc("Whether f's derivative agrees with central differences at x, in float64; x may be a tuple,"
                        + " for f(*x).")
                .example("gradcheck(x -> x**3, [1., 2.])", "true")
                .is(AutogradOps::gradcheck);
    }

    private AutogradOps() {}

    private static Object backward(Args args) {
        backward(args.tensor("y"), args.tensorOrNull("gradient"), args.flag("create_graph"));
        return None.NONE;
    }

    /**
     * Adds the gradients of {@code y}, a scalar unless {@code gradient} is given, to the parameters behind it.
     *
     * @param create whether the gradients themselves can be differentiated
     */
    public static void backward(Tensor y, @Nullable Tensor gradient, boolean create) {
        if (!y.requiresGrad()) {
            throw new TnsException(
                            ErrorKind.VALUE, "backward: " + y.describe() + " was not computed from any parameter")
                    .help("make the inputs parameters: w = param(zeros(3)), or linspace(0, 1, 5, requires_grad=true);"
                            + " inside no_grad nothing is recorded");
        }
        if (gradient == null && y.elements() != 1) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "backward: needs a scalar, found " + y.describe() + " with " + y.elements() + " elements")
                    .help("reduce it first, y.sum().backward(), or pass a gradient of its shape:"
                            + " y.backward(ones_like(y))");
        }
        Gradients.backward(y, seed("backward", y, gradient), create);
    }

    /** The gradient to start from: {@code gradient} in y's dtype, or 1 for a single element. */
    static Tensor seed(String op, Tensor y, @Nullable Tensor gradient) {
        if (gradient == null) {
            Tensor one = Tensor.scalar(y.device(), y.dtype(), 1);
            return Movement.reshape(one, y.shape());
        }
        if (!gradient.shape().equals(y.shape())) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            op + ": the gradient has shape " + gradient.shape() + ", but the result has " + y.shape())
                    .help("a gradient has the shape of what it belongs to");
        }
        return Casts.to(gradient, y.dtype());
    }

    private static Object customGrad(Args args) {
        Callable f = args.function("f");
        Callable rule = args.function("backward");
        return Transforms.function(f.name(), (context, arguments) -> {
            Object[] plain = new Object[arguments.length];
            Tensor[] inputs = new Tensor[arguments.length];
            for (int i = 0; i < arguments.length; i++) {
                Tensor input = Conversion.tensor(context, arguments[i]);
                if (input == null) {
                    throw new TnsException(
                            ErrorKind.VALUE, "custom_grad: takes tensors, found " + TypeName.describe(arguments[i]));
                }
                inputs[i] = input;
                plain[i] = input.detach();
            }
            Tensor y = GradMode.without(() -> Transforms.result(context, f, f.call(context, plain), "custom_grad"));
            boolean track = false;
            for (Tensor input : inputs) {
                track |= Reductions.tracked(input);
            }
            return track ? y.withOrigin(new CustomOrigin(context, f.name(), rule, inputs)) : y;
        });
    }

    /** A result whose gradient a function of the script computes. */
    private static final class CustomOrigin extends Origin {
        private final Context context;
        private final Callable rule;

        CustomOrigin(Context context, String name, Callable rule, Tensor[] inputs) {
            super(name, inputs);
            this.context = context;
            this.rule = rule;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            Object[] arguments = new Object[inputCount() + 2];
            arguments[0] = dy;
            arguments[1] = y;
            for (int k = 0; k < inputCount(); k++) {
                arguments[k + 2] = input(k);
            }
            Object answer = rule.call(context, arguments);
            Object own = answer instanceof Tuple t && t.size() == inputCount() ? t.get(i) : answer;
            if (own == None.NONE) {
                return null;
            }
            Tensor gradient = Conversion.tensor(context, own);
            if (gradient == null || !gradient.shape().equals(input(i).shape())) {
                throw new TnsException(
                                ErrorKind.SHAPE,
                                "custom_grad: the gradient of input " + i + " must be a tensor of shape "
                                        + input(i).shape() + ", found " + TypeName.describe(own))
                        .help("backward(dy, y, *inputs) returns one gradient for each input");
            }
            return Casts.to(gradient, input(i).dtype());
        }
    }

    private static Object gradcheck(Args args) {
        Context context = args.context();
        Callable f = args.function("f");
        Tree at = Tree.of(args.get("x"), v -> {
            Tensor x = Transforms.result(context, f, v, "gradcheck");
            return Casts.to(x.detach(), DType.FLOAT64);
        });
        Tensor[] points = at.tensors();
        Object exact = Transforms.jacobian(context, f, at.value());
        Tensor[] blocks = Tree.of(exact, v -> (Tensor) v).tensors();
        for (int i = 0; i < points.length; i++) {
            for (int j = 0; j < points[i].elements(); j++) {
                if (!agrees(args, at, i, j, blocks)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether the derivatives of all results by element {@code j} of input {@code i} are the differences. */
    private static boolean agrees(Args args, Tree at, int i, int j, Tensor[] blocks) {
        double eps = args.real("eps");
        Tensor[] up = moved(args, at, i, j, eps);
        Tensor[] down = moved(args, at, i, j, -eps);
        int inputs = at.tensors().length;
        int width = at.tensors()[i].elements();
        for (int k = 0; k < up.length; k++) {
            double[] slopes = HostArray.doubles(blocks[k * inputs + i].detach());
            double[] after = HostArray.doubles(up[k]);
            double[] before = HostArray.doubles(down[k]);
            for (int r = 0; r < after.length; r++) {
                double expected = (after[r] - before[r]) / (2 * eps);
                double bound = args.real("atol") + args.real("rtol") * Math.abs(expected);
                if (!(Math.abs(slopes[r * width + j] - expected) <= bound)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** f's results with element {@code j} of input {@code i} moved. */
    private static Tensor[] moved(Args args, Tree at, int i, int j, double by) {
        Object inputs = at.filled(k -> {
            Tensor x = at.tensors()[k];
            if (k != i) {
                return x;
            }
            double[] values = HostArray.doubles(x);
            values[j] += by;
            return Tensor.upload(x.device(), DType.FLOAT64, x.shape(), values);
        });
        return GradMode.without(() -> Transforms.results(args.context(), args.function("f"), inputs, "gradcheck"))
                .tensors();
    }
}
