package tns.op;

import org.jspecify.annotations.Nullable;
import tns.tensor.DType;
import tns.tensor.Tensor;

/**
 * PyTorch's type promotion: tensors with dims decide; 0-d tensors, and after them host numbers, widen the result only
 * into a higher category (bool, int, float).
 */
public final class Promotion {
    private Promotion() {}

    /** The dtype in which {@code operands} (tensors and host numbers) are combined. */
    static DType of(Object[] operands, DType defaultFloat) {
        DType dims = null;
        DType scalars = null;
        DType hosts = null;
        for (Object operand : operands) {
            if (!(operand instanceof Tensor t)) {
                DType host =
                        operand instanceof Boolean ? DType.BOOL : operand instanceof Long ? DType.INT64 : defaultFloat;
                hosts = wider(hosts, host);
            } else if (t.rank() > 0) {
                dims = wider(dims, t.dtype());
            } else {
                scalars = wider(scalars, t.dtype());
            }
        }
        DType result = combine(dims, combine(scalars, hosts));
        return result == null ? defaultFloat : result;
    }

    /** The common dtype of tensors. */
    static DType of(Tensor... tensors) {
        return of(tensors, DType.FLOAT32);
    }

    private static DType wider(@Nullable DType a, DType b) {
        return a == null ? b : DType.promote(a, b);
    }

    private static @Nullable DType combine(@Nullable DType stronger, @Nullable DType weaker) {
        if (stronger == null || weaker == null) {
            return stronger == null ? weaker : stronger;
        }
        return weaker.category() > stronger.category() ? weaker : stronger;
    }
}
