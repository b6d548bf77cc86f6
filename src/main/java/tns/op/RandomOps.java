package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Generator;
import tns.tensor.HostArray;
import tns.tensor.Randomness;
import tns.tensor.Repetition;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Random tensors, drawn from the interpreter's stream as PyTorch draws them on the CPU. */
public final class RandomOps {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("random numbers");

    static {
        FAMILY.define("rand(*shape: ints" + Creation.OPTIONS)
                .doc("Uniform random numbers from 0 up to 1.")
                .example("rand(2, 3).shape", "(2, 3)")
                .is(args -> uniform(args, Shape.of(args.ints("shape"))));
        FAMILY.define("randn(*shape: ints" + Creation.OPTIONS)
                .doc("Normal random numbers with mean 0 and deviation 1.")
                .example("randn(2, 3).shape", "(2, 3)")
                .is(args -> normal(args, Shape.of(args.ints("shape"))));
        FAMILY.define("rand_like(x: tensor" + Creation.OPTIONS)
                .doc("Uniform random numbers from 0 up to 1 in x's shape.")
                .example("rand_like(zeros(2)).shape", "(2,)")
                .is(args -> uniform(args, args.tensor("x").shape()));
        FAMILY.define("randn_like(x: tensor" + Creation.OPTIONS)
                .doc("Normal random numbers in x's shape.")
                .example("randn_like(zeros(2)).shape", "(2,)")
                .is(args -> normal(args, args.tensor("x").shape()));
        FAMILY.define("randint(low: int, high: any = none, shape: ints = none" + Creation.OPTIONS)
                .doc("Random ints from low up to but not including high; from 0 when one bound is given.")
                .example("randint(10, (2, 3)).shape", "(2, 3)")
                .is(RandomOps::integers);
        FAMILY.define("randint_like(x: tensor, low: int = none, high: int = none" + Creation.OPTIONS)
                .doc("Random ints as randint draws them, in x's shape and dtype; without bounds from 0 up to the"
                        + " greatest up to which the dtype has all, as PyTorch's random_.")
                .example("randint_like(zeros(2), 1, 2)", "tensor([1., 1.])")
                .example("seed(0); randint_like(zeros(2))", "tensor([ 8325664., 12888472.])")
                .is(RandomOps::integersLike);
        FAMILY.define("randperm(n: int" + Creation.OPTIONS)
                .doc("The ints from 0 up to n in random order.")
                .example("randperm(5).sum()", "tensor(10)")
                .is(args -> {
                    int n = Shape.of(args.integer("n")).elements();
                    long[] order = args.context().hostRandom().permutation(n);
                    return Creation.finish(args, Tensor.upload(args.context().cpu(), DType.INT64, Shape.of(n), order));
                });
        FAMILY.define("normal(mean: operand, std: operand = 1.0, shape: ints = none" + Creation.OPTIONS)
                .doc("Normal random numbers with the given mean and deviation, of a shape or one for each element.")
                .example("normal(0., 1., (2, 3)).shape", "(2, 3)")
                .is(RandomOps::normalAround);
        FAMILY.define("get_rng_state()")
                .doc("Where the random numbers stand, as a tensor to save and to go on from.")
                .example("s = get_rng_state(); a = rand(2); set_rng_state(s); (rand(2) == a).all()", "tensor(true)")
                .is(args -> {
                    long[] numbers = args.context().hostRandom().save().numbers();
                    return Tensor.upload(args.context().cpu(), DType.INT64, Shape.of(numbers.length), numbers);
                });
        FAMILY.define("set_rng_state(state: tensor)")
                .doc("Lets the random numbers go on from where get_rng_state() found them.")
                .example("s = get_rng_state(); a = randn(3); set_rng_state(s); (randn(3) == a).all()", "tensor(true)")
                .is(args -> {
                    Tensor given = args.tensor("state");
                    Generator.State state = given.dtype() == DType.INT64 && given.rank() == 1
                            ? Generator.State.of(HostArray.longs(given))
                            : null;
                    if (state == null) {
                        throw new TnsException(
                                        ErrorKind.VALUE,
                                        "set_rng_state: expected what get_rng_state() gives, found " + given.describe())
                                .argument(0);
                    }
                    args.context().hostRandom().restore(state);
                    return None.NONE;
                });
        FAMILY.define("bernoulli(x: tensor, p: float = none)")
                .doc("1 with probability x, else 0, for each element; with probability p in x's shape and dtype, if"
                        + " that is given.")
                .example("bernoulli([0., 1.])", "tensor([0., 1.])")
                .example("seed(0); bernoulli(zeros(5), 0.5)", "tensor([0., 0., 1., 0., 0.])")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    return args.has("p")
                            ? chosen(args.context(), x, x.shape(), probability("bernoulli", args.real("p")))
                            : bernoulli(args.context(), x);
                });
        FAMILY.define("multinomial(probs: tensor, num_samples: int, replacement: bool = false)")
                .doc("Random positions in a row of probabilities, or in each row of a matrix; they need not add up"
                        + " to 1. Without replacement no position is drawn twice.")
                .example("multinomial([0., 1., 0.], 2, replacement=true)", "tensor([1, 1])")
                .example("multinomial([[0., 1.], [3., 0.]], 1)", "tensor([[1],\n        [0]])")
                .is(args -> Multinomial.draw(
                        args.context(), args.tensor("probs"), args.integer("num_samples"), args.flag("replacement")));
    }

    private static final Pointwise CAUCHY = new Family("random numbers")
            .pointwise("cauchy(u)")
            .is(u -> u.max(Expr.constant(Math.ulp(1.0)))
                    .min(Expr.constant(1 - Math.ulp(1.0)))
                    .sub(0.5)
                    .mul(Math.PI)
                    .tan());

    private RandomOps() {}

    /** {@code p}, which must lie between 0 and 1. */
    public static double probability(String op, double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new TnsException(ErrorKind.VALUE, op + ": p must lie between 0 and 1, found " + p);
        }
        return p;
    }

    /**
     * {@code x} with elements made 0 with probability {@code p} and the others divided by 1 - p; x itself when not
     * training. The draws are those of torch.bernoulli_(1 - p) on the CPU: a double for each element in row-major order.
     */
    public static Tensor dropout(Context context, Tensor x, double p, boolean training) {
        if (!training || p == 0 || x.elements() == 0) {
            return x;
        }
        ReductionOps.requireFloat(x, "dropout");
        if (p == 1) {
            return Arithmetic.MUL.apply(x, Reductions.scalar(x, 0));
        }
        Tensor kept = kept(context, x, x.shape(), p);
        Tensor factors = Arithmetic.DIV.apply(kept, Reductions.scalar(x, 1 - p));
        Tensor y = Arithmetic.MUL.apply(x, factors);
        factors.release();
        kept.release();
        return y;
    }

    /** 1 with probability 1 - {@code p}, else 0, as {@code x} has numbers. */
    static Tensor kept(Context context, Tensor x, Shape shape, double p) {
        return chosen(context, x, shape, 1 - p);
    }

    /** 1 with probability {@code p}, else 0, as {@code x} has numbers: the draws of torch.bernoulli_(p). */
    private static Tensor chosen(Context context, Tensor x, Shape shape, double p) {
        Tensor u = drawn(context, Randomness.UNIFORM, DType.FLOAT64, shape, 0, 1, x.device());
        Tensor mask = Comparison.LT.apply(u, Reductions.scalar(u, p));
        Tensor kept = Casts.to(mask, x.dtype());
        mask.release();
        u.release();
        return kept;
    }

    private static DType dtype(Args args) {
        DType dtype = args.dtypeOrNull("dtype");
        if (dtype == null) {
            return args.context().defaultDType();
        }
        if (!dtype.isFloat()) {
            throw new TnsException(ErrorKind.DTYPE, "random: needs a float dtype, found " + dtype)
                    .help("randint draws ints");
        }
        return dtype;
    }

    private static Object uniform(Args args, Shape shape) {
        return Creation.finish(args, drawn(args.context(), Randomness.UNIFORM, dtype(args), shape, 0, 1, device(args)));
    }

    private static Object normal(Args args, Shape shape) {
        return Creation.finish(args, drawn(args.context(), Randomness.NORMAL, dtype(args), shape, 0, 1, device(args)));
    }

    /** Standard normal draws in float64, on a host one after the other: blocks would give other numbers. */
    static Tensor normalOneByOne(Context context, Shape shape, Device device) {
        if (!device.isHost()) {
            return normal(context, DType.FLOAT64, shape, device);
        }
        double[] draws = context.hostRandom().normalOneByOne(shape.elements());
        return Tensor.upload(device, DType.FLOAT64, shape, draws);
    }

    /** Draws from 0 to below 1 from the context's stream, on {@code device}. */
    public static Tensor uniform(Context context, DType dtype, Shape shape, Device device) {
        return drawn(context, Randomness.UNIFORM, dtype, shape, 0, 1, device);
    }

    /** Draws from {@code low} to below {@code high} from the context's stream, on {@code device}. */
    public static Tensor uniform(Context context, DType dtype, Shape shape, Device device, double low, double high) {
        return drawn(context, Randomness.UNIFORM, dtype, shape, low, high, device);
    }

    /** Draws from the Cauchy distribution around 0, as torch.cauchy_ makes them of doubles, kept a step off 0 and 1. */
    public static Tensor cauchy(Context context, DType dtype, Shape shape, Device device) {
        Tensor u = drawn(context, Randomness.UNIFORM, DType.FLOAT64, shape, 0, 1, device);
        return Casts.to(CAUCHY.apply(u), dtype);
    }

    /** Standard normal draws from the context's stream, on {@code device}. */
    public static Tensor normal(Context context, DType dtype, Shape shape, Device device) {
        return drawn(context, Randomness.NORMAL, dtype, shape, 0, 1, device);
    }

    /** 1 with probability {@code p}, else 0, for each element. */
    public static Tensor bernoulli(Context context, Tensor p) {
        Tensor u = drawn(context, Randomness.UNIFORM, DType.FLOAT32, p.shape(), 0, 1, p.device());
        return Casts.to(Comparison.LT.apply(u, p.detach()), p.dtype());
    }

    /** Draws from the exponential distribution of rate 1, as torch.exponential_ makes them of doubles. */
    public static Tensor exponential(Context context, DType dtype, Shape shape, Device device) {
        Tensor u = drawn(context, Randomness.UNIFORM, DType.FLOAT64, shape, 0, 1, device);
        return Casts.to(Arithmetic.NEG.apply(Elementary.LOG1P.apply(Arithmetic.NEG.apply(u))), dtype);
    }

    /** Where a random tensor is wanted. */
    static Device device(Args args) {
        Device asked = args.deviceOrNull("device");
        return asked == null ? args.context().device() : asked;
    }

    /** From this number of draws on, transforming them is worth sharing. */
    private static final int LEAST_SHARED = 1 << 14;

    /** Draws made by {@code device} where it has a generator of its own, else by the host. */
    static Tensor drawn(
            Context context, Randomness kind, DType dtype, Shape shape, Number first, Number second, Device device) {
        if (!device.isHost()) {
            Tensor y = Tensor.room(device, dtype, shape);
            if (device.random(kind, context.random(), first, second, y)) {
                return y;
            }
        }
        int n = shape.elements();
        Repetition repeated = device.isHost() && n < LEAST_SHARED ? context.repetition() : null;
        if (repeated != null) {
            return repeated.drawn(dtype, shape, () -> draws(context.random(), kind, dtype, n, first, second));
        }
        Generator host = context.hostRandom();
        if (kind == Randomness.NORMAL && dtype == DType.FLOAT32 && shape.elements() >= LEAST_SHARED) {
            Tensor y = Tensor.room(context.cpu(), dtype, shape);
            if (context.cpu().random(kind, host, first, second, y)) {
                return ShapeOps.onDevice(y, device);
            }
        }
        Object draws = draws(host, kind, dtype, n, first, second);
        return ShapeOps.onDevice(Tensor.upload(context.cpu(), dtype, shape, draws), device);
    }

    private static Object draws(Generator host, Randomness kind, DType dtype, int n, Number first, Number second) {
        return switch (kind) {
            case UNIFORM -> host.uniform(dtype, n, first.doubleValue(), second.doubleValue());
            case NORMAL -> host.normal(dtype, n, first.doubleValue(), second.doubleValue());
            case INTEGERS -> host.integers(first.longValue(), second.longValue(), n);
        };
    }

    private static Object integers(Args args) {
        Object second = args.get("high");
        boolean bounds = second instanceof Long;
        long low = bounds ? args.longInteger("low") : 0;
        long high = bounds ? (Long) second : args.longInteger("low");
        int[] sizes = args.has("shape") ? args.ints("shape") : bounds ? null : Conversion.ints(second);
        if (sizes == null) {
            throw new TnsException(ErrorKind.VALUE, "randint: the shape is missing").help("randint(0, 10, (2, 3))");
        }
        if (low >= high) {
            throw new TnsException(ErrorKind.VALUE, "randint: no int is at least " + low + " and below " + high);
        }
        Shape shape = Shape.of(sizes);
        return Creation.finish(
                args, drawn(args.context(), Randomness.INTEGERS, DType.INT64, shape, low, high, device(args)));
    }

    private static Object integersLike(Args args) {
        Tensor x = args.tensor("x");
        DType asked = args.dtypeOrNull("dtype");
        DType dtype = asked == null ? x.dtype() : asked;
        if (!args.has("low") && !args.has("high")) {
            return Creation.finish(args, Casts.to(anyIntegers(args, x.shape(), dtype), dtype));
        }
        long first = args.has("low") ? args.longInteger("low") : 0;
        long low = args.has("high") ? first : 0;
        long high = args.has("high") ? args.longInteger("high") : first;
        if (low >= high) {
            throw new TnsException(ErrorKind.VALUE, "randint_like: no int is at least " + low + " and below " + high);
        }
        Tensor draws = drawn(args.context(), Randomness.INTEGERS, DType.INT64, x.shape(), low, high, device(args));
        return Creation.finish(args, Casts.to(draws, dtype));
    }

    /** Ints from 0 on of which {@code dtype} has all. */
    private static Tensor anyIntegers(Args args, Shape shape, DType dtype) {
        // One more than the greatest int64 is none: as many from the least on, and then the sign taken off.
        long low = dtype == DType.INT64 ? Long.MIN_VALUE : 0;
        long high = switch (dtype) {
            case FLOAT32 -> (1L << 24) + 1;
            case FLOAT64 -> (1L << 53) + 1;
            case INT64 -> 0;
            case BOOL -> 2;
        };
        Tensor draws = drawn(args.context(), Randomness.INTEGERS, DType.INT64, shape, low, high, device(args));
        return low == 0 ? draws : Arithmetic.SUB.apply(draws, Tensor.scalar(draws.device(), DType.INT64, low));
    }

    private static Object normalAround(Args args) {
        Context context = args.context();
        Object mean = args.get("mean");
        Object std = args.get("std");
        if (args.has("shape") && !(mean instanceof Tensor) && !(std instanceof Tensor)) {
            Shape shape = Shape.of(args.ints("shape"));
            return Creation.finish(
                    args,
                    drawn(
                            context,
                            Randomness.NORMAL,
                            dtype(args),
                            shape,
                            args.number("mean"),
                            args.number("std"),
                            device(args)));
        }
        if (!(mean instanceof Tensor) && !(std instanceof Tensor)) {
            throw new TnsException(ErrorKind.VALUE, "normal: the shape is missing").help("normal(0., 1., (2, 3))");
        }
        Tensor centre = (Tensor) Arithmetic.ADD.call(context, new Object[] {
            mean, Arithmetic.MUL.call(context, new Object[] {std, 0.0})
        });
        Tensor draws = normal(context, centre.dtype(), centre.shape(), centre.device());
        Object scaled = Arithmetic.MUL.call(context, new Object[] {draws, std});
        return Creation.finish(args, (Tensor) Arithmetic.ADD.call(context, new Object[] {scaled, mean}));
    }
}
