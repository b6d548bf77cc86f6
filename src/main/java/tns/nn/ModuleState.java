package tns.nn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Casts;
import tns.op.Record;
import tns.op.ShapeOps;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** The parameters and buffers of a module under their dotted names, to save and to load: PyTorch's {@code state_dict}. */
final class ModuleState {
    private static final int MOST_SHOWN = 10;

    private ModuleState() {}

    /** The record of {@code module} as it is now; later changes of its parameters do not show in it. */
    static Record of(Module module) {
        Map<String, Object> all = new LinkedHashMap<>();
        places(module).forEach((name, place) -> all.put(name, apart(place.tensor())));
        return new Record(all);
    }

    /** What replayed steps, which write parameters where they lie, leave alone. */
    private static Tensor apart(Tensor held) {
        return held.device().isHost() ? held.share() : Casts.duplicate(held).share();
    }

    /** One tensor of the state, and how to put another in its place. */
    record Place(Object content, Consumer<Tensor> setter) {
        Tensor tensor() {
            return content instanceof Param p ? p.value().detach() : ((Tensor) content).detach();
        }

        String kind() {
            return content instanceof Param ? "parameter" : "buffer";
        }

        void set(Tensor value) {
            Tensor old = tensor();
            Tensor next = ShapeOps.onDevice(Casts.to(value.detach(), old.dtype()), old.device());
            // The record still holds it too.
            setter.accept(next.share());
        }
    }

    /** All of the state under dotted names; what is held twice has both. */
    static Map<String, Place> places(Module module) {
        Map<String, Place> found = new LinkedHashMap<>();
        collect("", module, found);
        return found;
    }

    private static void collect(String prefix, Module module, Map<String, Place> found) {
        module.fields()
                .forEach((field, value) -> collect(prefix + field, value, next -> module.field(field, next), found));
    }

    private static void collect(String name, Object value, Consumer<Object> owner, Map<String, Place> found) {
        switch (value) {
            case Param p -> found.put(name, new Place(p, p::set));
            case Tensor t -> found.put(name, new Place(t, owner::accept));
            case Module m -> collect(name + ".", m, found);
            case Tuple t -> {
                Object[] items = t.items().toArray();
                for (int i = 0; i < items.length; i++) {
                    int at = i;
                    collect(
                            name + "." + i,
                            items[i],
                            next -> {
                                items[at] = next;
                                owner.accept(Tuple.of(items.clone()));
                            },
                            found);
                }
            }
            default -> {}
        }
    }

    /**
     * Takes over the tensors of {@code given}, a record as {@link #of} makes it, converted to the dtypes there.
     *
     * @param strict whether names that are missing or unknown are an error; shapes must fit always
     * @return the names missing in the record and those unknown to the module
     * @throws TnsException naming everything that does not fit; nothing is changed then
     */
    static Tuple load(Module module, Object given, boolean strict) {
        if (!(given instanceof Record record)) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "load_state_dict: the state must be a record, found " + TypeName.describe(given))
                    .help("net.load_state_dict(other.state_dict()), net.load_state_dict(load(\"net.safetensors\"))");
        }
        Map<String, Place> places = places(module);
        Map<String, Object> entries = record.entries();
        List<String> missing = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        places.forEach((name, place) -> {
            Object value = entries.get(name);
            Tensor tensor = value == null ? null : tensor(value);
            if (value == null) {
                missing.add(name);
            } else if (tensor == null) {
                wrong.add(name + " is " + TypeName.describe(value));
            } else if (!tensor.shape().equals(place.tensor().shape())) {
                wrong.add(name + " has shape " + tensor.shape() + ", the " + place.kind() + " "
                        + place.tensor().shape());
            }
        });
        List<String> unknown = entries.keySet().stream()
                .filter(name -> !places.containsKey(name))
                .toList();
        if (!wrong.isEmpty() || strict && !(missing.isEmpty() && unknown.isEmpty())) {
            List<String> faults = new ArrayList<>();
            fault(faults, "missing: ", strict ? missing : List.of());
            fault(faults, "unexpected: ", strict ? unknown : List.of());
            fault(faults, "", wrong);
            throw new TnsException(
                            ErrorKind.VALUE,
                            "load_state_dict: the state does not fit " + module.typeName() + ": "
                                    + String.join("; ", faults))
                    .help(remedy(entries, unknown, wrong));
        }
        places.forEach((name, place) -> {
            Object value = entries.get(name);
            if (value != null && tensor(value) instanceof Tensor tensor) {
                place.set(tensor);
            }
        });
        return Tuple.named(List.of("missing_keys", "unexpected_keys"), Tuple.of(missing), Tuple.of(unknown));
    }

    private static String remedy(Map<String, Object> entries, List<String> unknown, List<String> wrong) {
        for (String name : unknown) {
            if (entries.get(name) instanceof Record) {
                return "\"" + name + "\" is a record itself: load_state_dict(state[\"" + name + "\"])";
            }
        }
        return wrong.isEmpty()
                ? "strict=false takes over what fits and leaves the rest"
                : "make the model with the sizes it was saved with";
    }

    private static @Nullable Tensor tensor(Object value) {
        return value instanceof Param p ? p.value() : value instanceof Tensor t ? t : null;
    }

    private static void fault(List<String> faults, String what, List<String> names) {
        if (!names.isEmpty()) {
            List<String> shown = names.subList(0, Math.min(names.size(), MOST_SHOWN));
            String more = names.size() > MOST_SHOWN ? " and " + (names.size() - MOST_SHOWN) + " more" : "";
            faults.add(what + String.join(", ", shown) + more);
        }
    }
}
