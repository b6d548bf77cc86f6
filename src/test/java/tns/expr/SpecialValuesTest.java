package tns.expr;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** NaN, infinities, zeros of both signs, poles and the ends of the range, in both float lanes. */
class SpecialValuesTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    /** Pairs of argument and result; the sign of zero counts. */
    private static void unary(UnaryOperator<Expr> function, double... pairs) {
        Expr expr = function.apply(Expr.input(0));
        for (int i = 0; i < pairs.length; i += 2) {
            String message = expr + " at " + pairs[i];
            assertEquals((float) pairs[i + 1], Scalar.f32(Program.of(Lane.F32, expr), pairs[i]), message);
            assertEquals(pairs[i + 1], Scalar.f64(expr, pairs[i]), message);
        }
    }

    /** Triples of two arguments and result. */
    private static void binary(BinaryOperator<Expr> function, double... triples) {
        Expr expr = function.apply(Expr.input(0), Expr.input(1));
        for (int i = 0; i < triples.length; i += 3) {
            String message = expr + " at " + triples[i] + ", " + triples[i + 1];
            assertEquals(
                    (float) triples[i + 2],
                    Scalar.f32(Program.of(Lane.F32, expr), triples[i], triples[i + 1]),
                    message);
            assertEquals(triples[i + 2], Scalar.f64(expr, triples[i], triples[i + 1]), message);
        }
    }

    @Test
    void exponentials() {
        unary(Expr::exp, 0, 1, -0.0, 1, INF, INF, -INF, 0, 800, INF, -800, 0, NAN, NAN);
        unary(Expr::exp2, 0, 1, 10, 1024, -3, 0.125, INF, INF, -INF, 0, 1030, INF, -1100, 0, NAN, NAN);
        unary(Expr::expm1, 0, 0, -0.0, -0.0, INF, INF, -INF, -1, 800, INF, -800, -1, NAN, NAN, 1e-30, 1e-30);
        unary(Expr::sigmoid, 0, 0.5, INF, 1, -INF, 0, 800, 1, -800, 0, NAN, NAN);
        unary(Expr::logSigmoid, INF, 0, -INF, -INF, -900, -900, NAN, NAN);
        assertEquals(
                Float.MIN_VALUE, Scalar.f32(Program.of(Lane.F32, Expr.input(0).exp()), -103.5));
        assertEquals(Double.MIN_VALUE, Scalar.f64(Expr.input(0).exp(), -744.5));
    }

    @Test
    void logarithms() {
        double[] common = {1, 0, 0, -INF, -0.0, -INF, INF, INF, -1, NAN, -INF, NAN, NAN, NAN};
        unary(Expr::log, common);
        unary(Expr::log2, common);
        unary(Expr::log10, common);
        unary(Expr::log2, 8, 3, 0x1p-100, -100);
        unary(Expr::log10, 1000, 3, 1e10, 10);
        unary(Expr::log1p, 0, 0, -0.0, -0.0, -1, -INF, -2, NAN, INF, INF, -INF, NAN, NAN, NAN, 1e-30, 1e-30);
    }

    @Test
    void angles() {
        unary(Expr::sin, 0, 0, -0.0, -0.0, INF, NAN, -INF, NAN, NAN, NAN, 1e-30, 1e-30);
        unary(Expr::cos, 0, 1, INF, NAN, NAN, NAN);
        unary(Expr::tan, 0, 0, -0.0, -0.0, INF, NAN, NAN, NAN);
        unary(Expr::asin, 0, 0, -0.0, -0.0, 1.5, NAN, -2, NAN, NAN, NAN, 1, Math.PI / 2, -1, -Math.PI / 2);
        unary(Expr::acos, 1, 0, 1.5, NAN, NAN, NAN, -1, Math.PI, 0, Math.PI / 2);
        unary(Expr::atan, 0, 0, -0.0, -0.0, INF, Math.PI / 2, -INF, -Math.PI / 2, NAN, NAN);
        double pi = Math.PI;
        binary(Expr::atan2, 0, 1, 0, -0.0, 1, -0.0, 0, -1, pi, -0.0, -1, -pi, 0, 0, 0, 0, -0.0, pi, -0.0, -0.0, -pi);
        binary(
                Expr::atan2,
                INF,
                INF,
                pi / 4,
                -INF,
                INF,
                -pi / 4,
                INF,
                1,
                pi / 2,
                1,
                -INF,
                pi,
                -1,
                INF,
                -0.0,
                NAN,
                1,
                NAN,
                1,
                NAN,
                NAN);
    }

    @Test
    void hyperbolic() {
        unary(Expr::sinh, 0, 0, -0.0, -0.0, INF, INF, -INF, -INF, NAN, NAN, 800, INF);
        unary(Expr::cosh, 0, 1, INF, INF, -INF, INF, NAN, NAN, -800, INF);
        unary(Expr::tanh, 0, 0, -0.0, -0.0, INF, 1, -INF, -1, NAN, NAN, -50, -1);
        unary(Expr::asinh, 0, 0, -0.0, -0.0, INF, INF, -INF, -INF, NAN, NAN);
        unary(Expr::acosh, 1, 0, 0.5, NAN, -3, NAN, -1e12, NAN, INF, INF, NAN, NAN);
        unary(Expr::atanh, 0, 0, -0.0, -0.0, 1, INF, -1, -INF, 2, NAN, -INF, NAN, NAN, NAN);
        unary(Expr::erf, 0, 0, -0.0, -0.0, INF, 1, -INF, -1, NAN, NAN, -20, -1);
        unary(Expr::erfc, 0, 1, INF, 0, -INF, 2, NAN, NAN, -20, 2, 40, 0);
    }

    @Test
    void power() {
        binary(Expr::pow, 0, 3, 0, -0.0, 3, -0.0, -0.0, 2, 0, 0, -3, INF, -0.0, -3, -INF, -0.0, -2, INF, -0.0, 0.5, 0);
        binary(Expr::pow, -1, INF, 1, -1, -INF, 1, 1, NAN, 1, NAN, 0, 1, NAN, -0.0, 1, NAN, 1, NAN, 2, NAN, NAN);
        binary(Expr::pow, 0.5, INF, 0, 0.5, -INF, INF, 2, INF, INF, 2, -INF, 0, -2, INF, INF, 0, INF, 0, 0, -INF, INF);
        binary(Expr::pow, INF, 2, INF, INF, -2, 0, -INF, 3, -INF, -INF, 2, INF, -INF, -3, -0.0, -INF, -2, 0);
        binary(
                Expr::pow, -8, 1 / 3.0, NAN, -2, 3, -8, -2, 2, 4, -2, -1, -0.5, 10, 400, INF, 10, -400, 0, -10, 401,
                -INF);
        for (double exponent : new double[] {0, 1, 2, 3, -1, 0.5}) {
            double[] bases = {0, -0.0, INF, -INF, NAN, -4};
            for (double base : bases) {
                unary(x -> x.pow(exponent), base, Math.pow(base, exponent));
            }
        }
    }

    @Test
    void remainders() {
        binary(Expr::fmod, 7, 3, 1, -7, 3, -1, 7, -3, 1, 5, 0, NAN, INF, 2, NAN, 2, INF, 2, -0.0, 2, -0.0);
        binary(Expr::remainder, 7, 3, 1, -7, 3, 2, 7, -3, -2, -6, 3, -0.0, 5, 0, NAN, -1, INF, INF);
        binary(
                Expr::floorDiv,
                7,
                3,
                2,
                -7,
                3,
                -3,
                7,
                -3,
                -3,
                5,
                0,
                INF,
                -5,
                0,
                -INF,
                0,
                0,
                NAN,
                -0.0,
                3,
                -0.0,
                1,
                INF,
                0);
    }

    @Test
    void extremaAndSigns() {
        binary(Expr::min, 1, 2, 1, NAN, 1, NAN, 1, NAN, NAN, -INF, 3, -INF);
        binary(Expr::max, 1, 2, 2, NAN, 1, NAN, 1, NAN, NAN, INF, 3, INF);
        unary(Expr::sign, 3, 1, -3, -1, 0, 0, NAN, 0, -INF, -1);
        unary(Expr::round, 0.5, 0, 1.5, 2, 2.5, 2, -0.5, -0.0, NAN, NAN, INF, INF);
        unary(Expr::trunc, -1.7, -1, -0.2, -0.0, 1.7, 1);
        unary(Expr::isNaN, NAN, 1, INF, 0, 0, 0);
        unary(Expr::isInf, NAN, 0, -INF, 1, 0, 0);
        unary(Expr::isFinite, NAN, 0, -INF, 0, 0, 1);
        unary(Expr::not, NAN, 0, 0, 1, -0.0, 1, 2, 0);
        binary(Expr::and, NAN, 2, 1, 0, 2, 0, 2, 0, 0);
        binary(Expr::or, 0, NAN, 1, 0, -0.0, 0, -3, 0, 1);
        binary(Expr::xor, 5, 2, 0, 0, 2, 1);
        binary(Expr::ne, NAN, NAN, 1, 1, 1, 0);
        binary(Expr::ge, NAN, 1, 0, 1, 1, 1);
        unary(Expr::rsqrt, 0, INF, 4, 0.5, INF, 0, -1, NAN);
    }
}
