package tns.optim;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;

/** The rates and momenta of the one-cycle policy: straight or cosine pieces between the ends of its phases. */
final class OneCycle implements EpochScheduler.Rule {
    /** Up to step {@code end} the rate and the momentum go from one of their levels to another. */
    private record Phase(double end, int rateFrom, int rateTo, int momentumFrom, int momentumTo) {}

    private static final int INITIAL = 0;
    private static final int MAX = 1;
    private static final int MIN = 2;
    private static final int LOW = 0;
    private static final int HIGH = 1;

    private final Args args;
    private final int total;
    private final boolean straight;
    private final Phase[] phases;

    OneCycle(Args args) {
        this.args = args;
        this.total = args.has("total_steps")
                ? args.integer("total_steps")
                : args.has("epochs") && args.has("steps_per_epoch")
                        ? Math.multiplyExact(args.integer("epochs"), args.integer("steps_per_epoch"))
                        : 0;
        double up = args.real("pct_start");
        this.straight = Scheduler.straight(args);
        if (total < 1) {
            throw failure("needs total_steps, or epochs and steps_per_epoch");
        }
        if (!(up >= 0 && up <= 1)) {
            throw failure("pct_start must lie between 0 and 1, found " + up);
        }
        phases = args.flag("three_phase")
                ? new Phase[] {
                    new Phase(up * total - 1, INITIAL, MAX, HIGH, LOW),
                    new Phase(2 * up * total - 2, MAX, INITIAL, LOW, HIGH),
                    new Phase(total - 1, INITIAL, MIN, HIGH, HIGH)
                }
                : new Phase[] {
                    new Phase(up * total - 1, INITIAL, MAX, HIGH, LOW), new Phase(total - 1, MAX, MIN, LOW, HIGH)
                };
        if (args.flag("cycle_momentum")) {
            Scheduler.requireMomentum(args);
        }
        for (ParamGroup group : Scheduler.optimizer(args).groups()) {
            group.startFrom(rates(group)[INITIAL]);
        }
    }

    private TnsException failure(String what) {
        return new TnsException(ErrorKind.VALUE, "one_cycle_lr: " + what);
    }

    private double[] rates(ParamGroup group) {
        double max = Scheduler.forGroup(args, "max_lr", group);
        double initial = max / args.real("div_factor");
        return new double[] {initial, max, initial / args.real("final_div_factor")};
    }

    @Override
    public double rate(double step, double now, double base, ParamGroup group) {
        if (step > total) {
            throw failure("step " + (long) step + " is beyond the total of " + total)
                    .help("total_steps is the number of batches over all epochs");
        }
        double start = 0;
        int i = 0;
        while (i < phases.length - 1 && step > phases[i].end) {
            start = phases[i++].end;
        }
        Phase phase = phases[i];
        double part = phase.end == start ? 1 : (step - start) / (phase.end - start);
        if (args.flag("cycle_momentum")) {
            double[] momenta = {args.real("base_momentum"), args.real("max_momentum")};
            group.momentum(between(momenta[phase.momentumFrom], momenta[phase.momentumTo], part));
        }
        double[] rates = rates(group);
        return between(rates[phase.rateFrom], rates[phase.rateTo], part);
    }

    private double between(double from, double to, double part) {
        return straight ? (to - from) * part + from : to + (from - to) / 2 * (Math.cos(Math.PI * part) + 1);
    }
}
