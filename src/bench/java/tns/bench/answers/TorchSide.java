package tns.bench.answers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Libtorch's side: the call as TorchScript, whose functions are its operators. */
final class TorchSide {
    private static final Map<ScalarType, String> WORDS = Map.of(
            ScalarType.Float, "float32",
            ScalarType.Double, "float64",
            ScalarType.Long, "int64",
            ScalarType.Bool, "bool");

    private TorchSide() {}

    /** The answer to {@code call} with these inputs, each given in row-major order. */
    static Answer answer(String call, Map<String, Answer.Values> inputs, Map<String, List<Integer>> sizes) {
        Map<String, Tensor> given = new LinkedHashMap<>();
        inputs.forEach((name, values) -> given.put(name, tensor(values, sizes.get(name))));
        try {
            IValue result = TorchScript.of(call, given.keySet()).apply(given.values());
            List<Tensor> tensors = new ArrayList<>();
            List<Answer.Values> results = new ArrayList<>();
            collect(result, tensors, results);
            return new Answer(results, gradients(call, given, tensors), "");
        } catch (RuntimeException e) {
            return Answer.failed(String.valueOf(e.getMessage()));
        }
    }

    private static Tensor tensor(Answer.Values values, List<Integer> sizes) {
        ScalarType type = WORDS.entrySet().stream()
                .filter(e -> e.getValue().equals(values.dtype()))
                .findFirst()
                .orElseThrow()
                .getKey();
        Tensor t = torch.empty(sizes.stream().mapToLong(n -> n).toArray()).to(ScalarType.Double);
        Tensor flat = t.view(new long[] {-1});
        for (int i = 0; i < values.elements().length; i++) {
            flat.select(0, i).fill_(new Scalar(values.elements()[i]));
        }
        Tensor typed = t.to(type);
        return typed.is_floating_point() ? typed.set_requires_grad(true) : typed;
    }

    private static void collect(IValue value, List<Tensor> tensors, List<Answer.Values> results) {
        if (value.isTensor()) {
            tensors.add(value.toTensor());
            results.add(values(value.toTensor()));
        } else if (value.isTuple()) {
            var parts = value.toTupleRef().elements();
            for (long i = 0; i < parts.size(); i++) {
                collect(parts.get(i), tensors, results);
            }
        } else if (value.isTensorList()) {
            var parts = value.toTensorVector();
            for (long i = 0; i < parts.size(); i++) {
                collect(new IValue(parts.get(i)), tensors, results);
            }
        } else {
            boolean one = value.isBool() && value.toBool();
            double number = value.isBool() ? one ? 1 : 0 : value.isInt() ? value.toInt() : value.toDouble();
            results.add(Answer.Values.number(number));
        }
    }

    private static Map<String, Answer.Values> gradients(String call, Map<String, Tensor> given, List<Tensor> results) {
        for (Tensor y : results) {
            if (y.is_floating_point() && y.requires_grad()) {
                Tensor weights = torch.arange(new Scalar(y.numel()))
                        .to(y.scalar_type())
                        .cos()
                        .reshape(y.sizes());
                y.mul(weights)
                        .sum()
                        .backward(new Tensor(), new BoolOptional(true), false, new TensorArrayRefOptional());
            }
        }
        Map<String, Answer.Values> gradients = new LinkedHashMap<>();
        given.forEach((name, t) -> {
            if (t.grad().defined() && Answers.names(call, name)) {
                gradients.put(name, values(t.grad()));
            }
        });
        return gradients;
    }

    private static Answer.Values values(Tensor t) {
        Tensor flat = t.detach().to(ScalarType.Double).contiguous().view(new long[] {-1});
        double[] elements = new double[(int) t.numel()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = flat.select(0, i).item_double();
        }
        List<Long> sizes = new ArrayList<>();
        for (long d = 0; d < t.dim(); d++) {
            sizes.add(t.size(d));
        }
        return new Answer.Values(WORDS.getOrDefault(t.scalar_type().intern(), "another"), sizes.toString(), elements);
    }
}
