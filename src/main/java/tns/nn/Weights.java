package tns.nn;

import java.util.Arrays;
import tns.op.Args;
import tns.op.Casts;
import tns.op.Context;
import tns.op.ShapeOps;
import tns.tensor.DType;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * The initial weights of layers, as PyTorch draws them: from the interpreter's CPU stream, in the layer's dtype, or the
 * default dtype when it names none.
 */
final class Weights {
    /** The parameter that a maker's signature ends with. */
    static final String OPTIONS = ", dtype: dtype = none)";

    private final Context context;
    private final DType dtype;

    /** The weights of the layer being made, whose maker was declared with {@link #OPTIONS}. */
    Weights(Args args) {
        this.context = args.context();
        DType asked = args.dtypeOrNull("dtype");
        this.dtype = asked == null ? context.defaultDType() : asked;
    }

    /** Uniform from -bound up to bound. */
    Param uniform(double bound, int... sizes) {
        return placed(InitialValues.uniform(context, dtype, Shape.of(sizes), -bound, bound));
    }

    /** PyTorch's kaiming_uniform_(a = sqrt(5)) of linear layers and convolutions: within 1 / sqrt(fanIn). */
    Param kaiming(int fanIn, int... sizes) {
        double deviation = InitialValues.kaimingDeviation(Gain.leakyRelu(Math.sqrt(5)), fanIn);
        return uniform(InitialValues.bound(deviation), sizes);
    }

    /** PyTorch's xavier_uniform_ of a matrix. */
    Param xavier(int fanOut, int fanIn) {
        return uniform(InitialValues.bound(InitialValues.xavierDeviation(1, fanIn, fanOut)), fanOut, fanIn);
    }

    /** The bias beside {@link #kaiming} weights. */
    Param bias(int fanIn, int size) {
        return uniform(fanIn == 0 ? 0 : 1 / Math.sqrt(fanIn), size);
    }

    /** Standard normal. */
    Param normal(int... sizes) {
        return placed(InitialValues.normal(context, dtype, Shape.of(sizes), 0, 1));
    }

    /** The same value everywhere. */
    Param filled(double value, int... sizes) {
        Shape shape = Shape.of(sizes);
        double[] all = new double[shape.elements()];
        Arrays.fill(all, value);
        return placed(Casts.to(Tensor.upload(context.cpu(), DType.FLOAT64, shape, all), dtype));
    }

    /** The draws come from host memory whatever the device, so that a model starts the same everywhere. */
    private Param placed(Tensor drawn) {
        return new Param(ShapeOps.onDevice(drawn, context.device()));
    }
}
