package tns.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Record;
import tns.op.Tuple;
import tns.op.TypeName;

/** Schedulers one after the other, each from its milestone on: a warm-up and what follows it. */
final class SequentialScheduler extends Scheduler {
    private final List<Scheduler> parts = new ArrayList<>();
    private final int[] milestones;
    private long epoch;

    SequentialScheduler(Args args) {
        super(args.name(), optimizer(args));
        if (args.get("schedulers") instanceof Iterable<?> given) {
            for (Object item : given) {
                if (!(item instanceof Scheduler part) || part.optimizer() != optimizer()) {
                    throw failure("expected schedulers of this optimizer, found "
                                    + (item instanceof Scheduler ? "one of another" : TypeName.describe(item)))
                            .argument(1);
                }
                parts.add(part);
            }
        }
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
    void restart() {
        epoch = 0;
        groups().forEach(group -> group.rate(group.initialRate()));
        parts.get(0).restart();
    }

    @Override
    Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("last_epoch", epoch);
        state.put(
                "schedulers",
                Tuple.of(parts.stream().map(part -> new Record(part.state())).toArray()));
        return state;
    }

    @Override
    void state(Map<String, Object> saved) {
        if (!(saved.get("schedulers") instanceof Tuple states) || states.size() != parts.size()) {
            throw new TnsException(
                    ErrorKind.VALUE, "load_state_dict: the state must have " + parts.size() + " schedulers");
        }
        epoch = (long) real(saved, "last_epoch");
        for (int i = 0; i < parts.size(); i++) {
            if (states.get(i) instanceof Record record) {
                parts.get(i).state(record.entries());
            }
        }
    }
}
