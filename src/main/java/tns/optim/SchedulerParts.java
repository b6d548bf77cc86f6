package tns.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Record;
import tns.op.Tuple;
import tns.op.TypeName;

/** The schedulers that another one is made of: read from a call, and saved with it. */
final class SchedulerParts {
    private SchedulerParts() {}

    /**
     * The argument {@code schedulers}, which is the one of that number.
     *
     * @param wanted whose schedulers they must be; null for that of the first
     * @throws TnsException when there is none, or something that is no scheduler, or one of another optimiser
     */
    static List<Scheduler> of(Args args, @Nullable Optimizer wanted, int number) {
        List<Scheduler> parts = new ArrayList<>();
        Optimizer optimizer = wanted;
        if (args.get("schedulers") instanceof Iterable<?> given) {
            for (Object item : given) {
                if (!(item instanceof Scheduler part) || optimizer != null && part.optimizer() != optimizer) {
                    throw failure(
                            args,
                            number,
                            "expected schedulers of " + (wanted == null ? "one" : "this") + " optimizer, found "
                                    + (item instanceof Scheduler ? "one of another" : TypeName.describe(item)));
                }
                optimizer = part.optimizer();
                parts.add(part);
            }
        }
        if (parts.isEmpty()) {
            throw failure(args, number, "expected a tuple of schedulers");
        }
        return parts;
    }

    private static TnsException failure(Args args, int number, String what) {
        return new TnsException(ErrorKind.VALUE, args.name() + ": " + what).argument(number);
    }

    /** What {@link Scheduler#state()} tells of each. */
    static Tuple states(List<Scheduler> parts) {
        return Tuple.of(parts.stream().map(part -> new Record(part.state())).toArray());
    }

    /** Takes over what {@link #states} gave, under {@code schedulers} in a saved state. */
    static void load(List<Scheduler> parts, Map<String, Object> saved) {
        if (!(saved.get("schedulers") instanceof Tuple states) || states.size() != parts.size()) {
            throw new TnsException(
                    ErrorKind.VALUE, "load_state_dict: the state must have " + parts.size() + " schedulers");
        }
        for (int i = 0; i < parts.size(); i++) {
            if (states.get(i) instanceof Record record) {
                parts.get(i).state(record.entries());
            }
        }
    }
}
