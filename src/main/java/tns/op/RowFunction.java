package tns.op;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tns.expr.Lane;
import tns.expr.RowProgram;
import tns.expr.RowProgram.Extent;
import tns.tensor.DType;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Functions of rows in one pass over memory, on devices that offer it; their gradients are such passes too. */
final class RowFunction {
    private RowFunction() {}

    /** The same function written with other ops, for derivatives of its gradient. */
    @FunctionalInterface
    interface Composite {
        Tensor of(Tensor[] inputs);
    }

    /** The gradient with respect to input {@code i}, computed without recording. */
    @FunctionalInterface
    interface Rule {
        Tensor of(int i, Tensor y, Tensor dy);
    }

    /** Whether the device of {@code x} offers passes over its rows along {@code dim}. */
    static boolean suits(Tensor x, int dim) {
        return x.dtype().isFloat()
                && dim == x.rank() - 1
                && x.elements() > 0
                && x.device().runsRows(x.elements() / x.size(dim), x.size(dim));
    }

    /** Whether {@code other} can go into one pass with {@code x}; true for none. */
    static boolean goesWith(Tensor x, @Nullable Tensor other) {
        return other == null || other.dtype() == x.dtype() && other.device() == x.device();
    }

    /**
     * The outputs of a program over rows along the last dim of {@code shape}: in that shape, or for those of rows without
     * its last dim. All have the first input's dtype; nothing is recorded.
     */
    static Tensor[] run(Function<Lane, RowProgram> function, Shape shape, Tensor... inputs) {
        DType dtype = inputs[0].dtype();
        RowProgram program = function.apply(dtype.lane());
        Tensor[] read = new Tensor[inputs.length];
        for (int i = 0; i < read.length; i++) {
            read[i] = Casts.contiguous(inputs[i].plain());
        }
        List<Extent> results = program.results();
        Tensor[] outputs = new Tensor[results.size()];
        for (int o = 0; o < outputs.length; o++) {
            Shape own = results.get(o) == Extent.ELEMENT ? shape : shape.without(shape.rank() - 1);
            outputs[o] = Tensor.room(inputs[0].device(), dtype, own);
        }
        int n = shape.size(-1);
        inputs[0].device().rows(program, read, Shape.of(shape.elements() / n, n), outputs);
        for (int i = 0; i < read.length; i++) {
            if (!read[i].sharesMemory(inputs[i])) {
                read[i].release();
            }
        }
        return outputs;
    }

    /** {@code y} with the history that it was computed from {@code inputs}, where that is to be recorded. */
    static Tensor recorded(String op, Tensor y, Composite composite, Rule rule, Tensor... inputs) {
        return recorded(op, y, new Tensor[0], composite, rule, inputs);
    }

    /** The same for a rule that needs {@code saved} besides the inputs and the result. */
    static Tensor recorded(String op, Tensor y, Tensor[] saved, Composite composite, Rule rule, Tensor... inputs) {
        for (Tensor input : inputs) {
            if (Reductions.tracked(input)) {
                return y.withOrigin(new RowOrigin(op, saved, composite, rule, inputs));
            }
        }
        return y;
    }

    private static final class RowOrigin extends Origin {
        private final Composite composite;
        private final Rule rule;
        /** The recorded gradients for {@link #known}: asked for one by one, computed together. */
        private @Nullable Tensor @Nullable [] gradients;

        private @Nullable Tensor known;

        RowOrigin(String op, Tensor[] saved, Composite composite, Rule rule, Tensor[] inputs) {
            super(op, inputs);
            for (Tensor value : saved) {
                save(value);
            }
            this.composite = composite;
            this.rule = rule;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            if (!GradMode.enabled()) {
                return rule.of(i, y, dy);
            }
            @Nullable Tensor[] all = gradients;
            if (known != dy || all == null) {
                Tensor[] places = new Tensor[inputCount()];
                for (int k = 0; k < places.length; k++) {
                    places[k] = Movement.alias(input(k));
                }
                all = Gradients.by(composite.of(places), places).of(dy, places, true);
            }
            boolean more = false;
            for (int k = i + 1; k < inputCount(); k++) {
                more |= input(k).requiresGrad();
            }
            gradients = more ? all : null;
            known = more ? dy : null;
            return Objects.requireNonNull(all)[i];
        }
    }
}
