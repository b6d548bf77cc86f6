package tns.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import tns.cuda.ptx.PointwiseKernel;
import tns.expr.Program;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** One program over several sets of tensors in one launch, as an optimiser's step over all parameters is. */
final class SideBySide {
    /** Elements a thread has in a walk that is long enough: the blocks of a launch are shared out by it. */
    private static final int EACH = 4;

    private SideBySide() {}

    /** Whether set {@code s} has elements and can go beside the first: contiguous, of its kinds, with its single ones. */
    static boolean suits(Tensor[][] inputs, Tensor[][] outputs, int s) {
        Shape shape = outputs[s][0].shape();
        for (int k = 0; k < inputs[s].length; k++) {
            Tensor own = inputs[s][k];
            Tensor first = inputs[0][k];
            boolean single = first.rank() == 0 && outputs[0][0].rank() > 0;
            // One element that the host knows has no address of its own.
            boolean known = own.buffer() instanceof ConstantBuffer;
            boolean fits = single ? own.isSameView(first) : own.shape().equals(shape) && own.isContiguous() && !known;
            if (!fits || own.dtype() != first.dtype()) {
                return false;
            }
        }
        for (int o = 0; o < outputs[s].length; o++) {
            Tensor own = outputs[s][o];
            if (own.dtype() != outputs[0][o].dtype() || !own.shape().equals(shape) || !own.isContiguous()) {
                return false;
            }
        }
        return shape.elements() > 0;
    }

    /**
     * Launches the sets numbered in {@code some}, at most {@link PointwisePlan#MOST_SETS}.
     *
     * @param place where a tensor that is read lies over a shape
     * @param written where one that is written does
     */
    static void run(
            Stream stream,
            Program program,
            Tensor[][] inputs,
            Tensor[][] outputs,
            List<Integer> some,
            BiFunction<Tensor, Shape, PointwisePlan.Place> place,
            BiFunction<Tensor, Shape, PointwisePlan.Place> written) {
        List<List<PointwisePlan.Place>> sets = new ArrayList<>();
        int[] elements = new int[some.size()];
        int[] blocks = new int[some.size()];
        int grid = 0;
        for (int i = 0; i < elements.length; i++) {
            int s = some.get(i);
            elements[i] = outputs[s][0].elements();
            List<PointwisePlan.Place> places = new ArrayList<>();
            for (Tensor t : inputs[s]) {
                places.add(flat(t, elements[i], place));
            }
            for (Tensor t : outputs[s]) {
                places.add(flat(t, elements[i], written));
            }
            sets.add(places);
            blocks[i] = Grid.blocks(stream, (elements[i] + EACH - 1) / EACH, PointwiseKernel.THREADS);
            grid += blocks[i];
        }
        PointwisePlan plan = PointwisePlan.ofSets(program, sets, elements, blocks);
        stream.launch(plan.kernel(), grid, plan.arguments());
    }

    /** Where a tensor lies over its elements in a row. */
    private static PointwisePlan.Place flat(
            Tensor t, int elements, BiFunction<Tensor, Shape, PointwisePlan.Place> place) {
        if (t.rank() == 0) {
            return place.apply(t, Shape.of(elements));
        }
        PointwisePlan.Place own = place.apply(t, t.shape());
        return new PointwisePlan.Place(own.dtype(), own.address(), new int[] {1});
    }
}
