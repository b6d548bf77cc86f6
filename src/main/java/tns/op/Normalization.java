package tns.op;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Values shifted and scaled to mean 0 and variance 1 over some dims. */
public final class Normalization {
    private Normalization() {}

    /**
     * {@code (x - mean) / sqrt(variance + eps) * weight + bias} over the last dims, with the biased variance.
     *
     * @param shape the sizes of those dims, and the shape of weight and bias
     * @throws TnsException when x is no float tensor or does not end in {@code shape}
     */
    public static Tensor layerNorm(Tensor x, int[] shape, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        Shape last = Shape.of(shape);
        ReductionOps.requireFloat(x, "layer_norm");
        int lead = x.rank() - last.rank();
        if (last.rank() == 0 || lead < 0 || !x.shape().part(lead, x.rank()).equals(last)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "layer_norm: the input has shape " + x.shape() + ", which does not end in " + last)
                    .help("normalized_shape gives the sizes of the last dims, such as x.shape[-1]");
        }
        requireShape(weight, last, "weight");
        requireShape(bias, last, "bias");
        if (x.elements() > 0 && RowFunction.goesWith(x, weight) && RowFunction.goesWith(x, bias)) {
            int n = last.elements();
            if (x.device().runsRows(x.elements() / n, n)) {
                Tensor rows = Movement.reshape(x, x.shape().part(0, lead).concat(Shape.of(n)));
                Tensor y = RowFunctions.layerNorm(rows, flat(weight), flat(bias), eps);
                return Movement.reshape(y, x.shape());
            }
        }
        int[] dims = new int[last.rank()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = lead + i;
        }
        return affine(standardized(x, Dims.of(x, dims, true), eps), weight, bias);
    }

    private static @Nullable Tensor flat(@Nullable Tensor t) {
        return t == null ? null : Movement.reshape(t, Shape.of(t.elements()));
    }

    /** The same over the last dim, op by op. */
    static Tensor layerNormOfOps(Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        return affine(standardized(x, Dims.of(x, x.rank() - 1, true), eps), weight, bias);
    }

    private static Tensor affine(Tensor y, @Nullable Tensor weight, @Nullable Tensor bias) {
        Tensor scaled = weight == null ? y : Arithmetic.MUL.apply(y, weight);
        return bias == null ? scaled : Arithmetic.ADD.apply(scaled, bias);
    }

    private static void requireShape(@Nullable Tensor t, Shape shape, String name) {
        if (t != null && !t.shape().equals(shape)) {
            throw new TnsException(
                    ErrorKind.SHAPE, "layer_norm: the " + name + " has shape " + t.shape() + ", it must be " + shape);
        }
    }

    /** {@code (x - mean) / sqrt(variance + eps)}, mean and biased variance over {@code dims}, which must be kept. */
    static Tensor standardized(Tensor x, Dims dims, double eps) {
        Tensor mean = Reductions.mean(x, dims);
        Tensor centred = Arithmetic.SUB.apply(x, mean);
        Tensor squares = Arithmetic.SQUARE.apply(centred);
        Tensor variance = Reductions.mean(squares, dims);
        Tensor scale = Elementary.RSQRT.apply(Arithmetic.ADD.apply(variance, Reductions.scalar(x, eps)));
        Tensor y = Arithmetic.MUL.apply(centred, scale);
        for (Tensor spent : new Tensor[] {scale, variance, squares, centred, mean}) {
            spent.lost();
        }
        return y;
    }

    /** The same over the last dim. */
    static Tensor standardizedRows(Tensor x, double eps) {
        int last = x.rank() - 1;
        return RowFunction.suits(x, last)
                ? RowFunctions.layerNorm(x, null, null, eps)
                : standardized(x, Dims.of(x, last, true), eps);
    }
}
