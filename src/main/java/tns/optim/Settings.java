package tns.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.Suggestion;
import tns.error.TnsException;
import tns.op.None;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.Tensor;

/** The settings of a group of parameters by name, such as {@code lr}; each is checked whenever it is set. */
final class Settings {
    private static final String NOT_NEGATIVE = "must not be negative";
    /** What the eps of an optimiser must be that has two of them. */
    static final String BOUNDS = "must be two numbers from 0 on, the first of which may be none";

    private final String optimizer;
    private final Map<String, Object> values = new LinkedHashMap<>();
    private int version;
    private long bits;

    /** The settings of a new optimiser, all given. */
    Settings(String optimizer, Map<String, Object> given) {
        this.optimizer = optimizer;
        given.forEach((name, value) -> values.put(name, checked(name, value)));
        checkTogether();
        changed();
    }

    private void changed() {
        version++;
        bits = 0;
        for (Object value : values.values()) {
            bits = bits << 1 | (isOn(value) ? 1 : 0);
        }
    }

    /** Another number after every change. */
    int version() {
        return version;
    }

    /** The same settings, to be changed apart from these. */
    Settings copy() {
        return new Settings(optimizer, values);
    }

    Map<String, Object> values() {
        return values;
    }

    @Nullable
    Object get(String name) {
        return values.get(name);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /**
     * Changes one setting.
     *
     * @throws TnsException for an unknown name, or a value of another kind or out of range
     */
    void set(String name, Object value) {
        Object before = values.get(name);
        if (before == null) {
            String near = Suggestion.nearest(name, List.copyOf(values.keySet()));
            throw new TnsException(
                            ErrorKind.NAME,
                            optimizer + ": has no setting '" + name + "'"
                                    + (near == null ? "" : "; did you mean '" + near + "'?"))
                    .help("its settings are " + String.join(", ", values.keySet()));
        }
        values.put(name, checked(name, ofKind(name, before, value)));
        try {
            checkTogether();
        } catch (TnsException e) {
            values.put(name, before);
            throw e;
        }
        changed();
    }

    /** {@code value} as the kind of number, flag or tuple that the setting is. */
    private Object ofKind(String name, Object before, Object value) {
        Object plain = value instanceof Tensor t && t.elements() == 1 ? t.item() : value;
        if (before instanceof Double && plain instanceof Number n) {
            return n.doubleValue();
        }
        if (before.getClass() != plain.getClass() && before != None.NONE) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    optimizer + ": " + name + " must be a " + TypeName.of(before) + ", found "
                            + TypeName.describe(value));
        }
        return plain;
    }

    private Object checked(String name, Object value) {
        boolean right = switch (name) {
            case "betas" -> value instanceof Tuple t && t.size() == 2 && fraction(t.get(0)) && fraction(t.get(1));
            case "etas" -> between(value, 0, 1) && value instanceof Tuple t && number(t, 1) > 1;
            case "step_sizes" -> between(value, 0, Double.POSITIVE_INFINITY);
            case "eps" -> value instanceof Tuple t ? bounds(t) : notNegative(value);
            case "d" -> value instanceof Number n && n.doubleValue() >= 1;
            case "beta2_decay" -> value instanceof Number n && n.doubleValue() <= 0;
            case "ns_coefficients" ->
                value instanceof Tuple t && t.size() == 3 && t.items().stream().allMatch(Number.class::isInstance);
            case "ns_steps" -> value instanceof Number n && n.doubleValue() >= 0 && n.doubleValue() < 100;
            case "adjust_lr_fn" -> value == None.NONE || value.equals("original") || value.equals("match_rms_adamw");
            case "alpha", "rho" -> value instanceof Number n && n.doubleValue() >= 0 && n.doubleValue() <= 1;
            default -> notNegative(value);
        };
        if (!right) {
            String rule = switch (name) {
                case "betas" -> "must be two numbers from 0 up to 1";
                case "etas" -> "must be a number between 0 and 1 and one above 1";
                case "step_sizes" -> "must be two numbers above 0";
                case "eps" -> value instanceof Tuple ? BOUNDS : NOT_NEGATIVE;
                case "d" -> "must be at least 1, which limits the steps most";
                case "beta2_decay" -> "must be at most 0";
                case "ns_coefficients" -> "must be three numbers";
                case "ns_steps" -> "must lie between 0 and 99";
                case "adjust_lr_fn" -> "must be \"original\", \"match_rms_adamw\" or none";
                case "alpha", "rho" -> "must lie between 0 and 1";
                default -> NOT_NEGATIVE;
            };
            throw new TnsException(
                    ErrorKind.VALUE, optimizer + ": " + name + " " + rule + ", found " + tns.op.Display.quoted(value));
        }
        return value;
    }

    private static boolean notNegative(Object value) {
        return !(value instanceof Number n) || n.doubleValue() >= 0;
    }

    /** Whether these are two numbers from 0 on, the first of which may be none. */
    private static boolean bounds(Tuple pair) {
        return pair.size() == 2 && (pair.get(0) == None.NONE || number(pair, 0) >= 0) && number(pair, 1) >= 0;
    }

    private static boolean fraction(Object value) {
        return value instanceof Number n && n.doubleValue() >= 0 && n.doubleValue() < 1;
    }

    /** Whether these are two numbers, the first of them within the open range. */
    private static boolean between(Object value, double low, double high) {
        return value instanceof Tuple t
                && t.size() == 2
                && number(t, 0) > low
                && number(t, 0) < high
                && number(t, 1) > low;
    }

    /** A number of a tuple, or NaN. */
    private static double number(Tuple pair, int i) {
        return pair.get(i) instanceof Number n ? n.doubleValue() : Double.NaN;
    }

    private void checkTogether() {
        if (has("dampening") && flag("nesterov") && (real("momentum") == 0 || real("dampening") != 0)) {
            throw new TnsException(ErrorKind.VALUE, optimizer + ": nesterov needs a momentum, and no dampening")
                    .help("sgd(net, lr=0.01, momentum=0.9, nesterov=true)");
        }
    }

    /** A number; 0 when the optimiser has no such setting. */
    double real(String name) {
        return values.get(name) instanceof Number n ? n.doubleValue() : 0;
    }

    boolean flag(String name) {
        return Boolean.TRUE.equals(values.get(name));
    }

    /** Whether a flag is set, or a number not zero. */
    boolean on(String name) {
        return isOn(values.get(name));
    }

    private static boolean isOn(@Nullable Object value) {
        return value instanceof Boolean b ? b : value instanceof Number n && n.doubleValue() != 0;
    }

    /** A bit for each setting, whether it is on: as long as they stay, the same formulas hold. */
    long bits() {
        return bits;
    }

    double beta1() {
        return item("betas", 0);
    }

    double beta2() {
        return item("betas", 1);
    }

    /** One of the numbers of a setting; 0 when the optimiser has no such setting. */
    double item(String name, int i) {
        return values.get(name) instanceof Tuple t ? number(t, i) : 0;
    }
}
