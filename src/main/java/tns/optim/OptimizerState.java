package tns.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Record;
import tns.op.ShapeOps;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.Device;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * What an optimiser remembers, as a record to save and to go on from: PyTorch's {@code state_dict}, with {@code state} by
 * the number of the parameter and {@code param_groups}.
 */
final class OptimizerState {
    private OptimizerState() {}

    /** The record of {@code optimizer} as it is now; later steps do not change it. */
    static Record of(Optimizer optimizer) {
        Map<String, Object> states = new LinkedHashMap<>();
        List<Object> groups = new ArrayList<>();
        long number = 0;
        for (ParamGroup group : optimizer.groups()) {
            List<Object> numbers = new ArrayList<>();
            for (int i = 0; i < group.params().size(); i++) {
                Map<String, Object> values = group.state(i).values();
                if (!values.isEmpty()) {
                    values.values().forEach(OptimizerState::share);
                    states.put(Long.toString(number), new Record(values));
                }
                numbers.add(number++);
            }
            groups.add(new Record(group.entries(Tuple.of(numbers))));
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("state", new Record(states));
        all.put("param_groups", Tuple.of(groups));
        return new Record(all);
    }

    /** What is remembered of a parameter must be where the parameter is, wherever it was saved or loaded. */
    private static Object moved(Object value, Device device) {
        return switch (value) {
            case Tensor t -> ShapeOps.onDevice(t, device).share();
            case Tuple t ->
                Tuple.of(t.items().stream().map(item -> moved(item, device)).toArray());
            default -> value;
        };
    }

    private static void share(Object value) {
        switch (value) {
            case Tensor t -> t.share();
            case Tuple t -> t.forEach(OptimizerState::share);
            default -> {}
        }
    }

    /**
     * Takes over settings and memory from such a record.
     *
     * @throws TnsException when the groups, the number of their parameters or the shapes differ; nothing is changed then
     */
    static void load(Optimizer optimizer, Object given) {
        Record record = record(given, "the state");
        Record states = record(record.member("state"), "state");
        if (!(record.member("param_groups") instanceof Tuple saved)) {
            throw failure("it has no param_groups");
        }
        List<ParamGroup> groups = optimizer.groups();
        if (saved.size() != groups.size()) {
            throw failure("it has " + saved.size() + " groups, the optimizer " + groups.size());
        }
        int number = 0;
        List<Map<String, Object>> found = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            List<Param> params = groups.get(g).params();
            Object numbers = record(saved.get(g), "a group").member("params");
            if (!(numbers instanceof Tuple t) || t.size() != params.size()) {
                throw failure("its group " + g + " has " + (numbers instanceof Tuple t ? t.size() : 0)
                        + " parameters, the optimizer's " + params.size());
            }
            for (Param p : params) {
                Object state = states.member(Integer.toString(number));
                found.add(state == null ? Map.of() : checked(record(state, "a state"), p, number));
                number++;
            }
        }
        number = 0;
        for (int g = 0; g < groups.size(); g++) {
            ParamGroup group = groups.get(g);
            group.set(record(saved.get(g), "a group").entries());
            for (int i = 0; i < group.params().size(); i++) {
                Device device = group.params().get(i).value().device();
                Map<String, Object> values = new LinkedHashMap<>();
                found.get(number++).forEach((name, value) -> values.put(name, moved(value, device)));
                group.state(i).values(values);
            }
        }
    }

    private static Map<String, Object> checked(Record state, Param p, int number) {
        state.entries().forEach((name, value) -> {
            if (value instanceof Tensor t
                    && !t.shape().equals(wanted(name, p.look().shape(), t.shape()))) {
                throw failure(name + " of parameter " + number + " has shape " + t.shape() + ", the parameter "
                        + p.look().shape());
            }
        });
        return state.entries();
    }

    /** The shape of what is remembered of a parameter; {@code found} where it may be any. */
    private static Shape wanted(String name, Shape parameter, Shape found) {
        int rank = parameter.rank();
        return switch (name) {
            case "row_var" -> rank < 2 ? parameter : parameter.with(rank - 1, 1);
            case "col_var" -> rank < 2 ? parameter : parameter.with(rank - 2, 1);
            case "momentum_buffer", "variance" -> parameter;
            default -> name.startsWith("exp_") || name.endsWith("_avg") ? parameter : found;
        };
    }

    private static Record record(@org.jspecify.annotations.Nullable Object value, String what) {
        if (value instanceof Record record) {
            return record;
        }
        throw failure(what + " must be a record, found " + (value == null ? "nothing" : TypeName.describe(value)));
    }

    private static TnsException failure(String what) {
        return new TnsException(ErrorKind.VALUE, "load_state_dict: " + what)
                .help("opt.state_dict() of an optimizer made in the same way fits");
    }
}
