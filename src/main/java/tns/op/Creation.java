package tns.op;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Tensors made from nothing: literals, constants, ranges and the identity. */
public final class Creation {
    /** The parameters every constructor ends with. */
    static final String OPTIONS = ", dtype: dtype = none, device: device = none, requires_grad: bool = false)";

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("creation");

    static {
        FAMILY.define("tensor(data: any" + OPTIONS)
                .doc("A tensor of a number, tuple or list, nested as deep as dims are wanted.")
                .example("tensor((1, 2.5))", "tensor([1.0000, 2.5000])")
                .example("tensor(0.1, dtype=float64).item()", "0.1")
                .is(args -> finish(args, convert(args.context(), args.get("data"), real(args))));
        FAMILY.define("param(data: any)")
                .doc("A parameter: a cell that holds a tensor, gathers its gradient, and that optimisers change.")
                .example("param([1, 2])", "tensor([1., 2.], requires_grad=true)")
                .is(args -> param(args.context(), convert(args.context(), args.get("data"))));
        filled("zeros", 0, "tensor([0., 0.])");
        filled("ones", 1, "tensor([1., 1.])");
        FAMILY.define("empty(*shape: ints" + OPTIONS)
                .doc("A tensor of the given shape whose numbers do not matter; they are zeros.")
                .example("empty(2, 3).shape", "(2, 3)")
                .is(args -> finish(args, constant(args, Shape.of(args.ints("shape")), 0.0)));
        FAMILY.define("full(shape: ints, fill_value: operand" + OPTIONS)
                .doc("A tensor of the given shape, every element the fill value, in its dtype.")
                .example("full((2,), 7)", "tensor([7, 7])")
                .is(args -> finish(args, full(args, Shape.of(args.ints("shape")), real(args))));
        like("zeros_like", 0, "tensor([0, 0])");
        like("ones_like", 1, "tensor([1, 1])");
        like("empty_like", 0, "tensor([0, 0])");
        FAMILY.define("full_like(x: tensor, fill_value: operand" + OPTIONS)
                .doc("A tensor with x's shape and dtype, every element the fill value.")
                .example("full_like([1, 2], 3)", "tensor([3, 3])")
                .is(args -> fullLike(args, args.tensor("x").shape()));
        FAMILY.define("arange(start: number, end: number = none, step: number = 1" + OPTIONS)
                .doc("The numbers from start up to but not including end, step apart; from 0 when end is left out.")
                .example("arange(2, 8, 2)", "tensor([2, 4, 6])")
                .is(args -> finish(args, arange(args)));
        FAMILY.define("linspace(start: float, end: float, steps: int" + OPTIONS)
                .doc("Numbers at equal distances from start to end, both included.")
                .example("linspace(0, 1, 5)", "tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])")
                .is(args -> finish(args, linspace(args)));
        FAMILY.define("logspace(start: float, end: float, steps: int, base: float = 10" + OPTIONS)
                .doc("base to the powers linspace(start, end, steps).")
                .example("logspace(0, 2, 3)", "tensor([  1.,  10., 100.])")
                .is(args -> finish(args, logspace(args)));
        FAMILY.define("eye(n: int, m: int = none" + OPTIONS)
                .doc("The identity matrix with n rows and m columns, n unless given.")
                .example("eye(2)", "tensor([[1., 0.],\n        [0., 1.]])")
                .is(args -> finish(args, eye(args)));
    }

    private Creation() {}

    private static void filled(String name, double value, String result) {
        FAMILY.define(name + "(*shape: ints" + OPTIONS)
                .doc("A tensor of " + name + " with the given shape.")
                .example(name + "(2)", result)
                .is(args -> finish(args, constant(args, Shape.of(args.ints("shape")), value)));
    }

    private static void like(String name, double value, String result) {
        FAMILY.define(name + "(x: tensor" + OPTIONS)
                .doc("A tensor of " + (value == 0 ? "zeros" : "ones") + " with x's shape and dtype.")
                .example(name + "([1, 2])", result)
                .is(args -> constantLike(args, args.tensor("x").shape(), value));
    }

    /** A value all over a shape, in the dtype asked for or else in that of the argument x. */
    static Object constantLike(Args args, Shape shape, double value) {
        return finish(args, constant(args.context(), shape, dtypeLike(args), value));
    }

    /** The argument fill_value likewise. */
    static Object fullLike(Args args, Shape shape) {
        DType made = dtypeLike(args);
        DType real = made.isFloat() ? made : args.context().defaultDType();
        return finish(args, Casts.to(full(args, shape, real), made));
    }

    private static DType dtypeLike(Args args) {
        DType asked = args.dtypeOrNull("dtype");
        return asked == null ? args.tensor("x").dtype() : asked;
    }

    /** Applies the options dtype, device and requires_grad to a freshly made tensor. */
    static Object finish(Args args, Tensor made) {
        DType dtype = args.dtypeOrNull("dtype");
        Device device = args.deviceOrNull("device");
        Tensor placed = ShapeOps.onDevice(
                dtype == null ? made : Casts.to(made, dtype),
                device == null ? args.context().device() : device);
        return args.flag("requires_grad") ? param(args.context(), placed) : placed;
    }

    private static Param param(Context context, Tensor x) {
        return new Param(x.dtype().isFloat() ? x.detach() : Casts.to(x, context.defaultDType()));
    }

    private static Tensor constant(Args args, Shape shape, double value) {
        DType dtype = args.dtypeOrNull("dtype");
        return constant(args.context(), shape, dtype == null ? args.context().defaultDType() : dtype, value);
    }

    private static Tensor constant(Context context, Shape shape, DType dtype, double value) {
        Tensor x = Tensor.allocate(context.device(), dtype, shape);
        if (value != 0) {
            Casts.write(Tensor.scalar(context.device(), dtype, value), x);
        }
        return x;
    }

    /** The dtype that numbers with a fraction are read in: the one asked for if it is a float. */
    private static DType real(Args args) {
        DType asked = args.dtypeOrNull("dtype");
        return asked != null && asked.isFloat() ? asked : args.context().defaultDType();
    }

    private static Tensor full(Args args, Shape shape, DType real) {
        Tensor value = Conversion.tensor(args.context(), args.get("fill_value"), real);
        if (value == null || value.rank() > 0) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    args.name() + ": fill_value must be a number, found " + TypeName.describe(args.get("fill_value")));
        }
        return Casts.duplicate(Movement.expand(value.detach(), shape));
    }

    /** One bracket level of a tensor literal: numbers, or tensors of one shape, stacked. */
    public static Tensor literal(Context context, Object[] leaves) {
        return literal(context, leaves, context.defaultDType());
    }

    private static Tensor literal(Context context, Object[] leaves, DType real) {
        if (leaves.length == 0) {
            return Tensor.allocate(context.device(), real, Shape.of(0));
        }
        DType dtype = DType.BOOL;
        boolean numbers = true;
        for (Object leaf : leaves) {
            switch (leaf) {
                case Long n -> dtype = DType.promote(dtype, DType.INT64);
                case Double d -> dtype = DType.promote(dtype, real);
                case Boolean b -> {}
                default -> numbers = false;
            }
        }
        return numbers ? ShapeOps.onDevice(row(context, leaves, dtype), context.device()) : stacked(context, leaves);
    }

    private static Tensor row(Context context, Object[] leaves, DType dtype) {
        int n = leaves.length;
        Shape shape = Shape.of(n);
        if (dtype.isFloat()) {
            double[] values = new double[n];
            for (int i = 0; i < n; i++) {
                values[i] = leaves[i] instanceof Number x ? x.doubleValue() : (Boolean) leaves[i] ? 1 : 0;
            }
            return Casts.to(Tensor.upload(context.cpu(), DType.FLOAT64, shape, values), dtype);
        }
        long[] values = new long[n];
        for (int i = 0; i < n; i++) {
            values[i] = leaves[i] instanceof Number x ? x.longValue() : (Boolean) leaves[i] ? 1 : 0;
        }
        return Casts.to(Tensor.upload(context.cpu(), DType.INT64, shape, values), dtype);
    }

    private static Tensor stacked(Context context, Object[] leaves) {
        Tensor[] parts = new Tensor[leaves.length];
        for (int i = 0; i < parts.length; i++) {
            Tensor part = Conversion.tensor(context, leaves[i]);
            if (part == null) {
                throw new TnsException(
                                ErrorKind.VALUE,
                                "[ ]: square brackets make a tensor, which cannot hold " + TypeName.describe(leaves[i]))
                        .help("round brackets make a tuple of anything: (a, b)")
                        .argument(i);
            }
            parts[i] = part;
            if (!part.shape().equals(parts[0].shape())) {
                throw new TnsException(
                                ErrorKind.SHAPE,
                                "[ ]: item " + i + " has shape " + part.shape() + ", but item 0 has "
                                        + parts[0].shape())
                        .help("all items of a tensor literal have one shape; a tuple ( ) may be ragged")
                        .argument(i);
            }
        }
        return Joining.stack(parts, 0);
    }

    /** Any nesting of tuples, lists and numbers as a tensor. */
    static Tensor convert(Context context, Object data) {
        return convert(context, data, context.defaultDType());
    }

    /** The same, with {@code real} as the dtype of numbers with a fraction. */
    static Tensor convert(Context context, Object data, DType real) {
        Tensor simple = Conversion.tensor(context, data, real);
        if (simple != null) {
            return simple;
        }
        if (data instanceof Iterable<?> items && !(data instanceof String)) {
            List<Object> leaves = new ArrayList<>();
            for (Object item : items) {
                boolean nested = item instanceof Iterable<?>;
                leaves.add(nested ? convert(context, item, real) : item);
            }
            return literal(context, leaves.toArray(), real);
        }
        throw new TnsException(ErrorKind.VALUE, "tensor: cannot be made of " + TypeName.describe(data))
                .help("numbers, bools, tensors, and tuples or lists of them");
    }

    private static Tensor arange(Args args) {
        boolean single = !args.has("end");
        Number start = single ? (Number) 0L : args.number("start");
        Number end = args.number(single ? "start" : "end");
        Number step = args.number("step");
        boolean ints = start instanceof Long && end instanceof Long && step instanceof Long;
        double from = start.doubleValue();
        double by = step.doubleValue();
        double length = (end.doubleValue() - from) / by;
        if (by == 0 || Double.isNaN(length) || length < 0) {
            throw new TnsException(
                            ErrorKind.VALUE, "arange: step " + step + " never leads from " + start + " to " + end)
                    .help("a step below 0 counts down");
        }
        int n = Shape.of((int) Math.min(Math.ceil(length), Integer.MAX_VALUE)).elements();
        DType dtype = args.dtypeOrNull("dtype");
        if (ints) {
            long[] values = new long[n];
            for (int i = 0; i < n; i++) {
                values[i] = (Long) start + i * (Long) step;
            }
            return Tensor.upload(args.context().cpu(), DType.INT64, Shape.of(n), values);
        }
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = from + i * by;
        }
        return real(args.context(), values, dtype);
    }

    private static Tensor linspace(Args args) {
        return real(args.context(), spaced(args, "linspace"), args.dtypeOrNull("dtype"));
    }

    private static double[] spaced(Args args, String op) {
        int steps = args.integer("steps");
        if (steps < 0) {
            throw new TnsException(ErrorKind.VALUE, op + ": steps must not be negative, found " + steps);
        }
        DType dtype = args.dtypeOrNull("dtype");
        boolean narrow = (dtype == null ? args.context().defaultDType() : dtype) == DType.FLOAT32;
        return spaced(args.real("start"), args.real("end"), steps, narrow);
    }

    /**
     * Numbers at equal distances by PyTorch's rule: the first half counts from the start, the second from the end, so both
     * ends are exact.
     *
     * @param narrow whether to compute in float32
     */
    static double[] spaced(double start, double end, int steps, boolean narrow) {
        double[] values = new double[steps];
        if (narrow) {
            float step = steps < 2 ? 0 : ((float) end - (float) start) / (steps - 1);
            for (int i = 0; i < steps; i++) {
                values[i] =
                        i < steps / 2 || steps == 1 ? (float) start + step * i : (float) end - step * (steps - 1 - i);
            }
            return values;
        }
        double step = steps < 2 ? 0 : (end - start) / (steps - 1);
        for (int i = 0; i < steps; i++) {
            values[i] = i < steps / 2 || steps == 1 ? start + step * i : end - step * (steps - 1 - i);
        }
        return values;
    }

    private static Tensor logspace(Args args) {
        double[] values = spaced(args, "logspace");
        double base = args.real("base");
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.pow(base, values[i]);
        }
        return real(args.context(), values, args.dtypeOrNull("dtype"));
    }

    private static Tensor real(Context context, double[] values, @Nullable DType dtype) {
        Tensor wide = Tensor.upload(context.cpu(), DType.FLOAT64, Shape.of(values.length), values);
        return Casts.to(wide, dtype == null ? context.defaultDType() : dtype);
    }

    private static Tensor eye(Args args) {
        int n = args.integer("n");
        int m = args.has("m") ? args.integer("m") : n;
        Tensor x = constant(args, Shape.of(n, m), 0);
        int length = Math.min(n, m);
        if (length > 0) {
            Tensor diagonal = x.window(new tns.tensor.View(Shape.of(length), new int[] {m + 1}, 0));
            Casts.write(Tensor.scalar(x.device(), x.dtype(), 1), diagonal);
        }
        return x;
    }
}
