package tns.expr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Derivatives of first and second order agree with central differences, and keep the conventions at kinks. */
class DerivativeTest {
    private static final Expr X = Expr.input(0);
    private static final Expr Y = Expr.input(1);
    private static final Expr ONE = Expr.constant(1);

    record Case(Expr expr, double x, double y) {}

    private static Stream<Case> unary(List<UnaryOperator<Expr>> functions, double... points) {
        return functions.stream().flatMap(f -> Arrays.stream(points).mapToObj(p -> new Case(f.apply(X), p, 0)));
    }

    private static Stream<Case> binary(List<BinaryOperator<Expr>> functions, double... points) {
        return functions.stream()
                .flatMap(f -> IntStream.range(0, points.length / 2)
                        .mapToObj(i -> new Case(f.apply(X, Y), points[2 * i], points[2 * i + 1])));
    }

    /** Points away from kinks and jumps. */
    static Stream<Case> cases() {
        return Stream.of(
                        unary(
                                List.of(
                                        Expr::neg,
                                        Expr::abs,
                                        Expr::sign,
                                        Expr::square,
                                        Expr::reciprocal,
                                        Expr::floor,
                                        Expr::ceil,
                                        Expr::trunc,
                                        Expr::round,
                                        Expr::exp,
                                        Expr::exp2,
                                        Expr::expm1,
                                        Expr::sin,
                                        Expr::cos,
                                        Expr::tan,
                                        Expr::atan,
                                        Expr::sinh,
                                        Expr::cosh,
                                        Expr::tanh,
                                        Expr::asinh,
                                        Expr::sigmoid,
                                        Expr::logSigmoid,
                                        Expr::erf,
                                        Expr::erfc,
                                        x -> x.pow(3.0),
                                        x -> x.pow(2.0),
                                        x -> Expr.constant(1.7).pow(x),
                                        x -> Expr.select(x.lt(ONE), x.square(), x.sin())),
                                -1.3,
                                0.7,
                                2.2),
                        unary(
                                List.of(
                                        Expr::sqrt,
                                        Expr::rsqrt,
                                        Expr::log,
                                        Expr::log2,
                                        Expr::log10,
                                        Expr::log1p,
                                        x -> x.pow(2.5),
                                        x -> x.pow(-0.5),
                                        x -> x.pow(x)),
                                0.3,
                                2.2),
                        unary(List.of(Expr::asin, Expr::acos, Expr::atanh), -0.6, 0.3),
                        unary(List.of(Expr::acosh), 1.4, 3),
                        binary(
                                List.of(
                                        Expr::add,
                                        Expr::sub,
                                        Expr::mul,
                                        Expr::div,
                                        Expr::min,
                                        Expr::max,
                                        Expr::fmod,
                                        Expr::remainder,
                                        Expr::floorDiv,
                                        Expr::atan2,
                                        (x, y) -> x.mul(y).exp().add(x.mul(y))),
                                1.3,
                                0.4,
                                -1.7,
                                0.6,
                                0.8,
                                -1.1),
                        binary(List.of(Expr::pow), 1.3, 0.4, 0.4, -2.3))
                .flatMap(cases -> cases);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void firstAndSecondOrderAgreeWithDifferences(Case c) {
        for (int input = 0; input < c.expr.inputCount(); input++) {
            Expr first = c.expr.derivative(input, ONE);
            check(c.expr, first, input, c);
            for (int again = 0; again < c.expr.inputCount(); again++) {
                check(first, first.derivative(again, ONE), again, c);
            }
        }
    }

    private static void check(Expr expr, Expr derivative, int input, Case c) {
        double h = 1e-5;
        double[] low = {c.x, c.y};
        double[] high = {c.x, c.y};
        low[input] -= h;
        high[input] += h;
        double difference = (Scalar.f64(expr, high) - Scalar.f64(expr, low)) / (2 * h);
        double value = Scalar.f64(derivative, c.x, c.y);
        assertEquals(difference, value, 2e-8 * (1 + Math.abs(value)), () -> "d " + expr + " / d x" + input);
    }

    /** The value of d expr / d x0 at (x, y). */
    private static double slope(Expr expr, double... at) {
        return Scalar.f64(expr.derivative(0, ONE), at);
    }

    @Test
    void conventionsAtKinks() {
        assertEquals(0, slope(Expr.select(X.gt(Expr.constant(0)), X, Expr.constant(0)), 0));
        assertEquals(0, slope(X.abs(), 0));
        assertEquals(Double.POSITIVE_INFINITY, slope(X.sqrt(), 0));
        assertEquals(0.5, slope(X.min(Y), 3, 3));
        assertEquals(0.5, slope(Y.max(X), 3, 3));
        assertEquals(1, slope(X.max(Y), Double.NaN, 3));
        assertEquals(0, slope(X.pow(0.0), 0));
        assertEquals(0, slope(X.pow(Y), 0, 0));
        assertEquals(0, Scalar.f64(X.pow(Y).derivative(1, ONE), 0, 2));
        assertEquals(-2, slope(Y.remainder(X), 2.5, 6));
        assertEquals(3, slope(Y.remainder(X), -2.5, 6));
        assertEquals(2, slope(Y.fmod(X), -2.5, 6));
    }

    @Test
    void zerosAreStructural() {
        assertTrue(X.floor().mul(Y).derivative(0, ONE).isZero());
        assertTrue(X.lt(Y).derivative(0, ONE).isZero());
        assertTrue(Y.exp().derivative(0, ONE).isZero());
        assertTrue(X.exp().derivative(7, ONE).isZero());
        Expr guarded = Expr.select(X.gt(Expr.constant(0)), X.log(), X);
        assertEquals(1, slope(guarded, -2));
        Expr inner = Expr.select(Y, Expr.constant(5), X);
        assertEquals(0, Scalar.f64(inner.derivative(0, Expr.constant(Double.NaN)), 1, 1));
    }

    @Test
    void theResultItselfOccursInItsDerivative() {
        Expr y = X.tanh();
        Expr derivative = y.derivative(0, Y);
        Expr substituted = derivative.replace(y, Expr.input(2));
        assertEquals(Y.mul(Expr.input(2).square().neg().add(1)), substituted);
        assertTrue(!substituted.uses(0));
        assertSame(derivative, derivative.replace(X.sinh(), Y));
    }

    @Test
    void sharedSubexpressionsAreDifferentiatedOnce() {
        Expr y = X;
        for (int i = 0; i < 40; i++) {
            y = y.mul(y);
        }
        assertEquals(0x1p40, Scalar.f64(y.derivative(0, ONE), 1));
    }
}
