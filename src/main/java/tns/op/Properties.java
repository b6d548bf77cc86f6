package tns.op;

import org.jspecify.annotations.Nullable;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** The properties of tensors and parameters, read without parentheses: {@code x.shape}, {@code p.grad}. */
public final class Properties {
    /** Their names, for completion. */
    public static final java.util.List<String> NAMES =
            java.util.List.of("shape", "ndim", "dtype", "device", "grad", "requires_grad", "T");

    private Properties() {}

    /** The property {@code name} of a tensor or parameter; null when there is none of that name. */
    public static @Nullable Object get(Object value, String name) {
        if (value instanceof Param p) {
            return switch (name) {
                case "grad" -> p.grad() instanceof Tensor g ? g : None.NONE;
                case "requires_grad" -> p.requiresGrad();
                default -> {
                    Tensor now = p.look();
                    Object found = get(now, name);
                    if (found instanceof Tensor) {
                        Held.keep(found, now);
                    }
                    yield found;
                }
            };
        }
        if (!(value instanceof Tensor x)) {
            return null;
        }
        return switch (name) {
            case "shape" -> Tuple.ofInts(x.shape().toArray());
            case "ndim" -> (long) x.rank();
            case "dtype" -> x.dtype();
            case "device" -> x.device();
            case "grad" -> None.NONE;
            case "requires_grad" -> x.requiresGrad();
            case "T" -> x.rank() < 2 ? x : Movement.transpose(x, -2, -1);
            default -> null;
        };
    }
}
