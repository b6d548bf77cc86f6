package tns.nn;

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
import tns.op.None;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.DType;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * The layers of the language. A name that is both a layer and a function makes the layer from numbers and computes from a
 * tensor: {@code linear(20, 10)} and {@code linear(x, w, b)}.
 */
public final class Layers {
    public static final Family FAMILY = new Family("layers");

    static {
        FAMILY.define("linear(in_features: any, out_features: any, bias: any = true)")
                .doc("A layer that computes x @ weight.T + bias, with PyTorch's initial weights;"
                        + " or, with a tensor first, linear(x, weight, bias) itself.")
                .example("linear(2, 3)([1., 2.]).shape", "(3,)")
                .is(Layers::linear);
        FAMILY.define("sequential(*modules: any)")
                .doc("Functions and layers one after the other.")
                .example("sequential(relu, sigmoid)([-1., 0.])", "tensor([0.5000, 0.5000])")
                .is(args -> {
                    Layer layer = new Layer("sequential", "", (self, context, x) -> {
                        Object value = x;
                        for (Object step : self.fields().values()) {
                            value = ((Callable) step).call(context, value);
                        }
                        return value;
                    });
                    Tuple modules = (Tuple) args.get("modules");
                    for (int i = 0; i < modules.size(); i++) {
                        if (!(modules.get(i) instanceof Callable)) {
                            throw new TnsException(
                                            ErrorKind.VALUE,
                                            "sequential: " + TypeName.describe(modules.get(i))
                                                    + " is not a function or layer")
                                    .argument(i);
                        }
                        layer.with(Integer.toString(i), modules.get(i));
                    }
                    return layer;
                });
    }

    private Layers() {}

    private static Object linear(Args args) {
        Object first = args.get("in_features");
        Object second = args.get("out_features");
        Object bias = args.get("bias");
        if (first instanceof Tensor || first instanceof Param) {
            Tensor b = bias == None.NONE || bias instanceof Boolean ? null : tensor(bias);
            return apply(tensor(first), tensor(second), b);
        }
        if (!(first instanceof Long in) || !(second instanceof Long out) || !(bias instanceof Boolean withBias)) {
            throw new TnsException(ErrorKind.VALUE, "linear: in_features and out_features must be ints")
                    .help("linear(20, 10), linear(20, 10, bias=false), or linear(x, weight, bias)");
        }
        return layer(args.context(), Math.toIntExact(in), Math.toIntExact(out), withBias);
    }

    private static Layer layer(Context context, int in, int out, boolean withBias) {
        String settings = in + ", " + out + (withBias ? "" : ", bias=false");
        Layer layer = new Layer("linear", settings, (self, c, x) -> {
            Object b = self.fields().get("bias");
            return apply(tensor(x), tensor(self.fields().get("weight")), b == null ? null : tensor(b));
        });
        // torch.nn.Linear: kaiming_uniform_(weight, a = sqrt(5)), which is U(-1/sqrt(in), 1/sqrt(in)), then the bias.
        double bound = in == 0 ? 0 : Math.sqrt(3.0) * (Math.sqrt(2.0 / 6.0) / Math.sqrt(in));
        layer.with("weight", uniform(context, bound, Shape.of(out, in)));
        if (withBias) {
            layer.with("bias", uniform(context, in == 0 ? 0 : 1 / Math.sqrt(in), Shape.of(out)));
        }
        return layer;
    }

    private static Param uniform(Context context, double bound, Shape shape) {
        DType dtype = context.defaultDType();
        Object draws = context.random().uniform(dtype, shape.elements(), -bound, bound);
        return new Param(Tensor.upload(context.cpu(), dtype, shape, draws));
    }

    private static Tensor tensor(@Nullable Object value) {
        return switch (value) {
            case Tensor t -> t;
            case Param p -> p.value();
            case null, default ->
                throw new TnsException(
                        ErrorKind.VALUE,
                        "linear: expected a tensor, found " + (value == null ? "nothing" : TypeName.describe(value)));
        };
    }

    private static Tensor apply(Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (weight.rank() > 0 && x.rank() > 0 && x.size(-1) != weight.size(-1)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "linear: the input has shape " + x.shape() + ", but the weight " + weight.shape()
                                    + " takes " + weight.size(-1) + " features")
                    .help("the last dim of the input must be " + weight.size(-1));
        }
        Tensor y = Contraction.matmul(x, weight.rank() < 2 ? weight : Movement.transpose(weight, -2, -1));
        return bias == null ? y : Arithmetic.plus(y, bias);
    }
}
