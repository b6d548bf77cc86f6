package tns.lang;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Callable;
import tns.op.Context;
import tns.op.Display;
import tns.op.Family;
import tns.op.None;
import tns.op.Op;
import tns.op.OpTable;
import tns.op.Scoped;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Generator;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** The functions on host values: printing, containers, conversions, files and time. */
public final class HostFunctions {
    private HostFunctions() {}

    /** The family for one interpreter; where a tensor op has the same name, that op takes over for tensors. */
    public static Family family(OpTable tensorOps) {
        Family f = new Family("host functions");
        output(f);
        containers(f);
        shared(f, tensorOps);
        settings(f);
        files(f);
        return f;
    }

    private static Session session(Args args) {
        return (Session) args.context();
    }

    private static void output(Family f) {
        f.define("print(*values: any, sep: string = ' ', end: string = '\n')")
                .doc("Prints the values, sep between them and end after them.")
                .example("print(1, 2, sep=\"-\")", "1-2\nnone")
                .is(args -> {
                    List<String> texts = new ArrayList<>();
                    ((Tuple) args.get("values")).forEach(v -> texts.add(Display.text(v)));
                    session(args).out().print(String.join(args.text("sep"), texts) + args.text("end"));
                    session(args).out().flush();
                    return None.NONE;
                });
        f.define("str(x: any)")
                .doc("The text that print shows.")
                .example("str(1.5)", "1.5")
                .is(args -> Display.text(args.get("x")));
        f.define("type(x: any)")
                .doc("The name of a value's type.")
                .example("type(1)", "int")
                .is(args -> TypeName.of(args.get("x")));
        f.define("time()")
                .doc("Seconds on a clock that only goes forward.")
                .example("time() > 0", "true")
                .is(args -> System.nanoTime() * 1e-9);
        f.define("sleep(seconds: float)")
                .doc("Waits.")
                .example("sleep(0)", "none")
                .is(args -> {
                    try {
                        Thread.sleep((long) (args.real("seconds") * 1000));
                    } catch (InterruptedException stop) {
                        Thread.currentThread().interrupt();
                        throw new TnsException(ErrorKind.LIMIT, "interrupted");
                    }
                    return None.NONE;
                });
        f.define("input(prompt: string = '')").doc("A line read from the user.").is(args -> {
            session(args).out().print(args.text("prompt"));
            session(args).out().flush();
            try {
                String line = session(args).in().readLine();
                return line == null ? None.NONE : line;
            } catch (IOException e) {
                throw new TnsException(ErrorKind.IO, "input: " + e.getMessage(), e);
            }
        });
        f.define("error(message: string)")
                .doc("Stops with a message that try can catch.")
                .is(args -> {
                    throw new TnsException(ErrorKind.VALUE, args.text("message"));
                });
        f.define("assert(condition: bool, message: string = 'assertion failed')")
                .doc("Stops with the message unless the condition holds.")
                .example("assert(1 < 2)", "none")
                .is(args -> {
                    if (!args.flag("condition")) {
                        throw new TnsException(ErrorKind.VALUE, args.text("message"));
                    }
                    return None.NONE;
                });
        f.define("help(x: any)").doc("What a function does.").is(args -> {
            session(args).out().println(help(args.get("x")));
            return None.NONE;
        });
    }

    /** The help text of a function. */
    public static String help(Object value) {
        return switch (value) {
            case Op op -> {
                StringBuilder text = new StringBuilder();
                op.signatures().forEach(form -> text.append(form).append('\n'));
                text.append(op.doc());
                for (Op.Example e : op.examples()) {
                    text.append("\n\n> ").append(e.call()).append('\n').append(e.result());
                }
                yield text.toString();
            }
            case Function fn -> fn.signature() + (fn.doc().isEmpty() ? "" : "\n" + fn.doc());
            default -> "a value of type " + TypeName.of(value) + ": " + Display.text(value);
        };
    }

    private static List<Object> items(Object value, String op) {
        List<Object> all = new ArrayList<>();
        try {
            Iteration.over(value).forEach(item -> all.add(Sharing.share(item)));
        } catch (TnsException e) {
            String help = e.help();
            TnsException named = new TnsException(
                            e.kind(),
                            op + ": " + e.getMessage().substring(e.getMessage().indexOf(": ") + 2))
                    .argument(0);
            throw help == null ? named : named.help(help);
        }
        return all;
    }

    private static List<Object> items(Args args, String parameter) {
        return items(args.get(parameter), args.name());
    }

    private static void containers(Family f) {
        f.define("len(x: any)")
                .doc("The number of items; of a tensor the size of its first dim.")
                .example("len((1, 2))", "2")
                .is(args -> switch (args.get("x")) {
                    case Tensor t when t.rank() > 0 -> (Object) (long) t.size(0);
                    case String s -> (long) s.codePointCount(0, s.length());
                    case ListValue l -> (long) l.items().size();
                    case Tuple t -> (long) t.size();
                    case RangeValue r -> (long) r.size();
                    case Object other -> (long) items(other, "len").size();
                });
        f.define("tuple(x: any = ())")
                .doc("The items as a tuple.")
                .example("tuple(0..3)", "(0, 1, 2)")
                .is(args -> Tuple.of(items(args, "x")));
        f.define("list(x: any = ())")
                .doc("A new list, which can grow: append, pop, len.")
                .example("len(list((1, 2)))", "2")
                .is(args -> {
                    ListValue list = new ListValue();
                    list.items().addAll(items(args, "x"));
                    return list;
                });
        f.define("range(start: int, stop: int = none, step: int = 1)")
                .doc("The ints from start up to but not including stop; from 0 with one argument.")
                .example("tuple(range(3))", "(0, 1, 2)")
                .is(args -> {
                    long step = args.longInteger("step");
                    if (step == 0) {
                        throw new TnsException(ErrorKind.VALUE, "range: the step cannot be 0");
                    }
                    long start = args.longInteger("start");
                    return args.has("stop")
                            ? new RangeValue(start, args.longInteger("stop"), step)
                            : new RangeValue(0, start, step);
                });
        f.define("pairs(x: any)")
                .doc("Each item with the next.")
                .example("pairs((1, 2, 3))", "((1, 2), (2, 3))")
                .is(args -> {
                    List<Object> all = items(args, "x");
                    List<Object> pairs = new ArrayList<>();
                    for (int i = 0; i + 1 < all.size(); i++) {
                        pairs.add(Tuple.of(all.get(i), all.get(i + 1)));
                    }
                    return Tuple.of(pairs);
                });
        f.define("zip(*xs: any)")
                .doc("The first items together, the second items together, and so on.")
                .example("zip((1, 2), (3, 4))", "((1, 3), (2, 4))")
                .is(args -> {
                    List<List<Object>> all = new ArrayList<>();
                    ((Tuple) args.get("xs")).forEach(x -> all.add(items(x, "zip")));
                    int n = all.stream().mapToInt(List::size).min().orElse(0);
                    List<Object> rows = new ArrayList<>();
                    for (int i = 0; i < n; i++) {
                        int k = i;
                        rows.add(Tuple.of(all.stream().map(x -> x.get(k)).toArray()));
                    }
                    return Tuple.of(rows);
                });
        f.define("enumerate(x: any, start: int = 0)")
                .doc("Each item with its number.")
                .example("enumerate((\"a\", \"b\"))", "((0, \"a\"), (1, \"b\"))")
                .is(args -> {
                    List<Object> rows = new ArrayList<>();
                    long i = args.longInteger("start");
                    for (Object item : items(args, "x")) {
                        rows.add(Tuple.of(i++, item));
                    }
                    return Tuple.of(rows);
                });
        f.define("map(x: any, f: function)")
                .doc("The function of each item.")
                .example("map((1, 2), x -> 10 * x)", "(10, 20)")
                .is(args -> Tuple.of(items(args, "x").stream()
                        .map(x -> args.function("f").call(args.context(), x))
                        .toArray()));
        f.define("filter(x: any, f: function)")
                .doc("The items for which the function gives true.")
                .example("filter((1, 2, 3), x -> x > 1)", "(2, 3)")
                .is(args -> Tuple.of(items(args, "x").stream()
                        .filter(x -> Boolean.TRUE.equals(args.function("f").call(args.context(), x)))
                        .toArray()));
        f.define("fold(x: any, start: any, f: function)")
                .doc("f(f(start, first), second) and so on.")
                .example("fold((1, 2, 3), 0, (sum, x) -> sum + x)", "6")
                .is(args -> {
                    Object value = args.get("start");
                    for (Object item : items(args, "x")) {
                        value = args.function("f").call(args.context(), value, item);
                    }
                    return value;
                });
        f.define("reversed(x: any)")
                .doc("The items in reverse.")
                .example("reversed((1, 2))", "(2, 1)")
                .is(args -> Tuple.of(items(args, "x").reversed()));
        f.define("sorted(x: any, key: any = none, reverse: bool = false)")
                .doc("The items in order, by key(item) when a key is given.")
                .example("sorted((3, 1, 2))", "(1, 2, 3)")
                .is(args -> {
                    List<Object> all = items(args, "x");
                    Object key = args.get("key");
                    all.sort((a, b) -> {
                        int order = compare(
                                key instanceof Callable c ? c.call(args.context(), a) : a,
                                key instanceof Callable c ? c.call(args.context(), b) : b);
                        return args.flag("reverse") ? -order : order;
                    });
                    return Tuple.of(all);
                });
    }

    private static int compare(Object a, Object b) {
        Object x = a instanceof Tensor t ? t.item() : a;
        Object y = b instanceof Tensor t ? t.item() : b;
        if (x instanceof Number m && y instanceof Number n) {
            return m instanceof Long i && n instanceof Long j
                    ? Long.compare(i, j)
                    : Double.compare(m.doubleValue(), n.doubleValue());
        }
        if (x instanceof String s && y instanceof String t) {
            return s.compareTo(t);
        }
        throw new TnsException(
                ErrorKind.VALUE, "sorted: cannot order " + TypeName.describe(x) + " and " + TypeName.describe(y));
    }

    /** Names that host values and tensors share: Python's meaning on host values, the tensor op on tensors. */
    private static void shared(Family f, OpTable ops) {
        both(f, ops, "sum", items -> {
            Object total = 0L;
            for (Object item : items) {
                total = plus(total, item);
            }
            return total;
        });
        both(f, ops, "max", items -> items.stream().max(HostFunctions::compare).orElseThrow(HostFunctions::nothing));
        both(f, ops, "min", items -> items.stream().min(HostFunctions::compare).orElseThrow(HostFunctions::nothing));
        both(f, ops, "any", items -> items.stream().anyMatch(Boolean.TRUE::equals));
        both(f, ops, "all", items -> items.stream().allMatch(Boolean.TRUE::equals));
        convert(f, ops, "int", value -> switch (value) {
            case Long n -> n;
            case Double d -> (long) d.doubleValue();
            case Boolean b -> b ? 1L : 0L;
            case String s -> Long.parseLong(s.strip().replace("_", ""));
            default -> null;
        });
        convert(f, ops, "float", value -> switch (value) {
            case Number n -> n.doubleValue();
            case Boolean b -> b ? 1.0 : 0.0;
            case String s -> Double.parseDouble(s.strip());
            default -> null;
        });
        convert(f, ops, "bool", value -> switch (value) {
            case Number n -> n.doubleValue() != 0;
            case Boolean b -> b;
            default -> null;
        });
    }

    private static TnsException nothing() {
        return new TnsException(ErrorKind.VALUE, "max: there are no items").help("check len(x) > 0 first");
    }

    private static Object plus(Object a, Object b) {
        return a instanceof Long x && b instanceof Long y
                ? (Object) Math.addExact(x, y)
                : ((Number) a).doubleValue() + number(b);
    }

    private static double number(Object value) {
        Object plain = value instanceof Tensor t && t.elements() == 1 ? t.item() : value;
        if (plain instanceof Number n) {
            return n.doubleValue();
        }
        throw new TnsException(ErrorKind.VALUE, "sum: cannot add " + TypeName.describe(value));
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
                                    ? items(given.get(0), name)
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
        @org.jspecify.annotations.Nullable
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
                        throw new TnsException(ErrorKind.VALUE, name + ": cannot convert " + TypeName.describe(x));
                    }
                    return converted;
                });
    }

    /** A value that with can hold in force. */
    private record Setting(String text, java.util.function.Function<Context, Runnable> start)
            implements Scoped, TypeName.Typed {
        @Override
        public Runnable enter(Context context) {
            return start.apply(context);
        }

        @Override
        public String typeName() {
            return "context";
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static void settings(Family f) {
        f.define("seed(n: int)")
                .doc("Starts the random numbers anew; with seed(n) { } does so over a block only.")
                .is(args -> {
                    Generator random = args.context().random();
                    Generator.State before = random.save();
                    random.seed(args.longInteger("n"));
                    long n = args.longInteger("n");
                    return new Setting("seed(" + n + ")", context -> {
                        context.random().seed(n);
                        return () -> context.random().restore(before);
                    });
                });
        f.define("dtype(name: dtype)")
                .doc("Over a with block, the dtype of float literals and constructors.")
                .is(args -> {
                    DType dtype = (DType) args.get("name");
                    return new Setting("dtype(" + dtype + ")", context -> {
                        DType before = context.defaultDType();
                        context.defaultDType(dtype);
                        return () -> context.defaultDType(before);
                    });
                });
        f.define("device(name: any)")
                .doc("Over a with block, the device on which constructors make tensors.")
                .is(args -> {
                    Object name = args.get("name");
                    Device device = name instanceof Device d
                            ? d
                            : name.equals("cpu") ? args.context().cpu() : null;
                    if (device == null) {
                        throw new TnsException(ErrorKind.DEVICE, "device: there is no device " + Display.text(name))
                                .help("this build computes on cpu");
                    }
                    return new Setting("device(" + device.name() + ")", context -> {
                        Device before = context.device();
                        context.device(device);
                        return () -> context.device(before);
                    });
                });
        f.define("threads(n: int)")
                .doc("Over a with block, the most threads of the processor to compute on.")
                .is(args -> {
                    int n = args.integer("n");
                    if (n < 1) {
                        throw new TnsException(ErrorKind.VALUE, "threads: needs at least 1, found " + n);
                    }
                    return new Setting("threads(" + n + ")", context -> {
                        int before = context.cpu().threads();
                        context.cpu().threads(n);
                        return () -> context.cpu().threads(before);
                    });
                });
        f.define("set(p: any, value: tensor)")
                .doc("Gives a parameter another value, for every holder: p.set(v).")
                .is(args -> {
                    if (!(args.get("p") instanceof Param p)) {
                        throw new TnsException(ErrorKind.VALUE, "set: only a parameter is a cell")
                                .help("x = v binds a name");
                    }
                    Tensor v = args.tensor("value");
                    if (!v.shape().equals(p.value().shape())) {
                        throw new TnsException(
                                ErrorKind.SHAPE,
                                "set: the parameter has shape " + p.value().shape() + ", the value " + v.shape());
                    }
                    p.set(tns.op.Casts.to(v, p.value().dtype()));
                    return None.NONE;
                });
        f.define("buffer(x: tensor)")
                .doc("State of a model without gradient.")
                .is(args -> args.tensor("x").detach());
    }

    private static void files(Family f) {
        f.define("read_text(path: string)").doc("The text of a file.").is(args -> {
            try {
                return Files.readString(Path.of(args.text("path")));
            } catch (IOException e) {
                throw new TnsException(ErrorKind.IO, "read_text: cannot read " + args.text("path"), e);
            }
        });
        f.define("write_text(path: string, text: string)")
                .doc("Writes a text to a file.")
                .is(args -> {
                    try {
                        Files.writeString(Path.of(args.text("path")), args.text("text"));
                        return None.NONE;
                    } catch (IOException e) {
                        throw new TnsException(ErrorKind.IO, "write_text: cannot write " + args.text("path"), e);
                    }
                });
        f.define("exists(path: string)")
                .doc("Whether a file exists.")
                .is(args -> Files.exists(Path.of(args.text("path"))));
    }
}
