package tns.expr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Equality, simplification, substitution and text of expressions. */
class ExprTest {
    private static final Expr X = Expr.input(0);
    private static final Expr Y = Expr.input(1);

    @Test
    void equalityIsStructuralAndTellsZerosApart() {
        assertEquals(X.add(Y).exp(), Expr.input(0).add(Expr.input(1)).exp());
        assertEquals(X.exp().hashCode(), Expr.input(0).exp().hashCode());
        assertNotEquals(X.add(Y), Y.add(X));
        assertNotEquals(Expr.constant(0.0), Expr.constant(-0.0));
        assertEquals(Expr.constant(Double.NaN), Expr.constant(Double.NaN));
    }

    @Test
    void equalityOfSharedGraphsIsNotExponential() {
        Expr a = X;
        Expr b = Expr.input(0);
        for (int i = 0; i < 200; i++) {
            a = a.add(a);
            b = b.add(b);
        }
        assertEquals(a, b);
    }

    @Test
    void simplifiesOnlyWhatIsExact() {
        assertSame(X, X.mul(1));
        assertSame(X, X.div(1));
        assertSame(X, X.neg().neg());
        assertSame(X, Expr.select(Y, X, X));
        assertNotEquals(X, X.add(0));
        assertEquals(0, Double.compare(0.0, Scalar.f64(X.add(0), -0.0)));
        assertTrue(Double.isNaN(Scalar.f64(X.mul(0), Double.POSITIVE_INFINITY)));
    }

    @Test
    void inputsAndText() {
        Expr expr = X.mul(Expr.input(2).exp()).add(2.5);
        assertEquals("add(mul(x0, exp(x2)), 2.5)", expr.toString());
        assertEquals(3, expr.inputCount());
        assertTrue(expr.uses(2));
        assertFalse(expr.uses(1));
        assertEquals(0, Expr.constant(3).inputCount());
        assertThrows(IllegalArgumentException.class, () -> Expr.input(-1));
    }

    @Test
    void replaceIsStructural() {
        Expr expr = X.add(Y).exp().mul(X.add(Y));
        assertEquals(Y.exp().mul(Y), expr.replace(X.add(Y), Y));
    }
}
