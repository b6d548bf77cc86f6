package tns.op;

import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.tensor.DType;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.Tensor;

/**
 * A function of one number computed by an approximation, whose slope is written with other functions: the derivative of
 * the approximation would be less exact. Computed in float64 and rounded once.
 */
final class Sloped {
    /** The slope at {@code x}, where the function is {@code y}; of ops with gradients, for the second derivative. */
    @FunctionalInterface
    interface Slope {
        Tensor of(Tensor x, Tensor y);
    }

    private final String name;
    private final Pointwise value;
    private final Slope slope;

    Sloped(String name, Expr value, Slope slope) {
        this.name = name;
        this.value = new Pointwise(name, 1, Pointwise.Result.FLOAT, value);
        this.slope = slope;
    }

    /** Of the argument {@code x}, a tensor or a host number. */
    Object call(Args args) {
        if (!(args.get("x") instanceof Tensor x)) {
            return value.call(args.context(), new Object[] {args.get("x")});
        }
        return apply(x.dtype().isFloat() ? x : Casts.to(x, args.context().defaultDType()));
    }

    /** Of a float tensor. */
    Tensor apply(Tensor x) {
        Tensor y = Casts.to(value.apply(Casts.to(x.detach(), DType.FLOAT64)), x.dtype());
        return x.requiresGrad() && GradMode.enabled() ? y.withOrigin(new SlopeOrigin(x)) : y;
    }

    private final class SlopeOrigin extends Origin {
        SlopeOrigin(Tensor x) {
            super(name, x);
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            return Arithmetic.MUL.apply(dy, slope.of(input(0), y));
        }
    }
}
