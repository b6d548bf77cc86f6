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
        Shape shape = Shape.of(sizes);
        Object draws = context.hostRandom().uniform(dtype, shape.elements(), -bound, bound);
        return placed(Tensor.upload(context.cpu(), dtype, shape, draws));
    }

    /** PyTorch's kaiming_uniform_(a = sqrt(5)) of linear layers and convolutions: within 1 / sqrt(fanIn). */
    Param kaiming(int fanIn, int... sizes) {
        return uniform(fanIn == 0 ? 0 : Math.sqrt(3.0) * (Math.sqrt(2.0 / 6.0) / Math.sqrt(fanIn)), sizes);
    }

    /** PyTorch's xavier_uniform_ of a matrix. */
    Param xavier(int fanOut, int fanIn) {
        return uniform(Math.sqrt(6.0 / ((long) fanIn + fanOut)), fanOut, fanIn);
    }

    /** The bias beside {@link #kaiming} weights. */
    Param bias(int fanIn, int size) {
        return uniform(fanIn == 0 ? 0 : 1 / Math.sqrt(fanIn), size);
    }

    /** Standard normal. */
    Param normal(int... sizes) {
        Shape shape = Shape.of(sizes);
        return placed(
                Tensor.upload(context.cpu(), dtype, shape, context.hostRandom().normal(dtype, shape.elements())));
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
