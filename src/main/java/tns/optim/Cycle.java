package tns.optim;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Callable;
import tns.tensor.Tensor;

/** The rates and momenta of cycles (Smith, 2017): straight up from one bound to the other and down again. */
final class Cycle implements EpochScheduler.Rule {
    private final Args args;
    private final double up;
    private final double length;

    Cycle(Args args) {
        this.args = args;
        double down = args.has("step_size_down") ? args.real("step_size_down") : args.real("step_size_up");
        this.up = args.real("step_size_up");
        this.length = up + down;
        if (!(up > 0 && down > 0)) {
            throw failure("step_size_up and step_size_down must be above 0, found " + up + " and " + down);
        }
        String mode = args.text("mode");
        if (!args.has("scale_fn")
                && !mode.equals("triangular")
                && !mode.equals("triangular2")
                && !mode.equals("exp_range")) {
            throw failure("mode must be \"triangular\", \"triangular2\" or \"exp_range\", found \"" + mode + '"');
        }
        String scale = args.text("scale_mode");
        if (!scale.equals("cycle") && !scale.equals("iterations")) {
            throw failure("scale_mode must be \"cycle\" or \"iterations\", found \"" + scale + '"');
        }
        if (args.flag("cycle_momentum")) {
            Scheduler.requireMomentum(args);
        }
        for (ParamGroup group : Scheduler.optimizer(args).groups()) {
            group.startFrom(Scheduler.forGroup(args, "base_lr", group));
        }
    }

    private TnsException failure(String what) {
        return new TnsException(ErrorKind.VALUE, args.name() + ": " + what);
    }

    @Override
    public double rate(double step, double now, double base, ParamGroup group) {
        double cycle = Math.floor(1 + step / length);
        double part = 1 + step / length - cycle;
        double rising = up / length;
        double height = (part <= rising ? part / rising : (part - 1) / (rising - 1)) * scale(cycle, step);
        if (args.flag("cycle_momentum")) {
            double high = Scheduler.forGroup(args, "max_momentum", group);
            group.momentum(high - (high - Scheduler.forGroup(args, "base_momentum", group)) * height);
        }
        return base + (Scheduler.forGroup(args, "max_lr", group) - base) * height;
    }

    /** How much of the full height a cycle has at a step. */
    private double scale(double cycle, double step) {
        if (args.has("scale_fn")) {
            return called(args.text("scale_mode").equals("cycle") ? cycle : step);
        }
        return switch (args.text("mode")) {
            case "triangular2" -> Math.pow(2, 1 - cycle);
            case "exp_range" -> Math.pow(args.real("gamma"), step);
            default -> 1;
        };
    }

    private double called(double at) {
        Object answer = args.get("scale_fn") instanceof Callable f ? f.call(args.context(), at) : null;
        Object plain = answer instanceof Tensor t && t.elements() == 1 ? t.item() : answer;
        if (plain instanceof Number n) {
            return n.doubleValue();
        }
        throw failure("scale_fn must be a function that gives a number").help("scale_fn=x -> 0.9 ** x");
    }
}
