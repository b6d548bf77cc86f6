package tns.op;

import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.tensor.DType;
import tns.tensor.Origin;
import tns.tensor.Reduction;
import tns.tensor.Tensor;

/** The reductions of the language: sums, means, extremes, spread, truth and norms. */
public final class ReductionOps {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("reductions");

    /** sqrt with gradient 0 at 0, for the spread of equal values. */
    static final Pointwise SPREAD_ROOT =
            new Family("spread").pointwise("std(x)").is(x -> flatAtZero(x, Expr.constant(0.0), Expr::sqrt));

    /** A power of what is not negative, with gradient 0 at 0, for norms. */
    private static final Pointwise SIZE_POWER = new Family("sizes")
            .pointwise("norm(x, p)")
            .is((x, p) -> {
                Expr infinite = p.lt(Expr.constant(0.0));
                Expr ofZero = Expr.select(infinite, Expr.constant(Double.POSITIVE_INFINITY), Expr.constant(0.0));
                return flatAtZero(x, ofZero, y -> y.pow(p));
            });

    static {
        FAMILY.define("sum(x: tensor, dim: ints = none, keepdim: bool = false, dtype: dtype = none)")
                .doc("The sum of all elements, or over the given dims; ints and bools sum to int64.")
                .example("sum([[1, 2], [3, 4]], dim=0)", "tensor([4, 6])")
                .gradient("sum(x, dim=1)", "x: [2, 3]")
                .gradient("sum(x)", "x: [2, 3]")
                .is(args -> {
                    Tensor x = cast(args);
                    return Reductions.sum(x, Dims.of(args, x, "sum"));
                });
        FAMILY.define("mean(x: tensor, dim: ints = none, keepdim: bool = false, dtype: dtype = none)")
                .doc("The mean of all elements, or over the given dims; NaN of no elements.")
                .example("mean([[1., 2.], [3., 4.]], dim=1)", "tensor([1.5000, 3.5000])")
                .gradient("mean(x, dim=0, keepdim=true)", "x: [2, 3]")
                .is(args -> {
                    Tensor x = requireFloat(cast(args), "mean");
                    return Reductions.mean(x, Dims.of(args, x, "mean"));
                });
        FAMILY.define("prod(x: tensor, dim: ints = none, keepdim: bool = false, dtype: dtype = none)")
                .doc("The product of all elements, or over the given dims; its gradient is exact with zeros too.")
                .example("prod([1, 2, 3, 4])", "tensor(24)")
                .gradient("prod(x, dim=1)", "x: [2, 3]")
                .is(args -> {
                    Tensor x = cast(args);
                    return Reductions.prod(x, Dims.of(args, x, "prod"));
                });
        extreme("max", Reduction.MAX, Reduction.ARGMAX, Arithmetic.MAXIMUM, "greatest");
        extreme("min", Reduction.MIN, Reduction.ARGMIN, Arithmetic.MINIMUM, "least");
        var("var", "variance", "tensor(1.6667)", false);
        var("std", "standard deviation", "tensor(1.2910)", true);
        FAMILY.define("any(x: tensor, dim: ints = none, keepdim: bool = false)")
                .doc("Whether any element is true or not 0.")
                .example("any([false, true])", "tensor(true)")
                .is(args -> truth(args, Reduction.MAX, "any"));
        FAMILY.define("all(x: tensor, dim: ints = none, keepdim: bool = false)")
                .doc("Whether all elements are true or not 0.")
                .example("all([1, 0, 2])", "tensor(false)")
                .is(args -> truth(args, Reduction.MIN, "all"));
        FAMILY.define("count_nonzero(x: tensor, dim: ints = none)")
                .doc("How many elements are not 0.")
                .example("count_nonzero([0, 1, 2])", "tensor(2)")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    Tensor mask = x.dtype() == DType.BOOL ? x : Comparison.NE.apply(x, Reductions.scalar(x, 0));
                    int[] dims = args.intsOrNull("dim");
                    return Reductions.sum(mask, dims == null ? Dims.all(x, false) : dims(x, dims, "count_nonzero"));
                });
        FAMILY.define("logsumexp(x: tensor, dim: ints, keepdim: bool = false)")
                .doc("log(sum(exp(x))) over the given dims, without overflow.")
                .example("logsumexp([0., 0.], dim=0)", "tensor(0.6931)")
                .gradient("logsumexp(x, dim=1)", "x: [2, 3]")
                .is(args -> {
                    Tensor x = floating(args.tensor("x"));
                    return logSumExp(x, Dims.of(args, x, "logsumexp"));
                });
        FAMILY.define("norm(x: tensor, p: any = 2, dim: ints = none, keepdim: bool = false, dtype: dtype = none)")
                .doc("The p-norm of all elements, or over the given dims; p may be inf, -inf, 0 or \"fro\"; \"nuc\""
                        + " is that of matrix_norm.")
                .example("norm([3., 4.])", "tensor(5.)")
                .gradient("norm(x)", "x: [2, 3]")
                .gradient("norm(x, p=3, dim=1)", "x: [2, 3] in 0.3..2")
                .is(args -> {
                    Tensor x = requireFloat(cast(args), "norm");
                    if (args.get("p").equals("nuc")) {
                        return MatrixNorms.nuclear(x, args.intsOrNull("dim"), args.flag("keepdim"));
                    }
                    return norm(x, exponent(args.get("p")), Dims.of(args, x, "norm"));
                });
        FAMILY.define("vector_norm(x: tensor, ord: any = 2, dim: ints = none, keepdim: bool = false, dtype: dtype ="
                        + " none)")
                .doc("The norm of order ord of all elements, or over the given dims.")
                .example("vector_norm([3., -4.], ord=1)", "tensor(7.)")
                .gradient("vector_norm(x, ord=3, dim=1)", "x: [2, 3] in 0.3..2")
                .is(args -> {
                    Tensor x = requireFloat(cast(args), "vector_norm");
                    return norm(x, exponent(args.get("ord")), Dims.of(args, x, "vector_norm"));
                });
    }

    private ReductionOps() {}

    private static void extreme(String name, Reduction value, Reduction place, Pointwise two, String word) {
        FAMILY.define(name + "(x: tensor, dim: any = none, keepdim: bool = false)")
                .doc("The " + word + " element; with a dim, the pair (values, indices) along it;"
                        + " with a second tensor, the " + word + "r of the two at every position. NaN wins.")
                .example(name + "([[1., 5.], [7., 2.]])", name.equals("max") ? "tensor(7.)" : "tensor(1.)")
                .gradient(name + "(x)", "x: [2, 3]")
                .gradient(name + "(x, dim=1).values", "x: [2, 3]")
                .is(args -> extremeOf(args, name, value, place, two));
        FAMILY.define("a" + name + "(x: tensor, dim: ints = none, keepdim: bool = false)")
                .doc("The " + word + " element, or that over the given dims; a tie shares its gradient equally.")
                .example(
                        "a" + name + "([[1., 5.], [7., 2.]], dim=1)",
                        name.equals("max") ? "tensor([5., 7.])" : "tensor([1., 2.])")
                .gradient("a" + name + "(x, dim=(0, 1))", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    return Reductions.extreme(value, x, Dims.of(args, x, "a" + name), "a" + name);
                });
        FAMILY.define("arg" + name + "(x: tensor, dim: int = none, keepdim: bool = false)")
                .doc("The position of the first " + word + " element, along a dim or among all.")
                .example("arg" + name + "([3., 9., 1.])", name.equals("max") ? "tensor(1)" : "tensor(2)")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    return Reductions.position(place, x, oneOrAll(args, x, "arg" + name), "arg" + name);
                });
    }

    private static Object extremeOf(Args args, String name, Reduction value, Reduction place, Pointwise two) {
        Tensor x = args.tensor("x");
        Object second = args.get("dim");
        if (second == None.NONE) {
            return Reductions.extreme(value, x, Dims.all(x, args.flag("keepdim")), name, Reductions.SAME);
        }
        if (second instanceof Tensor || second instanceof tns.tensor.Param || second instanceof Double) {
            return two.call(args.context(), new Object[] {x, second});
        }
        if (!(second instanceof Long dim)) {
            throw new TnsException(ErrorKind.VALUE, name + ": dim must be an int, found " + TypeName.describe(second));
        }
        int d = x.shape().dim(Args.integer(dim, name + ": dim"), name);
        Dims dims = Dims.of(x, d, args.flag("keepdim"));
        Tensor index = Reductions.position(place, x, Dims.of(x, d, true), name);
        Tensor values = x.rank() == 0 ? x : Selection.gather(x, d, index);
        boolean drop = !args.flag("keepdim") && x.rank() > 0;
        return Tuple.named(
                List.of("values", "indices"),
                drop ? Movement.squeeze(values, d) : values,
                drop ? Movement.squeeze(index, d) : dims.shaped(index));
    }

    private static void var(String name, String words, String result, boolean root) {
        String parameters = "(x: tensor, dim: any = none, unbiased: any = none, keepdim: bool = false,"
                + " correction: number = none)";
        FAMILY.define(name + parameters)
                .doc("The " + words
                        + ", of all elements or over the given dims; divides by n - correction, 1 unless given.")
                .example(name + "([1., 2., 3., 4.])", result)
                .gradient(name + "(x, dim=1)", "x: [2, 3]")
                .gradient(name + "(x, correction=0)", "x: [2, 3]")
                .is(args -> spread(args, name, root).get(0));
        FAMILY.define(name + "_mean" + parameters)
                .doc("The pair of the " + words + " and the mean.")
                .example(name + "_mean([1., 2., 3., 4.])", "(" + result + ", tensor(2.5000))")
                .gradient(name + "_mean(x, dim=1)[0]", "x: [2, 3]")
                .gradient(name + "_mean(x, dim=1)[1]", "x: [2, 3]")
                .is(args -> spread(args, name + "_mean", root));
    }

    /** The pair (variance or its root, mean). A bool in place of dim means unbiased, as in PyTorch. */
    private static Tuple spread(Args args, String op, boolean root) {
        Tensor x = requireFloat(args.tensor("x"), op);
        Object dim = args.get("dim");
        Object unbiased = dim instanceof Boolean ? dim : args.get("unbiased");
        Dims dims =
                dim == None.NONE || dim instanceof Boolean ? Dims.all(x, args.flag("keepdim")) : dims(x, args, dim, op);
        double correction = args.has("correction") ? args.real("correction") : Boolean.FALSE.equals(unbiased) ? 0 : 1;
        Tensor mean = Reductions.mean(x, dims);
        Tensor difference = Arithmetic.SUB.apply(x, dims.restored(mean));
        Tensor total = Reductions.sum(Arithmetic.SQUARE.apply(difference), dims);
        Tensor variance = Arithmetic.DIV.apply(total, Reductions.scalar(x, Math.max(dims.count() - correction, 0)));
        return Tuple.of(root ? SPREAD_ROOT.apply(variance) : variance, mean);
    }

    private static Dims dims(Tensor x, Args args, Object dim, String op) {
        Object ints = Conversion.ints(dim);
        if (!(ints instanceof int[] all)) {
            throw new TnsException(
                    ErrorKind.VALUE, op + ": dim must be an int or a tuple of ints, found " + TypeName.describe(dim));
        }
        return all.length == 0 ? Dims.all(x, args.flag("keepdim")) : keeping(x, all, op, args.flag("keepdim"));
    }

    static Dims dims(Tensor x, int[] given, String op) {
        return keeping(x, given, op, false);
    }

    static Dims keeping(Tensor x, int[] given, String op, boolean keep) {
        int[] dims = new int[x.rank() == 0 ? 0 : given.length];
        for (int i = 0; i < given.length; i++) {
            int d = x.shape().dim(given[i], op);
            if (i < dims.length) {
                dims[i] = d;
            }
        }
        return Dims.of(x, dims, keep);
    }

    private static Dims oneOrAll(Args args, Tensor x, String op) {
        boolean keep = args.flag("keepdim");
        return args.has("dim") ? Dims.of(x, x.shape().dim(args.integer("dim"), op), keep) : Dims.all(x, keep);
    }

    private static Object truth(Args args, Reduction reduction, String op) {
        Tensor x = args.tensor("x");
        return Reductions.truth(reduction, x, Dims.of(args, x, op));
    }

    /** log(sum(exp(x))) shifted by the greatest element, which carries no gradient. */
    static Tensor logSumExp(Tensor x, Dims dims) {
        if (dims.count() == 0) {
            return Elementary.LOG.apply(Reductions.sum(x, dims));
        }
        Tensor greatest = dims.restored(Reductions.extreme(Reduction.MAX, x.plain(), dims, "logsumexp"));
        Tensor shift = Comparison.WHERE.apply(Comparison.IS_FINITE.apply(greatest), greatest, Reductions.scalar(x, 0));
        Tensor total = Reductions.sum(Elementary.EXP.apply(Arithmetic.SUB.apply(x, shift)), dims);
        return Arithmetic.ADD.apply(Elementary.LOG.apply(total), Movement.reshape(shift, total.shape()));
    }

    private static double exponent(Object p) {
        return switch (p) {
            case Number n -> n.doubleValue();
            case String s when s.equals("fro") -> 2;
            case Tensor t when t.elements() == 1 && t.item() instanceof Number n -> n.doubleValue();
            default ->
                throw new TnsException(
                        ErrorKind.VALUE, "norm: p must be a number or \"fro\", found " + TypeName.describe(p));
        };
    }

    /** A function that is {@code ofZero} at 0, where it has no gradient. */
    private static Expr flatAtZero(Expr x, Expr ofZero, UnaryOperator<Expr> function) {
        Expr zero = x.eq(Expr.constant(0.0));
        return Expr.select(zero, ofZero, function.apply(Expr.select(zero, Expr.constant(1.0), x)));
    }

    /** The p-norm; its gradient at 0 is 0. */
    static Tensor norm(Tensor x, double p, Dims dims) {
        if (p == 0) {
            Tensor mask = Comparison.NE.apply(x, Reductions.scalar(x, 0));
            Tensor count = Casts.to(Reductions.sum(mask, dims), x.dtype());
            return Reductions.tracked(x) ? count.withOrigin(new Unrelated()) : count;
        }
        Tensor size = Elementary.ABS.apply(x);
        if (Double.isInfinite(p)) {
            if (p > 0 && dims.count() == 0) {
                return Reductions.sum(size, dims);
            }
            return Reductions.extreme(p > 0 ? Reduction.MAX : Reduction.MIN, size, dims, "norm");
        }
        if (p == 1 || dims.count() == 1) {
            return Reductions.sum(size, dims);
        }
        if (p == 2) {
            Tensor squares = Arithmetic.SQUARE.apply(x);
            Tensor sum = Reductions.sum(squares, dims);
            squares.lost();
            Tensor root = SPREAD_ROOT.apply(sum);
            sum.lost();
            size.lost();
            return root;
        }
        Tensor power = Reductions.scalar(x, p);
        Tensor total = Reductions.sum(SIZE_POWER.apply(size, power), dims);
        return SIZE_POWER.apply(total, Reductions.scalar(x, 1 / p));
    }

    /** The history of a count: tracked, as in PyTorch, yet no gradient reaches any input. */
    private static final class Unrelated extends Origin {
        Unrelated() {
            super("norm");
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            return null;
        }
    }

    private static Tensor cast(Args args) {
        Tensor x = args.tensor("x");
        DType dtype = args.dtypeOrNull("dtype");
        return dtype == null ? x : Casts.to(x, dtype);
    }

    /** Ints and bools as the default float dtype. */
    public static Tensor floating(Tensor x) {
        return x.dtype().isFloat() ? x : Casts.to(x, DType.FLOAT32);
    }

    public static Tensor requireFloat(Tensor x, String op) {
        if (!x.dtype().isFloat()) {
            throw new TnsException(ErrorKind.DTYPE, op + ": needs a float tensor, found " + x.describe())
                    .help("convert it first: x.float()")
                    .argument(0);
        }
        return x;
    }

    /** The given dtype, or null. */
    static @Nullable DType dtype(Args args) {
        return args.dtypeOrNull("dtype");
    }
}
