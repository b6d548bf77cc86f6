package tns.nn;

import tns.op.Arithmetic;
import tns.op.Context;
import tns.op.Elementary;
import tns.op.Reductions;
import tns.op.SpecialFunctions;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Draws for weights and how far they spread, as PyTorch's {@code nn.init} has both: what layers start with and what the
 * initialisers give. Drawn from the CPU's stream into host memory, whatever the device.
 */
final class InitialValues {
    private InitialValues() {}

    static Tensor uniform(Context context, DType dtype, Shape shape, double low, double high) {
        Object draws = context.hostRandom().uniform(dtype, shape.elements(), low, high);
        return Tensor.upload(context.cpu(), dtype, shape, draws);
    }

    static Tensor normal(Context context, DType dtype, Shape shape, double mean, double std) {
        Object draws = context.hostRandom().normal(dtype, shape.elements(), mean, std);
        return Tensor.upload(context.cpu(), dtype, shape, draws);
    }

    /** Normal draws between {@code low} and {@code high}: the inverse of the distribution at uniform draws. */
    static Tensor truncatedNormal(
            Context context, DType dtype, Shape shape, double mean, double std, double low, double high) {
        double from = 2 * below(context, (low - mean) / std) - 1;
        double to = 2 * below(context, (high - mean) / std) - 1;
        Tensor standard = SpecialFunctions.inverseErf(uniform(context, dtype, shape, from, to));
        Tensor spread = Arithmetic.MUL.apply(standard, Reductions.scalar(standard, std * Math.sqrt(2)));
        Tensor moved = Arithmetic.ADD.apply(spread, Reductions.scalar(standard, mean));
        return Arithmetic.MINIMUM.apply(
                Arithmetic.MAXIMUM.apply(moved, Reductions.scalar(moved, low)), Reductions.scalar(moved, high));
    }

    /** The part of the standard normal distribution below {@code x}. */
    private static double below(Context context, double x) {
        Object erf = Elementary.ERF.call(context, new Object[] {x / Math.sqrt(2)});
        return (1 + ((Number) erf).doubleValue()) / 2;
    }

    /** He and others, Delving Deep into Rectifiers, 2015. */
    static double kaimingDeviation(double gain, long fan) {
        return fan == 0 ? 0 : gain / Math.sqrt((double) fan);
    }

    /** Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010. */
    static double xavierDeviation(double gain, long fanIn, long fanOut) {
        return fanIn + fanOut == 0 ? 0 : gain * Math.sqrt(2.0 / (fanIn + fanOut));
    }

    /** The uniform distribution of that deviation lies between minus this and this. */
    static double bound(double deviation) {
        return Math.sqrt(3.0) * deviation;
    }
}
