package tns.plot;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Context;
import tns.op.Family;
import tns.op.Indexing;
import tns.op.None;
import tns.op.Op;
import tns.op.OpTable;
import tns.op.Sized;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.HostArray;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** The functions of the language that make, show and save figures; with a figure first they add to it. */
public final class FigureOps {
    private FigureOps() {}

    /** The family for one interpreter, whose live figures and progress bars appear on {@code live}'s screen. */
    public static Family family(Live live, OpTable tensorOps) {
        Family f = new Family("figures");
        series(
                f,
                "plot",
                "A figure with a line through the points (x, y), or (0, y[0]), (1, y[1]) …;"
                        + " style \"dashed\", \"dotted\" or \"o\".");
        scatter(f, tensorOps.get("scatter"));
        series(f, "bar", "A figure with a bar of height y at each x, or for each name in a tuple of names.");
        f.define("hist(*data: any, bins: int = 10, label: any = none, color: any = none)")
                .doc("A figure with the counts of the values in bins of equal width.")
                .example("hist([1., 2., 2., 9.], bins=3)", "figure (1 series, 3 bars)")
                .is(args -> start(args)
                        .hist(numbers(args, 0), args.integer("bins"), text(args, "label"), text(args, "color")));
        f.define("imshow(*data: any, cmap: any = none)")
                .doc("A figure with a matrix as an image.")
                .example("imshow([[1., 4.], [9., 2.]])", "figure (2x2 image)")
                .is(args -> {
                    Tensor image = tensor(data(args)[0], "imshow");
                    if (image.rank() != 2) {
                        throw new TnsException(ErrorKind.SHAPE, "imshow: needs a matrix, found " + image.describe());
                    }
                    return start(args)
                            .imshow(
                                    HostArray.doubles(image.detach()),
                                    image.size(0),
                                    image.size(1),
                                    text(args, "cmap"));
                });
        label(f, "title", Figure::title);
        label(f, "xlabel", Figure::xlabel);
        label(f, "ylabel", Figure::ylabel);
        f.define("xlim(figure: any, start: float, end: float)")
                .doc("The figure with these ends of the x axis.")
                .example("plot([1., 4.]).xlim(0, 5)", "figure (1 series, 2 points)")
                .is(args -> figure(args).xlim(args.real("start"), args.real("end")));
        f.define("ylim(figure: any, start: float, end: float)")
                .doc("The figure with these ends of the y axis.")
                .example("plot([1., 4.]).ylim(0, 5)", "figure (1 series, 2 points)")
                .is(args -> figure(args).ylim(args.real("start"), args.real("end")));
        scale(f, "x", Figure::xscale);
        scale(f, "y", Figure::yscale);
        f.define("aspect(figure: any, aspect: string)")
                .doc("The figure with units as long on both axes, 'equal', or as they fit, 'auto'.")
                .example("plot([1., 4.]).aspect('equal')", "figure (1 series, 2 points)")
                .is(args -> figure(args).aspect(args.text("aspect")));
        f.define("legend(figure: any, shown: bool = true)")
                .doc("The figure with or without a legend.")
                .example("plot([1., 4.]).legend()", "figure (1 series, 2 points)")
                .is(args -> figure(args).legend(args.flag("shown")));
        f.define("grid(figure: any, shown: bool = true)")
                .doc("The figure with or without grid lines.")
                .example("plot([1., 4.]).grid()", "figure (1 series, 2 points)")
                .is(args -> figure(args).grid(args.flag("shown")));
        f.define("live(figure: any)")
                .doc("Shows the figure in place of the one shown before; in a pipe, prints one line about it.")
                .example("live(plot([1., 4.]))", "figure (1 series, 2 points)\nnone")
                .is(args -> {
                    args.context().refuseWhileRecording("it shows a figure");
                    live.show(figure(args));
                    return None.NONE;
                });
        f.define("progress(x: any, label: string = '')")
                .doc("The items of x, with a bar that shows how far a loop over them is.")
                .example("sum(progress((1, 2)))", "3")
                .is(args -> watched(args, live));
        return f;
    }

    private static void series(Family f, String name, String doc) {
        f.define(name + "(*data: any, label: any = none, style: any = none, color: any = none)")
                .doc(doc)
                .example(name + "([1., 4.])", "figure (1 series, 2 " + (name.equals("bar") ? "bars)" : "points)"))
                .is(args -> {
                    Figure figure = start(args);
                    double[] second = numbers(args, -1);
                    if (name.equals("bar") && names(data(args)[0]) instanceof List<String> names) {
                        return figure.bar(names, second, text(args, "label"), text(args, "color"));
                    }
                    double[] x = data(args).length > 1 ? numbers(args, 0) : places(second.length);
                    String label = text(args, "label");
                    String color = text(args, "color");
                    return switch (name) {
                        case "plot" -> figure.plot(x, second, label, text(args, "style"), color);
                        default -> figure.bar(x, second, label, color);
                    };
                });
    }

    /** PyTorch's scatter and matplotlib's share a name: a dim in second place tells the tensor op. */
    private static void scatter(Family f, Op tensorOp) {
        Op.Definition definition = f.define(
                "scatter(*data: any, label: any = none, color: any = none, dim: any = none, index: any = none, src:"
                        + " any = none, value: any = none, reduce: any = none)");
        tensorOp.examples().forEach(e -> definition.example(e.call(), e.result()));
        tensorOp.gradientCases()
                .forEach(g -> definition.gradient(g.call(), g.inputs().toArray(new String[0])));
        definition
                .doc("A figure with a mark at each point (x, y). With a dim, scatter(x, dim, index, src): "
                        + tensorOp.doc())
                .is(args -> {
                    Tuple data = (Tuple) args.get("data");
                    if (data.size() > 2 && !(data.get(0) instanceof Figure) || args.has("index")) {
                        Map<String, Object> named = new LinkedHashMap<>();
                        for (String key : new String[] {"dim", "index", "src", "value", "reduce"}) {
                            if (args.has(key)) {
                                named.put(key, args.get(key));
                            }
                        }
                        return tensorOp.call(args.context(), data.items().toArray(), named);
                    }
                    double[] y = numbers(args, -1);
                    double[] x = data(args).length > 1 ? numbers(args, 0) : places(y.length);
                    return start(args).scatter(x, y, text(args, "label"), text(args, "color"));
                });
    }

    private interface Labelled {
        Figure of(Figure figure, String text);
    }

    private static void label(Family f, String name, Labelled with) {
        Op.Definition definition = f.define(name + "(figure: any, text: string)");
        definition
                .doc("The figure with this " + name + ".")
                .example(
                        "plot([1., 4.])." + name + "(\"metres\")",
                        "figure" + (name.equals("title") ? ": metres" : "") + " (1 series, 2 points)")
                .is(args -> with.of(figure(args), args.text("text")));
    }

    private static void scale(Family f, String axis, Labelled with) {
        f.define(axis + "scale(figure: any, scale: string)")
                .doc("The figure with a 'log' or 'linear' " + axis + " axis.")
                .example("plot([1., 4.])." + axis + "scale('log')", "figure (1 series, 2 points)")
                .is(args -> with.of(figure(args), args.text("scale")));
    }

    private static double[] places(int n) {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = i;
        }
        return x;
    }

    /** The figure to add to: the first argument, or an empty one. */
    private static Figure start(Args args) {
        Tuple data = (Tuple) args.get("data");
        return data.size() > 0 && data.get(0) instanceof Figure figure ? figure : Figure.empty();
    }

    private static Object[] data(Args args) {
        Object[] all = ((Tuple) args.get("data"))
                .items().stream().filter(d -> !(d instanceof Figure)).toArray();
        if (all.length < 1 || all.length > 2) {
            throw new TnsException(ErrorKind.VALUE, args.name() + ": takes y, or x and y, " + all.length + " given");
        }
        return all;
    }

    /** A tuple or list of strings alone, or null. */
    private static @Nullable List<String> names(Object value) {
        if (!(value instanceof Iterable<?> items) || !items.iterator().hasNext()) {
            return null;
        }
        List<String> names = new ArrayList<>();
        for (Object item : items) {
            if (!(item instanceof String name)) {
                return null;
            }
            names.add(name);
        }
        return names;
    }

    private static double[] numbers(Args args, int i) {
        Object[] data = data(args);
        Object given = data[i < 0 ? data.length - 1 : i];
        return given instanceof Iterable<?> items
                ? numbers(args, items)
                : HostArray.doubles(tensor(given, args.name()).detach());
    }

    /** The numbers in a list, tuple or range, such as the losses that a loop has gathered. */
    private static double[] numbers(Args args, Iterable<?> items) {
        return StreamSupport.stream(items.spliterator(), false)
                .mapToDouble(item -> switch (item) {
                    case Number n -> n.doubleValue();
                    case Tensor t when t.elements() == 1 -> HostArray.doubles(t.detach())[0];
                    default ->
                        throw new TnsException(
                                ErrorKind.VALUE, args.name() + ": needs numbers, found " + TypeName.describe(item));
                })
                .toArray();
    }

    private static Tensor tensor(Object value, String op) {
        if (value instanceof Tensor t) {
            return t;
        }
        if (value instanceof Param p) {
            return p.value();
        }
        throw new TnsException(ErrorKind.VALUE, op + ": needs a tensor or numbers, found " + TypeName.describe(value));
    }

    private static Figure figure(Args args) {
        if (args.get("figure") instanceof Figure figure) {
            return figure;
        }
        throw new TnsException(
                        ErrorKind.VALUE,
                        args.name() + ": expected a figure, found " + TypeName.describe(args.get("figure")))
                .help("plot(x, y) makes one");
    }

    private static @Nullable String text(Args args, String parameter) {
        Object value = args.get(parameter);
        if (value == None.NONE) {
            return null;
        }
        if (value instanceof String s) {
            return s;
        }
        throw new TnsException(
                ErrorKind.VALUE,
                args.name() + ": " + parameter + " must be a string, found " + TypeName.describe(value));
    }

    private static Object watched(Args args, Live live) {
        Iterable<?> items = items(args.context(), args.get("x"));
        long total = items instanceof Sized sized ? sized.size() : -1;
        return (Iterable<Object>) () -> {
            Progress bar = live.progress(total, args.text("label"));
            Iterator<?> all = items.iterator();
            return new Iterator<>() {
                private boolean started;

                @Override
                public boolean hasNext() {
                    if (started) {
                        bar.step();
                        started = false;
                    }
                    if (!all.hasNext()) {
                        bar.close();
                        return false;
                    }
                    return true;
                }

                @Override
                public Object next() {
                    started = true;
                    return all.next();
                }
            };
        };
    }

    /** What a loop over {@code x} goes over: of a tensor, its first dim. */
    private static Iterable<?> items(Context context, Object x) {
        return switch (x) {
            case Iterable<?> items -> items;
            case Param p -> items(context, p.value());
            case Tensor t
            when t.rank() > 0 ->
                Tuple.of(IntStream.range(0, t.size(0))
                        .mapToObj(i -> Indexing.get(context, t, new Object[] {(long) i}))
                        .toArray());
            default -> throw new TnsException(ErrorKind.VALUE, "progress: cannot go over " + TypeName.describe(x));
        };
    }
}
