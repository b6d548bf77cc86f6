package tns.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tns.Interpreter;
import tns.bench.answers.Answers;
import tns.bench.answers.TorchScript;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Tensor;

/**
 * How fast single calls are beside libtorch's operators of the same names: many of them, each briefly, to find those that
 * are behind. What {@link Rows} measures, it measures better.
 */
final class Speeds {
    private static final Path CALLS = Path.of("src", "bench", "speeds.txt");

    /** Loops over vectors are there after a second of use. */
    private static final Pace PACE = new Pace(1, 0.02, 0.3, 5);

    /** Begins a line whose call is followed by the gradients of its sum. */
    private static final String GRADIENT = "grad ";

    /** Begins a line that is a heading: the calls below it are measured in a process of their own. */
    private static final String HEADING = "# ";

    private final Map<String, String> inputs = new LinkedHashMap<>();

    private Speeds() {}

    /** Measures the calls that have one of the words, or all. */
    static List<Duel.Outcome> measure(List<String> words, int[] threads) throws IOException {
        List<Duel.Outcome> outcomes = new ArrayList<>();
        List<String> headings = Files.readAllLines(CALLS).stream()
                .filter(line -> line.startsWith(HEADING))
                .toList();
        for (String heading : headings) {
            for (int count : threads) {
                List<String> args = new ArrayList<>(List.of(heading, Integer.toString(count)));
                args.addAll(words);
                for (Duel.Outcome outcome : Child.run(Speeds.class, Duel.Outcome.class, args.toArray(String[]::new))) {
                    System.out.println(Report.line(outcome));
                    outcomes.add(outcome);
                }
            }
        }
        return outcomes;
    }

    /** @param args a heading, a number of threads, and words of which a call must have one if there are any */
    public static void main(String[] args) throws IOException {
        List<String> words = List.of(args).subList(2, args.length);
        Speeds speeds = new Speeds();
        String heading = "";
        for (String line : Files.readAllLines(CALLS)) {
            var input = Answers.INPUT.matcher(line);
            if (line.startsWith(HEADING)) {
                heading = line;
            } else if (input.matches()) {
                speeds.inputs.put(input.group(1), input.group(2));
            } else if (heading.equals(args[0])
                    && !line.isBlank()
                    && (words.isEmpty() || words.stream().anyMatch(line::contains))) {
                speeds.measure(line, Integer.parseInt(args[1]));
            }
        }
    }

    private void measure(String line, int threads) {
        boolean gradient = line.startsWith(GRADIENT);
        String call = gradient ? line.substring(GRADIENT.length()) : line;
        Map<String, String> given = new LinkedHashMap<>(inputs);
        given.keySet().removeIf(name -> !Answers.names(call, name));
        StringBuilder setup = new StringBuilder();
        Map<String, org.bytedeco.pytorch.Tensor> theirs = new LinkedHashMap<>();
        given.forEach((name, text) -> {
            setup.append(name).append(" = ").append(text).append('\n');
            Tensor value = value(text);
            boolean tracked = gradient && value.dtype().isFloat();
            setup.append(tracked ? name + " = param(" + name + ")\n" : "");
            theirs.put(name, copied(value).set_requires_grad(tracked));
        });
        try {
            String body = gradient ? "(" + call + ").sum().backward()" : "y = " + call;
            Side own = Side.tns(setup.toString(), body, line, threads);
            TorchScript script = TorchScript.of(call, given.keySet());
            Side other = Side.bestLibtorch(
                    () -> {
                        IValue result = script.apply(theirs.values());
                        if (gradient) {
                            var none = new org.bytedeco.pytorch.Tensor();
                            var kept = new BoolOptional(false);
                            result.toTensor().sum().backward(none, kept, false, new TensorArrayRefOptional());
                        }
                    },
                    threads);
            List<Times> times = PACE.measure(List.of(own, other));
            Child.answer(new Duel.Outcome(line, threads, "libtorch", times.getFirst(), times.getLast(), 1));
        } catch (RuntimeException e) {
            String why = String.valueOf(e.getMessage()).strip();
            Times none = Times.known(0);
            Child.answer(new Duel.Outcome(line, threads, why.lines().findFirst().orElse(""), none, none, 0, 0));
        }
    }

    private static Tensor value(String text) {
        Interpreter tns = new Interpreter(
                new PrintStream(PrintStream.nullOutputStream()), new BufferedReader(Reader.nullReader()), List.of());
        return (Tensor) tns.eval(text);
    }

    private static org.bytedeco.pytorch.Tensor copied(Tensor t) {
        long[] sizes =
                java.util.Arrays.stream(t.shape().toArray()).asLongStream().toArray();
        if (t.dtype() == DType.FLOAT32) {
            double[] values = HostArray.doubles(t);
            float[] floats = new float[values.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) values[i];
            }
            return org.bytedeco.pytorch.Tensor.create(floats, sizes);
        }
        if (t.dtype() == DType.FLOAT64) {
            return org.bytedeco.pytorch.Tensor.create(HostArray.doubles(t), sizes);
        }
        org.bytedeco.pytorch.Tensor longs = org.bytedeco.pytorch.Tensor.create(HostArray.longs(t), sizes);
        return t.dtype() == DType.BOOL ? longs.to(ScalarType.Bool) : longs;
    }
}
