package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Operand;
import tns.expr.Program;
import tns.expr.ScalarRunner;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Programs and folds of truth values, against the definition. */
class TruthsTest {
    private final CpuDevice cpu = new CpuDevice(1);
    private final Random random = new Random(RandomTensors.SEED);

    private Tensor bools(int n) {
        byte[] values = new byte[n];
        for (int i = 0; i < n; i++) {
            values[i] = (byte) random.nextInt(2);
        }
        return Tensor.upload(cpu, DType.BOOL, Shape.of(n), values);
    }

    private Expr formula(int inputs, int depth) {
        if (depth == 0) {
            return random.nextInt(8) == 0 ? Expr.constant(random.nextInt(3) - 1) : Expr.input(random.nextInt(inputs));
        }
        Expr a = formula(inputs, depth - 1);
        Expr b = formula(inputs, depth - 1);
        return switch (random.nextInt(7)) {
            case 0 -> a.bitAnd(b);
            case 1 -> a.bitOr(b);
            case 2 -> a.bitXor(b);
            case 3 -> a.add(b);
            case 4 -> a.lt(b);
            case 5 -> a.sub(b).eq(formula(inputs, 0));
            default -> a.mul(b).ne(Expr.constant(0));
        };
    }

    @Test
    void programsAsTheirDefinition() {
        int done = 0;
        for (int round = 0; round < 300; round++) {
            int inputs = 1 + random.nextInt(3);
            int n = 256 + random.nextInt(300);
            Program program =
                    Program.of(Lane.I64, formula(inputs, 2), formula(inputs, 3).ne(Expr.constant(0)));
            Tensor[] given = new Tensor[program.inputs()];
            Operand[] operands = new Operand[given.length];
            for (int i = 0; i < given.length; i++) {
                boolean repeats = random.nextInt(4) == 0;
                Tensor whole = bools(n + 5);
                given[i] = repeats
                        ? whole.window(whole.view().slice(0, 3, 1, 1))
                                .window(whole.view().slice(0, 3, 0, n))
                        : whole.window(whole.view().slice(0, random.nextInt(5), 1, n));
                int[] strides = {repeats ? 0 : 1};
                operands[i] =
                        new Operand(HostBuffer.array(whole), given[i].view().offset(), strides);
            }
            byte[][] wanted = new byte[2][n];
            Operand[] results = {new Operand(wanted[0], 0, new int[] {1}), new Operand(wanted[1], 0, new int[] {1})};
            new ScalarRunner().run(program, operands, results, new int[] {n});
            Tensor[] got = {Tensor.allocate(cpu, DType.BOOL, Shape.of(n)), Tensor.allocate(cpu, DType.BOOL, Shape.of(n))
            };
            if (!Truths.run(new Parallel(2), program, given, Shape.of(n), got)) {
                assertEquals(0, program.inputs());
                continue;
            }
            done++;
            for (int k = 0; k < 2; k++) {
                assertArrayEquals(
                        wanted[k],
                        (byte[]) HostBuffer.array(got[k]),
                        program + ", round " + round + ", -Dtns.seed=" + RandomTensors.SEED);
            }
        }
        assertTrue(done > 200);
    }

    @Test
    void onlyTruthsWithoutGaps() {
        Program and = Program.of(Lane.I64, Expr.input(0).bitAnd(Expr.input(1)));
        Tensor x = bools(2000);
        Tensor half = x.window(x.view().slice(0, 0, 2, 1000));
        Tensor longs = Tensor.allocate(cpu, DType.INT64, Shape.of(1000));
        Tensor y = Tensor.allocate(cpu, DType.BOOL, Shape.of(1000));
        Parallel one = new Parallel(1);
        assertFalse(Truths.run(one, and, new Tensor[] {half, half}, Shape.of(1000), new Tensor[] {y}));
        assertFalse(Truths.run(one, and, new Tensor[] {longs, longs}, Shape.of(1000), new Tensor[] {y}));
    }

    @ParameterizedTest
    @EnumSource(value = Reduction.class, mode = EnumSource.Mode.MATCH_NONE, names = "ARG.*")
    void foldsAsTheirDefinition(Reduction reduction) {
        for (int n : new int[] {1, 63, 64, 2047, 2048, 300_001}) {
            for (int kind = 0; kind < 3; kind++) {
                int rows = n > 1000 ? 3 : 50;
                Tensor flat = bools(rows * n);
                byte[] values = (byte[]) HostBuffer.array(flat);
                if (kind > 0) {
                    int value = kind - 1;
                    IntStream.range(0, values.length).forEach(i -> values[i] = (byte) value);
                    values[values.length - 1] = (byte) random.nextInt(2);
                }
                Tensor x = Tensor.upload(cpu, DType.BOOL, Shape.of(rows, n), values);
                DType dtype = reduction == Reduction.SUM || reduction == Reduction.PROD ? DType.INT64 : DType.BOOL;
                Tensor wanted = Tensor.allocate(cpu, dtype, Shape.of(rows));
                Tensor got = Tensor.allocate(cpu, dtype, Shape.of(rows));
                Reduce.run(new Parallel(1), new FoldLoops(null), reduction, x, 1, wanted);
                assertEquals(n >= 64, Truths.reduce(new Parallel(3), reduction, x, got));
                if (n >= 64) {
                    assertArrayEquals(HostArray.longs(wanted), HostArray.longs(got), n + " a row");
                }
            }
        }
    }
}
