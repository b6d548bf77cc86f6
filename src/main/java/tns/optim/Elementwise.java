package tns.optim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.op.None;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** The step of an optimiser that looks at each element by itself: a formula, applied to all parameters with a gradient. */
final class Elementwise implements Optimizer.Algorithm {
    /** Writes the formula of the next value. */
    interface Rule {
        Expr next(Update.Formula formula);
    }

    /** Looks at a parameter before its step, and says by a small number which of its formulas holds. */
    interface Phase {
        int of(Settings settings, ParamGroup.State state);
    }

    private final Phase phase;
    private final Rule rule;
    private final Map<Long, Update> updates = new HashMap<>();
    /** The one that was asked for last, and for what. */
    private @Nullable Update update;

    private long asked;

    Elementwise(Phase phase, Rule rule) {
        this.phase = phase;
        this.rule = rule;
    }

    /** Steps of parameters that are taken in one pass. */
    private record Batch(Update update, DType dtype, Device device, List<Update.Task> tasks) {
        boolean takes(Update other, Tensor value) {
            return update == other && dtype == value.dtype() && device == value.device();
        }
    }

    @Override
    public Object step(Optimizer self, Optimizer.@Nullable Closure closure) {
        Object loss = closure == null ? None.NONE : closure.loss();
        List<Batch> batches = new ArrayList<>();
        for (ParamGroup group : self.groups()) {
            Settings settings = group.settings();
            List<Param> params = group.params();
            for (int i = 0; i < params.size(); i++) {
                Param p = params.get(i);
                Tensor gradient = p.lookAtGrad();
                if (gradient != null) {
                    ParamGroup.State state = group.state(i);
                    Update update = update(settings, StepCount.of(p, settings, state, phase));
                    Tensor value = p.look();
                    batch(batches, update, value).tasks.add(new Update.Task(p, value, gradient, settings, state));
                }
            }
        }
        for (Batch batch : batches) {
            batch.update.run(batch.tasks);
        }
        return loss;
    }

    private Update update(Settings settings, int number) {
        long wanted = settings.bits() << 4 | number;
        Update known = update;
        if (known == null || asked != wanted) {
            known = updates.computeIfAbsent(wanted, key -> Update.of(rule, settings, number));
            update = known;
            asked = wanted;
        }
        return known;
    }

    /** The batch that a parameter of this value goes with; mostly the one before it. */
    private static Batch batch(List<Batch> batches, Update update, Tensor value) {
        for (int i = batches.size() - 1; i >= 0; i--) {
            if (batches.get(i).takes(update, value)) {
                return batches.get(i);
            }
        }
        Batch fresh = new Batch(update, value.dtype(), value.device(), new ArrayList<>());
        batches.add(fresh);
        return fresh;
    }
}
