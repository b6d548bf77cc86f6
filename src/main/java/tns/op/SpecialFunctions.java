package tns.op;

import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.tensor.DType;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.Tensor;

/** The gamma function's family, the inverse error function, and logarithms that neither overflow nor meet 0 * inf. */
public final class SpecialFunctions {
    private static final Expr ZERO = Expr.constant(0.0);
    private static final Expr ONE = Expr.constant(1.0);
    private static final Family PRIMITIVES = new Family("special functions");

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("special functions");

    static final Pointwise LOGADDEXP = FAMILY.pointwise("logaddexp(x, y)")
            .doc("log(exp(x) + exp(y)), without overflow.")
            .example("logaddexp([0., 100.], [0., 100.])", "tensor([  0.6931, 100.6931])")
            .floating()
            .is((x, y) -> logAddExp(x, y));
    static final Pointwise XLOGY = FAMILY.pointwise("xlogy(x, y)")
            .doc("x * log(y), and 0 where x is 0 whatever y, unless it is NaN.")
            .example("xlogy([0., 2.], [0., 1.])", "tensor([0., 0.])")
            .floating()
            .domain("-2..2", "0.2..3")
            .is((x, y) -> {
                Expr infinite = y.le(ZERO).or(y.isInf());
                return x.mul(Expr.select(x.eq(ZERO).and(infinite), ONE, y).log());
            });

    /** Terms of Stirling's series, B(2k) / (2k (2k - 1)); from 8 on the rest is below 1e-15 (DLMF 5.11.1). */
    private static final double[] STIRLING = {
        1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400
    };

    private static final int SHIFT = 8;

    private static final Pointwise SINC = PRIMITIVES
            .pointwise("sinc(x)")
            .floating()
            .is(x -> {
                Expr angle = Expr.select(x.eq(ZERO), ONE, x).mul(Math.PI);
                return Expr.select(x.eq(ZERO), ONE, angle.sin().div(angle));
            });
    private static final Pointwise SPHERICAL_J0 =
            PRIMITIVES.pointwise("spherical_bessel_j0(x)").floating().is(SpecialFunctions::sineOverSelf);
    public static final Pointwise LGAMMA =
            PRIMITIVES.pointwise("lgamma(x)").floating().is(SpecialFunctions::logGamma);
    public static final Pointwise DIGAMMA =
            PRIMITIVES.pointwise("digamma(x)").floating().is(SpecialFunctions::digamma);
    private static final Pointwise ERFINV =
            PRIMITIVES.pointwise("erfinv(x)").floating().is(SpecialFunctions::inverseErf);
    private static final Pointwise LOGIT = PRIMITIVES
            .pointwise("logit(x)")
            .floating()
            .is(x -> {
                // A root of what is negative: outside 0..1 the slope is NaN too, as in PyTorch.
                Expr outside = x.lt(ZERO).or(x.gt(ONE));
                Expr negative = Expr.select(outside, x.sub(x.square()), ONE);
                return Expr.select(outside, negative.sqrt(), x.log().sub(x.neg().log1p()));
            });
    private static final Pointwise LOGIT_WITHIN = PRIMITIVES
            .pointwise("logit(x, eps)")
            .floating()
            .is((x, eps) -> {
                Expr most = Expr.constant(1.0).sub(eps);
                Expr kept = Expr.select(x.lt(eps), eps, Expr.select(x.gt(most), most, x));
                return kept.log().sub(kept.neg().log1p());
            });

    static {
        FAMILY.pointwise("logaddexp2(x, y)")
                .doc("log2(2**x + 2**y), without overflow.")
                .example("logaddexp2([1., 3.], [1., 3.])", "tensor([2., 4.])")
                .floating()
                .is((x, y) -> {
                    Expr greater = x.max(y);
                    Expr below = x.sub(y).abs().neg();
                    Expr sum = greater.add(below.exp2().log1p().div(Math.log(2)));
                    return Expr.select(x.eq(y).and(x.isInf()), x, sum);
                });
        FAMILY.pointwise("xlog1py(x, y)")
                .doc("x * log1p(y), and 0 where x is 0 whatever y, unless it is NaN.")
                .example("xlog1py([0., 2.], [-1., 0.])", "tensor([0., 0.])")
                .floating()
                .domain("-2..2", "-0.8..3")
                .is((x, y) -> {
                    Expr infinite = y.le(Expr.constant(-1.0)).or(y.isInf());
                    return x.mul(Expr.select(x.eq(ZERO).and(infinite), ZERO, y).log1p());
                });
        FAMILY.define("sinc(x: operand)")
                .doc("sin(pi * x) / (pi * x), and 1 at 0.")
                .example("sinc([0., 0.5])", "tensor([1.0000, 0.6366])")
                .gradient("sinc(x)", "x: [2, 3] in 0.2..2")
                .is(args -> wide(args, SINC));
        FAMILY.define("spherical_bessel_j0(x: operand)")
                .doc("The spherical Bessel function of order 0: sin(x) / x, and 1 at 0.")
                .example("spherical_bessel_j0([0., 1., 10.])", "tensor([ 1.0000,  0.8415, -0.0544])")
                .gradient("spherical_bessel_j0(x)", "x: [2, 3] in -0.9..0.9")
                .gradient("spherical_bessel_j0(x)", "x: [2, 3] in 1.1..9")
                .is(args -> wide(args, SPHERICAL_J0));
        FAMILY.define("lgamma(x: operand)")
                .doc("The logarithm of the absolute value of the gamma function; inf at 0 and the negative whole"
                        + " numbers.")
                .alias("gammaln")
                .example("lgamma([1., 5., 0.5])", "tensor([0.0000, 3.1781, 0.5724])")
                .gradient("lgamma(x)", "x: [2, 3] in 0.3..9")
                .gradient("lgamma(x)", "x: [2, 3] in -1.8..-1.2")
                .is(args -> wide(args, LGAMMA));
        FAMILY.define("digamma(x: operand)")
                .doc("The derivative of lgamma.")
                .alias("psi")
                .example("digamma([1., 2.])", "tensor([-0.5772,  0.4228])")
                .gradient("digamma(x)", "x: [2, 3] in 0.3..9")
                .gradient("digamma(x)", "x: [2, 3] in -1.8..-1.2")
                .is(args -> wide(args, DIGAMMA));
        FAMILY.define("erfinv(x: operand)")
                .doc("The inverse of erf; inf at 1, NaN beyond.")
                .example("erfinv([0., 0.5, 1.])", "tensor([0.0000, 0.4769,    inf])")
                .gradient("erfinv(x)", "x: [2, 3] in -0.8..0.8")
                .is(args -> erfinv(args));
        FAMILY.define("logit(x: operand, eps: float = none)")
                .doc("log(x / (1 - x)), the inverse of sigmoid; with eps, of x kept between eps and 1 - eps.")
                .example("logit([0.5, 0.9])", "tensor([0.0000, 2.1972])")
                .gradient("logit(x)", "x: [2, 3] in 0.1..0.9")
                .gradient("logit(x, eps=0.3)", "x: [2, 3] in 0.1..0.9")
                .is(args -> args.has("eps")
                        ? LOGIT_WITHIN.call(args.context(), new Object[] {args.get("x"), args.real("eps")})
                        : LOGIT.call(args.context(), new Object[] {args.get("x")}));
    }

    private SpecialFunctions() {}

    private static Expr logAddExp(Expr x, Expr y) {
        Expr below = x.sub(y).abs().neg();
        return Expr.select(x.eq(y).and(x.isInf()), x, x.max(y).add(below.exp().log1p()));
    }

    /** Computes in float64 and rounds once: in float32 the series would cancel near its zeros. */
    static Object wide(Args args, Pointwise op) {
        Object x = args.get("x");
        if (!(x instanceof Tensor t)) {
            return op.call(args.context(), new Object[] {x});
        }
        DType dtype = t.dtype().isFloat() ? t.dtype() : args.context().defaultDType();
        return Casts.to(op.apply(Casts.to(Casts.to(t, dtype), DType.FLOAT64)), dtype);
    }

    /** sin(x) / x; up to 1 by its series in x², whose slopes do not cancel. */
    private static Expr sineOverSelf(Expr x) {
        Expr near = x.abs().lt(ONE);
        Expr square = Expr.select(near, x, ZERO).square();
        Expr series = ONE;
        for (int k = 10; k > 0; k--) {
            series = ONE.sub(square.mul(series).div(2 * k * (2 * k + 1)));
        }
        Expr far = Expr.select(near.or(x.isInf()), ONE, x);
        return Expr.select(near, series, Expr.select(x.isInf(), ZERO, far.sin().div(far)));
    }

    /** x where it is at least 0.5, else its mirror image 1 - x. */
    private static Expr right(Expr x) {
        return Expr.select(x.lt(Expr.constant(0.5)), Expr.constant(1.0).sub(x), x);
    }

    /** The angle pi * x of the mirrored side, less whole turns; of the other side one whose slope is finite. */
    static Expr turn(Expr x) {
        Expr left = Expr.select(x.lt(Expr.constant(0.5)), x, Expr.constant(0.25));
        return left.sub(left.round()).mul(Math.PI);
    }

    /** What Stirling's formula leaves of the logarithm of gamma, for z from 8 on. */
    static Expr stirling(Expr z) {
        Expr inverse = z.reciprocal();
        Expr square = inverse.square();
        Expr series = Expr.constant(STIRLING[STIRLING.length - 1]);
        for (int k = STIRLING.length - 2; k >= 0; k--) {
            series = series.mul(square).add(STIRLING[k]);
        }
        return series.mul(inverse);
    }

    private static Expr logGamma(Expr x) {
        Expr u = right(x);
        Expr small = u.lt(Expr.constant((double) SHIFT));
        Expr near = Expr.select(small, u, ONE);
        Expr product = near;
        for (int i = 1; i < SHIFT; i++) {
            product = product.mul(near.add(i));
        }
        Expr z = Expr.select(small, u.add(SHIFT), u);
        Expr stirling = z.sub(0.5)
                .mul(z.log().sub(1.0))
                .add(0.5 * Math.log(2 * Math.PI) - 0.5)
                .add(stirling(z));
        Expr there = Expr.select(u.isInf(), u, Expr.select(small, stirling.sub(product.log()), stirling));
        Expr sine = turn(x).sin().abs();
        Expr mirrored = Expr.constant(Math.log(Math.PI)).sub(sine.log()).sub(there);
        Expr finite = Expr.select(x.isInf(), x.abs(), mirrored);
        return Expr.select(x.lt(Expr.constant(0.5)), finite, there);
    }

    /** Its series is the derivative of Stirling's; x below 0.5 by reflection (DLMF 5.5.4). */
    static Expr digamma(Expr x) {
        Expr u = right(x);
        Expr small = u.lt(Expr.constant((double) SHIFT));
        Expr sum = u.reciprocal();
        for (int i = 1; i < SHIFT; i++) {
            sum = sum.add(u.add(i).reciprocal());
        }
        Expr z = Expr.select(small, u.add(SHIFT), u);
        Expr inverse = z.reciprocal();
        Expr square = inverse.square();
        int last = STIRLING.length - 1;
        Expr series = Expr.constant(STIRLING[last] * (2 * last + 1));
        for (int k = last - 1; k >= 0; k--) {
            series = series.mul(square).add(STIRLING[k] * (2 * k + 1));
        }
        Expr far = z.log().sub(inverse.mul(0.5)).sub(series.mul(square));
        Expr there = Expr.select(u.isInf(), u, Expr.select(small, far.sub(sum), far));
        Expr mirrored = there.sub(turn(x).cos().div(turn(x).sin()).mul(Math.PI));
        Expr whole = x.eq(x.round()).and(x.ne(ZERO)).or(x.isInf());
        Expr left = Expr.select(
                whole,
                Expr.constant(Double.NaN),
                Expr.select(x.eq(ZERO), x.reciprocal().neg(), mirrored));
        return Expr.select(x.lt(Expr.constant(0.5)), left, there);
    }

    /** The inverse of erf, computed in float64 and rounded once; without a gradient. */
    public static Tensor inverseErf(Tensor x) {
        return Casts.to(ERFINV.apply(Casts.to(x.detach(), DType.FLOAT64)), x.dtype());
    }

    private static Object erfinv(Args args) {
        Object value = wide(args, ERFINV);
        if (value instanceof Tensor y && args.get("x") instanceof Tensor x && x.requiresGrad() && GradMode.enabled()) {
            return y.withOrigin(new InverseErfOrigin(x));
        }
        return value;
    }

    /** Winitzki's approximation, 2008, and three steps of Newton on the side where erf or erfc has the digits. */
    static Expr inverseErf(Expr x) {
        Expr size = x.abs();
        Expr rest = size.neg().log1p().add(size.log1p());
        Expr first = rest.mul(0.5).add(2 / (Math.PI * 0.147));
        Expr y = first.square().sub(rest.div(0.147)).sqrt().sub(first).sqrt();
        Expr outer = size.gt(Expr.constant(0.5));
        for (int i = 0; i < 3; i++) {
            Expr error = Expr.select(
                    outer, Expr.constant(1.0).sub(size).sub(y.erfc()), y.erf().sub(size));
            y = y.sub(error.mul(y.square().exp()).mul(Math.sqrt(Math.PI) / 2));
        }
        Expr edge = size.eq(Expr.constant(1.0));
        Expr found = Expr.select(edge, Expr.constant(Double.POSITIVE_INFINITY), Expr.select(x.eq(ZERO), size, y));
        return Expr.select(x.lt(ZERO), found.neg(), found);
    }

    /** dy * sqrt(pi) / 2 * exp(y²): the steps of the iteration say nothing of the slope. */
    private static final class InverseErfOrigin extends Origin {
        InverseErfOrigin(Tensor x) {
            super("erfinv", x);
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            Tensor slope = Arithmetic.MUL.apply(
                    Elementary.EXP.apply(Arithmetic.SQUARE.apply(y)), Reductions.scalar(y, Math.sqrt(Math.PI) / 2));
            return Casts.to(Arithmetic.MUL.apply(dy, slope), input(0).dtype());
        }
    }
}
