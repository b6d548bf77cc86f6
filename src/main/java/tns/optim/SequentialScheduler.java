package tns.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.op.Args;

/** Schedulers one after the other, each from its milestone on: a warm-up and what follows it. */
final class SequentialScheduler extends Scheduler {
    private final List<Scheduler> parts;
    private final int[] milestones;
    private long epoch;

    SequentialScheduler(Args args) {
        super(args.name(), optimizer(args));
        parts = SchedulerParts.of(args, optimizer(), 1);
        milestones = args.ints("milestones");
        if (parts.isEmpty() || milestones.length != parts.size() - 1) {
            throw failure(parts.size() + " schedulers need " + Math.max(parts.size() - 1, 0) + " milestones, found "
                    + milestones.length);
        }
        restart();
    }

    @Override
    void advance(@Nullable Object given) {
        epoch++;
        int current = 0;
        boolean begins = false;
        while (current < milestones.length && milestones[current] <= epoch) {
            begins = milestones[current] == epoch;
            current++;
        }
        if (begins) {
            parts.get(current).restart();
        } else {
            parts.get(current).advance(given);
        }
    }

    @Override
    void begin() {
        epoch = 0;
        parts.get(0).begin();
    }

    @Override
    Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("last_epoch", epoch);
        state.put("schedulers", SchedulerParts.states(parts));
        return state;
    }

    @Override
    void state(Map<String, Object> saved) {
        epoch = (long) real(saved, "last_epoch");
        SchedulerParts.load(parts, saved);
    }
}
