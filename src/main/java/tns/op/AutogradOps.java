package tns.op;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Origin;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Automatic differentiation as the language sees it: backward on a value, and functions made from functions. */
public final class AutogradOps {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("gradients");

    static {
        FAMILY.define("backward(y: tensor, gradient: tensor = none)")
                .doc("Adds the gradient of y to the .grad of every parameter it was computed from;"
                        + " y has one element, or gradient gives one number for each.")
                .example("backward((param(3.0) ** 2))", "none")
                .is(AutogradOps::backward);
        FAMILY.define("grad(f: function, wrt: int = 0)")
                .doc("The function that gives the derivative of f by its first argument (or argument wrt);"
                        + " for numerical differences see gradient.")
                .example("grad(x -> x**3)(2.0)", "tensor(12.)")
                .gradient("grad(x -> (x**4).sum())(x)", "x: [3]")
                .is(args -> derivative(
                        "grad",
                        args,
                        (context, f, arguments, wrt) ->
                                pullback(context, f, arguments, wrt).gradient()));
        FAMILY.define("value_and_grad(f: function, wrt: int = 0)")
                .doc("The function that gives the pair of f's value and its derivative.")
                .example("value_and_grad(x -> x**2)(3.0)", "(tensor(9.), tensor(6.))")
                .gradient("value_and_grad(x -> (x**4).sum())(x)[0]", "x: [3]")
                .gradient("value_and_grad(x -> (x**4).sum())(x)[1]", "x: [3]")
                .is(args -> derivative("value_and_grad", args, (context, f, arguments, wrt) -> {
                    Pullback p = pullback(context, f, arguments, wrt);
                    return Tuple.of(p.value(), p.gradient());
                }));
        FAMILY.define("vjp(f: function, *x: any)")
                .doc("The pair of f(x) and a function that takes a gradient of the result back to x.")
                .example("vjp(x -> x**2, [1., 2.])[1]([1., 1.])", "tensor([2., 4.])")
                .gradient("vjp(x -> x**3, x)[0]", "x: [3]")
                .gradient("vjp(x -> x**3, x)[1](y)", "x: [3]", "y: [3]")
                .is(AutogradOps::vjp);
        FAMILY.define("jvp(f: function, x: tensor, v: tensor)")
                .doc("The pair of f(x) and its derivative in the direction v.")
                .example("jvp(x -> x**2, [1., 2.], [1., 0.])", "(tensor([1., 4.]), tensor([2., 0.]))")
                .gradient("jvp(x -> x**3, x, v)[0]", "x: [3]", "v: [3]")
                .gradient("jvp(x -> x**3, x, v)[1]", "x: [3]", "v: [3]")
                .is(AutogradOps::jvp);
        FAMILY.define("jacobian(f: function, x: tensor)")
                .doc("The derivative of every element of f(x) by every element of x, of shape f(x).shape then x.shape.")
                .example("jacobian(x -> x**2, [1., 2.])", "tensor([[2., 0.],\n        [0., 4.]])")
                .gradient("jacobian(x -> (x**3).cumsum(0), x)", "x: [3]")
                .is(args -> jacobian(args.context(), args.function("f"), args.tensor("x")));
        FAMILY.define("hessian(f: function, x: tensor)")
                .doc("The second derivatives of a scalar function by every pair of elements of x.")
                .example("hessian(x -> (x**3).sum(), [1., 2.])", "tensor([[ 6.,  0.],\n        [ 0., 12.]])")
                .gradient("hessian(x -> (x**3).sum() * x.sum(), x)", "x: [3]")
                .is(args -> {
                    Callable f = args.function("f");
                    Callable slope = function(
                            "grad",
                            (context, arguments) ->
                                    pullback(context, f, arguments, 0).gradient());
                    return jacobian(args.context(), slope, args.tensor("x"));
                });
        FAMILY.define("custom_grad(f: function, backward: function)")
                .doc("f with its own gradient rule: backward(dy, y, *inputs) gives the gradient of each input.")
                .example("grad(custom_grad(x -> x**2, (dy, y, x) -> 10 * dy))(3.0)", "tensor(10.)")
                .gradient("custom_grad(x -> x**3, (dy, y, x) -> 3 * x**2 * dy)(x)", "x: [3]")
                .is(AutogradOps::customGrad);
        FAMILY.define("gradcheck(f: function, x: tensor, eps: float = 1e-06, atol: float = 1e-05, rtol: float = 0.001)")
                .doc("Whether f's derivative agrees with central differences at x, in float64.")
                .example("gradcheck(x -> x**3, [1., 2.])", "true")
                .is(AutogradOps::gradcheck);
    }

    private AutogradOps() {}

    private static Object backward(Args args) {
        Tensor y = args.tensor("y");
        Origin origin = y.origin();
        if (origin == null) {
            throw new TnsException(
                            ErrorKind.VALUE, "backward: " + y.describe() + " was not computed from any parameter")
                    .help("make the inputs parameters: w = param(zeros(3)), or linspace(0, 1, 5, requires_grad=true);"
                            + " inside no_grad nothing is recorded");
        }
        Tensor gradient = args.tensorOrNull("gradient");
        if (gradient == null && y.elements() != 1) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "backward: needs a scalar, found " + y.describe() + " with " + y.elements() + " elements")
                    .help("reduce it first, y.sum().backward(), or pass a gradient of its shape:"
                            + " y.backward(ones_like(y))");
        }
        Gradients.backward(y, origin, seed("backward", y, gradient));
        return None.NONE;
    }

    private static Tensor seed(String op, Tensor y, @Nullable Tensor gradient) {
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

    /** A derived function's work: the original function, its arguments, and which of them to differentiate by. */
    private interface Rule {
        Object apply(Context context, Callable f, Object[] arguments, int wrt);
    }

    private static Object derivative(String name, Args args, Rule rule) {
        Callable f = args.function("f");
        int wrt = args.integer("wrt");
        return function(name + "(" + f.name() + ")", (context, arguments) -> {
            if (arguments.length <= wrt) {
                throw new TnsException(
                        ErrorKind.VALUE,
                        name + ": " + f.name() + " was called with " + arguments.length
                                + " arguments, so there is no argument " + wrt);
            }
            return rule.apply(context, f, arguments, wrt);
        });
    }

    private interface Calling {
        Object apply(Context context, Object[] arguments);
    }

    private static Callable function(String name, Calling body) {
        return new Callable() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Object call(Context context, Object[] positional, Map<String, Object> named) {
                if (!named.isEmpty()) {
                    throw new TnsException(ErrorKind.VALUE, name + ": takes positional arguments only");
                }
                return body.apply(context, positional);
            }
        };
    }

    /** An input as a fresh, tracked, float place in the graph. */
    private static Tensor tracked(Context context, Object value, String op) {
        Tensor x = Conversion.tensor(context, value);
        if (x == null) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            op + ": differentiates by a tensor or number, found " + TypeName.describe(value))
                    .help("other values can be captured by the function");
        }
        Tensor real = x.dtype().isFloat() ? x : Casts.to(x, context.defaultDType());
        return real.requiresGrad() ? Movement.alias(real) : new Param(real).value();
    }

    private static Tensor result(Context context, Callable f, Object[] arguments, String op) {
        Object y = f.call(context, arguments);
        Tensor tensor = Conversion.tensor(context, y);
        if (tensor == null) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    op + ": " + f.name() + " must return a tensor, it returned " + TypeName.describe(y));
        }
        return tensor;
    }

    private record Pullback(Tensor value, Object gradient) {}

    private static Pullback pullback(Context context, Callable f, Object[] arguments, int wrt) {
        Tensor x = tracked(context, arguments[wrt], "grad");
        Object[] changed = arguments.clone();
        changed[wrt] = x;
        Tensor y = result(context, f, changed, "grad");
        if (y.elements() != 1) {
            throw new TnsException(
                            ErrorKind.SHAPE, "grad: " + f.name() + " must return a scalar, it returned " + y.describe())
                    .help("reduce it, for example with sum(); jacobian takes functions of any result");
        }
        Tensor[] inputs = {x};
        @Nullable Tensor[] gradients = Gradients.of(y, seed("grad", y, null), inputs, false);
        Tensor gradient = gradients[0] == null ? zeros(x) : gradients[0];
        Tensor value = context(x) ? y : withoutInput(y, gradient);
        return new Pullback(value, gradient);
    }

    private static boolean context(Tensor x) {
        return x.origin() != null && x.origin().inputCount() > 0;
    }

    /** The value as the caller sees it: untracked when the derivative is, for then only the input was. */
    private static Tensor withoutInput(Tensor y, Tensor gradient) {
        return gradient.requiresGrad() ? y : y.detach();
    }

    /** A derivative as the caller sees it: untracked unless something beyond the inputs is. */
    private static Tensor settled(Tensor derivative, boolean outer) {
        return outer ? derivative : derivative.detach();
    }

    private static Tensor zeros(Tensor x) {
        return Tensor.allocate(x.device(), x.dtype(), x.shape());
    }

    private static Object vjp(Args args) {
        Context context = args.context();
        Callable f = args.function("f");
        Tuple given = (Tuple) args.get("x");
        Tensor[] inputs = new Tensor[given.size()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = tracked(context, given.get(i), "vjp");
        }
        Tensor y = result(context, f, inputs.clone(), "vjp");
        Callable back = function("vjp(" + f.name() + ")", (c, arguments) -> {
            Tensor dy = arguments.length == 0 ? null : Conversion.tensor(c, arguments[0]);
            @Nullable Tensor[] gradients = Gradients.of(y, seed("vjp", y, dy), inputs, false);
            Object[] answers = new Object[inputs.length];
            for (int i = 0; i < answers.length; i++) {
                Tensor gradient = gradients[i];
                answers[i] = gradient == null ? zeros(inputs[i]) : gradient;
            }
            return answers.length == 1 ? answers[0] : Tuple.of(answers);
        });
        return Tuple.of(Gradients.dependsBeyond(y, inputs) ? y : y.detach(), back);
    }

    /** Forward derivatives from reverse mode applied twice: the vjp is linear in dy, and its own vjp is the jvp. */
    private static Object jvp(Args args) {
        Context context = args.context();
        Tensor x = tracked(context, args.get("x"), "jvp");
        Tensor y = result(context, args.function("f"), new Object[] {x}, "jvp");
        Tensor direction = Casts.to(args.tensor("v"), x.dtype());
        if (!direction.shape().equals(x.shape())) {
            throw new TnsException(
                    ErrorKind.SHAPE, "jvp: v has shape " + direction.shape() + ", but x has " + x.shape());
        }
        Tensor dummy = new Param(zeros(y)).value();
        boolean outer = direction.requiresGrad() || Gradients.dependsBeyond(y, x);
        Tensor slope = Gradients.of(y, dummy, new Tensor[] {x}, true)[0];
        Tensor tangent = null;
        if (slope != null && slope.requiresGrad()) {
            tangent = Gradients.of(slope, direction, new Tensor[] {dummy}, outer)[0];
        }
        return Tuple.of(outer ? y : y.detach(), settled(tangent == null ? zeros(y) : tangent, outer));
    }

    private static Object jacobian(Context context, Callable f, Tensor at) {
        Tensor x = tracked(context, at, "jacobian");
        Tensor y = result(context, f, new Object[] {x}, "jacobian");
        Shape shape = y.shape().concat(x.shape());
        int n = y.elements();
        Tensor[] rows = new Tensor[n];
        Tensor identity = Tensor.allocate(y.device(), y.dtype(), Shape.of(n, n));
        if (n > 0) {
            Tensor diagonal = identity.window(new tns.tensor.View(Shape.of(n), new int[] {n + 1}, 0));
            Casts.write(Tensor.scalar(y.device(), y.dtype(), 1), diagonal);
        }
        for (int i = 0; i < n; i++) {
            Tensor seed = Movement.reshape(Movement.select(identity, 0, i), y.shape());
            Tensor row = Gradients.of(y, seed, new Tensor[] {x}, false)[0];
            rows[i] = row == null ? zeros(x) : row;
        }
        return n == 0 ? Tensor.allocate(x.device(), x.dtype(), shape) : Movement.reshape(Joining.stack(rows, 0), shape);
    }

    private static Object customGrad(Args args) {
        Callable f = args.function("f");
        Callable rule = args.function("backward");
        return function(f.name(), (context, arguments) -> {
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
            Tensor y = tns.tensor.GradMode.without(() -> result(context, f, plain, "custom_grad"));
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
        Tensor at = Casts.to(args.tensor("x").detach(), DType.FLOAT64);
        double eps = args.real("eps");
        Tensor exact = (Tensor) jacobian(context, f, at);
        int n = at.elements();
        int m = n == 0 ? 0 : exact.elements() / n;
        Tensor rows = Movement.reshape(exact, Shape.of(m, n));
        double[] derivative = tns.tensor.HostArray.doubles(rows.detach());
        double[] point = tns.tensor.HostArray.doubles(at);
        for (int j = 0; j < n; j++) {
            double[] up = shifted(context, f, at, point, j, eps);
            double[] down = shifted(context, f, at, point, j, -eps);
            for (int i = 0; i < m; i++) {
                double numeric = (up[i] - down[i]) / (2 * eps);
                double found = derivative[i * n + j];
                if (!(Math.abs(found - numeric) <= args.real("atol") + args.real("rtol") * Math.abs(numeric))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static double[] shifted(Context context, Callable f, Tensor at, double[] point, int j, double eps) {
        double[] moved = point.clone();
        moved[j] += eps;
        Tensor x = Tensor.upload(at.device(), DType.FLOAT64, at.shape(), moved);
        return tns.tensor.HostArray.doubles(
                result(context, f, new Object[] {x}, "gradcheck").detach());
    }
}
