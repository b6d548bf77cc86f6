package tns.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.AutogradOps;
import tns.op.Callable;
import tns.op.Display;
import tns.op.Members;
import tns.op.Method;
import tns.op.None;
import tns.op.Record;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.GradMode;
import tns.tensor.Param;
import tns.tensor.Tensor;

/**
 * Changes parameters by their gradients: groups of parameters, each with settings of its own, and the step they take.
 *
 * <p>A setting is read and set by its name ({@code opt.lr = 0.1} sets it in every group) or in one group
 * ({@code opt.param_groups[1].lr = 0.1}).
 */
public final class Optimizer implements Members, TypeName.Typed {
    /** How an optimiser makes one step over all groups; the result is the closure's loss, or none. */
    interface Algorithm {
        Object step(Optimizer self, @Nullable Closure closure);

        /**
         * Looks at the parameters of a group before it is added.
         *
         * @throws TnsException for one that the optimiser can do nothing with
         */
        default void check(List<Param> params) {}
    }

    /** Computes the loss anew, and the gradients with it. */
    interface Closure {
        /** The loss; afterwards each parameter behind it holds its gradient. */
        Tensor loss();
    }

    private final String name;
    private final List<ParamGroup> groups = new ArrayList<>();
    private final Settings defaults;
    private final Algorithm algorithm;

    /** The optimiser whose settings are the arguments of {@code args} beside {@code params}. */
    Optimizer(Args args, Algorithm algorithm) {
        Map<String, Object> settings = args.byName();
        Object params = settings.remove("params");
        this.name = args.name();
        this.algorithm = algorithm;
        this.defaults = new Settings(name, settings);
        if (params instanceof Iterable<?> items && startsWithRecord(items)) {
            for (Object item : items) {
                add(item == null ? None.NONE : item);
            }
        } else {
            groups.add(group(params == null ? None.NONE : params));
        }
        requireDistinct();
    }

    /** The optimiser that applies {@code rule} to each parameter that has a gradient. */
    static Optimizer of(Args args, Elementwise.Rule rule) {
        return of(args, (settings, state) -> 0, rule);
    }

    /** The same, with several formulas to choose from. */
    static Optimizer of(Args args, Elementwise.Phase phase, Elementwise.Rule rule) {
        return new Optimizer(args, new Elementwise(phase, rule));
    }

    private static boolean startsWithRecord(Iterable<?> items) {
        var all = items.iterator();
        return all.hasNext() && all.next() instanceof Record && !(items instanceof Record);
    }

    private void add(Object given) {
        if (!(given instanceof Record record) || record.member("params") == null) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            name + ": a group is a record with params, found " + TypeName.describe(given))
                    .help("({params: net.body.parameters()}, {params: net.head.parameters(), lr: 0.1})")
                    .argument(0);
        }
        Map<String, Object> entries = record.entries();
        ParamGroup group = group(entries.getOrDefault("params", None.NONE));
        group.set(entries);
        groups.add(group);
    }

    private ParamGroup group(Object params) {
        List<Param> found = Params.of(name, params);
        algorithm.check(found);
        return new ParamGroup(found, defaults.copy());
    }

    private void requireDistinct() {
        Set<Param> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (ParamGroup group : groups) {
            for (Param p : group.params()) {
                if (!seen.add(p)) {
                    throw new TnsException(
                                    ErrorKind.VALUE,
                                    name + ": a parameter of shape " + p.look().shape() + " is given twice")
                            .argument(0);
                }
            }
        }
    }

    String name() {
        return name;
    }

    /** Whether it looks at each element by itself. */
    public boolean isElementwise() {
        return algorithm instanceof Elementwise;
    }

    List<ParamGroup> groups() {
        return groups;
    }

    void zeroGrad() {
        groups.forEach(group -> group.params().forEach(Param::dropGrad));
    }

    /**
     * One step. A closure is called with cleared gradients and gives the loss; it may run backward itself, as PyTorch's
     * do, and where it has not, that is done here.
     */
    private Object step(Args args) {
        int count = groups.size();
        args.context().onlyWhile(() -> groups.size() == count);
        if (!args.has("closure")) {
            return GradMode.without(() -> algorithm.step(this, null));
        }
        if (!(args.get("closure") instanceof Callable given)) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "step: the closure must be a function, found " + TypeName.describe(args.get("closure")))
                    .help("opt.step(() -> mse_loss(net(x), y))")
                    .argument(0);
        }
        return GradMode.without(() -> algorithm.step(this, () -> {
            zeroGrad();
            Object loss = GradMode.with(true, () -> given.call(args.context()));
            if (!(loss instanceof Tensor t) || t.elements() != 1) {
                throw new TnsException(
                                ErrorKind.VALUE,
                                "step: the closure must give the loss, a tensor of one element, found "
                                        + TypeName.describe(loss))
                        .argument(0);
            }
            if (groups.stream().allMatch(g -> g.params().stream().allMatch(p -> p.lookAtGrad() == null))) {
                AutogradOps.backward(t, null, false);
            }
            return t.detach();
        }));
    }

    /** Changes a setting such as {@code lr} in every group, or the groups themselves. */
    public void assign(String member, Object value) {
        if (member.equals("param_groups")) {
            assignGroups(value);
        } else {
            groups.forEach(group -> group.settings().set(member, value));
        }
    }

    private void assignGroups(Object value) {
        if (!(value instanceof Tuple records) || records.size() != groups.size()) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            name + ": param_groups holds " + groups.size() + " records, found "
                                    + TypeName.describe(value))
                    .help("add_param_group({params: …}) adds one");
        }
        for (int i = 0; i < records.size(); i++) {
            if (!(records.get(i) instanceof Record record)) {
                throw new TnsException(
                        ErrorKind.VALUE, name + ": a group is a record, found " + TypeName.describe(records.get(i)));
            }
            groups.get(i).set(record.entries());
        }
    }

    private final Method step = Method.of("step(closure: any = none)", this::step);
    private final Method zeroGrad = Method.of("zero_grad()", args -> {
        zeroGrad();
        return None.NONE;
    });
    private final Method addGroup = Method.of("add_param_group(group: any)", args -> {
        args.context().refuseWhileRecording("an optimizer is given another group");
        add(args.get("group"));
        try {
            requireDistinct();
        } catch (TnsException e) {
            groups.removeLast();
            throw e;
        }
        return None.NONE;
    });
    private final Method stateDict = Method.of("state_dict()", args -> OptimizerState.of(this));
    private final Method loadStateDict = Method.of("load_state_dict(state: any)", args -> {
        args.context().refuseWhileRecording("the state of an optimizer is loaded");
        OptimizerState.load(this, args.get("state"));
        return None.NONE;
    });

    @Override
    public @Nullable Object member(String member) {
        return switch (member) {
            case "step" -> step;
            case "zero_grad" -> zeroGrad;
            case "add_param_group" -> addGroup;
            case "state_dict" -> stateDict;
            case "load_state_dict" -> loadStateDict;
            case "param_groups" ->
                Tuple.of(groups.stream().map(Optimizer::shown).toArray()).share();
            default -> setting(member);
        };
    }

    /** A group as a record; shared, so that an assignment into it makes a new one, which then comes to assign. */
    private static Record shown(ParamGroup group) {
        Record record = new Record(group.entries(group.shownParams()));
        record.share();
        return record;
    }

    /** The value all groups agree on, or the tuple of their values. */
    private @Nullable Object setting(String member) {
        if (!defaults.has(member)) {
            return null;
        }
        Object[] values =
                groups.stream().map(g -> g.settings().get(member)).distinct().toArray();
        return values.length == 1
                ? values[0]
                : Tuple.of(groups.stream().map(g -> g.settings().get(member)).toArray());
    }

    @Override
    public Collection<String> memberNames() {
        List<String> names = new ArrayList<>(
                List.of("step", "zero_grad", "param_groups", "add_param_group", "state_dict", "load_state_dict"));
        names.addAll(defaults.values().keySet());
        return names;
    }

    @Override
    public String typeName() {
        return "optimizer";
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name).append('(');
        if (groups.size() > 1) {
            text.append(groups.size()).append(" groups, ");
        }
        text.append(groups.stream().mapToInt(g -> g.params().size()).sum()).append(" parameters");
        Map<String, Object> shown = new LinkedHashMap<>();
        defaults.values().keySet().forEach(key -> shown.put(key, setting(key)));
        shown.forEach((key, value) -> text.append(", ").append(key).append('=').append(Display.quoted(value)));
        return text.append(')').toString();
    }
}
