package tns.distribution;

import tns.op.Casts;
import tns.op.SpecialFunctions;
import tns.tensor.DType;
import tns.tensor.Tensor;

/** Formulas with gamma functions, whose terms cancel: computed in float64 and rounded once. Differentiable. */
final class Wide {
    private Wide() {}

    static Tensor of(Tensor x) {
        return Casts.to(x, DType.FLOAT64);
    }

    /** {@code y}, as precise as {@code x}, a value, and {@code parameter} promote to. */
    static Tensor rounded(Tensor y, Tensor x, Tensor parameter) {
        return Casts.to(y, x.dtype().isFloat() ? DType.promote(x.dtype(), parameter.dtype()) : parameter.dtype());
    }

    static Tensor rounded(Tensor y, Tensor parameter) {
        return Casts.to(y, parameter.dtype());
    }

    static Tensor logGamma(Tensor x) {
        return SpecialFunctions.LGAMMA.apply(of(x));
    }

    static Tensor digamma(Tensor x) {
        return SpecialFunctions.DIGAMMA.apply(of(x));
    }
}
