package tns.expr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Compilation to steps, conversions at the edges of a program, and integer arithmetic. */
class ProgramTest {
    private static final Expr X = Expr.input(0);
    private static final Expr Y = Expr.input(1);

    @Test
    void equalSubexpressionsAreComputedOnceAndRegistersReused() {
        Expr sum = X.add(Y);
        Program program = Program.of(
                Lane.F32,
                sum.mul(Expr.input(0).add(Expr.input(1))).sub(sum).neg().abs());
        assertEquals(5, program.steps().size());
        assertEquals(2, program.registers());
        assertEquals(program, Program.of(Lane.F32, sum.mul(sum).sub(sum).neg().abs()));
    }

    @Test
    void constantsAreFoldedInTheLane() {
        Expr third = Expr.constant(1).div(Expr.constant(3)).mul(Expr.constant(0.1));
        Program program = Program.of(Lane.F32, third);
        assertEquals(List.of(), program.steps());
        assertEquals(1f / 3 * 0.1f, program.floatConstant(program.outputs().get(0)));
        assertEquals(Expr.select(Expr.constant(0), X, Y).toString(), "select(0, x0, x1)");
        assertEquals(
                List.of(),
                Program.of(Lane.F64, Expr.select(Expr.constant(0), X, Y)).steps());
    }

    @Test
    void printsItsSteps() {
        assertEquals(
                "r0 = mul(in0, 2.0)\nr0 = add(r0, in1)\nout r0",
                Program.of(Lane.F64, X.mul(2).add(Y)).toString());
    }

    @Test
    void severalOutputs() {
        Program program = Program.of(Lane.F64, X.add(Y), X.add(Y).mul(2), Expr.constant(7), Y);
        double[] sum = new double[2];
        long[] twice = new long[2];
        byte[] seven = new byte[2];
        float[] copy = new float[2];
        new ScalarRunner()
                .run(
                        program,
                        new Operand[] {
                            new Operand(new float[] {1.5f, 0, -3}, 2, new int[] {-2}),
                            new Operand(new byte[] {1}, 0, new int[] {0})
                        },
                        new Operand[] {
                            new Operand(sum, 0, new int[] {1}),
                            new Operand(twice, 0, new int[] {1}),
                            new Operand(seven, 0, new int[] {1}),
                            new Operand(copy, 0, new int[] {1})
                        },
                        new int[] {2});
        assertArrayEquals(new double[] {-2, 2.5}, sum);
        assertArrayEquals(new long[] {-4, 5}, twice);
        assertArrayEquals(new byte[] {1, 1}, seven);
        assertArrayEquals(new float[] {1, 1}, copy);
    }

    @Test
    void floatsToIntegersTruncateAndBoolsAreTrueForNaN() {
        double[] values = {2.9, -2.9, 1e20, Double.NaN, -0x1p63, 0};
        long[] integers = new long[6];
        byte[] bools = new byte[6];
        new ScalarRunner()
                .run(
                        Program.of(Lane.F64, X, X),
                        new Operand[] {new Operand(values, 0, new int[] {1})},
                        new Operand[] {new Operand(integers, 0, new int[] {1}), new Operand(bools, 0, new int[] {1})},
                        new int[] {6});
        assertArrayEquals(new long[] {2, -2, Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE, 0}, integers);
        assertArrayEquals(new byte[] {1, 1, 1, 1, 1, 0}, bools);
    }

    @Test
    void integersWrapRoundAndFloor() {
        assertEquals(Long.MIN_VALUE, Scalar.i64(X.add(Expr.constant(1)), Long.MAX_VALUE));
        assertEquals(-4, Scalar.i64(X.floorDiv(Y), -7, 2));
        assertEquals(1, Scalar.i64(X.remainder(Y), -7, 2));
        assertEquals(-1, Scalar.i64(X.fmod(Y), -7, 2));
        assertEquals(-3, Scalar.i64(X.div(Y), -7, 2));
        assertEquals(0, Scalar.i64(X.floorDiv(Y), -7, 0));
        assertEquals(-243, Scalar.i64(X.pow(Y), -3, 5));
        assertEquals(1L << 62, Scalar.i64(X.pow(Y), 2, 62));
        assertEquals(0, Scalar.i64(X.pow(Y), 2, 64));
        assertEquals(-6, Scalar.i64(X.bitNot(), 5));
        assertEquals(0b0110, Scalar.i64(X.bitXor(Y), 0b0101, 0b0011));
        assertEquals(-1, Scalar.i64(X.sign(), -9));
        assertEquals((1L << 53) + 1, Scalar.i64(Expr.constant((1L << 53) + 1).add(X), 0));
    }

    @Test
    void whatALaneDoesNotHaveIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Program.of(Lane.I64, X.exp()));
        assertThrows(IllegalArgumentException.class, () -> Program.of(Lane.I64, X.sqrt()));
        assertThrows(IllegalArgumentException.class, () -> Program.of(Lane.I64, X.mul(0.5)));
        assertThrows(IllegalArgumentException.class, () -> Program.of(Lane.F32, X.bitAnd(Y)));
    }
}
