package tns.bench.answers;

import java.io.BufferedReader;
import java.io.PrintStream;
import java.io.Reader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tns.Interpreter;
import tns.error.ScriptException;
import tns.op.Tuple;
import tns.tensor.HostArray;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** The side of tns: the call as it stands, in an interpreter that has the inputs as variables. */
final class TnsSide {
    private final Interpreter tns = new Interpreter(
            new PrintStream(PrintStream.nullOutputStream()), new BufferedReader(Reader.nullReader()), List.of());
    /** The texts that make the inputs. */
    private final Map<String, String> inputs = new LinkedHashMap<>();

    void input(String name, String text) {
        inputs.put(name, text);
    }

    Map<String, Answer.Values> values() {
        Map<String, Answer.Values> values = new LinkedHashMap<>();
        inputs.forEach((name, text) -> values.put(name, values((Tensor) tns.eval(text))));
        return values;
    }

    Map<String, List<Integer>> sizes() {
        Map<String, List<Integer>> sizes = new LinkedHashMap<>();
        inputs.forEach((name, text) -> sizes.put(name, sizes((Tensor) tns.eval(text))));
        return sizes;
    }

    Answer answer(String call) {
        inputs.forEach((name, text) -> {
            Tensor value = (Tensor) tns.eval(text);
            tns.set(name, value);
            if (value.dtype().isFloat()) {
                tns.eval(name + " = param(" + name + ")");
            }
        });
        try {
            List<Tensor> tensors = new ArrayList<>();
            List<Answer.Values> results = new ArrayList<>();
            collect(tns.eval(call), tensors, results);
            return new Answer(results, gradients(call, tensors), "");
        } catch (ScriptException e) {
            return Answer.failed(e.summary());
        }
    }

    private static void collect(Object value, List<Tensor> tensors, List<Answer.Values> results) {
        switch (value) {
            case Tensor t -> {
                tensors.add(t);
                results.add(values(t));
            }
            case Param p -> collect(p.value(), tensors, results);
            case Tuple parts -> parts.forEach(part -> collect(part, tensors, results));
            case Boolean truth -> results.add(Answer.Values.number(truth ? 1 : 0));
            default -> results.add(Answer.Values.number(((Number) value).doubleValue()));
        }
    }

    private Map<String, Answer.Values> gradients(String call, List<Tensor> results) {
        for (Tensor y : results) {
            if (y.dtype().isFloat() && y.requiresGrad()) {
                tns.set("result", y);
                tns.eval("weights = cos(arange(result.numel()).to(result.dtype)).reshape(result.shape)");
                tns.eval("(result * weights).sum().backward()");
            }
        }
        Map<String, Answer.Values> gradients = new LinkedHashMap<>();
        for (String name : inputs.keySet()) {
            if (tns.eval(name) instanceof Param p && p.grad() instanceof Tensor gradient && Answers.names(call, name)) {
                gradients.put(name, values(gradient));
            }
        }
        return gradients;
    }

    private static Answer.Values values(Tensor t) {
        return new Answer.Values(t.dtype().word(), sizes(t).toString(), HostArray.doubles(t));
    }

    private static List<Integer> sizes(Tensor t) {
        return Arrays.stream(t.shape().toArray()).boxed().toList();
    }
}
