package tns.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.op.Args;

/** Schedulers that act one after the other at every step, each on the rates that the one before it has set. */
final class ChainedScheduler extends Scheduler {
    private final List<Scheduler> parts;

    /** The chain of the argument {@code schedulers}, each of which has set the rates of its epoch 0 when it was made. */
    static ChainedScheduler of(Args args) {
        return new ChainedScheduler(
                args.name(), SchedulerParts.of(args, args.has("optimizer") ? optimizer(args) : null, 0));
    }

    private ChainedScheduler(String name, List<Scheduler> parts) {
        super(name, parts.get(0).optimizer());
        this.parts = parts;
    }

    @Override
    void advance(@Nullable Object given) {
        if (given != null) {
            throw takesNothing();
        }
        parts.forEach(part -> part.advance(null));
    }

    @Override
    void begin() {
        parts.forEach(Scheduler::begin);
    }

    @Override
    Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("schedulers", SchedulerParts.states(parts));
        return state;
    }

    @Override
    void state(Map<String, Object> saved) {
        SchedulerParts.load(parts, saved);
    }
}
