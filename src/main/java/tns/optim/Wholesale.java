package tns.optim;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tns.op.None;
import tns.tensor.DType;
import tns.tensor.Holder;
import tns.tensor.Param;
import tns.tensor.Recording;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * The step of an optimiser that looks at each parameter as a whole, at its rows and columns or at its size: computed with
 * ops, one parameter after the other. {@link Elementwise} is for those that do not.
 */
final class Wholesale implements Optimizer.Algorithm {
    /** Computes the next value of a parameter. */
    interface Rule {
        Tensor next(Step step);
    }

    /** Refuses a parameter that the optimiser can do nothing with. */
    interface Fit {
        void check(Param p);
    }

    private final Fit fit;
    private final Rule rule;

    Wholesale(Fit fit, Rule rule) {
        this.fit = fit;
        this.rule = rule;
    }

    @Override
    public void check(List<Param> params) {
        params.forEach(fit::check);
    }

    @Override
    public Object step(Optimizer self, Optimizer.@Nullable Closure closure) {
        Object loss = closure == null ? None.NONE : closure.loss();
        for (ParamGroup group : self.groups()) {
            List<Param> params = group.params();
            for (int i = 0; i < params.size(); i++) {
                Param p = params.get(i);
                Tensor gradient = p.lookAtGrad();
                if (gradient != null) {
                    ParamGroup.State state = group.state(i);
                    StepCount.of(p, group.settings(), state, (settings, counted) -> 0);
                    p.set(rule.next(new Step(p.look(), gradient, group.settings(), state)));
                    p.markGradUsed();
                }
            }
        }
        return loss;
    }

    /** The step of one parameter. */
    record Step(Tensor value, Tensor gradient, Settings settings, ParamGroup.State state) {
        /** A number of the formula, 0-d; what is recorded asks for it anew at each run. */
        Tensor number(DType dtype, Update.Amount amount) {
            Recording recording = value.device().recording();
            return recording == null
                    ? Tensor.scalar(value.device(), dtype, amount.at(settings, state))
                    : recording.number(dtype, () -> amount.at(settings, state));
        }

        /** The same in the parameter's dtype. */
        Tensor number(Update.Amount amount) {
            return number(value.dtype(), amount);
        }

        /** A setting that decides what is computed, not only with which numbers; what is recorded holds while it stays. */
        @Nullable
        Object setting(String name) {
            Object now = settings.get(name);
            Recording recording = value.device().recording();
            if (recording != null) {
                recording.onlyWhile(() -> Objects.equals(settings.get(name), now));
            }
            return now;
        }

        /** The tensor remembered under {@code name}; zeros of {@code shape} at first. */
        Tensor remembered(String name, Shape shape) {
            Tensor known = state.tensor(name);
            if (known == null) {
                known = Tensor.allocate(value.device(), value.dtype(), shape);
                state.put(name, known);
            }
            Recording recording = value.device().recording();
            if (recording != null) {
                recording.reading(new Memory(state, name), known.share());
            }
            return known;
        }

        /** Remembers {@code next} under {@code name}, of which something was remembered before; returns it. */
        Tensor keep(String name, Tensor next) {
            Memory memory = new Memory(state, name);
            Recording recording = value.device().recording();
            if (recording != null) {
                recording.replacing(memory);
            }
            Tensor settled = next.settled();
            memory.set(settled);
            return settled;
        }
    }

    /** What is remembered under a name: recorded work goes on with it at its next run. */
    private record Memory(ParamGroup.State state, String name) implements Holder {
        @Override
        public Tensor value() {
            Tensor known = state.tensor(name);
            if (known == null) {
                throw new IllegalStateException("nothing is remembered as " + name);
            }
            return known;
        }

        @Override
        public void set(Tensor next) {
            state.put(name, next.settled().share());
        }
    }
}
