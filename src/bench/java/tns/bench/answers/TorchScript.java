package tns.bench.answers;

import java.lang.ref.Reference;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Function;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A call of tns as a function of libtorch, whose inputs are its parameters in their order. */
public final class TorchScript {
    /** Holds the memory of the function. */
    private final CompilationUnit unit;

    private final Function function;

    private TorchScript(CompilationUnit unit) {
        this.unit = unit;
        this.function = unit.get_function(new QualifiedName("f"));
    }

    /** @throws RuntimeException where libtorch has no such operator, or not with such arguments */
    public static TorchScript of(String call, Set<String> inputs) {
        String names = inputs.stream().map(name -> name + ": Tensor").collect(Collectors.joining(", "));
        String script = "def f(" + names + "):\n  return " + Translation.of(call, inputs) + "\n";
        return new TorchScript(torch.compile(script));
    }

    /** @throws RuntimeException where libtorch refuses the arguments */
    public IValue apply(Collection<Tensor> arguments) {
        IValueVector values = new IValueVector();
        arguments.forEach(t -> values.push_back(new IValue(t)));
        IValue result = function.apply(values);
        Reference.reachabilityFence(unit);
        return result;
    }
}
