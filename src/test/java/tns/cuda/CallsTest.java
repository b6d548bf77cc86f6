package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tns.Interpreter;
import tns.TestedDevice;
import tns.error.ScriptException;
import tns.op.Display;
import tns.op.Op;
import tns.op.Tuple;
import tns.tensor.HostArray;
import tns.tensor.Param;
import tns.tensor.Tensor;

/**
 * The calls of {@code src/bench/calls.txt}, which {@code bin/bench --answers} compares with libtorch, give on a CUDA
 * device what they give in host memory: values, gradients of their weighted sum, and errors.
 */
class CallsTest {
    private static final Path CALLS = Path.of("src", "bench", "calls.txt");
    private static final Pattern INPUT = Pattern.compile("(\\w+) = (.+)");

    /** Sums and products are computed in another order; what is left of a cancelled sum may differ by more digits. */
    private static final double HALF_ULPS = 300;

    /** One tensor of an answer, or a number. */
    private record Values(String what, double[] elements) {
        boolean agrees(Values other) {
            boolean same = what.equals(other.what) && elements.length == other.elements.length;
            double ulp = what.startsWith("float64") ? 0x1p-53 : 0x1p-24;
            for (int i = 0; same && i < elements.length; i++) {
                double a = elements[i];
                double b = other.elements[i];
                same = Double.compare(a, b) == 0
                        || a == b
                        || Math.abs(a - b) <= HALF_ULPS * ulp * Math.max(1, Math.abs(b));
            }
            return same;
        }

        @Override
        public String toString() {
            return what + Arrays.toString(elements);
        }
    }

    /** A session with the inputs of the calls. */
    private static final class Side {
        private final Interpreter tns = new Interpreter(
                new PrintStream(PrintStream.nullOutputStream()), new BufferedReader(Reader.nullReader()), List.of());
        private final Map<String, String> inputs = new LinkedHashMap<>();

        Side(String device) {
            tns.device(device);
        }

        /** What the call gives, or the words of its error. */
        List<Values> answer(String call) {
            List<String> names = inputs.keySet().stream()
                    .filter(name ->
                            Pattern.compile("\\b" + name + "\\b").matcher(call).find())
                    .toList();
            for (String name : names) {
                tns.eval(name + " = " + inputs.get(name));
                tns.eval("if is_floating_point(" + name + ") { " + name + " = param(" + name + ") }");
            }
            List<Values> found = new ArrayList<>();
            try {
                collect(tns.eval(call), found);
            } catch (ScriptException e) {
                return List.of(new Values(e.summary().replace(TestedDevice.NAME, "cpu"), new double[0]));
            }
            for (String name : names) {
                if (tns.eval(name) instanceof Param p && p.grad() instanceof Tensor gradient) {
                    found.add(values(gradient));
                }
            }
            return found;
        }

        private void collect(Object value, List<Values> found) {
            switch (value) {
                case Tensor t -> {
                    found.add(values(t));
                    if (t.dtype().isFloat() && t.requiresGrad()) {
                        tns.set("result", t);
                        tns.eval("weights = cos(arange(result.numel()).to(result.dtype)).reshape(result.shape)");
                        tns.eval("(result * weights).sum().backward()");
                    }
                }
                case Param p -> collect(p.value(), found);
                case Tuple parts -> parts.forEach(part -> collect(part, found));
                case Number number -> found.add(new Values("number", new double[] {number.doubleValue()}));
                default -> found.add(new Values(TestedDevice.anywhere(Display.text(value)), new double[0]));
            }
        }

        private static Values values(Tensor t) {
            return new Values(t.dtype().word() + t.shape(), HostArray.doubles(t));
        }
    }

    /** What device and host memory give differently. */
    private static void compare(String call, Side host, Side device, List<String> differing) {
        List<Values> expected = host.answer(call);
        List<Values> found = device.answer(call);
        boolean same = expected.size() == found.size();
        for (int i = 0; same && i < found.size(); i++) {
            same = found.get(i).agrees(expected.get(i));
        }
        if (!same) {
            differing.add(call + "\n  host    " + expected + "\n  device  " + found);
        }
    }

    @Test
    void giveWhatTheyGiveInHostMemory() throws IOException {
        Side host = new Side("cpu");
        Side device = new Side(TestedDevice.NAME);
        List<String> differing = new ArrayList<>();
        int calls = 0;
        for (String line : Files.readAllLines(CALLS)) {
            var input = INPUT.matcher(line);
            if (input.matches()) {
                host.inputs.put(input.group(1), input.group(2));
                device.inputs.put(input.group(1), input.group(2));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                calls++;
                compare(line.split(" ~ ", -1)[0], host, device, differing);
            }
        }
        assertTrue(calls > 1000, calls + " calls");
        assertEquals(0, differing.size(), () -> String.join("\n", differing));
    }

    @Test
    void soDoTheExamplesOfTheReference() {
        List<String> differing = new ArrayList<>();
        for (Op op : new Side("cpu").tns.ops().ops()) {
            for (Op.Example example : op.examples()) {
                // A seed gives PyTorch's numbers in host memory only.
                if (!example.call().contains("seed(")) {
                    compare(example.call(), new Side("cpu"), new Side(TestedDevice.NAME), differing);
                }
            }
        }
        assertEquals(0, differing.size(), () -> String.join("\n", differing));
    }
}
