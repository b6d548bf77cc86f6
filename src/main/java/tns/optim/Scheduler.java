package tns.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Members;
import tns.op.Method;
import tns.op.None;
import tns.op.Record;
import tns.op.Tuple;
import tns.op.TypeName;

/** Sets the learning rates of an optimiser as training goes on; {@code step()} is called once an epoch. */
abstract class Scheduler implements Members, TypeName.Typed {
    private final String name;
    private final Optimizer optimizer;

    Scheduler(String name, Optimizer optimizer) {
        this.name = name;
        this.optimizer = optimizer;
    }

    /** The optimiser among the arguments of the call that makes a scheduler. */
    static Optimizer optimizer(Args args) {
        if (args.get("optimizer") instanceof Optimizer optimizer) {
            return optimizer;
        }
        throw new TnsException(
                        ErrorKind.VALUE,
                        args.name() + ": expected an optimizer, found " + TypeName.describe(args.get("optimizer")))
                .help(args.name() + "(sgd(net, lr=0.1), …)")
                .argument(0);
    }

    final String name() {
        return name;
    }

    final Optimizer optimizer() {
        return optimizer;
    }

    final List<ParamGroup> groups() {
        return optimizer.groups();
    }

    /** Goes on by one epoch; {@code given} is what step was called with, null for nothing. */
    abstract void advance(@Nullable Object given);

    /** Goes back to epoch 0, and sets its rates from those in force. */
    abstract void begin();

    /** Goes back to epoch 0, whose rates follow from the initial ones. */
    final void restart() {
        groups().forEach(group -> group.rate(group.initialRate()));
        begin();
    }

    /** A number of the call that makes a scheduler: one for all groups, or a tuple with one for each. */
    static double forGroup(Args args, String parameter, ParamGroup group) {
        List<ParamGroup> groups = optimizer(args).groups();
        Object given = args.get(parameter);
        Object own = given instanceof Tuple t && t.size() == groups.size() ? t.get(groups.indexOf(group)) : given;
        if (own instanceof Number n) {
            return n.doubleValue();
        }
        throw new TnsException(
                ErrorKind.VALUE,
                args.name() + ": " + parameter + " must be a number, or a tuple with one for each of the "
                        + groups.size() + " groups, found " + TypeName.describe(given));
    }

    /** Whether a call's {@code anneal_strategy} is "linear"; else it is "cos". */
    static boolean straight(Args args) {
        String strategy = args.text("anneal_strategy");
        if (!strategy.equals("linear") && !strategy.equals("cos")) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    args.name() + ": anneal_strategy must be \"cos\" or \"linear\", found \"" + strategy + '"');
        }
        return strategy.equals("linear");
    }

    /** Fails where an optimiser has no momentum, which the call's {@code cycle_momentum} would change. */
    static void requireMomentum(Args args) {
        Optimizer optimizer = optimizer(args);
        Settings settings = optimizer.groups().get(0).settings();
        if (!settings.has("momentum") && !settings.has("betas")) {
            throw new TnsException(ErrorKind.VALUE, args.name() + ": " + optimizer.name() + " has no momentum to cycle")
                    .help("pass cycle_momentum=false");
        }
    }

    /** The numbers it goes on from, by name. */
    abstract Map<String, Object> state();

    /** Takes over such numbers, which are all there. */
    abstract void state(Map<String, Object> saved);

    final TnsException failure(String what) {
        return new TnsException(ErrorKind.VALUE, name + ": " + what);
    }

    final TnsException takesNothing() {
        return failure("step takes no arguments");
    }

    /** A number of a saved state. */
    final double real(Map<String, Object> saved, String key) {
        if (saved.get(key) instanceof Number n) {
            return n.doubleValue();
        }
        throw new TnsException(
                ErrorKind.VALUE, "load_state_dict: the state has no " + key + ", which " + name + " needs");
    }

    private final Method step = Method.of("step(at: any = none)", args -> {
        args.context().refuseWhileRecording("a scheduler takes a step");
        advance(args.has("at") ? args.get("at") : null);
        return None.NONE;
    });
    private final Method lastRates = Method.of("get_last_lr()", args -> rates());
    private final Method stateDict = Method.of("state_dict()", args -> new Record(new LinkedHashMap<>(state())));
    private final Method loadStateDict = Method.of("load_state_dict(state: any)", args -> {
        if (!(args.get("state") instanceof Record record)) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    "load_state_dict: the state must be a record, found " + TypeName.describe(args.get("state")));
        }
        args.context().refuseWhileRecording("the state of a scheduler is loaded");
        state(record.entries());
        return None.NONE;
    });

    private Tuple rates() {
        List<Object> rates = new ArrayList<>();
        groups().forEach(group -> rates.add(group.rate()));
        return Tuple.of(rates);
    }

    @Override
    public @Nullable Object member(String member) {
        return switch (member) {
            case "step" -> step;
            case "get_last_lr" -> lastRates;
            case "state_dict" -> stateDict;
            case "load_state_dict" -> loadStateDict;
            default -> state().get(member);
        };
    }

    @Override
    public Collection<String> memberNames() {
        List<String> names = new ArrayList<>(List.of("step", "get_last_lr", "state_dict", "load_state_dict"));
        names.addAll(state().keySet());
        return names;
    }

    @Override
    public String typeName() {
        return "scheduler";
    }

    @Override
    public String toString() {
        return name + "(" + optimizer.name() + ", lr=" + tns.op.Display.text(rates()) + ")";
    }
}
