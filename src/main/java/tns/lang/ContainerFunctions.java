package tns.lang;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Callable;
import tns.op.Context;
import tns.op.Family;
import tns.op.Record;
import tns.op.Sized;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.Tensor;

/** The functions that make containers and go over them: {@code tuple}, {@code range}, {@code zip}, {@code map} and so on. */
final class ContainerFunctions {
    private ContainerFunctions() {}

    static void define(Family f) {
        f.define("len(x: any)")
                .doc("The number of items; of a tensor the size of its first dim.")
                .example("len((1, 2))", "2")
                .is(args -> switch (args.get("x")) {
                    case Tensor t when t.rank() > 0 -> (Object) (long) t.size(0);
                    case String s -> (long) s.codePointCount(0, s.length());
                    case Sized s -> (long) s.size();
                    case Object other
                    when other instanceof Iterable<?> ->
                        (long) items(args.context(), other, "len").size();
                    case Object other ->
                        throw new TnsException(ErrorKind.VALUE, "len: " + TypeName.describe(other) + " has no length")
                                .argument(0);
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
                    args.context().made(list);
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
        f.define("keys(x: any)")
                .doc("The names in a record.")
                .example("keys({a: 1, b: 2})", "(\"a\", \"b\")")
                .is(args -> Tuple.of(entries(args).keySet().toArray()));
        f.define("values(x: any)")
                .doc("The values in a record.")
                .example("values({a: 1, b: 2})", "(1, 2)")
                .is(args -> Tuple.of(entries(args).values().toArray()));
        f.define("items(x: any)")
                .doc("The names in a record, each with its value.")
                .example("items({a: 1, b: 2})", "((\"a\", 1), (\"b\", 2))")
                .is(args -> Tuple.of(entries(args).entrySet().stream()
                        .map(e -> Tuple.of(e.getKey(), e.getValue()))
                        .toArray()));
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
                    ((Tuple) args.get("xs")).forEach(x -> all.add(items(args.context(), x, "zip")));
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
        f.define("map(x: any, f: any)")
                .doc("The function of each item.")
                .example("map((1, 2), x -> 10 * x)", "(10, 20)")
                .is(args -> {
                    Callable each = each(args);
                    return Tuple.of(items(args, "x").stream()
                            .map(x -> each.call(args.context(), x))
                            .toArray());
                });
        f.define("filter(x: any, f: any)")
                .doc("The items for which the function gives true.")
                .example("filter((1, 2, 3), x -> x > 1)", "(2, 3)")
                .is(args -> {
                    Callable each = each(args);
                    return Tuple.of(items(args, "x").stream()
                            .filter(x -> truth("filter", each.call(args.context(), x)))
                            .toArray());
                });
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
                        int order = Ordering.compare(
                                "sorted",
                                key instanceof Callable c ? c.call(args.context(), a) : a,
                                key instanceof Callable c ? c.call(args.context(), b) : b);
                        return args.flag("reverse") ? -order : order;
                    });
                    return Tuple.of(all);
                });
    }

    /** The items of {@code value}, for {@code op}; a long gathering can be stopped. */
    static List<Object> items(Context context, Object value, String op) {
        List<Object> all = new ArrayList<>();
        try {
            for (Object item : Iteration.over(value)) {
                ((Session) context).check();
                all.add(Sharing.share(item));
            }
        } catch (TnsException e) {
            if (e.kind() == ErrorKind.LIMIT) {
                throw e;
            }
            String help = e.help();
            TnsException named = new TnsException(
                            e.kind(),
                            op + ": " + e.getMessage().substring(e.getMessage().indexOf(": ") + 2))
                    .argument(0);
            throw help == null ? named : named.help(help);
        }
        return all;
    }

    /** The function to call on each item, which stands last so that {@code xs.map(f)} reads well. */
    private static Callable each(Args args) {
        if (args.get("f") instanceof Callable f) {
            return f;
        }
        TnsException failure = new TnsException(
                        ErrorKind.VALUE,
                        args.name() + ": f must be a function, found " + TypeName.describe(args.get("f")))
                .argument(1);
        throw args.get("x") instanceof Callable
                ? failure.help("the function comes last: " + args.name() + "(xs, f), or xs." + args.name() + "(f)")
                : failure;
    }

    private static Map<String, Object> entries(Args args) {
        if (args.get("x") instanceof Record record) {
            return record.entries();
        }
        throw new TnsException(
                        ErrorKind.VALUE, args.name() + ": needs a record, found " + TypeName.describe(args.get("x")))
                .help("{a: 1, b: 2} is a record; enumerate(x) numbers the items of anything")
                .argument(0);
    }

    static List<Object> items(Args args, String parameter) {
        return items(args.context(), args.get(parameter), args.name());
    }

    /** A value that must be a truth. */
    static boolean truth(String op, Object value) {
        Object plain = value instanceof Tensor t && t.rank() == 0 ? t.item() : value;
        if (plain instanceof Boolean b) {
            return b;
        }
        throw new TnsException(ErrorKind.VALUE, op + ": needs bools, found " + TypeName.describe(value))
                .help("compare: x != 0");
    }
}
