package tns.expr;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A compiled pointwise function: machine steps over slots, run once for every element by a {@link PointwiseRunner}.
 *
 * <p>Slots are numbered inputs first, then constants, then registers: slot {@code i < inputs} is input i, slot {@code
 * inputs + k} is constant k, and the rest are registers, which the steps write and reuse. Inputs and constants are
 * never written. An output may be any slot. Immutable; equal programs compute the same.
 */
public final class Program {
    private final Lane lane;
    private final int inputs;
    private final List<Long> constants;
    private final int registers;
    private final List<Step> steps;
    private final List<Integer> outputs;
    private final int hash;

    /**
     * @param lane the type of every slot
     * @param inputs number of inputs (one more than the highest input number used)
     * @param constants bit patterns of the constants (F32: in the low 32 bits)
     * @param registers number of registers
     * @param steps in order of execution
     * @param outputs the slot of each output
     */
    Program(Lane lane, int inputs, List<Long> constants, int registers, List<Step> steps, List<Integer> outputs) {
        this.lane = lane;
        this.inputs = inputs;
        this.constants = List.copyOf(constants);
        this.registers = registers;
        this.steps = List.copyOf(steps);
        this.outputs = List.copyOf(outputs);
        // Computed once: programs are looked up at every run, in less time than hashing their steps would take.
        this.hash = Objects.hash(lane, inputs, constants, steps, outputs);
    }

    /**
     * Compiles expressions that share inputs into one program with an output for each.
     *
     * @throws IllegalArgumentException if a function does not exist in the lane, or a constant of an I64 program is not
     *     an integer
     */
    public static Program of(Lane lane, Expr... outputs) {
        Sequence sequence = new Sequence(lane);
        Map<Expr, Term> lowered = new HashMap<>();
        Term[] results = new Term[outputs.length];
        int inputs = 0;
        for (int i = 0; i < outputs.length; i++) {
            results[i] = lower(outputs[i], sequence, lowered);
            inputs = Math.max(inputs, outputs[i].inputCount());
        }
        return new Allocation(sequence, inputs, results).program();
    }

    private static Term lower(Expr expr, Sequence sequence, Map<Expr, Term> lowered) {
        Term known = lowered.get(expr);
        if (known != null) {
            return known;
        }
        Term term = expr.isInput()
                ? sequence.input(expr.inputNumber())
                : expr.isConstant() ? expr.constantIn(sequence) : apply(expr, sequence, lowered);
        lowered.put(expr, term);
        return term;
    }

    private static Term apply(Expr expr, Sequence sequence, Map<Expr, Term> lowered) {
        Term[] arguments = new Term[expr.arguments().size()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = lower(expr.arguments().get(i), sequence, lowered);
        }
        return expr.primitive().lower(arguments);
    }

    public Lane lane() {
        return lane;
    }

    public int inputs() {
        return inputs;
    }

    public List<Long> constants() {
        return constants;
    }

    public int registers() {
        return registers;
    }

    public List<Step> steps() {
        return steps;
    }

    public List<Integer> outputs() {
        return outputs;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof Program p
                        && hash == p.hash
                        && lane == p.lane
                        && inputs == p.inputs
                        && registers == p.registers
                        && constants.equals(p.constants)
                        && steps.equals(p.steps)
                        && outputs.equals(p.outputs);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** Number of slots: inputs, constants and registers. */
    public int slots() {
        return inputs + constants.size() + registers;
    }

    /** Whether the one output is the one input. */
    public boolean isCopy() {
        return inputs == 1 && steps.isEmpty() && outputs.equals(List.of(0));
    }

    /** Whether the slot holds a constant. */
    public boolean isConstant(int slot) {
        return slot >= inputs && slot < inputs + constants.size();
    }

    /** The value of a constant slot of an F32 program. */
    public float floatConstant(int slot) {
        return Float.intBitsToFloat(constants.get(slot - inputs).intValue());
    }

    /** The value of a constant slot of an F64 program. */
    public double doubleConstant(int slot) {
        return Double.longBitsToDouble(constants.get(slot - inputs));
    }

    /** The value of a constant slot of an I64 program. */
    public long longConstant(int slot) {
        return constants.get(slot - inputs);
    }

    /** One step a line, such as {@code r0 = fma(in0, 0.5, r1)}. */
    @Override
    public String toString() {
        String body = steps.stream()
                .map(step -> name(step.target()) + " = " + step.op().name().toLowerCase(Locale.ROOT)
                        + Arrays.stream(new int[] {step.a(), step.b(), step.c()})
                                .limit(step.op().arity())
                                .mapToObj(this::name)
                                .collect(Collectors.joining(", ", "(", ")")))
                .collect(Collectors.joining("\n"));
        return body + outputs.stream().map(this::name).collect(Collectors.joining(", ", "\nout ", ""));
    }

    private String name(int slot) {
        if (slot < inputs) {
            return "in" + slot;
        }
        if (!isConstant(slot)) {
            return "r" + (slot - inputs - constants.size());
        }
        return switch (lane) {
            case F32 -> Float.toString(floatConstant(slot));
            case F64 -> Double.toString(doubleConstant(slot));
            case I64 -> Long.toString(longConstant(slot));
        };
    }
}
