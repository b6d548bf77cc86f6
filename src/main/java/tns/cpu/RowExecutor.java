package tns.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.expr.Lane;
import tns.expr.Operand;
import tns.expr.PointwiseRunner;
import tns.expr.Program;
import tns.expr.RowLayout;
import tns.expr.RowProgram;
import tns.expr.RowProgram.Extent;
import tns.expr.RowProgram.Fold;
import tns.expr.RowRunner;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Runs row programs one row after the other, so that the values of a row stay in the cache from the first loop over it to
 * the last: memory is read and written once. Threads share the rows.
 *
 * <p>Gives the bits of {@link RowRunner} with {@link #LAYOUT}, whatever loops there are.
 */
final class RowExecutor {
    /**
     * 64 partial results, four registers of the longest kind, which begin anew after 64 elements each: the rounding of a
     * sum of n grows with 64 + n / 4096 + 6. Beginning anew after 16, the sums of (4096, 4096) took 3.7 ms, so 3.0 (AMD
     * EPYC, one core, 2026-11-26).
     */
    static final RowLayout LAYOUT = new RowLayout(64, 64, 1);

    /** Shorter rows are better taken together, op by op: each loop over a row costs some 30 ns to begin. */
    private static final int LEAST_ELEMENTS = 64;

    /** In longer ones, the few arrays that a program keeps would not stay in the second-level cache. */
    private static final int MOST_ELEMENTS = 1 << 16;

    /** Elements a thread takes at a time, and between two checks for cancellation. */
    private static final int SHARE_ELEMENTS = 1 << 15;

    /**
     * Elements of inputs that are folded before anything else is computed of their rows: memory is read fastest in one go,
     * and they stay in the second-level cache for the rest. Softmax of (4096, 4096) took 14.0 ms row by row, so 12.4 (AMD
     * EPYC, one core, 2026-11-26).
     */
    private static final int AHEAD_ELEMENTS = 1 << 15;

    /**
     * Floats in 64 bytes, the longest vectors of today's processors: rows of working memory are whole ones. Not asked of the
     * Vector API, which is not there before there is work for it.
     */
    private static final int LONGEST_VECTOR = 16;

    private final PointwiseRunner pointwise;
    private final FoldLoops folds;
    private final RowProgram program;
    private final Tensor[] inputs;
    private final Tensor[] outputs;
    private final int rows;
    private final int n;
    /** Elements in the rows of working memory, which are whole vectors; equal to n when operands are worked on directly. */
    private final int padded;
    /** Which output's rows hold a value while it is used, or -1: those it is written to, or is overwritten in. */
    private final int[] homes;
    /** The number of each column, where the program asks for it; all threads read it. */
    private final Object columns;

    private RowExecutor(
            PointwiseRunner pointwise,
            FoldLoops folds,
            RowProgram program,
            Tensor[] inputs,
            Shape shape,
            Tensor[] outputs) {
        this.pointwise = pointwise;
        this.folds = folds;
        this.program = program;
        this.inputs = inputs;
        this.outputs = outputs;
        rows = shape.size(0);
        n = shape.size(1);
        int length = pointwise instanceof FusedRunner ? LONGEST_VECTOR : 1;
        padded = (n + length - 1) / length * length;
        int numbered = program.values().contains(new RowProgram.Index()) ? padded : 0;
        columns = array(numbered);
        for (int i = 0; i < numbered; i++) {
            set(columns, i, i);
        }
        homes = new int[program.values().size()];
        Arrays.fill(homes, -1);
        for (int o = outputs.length - 1; o >= 0; o--) {
            int k = program.outputs().get(o);
            if (program.values().get(k) instanceof RowProgram.Mapped(Extent extent, Program _)
                    && extent == Extent.ELEMENT
                    && isDirect(outputs[o])) {
                homes[k] = o;
            }
        }
        for (int o = 0; o < outputs.length; o++) {
            int k = program.outputs().get(o);
            if (homes[k] == o) {
                shareHome(o, k);
            }
        }
    }

    /**
     * Lets a value that is needed up to value {@code k} only live where that will be written: memory is then waited for
     * while the value is computed, which takes longer than the last loop. Softmax of (4096, 4096) took 18.8 ms with a row
     * of its own for the weights, so 14.1 (AMD EPYC, one core, 2026-11-26).
     */
    private void shareHome(int output, int k) {
        for (int early = k - 1; early >= 0; early--) {
            if (program.values().get(early) instanceof RowProgram.Mapped(Extent extent, Program _)
                    && extent == Extent.ELEMENT
                    && homes[early] < 0
                    && !program.outputs().contains(early)
                    && lastUse(early) <= k) {
                homes[early] = output;
                return;
            }
        }
    }

    private int lastUse(int k) {
        int last = k;
        for (int later = k + 1; later < program.values().size(); later++) {
            boolean uses = switch (program.values().get(later)) {
                case RowProgram.Mapped(Extent _, Program f) -> RowProgram.uses(f, k);
                case RowProgram.Folded(Fold _, Program f) -> RowProgram.uses(f, k);
                default -> false;
            };
            last = uses ? later : last;
        }
        return last;
    }

    private Object array(int length) {
        return program.lane() == Lane.F32 ? new float[length] : new double[length];
    }

    /** Whether loops can work on a tensor's own array: it is of the lane's type, and its rows are whole vectors. */
    private boolean isDirect(Tensor t) {
        return padded == n && FusedBlocks.holds(program.lane(), HostBuffer.array(t));
    }

    /** Whether rows of {@code n} elements are worth it; depends on nothing else, so that a row's bits do not. */
    static boolean suits(int n) {
        return n >= LEAST_ELEMENTS && n <= MOST_ELEMENTS;
    }

    /** See {@link tns.tensor.Device#rows}. */
    static void run(
            Parallel parallel,
            PointwiseRunner pointwise,
            FoldLoops folds,
            RowProgram program,
            Tensor[] inputs,
            Shape shape,
            Tensor[] outputs) {
        RowExecutor all = new RowExecutor(pointwise, folds, program, inputs, shape, outputs);
        parallel.range(all.rows, Math.max(1, SHARE_ELEMENTS / all.n), (from, to) -> {
            Work work = all.new Work();
            int share = Math.max(1, SHARE_ELEMENTS / all.n);
            for (int first = from; first < to; first += share) {
                work.rows(first, Math.min(to, first + share));
            }
        });
    }

    /** What there is to do for a value in every row. */
    @FunctionalInterface
    private interface Task {
        void run(int row);
    }

    /** One thread's values of the row at hand. */
    private final class Work {
        private final List<RowProgram.Value> values = program.values();
        /** In the order of the values; found once for all rows, of which looking at the values took some 40 ns each. */
        private final Task[] tasks;

        /** For each value the array that holds it, of the lane's type, and where. */
        private final Object[] held = new Object[values.size()];

        private final int[] at = new int[values.size()];
        /** Where the first row begins of inputs that are worked on directly, else -1. */
        private final int[] starts = new int[values.size()];

        private final double[] known = new double[values.size()];
        private final RowFold fold = new RowFold(program.lane(), folds);
        /** For each fold of an input that is worked on directly, its values in the rows at hand; else none. */
        private final double[][] ahead = new double[values.size()][];

        /** The first row of those. */
        private int base;

        private @Nullable Object spare;

        Work() {
            Arrays.fill(starts, -1);
            Arrays.fill(ahead, NONE);
            List<Task> all = new ArrayList<>();
            int input = 0;
            for (int k = 0; k < held.length; k++) {
                switch (values.get(k)) {
                    case RowProgram.Input(Extent extent) -> prepare(k, extent, inputs[input++], all);
                    case RowProgram.Index _ -> held[k] = columns;
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

        private void prepare(int k, Extent extent, Tensor input, List<Task> all) {
            boolean wide = extent == Extent.ELEMENT || extent == Extent.COLUMN;
            if (wide && isDirect(input)) {
                held[k] = HostBuffer.array(input);
                at[k] = input.view().offset();
                if (extent == Extent.ELEMENT) {
                    starts[k] = at[k];
                    all.add(row -> at[k] = starts[k] + row * n);
                }
                return;
            }
            held[k] = array(wide ? padded : 1);
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
            Pass pass = new Pass(f);
            if (homes[k] < 0) {
                held[k] = array(padded);
                return row -> pass.run(held[k], 0);
            }
            Tensor home = outputs[homes[k]];
            held[k] = HostBuffer.array(home);
            return row -> {
                at[k] = home.view().offset() + row * n;
                pass.run(held[k], at[k]);
            };
        }

        private Task folded(int k, Fold by, Program f) {
            held[k] = array(1);
            int source = copied(f);
            if (source < 0) {
                Pass pass = new Pass(f);
                return row -> {
                    pass.run(room(), 0);
                    number(k, fold.of(by, room(), 0, n));
                };
            }
            if (starts[source] < 0) {
                return row -> number(k, fold.of(by, held[source], at[source], n));
            }
            double[] results = new double[AHEAD_ELEMENTS / n + 1];
            ahead[k] = results;
            return row -> number(k, results[row - base]);
        }

        /** Elements of a fold that no value holds. */
        private Object room() {
            Object room = spare;
            if (room == null) {
                room = array(padded);
                spare = room;
            }
            return room;
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

        void rows(int from, int to) {
            int some = Math.max(1, AHEAD_ELEMENTS / n);
            for (base = from; base < to; base += some) {
                int end = Math.min(to, base + some);
                foldAhead(end);
                for (int row = base; row < end; row++) {
                    row(row);
                }
            }
        }

        /** Computes what is folded ahead, for rows up to {@code end}. */
        private void foldAhead(int end) {
            for (int k = 0; k < held.length; k++) {
                double[] results = ahead[k];
                if (results.length > 0 && values.get(k) instanceof RowProgram.Folded(Fold by, Program f)) {
                    int source = copied(f);
                    for (int row = base; row < end; row++) {
                        results[row - base] = fold.of(by, held[source], starts[source] + row * n, n);
                    }
                }
            }
        }

        private void row(int row) {
            for (Task task : tasks) {
                task.run(row);
            }
            store(row);
        }

        private void store(int row) {
            for (int o = 0; o < outputs.length; o++) {
                int k = program.outputs().get(o);
                Object target = HostBuffer.array(outputs[o]);
                if (held[k] == target) {
                    continue;
                }
                Extent extent = values.get(k).extent();
                int count = extent == Extent.ELEMENT || extent == Extent.COLUMN ? n : 1;
                int to = outputs[o].view().offset() + row * count;
                switch (held[k]) {
                    case float[] x -> Transfer.store(x, at[k], count, target, to, 1);
                    default -> Transfer.store((double[]) held[k], at[k], count, target, to, 1);
                }
            }
        }

        /** The value that a program copies and that varies within the row, or -1. */
        private int copied(Program f) {
            int source = f.outputs().getFirst();
            boolean copies = f.steps().isEmpty() && !f.isConstant(source);
            return copies && varies(source) ? source : -1;
        }

        private boolean varies(int k) {
            Extent extent = values.get(k).extent();
            return extent == Extent.ELEMENT || extent == Extent.COLUMN;
        }

        /** A loop over the row. */
        private final class Pass {
            private final Program f;
            private final Object[] arrays;
            private final int[] starts;
            private final long repeated;
            private final @Nullable FusedLoop loop;

            Pass(Program f) {
                this.f = f;
                int count = f.inputs();
                arrays = new Object[count + 1];
                starts = new int[count + 1];
                long repeats = 0;
                for (int i = 0; i < count; i++) {
                    repeats |= RowProgram.uses(f, i) && varies(i) ? 0 : 1L << i;
                }
                repeated = repeats;
                loop = pointwise instanceof FusedRunner fused ? fused.loop(f, repeats) : null;
            }

            void run(Object target, int to) {
                int count = f.inputs();
                for (int i = 0; i < count; i++) {
                    arrays[i] = held[i];
                    starts[i] = at[i];
                }
                arrays[count] = target;
                starts[count] = to;
                FusedLoop ready = loop;
                if (ready != null) {
                    ready.run(arrays, starts, padded);
                    return;
                }
                Operand[] operands = new Operand[count];
                for (int i = 0; i < count; i++) {
                    operands[i] = new Operand(arrays[i], starts[i], (repeated >> i & 1) != 0 ? REPEATED : GAPLESS);
                }
                pointwise.run(f, operands, new Operand[] {new Operand(target, to, GAPLESS)}, new int[] {padded});
            }
        }
    }

    private static final int[] NO_STRIDES = {};
    private static final double[] NONE = {};
    private static final int[] REPEATED = {0};
    private static final int[] GAPLESS = {1};

    private static void load(Object target, int n, Tensor source, int from) {
        Object array = HostBuffer.array(source);
        int position = source.view().offset() + from;
        switch (target) {
            case float[] x -> Transfer.load(x, 0, n, array, position, 1);
            default -> Transfer.load((double[]) target, 0, n, array, position, 1);
        }
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
