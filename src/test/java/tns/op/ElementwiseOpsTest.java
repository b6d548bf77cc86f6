package tns.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tns.error.ScriptException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Every op whose required parameters are all operands, taken with its other operands, works elementwise: in float32 as in double, in any shape, and by
 * one rule of PyTorch's for the dtype of its result. Repeat a failure with {@code -Dtns.seed}.
 */
class ElementwiseOpsTest {
    private static final long SEED = Long.getLong("tns.seed", 11);

    /** Errors of float32 in half ulps, of the result and of what moving each input by half an ulp changes it. */
    private static final double HALF_ULPS = 16;

    private static final double FLOAT_HALF_ULP = 0x1p-24;
    private static final double[] SPECIAL = {
        0.0, -0.0, 1, -1, 0.5, 2, -3, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN
    };

    private final Bench bench = new Bench();

    /** An op and the number of its operands. */
    record Elementwise(Op op, int arity) {
        @Override
        public String toString() {
            return op.name();
        }
    }

    static Stream<Elementwise> ops() {
        return Bench.ops().stream()
                .filter(op -> required(op).allMatch(p -> p.kind() == Kind.OPERAND))
                .map(op -> new Elementwise(op, (int) op.signature().parameters().stream()
                        .filter(p -> p.kind() == Kind.OPERAND)
                        .count()))
                .filter(e -> e.arity > 0 && !random(e));
    }

    private static Stream<Parameter> required(Op op) {
        return op.signature().parameters().stream().filter(p -> !p.optional());
    }

    /** Ops of several operands. */
    static Stream<Elementwise> broadcasting() {
        return ops().filter(e -> e.arity > 1);
    }

    /** Ops that draw give another answer the second time. */
    private static boolean random(Elementwise e) {
        Bench bench = new Bench();
        Object[] operands = new Object[e.arity];
        Arrays.fill(operands, bench.tns.tensor(new double[] {0.25, 0.5}, 2));
        Object first = answer(bench, e, operands);
        Object second = answer(bench, e, operands);
        return first != null && second != null && !Display.text(first).equals(Display.text(second));
    }

    private static @Nullable Object answer(Bench bench, Elementwise e, Object... operands) {
        try {
            return bench.tns.call(e.op.name(), operands);
        } catch (ScriptException refused) {
            return null;
        }
    }

    @Test
    void thereAreOps() {
        assertTrue(ops().count() > 60, () -> "only " + ops().count());
    }

    private Tensor tensor(DType dtype, double[] values, int... sizes) {
        return Casts.to(bench.tns.tensor(values, sizes), dtype);
    }

    /** Columns of operands: random floats of many sizes, near 0 and near each other. */
    private static double[][] draws(int arity, int n) {
        SplittableRandom random = new SplittableRandom(SEED);
        double[][] columns = new double[arity][n];
        for (double[] column : columns) {
            for (int j = 0; j < n; j++) {
                double scale = j % 4 == 0 ? 1 : j % 4 == 1 ? 4 : j % 4 == 2 ? 0.01 : 60;
                column[j] = (float) random.nextDouble(-scale, scale);
            }
        }
        return columns;
    }

    /** Columns of operands: every tuple of {@link #SPECIAL} values. */
    private static double[][] specials(int arity) {
        int n = (int) Math.pow(SPECIAL.length, arity);
        double[][] columns = new double[arity][n];
        for (int j = 0; j < n; j++) {
            for (int i = 0, rest = j; i < arity; i++, rest /= SPECIAL.length) {
                columns[i][j] = SPECIAL[rest % SPECIAL.length];
            }
        }
        return columns;
    }

    @ParameterizedTest
    @MethodSource("ops")
    void floatAgreesWithDouble(Elementwise e) {
        agrees(e, draws(e.arity, 400));
    }

    @ParameterizedTest
    @MethodSource("ops")
    void specialValuesAgreeWithDouble(Elementwise e) {
        agrees(e, specials(e.arity));
    }

    private void agrees(Elementwise e, double[][] columns) {
        int n = columns[0].length;
        Param[] exact = new Param[e.arity];
        Object[] narrow = new Object[e.arity];
        for (int i = 0; i < e.arity; i++) {
            exact[i] = new Param(tensor(DType.FLOAT64, columns[i], n));
            narrow[i] = tensor(DType.FLOAT32, columns[i], n);
        }
        Object answer = answer(bench, e, narrow);
        if (answer == null) {
            return;
        }
        double[] found = HostArray.doubles((Tensor) answer);
        Tensor reference = (Tensor) bench.tns.call(e.op.name(), (Object[]) exact);
        double[] expected = HostArray.doubles(reference.detach());
        double[] allowed = new double[n];
        Arrays.setAll(allowed, j -> Math.abs(expected[j]));
        if (reference.requiresGrad()) {
            bench.tns.call("backward", bench.tns.call("sum", reference));
            for (int i = 0; i < e.arity; i++) {
                double[] slope = HostArray.doubles(java.util.Objects.requireNonNull(exact[i].grad()));
                for (int j = 0; j < n; j++) {
                    double effect = Math.abs(slope[j] * columns[i][j]);
                    allowed[j] += Double.isFinite(effect) ? effect : 0;
                }
            }
        }
        for (int j = 0; j < n; j++) {
            int at = j;
            double tolerance = allowed[j] * HALF_ULPS * FLOAT_HALF_ULP + 2 * Float.MIN_VALUE;
            double e64 = expected[j];
            boolean right = Double.compare((float) e64, found[j]) == 0
                    || Math.abs(found[j] - e64) <= tolerance
                    || Math.abs(e64) >= Float.MAX_VALUE && Math.abs(found[j]) >= Float.MAX_VALUE && found[j] * e64 > 0;
            assertTrue(
                    right,
                    () -> "-Dtns.seed=" + SEED + " " + e + " of "
                            + Arrays.toString(Arrays.stream(columns)
                                    .mapToDouble(c -> c[at])
                                    .toArray())
                            + ": " + found[at] + " in float32, " + e64 + " in double");
        }
    }

    /** The functions that java.lang.Math has too are its, to 4 ulp. */
    @ParameterizedTest
    @MethodSource("ops")
    void isJavasFunctionOfThatName(Elementwise e) throws ReflectiveOperationException {
        for (Method m : StrictMath.class.getMethods()) {
            boolean same = Modifier.isStatic(m.getModifiers())
                    && m.getName().equals(e.op.name())
                    && m.getReturnType() == double.class
                    && m.getParameterCount() == e.arity
                    && Arrays.stream(m.getParameterTypes()).allMatch(t -> t == double.class);
            if (!same) {
                continue;
            }
            double[][] columns = draws(e.arity, 400);
            Object[] operands = Arrays.stream(columns)
                    .map(c -> tensor(DType.FLOAT64, c, c.length))
                    .toArray();
            double[] found = HostArray.doubles((Tensor) bench.tns.call(e.op.name(), operands));
            for (int j = 0; j < found.length; j++) {
                int at = j;
                Object[] row = Arrays.stream(columns).map(c -> (Object) c[at]).toArray();
                double expected;
                try {
                    expected = (Double) m.invoke(null, row);
                } catch (InvocationTargetException refused) {
                    continue;
                }
                double tolerance = Double.isNaN(expected) ? 0 : 4 * Math.ulp(expected);
                assertEquals(expected, found[j], tolerance, () -> e + " of " + Arrays.toString(row));
            }
        }
    }

    private Tensor drawn(SplittableRandom random, int... sizes) {
        double[] values = new double[Shape.of(sizes).elements()];
        Arrays.setAll(values, i -> random.nextDouble(0.2, 0.9));
        return tensor(DType.FLOAT32, values, sizes);
    }

    @ParameterizedTest
    @MethodSource("broadcasting")
    void broadcastsAsExpandedOperandsDo(Elementwise e) {
        SplittableRandom random = new SplittableRandom(SEED);
        int[][] shapes = {{2, 1}, {1, 3}, {3}};
        Object[] operands = new Object[e.arity];
        Object[] expanded = new Object[e.arity];
        for (int i = 0; i < e.arity; i++) {
            Tensor drawn = drawn(random, shapes[i]);
            Tensor operand = answer(bench, e, repeated(e, drawn)) == null
                    ? Comparison.GT.apply(drawn, Tensor.scalar(drawn.device(), DType.FLOAT32, 0.5))
                    : drawn;
            operands[i] = operand;
            expanded[i] = Casts.duplicate(Movement.expand(operand, Shape.of(2, 3)));
        }
        assertSame(bench.tns.call(e.op.name(), expanded), bench.tns.call(e.op.name(), operands));
    }

    private static Object[] repeated(Elementwise e, Tensor operand) {
        Object[] all = new Object[e.arity];
        Arrays.fill(all, operand);
        return all;
    }

    private static void assertSame(Object expected, Object found) {
        Tensor x = (Tensor) expected;
        Tensor y = (Tensor) found;
        assertEquals(x.describe(), y.describe());
        assertArrayEquals(HostArray.doubles(x), HostArray.doubles(y));
    }

    @ParameterizedTest
    @MethodSource("ops")
    void emptyGivesEmpty(Elementwise e) {
        for (DType dtype : DType.values()) {
            Object[] operands = repeated(e, tensor(dtype, new double[0], 0, 3));
            if (answer(bench, e, operands) instanceof Tensor y) {
                assertEquals(Shape.of(0, 3), y.shape());
                operands[0] = tensor(dtype, new double[] {1, 1, 1}, 1, 3);
                Shape mixed = e.arity == 1 ? Shape.of(1, 3) : Shape.of(0, 3);
                assertEquals(mixed, ((Tensor) bench.tns.call(e.op.name(), operands)).shape());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ops")
    void scalarsGiveTheElement(Elementwise e) {
        for (DType dtype : DType.values()) {
            Object[] line = repeated(e, tensor(dtype, new double[] {0.75}, 1));
            Object[] point = repeated(e, tensor(dtype, new double[] {0.75}));
            if (answer(bench, e, line) instanceof Tensor y) {
                Tensor scalar = (Tensor) bench.tns.call(e.op.name(), point);
                assertEquals(Shape.SCALAR, scalar.shape());
                assertEquals(y.dtype(), scalar.dtype());
                assertEquals(y.item(), scalar.item());
            }
        }
        Object[] host = new Object[e.arity];
        Arrays.fill(host, 0.75);
        Object number = answer(bench, e, host);
        if (number != null) {
            Object[] point = repeated(e, tensor(DType.FLOAT64, new double[] {0.75}));
            assertEquals(((Tensor) bench.tns.call(e.op.name(), point)).item(), number);
        }
    }

    /** An operand for the dtype rules, of value 2 or true: a tensor with a dim, a 0-d tensor, or a host number. */
    private record Kin(DType dtype, int strength, Object value) {}

    private List<Kin> kin() {
        Stream<Kin> tensors = Arrays.stream(DType.values())
                .flatMap(d -> Stream.of(
                        new Kin(d, 2, tensor(d, new double[] {2, 2}, 2)), new Kin(d, 1, tensor(d, new double[] {2}))));
        return Stream.concat(
                        tensors,
                        Stream.of(
                                new Kin(DType.BOOL, 0, true),
                                new Kin(DType.INT64, 0, 2L),
                                new Kin(DType.FLOAT32, 0, 2.0)))
                .toList();
    }

    /** torch.result_type: the highest category decides, and in it the strongest kind of operand. */
    private static DType resultType(List<Kin> operands) {
        int category = operands.stream().mapToInt(k -> category(k.dtype)).max().orElseThrow();
        List<Kin> deciding =
                operands.stream().filter(k -> category(k.dtype) == category).toList();
        int strength = deciding.stream().mapToInt(Kin::strength).max().orElseThrow();
        boolean wide = deciding.stream().anyMatch(k -> k.strength == strength && k.dtype == DType.FLOAT64);
        return category == 0 ? DType.BOOL : category == 1 ? DType.INT64 : wide ? DType.FLOAT64 : DType.FLOAT32;
    }

    private static int category(DType dtype) {
        return switch (dtype) {
            case BOOL -> 0;
            case INT64 -> 1;
            case FLOAT32, FLOAT64 -> 2;
        };
    }

    @ParameterizedTest
    @MethodSource("ops")
    void dtypeFollowsOneRule(Elementwise e) {
        List<Kin> all = kin();
        int n = (int) Math.pow(all.size(), e.arity);
        String same = "";
        String counting = "";
        String floating = "";
        String bool = "";
        String wide = "";
        int answered = 0;
        for (int k = 0; k < n; k++) {
            Kin[] chosen = new Kin[e.arity];
            for (int i = 0, rest = k; i < e.arity; i++, rest /= all.size()) {
                chosen[i] = all.get(rest % all.size());
            }
            List<Kin> operands = List.of(chosen);
            Object[] values = operands.stream().map(Kin::value).toArray();
            if (!(answer(bench, e, values) instanceof Tensor y)) {
                continue;
            }
            answered++;
            DType promoted = resultType(operands);
            String found = "\n" + operands + " gives " + y.dtype();
            same += y.dtype() == promoted ? "" : found;
            counting += y.dtype() == (category(promoted) == 0 ? DType.INT64 : promoted) ? "" : found;
            floating += y.dtype() == (category(promoted) == 2 ? promoted : DType.FLOAT32) ? "" : found;
            bool += y.dtype() == DType.BOOL ? "" : found;
            wide += y.dtype() == DType.FLOAT64 ? "" : found;
        }
        String least = Stream.of(same, counting, floating, bool, wide)
                .min(java.util.Comparator.comparingInt(String::length))
                .orElseThrow();
        assertTrue(answered > 0, () -> e + " takes nothing");
        assertEquals("", least, () -> e + " breaks its rule");
    }

    @ParameterizedTest
    @MethodSource("ops")
    void intsAndBoolsCountAsTheirNumbers(Elementwise e) {
        double[][] columns = draws(e.arity, 60);
        for (double[] column : columns) {
            Arrays.setAll(column, j -> Math.rint(column[j] % 4));
        }
        for (DType dtype : new DType[] {DType.INT64, DType.BOOL}) {
            Object[] given = new Object[e.arity];
            Object[] wide = new Object[e.arity];
            for (int i = 0; i < e.arity; i++) {
                Tensor operand = tensor(dtype, columns[i], columns[i].length);
                given[i] = operand;
                wide[i] = Casts.to(operand, DType.FLOAT64);
            }
            if (answer(bench, e, given) instanceof Tensor y && answer(bench, e, wide) instanceof Tensor reference) {
                double[] found = HostArray.doubles(y);
                double[] expected = HostArray.doubles(Casts.to(reference, y.dtype()));
                for (int j = 0; j < found.length; j++) {
                    double tolerance = y.dtype().isFloat() && Double.isFinite(expected[j])
                            ? Math.abs(expected[j]) * HALF_ULPS * FLOAT_HALF_ULP
                            : 0;
                    assertEquals(expected[j], found[j], tolerance, e + " of " + dtype);
                }
            }
        }
    }
}
