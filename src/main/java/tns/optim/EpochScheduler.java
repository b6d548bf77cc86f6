package tns.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A scheduler whose rates follow from the number of the epoch, from the rate before or from the initial one. */
final class EpochScheduler extends Scheduler {
    /** A group's rate at an epoch. */
    interface Rule {
        /**
         * The rate.
         *
         * @param epoch the epoch from 0 on; a fraction only where {@code step(epoch)} is allowed
         * @param now the rate in force, at epoch 0 the initial one
         * @param base the initial rate
         */
        double rate(double epoch, double now, double base, ParamGroup group);
    }

    private final Rule rule;
    private final boolean takesEpoch;
    private double epoch;

    /** The scheduler, which sets the rates of epoch 0 at once. */
    EpochScheduler(String name, Optimizer optimizer, boolean takesEpoch, Rule rule) {
        super(name, optimizer);
        this.rule = rule;
        this.takesEpoch = takesEpoch;
        set();
    }

    private void set() {
        for (ParamGroup group : groups()) {
            double base = group.initialRate();
            group.rate(rule.rate(epoch, group.rate(), base, group));
        }
    }

    @Override
    void advance(@Nullable Object given) {
        if (given == null) {
            epoch++;
        } else if (takesEpoch && given instanceof Number n && n.doubleValue() >= 0) {
            epoch = n.doubleValue();
        } else {
            throw takesEpoch ? failure("step takes an epoch from 0 on") : takesNothing();
        }
        set();
    }

    @Override
    void begin() {
        epoch = 0;
        set();
    }

    @Override
    Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("last_epoch", epoch == Math.rint(epoch) ? (Object) (long) epoch : (Object) epoch);
        return state;
    }

    @Override
    void state(Map<String, Object> saved) {
        epoch = real(saved, "last_epoch");
    }
}
