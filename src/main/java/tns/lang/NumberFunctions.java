package tns.lang;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Display;
import tns.op.Family;
import tns.op.Op;
import tns.op.OpTable;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** The functions that host values and tensors share, such as {@code sum}: Python's meaning on host values, the tensor op on tensors. */
final class NumberFunctions {
    private NumberFunctions() {}

    static void define(Family f, OpTable ops) {
        both(f, ops, "sum", items -> {
            Object total = 0L;
            for (Object item : items) {
                total = plus(total, item);
            }
            return total;
        });
        both(f, ops, "max", items -> best("max", items, 1));
        both(f, ops, "min", items -> best("min", items, -1));
        both(f, ops, "any", items -> items.stream().anyMatch(x -> ContainerFunctions.truth("any", x)));
        both(f, ops, "all", items -> items.stream().allMatch(x -> ContainerFunctions.truth("all", x)));
        convert(f, ops, "int", value -> switch (value) {
            case Long n -> n;
            case Double d -> truncated(d);
            case Boolean b -> b ? 1L : 0L;
            case String s -> Long.parseLong(s.strip().replace("_", ""));
            default -> null;
        });
        convert(f, ops, "float", value -> switch (value) {
            case Number n -> n.doubleValue();
            case Boolean b -> b ? 1.0 : 0.0;
            case String s -> real(s.strip());
            default -> null;
        });
        convert(f, ops, "bool", value -> switch (value) {
            case Number n -> n.doubleValue() != 0;
            case Boolean b -> b;
            default -> null;
        });
    }

    /** A number as it is written in a script, or by Python for what no script can write. */
    private static double real(String text) {
        String sign = text.startsWith("-") ? "-" : "";
        return switch (text.substring(text.startsWith("+") ? 1 : sign.length()).toLowerCase(Locale.ROOT)) {
            case "inf", "infinity" -> Double.parseDouble(sign + "Infinity");
            case "nan" -> Double.NaN;
            default -> Double.parseDouble(text.replace("_", ""));
        };
    }

    private static Object best(String name, List<Object> items, int sign) {
        if (items.isEmpty()) {
            throw new TnsException(ErrorKind.VALUE, name + ": there are no items").help("check len(x) > 0 first");
        }
        Object best = items.getFirst();
        for (Object item : items) {
            best = Ordering.compare(name, item, best) * sign > 0 ? item : best;
        }
        return best;
    }

    private static long truncated(double d) {
        if (!(Math.abs(d) < 0x1p63)) {
            throw new TnsException(ErrorKind.VALUE, "int: " + Display.text(d) + " does not fit 64 bits").argument(0);
        }
        return (long) d;
    }

    private static Object plus(Object a, Object item) {
        Object b = item instanceof Boolean truth ? (Object) (truth ? 1L : 0L) : item;
        try {
            return a instanceof Long x && b instanceof Long y ? (Object) Math.addExact(x, y) : number(a) + number(b);
        } catch (ArithmeticException overflow) {
            throw new TnsException(ErrorKind.VALUE, "sum: int overflow: the sum does not fit 64 bits")
                    .help("floats have more range: sum(float(x) for x in xs)");
        }
    }

    private static double number(Object value) {
        Object plain = value instanceof Tensor t && t.elements() == 1 ? t.item() : value;
        if (plain instanceof Number n) {
            return n.doubleValue();
        }
        TnsException unfit = new TnsException(ErrorKind.VALUE, "sum: cannot add " + TypeName.describe(value));
        throw value instanceof String ? unfit.help("join(words, \"\") puts strings together") : unfit;
    }

    private interface OfItems {
        Object of(List<Object> items);
    }

    private static void both(Family f, OpTable ops, String name, OfItems host) {
        Op tensor = ops.get(name);
        copyDoc(tensor, f.define(name + "(*x: any, dim: any = none, keepdim: any = none, dtype: any = none)"))
                .is(args -> {
                    Tuple given = (Tuple) args.get("x");
                    boolean tensors = false;
                    for (Object value : given) {
                        tensors |= value instanceof Tensor || value instanceof Param;
                    }
                    if (tensors) {
                        return tensor.call(args.context(), given.items().toArray(), named(args));
                    }
                    return host.of(
                            given.size() == 1 && given.get(0) instanceof Iterable<?>
                                    ? ContainerFunctions.items(args.context(), given.get(0), name)
                                    : given.items());
                });
    }

    private static Map<String, Object> named(Args args) {
        Map<String, Object> named = new java.util.LinkedHashMap<>();
        for (String key : List.of("dim", "keepdim", "dtype")) {
            if (args.has(key)) {
                named.put(key, args.get(key));
            }
        }
        return named;
    }

    private static Op.Definition copyDoc(Op from, Op.Definition to) {
        to.doc(from.doc());
        from.examples().forEach(e -> to.example(e.call(), e.result()));
        from.gradientCases().forEach(g -> to.gradient(g.call(), g.inputs().toArray(new String[0])));
        return to;
    }

    private interface Convert {
        @Nullable
        Object of(Object value);
    }

    private static void convert(Family f, OpTable ops, String name, Convert host) {
        Op tensor = ops.get(name);
        f.define(name + "(x: any)")
                .doc(tensor.doc() + " A host value or a string becomes a host " + name + ".")
                .example(name + "(1)", name.equals("float") ? "1.0" : name.equals("int") ? "1" : "true")
                .is(args -> {
                    Object x = args.get("x");
                    if (x instanceof Tensor || x instanceof Param) {
                        return tensor.call(args.context(), x);
                    }
                    Object converted;
                    try {
                        converted = host.of(x);
                    } catch (NumberFormatException e) {
                        converted = null;
                    }
                    if (converted == null) {
                        throw new TnsException(ErrorKind.VALUE, name + ": cannot convert " + TypeName.describe(x))
                                .argument(0);
                    }
                    return converted;
                });
    }
}
