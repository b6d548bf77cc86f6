package tns.optim;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;
import tns.tensor.Param;
import tns.tensor.Recording;
import tns.tensor.Tensor;

/**
 * One way to take a step, as a formula that one pass over a parameter computes: from its value, its gradient, what is
 * remembered of it and some numbers to its next value and what to remember.
 */
final class Update {
    /** A number of the formula: computed in double for every step, then rounded to the parameter's dtype. */
    interface Amount {
        double at(Settings settings, ParamGroup.State state);
    }

    /** A number that the settings alone decide. */
    interface Setting {
        double of(Settings settings);
    }

    /** What an input of the formula after the value and the gradient is: a number, or else a tensor remembered. */
    private static final class Input {
        private final String name;
        private final @Nullable Amount amount;
        /** Whether the settings alone decide the number. */
        private final boolean steady;

        private double number;
        private @Nullable Tensor scalar;
        /** Whose numbers the scalar holds, while work is recorded: they may part ways later. */
        private @Nullable Recording recorded;

        private @Nullable Settings settings;
        private int version;

        Input(String name, @Nullable Amount amount, boolean steady) {
            this.name = name;
            this.amount = amount;
            this.steady = steady;
        }

        Tensor of(Tensor value, Settings own, ParamGroup.State state) {
            if (amount == null) {
                return state.tensorOr(name, value);
            }
            Recording recording = value.device().recording();
            return recording == null
                    ? scalar(amount, value, own, state)
                    : recorded(recording, amount, value, own, state);
        }

        /** A number that each run of a recording asks for anew; made once for all parameters that share settings. */
        private Tensor recorded(
                Recording recording, Amount amount, Tensor value, Settings own, ParamGroup.State state) {
            double now = amount.at(own, state);
            Tensor known = scalar;
            if (known == null
                    || recorded != recording
                    || settings != own
                    || !isNumber(now)
                    || known.dtype() != value.dtype()) {
                known = keep(recording.number(value.dtype(), () -> amount.at(own, state)), now, own);
                recorded = recording;
            }
            return known;
        }

        /** Made once for all parameters: in one step the numbers of most are the same. */
        private Tensor scalar(Amount amount, Tensor value, Settings own, ParamGroup.State state) {
            Tensor known = recorded == null && scalar != null && fits(scalar, value) ? scalar : null;
            if (known != null && steady && settings == own && version == own.version()) {
                return known;
            }
            double now = amount.at(own, state);
            Tensor next = known != null && isNumber(now) ? known : Tensor.scalar(value.device(), value.dtype(), now);
            recorded = null;
            return keep(next, now, own);
        }

        private boolean isNumber(double other) {
            return Double.doubleToRawLongBits(number) == Double.doubleToRawLongBits(other);
        }

        private static boolean fits(Tensor known, Tensor value) {
            return known.dtype() == value.dtype() && known.device() == value.device();
        }

        private Tensor keep(Tensor next, double now, Settings own) {
            scalar = next;
            number = now;
            settings = own;
            version = own.version();
            return next;
        }
    }

    private final List<Input> inputs;
    private final List<String> kept;
    /** Which of the program's inputs each of the kept values is so far; -1 for none. */
    private final int[] before;

    private final Expr[] outputs;
    private final Map<Lane, Program> programs = new EnumMap<>(Lane.class);

    private Update(Formula formula, Expr next) {
        this.inputs = formula.inputs;
        this.kept = formula.kept;
        this.before = kept.stream().mapToInt(this::input).toArray();
        formula.outputs.addFirst(next);
        this.outputs = formula.outputs.toArray(new Expr[0]);
    }

    private int input(String state) {
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).amount == null && inputs.get(i).name.equals(state)) {
                return 2 + i;
            }
        }
        return -1;
    }

    /** The update a rule writes for these settings, as far as they choose among formulas. */
    static Update of(Elementwise.Rule rule, Settings settings, int phase) {
        Formula formula = new Formula(settings, phase);
        return new Update(formula, rule.next(formula));
    }

    /** A formula being written. */
    static final class Formula {
        private final Settings settings;
        private final int phase;
        private final List<Input> inputs = new ArrayList<>();
        private final List<String> kept = new ArrayList<>();
        private final List<Expr> outputs = new ArrayList<>();

        private Formula(Settings settings, int phase) {
            this.settings = settings;
            this.phase = phase;
        }

        /** The parameter's value; shrunk by weight decay where that acts apart from the gradient. */
        Expr value(boolean decoupled) {
            Expr p = Expr.input(0);
            return decoupled && on("weight_decay") ? p.mul(number(s -> 1 - s.real("lr") * s.real("weight_decay"))) : p;
        }

        Expr value() {
            return Expr.input(0);
        }

        /** The gradient of what is made small; with weight decay in it unless that acts apart. */
        Expr gradient(boolean decoupled) {
            Expr g = on("maximize") ? Expr.input(1).neg() : Expr.input(1);
            return decoupled || !on("weight_decay") ? g : g.add(value().mul(setting("weight_decay")));
        }

        /** The tensor remembered under {@code name}, zeros at first. */
        Expr state(String name) {
            return input(new Input(name, null, false));
        }

        /** The present value of a setting. */
        Expr setting(String name) {
            return number(s -> s.real(name));
        }

        Expr number(Amount amount) {
            return input(new Input("", amount, false));
        }

        Expr number(Setting setting) {
            return input(new Input("", (s, state) -> setting.of(s), true));
        }

        private Expr input(Input input) {
            inputs.add(input);
            return Expr.input(1 + inputs.size());
        }

        /** Remembers {@code next} under {@code name}, and returns it. */
        Expr keep(String name, Expr next) {
            kept.add(name);
            outputs.add(next);
            return next;
        }

        /** The running mean of {@code g} under {@code name}; the older part weighs {@code beta}. */
        Expr mean(String name, Expr g, Setting beta) {
            Expr before = state(name);
            return keep(name, before.add(number(s -> 1 - beta.of(s)).mul(g.sub(before))));
        }

        /** The running mean of {@code g} squared under {@code name}. */
        Expr meanSquare(String name, Expr g, Setting beta) {
            Expr older = state(name).mul(number(beta));
            return keep(name, older.add(g.mul(g).mul(number(s -> 1 - beta.of(s)))));
        }

        /** Whether a flag is set, or a number not zero. */
        boolean on(String setting) {
            return settings.on(setting);
        }

        /** Which of the optimiser's formulas this is. */
        int phase() {
            return phase;
        }
    }

    /** Whether what is remembered may be written in place; a recording must, to find it again at its next run. */
    private static boolean exclusive(String name, Tensor before, ParamGroup.State state) {
        if (before.device().recording() instanceof Recording r) {
            if (!before.isExclusive()) {
                r.refused(new TnsException(
                        ErrorKind.DEVICE,
                        "compile: what the optimizer remembers is held by somebody else, as by state_dict()"));
            }
            r.onlyWhile(() -> state.tensor(name) == before && before.isExclusive());
        }
        return before.isExclusive();
    }

    /** The step of one parameter. */
    record Task(Param param, Tensor value, Tensor gradient, Settings settings, ParamGroup.State state) {
        /** Whether every number of a formula is the same for {@code other}. */
        boolean hasNumbersOf(Task other) {
            return settings == other.settings && state.hasNumbersOf(other.state);
        }
    }

    /** Takes the steps of parameters of one device, dtype and formula together, and marks their gradients as used. */
    void run(List<Task> tasks) {
        Tensor[][] given = new Tensor[tasks.size()][];
        Tensor[][] results = new Tensor[tasks.size()][];
        for (int i = 0; i < given.length; i++) {
            Task task = tasks.get(i);
            boolean alike = i > 0 && task.hasNumbersOf(tasks.get(i - 1));
            given[i] = inputs(task, alike ? given[i - 1] : null);
            results[i] = outputs(task, given[i]);
        }
        Tensor first = given[0][0];
        Program program = programs.computeIfAbsent(first.dtype().lane(), lane -> Program.of(lane, outputs));
        first.device().mapEach(program, given, results);
        for (int i = 0; i < given.length; i++) {
            Task task = tasks.get(i);
            for (int k = 0; k < before.length; k++) {
                Tensor next = results[i][1 + k];
                if (next != remembered(k, task, given[i])) {
                    task.state.put(kept.get(k), next);
                }
            }
            task.param.set(results[i][0]);
            task.param.markGradUsed();
        }
    }

    /** @param alike the inputs of a task of the same numbers, which need not be computed again */
    private Tensor[] inputs(Task task, Tensor @Nullable [] alike) {
        Tensor value = task.value;
        Tensor[] given = new Tensor[2 + inputs.size()];
        given[0] = value;
        given[1] = task.gradient;
        Tensor @Nullable [] known = value.device().recording() == null ? alike : null;
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            given[2 + i] =
                    known != null && input.amount != null ? known[2 + i] : input.of(value, task.settings, task.state);
        }
        return given;
    }

    /** What kept value {@code k} has been so far; zeros at first. */
    private Tensor remembered(int k, Task task, Tensor[] given) {
        return before[k] < 0 ? task.state.tensorOr(kept.get(k), given[0]) : given[before[k]];
    }

    /** Room for the next value; what is remembered is written in place where nobody else holds it. */
    private Tensor[] outputs(Task task, Tensor[] given) {
        Tensor value = given[0];
        Tensor[] results = new Tensor[outputs.length];
        Recording recording = value.device().recording();
        results[0] = recording != null && recording.records()
                ? recording.over(value)
                : Tensor.room(value.device(), value.dtype(), value.shape());
        for (int k = 0; k < before.length; k++) {
            Tensor before = remembered(k, task, given);
            results[1 + k] = exclusive(kept.get(k), before, task.state)
                    ? before
                    : Tensor.allocate(value.device(), value.dtype(), value.shape());
        }
        return results;
    }
}
