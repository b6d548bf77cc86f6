package tns.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.op.Args;
import tns.op.TypeName;
import tns.tensor.Tensor;

/** Lowers the rates when a watched number has not become better for a while. */
final class PlateauScheduler extends Scheduler {
    private final boolean max;
    private final boolean relative;
    private final double factor;
    private final double threshold;
    private final double leastRate;
    private final double leastChange;
    private final long patience;
    private final long cooldown;
    private double best;
    private long badEpochs;
    private long cooling;
    private long epoch;

    PlateauScheduler(Args args) {
        super(args.name(), optimizer(args));
        this.max = oneOf(args, "mode", "max", "min");
        this.relative = oneOf(args, "threshold_mode", "rel", "abs");
        this.factor = args.real("factor");
        this.threshold = args.real("threshold");
        this.leastRate = args.real("min_lr");
        this.leastChange = args.real("eps");
        this.patience = args.longInteger("patience");
        this.cooldown = args.longInteger("cooldown");
        if (factor >= 1) {
            throw failure("factor must be below 1, found " + factor);
        }
        begin();
    }

    private boolean oneOf(Args args, String parameter, String yes, String no) {
        String given = args.text(parameter);
        if (!given.equals(yes) && !given.equals(no)) {
            throw failure(parameter + " must be \"" + yes + "\" or \"" + no + "\", found \"" + given + '"');
        }
        return given.equals(yes);
    }

    @Override
    void advance(@Nullable Object given) {
        Object plain = given instanceof Tensor t && t.elements() == 1 ? t.item() : given;
        if (!(plain instanceof Number watched)) {
            throw failure(
                    "step takes the number to watch, found " + (given == null ? "nothing" : TypeName.describe(given)));
        }
        epoch++;
        if (isBetter(watched.doubleValue())) {
            best = watched.doubleValue();
            badEpochs = 0;
        } else {
            badEpochs++;
        }
        if (cooling > 0) {
            cooling--;
            badEpochs = 0;
        }
        if (badEpochs > patience) {
            groups().forEach(this::lower);
            cooling = cooldown;
            badEpochs = 0;
        }
    }

    private boolean isBetter(double value) {
        if (max) {
            return value > (relative ? best * (1 + threshold) : best + threshold);
        }
        return value < (relative ? best * (1 - threshold) : best - threshold);
    }

    private void lower(ParamGroup group) {
        double next = Math.max(group.rate() * factor, leastRate);
        if (group.rate() - next > leastChange) {
            group.rate(next);
        }
    }

    @Override
    void begin() {
        best = max ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        badEpochs = 0;
        cooling = 0;
        epoch = 0;
    }

    @Override
    Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("last_epoch", epoch);
        state.put("best", best);
        state.put("num_bad_epochs", badEpochs);
        state.put("cooldown_counter", cooling);
        return state;
    }

    @Override
    void state(Map<String, Object> saved) {
        epoch = (long) real(saved, "last_epoch");
        best = real(saved, "best");
        badEpochs = (long) real(saved, "num_bad_epochs");
        cooling = (long) real(saved, "cooldown_counter");
    }
}
