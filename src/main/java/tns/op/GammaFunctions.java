package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.tensor.DType;
import tns.tensor.Tensor;

/** The Hurwitz zeta function, the polygamma functions, which it gives, and the gamma function of several dims. */
final class GammaFunctions {
    /** B(2k) / (2k)! of the Euler-Maclaurin formula (DLMF 25.11.5). */
    private static final double[] BERNOULLI = {
        1.0 / 12,
        -1.0 / 720,
        1.0 / 30240,
        -1.0 / 1209600,
        1.0 / 47900160,
        -691.0 / 1307674368000.0,
        1.0 / 74724249600.0,
        -3617.0 / 10670622842880000.0,
        43867.0 / 5109094217170944000.0,
        -174611.0 / 802857662698291200000.0,
        77683.0 / 14101100039391805440000.0,
        -236364091.0 / 1693824136731743669452800000.0
    };

    /** Terms summed one by one before the formula takes the rest. */
    private static final int TERMS = 10;

    /** A term of this part of the sum no longer changes it. */
    private static final double NEGLIGIBLE = 1e-17;

    private static final Expr ZERO = Expr.constant(0.0);
    private static final Expr ONE = Expr.constant(1.0);
    private static final Expr NAN = Expr.constant(Double.NaN);
    private static final Expr INFINITY = Expr.constant(Double.POSITIVE_INFINITY);

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("special functions");

    private static final Pointwise ZETA = new Pointwise(
            "zeta", 2, Pointwise.Result.FLOAT, zeta(Expr.input(0), Expr.input(1), GammaFunctions::positive));
    private static final Pointwise ZETA_ANYWHERE = new Pointwise(
            "zeta", 2, Pointwise.Result.FLOAT, zeta(Expr.input(0), Expr.input(1), GammaFunctions::anywhere));

    /** The sum over a range of q where it converges. */
    @FunctionalInterface
    private interface Sum {
        Expr of(Expr x, Expr q);
    }

    static {
        FAMILY.define("zeta(x: operand, q: operand)")
                .doc("The Hurwitz zeta function: the sum of (k + q)**-x over k from 0; inf at x = 1, NaN below. For"
                        + " q below 0 only at whole x.")
                .example("zeta([2., 3.], 1)", "tensor([1.6449, 1.2021])")
                .gradient("zeta(x, q)", "x: [2, 3] in 1.5..6", "q: [3] in 0.3..4")
                .gradient("zeta(3, q)", "q: [3] in -1.8..-1.2")
                .is(GammaFunctions::zeta);
        FAMILY.define("polygamma(n: int, x: operand)")
                .doc("The derivative of order n of digamma.")
                .example("polygamma(1, [1., 2.])", "tensor([1.6449, 0.6449])")
                .gradient("polygamma(1, x)", "x: [2, 3] in 0.5..9")
                .gradient("polygamma(2, x)", "x: [3] in -1.8..-1.2")
                .gradient("polygamma(7, x)", "x: [3] in 2..4")
                .is(GammaFunctions::polygamma);
        FAMILY.define("mvlgamma(x: operand, p: int)")
                .doc("The logarithm of the gamma function of p dims: p * (p - 1) / 4 * log(pi) and lgamma(x - j /"
                        + " 2) for j from 0 to p - 1.")
                .example("mvlgamma([2., 3.], 2)", "tensor([0.4516, 1.5502])")
                .alias("multigammaln")
                .gradient("mvlgamma(x, 3)", "x: [2, 3] in 1.3..6")
                .is(GammaFunctions::multivariate);
    }

    private GammaFunctions() {}

    private static Object zeta(Args args) {
        Object[] operands = args.all();
        boolean below = operands[1] instanceof Tensor q
                ? Reductions.anyTrue(Comparison.LT.apply(q.detach(), Reductions.scalar(q, 0)))
                : operands[1] instanceof Number n && n.doubleValue() < 0;
        Pointwise op = below ? ZETA_ANYWHERE : ZETA;
        if (!(operands[0] instanceof Tensor) && !(operands[1] instanceof Tensor)) {
            return op.call(args.context(), operands);
        }
        DType promoted = Promotion.of(operands, args.context().defaultDType());
        DType dtype = promoted.isFloat() ? promoted : args.context().defaultDType();
        Object[] wide = new Object[2];
        for (int i = 0; i < 2; i++) {
            wide[i] = operands[i] instanceof Tensor t ? Casts.to(Casts.to(t, dtype), DType.FLOAT64) : operands[i];
        }
        return Casts.to((Tensor) op.call(args.context(), wide), dtype);
    }

    /** The cases PyTorch tells apart, then the sum. */
    private static Expr zeta(Expr x, Expr q, Sum sum) {
        Expr pole = x.eq(ONE).or(q.le(ZERO).and(q.eq(q.floor())));
        Expr nowhere = x.lt(ONE).or(q.lt(ZERO).and(x.ne(x.floor())));
        Expr inside = pole.or(nowhere).not();
        Expr value = sum.of(Expr.select(inside, x, Expr.constant(2.0)), Expr.select(inside, q, ONE));
        Expr rest = Expr.select(pole.and(x.ge(ONE)), INFINITY, NAN);
        return Expr.select(inside, value, rest);
    }

    /** For q above 0 and x above 1. */
    private static Expr positive(Expr x, Expr q) {
        Expr power = x.neg();
        Expr sum = q.pow(power);
        Expr last = sum;
        for (int i = 1; i < TERMS; i++) {
            last = q.add(i).pow(power);
            sum = sum.add(last);
        }
        Expr a = q.add(TERMS - 1);
        Expr inverse = a.reciprocal().square();
        Expr series = Expr.constant(BERNOULLI[BERNOULLI.length - 1]);
        for (int k = BERNOULLI.length - 2; k >= 0; k--) {
            Expr factor = x.add(2.0 * k + 1).mul(x.add(2.0 * k + 2)).mul(inverse);
            series = series.mul(factor).add(BERNOULLI[k]);
        }
        Expr rest = a.div(x.sub(1.0)).sub(0.5).add(series.mul(x.div(a)));
        return Expr.select(last.le(sum.mul(NEGLIGIBLE)), sum, sum.add(last.mul(rest)));
    }

    /**
     * Also for q below 0 and a whole x: the terms below 0 are, but for a sign, those from the distance to the next whole
     * number above q up to -q.
     */
    private static Expr anywhere(Expr x, Expr q) {
        Expr left = q.lt(ZERO);
        Expr nearest = q.sub(q.floor());
        Expr below = Expr.select(left, ONE.sub(nearest), ONE);
        Expr end = Expr.select(left, ONE.sub(q), ONE);
        Expr mirrored = positive(x, below).sub(positive(x, end));
        Expr odd = x.mul(0.5).ne(x.mul(0.5).floor());
        Expr there = positive(x, Expr.select(left, nearest, q));
        return Expr.select(left, there.add(Expr.select(odd, mirrored.neg(), mirrored)), there);
    }

    private static Object polygamma(Args args) {
        int n = args.integer("n");
        if (n < 0) {
            throw new TnsException(ErrorKind.VALUE, "polygamma: n must not be negative, found " + n);
        }
        if (n == 0) {
            return SpecialFunctions.wide(args, SpecialFunctions.DIGAMMA);
        }
        return SpecialFunctions.wide(args, new Pointwise("polygamma", 1, Pointwise.Result.FLOAT, polygamma(n)));
    }

    /** Above 0 by zeta (DLMF 25.11.12), below by reflection, with the n-th derivative of the cotangent (DLMF 5.15.6). */
    private static Expr polygamma(int n) {
        Expr x = Expr.input(0);
        double factorial = 1;
        for (int i = 2; i <= n; i++) {
            factorial *= i;
        }
        Expr left = x.le(ZERO);
        Expr there = positive(Expr.constant(n + 1.0), Expr.select(left, ONE.sub(x), x))
                .mul(factorial);
        Expr right = n % 2 == 0 ? there.neg() : there;
        Expr turn = SpecialFunctions.turn(Expr.select(left, x, Expr.constant(0.25)));
        Expr cotangent = turn.cos().div(turn.sin());
        double[] c = cotangentDerivative(n);
        Expr derivative = Expr.constant(c[c.length - 1]);
        for (int k = c.length - 2; k >= 0; k--) {
            derivative = derivative.mul(cotangent).add(c[k]);
        }
        Expr mirrored = there.neg().sub(derivative.mul(Math.pow(Math.PI, n + 1)));
        Expr pole = x.eq(x.floor()).and(x.isInf().not());
        Expr atPole = n % 2 == 0 ? INFINITY.neg() : INFINITY;
        return Expr.select(left, Expr.select(pole, atPole, mirrored), right);
    }

    /** The polynomial in c = cot(t) that is its n-th derivative, lowest power first: each is -(1 + c^2) times P'(c). */
    private static double[] cotangentDerivative(int n) {
        double[] p = {0, 1};
        for (int i = 0; i < n; i++) {
            double[] next = new double[p.length + 1];
            for (int k = 1; k < p.length; k++) {
                next[k - 1] -= k * p[k];
                next[k + 1] -= k * p[k];
            }
            p = next;
        }
        return p;
    }

    private static Object multivariate(Args args) {
        int p = args.integer("p");
        Object x = args.get("x");
        if (p < 1) {
            throw new TnsException(ErrorKind.VALUE, "mvlgamma: p must be at least 1, found " + p);
        }
        if (x instanceof Boolean || x instanceof Tensor t && t.dtype() == DType.BOOL) {
            throw new TnsException(ErrorKind.DTYPE, "mvlgamma: takes numbers, found " + TypeName.describe(x))
                    .argument(0);
        }
        DType dtype = x instanceof Tensor t && t.dtype().isFloat()
                ? t.dtype()
                : args.context().defaultDType();
        Context context = args.context();
        Object wide = x instanceof Tensor t ? Casts.to(Casts.to(t, dtype), DType.FLOAT64) : x;
        Object sum = p * (p - 1.0) / 4 * Math.log(Math.PI);
        for (int j = 0; j < p; j++) {
            Object at = Arithmetic.SUB.call(context, new Object[] {wide, j / 2.0});
            Object part = SpecialFunctions.LGAMMA.call(context, new Object[] {at});
            sum = Arithmetic.ADD.call(context, new Object[] {part, sum});
        }
        return sum instanceof Tensor t ? Casts.to(t, dtype) : sum;
    }
}
