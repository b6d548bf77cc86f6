package tns.optim;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;
import tns.tensor.Tensor;

/**
 * One way to take a step, as a formula that one pass over a parameter computes: from its value, its gradient, what is
 * remembered of it and some numbers to its next value and what to remember.
 */
final class Update {
    /** The names of what is remembered. */
    private final List<String> state;

    private final Expr[] next;
    private final Map<Lane, Program> programs = new EnumMap<>(Lane.class);

    /**
     * Of the formulas' inputs, 0 is the value, 1 the gradient, then come the tensors remembered and then the numbers.
     *
     * @param next the next value, followed by the tensors to remember
     */
    Update(List<String> state, Expr... next) {
        this.state = state;
        this.next = next;
    }

    /** The formula of the value. */
    static Expr value() {
        return Expr.input(0);
    }

    /** The formula of the gradient. */
    static Expr gradient() {
        return Expr.input(1);
    }

    /** The same step along the negative of the gradient. */
    Update uphill() {
        Expr[] climbing = new Expr[next.length];
        for (int i = 0; i < climbing.length; i++) {
            climbing[i] = next[i].replace(gradient(), gradient().neg());
        }
        return new Update(state, climbing);
    }

    /**
     * The next value; {@code memory} is updated, in place where nobody else holds its tensors.
     *
     * @param numbers 0-d tensors of the value's dtype
     */
    Tensor apply(Tensor value, Tensor gradient, Map<String, Tensor> memory, Tensor[] numbers) {
        int count = state.size();
        Tensor[] inputs = new Tensor[2 + count + numbers.length];
        Tensor[] outputs = new Tensor[1 + count];
        inputs[0] = value;
        inputs[1] = gradient;
        outputs[0] = zeros(value);
        for (int k = 0; k < count; k++) {
            @Nullable Tensor before = memory.get(state.get(k));
            inputs[2 + k] = before == null ? zeros(value) : before;
            outputs[1 + k] = inputs[2 + k].isExclusive() ? inputs[2 + k] : zeros(value);
            if (outputs[1 + k] != before) {
                memory.put(state.get(k), outputs[1 + k]);
            }
        }
        System.arraycopy(numbers, 0, inputs, 2 + count, numbers.length);
        Program program = programs.computeIfAbsent(value.dtype().lane(), lane -> Program.of(lane, next));
        value.device().map(program, inputs, value.shape(), outputs);
        return outputs[0];
    }

    private static Tensor zeros(Tensor like) {
        return Tensor.allocate(like.device(), like.dtype(), like.shape());
    }
}
