package tns.nn;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Callable;
import tns.op.Context;
import tns.op.Contraction;
import tns.op.Family;
import tns.op.Movement;
import tns.op.Normalization;
import tns.op.RandomOps;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.Tensor;

/**
 * The layers of the language. A name that is both a layer and a function computes from a tensor and makes the layer from
 * anything else: {@code linear(x, w, b)} and {@code linear(20, 10)}.
 */
public final class Layers {
    public static final Family FAMILY = new Family("layers");

    static {
        FAMILY.define("linear(x: tensor, weight: tensor, bias: tensor = none)")
                .maker(
                        "linear(in_features: int, out_features: int, bias: bool = true" + Weights.OPTIONS,
                        Layers::linear)
                .doc("x @ weight.T + bias; or, from two sizes, the layer that computes it, with PyTorch's initial"
                        + " weights.")
                .example("linear([1., 2.], [[1., 1.], [0., 2.]])", "tensor([3., 4.])")
                .example("linear(2, 3)([1., 2.]).shape", "(3,)")
                .gradient("linear(x, w, b)", "x: [4, 3]", "w: [2, 3]", "b: [2]")
                .is(args -> apply(args.tensor("x"), args.tensor("weight"), args.tensorOrNull("bias")));
        FAMILY.define("layer_norm(x: tensor, normalized_shape: ints, weight: tensor = none, bias: tensor = none,"
                        + " eps: float = 1e-05)")
                .maker(
                        "layer_norm(normalized_shape: ints, eps: float = 1e-05, elementwise_affine: bool = true,"
                                + " bias: bool = true" + Weights.OPTIONS,
                        Layers::layerNorm)
                .doc("x less its mean, over its standard deviation, both over the last dims, whose sizes are given;"
                        + " then times weight, plus bias. Without a tensor first: the layer, with weight 1 and"
                        + " bias 0.")
                .example(
                        "layer_norm([[1., 3.], [2., 8.]], 2)",
                        "tensor([[-1.0000,  1.0000],\n        [-1.0000,  1.0000]])")
                .example("layer_norm(2)([1., 3.]).shape", "(2,)")
                .gradient("layer_norm(x, 3, w, b)", "x: [2, 3]", "w: [3]", "b: [3]")
                .gradient("layer_norm(x, (2, 2), eps=0.1)", "x: [2, 2, 2]")
                .is(args -> Normalization.layerNorm(
                        args.tensor("x"),
                        args.ints("normalized_shape"),
                        args.tensorOrNull("weight"),
                        args.tensorOrNull("bias"),
                        args.real("eps")));
        FAMILY.define("dropout(x: tensor, p: float = 0.5, training: bool = true)")
                .maker("dropout(p: float = 0.5)", args -> {
                    double p = RandomOps.probability("dropout", args.real("p"));
                    return new Layer(
                            "dropout",
                            "p=" + p,
                            (self, in) -> RandomOps.dropout(in.context(), in.tensor("x"), p, self.training()));
                })
                .doc("x with each element made 0 with probability p and the others divided by 1 - p, while"
                        + " training; x itself otherwise. Without a tensor first: the layer, which net.train() and"
                        + " net.eval() switch.")
                .example("dropout([1., 2.], 0.5, training=false)", "tensor([1., 2.])")
                .example("dropout(0.2).eval()([1., 2.])", "tensor([1., 2.])")
                .gradient("dropout(x, 0.5, training=false)", "x: [2, 3]")
                .is(args -> RandomOps.dropout(
                        args.context(),
                        args.tensor("x"),
                        RandomOps.probability("dropout", args.real("p")),
                        args.flag("training")));
        Bilinear.define(FAMILY);
        EmbeddingLayer.define(FAMILY);
        EmbeddingBagLayer.define(FAMILY);
        AdaptiveSoftmax.define(FAMILY);
        MultiheadAttention.define(FAMILY);
        AveragedModel.define(FAMILY);
        RunningStatistics.define(FAMILY);
        FAMILY.define("sequential(*modules: any)")
                .doc("Functions and layers one after the other.")
                .example("sequential(relu, sigmoid)([-1., 0.])", "tensor([0.5000, 0.5000])")
                .gradient("sequential(tanh, square)(x)", "x: [2, 3]")
                .is(Layers::sequential);
        FAMILY.define("identity(*args: any)")
                .doc("The layer that gives what it is given; its arguments do not count.")
                .example("identity()([1., 2.])", "tensor([1., 2.])")
                .is(args -> new Layer("identity", "", "x: any", (self, in) -> in.get("x")));
    }

    private Layers() {}

    /** What {@code step} makes of a value that is held meanwhile: a function that gives it a name need not share it. */
    private static Object lent(Object value, Callable step, Context context) {
        if (!(value instanceof Tensor x)) {
            return step.call(context, value);
        }
        x.hold();
        try {
            return step.call(context, x);
        } finally {
            x.handOn();
        }
    }

    private static Object sequential(Args args) {
        Layer layer = new Layer("sequential", "", "x: any", (self, in) -> {
            Object given = in.get("x");
            Object value = given;
            for (Object step : self.fields().values()) {
                Object result = lent(value, (Callable) step, in.context());
                if (value != given && value instanceof Tensor between) {
                    between.hold().letGo(result);
                }
                value = result;
            }
            return value;
        });
        Tuple modules = (Tuple) args.get("modules");
        for (int i = 0; i < modules.size(); i++) {
            if (!(modules.get(i) instanceof Callable)) {
                throw new TnsException(
                                ErrorKind.VALUE,
                                "sequential: " + TypeName.describe(modules.get(i)) + " is not a function or layer")
                        .argument(i);
            }
            layer.with(Integer.toString(i), modules.get(i));
        }
        return layer;
    }

    private static Object linear(Args args) {
        return linear(new Weights(args), args.integer("in_features"), args.integer("out_features"), args.flag("bias"));
    }

    /** The layer linear(in, out, bias=bias). */
    static Layer linear(Weights weights, int in, int out, boolean bias) {
        Layer layer = new Layer(
                "linear",
                in + ", " + out + (bias ? "" : ", bias=false"),
                (self, inputs) -> apply(inputs.tensor("x"), self.tensor("weight"), self.tensorOrNull("bias")));
        layer.with("weight", weights.kaiming(in, out, in));
        return bias ? layer.with("bias", weights.bias(in, out)) : layer;
    }

    static Tensor apply(Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (weight.rank() > 0 && x.rank() > 0 && x.size(-1) != weight.size(-1)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "linear: the input has shape " + x.shape() + ", but the weight " + weight.shape()
                                    + " takes " + weight.size(-1) + " features")
                    .help("the last dim of the input must be " + weight.size(-1));
        }
        boolean plain = weight.rank() == 2
                && x.rank() > 0
                && fits(x, weight)
                && (bias == null || bias.rank() == 1 && bias.size(0) == weight.size(0) && fits(x, bias));
        if (plain) {
            return Contraction.linear(x, weight, bias);
        }
        Tensor y = Contraction.matmul(x, weight.rank() < 2 ? weight : Movement.transpose(weight, -2, -1));
        return bias == null ? y : Arithmetic.plus(y, bias);
    }

    private static boolean fits(Tensor x, Tensor other) {
        return x.dtype().isFloat() && x.dtype() == other.dtype() && x.device() == other.device();
    }

    private static Object layerNorm(Args args) {
        int[] shape = args.ints("normalized_shape");
        double eps = args.real("eps");
        boolean affine = args.flag("elementwise_affine");
        boolean bias = affine && args.flag("bias");
        String sizes = Arrays.stream(shape).mapToObj(Integer::toString).collect(Collectors.joining(", "));
        String settings = (shape.length == 1 ? sizes : "(" + sizes + ")")
                + (eps == 1e-5 ? "" : ", eps=" + eps)
                + (affine ? bias ? "" : ", bias=false" : ", elementwise_affine=false");
        Layer layer = new Layer(
                "layer_norm",
                settings,
                (self, in) -> Normalization.layerNorm(
                        in.tensor("x"), shape, self.tensorOrNull("weight"), self.tensorOrNull("bias"), eps));
        Weights weights = new Weights(args);
        if (affine) {
            layer.with("weight", weights.filled(1, shape));
        }
        return bias ? layer.with("bias", weights.filled(0, shape)) : layer;
    }
}
