package tns.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.Suggestion;
import tns.error.TnsException;

/**
 * The parameters of an op, read from one line of text such as {@code "sum(x: tensor, dim: ints = none, keepdim: bool =
 * false)"}, and the binding of a call's arguments to them.
 */
public final class Signature {
    private final String name;
    private final Parameter[] parameters;
    private final boolean takesRest;

    private Signature(String name, Parameter[] parameters) {
        this.name = name;
        this.parameters = parameters;
        this.takesRest = Arrays.stream(parameters).anyMatch(Parameter::rest);
    }

    /** Reads {@code name(parameter: kind = default, *rest: kind)}; a kind may be left out and is then any value. */
    public static Signature parse(String text) {
        return parse(text, Kind.ANY);
    }

    /** The same, with {@code unstated} for a parameter whose kind is left out. */
    static Signature parse(String text, Kind unstated) {
        int open = text.indexOf('(');
        String inside = text.substring(open + 1, text.lastIndexOf(')')).strip();
        List<Parameter> parameters = new ArrayList<>();
        for (String part : splitTopLevel(inside)) {
            parameters.add(parameter(part, unstated));
        }
        return new Signature(text.substring(0, open).strip().intern(), parameters.toArray(new Parameter[0]));
    }

    private static Parameter parameter(String text, Kind unstated) {
        int equals = text.indexOf('=');
        String head = (equals < 0 ? text : text.substring(0, equals)).strip();
        Object fallback = equals < 0 ? null : literal(text.substring(equals + 1).strip());
        boolean rest = head.startsWith("*");
        if (rest) {
            head = head.substring(1);
        }
        int colon = head.indexOf(':');
        Kind kind = colon < 0 ? unstated : Kind.named(head.substring(colon + 1).strip());
        String name = (colon < 0 ? head : head.substring(0, colon)).strip().intern();
        return new Parameter(name, kind, fallback, rest);
    }

    private static List<String> splitTopLevel(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            quoted ^= c == '\'';
            if (quoted) {
                continue;
            }
            if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            } else if (c == ',' && depth == 0) {
                parts.add(text.substring(start, i).strip());
                start = i + 1;
            }
        }
        if (!text.isBlank()) {
            parts.add(text.substring(start).strip());
        }
        return parts;
    }

    private static Object literal(String text) {
        return switch (text) {
            case "none" -> None.NONE;
            case "true" -> true;
            case "false" -> false;
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "()" -> Tuple.EMPTY;
            default -> {
                char first = text.charAt(0);
                if (first == '\'') {
                    yield text.substring(1, text.length() - 1);
                }
                if (first == '(') {
                    yield Tuple.of(splitTopLevel(text.substring(1, text.length() - 1)).stream()
                            .map(Signature::literal)
                            .toArray());
                }
                yield isWhole(text) ? (Object) Long.parseLong(text) : (Object) Double.parseDouble(text);
            }
        };
    }

    /** Whether it has only digits after its sign. Hundreds are asked as tns starts, where a regular expression took 2 ms. */
    private static boolean isWhole(String text) {
        for (int i = text.charAt(0) == '-' ? 1 : 0; i < text.length(); i++) {
            if (!Character.isDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    public String name() {
        return name;
    }

    public List<Parameter> parameters() {
        return List.of(parameters);
    }

    int indexOf(String parameter) {
        for (int i = 0; i < parameters.length; i++) {
            if (parameters[i].name().equals(parameter)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Binds the arguments of a call, converts each to its parameter's kind and fills in defaults.
     *
     * @throws TnsException for too many, missing, doubled or unknown arguments, or one of the wrong kind
     */
    Object[] bind(Context context, Object[] positional, Map<String, Object> named) {
        if (named.isEmpty() && !takesRest && positional.length <= parameters.length) {
            return bind(context, positional);
        }
        @Nullable Object[] bound = new @Nullable Object[parameters.length];
        int given = 0;
        for (int i = 0; i < parameters.length; i++) {
            if (parameters[i].rest()) {
                Object[] rest = given < positional.length
                        ? Arrays.copyOfRange(positional, given, positional.length)
                        : new Object[0];
                bound[i] = Conversion.rest(context, this, parameters[i], rest, given);
                given = positional.length;
            } else if (given < positional.length) {
                bound[i] = Conversion.to(context, this, parameters[i], positional[given], given);
                given++;
            }
        }
        if (given < positional.length) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            name + ": takes at most " + parameters.length
                                    + (parameters.length == 1 ? " argument, " : " arguments, ")
                                    + positional.length
                                    + " given")
                    .help(usage())
                    .argument(given);
        }
        int order = positional.length;
        for (Map.Entry<String, Object> entry : named.entrySet()) {
            bindNamed(context, bound, entry.getKey(), entry.getValue(), order++, positional.length);
        }
        Object[] complete = new Object[parameters.length];
        for (int i = 0; i < parameters.length; i++) {
            Object value = bound[i];
            complete[i] = value != null ? value : fallback(context, parameters[i]);
        }
        return complete;
    }

    /** The common call: each argument in its place, and defaults after them. */
    private Object[] bind(Context context, Object[] positional) {
        Object[] bound = new Object[parameters.length];
        for (int i = 0; i < bound.length; i++) {
            bound[i] = i < positional.length
                    ? Conversion.to(context, this, parameters[i], positional[i], i)
                    : fallback(context, parameters[i]);
        }
        return bound;
    }

    /** Whether {@code key} names the first parameter. */
    boolean startsWith(String key) {
        return indexOf(key) == 0 || synonym(key) == 0;
    }

    private void bindNamed(
            Context context, @Nullable Object[] bound, String key, Object value, int order, int positionalCount) {
        int index = indexOf(key);
        if (index < 0) {
            index = synonym(key);
        }
        if (index < 0) {
            String near = Suggestion.nearest(
                    key, Arrays.stream(parameters).map(Parameter::name).toList());
            throw new TnsException(
                            ErrorKind.NAME,
                            name + ": no parameter '" + key + "'"
                                    + (near == null ? "" : "; did you mean '" + near + "'?"))
                    .help(usage())
                    .argument(order);
        }
        Parameter parameter = parameters[index];
        Object earlier = bound[index];
        boolean emptyRest = parameter.rest() && positionalCount <= index;
        if (earlier != null && !emptyRest) {
            throw new TnsException(ErrorKind.VALUE, name + ": '" + parameter.name() + "' is given twice")
                    .help(usage())
                    .argument(order);
        }
        bound[index] = parameter.rest()
                ? Conversion.rest(context, this, parameter, new Object[] {value}, order)
                : Conversion.to(context, this, parameter, value, order);
    }

    /** NumPy's names for PyTorch's parameters, as PyTorch itself accepts them. */
    private int synonym(String key) {
        return switch (key) {
            case "axis" -> indexOf("dim");
            case "keepdims" -> indexOf("keepdim");
            case "self" -> indexOf("x");
            case "input" -> indexOf("x");
            case "size" -> indexOf("shape");
            case "other", "exponent" -> indexOf("y");
            default -> -1;
        };
    }

    private Object fallback(Context context, Parameter parameter) {
        Object fallback = parameter.fallback();
        if (fallback == null) {
            throw new TnsException(ErrorKind.VALUE, name + ": '" + parameter.name() + "' is missing")
                    .help(usage() + (parameter == parameters[0] ? "; " + name + " alone is the function itself" : ""));
        }
        return fallback == None.NONE ? fallback : Conversion.to(context, this, parameter, fallback, -1);
    }

    private String usage() {
        return "the parameters are " + this;
    }

    /** The signature as a user writes calls: {@code sum(x, dim=none, keepdim=false)}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name).append('(');
        for (int i = 0; i < parameters.length; i++) {
            Parameter p = parameters[i];
            text.append(i == 0 ? "" : ", ").append(p.rest() ? "*" : "").append(p.name());
            if (p.fallback() != null) {
                text.append('=').append(show(p.fallback()));
            }
        }
        return text.append(')').toString();
    }

    /** Bound values as a call shows them, without those that are their parameter's default. */
    String settings(Object[] values) {
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < parameters.length; i++) {
            Object fallback = parameters[i].fallback();
            String text = show(values[i]);
            if (fallback == null) {
                shown.add(text);
            } else if (!text.equals(show(fallback))) {
                shown.add(parameters[i].name() + "=" + text);
            }
        }
        return String.join(", ", shown);
    }

    private static String show(Object literal) {
        if (literal instanceof int[] ints) {
            Object[] all = Arrays.stream(ints).mapToObj(Long::valueOf).toArray();
            return show(all.length == 1 ? all[0] : Tuple.of(all));
        }
        if (literal instanceof String s) {
            return Display.quoted(s);
        }
        if (literal instanceof Tuple t) {
            StringBuilder text = new StringBuilder("(");
            for (int i = 0; i < t.size(); i++) {
                text.append(i == 0 ? "" : ", ").append(show(t.get(i)));
            }
            return text.append(t.size() == 1 ? ",)" : ")").toString();
        }
        return Display.text(literal);
    }
}
