package tns.op;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tns.error.ScriptException;
import tns.tensor.Tensor;

/** What holds for every op of the table: it is documented, its examples are true, and no argument makes it fall over. */
class OpTableTest {
    /** Bracket an expression over v, a tensor: the same elements, laid out in memory in another way. */
    private static final List<String> LAYOUTS = List.of(
            "stack((v, v), dim=-1)[..., 1]",
            "stack((v, v), dim=0)[1]",
            "stack((v.T, v.T), dim=0)[1].T",
            "v[..., ::-1][..., ::-1]");

    /** An op and one of its doc examples. */
    record Shown(Op op, Op.Example example) {
        @Override
        public String toString() {
            return op.name() + ": " + example.call();
        }
    }

    static Stream<Shown> examples() {
        return Bench.ops().stream().flatMap(op -> op.examples().stream().map(e -> new Shown(op, e)));
    }

    static Stream<Op> ops() {
        return Bench.ops().stream();
    }

    @Test
    void thereAreOps() {
        assertTrue(Bench.ops().size() > 200, () -> "only " + Bench.ops().size());
    }

    @ParameterizedTest
    @MethodSource("ops")
    void isDocumented(Op op) {
        assertTrue(op.doc().endsWith("."), () -> op.name() + ": " + op.doc());
        boolean touchesFiles =
                op.signature().parameters().stream().anyMatch(p -> p.name().equals("path"));
        assertFalse(op.examples().isEmpty() && !touchesFiles, () -> op.name() + " has no example");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void exampleIsTrue(Shown shown) {
        assertEquals(shown.example.result(), outcome(new Bench(), shown.example.call()));
    }

    private static String outcome(Bench bench, String call) {
        try {
            return bench.text(call);
        } catch (ScriptException failed) {
            return "error: " + failed.summary();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void layoutInMemoryDoesNotMatter(Shown shown) {
        ExampleCall call = ExampleCall.of(shown.example.call());
        for (String layout : LAYOUTS) {
            Bench bench = new Bench();
            List<String> names = new ArrayList<>();
            for (int i = 0; i < call.literals().size(); i++) {
                String name = "v" + i;
                bench.eval(name + " = " + call.literals().get(i));
                if (((Tensor) bench.eval(name)).rank() > 0) {
                    bench.eval(name + " = " + layout.replace("v", name));
                }
                names.add(name);
            }
            assertEquals(shown.example.result(), outcome(bench, call.with(names)), layout);
        }
    }

    /** Empty, 0-d and of another dtype: each gives a value, or an error that the language words. */
    @ParameterizedTest
    @MethodSource("examples")
    void oddTensorsAreAnsweredOrRefused(Shown shown) {
        ExampleCall call = ExampleCall.of(shown.example.call());
        Bench bench = new Bench();
        for (int k = 0; k < call.literals().size(); k++) {
            Tensor literal = (Tensor) bench.eval(call.literals().get(k));
            String first = literal.shape().rank() < 2 ? "(0,)" : "(0,) + v.shape[1:]";
            bench.eval("v = " + call.literals().get(k));
            List<String> odd = List.of(
                    "zeros(" + first.replace("(0,) + v.shape[1:]", "0, v.shape[-1]") + ", dtype=v.dtype)",
                    "zeros(tuple(0 for i in v.shape), dtype=v.dtype)",
                    "ones((), dtype=v.dtype)",
                    "v.bool()",
                    "v.long()",
                    "v.float()",
                    "v.double()",
                    "param(v.double())");
            for (String value : odd) {
                bench.answer(call.with(k, "(" + value + ")"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ops")
    void oddArgumentsAreAnsweredOrRefused(Op op) {
        List<String> odd =
                List.of("", "none", "\"\"", "()", "-1", "1.5", "[]", "(1, none)", "x -> x", "[1., 2.]", "param([1.])");
        Bench bench = new Bench();
        assertAll(odd.stream()
                .flatMap(first -> Stream.concat(
                        Stream.of(() -> bench.answer(op.name() + "(" + first + ")")),
                        odd.stream()
                                .filter(second -> !first.isEmpty() && !second.isEmpty())
                                .map(second -> () -> bench.answer(op.name() + "(" + first + ", " + second + ")")))));
    }
}
