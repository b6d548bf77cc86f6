package tns.op;

import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The normalisations of networks over channels, [n, c, sizes], and of vectors to length 1. */
public final class ChannelNorms {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("normalisation");

    private static final Family PRIMITIVES = new Family("normalisation");
    private static final Pointwise AFFINE = PRIMITIVES
            .pointwise("affine(x, weight, bias)")
            .is((x, w, b) -> x.mul(w).add(b));

    static {
        FAMILY.define("batch_norm(x: tensor, running_mean: any = none, running_var: any = none,"
                        + " weight: tensor = none, bias: tensor = none, training: bool = false,"
                        + " momentum: float = 0.1, eps: float = 1e-05)")
                .doc("x, [n, c, sizes], less each channel's mean, over its standard deviation, times weight, plus bias."
                        + " While training mean and variance are those of x, and running ones that are parameters"
                        + " move towards them by momentum; otherwise the running ones are used.")
                .example(
                        "batch_norm([[1., 4.], [3., 8.]], training=true)",
                        "tensor([[-1.0000, -1.0000],\n        [ 1.0000,  1.0000]])")
                .gradient("batch_norm(x, none, none, w, b, training=true)", "x: [3, 2, 2]", "w: [2]", "b: [2]")
                .gradient("batch_norm(x, [0.5, 1.], [2., 3.], w, b)", "x: [3, 2]", "w: [2]", "b: [2]")
                .is(args -> batchNorm(args).y);
        FAMILY.define("instance_norm(x: tensor, running_mean: any = none, running_var: any = none,"
                        + " weight: tensor = none, bias: tensor = none, use_input_stats: bool = true,"
                        + " momentum: float = 0.1, eps: float = 1e-05)")
                .doc("x, [n, c, sizes], less the mean of each plane, over its standard deviation, times weight, plus"
                        + " bias; with use_input_stats=false the running mean and variance are used.")
                .example("instance_norm([[[1., 3.]]])", "tensor([[[-1.0000,  1.0000]]])")
                .gradient("instance_norm(x, weight=w, bias=b)", "x: [2, 2, 3]", "w: [2]", "b: [2]")
                .is(args -> instanceNorm(args).y);
        FAMILY.define("group_norm(x: tensor, num_groups: int, weight: tensor = none, bias: tensor = none,"
                        + " eps: float = 1e-05)")
                .doc("x, [n, c, sizes], less the mean of each group of channels, over its standard deviation, times"
                        + " weight, plus bias, one of each per channel.")
                .example("group_norm([[1., 3., 2., 8.]], 2)", "tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])")
                .gradient("group_norm(x, 2, w, b)", "x: [2, 4, 2]", "w: [4]", "b: [4]")
                .is(args -> groupNorm(args));
        FAMILY.define("rms_norm(x: tensor, normalized_shape: ints, weight: tensor = none, eps: float = none)")
                .doc("x over the root of its mean square over the last dims, whose sizes are given, times weight.")
                .example("rms_norm([3., 4.], 2, eps=0.)", "tensor([0.8485, 1.1314])")
                .gradient("rms_norm(x, 3, w)", "x: [2, 3]", "w: [3]")
                .is(args -> rmsNorm(args));
        FAMILY.define("local_response_norm(x: tensor, size: int, alpha: float = 0.0001, beta: float = 0.75,"
                        + " k: float = 1.0)")
                .doc("x, [n, c, sizes], over (k + alpha * the mean square of the neighbouring channels) ** beta.")
                .example(
                        "local_response_norm([[[3.], [4.]]], 2, alpha=2., beta=1.)",
                        "tensor([[[0.3000],\n         [0.1538]]])")
                .gradient("local_response_norm(x, 3, alpha=0.5)", "x: [1, 4, 2]")
                .is(args -> localResponse(args));
        FAMILY.define("normalize(x: tensor, p: float = 2.0, dim: ints = 1, eps: float = 1e-12)")
                .doc("x over its norm of order p along a dim, which counts as at least eps.")
                .example("normalize([3., 4.], dim=0)", "tensor([0.6000, 0.8000])")
                .gradient("normalize(x, dim=1)", "x: [2, 3]")
                .gradient("normalize(x, p=3, dim=0)", "x: [2, 3] in 0.3..2")
                .is(args -> {
                    Tensor x = ReductionOps.requireFloat(args.tensor("x"), "normalize");
                    Dims dims = ReductionOps.keeping(x, args.ints("dim"), "normalize", true);
                    Tensor norm = ReductionOps.norm(x, args.real("p"), dims);
                    return Arithmetic.DIV.apply(
                            x, Comparison.CLAMP_MIN.apply(norm, Reductions.scalar(x, args.real("eps"))));
                });
        FAMILY.define("cosine_similarity(x1: tensor, x2: tensor, dim: int = 1, eps: float = 1e-08)")
                .doc("The cosine of the angle between vectors along a dim; norms count as at least eps.")
                .example("cosine_similarity([1., 0.], [1., 1.], dim=0)", "tensor(0.7071)")
                .gradient("cosine_similarity(x, y)", "x: [2, 3]", "y: [2, 3]")
                .is(args -> cosine(args));
    }

    private static final Set<String> CHANNEL_PARAMETERS = Set.of("running_mean", "running_var", "weight", "bias");

    private ChannelNorms() {}

    /** A normalised tensor, and what the running mean and variance become; null when they stay. */
    public record Result(
            Tensor y,
            @Nullable Tensor runningMean,
            @Nullable Tensor runningVar) {}

    /** batch_norm with the arguments of its signature. */
    public static Result batchNorm(Args args) {
        Tensor x = channelled(args, 2);
        int channels = x.rank() < 2 ? 0 : x.size(1);
        boolean training = args.flag("training");
        if (training && x.rank() > 1 && x.elements() == channels && channels > 0) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "batch_norm: expected more than 1 value per channel when training, found " + x.describe())
                    .help("net.eval() uses the running mean and variance");
        }
        if (x.elements() == 0) {
            return new Result(affine(args, x, channels), null, null);
        }
        if (!training) {
            return new Result(affine(args, byRunning(args, x), channels), null, null);
        }
        int[] folded = new int[x.rank() - 1];
        for (int i = 1; i < folded.length; i++) {
            folded[i] = i + 1;
        }
        return byInput(args, x, Dims.of(x, folded, true), x.elements() / channels);
    }

    /** instance_norm with the arguments of its signature. */
    public static Result instanceNorm(Args args) {
        Tensor x = channelled(args, 3);
        if (!args.flag("use_input_stats")) {
            return new Result(affine(args, byRunning(args, x), x.size(1)), null, null);
        }
        int plane = x.shape().part(2, x.rank()).elements();
        if (plane == 1) {
            throw new TnsException(
                    ErrorKind.SHAPE, "instance_norm: expected more than 1 element per plane, found " + x.describe());
        }
        if (x.elements() == 0) {
            return new Result(affine(args, x, x.size(1)), null, null);
        }
        int[] folded = new int[x.rank() - 2];
        for (int i = 0; i < folded.length; i++) {
            folded[i] = i + 2;
        }
        return byInput(args, x, Dims.of(x, folded, true), plane);
    }

    private static Tensor channelled(Args args, int leastRank) {
        Tensor x = ReductionOps.requireFloat(args.tensor("x"), args.name());
        if (x.rank() < leastRank && !(leastRank == 2 && x.rank() > 0 && x.elements() == 0)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            args.name() + ": expected [n, channels" + (leastRank == 2 ? "" : ", sizes") + "], found "
                                    + x.describe())
                    .help("x[none] adds a dim in front");
        }
        if (x.rank() > 1) {
            for (String name : args.byName().keySet()) {
                if (CHANNEL_PARAMETERS.contains(name)) {
                    requireChannels(args, name, x.size(1));
                }
            }
        }
        return x;
    }

    private static void requireChannels(Args args, String name, int channels) {
        Tensor t = cellOrTensor(args, name);
        if (t != null && !t.shape().equals(Shape.of(channels))) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    args.name() + ": " + name + " must have shape [" + channels + "], one for each channel of "
                            + args.tensor("x").describe() + ", found " + t.shape());
        }
    }

    private static @Nullable Tensor cellOrTensor(Args args, String name) {
        return switch (args.get(name)) {
            case Tensor t -> t;
            case Param p -> p.value();
            case None none -> null;
            case Object other ->
                throw new TnsException(
                        ErrorKind.VALUE,
                        args.name() + ": " + name + " must be a tensor, found " + TypeName.describe(other));
        };
    }

    private static Tensor byRunning(Args args, Tensor x) {
        Tensor mean = cellOrTensor(args, "running_mean");
        Tensor var = cellOrTensor(args, "running_var");
        if (mean == null || var == null) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            args.name() + ": needs running_mean and running_var when it does not take them from x")
                    .help("training=true takes mean and variance from x");
        }
        Tensor scale =
                Elementary.RSQRT.apply(Arithmetic.ADD.apply(var.plain(), Reductions.scalar(var, args.real("eps"))));
        Tensor shift = Arithmetic.NEG.apply(Arithmetic.MUL.apply(mean.plain(), scale));
        return AFFINE.apply(x, perChannel(scale, x), perChannel(shift, x));
    }

    private static Tensor perChannel(Tensor t, Tensor x) {
        int[] sizes = new int[Math.max(1, x.rank() - 1)];
        Arrays.fill(sizes, 1);
        sizes[0] = t.elements();
        return Movement.reshape(t, Shape.of(sizes));
    }

    private static Tensor affine(Args args, Tensor x, int channels) {
        Tensor weight = args.tensorOrNull("weight");
        Tensor bias = args.tensorOrNull("bias");
        if (channels == 0) {
            return x;
        }
        if (weight != null && bias != null) {
            return AFFINE.apply(x, perChannel(weight, x), perChannel(bias, x));
        }
        Tensor scaled = weight == null ? x : Arithmetic.MUL.apply(x, perChannel(weight, x));
        return bias == null ? scaled : Arithmetic.ADD.apply(scaled, perChannel(bias, x));
    }

    /** By the mean and variance of {@code dims} of x, of {@code count} elements each. */
    private static Result byInput(Args args, Tensor x, Dims dims, int count) {
        Tensor standardized = Normalization.standardized(x, dims, args.real("eps"));
        Tensor y = affine(args, standardized, x.size(1));
        if (y != standardized) {
            standardized.lost();
        }
        Tensor runningMean = cellOrTensor(args, "running_mean");
        Tensor runningVar = cellOrTensor(args, "running_var");
        if (runningMean == null || runningVar == null) {
            return new Result(y, null, null);
        }
        Tensor plain = x.plain();
        Tensor mean = Reductions.mean(plain, dims);
        Tensor distances = Arithmetic.SUB.apply(plain, mean);
        Tensor square = Arithmetic.SQUARE.apply(distances);
        Tensor squares = Reductions.sum(square, dims);
        square.lost();
        distances.lost();
        Tensor var = Arithmetic.DIV.apply(squares, Reductions.scalar(x, count - 1));
        Tensor movedMean = moved(args, runningMean, mean);
        Tensor movedVar = moved(args, runningVar, var);
        if (args.get("running_mean") instanceof Param p) {
            p.set(movedMean);
        }
        if (args.get("running_var") instanceof Param p) {
            p.set(movedVar);
        }
        return new Result(y, movedMean, movedVar);
    }

    /** Towards the mean over all images of what each has, [n or 1, c, 1, …]. */
    private static Tensor moved(Args args, Tensor running, Tensor found) {
        Tensor perImage = Movement.reshape(found, Shape.of(found.size(0), found.size(1)));
        Tensor target = Casts.to(Reductions.mean(perImage, Dims.of(perImage, 0, false)), running.dtype());
        double momentum = args.real("momentum");
        return Arithmetic.ADD.apply(
                Arithmetic.MUL.apply(running.plain(), Reductions.scalar(running, 1 - momentum)),
                Arithmetic.MUL.apply(target, Reductions.scalar(running, momentum)));
    }

    private static Tensor groupNorm(Args args) {
        Tensor x = channelled(args, 2);
        if (x.rank() < 2) {
            throw new TnsException(ErrorKind.SHAPE, "group_norm: expected [n, channels], found " + x.describe());
        }
        int groups = args.integer("num_groups");
        if (groups < 1 || x.size(1) % groups != 0) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    "group_norm: the " + x.size(1) + " channels of " + x.describe() + " do not divide into " + groups
                            + " groups of equal size");
        }
        int each = x.size(1) / groups * x.shape().part(2, x.rank()).elements();
        if (x.size(0) * each == 1) {
            throw new TnsException(
                    ErrorKind.SHAPE, "group_norm: expected more than 1 value per group, found " + x.describe());
        }
        Tensor grouped = Movement.reshape(x, Shape.of(x.size(0), groups, each));
        Tensor y = x.elements() == 0
                ? x
                : Movement.reshapeWithin(Normalization.standardizedRows(grouped, args.real("eps")), x.shape());
        return affine(args, y, x.size(1));
    }

    private static Tensor rmsNorm(Args args) {
        Tensor x = ReductionOps.requireFloat(args.tensor("x"), "rms_norm");
        Shape last = Shape.of(args.ints("normalized_shape"));
        int lead = x.rank() - last.rank();
        if (last.rank() == 0 || lead < 0 || !x.shape().part(lead, x.rank()).equals(last)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "rms_norm: the input has shape " + x.shape() + ", which does not end in " + last)
                    .help("normalized_shape gives the sizes of the last dims, such as x.shape[-1]");
        }
        int[] folded = new int[last.rank()];
        for (int i = 0; i < folded.length; i++) {
            folded[i] = lead + i;
        }
        double eps = args.has("eps") ? args.real("eps") : x.dtype() == DType.FLOAT64 ? 0x1p-52 : 0x1p-23;
        Tensor square = Reductions.mean(Arithmetic.SQUARE.apply(x), Dims.of(x, folded, true));
        Tensor scale = Elementary.RSQRT.apply(Arithmetic.ADD.apply(square, Reductions.scalar(x, eps)));
        Tensor y = Arithmetic.MUL.apply(x, scale);
        Tensor weight = args.tensorOrNull("weight");
        if (weight != null && !weight.shape().equals(last)) {
            throw new TnsException(
                    ErrorKind.SHAPE, "rms_norm: the weight has shape " + weight.shape() + ", it must be " + last);
        }
        return weight == null ? y : Arithmetic.MUL.apply(y, weight);
    }

    private static Tensor localResponse(Args args) {
        Tensor x = ReductionOps.requireFloat(args.tensor("x"), "local_response_norm");
        int size = args.integer("size");
        if (x.rank() < 3 || size < 1) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    "local_response_norm: expected [n, channels, sizes] and a size of at least 1, found " + x.describe()
                            + " and " + size);
        }
        int[] before = new int[x.rank()];
        int[] after = new int[x.rank()];
        before[1] = size / 2;
        after[1] = (size - 1) / 2;
        Tensor windows = Windows.of(Padding.constant(Arithmetic.SQUARE.apply(x), before, after, 0), 1, size, 1, 1);
        Tensor mean = Arithmetic.DIV.apply(
                Reductions.sum(windows, Dims.of(windows, x.rank(), false)), Reductions.scalar(x, size));
        Tensor base =
                AFFINE.apply(mean, Reductions.scalar(x, args.real("alpha")), Reductions.scalar(x, args.real("k")));
        return Arithmetic.DIV.apply(x, Arithmetic.POW.apply(base, Reductions.scalar(x, args.real("beta"))));
    }

    private static Tensor cosine(Args args) {
        Tensor a = args.tensor("x1");
        Tensor b = args.tensor("x2");
        DType dtype = Promotion.of(a, b);
        Shape shape = Broadcasting.shape("cosine_similarity", a, b);
        Tensor x = ReductionOps.requireFloat(Movement.expand(Casts.to(a, dtype), shape), "cosine_similarity");
        Tensor y = Movement.expand(Casts.to(b, dtype), shape);
        Dims dims = Dims.of(x, shape.dim(args.integer("dim"), "cosine_similarity"), true);
        Tensor product = Arithmetic.MUL.apply(unit(x, dims, args), unit(y, dims, args));
        return Reductions.sum(product, Dims.of(x, shape.dim(args.integer("dim"), "cosine_similarity"), false));
    }

    private static Tensor unit(Tensor x, Dims dims, Args args) {
        Tensor norm = ReductionOps.norm(x, 2, dims);
        return Arithmetic.DIV.apply(x, Comparison.CLAMP_MIN.apply(norm, Reductions.scalar(x, args.real("eps"))));
    }
}
