package tns.expr;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.expr.RowProgram.Extent;
import tns.expr.RowProgram.Fold;

/** The definition of a row program's meaning: one row after the other, one element after the other, in plain Java. */
public final class RowRunner {
    private final RowProgram program;
    private final RowLayout layout;
    private final int n;

    /** A runner for rows of {@code n} elements that folds in the order of the layout. */
    public RowRunner(RowProgram program, RowLayout layout, int n) {
        this.program = program;
        this.layout = layout;
        this.n = n;
    }

    /** Computes all rows; operands lie row by row without gaps from their offsets on. */
    public void run(Operand[] inputs, Operand[] outputs, int rows) {
        for (int row = 0; row < rows; row++) {
            switch (program.lane()) {
                case F32, F64 -> row(inputs, outputs, row);
                case I64 -> throw new IllegalArgumentException("row programs compute in floats");
            }
        }
    }

    /** The values of one row: an array of n for what varies over elements, of 1 for the row's. */
    private void row(Operand[] inputs, Operand[] outputs, int row) {
        List<RowProgram.Value> values = program.values();
        double[][] known = new double[values.size()][];
        int input = 0;
        for (int k = 0; k < known.length; k++) {
            known[k] = switch (values.get(k)) {
                case RowProgram.Input(Extent extent) -> load(inputs[input++], extent, row);
                case RowProgram.Index _ -> index();
                case RowProgram.Length _ -> new double[] {round(n)};
                case RowProgram.Mapped(Extent extent, Program f) -> map(f, known, extent == Extent.ELEMENT ? n : 1);
                case RowProgram.Folded(Fold fold, Program f) -> new double[] {fold(fold, map(f, known, n))};
            };
        }
        for (int o = 0; o < outputs.length; o++) {
            double[] result = known[program.outputs().get(o)];
            for (int i = 0; i < result.length; i++) {
                store(outputs[o], row * result.length + i, result[i]);
            }
        }
    }

    private double round(double value) {
        return program.lane() == Lane.F32 ? (float) value : value;
    }

    private double[] load(Operand operand, Extent extent, int row) {
        int first = operand.offset() + (extent == Extent.ELEMENT ? row * n : extent == Extent.ROW ? row : 0);
        double[] values = new double[extent == Extent.ELEMENT || extent == Extent.COLUMN ? n : 1];
        for (int i = 0; i < values.length; i++) {
            values[i] = program.lane() == Lane.F32 ? operand.loadFloat(first + i) : operand.loadDouble(first + i);
        }
        return values;
    }

    private void store(Operand operand, int at, double value) {
        if (program.lane() == Lane.F32) {
            operand.store(operand.offset() + at, (float) value);
        } else {
            operand.store(operand.offset() + at, value);
        }
    }

    private double[] index() {
        double[] index = new double[n];
        for (int i = 0; i < n; i++) {
            index[i] = round(i);
        }
        return index;
    }

    private double[] map(Program f, double[] @Nullable [] known, int count) {
        double[] results = new double[count];
        int result = f.outputs().getFirst();
        double[] slots = new double[f.slots()];
        fillConstants(f, slots);
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < f.inputs(); k++) {
                double[] value = known[k];
                slots[k] = value == null ? 0 : value[value.length == 1 ? 0 : Math.min(i, value.length - 1)];
            }
            run(f, slots);
            results[i] = slots[result];
        }
        return results;
    }

    /** A program of a float lane for one value of each input, time and again. For one thread. */
    public static final class Once {
        private final Program program;
        private final double[] slots;

        public Once(Program program) {
            this.program = program;
            slots = new double[program.slots()];
            fillConstants(program, slots); // no step writes to them
        }

        /** The result for the first of {@code values}, as many as there are inputs. */
        public double of(double[] values) {
            System.arraycopy(values, 0, slots, 0, program.inputs());
            run(program, slots);
            return slots[program.outputs().getFirst()];
        }
    }

    private static void fillConstants(Program f, double[] slots) {
        for (int slot = f.inputs(); f.isConstant(slot); slot++) {
            slots[slot] = f.lane() == Lane.F32 ? f.floatConstant(slot) : f.doubleConstant(slot);
        }
    }

    private static void run(Program f, double[] slots) {
        for (Step step : f.steps()) {
            double b = step.b() < 0 ? 0 : slots[step.b()];
            double c = step.c() < 0 ? 0 : slots[step.c()];
            slots[step.target()] = f.lane() == Lane.F32
                    ? StepF32.apply(step.op(), (float) slots[step.a()], (float) b, (float) c)
                    : StepF64.apply(step.op(), slots[step.a()], b, c);
        }
    }

    private double step(Opcode op, double a, double b, double c) {
        return program.lane() == Lane.F32
                ? StepF32.apply(op, (float) a, (float) b, (float) c)
                : StepF64.apply(op, a, b, c);
    }

    private double fold(Fold fold, double[] values) {
        double[] partial = new double[layout.threads()];
        for (int t = 0; t < partial.length; t++) {
            partial[t] = share(fold, values, t);
        }
        int lanes = Math.min(partial.length, RowLayout.WARP);
        for (int distance = lanes / 2; distance > 0; distance /= 2) {
            partial = paired(fold, partial, distance);
        }
        for (int distance = partial.length / 2; distance >= lanes; distance /= 2) {
            partial = paired(fold, partial, distance);
        }
        return fold == Fold.MAX ? step(Opcode.ADD, partial[0], 0, 0) : partial[0];
    }

    private double share(Fold fold, double[] values, int thread) {
        double all = identity(fold);
        for (int from = 0; from < n; from += layout.piece()) {
            double piece = identity(fold);
            for (int g = 0; g < layout.groups(); g++) {
                int first = from + (g * layout.threads() + thread) * layout.width();
                for (int i = first; i < Math.min(n, first + layout.width()); i++) {
                    piece = fold(fold, piece, values[i]);
                }
            }
            all = fold(fold, all, piece);
        }
        return all;
    }

    private double[] paired(Fold fold, double[] partial, int distance) {
        double[] next = new double[partial.length];
        for (int t = 0; t < next.length; t++) {
            next[t] = fold(fold, partial[t], partial[t ^ distance]);
        }
        return next;
    }

    private static double identity(Fold fold) {
        return fold == Fold.SUM ? 0 : Double.NEGATIVE_INFINITY;
    }

    private double fold(Fold fold, double a, double b) {
        return step(fold == Fold.SUM ? Opcode.ADD : Opcode.MAX, a, b, 0);
    }
}
