package tns.op;

import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;
import tns.tensor.DType;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.Tensor;

/** Copies of a tensor's elements: into another dtype, or into row-major order. */
public final class Casts {
    private static final Program COPY_F32 = Program.of(Lane.F32, Expr.input(0));
    private static final Program COPY_F64 = Program.of(Lane.F64, Expr.input(0));
    private static final Program COPY_I64 = Program.of(Lane.I64, Expr.input(0));

    private Casts() {}

    /** The elements as {@code dtype}; the tensor itself when it already has it. Differentiable between floats. */
    public static Tensor to(Tensor x, DType dtype) {
        if (x.dtype() == dtype) {
            return x;
        }
        Tensor y = copy(x, dtype);
        return x.requiresGrad() && dtype.isFloat() && GradMode.enabled() ? y.withOrigin(new CastOrigin(x)) : y;
    }

    /** The same elements in row-major order; the tensor itself when they already are. Differentiable. */
    public static Tensor contiguous(Tensor x) {
        return x.isContiguous() ? x : duplicate(x);
    }

    /** The same elements in a buffer of their own. Differentiable. */
    public static Tensor duplicate(Tensor x) {
        Tensor y = copy(x, x.dtype());
        return x.requiresGrad() && GradMode.enabled() ? y.withOrigin(new CastOrigin(x)) : y;
    }

    private static Tensor copy(Tensor x, DType dtype) {
        Tensor y = Tensor.room(x.device(), dtype, x.shape());
        write(x, y);
        return y;
    }

    /** Writes {@code x}, which broadcasts, into the view of {@code target}'s buffer, converting. */
    static void write(Tensor x, Tensor target) {
        Program copy = switch (DType.promote(x.dtype(), target.dtype()).lane()) {
            case F32 -> COPY_F32;
            case F64 -> COPY_F64;
            case I64 -> COPY_I64;
        };
        x.device().map(copy, new Tensor[] {x}, target.shape(), new Tensor[] {target});
    }

    private static final class CastOrigin extends Origin {
        CastOrigin(Tensor x) {
            super("to", x);
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            return to(dy, input(0).dtype());
        }
    }
}
