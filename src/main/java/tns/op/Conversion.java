package tns.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** Converts a call's arguments to the kinds that an op's parameters declare. */
final class Conversion {
    private Conversion() {}

    /** The converted value; {@code none} passes where it is the parameter's default. */
    static Object to(Context context, Signature signature, Parameter parameter, Object value, int order) {
        if (value == None.NONE && parameter.fallback() == None.NONE) {
            return value;
        }
        Object converted = convert(context, parameter.kind(), value);
        if (converted == null) {
            if (parameter.kind() == Kind.DTYPE) {
                FactorType.refuse(signature.name(), value);
            }
            TnsException wrong = new TnsException(
                            ErrorKind.VALUE,
                            signature.name() + ": " + parameter.name() + " must be "
                                    + parameter.kind().words() + ", found " + TypeName.describe(value))
                    .argument(order);
            throw value instanceof Tuple && parameter.kind() == Kind.TENSOR
                    ? wrong.help("square brackets make a tensor: [1, 2]; tensor(t) converts a tuple")
                    : wrong;
        }
        return converted;
    }

    /** The value of a {@code *rest} parameter: ints gather into one int[], anything else into a tuple. */
    static Object rest(Context context, Signature signature, Parameter parameter, Object[] values, int order) {
        if (parameter.kind() == Kind.INTS) {
            if (values.length == 1) {
                return to(context, signature, parameter, values[0], order);
            }
            return to(context, signature, parameter, Tuple.of(values), order);
        }
        if (parameter.kind() == Kind.TENSORS) {
            Object all = values.length == 1 && !(values[0] instanceof Tensor || values[0] instanceof Param)
                    ? values[0]
                    : Tuple.of(values);
            return to(context, signature, parameter, all, order);
        }
        Object[] converted = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            converted[i] = to(context, signature, parameter, values[i], order + i);
        }
        return Tuple.of(converted);
    }

    private static @Nullable Object convert(Context context, Kind kind, Object value) {
        return switch (kind) {
            case ANY -> value;
            case TENSOR -> value instanceof Param p ? p.look() : tensor(context, value);
            case OPERAND -> operand(value);
            case TENSORS -> tensors(context, value);
            case INT -> integer(value);
            case FLOAT -> number(value) instanceof Number n ? (Object) n.doubleValue() : null;
            case NUMBER -> number(value) instanceof Object n ? n : value instanceof Boolean ? value : null;
            case BOOL -> bool(value);
            case STRING -> value instanceof String ? value : null;
            case INTS -> ints(value);
            case DTYPE -> value instanceof String s ? DType.named(s) : value instanceof DType ? value : null;
            case DEVICE -> context.device(value);
            case FUNCTION -> value instanceof Callable ? value : null;
        };
    }

    /** The operand of arithmetic: a tensor, or a host number as it is; null for anything else. */
    static @Nullable Object operand(Object value) {
        if (value instanceof Param p) {
            return p.look();
        }
        return value instanceof Tensor || value instanceof Number || value instanceof Boolean ? value : null;
    }

    static @Nullable Tensor tensor(Context context, Object value) {
        return tensor(context, value, context.defaultDType());
    }

    /** What is to stand beside the elements of {@code x}: a number with a fraction keeps all digits that they can hold. */
    static @Nullable Tensor beside(Context context, Tensor x, Object value) {
        return tensor(context, value, x.dtype().isFloat() ? x.dtype() : context.defaultDType());
    }

    /** A tensor or a number as a tensor, null for anything else; a number with a fraction in the dtype {@code real}. */
    static @Nullable Tensor tensor(Context context, Object value, DType real) {
        if (value instanceof Tensor t) {
            return t;
        }
        if (value instanceof Param p) {
            return p.value();
        }
        if (value instanceof Long n) {
            return Tensor.scalar(context.device(), DType.INT64, n);
        }
        if (value instanceof Double d) {
            return Tensor.scalar(context.device(), real, d);
        }
        return value instanceof Boolean b ? Tensor.scalar(context.device(), DType.BOOL, b ? 1 : 0) : null;
    }

    private static @Nullable Tuple tensors(Context context, Object value) {
        if (value instanceof Tensor t && t.rank() > 0) {
            return Movement.unbind(t, 0);
        }
        if (!(value instanceof Iterable<?> items)) {
            return null;
        }
        List<Object> converted = new ArrayList<>();
        for (Object item : items) {
            Tensor t = item == null ? null : tensor(context, item);
            if (t == null) {
                return null;
            }
            converted.add(t);
        }
        return Tuple.of(converted);
    }

    private static @Nullable Long integer(Object value) {
        if (value instanceof Long n) {
            return n;
        }
        return value instanceof Tensor t && t.elements() == 1 && t.dtype() == DType.INT64 ? (Long) t.item() : null;
    }

    private static @Nullable Number number(Object value) {
        if (value instanceof Long || value instanceof Double) {
            return (Number) value;
        }
        if (value instanceof Param p && p.look().elements() == 1) {
            return (Number) p.look().item();
        }
        return value instanceof Tensor t && t.elements() == 1 && t.dtype() != DType.BOOL ? (Number) t.item() : null;
    }

    private static @Nullable Boolean bool(Object value) {
        if (value instanceof Boolean b) {
            return b;
        }
        return value instanceof Tensor t && t.elements() == 1 && t.dtype() == DType.BOOL ? (Boolean) t.item() : null;
    }

    /** The value as ints, or null when it is none. */
    static int @Nullable [] ints(Object value) {
        if (value instanceof int[] already) {
            return already;
        }
        if (value instanceof Long n) {
            return new int[] {toInt(n)};
        }
        if (value instanceof Tensor t && t.dtype() == DType.INT64 && t.rank() <= 1) {
            return Arrays.stream(HostArray.longs(t)).mapToInt(Conversion::toInt).toArray();
        }
        return value instanceof Iterable<?> items ? all(items) : null;
    }

    private static int @Nullable [] all(Iterable<?> items) {
        List<Integer> all = new ArrayList<>();
        for (Object item : items) {
            Long n = item == null ? null : integer(item);
            if (n == null) {
                return null;
            }
            all.add(toInt(n));
        }
        return all.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int toInt(long n) {
        if (n != (int) n) {
            throw new TnsException(ErrorKind.VALUE, n + " is too large for a size or dim");
        }
        return (int) n;
    }
}
