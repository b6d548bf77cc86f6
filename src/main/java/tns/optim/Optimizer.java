package tns.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.nn.Module;
import tns.op.Callable;
import tns.op.Context;
import tns.op.Members;
import tns.op.None;
import tns.op.TypeName;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** The parameters of an optimiser, its settings by name, and the step all of them take together. */
public final class Optimizer implements Members, TypeName.Typed {
    /** How a parameter changes. Settings may change between steps: some choose among formulas, others are numbers. */
    interface Rule {
        /** The formula for these settings at this step, counted from 1: a small number that means it. */
        int variant(Map<String, Object> settings, int steps);

        /** The formula that a number means. */
        Update update(int variant);

        /** The numbers the formulas take. */
        double[] numbers(Map<String, Object> settings, int steps);
    }

    /** What an optimiser remembers of one parameter. */
    private static final class State {
        private final Map<String, Tensor> tensors = new LinkedHashMap<>();
        private int steps;
    }

    private final String name;
    private final List<Param> params;
    private final Map<String, Object> settings;
    private final Rule rule;
    private final List<State> states = new ArrayList<>();
    private final Map<Integer, Update> updates = new HashMap<>();

    Optimizer(String name, List<Param> params, Map<String, Object> settings, Rule rule) {
        this.name = name;
        this.params = params;
        this.settings = settings;
        this.rule = rule;
        params.forEach(p -> states.add(new State()));
    }

    /** The parameters in a model, a tuple or a list; an empty one is an error. */
    static List<Param> params(String op, Object given) {
        List<Param> found = new ArrayList<>();
        switch (given) {
            case Module m -> found.addAll(m.namedParameters().values());
            case Param p -> found.add(p);
            case Iterable<?> items -> {
                for (Object item : items) {
                    if (!(item instanceof Param p)) {
                        throw new TnsException(
                                        ErrorKind.VALUE,
                                        op + ": " + (item == null ? "nothing" : TypeName.describe(item))
                                                + " is not a parameter")
                                .help("param(x) makes one; net.parameters() has those of a model")
                                .argument(0);
                    }
                    found.add(p);
                }
            }
            default ->
                throw new TnsException(
                                ErrorKind.VALUE,
                                op + ": expected parameters or a model, found " + TypeName.describe(given))
                        .argument(0);
        }
        if (found.isEmpty()) {
            throw new TnsException(ErrorKind.VALUE, op + ": there are no parameters to optimise").argument(0);
        }
        return found;
    }

    private void step() {
        Tensor[] numbers = {};
        int steps = 0;
        for (int i = 0; i < params.size(); i++) {
            Param p = params.get(i);
            Tensor gradient = p.grad();
            if (gradient != null) {
                State state = states.get(i);
                state.steps++;
                Tensor value = p.value();
                if (state.steps != steps || !suit(numbers, value)) {
                    steps = state.steps;
                    numbers = numbers(value, steps);
                }
                Update update = updates.computeIfAbsent(rule.variant(settings, steps), rule::update);
                p.set(update.apply(value, gradient, state.tensors, numbers));
                p.markGradUsed();
            }
        }
    }

    /** The numbers of this step as tensors like {@code value}: the same for most parameters. */
    private Tensor[] numbers(Tensor value, int steps) {
        double[] plain = rule.numbers(settings, steps);
        Tensor[] numbers = new Tensor[plain.length];
        for (int k = 0; k < plain.length; k++) {
            numbers[k] = Tensor.scalar(value.device(), value.dtype(), plain[k]);
        }
        return numbers;
    }

    private static boolean suit(Tensor[] numbers, Tensor value) {
        return numbers.length > 0 && numbers[0].dtype() == value.dtype() && numbers[0].device() == value.device();
    }

    @Override
    public @Nullable Object member(String member) {
        return switch (member) {
            case "step" -> method(member, this::step);
            case "zero_grad" -> method(member, () -> params.forEach(p -> p.grad(null)));
            default -> settings.get(member);
        };
    }

    /** Changes a setting such as {@code lr}. */
    public void assign(String setting, Object value) {
        if (!settings.containsKey(setting)) {
            throw new TnsException(ErrorKind.NAME, name + ": has no setting '" + setting + "'")
                    .help("its settings are " + String.join(", ", settings.keySet()));
        }
        settings.put(setting, value);
    }

    private static Callable method(String name, Runnable body) {
        return new Callable() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Object call(Context context, Object[] positional, Map<String, Object> named) {
                body.run();
                return None.NONE;
            }
        };
    }

    @Override
    public Collection<String> memberNames() {
        List<String> names = new ArrayList<>(List.of("step", "zero_grad"));
        names.addAll(settings.keySet());
        return names;
    }

    @Override
    public String typeName() {
        return "optimizer";
    }

    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder(name).append('(').append(params.size()).append(" parameters");
        settings.forEach(
                (key, value) -> text.append(", ").append(key).append('=').append(tns.op.Display.text(value)));
        return text.append(')').toString();
    }
}
