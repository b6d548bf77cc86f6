package tns.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tns.cuda.ptx.ReduceKernel;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;
import tns.tensor.DType;
import tns.tensor.Reduction;
import tns.tensor.Shape;

/**
 * Folds the trailing dims of tensors, or of a pointwise program's values over them: see
 * {@link tns.tensor.Device#reduce}. One launch, and a second one for the partial results where a few outputs have much to
 * fold; the order is that of {@link ReduceKernel} as {@link ReducePlan} cuts it, and does not depend on the device.
 */
final class Reduce {
    private static final Program COPY_FLOAT32 = Program.of(Lane.F32, Expr.input(0));
    private static final Program COPY_FLOAT64 = Program.of(Lane.F64, Expr.input(0));
    private static final Program COPY_INTEGER = Program.of(Lane.I64, Expr.input(0));

    private Reduce() {}

    /** Folds the dims of {@code input} from {@code keptDims} on into a contiguous output. */
    static void run(Stream stream, Reduction reduction, Region input, int keptDims, Region output) {
        DType dtype = input.dtype();
        run(stream, reduction, copy(dtype), dtype, List.of(input), input.view().shape(), keptDims, output);
    }

    /**
     * Folds the values of a program of one output over {@code shape}, to which the inputs broadcast.
     *
     * @param dtype what the values are converted to before they are folded
     */
    static void run(
            Stream stream,
            Reduction reduction,
            Program program,
            DType dtype,
            List<Region> inputs,
            Shape shape,
            int keptDims,
            Region output) {
        if (output.view().shape().elements() == 0) {
            return;
        }
        int[] sizes = shape.toArray();
        int[][] strides = new int[inputs.size() + 1][];
        for (int k = 0; k < inputs.size(); k++) {
            strides[k] = inputs.get(k).view().stridesOver(shape);
        }
        int[] targetStrides = Arrays.copyOf(shape.part(0, keptDims).contiguousStrides(), sizes.length);
        strides[inputs.size()] = targetStrides;
        Walk kept = Walk.of(sizes, strides, 0, keptDims)
                .inMemoryOrder(inputs.size())
                .merged();
        Walk folded = folded(reduction, sizes, Arrays.copyOf(strides, inputs.size()), keptDims);
        long[] addresses = new long[inputs.size()];
        List<DType> dtypes = new ArrayList<>(inputs.size());
        for (int k = 0; k < addresses.length; k++) {
            addresses[k] = inputs.get(k).first();
            dtypes.add(inputs.get(k).dtype());
        }
        ReducePlan plan = ReducePlan.of(
                new ReducePlan.Task(reduction, dtype, program, dtypes, addresses, kept.over(inputs.size()), folded));
        int[] ownStrides = kept.strides()[inputs.size()];
        long[] target = {output.first()};
        if (plan.parts() == 1) {
            launch(stream, plan, target, ownStrides);
        } else {
            inParts(stream, plan, target, ownStrides);
        }
    }

    /** The folded dims; positions count in the order they have, all else folds in the order of memory. */
    private static Walk folded(Reduction reduction, int[] sizes, int[][] strides, int keptDims) {
        Walk folded = Walk.of(sizes, strides, keptDims, sizes.length);
        if (folded.elements() == 0) {
            return new Walk(new int[] {0}, new int[strides.length][1], new int[strides.length]);
        }
        return ReducePlan.isPosition(reduction)
                ? folded.merged()
                : folded.ascending().inMemoryOrder(strides.length).merged();
    }

    private static void launch(Stream stream, ReducePlan plan, long[] targets, int[] targetStrides) {
        stream.launch(plan.kernel(), plan.blocks(), plan.arguments(targets, targetStrides));
    }

    /** Every part leaves its result for every output, in the order of the walk, and a second launch folds those. */
    private static void inParts(Stream stream, ReducePlan plan, long[] target, int[] targetStrides) {
        ReducePlan.Task task = plan.task();
        Walk kept = task.kept();
        int[] partStrides = Shape.of(kept.sizes()).contiguousStrides();
        int outputs = kept.elements();
        long results = (long) outputs * plan.parts();
        boolean positions = ReducePlan.isPosition(task.reduction());
        DType dtype = positions ? task.dtype() : result(task.reduction(), task.dtype());
        // Positions follow the keys.
        long keys = results * (positions ? ReduceKernel.keyBytes(dtype) : dtype.bytes());
        long partial = stream.reserve(positions ? keys + results * Integer.BYTES : keys);
        long[] partials = positions ? new long[] {partial, partial + keys} : new long[] {partial};
        launch(stream, plan, partials, partStrides);
        Walk over = new Walk(kept.sizes(), new int[][] {partStrides, targetStrides}, new int[2]).merged();
        Walk parts = new Walk(new int[] {plan.parts()}, new int[][] {{outputs}}, new int[1]);
        ReducePlan join = ReducePlan.join(new ReducePlan.Task(
                task.reduction(), dtype, copy(dtype), List.of(dtype), partials, over.over(1), parts));
        launch(stream, join, target, over.strides()[1]);
        stream.release(partial);
    }

    private static Program copy(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> COPY_FLOAT32;
            case FLOAT64 -> COPY_FLOAT64;
            case INT64, BOOL -> COPY_INTEGER;
        };
    }

    /** The dtype of a fold that gives no positions. */
    private static DType result(Reduction reduction, DType dtype) {
        boolean sum = reduction == Reduction.SUM || reduction == Reduction.PROD;
        return sum && dtype == DType.BOOL ? DType.INT64 : dtype;
    }
}
