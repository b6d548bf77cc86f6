package tns.optim;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.op.Tuple;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** Parameters that share settings, and what the optimiser remembers of each. */
final class ParamGroup {
    /** What an optimiser remembers of one parameter: tensors and numbers under PyTorch's names. */
    static final class State {
        private final Map<String, Object> values = new LinkedHashMap<>();

        Map<String, Object> values() {
            return values;
        }

        @Nullable
        Tensor tensor(String name) {
            return values.get(name) instanceof Tensor t ? t : null;
        }

        /** The tensor of that name, which starts as zeros like {@code p}. */
        Tensor tensorOr(String name, Tensor p) {
            Tensor known = tensor(name);
            if (known == null) {
                known = Tensor.allocate(p.device(), p.dtype(), p.shape());
                put(name, known);
            }
            return known;
        }

        double real(String name, double start) {
            return values.get(name) instanceof Number n ? n.doubleValue() : start;
        }

        /** Whether the numbers are those of {@code other}, under the same names; tensors do not count. */
        boolean hasNumbersOf(State other) {
            if (values.size() != other.values.size()) {
                return false;
            }
            Iterator<Map.Entry<String, Object>> theirs = other.values.entrySet().iterator();
            for (Map.Entry<String, Object> own : values.entrySet()) {
                Map.Entry<String, Object> their = theirs.next();
                boolean same = own.getKey().equals(their.getKey())
                        && (own.getValue() instanceof Tensor
                                ? their.getValue() instanceof Tensor
                                : own.getValue().equals(their.getValue()));
                if (!same) {
                    return false;
                }
            }
            return true;
        }

        /** What brings the numbers back that are remembered now; tensors stay as they are. */
        Runnable numbers() {
            Map<String, Object> before = new LinkedHashMap<>();
            values.forEach((name, value) -> {
                if (!(value instanceof Tensor)) {
                    before.put(name, value);
                }
            });
            return () -> {
                values.values().removeIf(value -> !(value instanceof Tensor));
                values.putAll(before);
            };
        }

        void put(String name, Object value) {
            values.put(name, value);
        }

        /** Counts one step more; the first is 1. */
        long count() {
            long step = step() + 1L;
            values.put("step", step);
            return step;
        }

        /** The steps taken with this parameter. */
        int step() {
            return (int) real("step", 0);
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
