package tns.cpu;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.expr.Lane;
import tns.expr.Operand;
import tns.expr.PointwiseRunner;
import tns.expr.Program;
import tns.expr.RowProgram;
import tns.expr.RowProgram.Extent;
import tns.expr.RowProgram.Fold;
import tns.expr.RowRunner;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Runs a row program of which there is no loop, value by value: the values of the row at hand are one thread's memory. */
final class PlainRows {
    private static final int[] NO_STRIDES = {};
    private static final int[] REPEATED = {0};
    private static final int[] GAPLESS = {1};

    /** What there is to do for a value in every row. */
    @FunctionalInterface
    private interface Task {
        void run(int row);
    }

    private final PointwiseRunner pointwise;
    private final RowProgram program;
    private final List<RowProgram.Value> values;
    private final Tensor[] outputs;
    private final int n;

    /** In the order of the values; found once for all rows, of which looking at the values took some 40 ns each. */
    private final Task[] tasks;

    /** For each value the array that holds it, of the lane's type, and where. */
    private final Object[] held;

    private final int[] at;
    private final double[] known;
    private final RowFold fold;
    private @Nullable Object spare;

    PlainRows(PointwiseRunner pointwise, RowProgram program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        this.pointwise = pointwise;
        this.program = program;
        this.outputs = outputs;
        n = shape.size(1);
        values = program.values();
        held = new Object[values.size()];
        at = new int[held.length];
        known = new double[held.length];
        fold = new RowFold(program.lane());
        List<Task> all = new ArrayList<>();
        int input = 0;
        for (int k = 0; k < held.length; k++) {
            switch (values.get(k)) {
                case RowProgram.Input(Extent extent) -> prepare(k, extent, inputs[input++], all);
                case RowProgram.Index _ -> held[k] = RowExecutor.columns(program.lane(), n);
                case RowProgram.Length _ -> {
                    held[k] = array(1);
                    number(k, n);
                }
                case RowProgram.Mapped(Extent extent, Program f) -> all.add(mapped(k, extent, f));
                case RowProgram.Folded(Fold by, Program f) -> all.add(folded(k, by, f));
            }
        }
        tasks = all.toArray(new Task[0]);
    }

    private Object array(int length) {
        return FusedBlocks.array(program.lane(), length);
    }

    private void prepare(int k, Extent extent, Tensor input, List<Task> all) {
        boolean wide = extent == Extent.ELEMENT || extent == Extent.COLUMN;
        if (wide && FusedBlocks.holds(program.lane(), HostBuffer.array(input))) {
            held[k] = HostBuffer.array(input);
            at[k] = input.view().offset();
            if (extent == Extent.ELEMENT) {
                int first = at[k];
                all.add(row -> at[k] = first + row * n);
            }
            return;
        }
        held[k] = array(wide ? n : 1);
        switch (extent) {
            case COLUMN -> load(held[k], n, input, 0);
            case UNIFORM -> number(k, element(input, 0));
            case ROW -> all.add(row -> number(k, element(input, row)));
            case ELEMENT -> all.add(row -> load(held[k], n, input, row * n));
        }
    }

    private Task mapped(int k, Extent extent, Program f) {
        if (extent != Extent.ELEMENT) {
            held[k] = array(1);
            RowRunner.Once once = new RowRunner.Once(f);
            return row -> number(k, once.of(known));
        }
        held[k] = array(n);
        return row -> pass(f, held[k]);
    }

    private Task folded(int k, Fold by, Program f) {
        held[k] = array(1);
        int source = copied(f);
        return row -> {
            if (source != RowPlaces.NOWHERE) {
                number(k, fold.of(by, held[source], at[source], n));
            } else {
                Object room = room();
                pass(f, room);
                number(k, fold.of(by, room, 0, n));
            }
        };
    }

    /** Elements of a fold that no value holds. */
    private Object room() {
        Object room = spare;
        if (room == null) {
            room = array(n);
            spare = room;
        }
        return room;
    }

    /** The value that a program only copies, if that varies within the row; else {@link RowPlaces#NOWHERE}. */
    private int copied(Program f) {
        int source = RowPlaces.copied(f);
        return source != RowPlaces.NOWHERE && varies(source) ? source : RowPlaces.NOWHERE;
    }

    private boolean varies(int k) {
        Extent extent = values.get(k).extent();
        return extent == Extent.ELEMENT || extent == Extent.COLUMN;
    }

    /** A loop over the row. */
    private void pass(Program f, Object target) {
        Operand[] operands = new Operand[f.inputs()];
        for (int i = 0; i < operands.length; i++) {
            boolean repeats = !RowProgram.uses(f, i) || !varies(i);
            operands[i] = new Operand(held[i], at[i], repeats ? REPEATED : GAPLESS);
        }
        pointwise.run(f, operands, new Operand[] {new Operand(target, 0, GAPLESS)}, new int[] {n});
    }

    private void number(int k, double value) {
        set(held[k], 0, value);
        known[k] = get(held[k], 0);
    }

    private double element(Tensor t, int i) {
        Operand operand = new Operand(HostBuffer.array(t), t.view().offset(), NO_STRIDES);
        return program.lane() == Lane.F32
                ? operand.loadFloat(operand.offset() + i)
                : operand.loadDouble(operand.offset() + i);
    }

    /** Computes rows {@code from} to before {@code to}. */
    void rows(int from, int to) {
        for (int row = from; row < to; row++) {
            for (Task task : tasks) {
                task.run(row);
            }
            store(row);
        }
    }

    private void store(int row) {
        for (int o = 0; o < outputs.length; o++) {
            int k = program.outputs().get(o);
            int count = varies(k) ? n : 1;
            int to = outputs[o].view().offset() + row * count;
            Transfer.store(held[k], at[k], count, HostBuffer.array(outputs[o]), to);
        }
    }

    private static void load(Object target, int n, Tensor source, int from) {
        Transfer.load(target, n, HostBuffer.array(source), source.view().offset() + from);
    }

    private static void set(Object array, int i, double value) {
        if (array instanceof float[] x) {
            x[i] = (float) value;
        } else {
            ((double[]) array)[i] = value;
        }
    }

    private static double get(Object array, int i) {
        return array instanceof float[] x ? x[i] : ((double[]) array)[i];
    }
}
