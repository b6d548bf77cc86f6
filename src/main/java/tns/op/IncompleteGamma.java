package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Tensor;

/**
 * The regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P (DLMF 8.2.4), in float64 and rounded once.
 *
 * <p>Up to x = a + 1 by P's series (DLMF 8.11.4), from there on by Q's continued fraction (DLMF 8.9.2), both evaluated from
 * their last term on; how many it takes grows with the root of the greatest a. Errors are below 1.5e-15, and those of Q
 * from x = a + 1 on below 4e-14 of it, tried for a from 0.01 to 3e5.
 */
public final class IncompleteGamma {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("special functions");

    /** Steps of an iteration in one pass. */
    private static final int UNROLLED = 8;

    /** Terms that suffice for a below 1, and for each root of a more. */
    private static final int LEAST_TERMS = 104;

    private static final double TERMS_BY_ROOT = 10;

    /** Of more terms the factor before them has no digits left: a is some millions then. */
    private static final int MOST_TERMS = 20_000;

    /** From here on the factor is written with Stirling's series, so that large terms do not cancel. */
    private static final double LARGE = 8;

    private static final Expr ZERO = Expr.ZERO;
    private static final Expr ONE = Expr.constant(1.0);
    private static final Expr NAN = Expr.constant(Double.NaN);

    /** Where both are finite and above 0, and the function is neither an edge nor nothing; else 1 stands for them. */
    private static Expr ordinary(Expr a, Expr x) {
        return a.gt(ZERO).and(x.gt(ZERO)).and(a.isFinite()).and(x.isFinite());
    }

    private static final Pointwise KEPT = pointwise(3, kept());
    private static final Pointwise SERIES = pointwise(4, series());
    private static final Pointwise FRACTION = pointwise(4, fraction());
    private static final Pointwise FACTOR = pointwise(3, factor());
    private static final Pointwise LOWER = pointwise(5, result(false));
    private static final Pointwise UPPER = pointwise(5, result(true));
    /** The slope of P by x, from log(gamma(a)). */
    private static final Pointwise SLOPE = pointwise(
            3,
            Expr.input(0)
                    .sub(1.0)
                    .mul(Expr.input(1).log())
                    .sub(Expr.input(1))
                    .sub(Expr.input(2))
                    .exp());

    static {
        define("igamma", "gammainc", "lower", "P", "tensor([0.6321, 0.9502])", LOWER, false);
        define("igammac", "gammaincc", "upper", "Q", "tensor([0.3679, 0.0498])", UPPER, true);
    }

    private IncompleteGamma() {}

    private static Pointwise pointwise(int arity, Expr expr) {
        return new Pointwise("igamma", arity, Pointwise.Result.SAME, expr);
    }

    private static void define(
            String name, String alias, String side, String letter, String result, Pointwise op, boolean upper) {
        FAMILY.define(name + "(x: tensor, other: tensor)")
                .doc("The regularised " + side + " incomplete gamma function " + letter + "(x, other), for x and other"
                        + " from 0 on; NaN below. It has a gradient by other alone, as in PyTorch.")
                .example(name + "(1., [1., 3.])", result)
                .alias(alias)
                .gradient(name + "([0.5, 1., 4.], y)", "y: [2, 3] in 0.3..9")
                .is(args -> values(args, op, upper));
    }

    private static Object values(Args args, Pointwise op, boolean upper) {
        Tensor first = args.tensor("x");
        Tensor second = args.tensor("other");
        DType promoted = Promotion.of(args.all(), args.context().defaultDType());
        DType dtype = promoted.isFloat() ? promoted : args.context().defaultDType();
        return value(args.name(), Casts.to(first, dtype), Casts.to(second, dtype), op, upper);
    }

    /** P(a, x) of floats; its gradient by a is refused, in the name of {@code op}. */
    public static Tensor lower(String op, Tensor a, Tensor x) {
        DType dtype = DType.promote(a.dtype(), x.dtype());
        return value(op, Casts.to(a, dtype), Casts.to(x, dtype), LOWER, false);
    }

    private static Tensor value(String op, Tensor a, Tensor x, Pointwise result, boolean upper) {
        Tensor[] both = Broadcasting.spread(op, a, x);
        Tensor y =
                computed(Casts.to(both[0].detach(), DType.FLOAT64), Casts.to(both[1].detach(), DType.FLOAT64), result);
        return Matrices.tracked(op, Casts.to(y, a.dtype()), (i, found, dy) -> slope(op, both, i, dy, upper), both);
    }

    private static Tensor slope(String op, Tensor[] both, int input, Tensor dy, boolean upper) {
        if (input == 0) {
            throw new TnsException(ErrorKind.VALUE, op + ": has no gradient by its first argument")
                    .help("x.detach() takes it as a constant");
        }
        Tensor a = both[0].detach();
        Tensor slope = SLOPE.apply(a, both[1], SpecialFunctions.LGAMMA.apply(a));
        return Arithmetic.MUL.apply(dy, upper ? Arithmetic.NEG.apply(slope) : slope);
    }

    private static Tensor computed(Tensor a, Tensor x, Pointwise result) {
        Tensor one = Reductions.scalar(a, 1);
        Tensor inA = KEPT.apply(a, x, a);
        Tensor inX = KEPT.apply(a, x, x);
        Tensor factor = FACTOR.apply(inA, inX, SpecialFunctions.LGAMMA.apply(Arithmetic.ADD.apply(inA, one)));
        int terms = terms(inA);
        Tensor series = one;
        Tensor fraction = one;
        for (int n = terms; n > 0; n -= UNROLLED) {
            Tensor last = Reductions.scalar(a, n);
            series = SERIES.apply(inA, inX, series, last);
            fraction = FRACTION.apply(inA, inX, fraction, last);
        }
        Tensor sum = Arithmetic.MUL.apply(factor, series);
        Tensor rest = Arithmetic.DIV.apply(Arithmetic.MUL.apply(factor, inA), fraction);
        return result.apply(a, x, sum, rest, Arithmetic.SUB.apply(inX, inA));
    }

    /** A whole number of passes. */
    private static int terms(Tensor a) {
        double most = 0;
        for (double each : HostArray.doubles(a)) {
            most = Math.max(most, each);
        }
        double terms = Math.min(MOST_TERMS, LEAST_TERMS + TERMS_BY_ROOT * Math.sqrt(most));
        return (int) Math.ceil(terms / UNROLLED) * UNROLLED;
    }

    private static Expr kept() {
        return Expr.select(ordinary(Expr.input(0), Expr.input(1)), Expr.input(2), ONE);
    }

    /** {@code 1 + x / (a + n) s}, for n and the numbers below it. */
    private static Expr series() {
        Expr s = Expr.input(2);
        for (int i = 0; i < UNROLLED; i++) {
            Expr n = Expr.input(3).sub(i);
            s = Expr.input(1).div(Expr.input(0).add(n)).mul(s).add(1.0);
        }
        return s;
    }

    /** {@code x + 2 n - 1 - a - n (n - a) / t}, likewise; it ends as the denominator of the fraction. */
    private static Expr fraction() {
        Expr a = Expr.input(0);
        Expr t = Expr.input(2);
        for (int i = 0; i < UNROLLED; i++) {
            Expr n = Expr.input(3).sub(i);
            t = Expr.input(1)
                    .sub(a)
                    .add(n.mul(2.0).sub(1.0))
                    .sub(n.mul(n.sub(a)).div(t));
        }
        return t;
    }

    /** {@code x^a e^-x / gamma(a + 1)}, from the logarithm of the last. */
    private static Expr factor() {
        Expr a = Expr.input(0);
        Expr x = Expr.input(1);
        Expr small = a.lt(Expr.constant(LARGE));
        Expr near = a.mul(x.log()).sub(x).sub(Expr.input(2)).exp();
        Expr away = x.sub(a).div(a);
        Expr large = Expr.select(small, Expr.constant(LARGE), a);
        Expr height = a.mul(away.sub(away.log1p())).neg().sub(SpecialFunctions.stirling(large));
        Expr far = height.exp().div(large.mul(2 * Math.PI).sqrt());
        return Expr.select(small, near, far);
    }

    private static Expr result(boolean upper) {
        Expr a = Expr.input(0);
        Expr x = Expr.input(1);
        Expr bySeries = Expr.input(4).lt(ONE);
        Expr value = upper
                ? Expr.select(bySeries, ONE.sub(Expr.input(2)), Expr.input(3))
                : Expr.select(bySeries, Expr.input(2), ONE.sub(Expr.input(3)));
        Expr nothing = upper ? ONE : ZERO;
        Expr all = upper ? ZERO : ONE;
        Expr beyond = Expr.select(a.isInf(), nothing, Expr.select(x.eq(ZERO), nothing, all));
        Expr undefined = a.lt(ZERO)
                .or(x.lt(ZERO))
                .or(a.isNaN())
                .or(x.isNaN())
                .or(a.eq(ZERO).and(x.eq(ZERO)))
                .or(a.isInf().and(x.isInf()));
        return Expr.select(undefined, NAN, Expr.select(ordinary(a, x), value, beyond));
    }
}
