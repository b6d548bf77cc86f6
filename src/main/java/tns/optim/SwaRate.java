package tns.optim;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;

/** The rates for averaging weights (Izmailov et al., 2018): from those in force to constant ones. */
final class SwaRate implements EpochScheduler.Rule {
    private final Args args;
    private final int epochs;
    private final boolean straight;

    SwaRate(Args args) {
        this.args = args;
        this.epochs = args.integer("anneal_epochs");
        this.straight = Scheduler.straight(args);
        if (epochs < 0) {
            throw new TnsException(ErrorKind.VALUE, "swa_lr: anneal_epochs must not be negative, found " + epochs);
        }
        for (ParamGroup group : Scheduler.optimizer(args).groups()) {
            Scheduler.forGroup(args, "swa_lr", group);
        }
    }

    /** From the rate in force, which may have been set meanwhile, back to the one it came from, and on from there. */
    @Override
    public double rate(double epoch, double now, double base, ParamGroup group) {
        double to = Scheduler.forGroup(args, "swa_lr", group);
        double step = epochs == 0 ? Math.max(1, epoch) : epoch;
        double before = part(step - 1);
        double from = before == 1 ? to : (now - before * to) / (1 - before);
        double part = part(step);
        return to * part + from * (1 - part);
    }

    /** How much of the way is gone at a step. */
    private double part(double step) {
        double t = Math.max(0, Math.min(1, step / Math.max(1, epochs)));
        return straight ? t : (1 - Math.cos(Math.PI * t)) / 2;
    }
}
