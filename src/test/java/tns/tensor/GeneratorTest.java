package tns.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tns.selftest.Golden;
import tns.selftest.JsonLines;

/** Holds the draws against PyTorch's, and the stream against its own promises. */
class GeneratorTest {
    /** A call with integer arguments, a shape in parentheses perhaps, and a dtype perhaps: {@code randn(2, 3)}. */
    private static final Pattern CALL = Pattern.compile(
            "(rand|randn|randint|randperm|embedding)\\(([-0-9, ]*?)(?:,? ?\\(([0-9, ]*)\\))?(, dtype=float64)?\\)");

    @Test
    void drawsArePyTorchs() {
        int compared = 0;
        for (JsonObject line : JsonLines.resource("rng.jsonl")) {
            JsonArray calls = line.getAsJsonArray("calls");
            List<Matcher> parsed = calls.asList().stream()
                    .map(call -> CALL.matcher(call.getAsString()))
                    .toList();
            if (!parsed.stream().allMatch(Matcher::matches)) {
                continue; // layers and arithmetic go through the language
            }
            Generator generator = new Generator(line.get("seed").getAsLong());
            for (int i = 0; i < calls.size(); i++) {
                JsonElement out = line.getAsJsonArray("outs").get(i);
                Golden golden = Golden.read(
                        out.getAsJsonObject().has("weight")
                                ? out.getAsJsonObject().getAsJsonObject("weight")
                                : out.getAsJsonObject());
                double rtol = line.get("rtol").getAsDouble();
                double atol = line.get("atol").getAsDouble();
                String where = line.get("id") + " " + calls.get(i) + ": ";
                compare(where, golden, draw(generator, parsed.get(i)), rtol, atol);
                compared++;
            }
        }
        assertTrue(compared > 90, "calls compared: " + compared);
    }

    private static Object draw(Generator generator, Matcher call) {
        long[] numbers = integers(call.group(2));
        int product = product(numbers);
        DType dtype = call.group(4) == null ? DType.FLOAT32 : DType.FLOAT64;
        return switch (call.group(1)) {
            case "rand" -> generator.uniform(dtype, product, 0, 1);
            case "randn", "embedding" -> generator.normal(dtype, product);
            case "randperm" -> generator.permutation((int) numbers[0]);
            default -> {
                long low = numbers.length == 2 ? numbers[0] : 0;
                yield generator.integers(low, numbers[numbers.length - 1], product(integers(call.group(3))));
            }
        };
    }

    private static long[] integers(String list) {
        return Arrays.stream(list.split(",\\s*"))
                .filter(word -> !word.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
    }

    private static int product(long[] sizes) {
        return Math.toIntExact(Arrays.stream(sizes).reduce(1, (a, b) -> a * b));
    }

    private static void compare(String where, Golden golden, Object draws, double rtol, double atol) {
        switch (draws) {
            case long[] a -> assertArrayEquals(golden.longs(), a, where);
            case double[] a -> assertNull(golden.difference(a, rtol, atol), where);
            case float[] a -> {
                double[] wide = new double[a.length];
                for (int i = 0; i < wide.length; i++) {
                    wide[i] = a[i];
                }
                assertEquals(golden.doubles().length, wide.length, where);
                assertNull(golden.difference(wide, rtol, atol), where);
            }
            default -> throw new AssertionError(draws);
        }
    }

    private static void exact(String where, Golden golden, Object draws) {
        float[] expected = new float[golden.doubles().length];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = (float) golden.doubles()[i];
        }
        assertArrayEquals(expected, (float[]) draws, where);
    }

    /** The initial weights and biases of layers of PyTorch, such as {@code Linear(10, 2)}, to the last bit. */
    @Test
    void uniformBoundsAreAppliedInFloat32WithOneRounding() {
        int compared = 0;
        Pattern linear = Pattern.compile("linear\\((\\d+), (\\d+)\\)");
        for (JsonObject line : JsonLines.resource("rng.jsonl")) {
            Matcher call = linear.matcher(line.getAsJsonArray("calls").get(0).getAsString());
            if (!call.matches()) {
                continue;
            }
            int in = Integer.parseInt(call.group(1));
            int out = Integer.parseInt(call.group(2));
            JsonObject layer = line.getAsJsonArray("outs").get(0).getAsJsonObject();
            Generator generator = new Generator(line.get("seed").getAsLong());
            double bound = 1 / Math.sqrt(in);
            double gain = Math.sqrt(3) * (Math.sqrt(2.0 / 6) / Math.sqrt(in));
            Golden weight = Golden.read(layer.getAsJsonObject("weight"));
            Golden bias = Golden.read(layer.getAsJsonObject("bias"));
            exact("weight of " + call.group(), weight, generator.uniform(DType.FLOAT32, in * out, -gain, gain));
            exact("bias of " + call.group(), bias, generator.uniform(DType.FLOAT32, out, -bound, bound));
            compared++;
        }
        assertTrue(compared >= 5, "layers compared: " + compared);
    }

    @Test
    void aSavedStateIsTakenUpAgain() {
        Generator generator = new Generator(3);
        generator.normal(DType.FLOAT32, 1); // leaves a second value behind
        generator.uniform(DType.FLOAT32, 700, 0, 1);
        Generator.State state = generator.save();
        float[] first = (float[]) generator.normal(DType.FLOAT32, 5);
        generator.seed(8);
        generator.restore(state);
        assertArrayEquals(first, (float[]) generator.normal(DType.FLOAT32, 5));
        assertEquals(3, generator.seed());

        Generator other = new Generator();
        other.restore(state);
        assertArrayEquals(first, (float[]) other.normal(DType.FLOAT32, 5));
    }

    @Test
    void seedingDropsTheKeptNormal() {
        Generator generator = new Generator(3);
        generator.normal(DType.FLOAT64, 1);
        generator.seed(3);
        assertArrayEquals(
                (double[]) new Generator(3).normal(DType.FLOAT64, 3), (double[]) generator.normal(DType.FLOAT64, 3));
    }

    @Test
    void unseededGeneratorsDiffer() {
        assertNotEquals(new Generator().random64(), new Generator().random64());
    }

    @Test
    void meanAndDeviationScaleTheSameDraws() {
        for (int n : new int[] {5, 40}) {
            double[] plain = (double[]) new Generator(1).normal(DType.FLOAT64, n);
            double[] scaled = (double[]) new Generator(1).normal(DType.FLOAT64, n, 2, 3);
            for (int i = 0; i < n; i++) {
                assertEquals(plain[i] * 3 + 2, scaled[i], 1e-12);
            }
        }
    }

    @Test
    void blocksAgreeWithFloat64Arithmetic() {
        float[] uniform = (float[]) new Generator(5).uniform(DType.FLOAT32, 1 << 16, 0, 1);
        float[] normal = (float[]) new Generator(5).normal(DType.FLOAT32, 1 << 16);
        for (int i = 0; i < normal.length; i += 16) {
            for (int j = i; j < i + 8; j++) {
                double radius = Math.sqrt(-2 * Math.log(1f - uniform[j]));
                float theta = (float) (2 * Math.PI) * uniform[j + 8];
                assertEquals(radius * Math.cos(theta), normal[j], 4e-7 * (1 + radius));
                assertEquals(radius * Math.sin(theta), normal[j + 8], 4e-7 * (1 + radius));
            }
        }
    }

    @Test
    void wideIntegerRangesStayInside() {
        long low = Long.MIN_VALUE + 5;
        long high = Long.MAX_VALUE - 5;
        long[] draws = new Generator(2).integers(low, high, 2000);
        assertTrue(Arrays.stream(draws).allMatch(draw -> draw >= low && draw < high));
        assertTrue(Arrays.stream(draws).anyMatch(draw -> draw < 0));
        assertTrue(Arrays.stream(draws).anyMatch(draw -> draw > 0));
        assertThrows(IllegalArgumentException.class, () -> new Generator(2).integers(5, 5, 1));
    }

    @Test
    void aPermutationHoldsEveryNumberOnce() {
        long[] order = new Generator(2).permutation(1000);
        Arrays.sort(order);
        for (int i = 0; i < order.length; i++) {
            assertEquals(i, order[i]);
        }
        assertEquals(0, new Generator(2).permutation(0).length);
    }
}
