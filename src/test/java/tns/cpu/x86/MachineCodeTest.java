package tns.cpu.x86;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;

/** What the code must never do: touch memory beside its arrays. That its numbers are right, the executors' tests say. */
class MachineCodeTest {
    @BeforeEach
    void suitable() {
        assumeTrue(Processor.isSuitable(), "no processor with AVX2, or no access to native code");
    }

    @Test
    void arraysThatAreTooShortAreRefused() {
        PointwiseLoop loop = loop(Program.of(Lane.F32, Expr.input(0).add(Expr.input(1))), 0);
        Object[] arrays = {new float[10], new float[9], new float[10]};
        assertThrows(IndexOutOfBoundsException.class, () -> loop.run(arrays, new int[3], 10));
        assertThrows(IndexOutOfBoundsException.class, () -> loop.run(arrays, new int[] {2, 0, 0}, 9));
        assertThrows(IndexOutOfBoundsException.class, () -> loop.run(arrays, new int[] {-1, 0, 0}, 9));
        assertEquals(9, loop.run(arrays, new int[3], 9));
        assertEquals(0, loop.run(arrays, new int[3], 0));
        Object[] wrong = {new float[10], new double[10], new float[10]};
        assertThrows(ClassCastException.class, () -> loop.run(wrong, new int[3], 9));
    }

    @Test
    void stripsStayWithinTheirArrays() {
        MatrixStrip strip = MatrixStrip.of(false, 2, 2, true, false);
        float[] a = new float[2 * 3];
        float[] b = new float[3 * 9];
        float[] c = new float[2 * 9];
        strip.run(a, 0, 3, 1, b, 0, 9, c, 0, 9, 1, 9, 3);
        assertThrows(
                IndexOutOfBoundsException.class, () -> strip.run(a, 0, 3, 1, b, 0, 9, c, 0, 9, 2, 9, 3), "two tiles");
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> strip.run(a, 0, 3, 1, b, 1, 9, c, 0, 9, 1, 9, 3),
                "b further on");
        assertThrows(
                IndexOutOfBoundsException.class, () -> strip.run(a, 0, -3, 1, b, 0, 9, c, 0, 9, 1, 9, 3), "rows up");
        assertThrows(IndexOutOfBoundsException.class, () -> strip.run(a, 0, 3, 1, b, 0, 9, c, 0, 9, 1, 17, 3), "wide");
        assertThrows(IndexOutOfBoundsException.class, () -> strip.run(a, 0, 3, 1, b, 0, 9, c, 0, 9, 1, 8, 3), "narrow");
    }

    /** What lies beside the last elements stays as it is, whatever their number. */
    @Test
    void nothingIsWrittenBeside() {
        for (Lane lane : new Lane[] {Lane.F32, Lane.F64}) {
            PointwiseLoop loop = loop(Program.of(lane, Expr.input(0).mul(2)), 0);
            for (int n = 0; n <= 40; n++) {
                double[] wanted = new double[60];
                Arrays.fill(wanted, 5);
                Arrays.fill(wanted, 3, 3 + n, 14);
                Object x = lane == Lane.F32 ? filled(7) : filled(7.0);
                Object y = lane == Lane.F32 ? filled(5) : filled(5.0);
                loop.run(new Object[] {x, y}, new int[] {2, 3}, n);
                for (int i = 0; i < wanted.length; i++) {
                    assertEquals(wanted[i], y instanceof float[] f ? f[i] : ((double[]) y)[i], lane + " " + n);
                }
            }
        }
    }

    private static float[] filled(int value) {
        float[] x = new float[60];
        Arrays.fill(x, value);
        return x;
    }

    private static double[] filled(double value) {
        double[] x = new double[60];
        Arrays.fill(x, value);
        return x;
    }

    @Test
    void squaresAreTurned() {
        SquareTurns turns = new SquareTurns();
        int side = SquareTurns.SIDE;
        float[] x = new float[3 * side * side + 1];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
        }
        float[] y = new float[x.length + 2];
        turns.run(x, 1, 3 * side, y, 2, side, 3);
        for (int r = 0; r < side; r++) {
            for (int c = 0; c < 3 * side; c++) {
                assertEquals(x[1 + r * 3 * side + c], y[2 + c * side + r]);
            }
        }
        assertArrayEquals(new float[2], Arrays.copyOf(y, 2));
        assertEquals(0, y[y.length - 1]);
        assertThrows(IndexOutOfBoundsException.class, () -> turns.run(x, 2, 3 * side, y, 2, side, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> turns.run(x, 1, 3 * side, y, 4, side, 3));
    }

    /** Inputs are given on as they were, though each takes the other's place. */
    @Test
    void resultsOverTheirInputs() {
        PointwiseLoop loop = loop(Program.of(Lane.F32, Expr.input(1), Expr.input(0)), 0);
        for (int n : new int[] {3, 8, 45}) {
            float[] x = filled(7);
            float[] y = filled(8);
            loop.run(new Object[] {x, y, x, y}, new int[4], n);
            for (int i = 0; i < x.length; i++) {
                assertEquals(i < n ? 8 : 7, x[i]);
                assertEquals(i < n ? 7 : 8, y[i]);
            }
        }
    }

    @Test
    void whatHasNoCode() {
        Expr x = Expr.input(0);
        assertNull(PointwiseLoop.of(Program.of(Lane.F32, x.fmod(Expr.constant(3.0))), 0));
        assertNull(PointwiseLoop.of(Program.of(Lane.I64, x.add(1)), 0));
        Expr many = x;
        for (int i = 1; i <= NativeCode.ARRAYS; i++) {
            many = many.add(Expr.input(i));
        }
        assertNull(PointwiseLoop.of(Program.of(Lane.F32, many), 0));
        assertNotNull(PointwiseLoop.of(Program.of(Lane.F32, many), 0b11));
    }

    /** Angles that a program cannot reduce by itself end a run before their vector. */
    @Test
    void largeAnglesStop() {
        PointwiseLoop loop = loop(Program.of(Lane.F32, Expr.input(0).sin()), 0);
        float[] x = new float[40];
        float[] y = new float[40];
        x[19] = 1e30f;
        assertEquals(16, loop.run(new Object[] {x, y}, new int[2], 40));
        assertEquals(20, loop.run(new Object[] {x, y}, new int[] {20, 20}, 20));
    }

    private static PointwiseLoop loop(Program program, long uniforms) {
        return Objects.requireNonNull(PointwiseLoop.of(program, uniforms));
    }
}
