package tns.op;

import java.util.ArrayList;
import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Every combination of the elements of vectors: coordinate grids, Cartesian products, subsets. */
public final class Grids {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("grids and combinations");

    static {
        FAMILY.define("meshgrid(*tensors: tensors, indexing: string = 'ij')")
                .doc("For vectors of coordinates, one tensor each over the whole grid; with indexing \"xy\" the first"
                        + " two dims are swapped.")
                .example("meshgrid([1, 2], [3, 4])[1]", "tensor([[3, 4],\n        [3, 4]])")
                .gradient("meshgrid(x, y)[0]", "x: [2]", "y: [3]")
                .is(Grids::mesh);
        FAMILY.define("cartesian_prod(*tensors: tensors)")
                .doc("All rows that take one element from each vector, the last changing fastest.")
                .example(
                        "cartesian_prod([1, 2], [3, 4])",
                        "tensor([[1, 3],\n        [1, 4],\n        [2, 3],\n        [2, 4]])")
                .gradient("cartesian_prod(x, y)", "x: [2]", "y: [3]")
                .is(args -> {
                    Tensor[] axes = args.tensors("tensors");
                    for (Tensor axis : axes) {
                        if (axis.rank() != 1) {
                            throw new TnsException(
                                    ErrorKind.SHAPE, "cartesian_prod: needs vectors, found " + axis.describe());
                        }
                    }
                    if (axes.length == 1) {
                        return axes[0];
                    }
                    Tensor[] grids = grids(axes, "cartesian_prod");
                    for (int i = 0; i < grids.length; i++) {
                        grids[i] = Movement.reshape(grids[i], Shape.of(grids[i].elements()));
                    }
                    return Joining.stack(grids, 1);
                });
        FAMILY.define("combinations(x: tensor, r: int = 2, with_replacement: bool = false)")
                .doc("All choices of r elements of a vector, in their order, a row each.")
                .example("combinations([1, 2, 3])", "tensor([[1, 2],\n        [1, 3],\n        [2, 3]])")
                .gradient("combinations(x)", "x: [3]")
                .is(Grids::combinations);
    }

    private Grids() {}

    private static Tensor[] grids(Tensor[] axes, String op) {
        if (axes.length == 0) {
            throw new TnsException(ErrorKind.VALUE, op + ": needs at least one tensor");
        }
        int[] sizes = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            if (axes[i].rank() > 1) {
                throw new TnsException(ErrorKind.SHAPE, op + ": needs vectors or numbers, found " + axes[i].describe());
            }
            if (axes[i].dtype() != axes[0].dtype()) {
                throw new TnsException(
                        ErrorKind.DTYPE, op + ": dtypes differ: " + axes[0].describe() + " and " + axes[i].describe());
            }
            sizes[i] = axes[i].elements();
        }
        Tensor[] grids = new Tensor[axes.length];
        for (int i = 0; i < axes.length; i++) {
            Tensor along = Movement.reshape(axes[i], Cumulative.alone(axes.length, i, sizes[i]));
            grids[i] = Movement.expand(along, Shape.of(sizes));
        }
        return grids;
    }

    private static Object mesh(Args args) {
        Tensor[] grids = grids(args.tensors("tensors"), "meshgrid");
        String indexing = args.text("indexing");
        if (!indexing.equals("ij") && !indexing.equals("xy")) {
            throw new TnsException(ErrorKind.VALUE, "meshgrid: unknown indexing \"" + indexing + '"')
                    .help("\"ij\" or \"xy\"");
        }
        List<Object> results = new ArrayList<>();
        if (indexing.equals("xy") && grids.length > 1) {
            Tensor[] axes = args.tensors("tensors");
            Tensor first = axes[0];
            axes[0] = axes[1];
            axes[1] = first;
            Tensor[] swapped = grids(axes, "meshgrid");
            for (Tensor grid : swapped) {
                results.add(grid);
            }
            results.set(0, swapped[1]);
            results.set(1, swapped[0]);
            return Tuple.of(results);
        }
        results.addAll(List.of(grids));
        return Tuple.of(results);
    }

    private static Object combinations(Args args) {
        Tensor x = args.tensor("x");
        int r = args.integer("r");
        if (x.rank() != 1 || r < 0) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    "combinations: needs a vector and r of at least 0, found " + x.describe() + " and " + r);
        }
        if (r == 0) {
            return Tensor.allocate(x.device(), x.dtype(), Shape.of(0));
        }
        List<int[]> choices = new ArrayList<>();
        choose(new int[r], 0, 0, x.elements(), args.flag("with_replacement") ? 0 : 1, choices);
        long[] index = choices.stream()
                .flatMapToInt(java.util.Arrays::stream)
                .asLongStream()
                .toArray();
        Tensor places = Tensor.upload(x.device(), DType.INT64, Shape.of(index.length), index);
        Tensor picked = Selection.indexSelect("combinations", x, 0, places);
        return Movement.reshape(picked, Shape.of(choices.size(), r));
    }

    private static void choose(int[] chosen, int at, int from, int n, int step, List<int[]> choices) {
        if (at == chosen.length) {
            choices.add(chosen.clone());
            return;
        }
        for (int i = from; i < n; i++) {
            chosen[at] = i;
            choose(chosen, at + 1, i + step, n, step, choices);
        }
    }
}
