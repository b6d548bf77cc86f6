package tns.selftest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import org.jspecify.annotations.Nullable;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * A tensor as the conformance files write it: dtype, sizes and row-major elements.
 *
 * @param doubles the elements of a float tensor, those of float32 already narrowed; empty for other dtypes
 * @param longs the elements of an int64 or bool tensor (0 and 1); empty for other dtypes
 */
public record Golden(DType dtype, int[] sizes, double[] doubles, long[] longs, boolean requiresGrad) {
    /** Reads {@code {"dtype": …, "shape": […], "data": […]}}. */
    public static Golden read(JsonObject json) {
        DType dtype = DType.named(json.get("dtype").getAsString());
        if (dtype == null) {
            throw new IllegalArgumentException("unknown dtype in " + json);
        }
        JsonArray shape = json.getAsJsonArray("shape");
        int[] sizes = new int[shape.size()];
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] = shape.get(d).getAsInt();
        }
        JsonArray data = json.getAsJsonArray("data");
        double[] doubles = new double[dtype.isFloat() ? data.size() : 0];
        long[] longs = new long[dtype.isFloat() ? 0 : data.size()];
        for (int i = 0; i < data.size(); i++) {
            JsonPrimitive element = data.get(i).getAsJsonPrimitive();
            if (dtype.isFloat()) {
                double value = number(element);
                doubles[i] = dtype == DType.FLOAT32 ? (float) value : value;
            } else {
                longs[i] = element.isBoolean() ? (element.getAsBoolean() ? 1 : 0) : element.getAsLong();
            }
        }
        boolean requiresGrad =
                json.has("requires_grad") && json.get("requires_grad").getAsBoolean();
        return new Golden(dtype, sizes, doubles, longs, requiresGrad);
    }

    /** Whether {@code json} has the fields of a tensor. */
    static boolean isTensor(JsonElement json) {
        return json.isJsonObject()
                && json.getAsJsonObject().has("dtype")
                && json.getAsJsonObject().has("data");
    }

    /** The elements as a host array of the dtype's kind: float[], double[], long[] or byte[]. */
    public Object hostArray() {
        return switch (dtype) {
            case FLOAT32 -> {
                float[] narrow = new float[doubles.length];
                for (int i = 0; i < narrow.length; i++) {
                    narrow[i] = (float) doubles[i];
                }
                yield narrow;
            }
            case FLOAT64 -> doubles.clone();
            case INT64 -> longs.clone();
            case BOOL -> {
                byte[] bytes = new byte[longs.length];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) longs[i];
                }
                yield bytes;
            }
        };
    }

    /**
     * What differs between this and {@code actual}, or null when dtype and shape are the same and every element has
     * {@code |v - e| <= atol + rtol |e|}, or is the same NaN, infinity, integer or bool.
     */
    public @Nullable String difference(Tensor actual, double rtol, double atol) {
        Shape shape = Shape.of(sizes);
        if (actual.dtype() != dtype || !actual.shape().equals(shape)) {
            return "expected " + dtype.word() + shape + ", found " + actual.describe();
        }
        if (dtype.isFloat()) {
            return difference(HostArray.doubles(actual), rtol, atol);
        }
        long[] values = HostArray.longs(actual);
        for (int i = 0; i < values.length; i++) {
            if (values[i] != longs[i]) {
                return "element " + i + ": expected " + longs[i] + ", found " + values[i];
            }
        }
        return null;
    }

    /** What differs between this float tensor's elements and {@code values}, or null. */
    public @Nullable String difference(double[] values, double rtol, double atol) {
        for (int i = 0; i < values.length; i++) {
            double expected = doubles[i];
            double value = values[i];
            boolean close = Double.isNaN(expected)
                    ? Double.isNaN(value)
                    : value == expected || Math.abs(value - expected) <= atol + rtol * Math.abs(expected);
            // an infinite bound would let any finite value pass for an infinity
            if (!close || Double.isInfinite(expected) && value != expected) {
                return "element " + i + ": expected " + expected + ", found " + value;
            }
        }
        return null;
    }

    private static double number(JsonPrimitive element) {
        if (!element.isString()) {
            return element.getAsDouble();
        }
        return switch (element.getAsString()) {
            case "nan" -> Double.NaN;
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> throw new IllegalArgumentException("not a number: " + element);
        };
    }
}
