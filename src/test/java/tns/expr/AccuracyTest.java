package tns.expr;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The errors stay within the bounds of {@link Primitive}: F64 against decimal arithmetic with 40 digits, F32 in strides
 * over all floats against the F64 program, whose own error is far below an ulp of a float.
 */
class AccuracyTest {
    private static final long SEED = Long.getLong("tns.seed", 20);
    private static final int F32_STRIDE = 50_021;
    /** Constants are such that both lanes represent them. */
    private static final double NEAR_ONE = 1.0001f;

    /** A function, its reference and the interval of arguments to try in F64. */
    record Case(
            Primitive primitive,
            UnaryOperator<Expr> function,
            UnaryOperator<BigDecimal> reference,
            double from,
            double to) {
        @Override
        public String toString() {
            return primitive.label() + " on [" + from + ", " + to + "]";
        }
    }

    private static Case of(
            Primitive primitive,
            UnaryOperator<Expr> function,
            UnaryOperator<BigDecimal> reference,
            double from,
            double to) {
        return new Case(primitive, function, reference, from, to);
    }

    private static BigDecimal big(double value) {
        return new BigDecimal(value);
    }

    private static UnaryOperator<BigDecimal> power(double exponent) {
        return x -> Reference.exp(Reference.log(x).multiply(big(exponent)));
    }

    static Stream<Case> cases() {
        BigDecimal one = BigDecimal.ONE;
        MathContext mc = new MathContext(60);
        BigDecimal ln10 = Reference.log(BigDecimal.TEN);
        Function<BigDecimal, BigDecimal> sigmoid = x -> one.divide(one.add(Reference.exp(x.negate())), mc);
        return Stream.of(
                of(Primitive.EXP, Expr::exp, Reference::exp, -740, 709.7),
                of(Primitive.EXP, Expr::exp, Reference::exp, -1, 1),
                of(Primitive.EXP2, Expr::exp2, x -> Reference.exp(x.multiply(Reference.LN2)), -1070, 1023.9),
                of(Primitive.EXPM1, Expr::expm1, Reference::expm1, -2, 2),
                of(Primitive.EXPM1, Expr::expm1, Reference::expm1, -40, 709.7),
                of(Primitive.LOG, Expr::log, Reference::log, 0.4, 2.5),
                of(Primitive.LOG, Expr::log, Reference::log, 1e-310, 1e305),
                of(Primitive.LOG2, Expr::log2, x -> Reference.log(x).divide(Reference.LN2, mc), 0.4, 2.5),
                of(Primitive.LOG10, Expr::log10, x -> Reference.log(x).divide(ln10, mc), 0.1, 1000),
                of(Primitive.LOG1P, Expr::log1p, Reference::log1p, -0.999, 3),
                of(Primitive.LOG1P, Expr::log1p, Reference::log1p, 1e-300, 1e300),
                of(Primitive.SIN, Expr::sin, x -> Reference.sin(x, 0), -10, 10),
                of(Primitive.SIN, Expr::sin, x -> Reference.sin(x, 0), 1e-10, 1e300),
                of(Primitive.COS, Expr::cos, x -> Reference.sin(x, 1), -10, 10),
                of(Primitive.COS, Expr::cos, x -> Reference.sin(x, 1), 1e5, 1e200),
                of(Primitive.TAN, Expr::tan, x -> Reference.sin(x, 0).divide(Reference.sin(x, 1), mc), -20, 20),
                of(Primitive.ASIN, Expr::asin, Reference::asin, -1, 1),
                of(Primitive.ACOS, Expr::acos, Reference::acos, -1, 1),
                of(Primitive.ATAN, Expr::atan, Reference::atan, -3, 3),
                of(Primitive.ATAN, Expr::atan, Reference::atan, 1e-100, 1e100),
                of(
                        Primitive.ATAN2,
                        x -> Expr.atan2(x, Expr.constant(-0.75)),
                        x -> Reference.atan2(x, big(-0.75)),
                        -3,
                        3),
                of(Primitive.ATAN2, x -> Expr.atan2(Expr.constant(1.25), x), x -> Reference.atan2(big(1.25), x), -3, 3),
                of(Primitive.SINH, Expr::sinh, Reference::sinh, -3, 3),
                of(Primitive.SINH, Expr::sinh, Reference::sinh, -710, 710),
                of(Primitive.COSH, Expr::cosh, Reference::cosh, -3, 3),
                of(Primitive.TANH, Expr::tanh, x -> Reference.sinh(x).divide(Reference.cosh(x), mc), -3, 3),
                of(Primitive.ASINH, Expr::asinh, Reference::asinh, -3, 3),
                of(Primitive.ASINH, Expr::asinh, Reference::asinh, 1e-100, 1e300),
                of(Primitive.ACOSH, Expr::acosh, Reference::acosh, 1, 4),
                of(Primitive.ACOSH, Expr::acosh, Reference::acosh, 1, 1e300),
                of(Primitive.ATANH, Expr::atanh, Reference::atanh, -0.9999, 0.9999),
                of(Primitive.SIGMOID, Expr::sigmoid, sigmoid::apply, -40, 40),
                of(
                        Primitive.LOG_SIGMOID,
                        Expr::logSigmoid,
                        x -> Reference.log1p(Reference.exp(x.negate())).negate(),
                        -40,
                        40),
                of(Primitive.ERF, Expr::erf, Reference::erf, -4, 4),
                of(Primitive.ERFC, Expr::erfc, Reference::erfc, -3, 12),
                of(Primitive.RSQRT, Expr::rsqrt, x -> one.divide(Reference.sqrt(x), mc), 1e-3, 1e3),
                of(Primitive.POW, x -> x.pow(100.25), power(100.25), 1e-3, 1100),
                of(Primitive.POW, x -> x.pow(-1.75), power(-1.75), 1e-170, 1e170),
                of(Primitive.POW, x -> x.pow(1e5), power(1e5), 0.9935, 1.007),
                of(
                        Primitive.POW,
                        x -> Expr.constant(NEAR_ONE).pow(x),
                        x -> Reference.exp(Reference.log(big(NEAR_ONE)).multiply(x)),
                        -7e6,
                        7e6));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void f64(Case c) {
        SplittableRandom random = new SplittableRandom(SEED);
        Program program = Program.of(Lane.F64, c.function.apply(Expr.input(0)));
        double worst = 0;
        double at = 0;
        for (int i = 0; i < 150; i++) {
            double x = c.from > 0 && c.to / c.from > 1e10
                    ? Math.exp(random.nextDouble(Math.log(c.from), Math.log(c.to)))
                    : random.nextDouble(c.from, c.to);
            double error = ulps(Scalar.f64(program, x), c.reference.apply(big(x)));
            if (error > worst) {
                worst = error;
                at = x;
            }
        }
        report(c, Lane.F64, worst, at);
    }

    private static double ulps(double actual, BigDecimal exact) {
        BigDecimal ulp = big(Math.ulp(exact.doubleValue()));
        return big(actual).subtract(exact).divide(ulp, new MathContext(5)).abs().doubleValue();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void f32(Case c) {
        Expr expr = c.function.apply(Expr.input(0));
        int n = (int) ((1L << 32) / F32_STRIDE);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = Float.intBitsToFloat(i * F32_STRIDE);
        }
        float[] actual = new float[n];
        double[] exact = new double[n];
        ScalarRunner runner = new ScalarRunner();
        Operand[] input = {new Operand(x, 0, new int[] {1})};
        runner.run(
                Program.of(Lane.F32, expr), input, new Operand[] {new Operand(actual, 0, new int[] {1})}, new int[] {n
                });
        runner.run(
                Program.of(Lane.F64, expr), input, new Operand[] {new Operand(exact, 0, new int[] {1})}, new int[] {n});
        double worst = 0;
        double at = 0;
        for (int i = 0; i < n; i++) {
            double error = ulps(actual[i], exact[i]);
            if (error > worst) {
                worst = error;
                at = x[i];
            }
        }
        report(c, Lane.F32, worst, at);
    }

    private static double ulps(float actual, double exact) {
        float nearest = (float) exact;
        if (Float.isNaN(nearest) || Float.isInfinite(nearest) || nearest == 0) {
            boolean same = Float.compare(actual, nearest) == 0;
            boolean nextToInfinity = Float.isInfinite(nearest) && Math.abs(actual) == Float.MAX_VALUE;
            boolean nextToZero = exact != 0 && nearest == 0 && Math.abs(actual) <= Float.MIN_VALUE;
            return same ? 0 : nextToInfinity || nextToZero ? 1 : Double.POSITIVE_INFINITY;
        }
        return Math.abs(actual - exact) / Math.ulp(nearest);
    }

    private static void report(Case c, Lane lane, double worst, double at) {
        if (Boolean.getBoolean("tns.accuracy")) {
            System.getLogger("tns.expr")
                    .log(System.Logger.Level.INFO, String.format("%s %s %.3f at %s", lane, c, worst, at));
        }
        assertTrue(worst <= c.primitive.ulp(lane), () -> c + " in " + lane + ": " + worst + " ulp at " + at);
    }
}
