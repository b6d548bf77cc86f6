package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import tns.cuda.emulator.Emulator;
import tns.cuda.ptx.KernelText;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Operand;
import tns.expr.RowLayout;
import tns.expr.RowProgram;
import tns.expr.RowProgram.Definition;
import tns.expr.RowProgram.Extent;
import tns.expr.RowRunner;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.View;

/** Row kernels give the bits of the row runner, whatever the lengths of rows, and need no memory for registers. */
class RowKernelTest {
    private static final int[] LENGTHS = {1, 2, 3, 4, 31, 32, 33, 64, 255, 256, 257, 1000, 1001, 4097};

    private static final Map<String, Function<Definition, List<Expr>>> PROGRAMS = new TreeMap<>(Map.of(
            "softmax", RowKernelTest::softmax,
            "softmax'", RowKernelTest::softmaxGradient,
            "layer_norm", RowKernelTest::layerNorm,
            "layer_norm'", RowKernelTest::layerNormGradient,
            "cross_entropy", RowKernelTest::crossEntropy,
            "cross_entropy'", RowKernelTest::crossEntropyGradient,
            "three matrices", RowKernelTest::threeMatrices));

    private static List<Expr> softmax(Definition d) {
        Expr x = d.input(Extent.ELEMENT);
        Expr e = d.keep(x.sub(d.max(x)).exp());
        Expr scale = d.keep(d.sum(e).reciprocal());
        return List.of(d.keep(e.mul(scale)));
    }

    private static List<Expr> softmaxGradient(Definition d) {
        Expr y = d.input(Extent.ELEMENT);
        Expr dy = d.input(Extent.ELEMENT);
        return List.of(d.keep(y.mul(dy.sub(d.sum(y.mul(dy))))));
    }

    private static List<Expr> layerNorm(Definition d) {
        Expr x = d.input(Extent.ELEMENT);
        Expr weight = d.input(Extent.COLUMN);
        Expr bias = d.input(Extent.COLUMN);
        Expr eps = d.input(Extent.UNIFORM);
        Expr n = d.length();
        Expr mean = d.keep(d.sum(x).div(n));
        Expr centred = d.keep(x.sub(mean));
        Expr scale = d.keep(d.sum(centred.square()).div(n).add(eps).rsqrt());
        return List.of(d.keep(centred.mul(scale).mul(weight).add(bias)), mean, scale);
    }

    private static List<Expr> crossEntropy(Definition d) {
        Expr x = d.input(Extent.ELEMENT);
        Expr target = d.input(Extent.ROW);
        Expr greatest = d.max(x);
        Expr lse = d.keep(d.sum(x.sub(greatest).exp()).log().add(greatest));
        Expr chosen = d.sum(Expr.select(d.index().eq(target), x, Expr.constant(0.0)));
        return List.of(d.keep(lse.sub(chosen)), lse);
    }

    private static List<Expr> layerNormGradient(Definition d) {
        Expr x = d.input(Extent.ELEMENT);
        Expr dy = d.input(Extent.ELEMENT);
        Expr mean = d.input(Extent.ROW);
        Expr scale = d.input(Extent.ROW);
        Expr n = d.length();
        Expr given = d.keep(dy.mul(d.input(Extent.COLUMN)));
        Expr standard = d.keep(x.sub(mean).mul(scale));
        Expr total = d.sum(given);
        Expr product = d.sum(given.mul(standard));
        Expr level = d.keep(total.div(n));
        Expr slope = d.keep(product.div(n));
        return List.of(d.keep(scale.mul(given.sub(level).sub(standard.mul(slope)))));
    }

    private static List<Expr> crossEntropyGradient(Definition d) {
        Expr x = d.input(Extent.ELEMENT);
        Expr target = d.input(Extent.ROW);
        Expr lse = d.input(Extent.ROW);
        Expr dy = d.input(Extent.ROW);
        return List.of(d.keep(d.index().eq(target).sub(x.sub(lse).exp()).mul(dy)));
    }

    private static List<Expr> threeMatrices(Definition d) {
        Expr a = d.input(Extent.ELEMENT);
        Expr b = d.input(Extent.ELEMENT);
        Expr c = d.input(Extent.ELEMENT);
        Expr s = d.sum(a.mul(b));
        return List.of(d.keep(a.add(s)), d.keep(b.mul(c).sub(d.max(c.mul(s)))));
    }

    @Test
    void bitsOfTheRunner() {
        Random random = new Random(5);
        int round = 0;
        for (Map.Entry<String, Function<Definition, List<Expr>>> each : PROGRAMS.entrySet()) {
            for (Lane lane : new Lane[] {Lane.F32, Lane.F64}) {
                RowProgram program = RowProgram.in(lane, each.getValue());
                for (int n : LENGTHS) {
                    for (int rows : n > 300 ? new int[] {1, 3} : new int[] {1, 3, 65}) {
                        Emulator.Order order = Emulator.Order.values()[round++ % 3];
                        check(each.getKey(), program, rows, n, 0, false, order, random);
                    }
                }
            }
        }
    }

    /** Rows that one piece of the layout does not hold are walked, in every program. */
    @Test
    void longRows() {
        Random random = new Random(6);
        for (Map.Entry<String, Function<Definition, List<Expr>>> each : PROGRAMS.entrySet()) {
            RowProgram program = RowProgram.in(Lane.F64, each.getValue());
            int n = 10_000;
            assertTrue(
                    n > RowPlan.layout(program, n).piece() || program.inputs().size() < 2);
            check(each.getKey(), program, 1, n, 0, false, Emulator.Order.REVERSED, random);
            check(each.getKey(), program, 1, n + 1, 0, false, Emulator.Order.FORWARD, random);
        }
        RowProgram program = RowProgram.in(Lane.F32, RowKernelTest::softmax);
        check("softmax", program, 1, 20_000, 0, true, Emulator.Order.RANDOM, random);
    }

    /** Addresses that are no multiple of 16 give the same bits. */
    @Test
    void anyAddress() {
        Random random = new Random(7);
        for (int n : new int[] {64, 100, 1024}) {
            check("softmax", RowProgram.in(Lane.F32, RowKernelTest::softmax), 3, n, 1, false, order(n), random);
            check("layer_norm", RowProgram.in(Lane.F64, RowKernelTest::layerNorm), 3, n, 1, false, order(n), random);
        }
    }

    /** NaN and infinities in some of the rows. */
    @Test
    void specialValues() {
        Random random = new Random(8);
        for (Map.Entry<String, Function<Definition, List<Expr>>> each : PROGRAMS.entrySet()) {
            for (int n : new int[] {3, 33, 256}) {
                RowProgram program = RowProgram.in(Lane.F32, each.getValue());
                check(each.getKey(), program, 9, n, 0, true, order(n), random);
            }
        }
    }

    private static Emulator.Order order(int n) {
        return Emulator.Order.values()[n % 3];
    }

    private static void check(
            String name,
            RowProgram program,
            int rows,
            int n,
            int offset,
            boolean special,
            Emulator.Order order,
            Random random) {
        String what = name + " " + program.lane() + " " + rows + " x " + n + " " + order;
        EmulatedStream stream = new EmulatedStream(order, n);
        List<Operand> inputs = new ArrayList<>();
        List<Region> from = new ArrayList<>();
        for (Extent extent : program.inputs()) {
            int size = size(extent, rows, n);
            Object array = extent == Extent.ROW
                    ? targets(random, size + offset, n)
                    : numbers(random, program.lane(), size + offset, special);
            inputs.add(new Operand(array, offset, new int[0]));
            from.add(stream.upload(array, new View(Shape.of(size), new int[] {1}, offset)));
        }
        List<Operand> outputs = new ArrayList<>();
        List<Region> to = new ArrayList<>();
        for (Extent extent : program.results()) {
            int size = size(extent, rows, n);
            Object array = numbers(random, program.lane(), size, false);
            outputs.add(new Operand(array, 0, new int[0]));
            to.add(stream.room(EmulatedMemory.dtype(array), Shape.of(size)));
        }
        try {
            RowPlan.run(stream, program, from, to, rows, n);
        } catch (RuntimeException e) {
            throw new AssertionError(what + ": " + e.getMessage(), e);
        }
        new RowRunner(program, RowPlan.layout(program, n), n)
                .run(inputs.toArray(new Operand[0]), outputs.toArray(new Operand[0]), rows);
        for (int o = 0; o < to.size(); o++) {
            int size = size(program.results().get(o), rows, n);
            Object actual = stream.download(to.get(o), size);
            switch (outputs.get(o).array()) {
                case float[] a -> assertArrayEquals(a, (float[]) actual, what);
                case double[] a -> assertArrayEquals(a, (double[]) actual, what);
                default -> throw new AssertionError(what);
            }
        }
    }

    private static int size(Extent extent, int rows, int n) {
        return switch (extent) {
            case ELEMENT -> rows * n;
            case COLUMN -> n;
            case ROW -> rows;
            case UNIFORM -> 1;
        };
    }

    private static long[] targets(Random random, int size, int n) {
        return random.longs(size, 0, n).toArray();
    }

    private static Object numbers(Random random, Lane lane, int size, boolean special) {
        double[] wide = new double[size];
        double[] rare = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 0, 1e30, -1e-40};
        for (int i = 0; i < size; i++) {
            wide[i] =
                    special && random.nextInt(20) == 0 ? rare[random.nextInt(rare.length)] : random.nextGaussian() * 4;
        }
        if (lane == Lane.F64) {
            return wide;
        }
        float[] narrow = new float[size];
        for (int i = 0; i < size; i++) {
            narrow[i] = (float) wide[i];
        }
        return narrow;
    }

    /** The results are those of softmax by its formula: the runner and the kernel do not share a mistake. */
    @Test
    void softmaxByTheFormula() {
        double[] x = {1, 2, 3, -1, 0.5};
        double[] y = new double[5];
        new RowRunner(RowProgram.in(Lane.F64, RowKernelTest::softmax), RowLayout.sequential(5), 5)
                .run(new Operand[] {new Operand(x, 0, new int[0])}, new Operand[] {new Operand(y, 0, new int[0])}, 1);
        double total = 0;
        for (double each : x) {
            total += Math.exp(each);
        }
        for (int i = 0; i < 5; i++) {
            assertEquals(Math.exp(x[i]) / total, y[i], 1e-15);
        }
    }

    /** Every kernel that a plan can ask for assembles without spilling. */
    @Test
    void assembled() {
        Set<KernelText> kernels = new LinkedHashSet<>();
        Stream recorder = new Stream() {
            @Override
            public void launch(KernelText kernel, int blocks, long... arguments) {
                kernels.add(kernel);
            }

            @Override
            public long reserve(long bytes) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void release(long address) {
                throw new UnsupportedOperationException();
            }

            @Override
            public int multiprocessors() {
                return 132;
            }
        };
        for (Function<Definition, List<Expr>> each : PROGRAMS.values()) {
            for (Lane lane : new Lane[] {Lane.F32, Lane.F64}) {
                RowProgram program = RowProgram.in(lane, each);
                for (int n : lengths(program)) {
                    for (long address : new long[] {512, 520}) {
                        List<Region> inputs = new ArrayList<>();
                        program.inputs()
                                .forEach(e -> inputs.add(region(e == Extent.ROW ? DType.INT64 : dtype(lane), address)));
                        List<Region> outputs = new ArrayList<>();
                        program.results().forEach(e -> outputs.add(region(dtype(lane), address)));
                        RowPlan.run(recorder, program, inputs, outputs, 5, n);
                    }
                }
            }
        }
        Assembled.everywhere(kernels);
    }

    /** One length for every layout, and for every way to fit it. */
    private static Collection<Integer> lengths(RowProgram program) {
        Map<List<Object>, Integer> lengths = new LinkedHashMap<>();
        for (int n = 1; n <= 1 << 16; n++) {
            RowLayout layout = RowPlan.layout(program, n);
            lengths.putIfAbsent(List.of(layout, Integer.signum(n - layout.piece())), n);
        }
        return lengths.values();
    }

    private static DType dtype(Lane lane) {
        return lane == Lane.F32 ? DType.FLOAT32 : DType.FLOAT64;
    }

    private static Region region(DType dtype, long address) {
        return new Region(dtype, address, View.contiguous(Shape.SCALAR));
    }
}
