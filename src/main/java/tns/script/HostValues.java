package tns.script;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tns.Interpreter;
import tns.lang.ListValue;
import tns.op.None;
import tns.op.Record;
import tns.op.Tuple;
import tns.tensor.HostArray;
import tns.tensor.Param;
import tns.tensor.Tensor;

/**
 * Values on their way between Java and the language.
 *
 * <p>To the language: null is {@code none}; whole numbers are ints, other numbers floats; {@code float[]},
 * {@code double[]}, {@code long[]} and {@code int[]} are 1-d tensors, rectangular arrays of them n-d tensors; a
 * {@link List} is a tuple, a {@link Map} a record. From the language: ints are {@link Long}, floats {@link Double},
 * tuples and lists {@link List}, records {@link Map}; tensors, modules and functions stay what they are.
 */
final class HostValues {
    private HostValues() {}

    static Object toTns(Interpreter tns, @Nullable Object value) {
        return switch (value) {
            case null -> None.NONE;
            case Byte n -> n.longValue();
            case Short n -> n.longValue();
            case Integer n -> n.longValue();
            case Float n -> n.doubleValue();
            case Character c -> c.toString();
            case List<?> items ->
                Tuple.of(items.stream().map(item -> toTns(tns, item)).toArray());
            case Map<?, ?> entries -> record(tns, entries);
            default -> value.getClass().isArray() ? array(tns, value) : value;
        };
    }

    private static Record record(Interpreter tns, Map<?, ?> entries) {
        Map<String, Object> converted = new LinkedHashMap<>();
        entries.forEach((key, entry) -> converted.put(String.valueOf(key), toTns(tns, entry)));
        return new Record(converted);
    }

    /** A tensor from a rectangular array of numbers; a tuple from any other array. */
    private static Object array(Interpreter tns, Object array) {
        int[] shape = shape(array);
        Class<?> leaf = leaf(array.getClass());
        int size = IntStream.of(shape).reduce(1, Math::multiplyExact);
        Object flat = leaf == int.class ? new long[size] : Array.newInstance(leaf, leaf.isPrimitive() ? size : 0);
        return switch (flat) {
            case float[] data when fill(array, shape, 0, data, 0) == size -> tns.tensor(data, shape);
            case double[] data when fill(array, shape, 0, data, 0) == size -> tns.tensor(data, shape);
            case long[] data when fill(array, shape, 0, data, 0) == size -> tns.tensor(data, shape);
            default -> tuple(tns, array);
        };
    }

    private static Tuple tuple(Interpreter tns, Object array) {
        Object[] items = new Object[Array.getLength(array)];
        for (int i = 0; i < items.length; i++) {
            items[i] = toTns(tns, Array.get(array, i));
        }
        return Tuple.of(items);
    }

    private static Class<?> leaf(Class<?> type) {
        return type.isArray() ? leaf(type.getComponentType()) : type;
    }

    private static int[] shape(Object array) {
        List<Integer> sizes = new ArrayList<>();
        Object at = array;
        while (at != null && at.getClass().isArray()) {
            int length = Array.getLength(at);
            sizes.add(length);
            at = length == 0 ? null : Array.get(at, 0);
        }
        return sizes.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Copies the numbers of nested arrays in order; the number copied, or -1 when they are ragged. */
    private static int fill(Object array, int[] shape, int dim, Object flat, int at) {
        if (!array.getClass().isArray() || Array.getLength(array) != shape[dim]) {
            return -1;
        }
        if (dim == shape.length - 1) {
            for (int i = 0; i < shape[dim]; i++) {
                Array.set(flat, at + i, Array.get(array, i));
            }
            return at + shape[dim];
        }
        int next = at;
        for (int i = 0; i < shape[dim] && next >= 0; i++) {
            Object inner = Array.get(array, i);
            next = inner == null ? -1 : fill(inner, shape, dim + 1, flat, next);
        }
        return next;
    }

    static @Nullable Object fromTns(Object value) {
        return switch (value) {
            case None none -> null;
            case Tuple tuple -> list(tuple.items());
            case ListValue items -> list(items.items());
            case Record record -> {
                Map<String, @Nullable Object> entries = new LinkedHashMap<>();
                record.entries().forEach((key, entry) -> entries.put(key, fromTns(entry)));
                yield Collections.unmodifiableMap(entries);
            }
            default -> value;
        };
    }

    private static List<@Nullable Object> list(List<Object> items) {
        List<@Nullable Object> converted = new ArrayList<>();
        items.forEach(item -> converted.add(fromTns(item)));
        return Collections.unmodifiableList(converted);
    }

    /**
     * A result as the type a Java interface promises.
     *
     * @throws ClassCastException naming both types when there is no such conversion
     */
    static @Nullable Object as(Class<?> type, Object value) {
        if (type == void.class) {
            return null;
        }
        Object plain = fromTns(value);
        Tensor tensor = plain instanceof Tensor t ? t : plain instanceof Param p ? p.value() : null;
        if (tensor != null && type == float[].class) {
            return HostArray.floats(tensor);
        }
        if (tensor != null && type == double[].class) {
            return HostArray.doubles(tensor);
        }
        if (tensor != null && type == long[].class) {
            return HostArray.longs(tensor);
        }
        boolean wantsScalar = type.isPrimitive() || Number.class.isAssignableFrom(type) || type == Boolean.class;
        if (tensor != null && wantsScalar && tensor.elements() == 1) {
            plain = tensor.item();
        }
        if (plain instanceof Number n) {
            Object narrowed = number(type, n);
            if (narrowed != null) {
                return narrowed;
            }
        }
        if (type == boolean.class && plain instanceof Boolean
                || type == String.class && plain instanceof String
                || !type.isPrimitive() && (plain == null || type.isInstance(plain))) {
            return plain;
        }
        throw new ClassCastException(
                "the script gave " + (plain == null ? "none" : plain.getClass().getSimpleName())
                        + " where Java expects " + type.getSimpleName());
    }

    private static @Nullable Object number(Class<?> type, Number n) {
        if (type == double.class || type == Double.class) {
            return n.doubleValue();
        }
        if (type == float.class || type == Float.class) {
            return n.floatValue();
        }
        if (!(n instanceof Long whole)) {
            return null;
        }
        return type == long.class || type == Long.class
                ? (Object) whole
                : type == int.class || type == Integer.class ? (Object) Math.toIntExact(whole) : null;
    }
}
