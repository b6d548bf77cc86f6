package tns.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

/**
 * Whatever an op is given, it answers or is refused in the language's words: no other failure escapes. Repeat one with
 * {@code -Dtns.seed}, look for more with {@code -Dtns.calls}.
 */
class AnyArgumentsTest {
    private static final long SEED = Long.getLong("tns.seed", 11);
    private static final int CALLS = Integer.getInteger("tns.calls", 12_000);

    /** Tensors of many kinds, most of them awkward. */
    private static final List<String> TENSORS = List.of(
            "zeros(0)",
            "zeros(2, 0)",
            "zeros(0, 3)",
            "tensor(2.5)",
            "tensor(3)",
            "tensor(true)",
            "tensor([1.0, -2.0, 3.0])",
            "tensor([nan, inf, -inf])",
            "tensor([1, 0, 2])",
            "tensor([-1, 5])",
            "tensor([true, false, true])",
            "ones(2, 3)",
            "arange(12.0).reshape(2, 2, 3)",
            "arange(16.0).reshape(1, 1, 4, 4)",
            "eye(3)",
            "arange(9).reshape(3, 3)",
            "tensor([1.0], dtype=float64)",
            "param(ones(2, 2))",
            "tensor([9223372036854775807])");

    private static final List<String> INTS = List.of("0", "1", "-1", "2", "3", "-3", "7", "100", "true");
    private static final List<String> NUMBERS = List.of("0.5", "-1.5", "inf", "nan", "-0.0", "1e308", "2", "true");
    private static final List<String> TUPLES = List.of("()", "(1,)", "(1, 2)", "(0, -1)", "(2, 2, 2)", "(-1, 1)");
    private static final List<String> OTHERS = List.of(
            "none",
            "\"mean\"",
            "\"x\"",
            "\"ij,jk->ik\"",
            "(ones(2), ones(3))",
            "(ones(2, 2), ones(2, 2))",
            "x -> x",
            "x -> x * 2",
            "float64",
            "bool",
            "cpu",
            "list()",
            "{a: 1}",
            "0..3",
            "linear(3, 2)",
            "relu",
            "(1..3, 2)");

    /** Above what any size or dim may be: not for those that make room for as many. */
    private static final String HUGE = "9223372036854775807";

    private final SplittableRandom random = new SplittableRandom(SEED);

    private String one(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String any() {
        return switch (random.nextInt(5)) {
            case 0 -> one(TENSORS);
            case 1 -> one(INTS);
            case 2 -> one(NUMBERS);
            case 3 -> one(TUPLES);
            default -> one(OTHERS);
        };
    }

    private String fitting(Parameter parameter) {
        return switch (parameter.kind()) {
            case TENSOR, OPERAND -> one(TENSORS);
            case INT -> parameter.name().equals("dim") && random.nextInt(9) == 0 ? HUGE : one(INTS);
            case FLOAT, NUMBER -> one(NUMBERS);
            case INTS -> one(random.nextBoolean() ? TUPLES : INTS);
            case BOOL -> "true";
            case FUNCTION -> "x -> x * 2";
            case TENSORS -> "(ones(2, 2), ones(2, 2))";
            default -> any();
        };
    }

    private String call(Op op) {
        List<Parameter> parameters = op.signature().parameters();
        int required = (int) parameters.stream().filter(p -> !p.optional()).count();
        int count = random.nextInt(20) == 0
                ? random.nextInt(5)
                : Math.min(parameters.size(), required + Math.max(0, random.nextInt(8) - 5));
        StringJoiner call = new StringJoiner(", ", op.name() + "(", ")");
        for (int i = 0; i < count; i++) {
            call.add(i < parameters.size() && random.nextInt(4) > 0 ? fitting(parameters.get(i)) : any());
        }
        return call.toString();
    }

    @Test
    void areAnsweredOrRefused() {
        List<Op> ops = List.copyOf(Library.create().ops());
        Bench bench = new Bench();
        for (int i = 0; i < CALLS; i++) {
            String call = call(ops.get(random.nextInt(ops.size())));
            try {
                bench.answer(call);
            } catch (AssertionError fault) {
                throw new AssertionError("-Dtns.seed=" + SEED + " " + call, fault);
            }
        }
    }
}
