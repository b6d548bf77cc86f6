package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.tensor.DType;
import tns.tensor.Tensor;

/** The parts and the neighbours of floats: fraction and exponent, the next float on the way to another. */
final class FloatParts {
    private static final Family PRIMITIVES = new Family("scalar functions");

    /** The exponents of the powers of two that bring any float64 between 1 and 2, each used once. */
    private static final int[] UP = {512, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1};

    private static final int[] DOWN = {512, 256, 128, 64, 32, 16, 8, 4, 2, 1};

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("scalar functions");

    private static final Pointwise FRACTION = PRIMITIVES.pointwise("frexp(x)").is(x -> parts(x).fraction());
    private static final Pointwise EXPONENT = PRIMITIVES.pointwise("frexp(x)").is(x -> parts(x).exponent());
    private static final Pointwise NEXT_F32 =
            PRIMITIVES.pointwise("nextafter(x, y)").is((x, y) -> towards(x, y, 24, -149, Float.MAX_VALUE));
    private static final Pointwise NEXT_F64 =
            PRIMITIVES.pointwise("nextafter(x, y)").is((x, y) -> towards(x, y, 53, -1074, Double.MAX_VALUE));

    static {
        FAMILY.define("frexp(x: tensor)")
                .doc("A tuple of fractions, from 0.5 up to 1 in size, and whole exponents: x is fraction *"
                        + " 2**exponent.")
                .example("frexp([6., -0.5])", "(tensor([ 0.7500, -0.5000]), tensor([3, 0]))")
                .gradient("frexp(x)[0]", "x: [2, 3] in 1.1..1.9")
                .is(args -> {
                    Tensor x = real(args.tensor("x"), "frexp", 0);
                    Tensor wide = Casts.to(x, DType.FLOAT64);
                    Tensor exponent = Casts.to(EXPONENT.apply(wide.detach()), DType.INT64);
                    return Tuple.of(Casts.to(FRACTION.apply(wide), x.dtype()), exponent);
                });
        FAMILY.define("nextafter(x: tensor, y: tensor)")
                .doc("The float next to x on the way to y; y where they are equal.")
                .example("nextafter([1.], [2.]) - 1", "tensor([1.1921e-07])")
                .is(args -> {
                    Tensor x = args.tensor("x").detach();
                    Tensor y = args.tensor("y").detach();
                    DType dtype = Promotion.of(x, y);
                    if (!dtype.isFloat()) {
                        real(x, "nextafter", 0);
                    }
                    Pointwise next = dtype == DType.FLOAT32 ? NEXT_F32 : NEXT_F64;
                    return next.apply(Casts.to(x, dtype), Casts.to(y, dtype));
                });
    }

    private FloatParts() {}

    private static Tensor real(Tensor x, String op, int argument) {
        if (!x.dtype().isFloat()) {
            throw new TnsException(ErrorKind.DTYPE, op + ": takes floats, found " + x.describe())
                    .help("x.float() converts")
                    .argument(argument);
        }
        return x;
    }

    private record Parts(Expr fraction, Expr exponent) {}

    /** Multiplies by powers of two, which is exact, until the size is between 1 and 2. */
    private static Parts parts(Expr x) {
        Expr size = x;
        Expr exponent = Expr.constant(1.0);
        for (int k : DOWN) {
            Expr large = size.abs().ge(Expr.constant(Math.scalb(1.0, k)));
            size = Expr.select(large, size.mul(Math.scalb(1.0, -k)), size);
            exponent = Expr.select(large, exponent.add(k), exponent);
        }
        for (int k : UP) {
            Expr small = size.abs().lt(Expr.constant(Math.scalb(1.0, 1 - k)));
            size = Expr.select(small, size.mul(Math.scalb(1.0, k)), size);
            exponent = Expr.select(small, exponent.sub(k), exponent);
        }
        Expr whole = x.isFinite().and(x.ne(Expr.ZERO));
        return new Parts(Expr.select(whole, size.mul(0.5), x), Expr.select(whole, exponent, Expr.ZERO));
    }

    /**
     * Rump, Zimmermann, Boldo, Melquiond, "Computing predecessor and successor in rounding to nearest", 2009: adds a
     * little more than half an ulp; to small numbers the least float there is, or scales them up first.
     */
    private static Expr towards(Expr x, Expr y, int digits, int least, double greatest) {
        Expr up = y.gt(x);
        Expr z = Expr.select(up, x, x.neg());
        double unit = Math.scalb(1.0, -digits);
        double step = unit * (1 + 2 * unit);
        Expr size = z.abs();
        Expr scaled = z.mul(Math.scalb(1.0, digits));
        Expr tiny = scaled.add(scaled.abs().mul(step)).mul(unit);
        Expr isLarge = size.ge(Expr.constant(Math.scalb(1.0, least + 2 * digits - 1)));
        Expr isSmall = size.lt(Expr.constant(Math.scalb(1.0, least + digits)));
        Expr small = Expr.select(isSmall, z.add(Math.scalb(1.0, least)), tiny);
        Expr next = Expr.select(isLarge, z.add(size.mul(step)), small);
        Expr finite = Expr.select(z.isInf(), Expr.constant(-greatest), next);
        Expr signed = Expr.select(up, finite, finite.neg());
        Expr found = Expr.select(signed.eq(Expr.ZERO), x.mul(0.0), signed);
        return Expr.select(x.eq(y), y, Expr.select(x.isNaN().or(y.isNaN()), x.add(y), found));
    }
}
