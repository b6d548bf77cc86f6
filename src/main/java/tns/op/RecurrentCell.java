package tns.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;

/**
 * A recurrent cell: gates and states, and the next states as expressions of what the gates get. Its programs forwards
 * and backwards follow from those.
 *
 * <p>Inputs of the expressions, in this order: what each gate gets from the input, then from the state; the biases; the
 * previous states. States after the first are not multiplied.
 */
public final class RecurrentCell {
    public static final RecurrentCell TANH = tanh();
    public static final RecurrentCell RELU = relu();
    public static final RecurrentCell LSTM = lstm();
    public static final RecurrentCell GRU = gru();

    private final String name;
    private final int gates;
    private final int biases;
    /** Values on the way that the derivatives need, or need not compute again. */
    private final List<Expr> kept;

    private final List<Expr> next;
    /** Results, kept values and after them next states, that are left to a second program. */
    private final List<Integer> late;

    /**
     * What follows from the expressions, once it has been asked for: to derive it for each call took 200 µs forwards and 700
     * backwards, more than a single step of 32 rows by 64 features.
     */
    private final Map<Way, List<Stage>> stages = new ConcurrentHashMap<>();

    private @Nullable Parts parts;

    /** Which programs of a step. */
    private record Way(Lane lane, boolean divided, boolean backward) {}

    /** See {@link #isShared} and {@link #biasParts}. */
    private record Parts(boolean shared, int[] ofBiases) {}

    private RecurrentCell(String name, int gates, int biases, List<Expr> kept, List<Expr> next, List<Integer> late) {
        this.name = name;
        this.gates = gates;
        this.biases = biases;
        this.kept = kept;
        this.next = next;
        this.late = late;
    }

    /** What gate {@code k} of {@code gates} gets from the input, the state and the bias. */
    private static Expr sum(int k, int gates) {
        return Expr.input(k).add(fromState(k, gates, k));
    }

    private static Expr fromState(int k, int gates, int bias) {
        return Expr.input(gates + k).add(Expr.input(2 * gates + bias));
    }

    private static RecurrentCell tanh() {
        List<Expr> h = List.of(sum(0, 1).tanh());
        return new RecurrentCell("rnn", 1, 1, h, h, List.of());
    }

    private static RecurrentCell relu() {
        Expr sum = sum(0, 1);
        Expr zero = Expr.constant(0.0);
        Expr h = Expr.select(sum.le(zero), zero, sum);
        return new RecurrentCell("rnn", 1, 1, List.of(sum), List.of(h), List.of());
    }

    /** Hochreiter and Schmidhuber 1997 with forget gates; gates in PyTorch's order: input, forget, cell, output. */
    private static RecurrentCell lstm() {
        Expr in = sum(0, 4).sigmoid();
        Expr forget = sum(1, 4).sigmoid();
        Expr fresh = sum(2, 4).tanh();
        Expr out = sum(3, 4).sigmoid();
        Expr c = forget.mul(Expr.input(13)).add(in.mul(fresh));
        List<Expr> kept = List.of(in, forget, fresh, out);
        // One program of all would be too long to become one loop: out and h wait for c.
        return new RecurrentCell("lstm", 4, 4, kept, List.of(out.mul(c.tanh()), c), List.of(3, 4));
    }

    /** Cho et al. 2014, with the reset gate after the product, as PyTorch: gates reset, update, new. */
    private static RecurrentCell gru() {
        Expr reset = sum(0, 3).sigmoid();
        Expr update = sum(1, 3).sigmoid();
        Expr given = fromState(2, 3, 3);
        Expr fresh = Expr.input(2).add(Expr.input(8)).add(reset.mul(given)).tanh();
        Expr h = Expr.input(10);
        List<Expr> kept = List.of(reset, update, given, fresh);
        return new RecurrentCell("gru", 3, 4, kept, List.of(fresh.add(update.mul(h.sub(fresh)))), List.of());
    }

    public String name() {
        return name;
    }

    /** Rows of weights per hidden feature. */
    public int gates() {
        return gates;
    }

    /** Biases per hidden feature: one for each gate, and one more where a gate does not just add its two parts. */
    public int biases() {
        return biases;
    }

    /** What is carried from step to step: the output h, and for an lstm c. */
    public int states() {
        return next.size();
    }

    /** The next states, as expressions of the inputs. */
    List<Expr> next() {
        return next;
    }

    /** Values that are kept of each step. */
    int kept() {
        return kept.size();
    }

    /** The number of the first state among the inputs. */
    int state() {
        return 2 * gates + biases;
    }

    /** The number of inputs. */
    int arity() {
        return state() + next.size();
    }

    /**
     * A program over numbered values.
     *
     * @param inputs the numbers of those that it reads
     * @param outputs the numbers of those that it computes
     */
    record Stage(Program program, List<Integer> inputs, List<Integer> outputs) {
        /** Those of {@code results} that are wanted; result k is value {@code first + k}. */
        static Stage of(Lane lane, List<Expr> results, List<Integer> wanted, int first) {
            List<Expr> exprs = wanted.stream().map(results::get).toList();
            List<Integer> inputs = new ArrayList<>();
            List<Expr> places = new ArrayList<>();
            int numbers = exprs.stream().mapToInt(Expr::inputCount).max().orElse(0);
            for (int i = 0; i < numbers; i++) {
                int number = i;
                places.add(Expr.input(inputs.size()));
                if (exprs.stream().anyMatch(each -> each.uses(number))) {
                    inputs.add(i);
                }
            }
            Expr[] packed = exprs.stream().map(each -> each.substitute(places)).toArray(Expr[]::new);
            return new Stage(
                    Program.of(lane, packed),
                    inputs,
                    wanted.stream().map(k -> first + k).toList());
        }
    }

    /**
     * The programs of a step, in order. Values: the inputs, the kept values, the next states.
     *
     * @param divided whether two short ones are better than one
     */
    List<Stage> forward(Lane lane, boolean divided) {
        return stages.computeIfAbsent(new Way(lane, divided, false), way -> forwardStages(lane, divided));
    }

    private List<Stage> forwardStages(Lane lane, boolean divided) {
        List<Expr> results = new ArrayList<>(kept);
        results.addAll(next);
        List<Integer> early = new ArrayList<>(numbers(0, results.size()));
        if (!divided || late.isEmpty()) {
            return List.of(Stage.of(lane, results, early, arity()));
        }
        early.removeAll(late);
        return List.of(
                Stage.of(lane, results, early, arity()), Stage.of(lane, named(results, early, arity()), late, arity()));
    }

    /**
     * The program of a step backwards. Values: the inputs, of which it reads the previous states only; the kept values;
     * for each next state its own gradient and what is carried back to it; what comes back through the product with the
     * weights; the gradients of the gates' parts from the input, those from the state (none if {@link #isShared}), and
     * those of the previous states, which are carried on.
     */
    Stage backward(Lane lane) {
        return stages.computeIfAbsent(new Way(lane, false, true), way -> List.of(backwardStage(lane)))
                .getFirst();
    }

    private Stage backwardStage(Lane lane) {
        int first = arity() + kept.size();
        List<Expr> results = new ArrayList<>(kept);
        results.addAll(derivatives(first));
        List<Integer> wanted = new ArrayList<>(numbers(kept.size(), kept.size() + (isShared() ? 1 : 2) * gates));
        wanted.addAll(numbers(results.size() - states(), results.size()));
        Stage all = Stage.of(lane, named(results, numbers(0, kept.size()), arity()), wanted, 0);
        int end = first + 2 * states() + 1;
        return new Stage(
                all.program,
                all.inputs,
                IntStream.range(end, end + wanted.size()).boxed().toList());
    }

    /** By each input, with the values of {@link #backward} from {@code first} on. */
    private List<Expr> derivatives(int first) {
        List<Expr> dNext = new ArrayList<>();
        for (int s = 0; s < states(); s++) {
            Expr own = Expr.input(first + s).add(Expr.input(first + states() + s));
            dNext.add(s == 0 ? own.add(Expr.input(first + 2 * states())) : own);
        }
        List<Expr> derivatives = new ArrayList<>();
        for (int i = 0; i < arity(); i++) {
            Expr total = Expr.ZERO;
            for (int s = 0; s < states(); s++) {
                Expr each = next.get(s).derivative(i, dNext.get(s));
                total = total.isZero() ? each : each.isZero() ? total : total.add(each);
            }
            derivatives.add(total);
        }
        return derivatives;
    }

    /** Whether a gate just adds what it gets from the input and the state, so that both have the same gradient. */
    boolean isShared() {
        return parts().shared;
    }

    /** For each bias, the number of the gate's part, of the input or after those of the state, with the same gradient. */
    int[] biasParts() {
        return parts().ofBiases;
    }

    private Parts parts() {
        Parts known = parts;
        if (known == null) {
            List<Expr> all = derivatives(arity());
            int[] ofBiases = new int[biases];
            Arrays.setAll(ofBiases, k -> all.subList(0, 2 * gates).indexOf(all.get(2 * gates + k)));
            known = new Parts(all.subList(0, gates).equals(all.subList(gates, 2 * gates)), ofBiases);
            parts = known;
        }
        return known;
    }

    /** {@code exprs} with input {@code first + k} wherever expression k, one of those known, occurs. */
    private static List<Expr> named(List<Expr> exprs, List<Integer> known, int first) {
        List<Expr> named = new ArrayList<>(exprs);
        for (int k : known) {
            Expr value = named.get(k);
            named.replaceAll(each -> each.replace(value, Expr.input(first + k)));
        }
        return Collections.unmodifiableList(named);
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
