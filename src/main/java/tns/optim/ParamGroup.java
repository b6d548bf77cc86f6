package tns.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Tuple;
import tns.tensor.Param;
import tns.tensor.Recording;
import tns.tensor.Tensor;

/** Parameters that share settings, and what the optimiser remembers of each. */
final class ParamGroup {
    /** What an optimiser remembers of one parameter: the steps taken, numbers and tensors under PyTorch's names. */
    static final class State {
        private static final String STEP = "step";

        private int step;
        private final Map<String, Object> numbers = new LinkedHashMap<>();
        private final Map<String, Tensor> tensors = new LinkedHashMap<>();

        /** All of it by name. */
        Map<String, Object> values() {
            Map<String, Object> values = new LinkedHashMap<>();
            if (step > 0) {
                values.put(STEP, (long) step);
            }
            values.putAll(numbers);
            values.putAll(tensors);
            return values;
        }

        /** Remembers this, and nothing else. */
        void values(Map<String, Object> values) {
            step = 0;
            numbers.clear();
            tensors.clear();
            values.forEach(this::put);
        }

        @Nullable
        Tensor tensor(String name) {
            return tensors.get(name);
        }

        /** The tensor of that name, which starts as zeros like {@code p}. */
        Tensor tensorOr(String name, Tensor p) {
            Tensor known = tensors.get(name);
            if (known == null) {
                if (p.device().recording() instanceof Recording r) {
                    r.refused(new TnsException(ErrorKind.DEVICE, "compile: the optimizer sees a parameter first"));
                }
                known = Tensor.allocate(p.device(), p.dtype(), p.shape());
                put(name, known);
            }
            return known;
        }

        /** What is neither a tensor nor the number of steps. */
        @Nullable
        Object other(String name) {
            return numbers.get(name);
        }

        double real(String name, double start) {
            return numbers.get(name) instanceof Number n ? n.doubleValue() : start;
        }

        /** Whether the numbers are those of {@code other}; tensors do not count. */
        boolean hasNumbersOf(State other) {
            return step == other.step && numbers.equals(other.numbers);
        }

        /** What brings the numbers back that are remembered now; tensors stay as they are. */
        Runnable numbers() {
            int stepBefore = step;
            Map<String, Object> before = new LinkedHashMap<>(numbers);
            return () -> {
                step = stepBefore;
                numbers.clear();
                numbers.putAll(before);
            };
        }

        void put(String name, Object value) {
            if (value instanceof Tensor t) {
                tensors.put(name, t.hold());
            } else if (name.equals(STEP) && value instanceof Number n) {
                step = n.intValue();
            } else {
                numbers.put(name, value);
            }
        }

        /** Counts one step more; the first is 1. */
        void count() {
            step++;
        }

        /** The steps taken with this parameter. */
        int step() {
            return step;
        }
    }

    private final List<Param> params;
    private final Settings settings;
    private final List<State> states = new ArrayList<>();
    private @Nullable Double initialRate;

    ParamGroup(List<Param> params, Settings settings) {
        this.params = params;
        this.settings = settings;
        params.forEach(p -> states.add(new State()));
    }

    List<Param> params() {
        return params;
    }

    Settings settings() {
        return settings;
    }

    State state(int i) {
        return states.get(i);
    }

    double rate() {
        return settings.real("lr");
    }

    void rate(double lr) {
        settings.set("lr", lr);
    }

    /** Sets the momentum, or the first of the betas, whichever there is. */
    void momentum(double momentum) {
        if (settings.has("betas")) {
            settings.set("betas", Tuple.of(momentum, settings.beta2()));
        } else {
            settings.set("momentum", momentum);
        }
    }

    /** The learning rate before the first scheduler changed it; fixed by the first one who asks. */
    double initialRate() {
        Double known = initialRate;
        double rate = known == null ? rate() : known;
        initialRate = rate;
        return rate;
    }

    /** Sets the rate, and the initial one with it. */
    void startFrom(double rate) {
        rate(rate);
        initialRate = rate;
    }

    /** The settings as a record shows them, with {@code params} first. */
    Map<String, Object> entries(Object shownParams) {
        Map<String, Object> entries = new LinkedHashMap<>();
        entries.put("params", shownParams);
        entries.putAll(settings.values());
        if (initialRate != null) {
            entries.put("initial_lr", initialRate);
        }
        return entries;
    }

    /** Takes over the settings of such a record; its {@code params} do not count. */
    void set(Map<String, Object> entries) {
        entries.forEach((name, value) -> {
            if (name.equals("initial_lr")) {
                initialRate = value instanceof Number n ? (Double) n.doubleValue() : null;
            } else if (!name.equals("params")) {
                settings.set(name, value);
            }
        });
    }

    Tuple shownParams() {
        return Tuple.of(params);
    }
}
