package tns.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tns.tensor.Tensor;

/**
 * First and second derivatives of every op against central differences in float64, at random points and in random
 * directions. Repeat a failure with {@code -Dtns.seed}.
 */
class GradientCasesTest {
    private static final long SEED = Long.getLong("tns.seed", 7);

    /** Central differences of a float64 function at this distance err by about 1e-10 of its third derivative. */
    private static final double DISTANCE = 1e-5;

    private static final double TOLERANCE = 2e-6;

    /** An op and one of the uses it declares. */
    record Use(Op op, Op.GradientCase given) {
        @Override
        public String toString() {
            return given.call() + " of " + given.inputs();
        }
    }

    static Stream<Use> uses() {
        return Bench.ops().stream().flatMap(op -> op.gradientCases().stream().map(c -> new Use(op, c)));
    }

    static Stream<Op> ops() {
        return Bench.ops().stream();
    }

    /** An input of a gradient case, and the expression of its random value. */
    private record Input(String name, String shape, String low, String high) {
        static Input of(String text) {
            String name = text.substring(0, text.indexOf(':'));
            String sizes = text.substring(text.indexOf('[') + 1, text.indexOf(']'));
            int in = text.indexOf(" in ");
            String[] ends = in < 0
                    ? new String[] {"-2", "2"}
                    : text.substring(in + 4).strip().split("\\.\\.", -1);
            return new Input(name, sizes.isEmpty() ? "()" : "(" + sizes + ",)", ends[0], ends[1]);
        }

        String value() {
            return "rand(" + shape + ", dtype=float64) * (" + high + " - " + low + ") + " + low;
        }

        String direction() {
            return "randn(" + shape + ", dtype=float64)";
        }
    }

    @ParameterizedTest
    @MethodSource("uses")
    void agreesWithCentralDifferences(Use use) {
        Bench bench = new Bench();
        List<Input> inputs = use.given.inputs().stream().map(Input::of).toList();
        List<String> names = inputs.stream().map(Input::name).toList();
        String all = String.join(", ", names);
        bench.eval("seed(" + SEED + ")");
        for (Input input : inputs) {
            bench.eval(input.name + " = " + input.value());
        }
        bench.eval("fn value_(" + all + ") { with dtype(float64) { " + use.given.call() + " } }");
        bench.eval("weight_ = randn_like(value_(" + all + "), dtype=float64)");
        bench.eval("fn order0_(" + all + ") = sum(value_(" + all + ") * weight_)");
        for (int i = 0; i < names.size(); i++) {
            bench.eval("v1_ = " + inputs.get(i).direction());
            bench.eval("fn order1_(" + all + ") = sum(grad(order0_, " + i + ")(" + all + ") * v1_)");
            assertSlope(bench, "order1_(" + all + ")", "order0_", names, i, "v1_");
            for (int j = 0; j < names.size(); j++) {
                bench.eval("v2_ = " + inputs.get(j).direction());
                assertSlope(bench, "sum(grad(order1_, " + j + ")(" + all + ") * v2_)", "order1_", names, j, "v2_");
            }
        }
    }

    /** The derivative {@code slope} of {@code f} along {@code v} in argument {@code i}, against a central difference. */
    private static void assertSlope(Bench bench, String slope, String f, List<String> names, int i, String v) {
        double found = number(bench, slope);
        double expected = (number(bench, moved(f, names, i, " + ", v)) - number(bench, moved(f, names, i, " - ", v)))
                / (2 * DISTANCE);
        double tolerance = TOLERANCE * (1 + Math.abs(expected));
        assertEquals(expected, found, tolerance, () -> "-Dtns.seed=" + SEED + " " + f + " by " + names.get(i));
    }

    private static String moved(String f, List<String> names, int i, String sign, String v) {
        List<String> arguments = new ArrayList<>(names);
        arguments.set(i, names.get(i) + sign + DISTANCE + " * " + v);
        return f + "(" + String.join(", ", arguments) + ")";
    }

    private static double number(Bench bench, String call) {
        return ((Tensor) bench.eval(call)).item() instanceof Double d ? d : Double.NaN;
    }

    /** An op is differentiable when a tensor of one of its examples, made a parameter, has a gradient. */
    @ParameterizedTest
    @MethodSource("ops")
    void differentiableOpsDeclareAUse(Op op) {
        for (Op.Example example : op.examples()) {
            ExampleCall call = ExampleCall.of(example.call());
            for (int k = 0; k < call.literals().size(); k++) {
                String tried = call.with(k, "param(" + call.literals().get(k) + ")");
                assertTrue(
                        !op.gradientCases().isEmpty() || !tracked(new Bench().answer(tried)),
                        () -> op.name() + " has no gradient case, but " + tried + " has a gradient");
            }
        }
    }

    private static boolean tracked(@Nullable Object value) {
        return value instanceof Tensor t && t.requiresGrad()
                || value instanceof Tuple all && all.items().stream().anyMatch(GradientCasesTest::tracked);
    }
}
