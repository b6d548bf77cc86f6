package tns.cpu;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tns.cpu.x86.RowPlan;
import tns.expr.Lane;
import tns.expr.Program;
import tns.expr.RowProgram;
import tns.expr.RowProgram.Extent;

/**
 * Where the loop of a row program keeps its values: in registers, in the operands, or in working memory.
 *
 * <p>A value of the elements that takes little to compute is computed anew wherever it is used. Another lives in the
 * memory of an output that is written when it is used no more: memory is then waited for while the value is computed,
 * which takes longer than the last loop (softmax of (4096, 4096) in 14.1 ms for 18.8, AMD EPYC, one core, 2026-11-26).
 */
final class RowPlaces implements RowPlan {
    /** Steps of a value up to which computing it again costs less than to write and read it. */
    private static final int FEW_STEPS = 2;

    private static final int LONG_STEPS = 12;

    /** Steps of a loop up to which its values are kept in registers. */
    private static final int MOST_IN_REGISTERS = 120;

    private final RowProgram program;
    /** Whether some loop over a row computes for longer than its elements take to come from memory. */
    private final boolean isLong;

    private final boolean looksAhead;
    private final int[] places;
    private final int[] inputs;
    private final int[] outputs;
    private final List<Long> constants;

    RowPlaces(RowProgram program) {
        this.program = program;
        int count = program.values().size();
        isLong = IntStream.range(0, count)
                .mapToObj(k -> function(program, k))
                .anyMatch(f -> f != null && f.steps().size() >= LONG_STEPS);
        inputs = new int[count];
        outputs = new int[count];
        places = new int[count];
        int input = 0;
        for (int k = 0; k < count; k++) {
            inputs[k] = program.values().get(k) instanceof RowProgram.Input ? input++ : NOWHERE;
            outputs[k] = program.outputs().indexOf(k);
            places[k] = own(k);
        }
        looksAhead = IntStream.range(0, count).anyMatch(this::isAhead);
        constants = IntStream.range(0, count)
                .mapToObj(k -> function(program, k))
                .filter(Objects::nonNull)
                .flatMap(f -> f.constants().stream())
                .distinct()
                .toList();
        for (int k = count - 1; k >= 0; k--) {
            if (isMapped(k) && outputs[k] != NOWHERE) {
                shareWith(k);
            }
        }
    }

    /** Whether a loop can be made of the program. */
    static boolean fits(RowProgram program) {
        for (int k = 0; k < program.values().size(); k++) {
            Program f = function(program, k);
            if (f != null && !StepCode.fits(f)) {
                return false;
            }
        }
        List<Integer> outputs = program.outputs();
        return steps(program) <= StepCode.MOST_STEPS
                && new HashSet<>(outputs).size() == outputs.size()
                && outputs.stream().allMatch(k -> function(program, k) != null);
    }

    /** The steps that are taken for an element, each fold counted as one. */
    static int steps(RowProgram program) {
        int steps = 0;
        for (int k = 0; k < program.values().size(); k++) {
            Program f = function(program, k);
            int fold = program.values().get(k) instanceof RowProgram.Folded ? 1 : 0;
            steps += f == null ? 0 : f.steps().size() + fold;
        }
        return steps;
    }

    private static @Nullable Program function(RowProgram program, int k) {
        return switch (program.values().get(k)) {
            case RowProgram.Mapped(Extent _, Program f) -> f;
            case RowProgram.Folded(RowProgram.Fold _, Program f) -> f;
            default -> null;
        };
    }

    /** Whether rows of {@code n} elements end within the lanes that they are folded by. */
    static boolean isRagged(int n) {
        return n % RowExecutor.LAYOUT.threads() != 0;
    }

    /** The function whose results, folded or not, value {@code k} is; null of an operand. */
    @Nullable
    Program function(int k) {
        return function(program, k);
    }

    @Override
    public Program program(int k) {
        return Objects.requireNonNull(function(k));
    }

    @Override
    public boolean isFoldedAtOnce(int k) {
        return isMapped(k)
                && places[k] != NOWHERE
                && k + 1 < places.length
                && program.values().get(k + 1) instanceof RowProgram.Folded(RowProgram.Fold _, Program next)
                && copied(next) == k;
    }

    /** The value that a function only copies, or {@link #NOWHERE}. */
    static int copied(Program f) {
        int slot = f.outputs().getFirst();
        return f.steps().isEmpty() && slot < f.inputs() ? slot : NOWHERE;
    }

    /** Whether what is folded is written to working memory first: where it would fill the loop once per accumulator. */
    boolean isWritten(Program folded) {
        int accumulators =
                RowExecutor.LAYOUT.threads() * program.lane().bits() / Byte.SIZE / VectorF32Loops.vectorBytes();
        return folded.steps().size() * accumulators > MOST_IN_REGISTERS;
    }

    private int own(int k) {
        return switch (program.values().get(k)) {
            case RowProgram.Input _, RowProgram.Index _ -> k;
            case RowProgram.Length _ -> NOWHERE;
            case RowProgram.Folded _ -> outputs[k] != NOWHERE || isAhead(k) ? k : NOWHERE;
            case RowProgram.Mapped(Extent extent, Program f) ->
                outputs[k] != NOWHERE || extent == Extent.ELEMENT && f.steps().size() > FEW_STEPS ? k : NOWHERE;
        };
    }

    /**
     * Whether value {@code k}, of an operand alone, is folded for many rows at once, before anything else is computed of
     * them: where that takes long, their memory is read in one go before, and stays in the second-level cache (softmax of
     * (4096, 4096) in 11.3 ms for 12.2, AMD EPYC, one core, 2026-11-27; layer_norm, which takes little to compute, is
     * faster row by row).
     */
    @Override
    public boolean isAhead(int k) {
        if (!isLong || !(program.values().get(k) instanceof RowProgram.Folded(RowProgram.Fold _, Program f))) {
            return false;
        }
        int source = copied(f);
        return source != NOWHERE
                && inputs[source] != NOWHERE
                && program.values().get(source).extent() == Extent.ELEMENT;
    }

    /** Whether there is such a value. */
    boolean looksAhead() {
        return looksAhead;
    }

    private void shareWith(int output) {
        for (int early = output - 1; early >= 0; early--) {
            if (isMapped(early) && places[early] == early && outputs[early] == NOWHERE && lastUse(early) <= output) {
                places[early] = output;
                return;
            }
        }
    }

    boolean isMapped(int k) {
        return program.values().get(k) instanceof RowProgram.Mapped(Extent extent, Program _)
                && extent == Extent.ELEMENT;
    }

    /** The last value for which value {@code k} is read, perhaps to compute one in between anew. */
    private int lastUse(int k) {
        int last = k;
        for (int later = k + 1; later < places.length; later++) {
            Program f = function(program, later);
            if (f != null && RowProgram.uses(f, k)) {
                boolean anew = isMapped(later) && places[later] == NOWHERE;
                last = Math.max(last, anew ? lastUse(later) : later);
            }
        }
        return last;
    }

    @Override
    public int of(int k) {
        return places[k];
    }

    /** Which of the operands that are read value {@code k} is, or {@link #NOWHERE}. */
    int input(int k) {
        return inputs[k];
    }

    @Override
    public int output(int k) {
        return outputs[k];
    }

    /** Whether value {@code k} is the number of each column. */
    boolean isIndex(int k) {
        return program.values().get(k) instanceof RowProgram.Index;
    }

    @Override
    public int step(int k, int n) {
        return switch (program.values().get(k).extent()) {
            case ELEMENT -> inputs[k] != NOWHERE || outputs[k] != NOWHERE ? n : 0;
            case ROW -> 1;
            case COLUMN, UNIFORM -> 0;
        };
    }

    @Override
    public int size(int k, int rows, int n) {
        int step = step(k, n);
        Extent extent = program.values().get(k).extent();
        return step > 0 ? rows * step : extent == Extent.ELEMENT || extent == Extent.COLUMN ? n : 1;
    }

    int count() {
        return places.length;
    }

    /** All constants of the program's functions, in an array of the lane's type. */
    Object constants() {
        Object all = program.lane() == Lane.F32 ? new float[constants.size()] : new double[constants.size()];
        for (int i = 0; i < constants.size(); i++) {
            if (all instanceof float[] x) {
                x[i] = Float.intBitsToFloat(constants.get(i).intValue());
            } else {
                ((double[]) all)[i] = Double.longBitsToDouble(constants.get(i));
            }
        }
        return all;
    }

    /** Where in that the one of this bit pattern is. */
    int constant(long pattern) {
        return constants.indexOf(pattern);
    }

    /** The array of a row that is folded, after those of the values. */
    int room() {
        return places.length;
    }

    /** Whether there is need of one. */
    boolean hasRoom() {
        return program.values().stream()
                .anyMatch(value -> value instanceof RowProgram.Folded(RowProgram.Fold _, Program f) && isWritten(f));
    }

    /** The array of all pieces' lanes. */
    int all() {
        return places.length + 1;
    }

    /** The array of a piece's lanes. */
    int part() {
        return places.length + 2;
    }

    /** The array of constants. */
    int numbers() {
        return places.length + 3;
    }

    /** How many arrays a loop wants. */
    int arrays() {
        return places.length + 4;
    }
}
