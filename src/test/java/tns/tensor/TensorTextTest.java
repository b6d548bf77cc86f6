package tns.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tns.selftest.Golden;
import tns.selftest.JsonLines;

/** Holds the text of tensors that need no computing against PyTorch's. */
class TensorTextTest {
    private static final Pattern LITERAL =
            Pattern.compile("tensor\\((.+?)(?:, dtype=(\\w+))?(, requires_grad=true)?\\)");
    private static final Pattern ZEROS = Pattern.compile("zeros\\((\\d+(?:, \\d+)*)(?:, dtype=(\\w+))?\\)");
    private static final Pattern SEQUENCE =
            Pattern.compile("(arange|linspace)\\(([-0-9., ]+)\\)(?:\\.reshape\\(([0-9, ]+)\\))?");

    @Test
    void textIsPyTorchs() {
        int compared = 0;
        for (JsonObject line : JsonLines.resource("printing.jsonl")) {
            String call = line.get("call").getAsString();
            JsonObject inputs = line.getAsJsonObject("inputs");
            Golden golden = call.equals("x0") ? Golden.read(inputs.getAsJsonObject("x0")) : built(call);
            if (golden != null) {
                Tensor t = Tensor.upload(ArrayDevice.CPU, golden.dtype(), Shape.of(golden.sizes()), golden.hostArray());
                assertEquals(line.get("text").getAsString(), TensorText.of(t, golden.requiresGrad()), call);
                compared++;
            }
        }
        assertTrue(compared > 50, "texts compared: " + compared);
    }

    private static @Nullable Golden built(String call) {
        Matcher literal = LITERAL.matcher(call);
        Matcher zeros = ZEROS.matcher(call);
        Matcher sequence = SEQUENCE.matcher(call);
        if (literal.matches()) {
            return literal(JsonParser.parseString(literal.group(1)), literal.group(2), literal.group(3) != null);
        }
        if (zeros.matches()) {
            DType dtype = dtype(zeros.group(2), DType.FLOAT32);
            int[] sizes = integers(zeros.group(1));
            int n = Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
            return new Golden(dtype, sizes, new double[dtype.isFloat() ? n : 0], new long[n], false);
        }
        if (sequence.matches()) {
            double[] values;
            double[] numbers = Arrays.stream(sequence.group(2).split(", "))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            boolean linspace = sequence.group(1).equals("linspace");
            if (linspace) {
                double step = (numbers[1] - numbers[0]) / (numbers[2] - 1);
                values = LongStream.range(0, (long) numbers[2])
                        .mapToDouble(i -> (float) (numbers[0] + i * step))
                        .toArray();
            } else {
                values =
                        DoubleStream.iterate(0, v -> v < numbers[0], v -> v + 1).toArray();
            }
            int[] sizes = sequence.group(3) == null ? new int[] {values.length} : integers(sequence.group(3));
            DType dtype = linspace || sequence.group(2).contains(".") ? DType.FLOAT32 : DType.INT64;
            long[] longs = Arrays.stream(values).mapToLong(v -> (long) v).toArray();
            return new Golden(dtype, sizes, values, longs, false);
        }
        return null;
    }

    private static Golden literal(JsonElement json, @Nullable String dtypeWord, boolean requiresGrad) {
        List<Integer> sizes = new ArrayList<>();
        List<String> leaves = new ArrayList<>();
        for (JsonElement e = json; e.isJsonArray(); e = e.getAsJsonArray().get(0)) {
            sizes.add(e.getAsJsonArray().size());
        }
        flatten(json, leaves);
        boolean bools = leaves.stream().allMatch(leaf -> leaf.equals("true") || leaf.equals("false"));
        boolean floats = leaves.stream().anyMatch(leaf -> leaf.matches(".*[.eni].*"));
        DType dtype = dtype(dtypeWord, bools ? DType.BOOL : floats ? DType.FLOAT32 : DType.INT64);
        double[] doubles = new double[leaves.size()];
        long[] longs = new long[leaves.size()];
        for (int i = 0; i < doubles.length; i++) {
            String leaf = leaves.get(i).replace("nan", "NaN").replace("inf", "Infinity");
            doubles[i] = bools ? 0 : Double.parseDouble(leaf);
            longs[i] = bools ? (leaf.equals("true") ? 1 : 0) : (long) doubles[i];
        }
        return new Golden(dtype, sizes.stream().mapToInt(Integer::intValue).toArray(), doubles, longs, requiresGrad);
    }

    private static void flatten(JsonElement json, List<String> leaves) {
        if (json instanceof JsonArray array) {
            array.forEach(item -> flatten(item, leaves));
        } else {
            leaves.add(json.getAsString());
        }
    }

    private static DType dtype(@Nullable String word, DType otherwise) {
        DType named = word == null ? null : DType.named(word);
        return named == null ? otherwise : named;
    }

    private static int[] integers(String list) {
        return Arrays.stream(list.split(", ")).mapToInt(Integer::parseInt).toArray();
    }

    @Test
    void anyViewIsReadInItsOwnOrder() {
        Tensor t = Tensor.upload(ArrayDevice.CPU, DType.INT64, Shape.of(2, 3), new long[] {1, 2, 3, 4, 5, 6});
        assertEquals(
                "tensor([[3, 6],\n        [2, 5],\n        [1, 4]])",
                TensorText.of(t.viewed(t.view().slice(1, 2, -1, 3).permute(new int[] {1, 0}))));
        assertEquals(
                "tensor([[2, 2, 2],\n        [5, 5, 5]])",
                TensorText.of(t.viewed(t.view().slice(1, 1, 1, 1).expand(Shape.of(2, 3)))));
    }

    @Test
    void otherDevicesAreNamed() {
        Tensor t = Tensor.upload(new ArrayDevice("cuda:0"), DType.FLOAT64, Shape.of(1), new double[] {0.5});
        assertEquals("tensor([0.5000], device='cuda:0', dtype=float64)", TensorText.of(t));
    }

    @Test
    void suffixesThatDoNotFitStartALine() {
        double[] values = new double[8];
        Arrays.fill(values, -0.25);
        Tensor t = Tensor.upload(ArrayDevice.CPU, DType.FLOAT64, Shape.of(8), values);
        assertEquals(
                "tensor([" + "-0.2500, ".repeat(7) + "-0.2500],\n       dtype=float64, requires_grad=true)",
                TensorText.of(t, true));
    }

    @Test
    void zerosAloneDoNotDecideTheFormat() {
        float[] values = {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY};
        Tensor t = Tensor.upload(ArrayDevice.CPU, DType.FLOAT32, Shape.of(4), values);
        assertEquals("tensor([0., -0., nan, inf])", TensorText.of(t));
    }

    @Test
    void ofManyElementsOnlyTheShownDecideTheFormat() {
        float[] values = new float[2000];
        Arrays.fill(values, 1f);
        values[1000] = 0.12345f;
        Tensor t = Tensor.upload(ArrayDevice.CPU, DType.FLOAT32, Shape.of(2000), values);
        assertEquals("tensor([1., 1., 1.,  ..., 1., 1., 1.])", TensorText.of(t));
    }

    @Test
    void emptyTensorsNameWhatTheElementsWouldShow() {
        Tensor t = Tensor.upload(ArrayDevice.CPU, DType.BOOL, Shape.of(2, 0), new byte[0]);
        assertEquals("tensor([], size=(2, 0), dtype=bool)", TensorText.of(t));
    }
}
