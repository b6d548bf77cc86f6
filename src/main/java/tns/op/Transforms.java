package tns.op;

import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.profile.Profile;
import tns.tensor.GradMode;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * Functions made from functions by differentiating them. They record what they need inside {@code no_grad} too; their
 * results are tracked when something beyond the inputs is, so that derivatives nest.
 */
final class Transforms {
    private Transforms() {}

    static void define(Family family) {
        family.define("grad(f: function, argnums: any = 0)")
                .doc("The function that gives the derivative of f by its first argument, or by argument argnums, or by"
                        + " a tuple of them; for numerical differences see gradient.")
                .example("grad(x -> x**3)(2.0)", "tensor(12.)")
                .example("grad((x, y) -> x * y, argnums=(0, 1))(2.0, 5.0)", "(tensor(5.), tensor(2.))")
                .gradient("grad(x -> (x**4).sum())(x)", "x: [3]")
                .gradient("grad((x, y) -> (x**3 * y**2).sum(), (0, 1))(x, y)[1]", "x: [3]", "y: [3]")
                .is(args -> derivative("grad", args, Pullback::gradient));
        family.define("value_and_grad(f: function, argnums: any = 0)")
                .doc("The function that gives the pair of f's value and its derivative.")
                .example("value_and_grad(x -> x**2)(3.0)", "(tensor(9.), tensor(6.))")
                .gradient("value_and_grad(x -> (x**4).sum())(x)[0]", "x: [3]")
                .gradient("value_and_grad(x -> (x**4).sum())(x)[1]", "x: [3]")
                .is(args -> derivative("value_and_grad", args, p -> Tuple.of(p.value, p.gradient)));
        family.define("vjp(f: function, *x: any)")
                .doc("The pair of f(*x) and a function that takes a gradient of the result back to x.")
                .example("vjp(x -> x**2, [1., 2.])[1]([1., 1.])", "tensor([2., 4.])")
                .gradient("vjp(x -> x**3, x)[0]", "x: [3]")
                .gradient("vjp(x -> x**3, x)[1](y)", "x: [3]", "y: [3]")
                .is(args -> settled(() -> vjp(args.context(), args.function("f"), (Tuple) args.get("x"))));
        family.define("jvp(f: function, x: any, v: any)")
                .doc("The pair of f(x) and its derivative in the direction v; x and v may be tuples, for f(*x).")
                .example("jvp(x -> x**2, [1., 2.], [1., 0.])", "(tensor([1., 4.]), tensor([2., 0.]))")
                .gradient("jvp(x -> x**3, x, v)[0]", "x: [3]", "v: [3]")
                .gradient("jvp(x -> x**3, x, v)[1]", "x: [3]", "v: [3]")
                .gradient("jvp((x, y) -> x**2 * y, (x, y), (v, v))[1]", "x: [3]", "y: [3]", "v: [3]")
                .is(args -> settled(() -> jvp(args.context(), args.function("f"), args.get("x"), args.get("v"))));
        family.define("jacobian(f: function, x: any)")
                .doc("The derivative of every element of f(x) by every element of x, of shape f(x).shape then x.shape;"
                        + " with a tuple x, those of f(*x) by each.")
                .example("jacobian(x -> x**2, [1., 2.])", "tensor([[2., 0.],\n        [0., 4.]])")
                .gradient("jacobian(x -> (x**3).cumsum(0), x)", "x: [3]")
                .gradient("jacobian((x, y) -> x**2 * y, (x, y))[1]", "x: [3]", "y: [3]")
                .is(args -> settled(() -> jacobian(args.context(), args.function("f"), args.get("x"))));
        family.define("hessian(f: function, x: any)")
                .doc("The second derivatives of a scalar function by every pair of elements of x, of shape x.shape then"
                        + " x.shape; with a tuple x, those by each pair of its items.")
                .example("hessian(x -> (x**3).sum(), [1., 2.])", "tensor([[ 6.,  0.],\n        [ 0., 12.]])")
                .gradient("hessian(x -> (x**3).sum() * x.sum(), x)", "x: [3]")
                .is(args -> settled(() -> hessian(args.context(), args.function("f"), args.get("x"))));
    }

    /** Computes with recording on; where the caller has it off, the result is untracked. */
    private static Object settled(Supplier<Object> body) {
        Object result = GradMode.with(true, body);
        return GradMode.enabled() || !(result instanceof Tensor || result instanceof Tuple) ? result : detached(result);
    }

    private static Object detached(Object value) {
        return switch (value) {
            case Tensor t -> t.detach();
            case Tuple t ->
                Tuple.of(t.items().stream().map(Transforms::detached).toArray());
            default -> value;
        };
    }

    interface Calling {
        Object apply(Context context, Object[] arguments);
    }

    /** A function of positional arguments. */
    static Callable function(String name, Calling body) {
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
                Profile profile = context.profile();
                return profile == null
                        ? body.apply(context, positional)
                        : profile.op(name, () -> body.apply(context, positional));
            }
        };
    }

    /** An input as a fresh, tracked, float place in the graph. */
    private static Tensor place(Context context, Object value, String op) {
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

    private static Tree places(Context context, Object value, String op) {
        return Tree.of(value, v -> place(context, v, op));
    }

    /** What f returns for {@code x}, or for the items of a tuple. */
    static Tree results(Context context, Callable f, Object x, String op) {
        Object[] arguments = x instanceof Tuple t ? t.items().toArray() : new Object[] {x};
        return Tree.of(f.call(context, arguments), y -> result(context, f, y, op));
    }

    static Tensor result(Context context, Callable f, Object y, String op) {
        Tensor tensor = Conversion.tensor(context, y);
        if (tensor == null) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    op + ": " + f.name() + " must return a tensor, it returned " + TypeName.describe(y));
        }
        return tensor;
    }

    private static Tensor zeros(Tensor x) {
        return Tensor.allocate(x.device(), x.dtype(), x.shape());
    }

    private static Tensor orZeros(@Nullable Tensor gradient, Tensor x) {
        return gradient == null ? zeros(x) : gradient;
    }

    /** A scalar function's value and its derivative, in the nesting of what it was differentiated by. */
    private record Pullback(Tensor value, Object gradient) {}

    private static Object derivative(String name, Args args, Function<Pullback, Object> answer) {
        Callable f = args.function("f");
        Object argnums = args.get("argnums");
        int[] numbers = Conversion.ints(argnums);
        if (numbers == null) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            name + ": argnums must be an int or a tuple of ints, found " + TypeName.describe(argnums))
                    .argument(1);
        }
        boolean several = !(argnums instanceof Number) && !(argnums instanceof Tensor t && t.rank() == 0);
        return function(
                name + "(" + f.name() + ")",
                (context, arguments) -> settled(() -> {
                    Object[] chosen = new Object[numbers.length];
                    for (int i = 0; i < chosen.length; i++) {
                        int at = numbers[i] < 0 ? numbers[i] + arguments.length : numbers[i];
                        if (at < 0 || at >= arguments.length) {
                            throw new TnsException(
                                    ErrorKind.VALUE,
                                    name + ": " + f.name() + " was called with " + arguments.length
                                            + " arguments, so there is no argument " + numbers[i]);
                        }
                        chosen[i] = arguments[at];
                    }
                    Tree x = places(context, several ? Tuple.of(chosen) : chosen[0], name);
                    Object[] changed = arguments.clone();
                    for (int i = 0; i < numbers.length; i++) {
                        int at = numbers[i] < 0 ? numbers[i] + arguments.length : numbers[i];
                        changed[at] = several ? ((Tuple) x.value()).get(i) : x.value();
                    }
                    return answer.apply(pullback(context, f, x, changed));
                }));
    }

    private static Pullback pullback(Context context, Callable f, Tree x, Object[] arguments) {
        Tensor y = result(context, f, f.call(context, arguments), "grad");
        if (y.elements() != 1) {
            throw new TnsException(
                            ErrorKind.SHAPE, "grad: " + f.name() + " must return a scalar, it returned " + y.describe())
                    .help("reduce it, for example with sum(); jacobian takes functions of any result");
        }
        Tensor[] inputs = x.tensors();
        Gradients pass = Gradients.by(y, inputs);
        boolean outer = pass.dependsBeyond();
        @Nullable Tensor[] gradients = pass.of(AutogradOps.seed("grad", y, null), inputs, outer);
        return new Pullback(outer ? y : y.detach(), x.filled(i -> orZeros(gradients[i], inputs[i])));
    }

    private static Object vjp(Context context, Callable f, Tuple given) {
        Tree x = places(context, given, "vjp");
        Tensor[] inputs = x.tensors();
        Tree y = results(context, f, x.value(), "vjp");
        Callable back = function(
                "vjp(" + f.name() + ")",
                (c, arguments) -> settled(() -> {
                    Object dy = arguments.length == 1 ? arguments[0] : Tuple.of(arguments);
                    @Nullable Tensor[] seeds = new @Nullable Tensor[y.tensors().length];
                    if (arguments.length > 0) {
                        Tensor[] dys = Tree.of(dy, v -> result(c, f, v, "vjp")).tensors();
                        if (dys.length != seeds.length) {
                            throw new TnsException(
                                    ErrorKind.SHAPE,
                                    "vjp: " + dys.length + " gradients for " + seeds.length + " results");
                        }
                        System.arraycopy(dys, 0, seeds, 0, seeds.length);
                    }
                    @Nullable Tensor[] total = new @Nullable Tensor[inputs.length];
                    for (int k = 0; k < seeds.length; k++) {
                        Tensor each = y.tensors()[k];
                        Tensor seed = AutogradOps.seed("vjp", each, seeds[k]);
                        Gradients pass = Gradients.by(each, inputs);
                        addAll(total, pass.of(seed, inputs, seed.requiresGrad() || pass.dependsBeyond()));
                    }
                    Tuple answers = (Tuple) x.filled(i -> orZeros(total[i], inputs[i]));
                    return answers.size() == 1 ? answers.get(0) : answers;
                }));
        return Tuple.of(y.filled(k -> untrackedUnless(dependsBeyond(y, inputs), y.tensors()[k])), back);
    }

    private static void addAll(@Nullable Tensor[] total, @Nullable Tensor[] more) {
        for (int i = 0; i < total.length; i++) {
            Tensor before = total[i];
            Tensor next = more[i];
            total[i] = before == null ? next : next == null ? before : Arithmetic.ADD.apply(before, next);
        }
    }

    private static boolean dependsBeyond(Tree y, Tensor[] inputs) {
        boolean beyond = false;
        for (Tensor each : y.tensors()) {
            beyond |= Gradients.by(each, inputs).dependsBeyond();
        }
        return beyond;
    }

    private static Tensor untrackedUnless(boolean outer, Tensor y) {
        return outer ? y : y.detach();
    }

    /** Forward derivatives from reverse mode applied twice: the vjp is linear in dy, and its own vjp is the jvp. */
    private static Object jvp(Context context, Callable f, Object at, Object v) {
        Tree x = places(context, at, "jvp");
        Tensor[] inputs = x.tensors();
        Tensor[] directions = Tree.of(v, d -> result(context, f, d, "jvp")).tensors();
        if (directions.length != inputs.length) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "jvp: " + directions.length + " directions for " + inputs.length + " inputs")
                    .argument(2);
        }
        boolean outer = false;
        for (int i = 0; i < inputs.length; i++) {
            if (!directions[i].shape().equals(inputs[i].shape())) {
                throw new TnsException(
                                ErrorKind.SHAPE,
                                "jvp: v has shape " + directions[i].shape() + ", but x has " + inputs[i].shape())
                        .argument(2);
            }
            directions[i] = Casts.to(directions[i], inputs[i].dtype());
            outer |= directions[i].requiresGrad();
        }
        Tree y = results(context, f, x.value(), "jvp");
        outer |= dependsBeyond(y, inputs);
        Tensor[] dummies = new Tensor[y.tensors().length];
        @Nullable Tensor[] slopes = new @Nullable Tensor[inputs.length];
        for (int k = 0; k < dummies.length; k++) {
            dummies[k] = new Param(zeros(y.tensors()[k])).value();
            addAll(slopes, Gradients.by(y.tensors()[k], inputs).of(dummies[k], inputs, true));
        }
        @Nullable Tensor[] tangents = new @Nullable Tensor[dummies.length];
        for (int i = 0; i < inputs.length; i++) {
            Tensor slope = slopes[i];
            if (slope != null && slope.requiresGrad()) {
                addAll(tangents, Gradients.by(slope, dummies).of(directions[i], dummies, outer));
            }
        }
        boolean tracked = outer;
        return Tuple.of(
                y.filled(k -> untrackedUnless(tracked, y.tensors()[k])),
                y.filled(k -> untrackedUnless(tracked, orZeros(tangents[k], y.tensors()[k]))));
    }

    /** By one input, or by each of a tuple; of one result, or of each of a tuple, which is then the outer nesting. */
    static Object jacobian(Context context, Callable f, Object at) {
        Tree x = places(context, at, "jacobian");
        Tree y = results(context, f, x.value(), "jacobian");
        return y.filled(k -> {
            Tensor[] blocks = jacobian(y.tensors()[k], x.tensors());
            return x.filled(i -> blocks[i]);
        });
    }

    private static Tensor[] jacobian(Tensor y, Tensor[] inputs) {
        int n = y.elements();
        Gradients pass = Gradients.by(y, inputs);
        boolean outer = pass.dependsBeyond();
        Tensor identity = identity(y, n);
        Tensor[][] rows = new Tensor[inputs.length][n];
        for (int r = 0; r < n; r++) {
            Tensor seed = Movement.reshape(Movement.select(identity, 0, r), y.shape());
            @Nullable Tensor[] row = pass.of(seed, inputs, outer);
            for (int i = 0; i < inputs.length; i++) {
                rows[i][r] = orZeros(row[i], inputs[i]);
            }
        }
        Tensor[] blocks = new Tensor[inputs.length];
        for (int i = 0; i < blocks.length; i++) {
            Shape shape = y.shape().concat(inputs[i].shape());
            blocks[i] = n == 0
                    ? Tensor.allocate(y.device(), y.dtype(), shape)
                    : Movement.reshape(Joining.stack(rows[i], 0), shape);
        }
        return blocks;
    }

    private static Tensor identity(Tensor like, int n) {
        Tensor identity = Tensor.allocate(like.device(), like.dtype(), Shape.of(n, n));
        if (n > 0) {
            Tensor diagonal = identity.window(new View(Shape.of(n), new int[] {n + 1}, 0));
            Casts.write(Tensor.scalar(like.device(), like.dtype(), 1), diagonal);
        }
        return identity;
    }

    private static Object hessian(Context context, Callable f, Object at) {
        Callable slope = function("grad(" + f.name() + ")", (c, arguments) -> {
            Tree x = places(c, Tuple.of(arguments), "hessian");
            Tuple gradient =
                    (Tuple) pullback(c, f, x, ((Tuple) x.value()).items().toArray()).gradient;
            return at instanceof Tuple ? gradient : gradient.get(0);
        });
        return jacobian(context, slope, at);
    }
}
