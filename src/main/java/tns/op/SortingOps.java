package tns.op;

import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Tensor;

/** Order along a dim: sorting and the greatest few. */
public final class SortingOps {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("sorting");

    static {
        FAMILY.define("sort(x: tensor, dim: int = -1, descending: bool = false, stable: bool = false)")
                .doc("The pair (values, indices) in order along a dim; equal elements keep their order, NaN comes"
                        + " last.")
                .example("sort([3, 1, 2]).values", "tensor([1, 2, 3])")
                .gradient("sort(x, dim=1).values", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    return sort(x, x.shape().dim(args.integer("dim"), "sort"), args.flag("descending"));
                });
        FAMILY.define("msort(x: tensor)")
                .doc("The values in order along dim 0.")
                .example("msort([[3, 1], [2, 4]])", "tensor([[2, 1],\n        [3, 4]])")
                .gradient("msort(x)", "x: [2, 3]")
                .is(args -> sort(args.tensor("x"), 0, false).get(0));
        FAMILY.define("argsort(x: tensor, dim: int = -1, descending: bool = false, stable: bool = false)")
                .doc("The positions that would sort along a dim.")
                .example("argsort([3, 1, 2])", "tensor([1, 2, 0])")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    return sort(x, x.shape().dim(args.integer("dim"), "argsort"), args.flag("descending"))
                            .get(1);
                });
        FAMILY.define("topk(x: tensor, k: int, dim: int = -1, largest: bool = true, sorted: bool = true)")
                .doc("The pair (values, indices) of the k greatest along a dim, greatest first; or the least.")
                .example("topk([3, 1, 2], 2).values", "tensor([3, 2])")
                .gradient("topk(x, 2, dim=1).values", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    int d = x.shape().dim(args.integer("dim"), "topk");
                    int k = args.integer("k");
                    int n = x.rank() == 0 ? 1 : x.size(d);
                    if (k < 0 || k > n) {
                        throw new TnsException(
                                ErrorKind.INDEX, "topk: k is " + k + ", but dim " + d + " has " + n + " elements");
                    }
                    Tuple all = sort(x, d, args.flag("largest"));
                    return x.rank() == 0
                            ? all
                            : Tuple.named(
                                    all.names(),
                                    Movement.range((Tensor) all.get(0), d, 0, k),
                                    Movement.range((Tensor) all.get(1), d, 0, k));
                });
    }

    private SortingOps() {}

    static Tuple sort(Tensor x, int d, boolean descending) {
        List<String> names = List.of("values", "indices");
        if (x.rank() == 0) {
            return Tuple.named(names, x, Tensor.scalar(x.device(), DType.INT64, 0));
        }
        int last = x.rank() - 1;
        Tensor rows = Movement.moveDim(x.detach(), d, last);
        Tensor values = Tensor.room(x.device(), x.dtype(), rows.shape());
        Tensor places = Tensor.room(x.device(), DType.INT64, rows.shape());
        x.device().sort(rows, descending, values, places);
        Tensor indices = Movement.moveDim(places, last, d);
        Tensor sorted = Reductions.tracked(x) ? Selection.gather(x, d, indices) : Movement.moveDim(values, last, d);
        return Tuple.named(names, sorted, indices);
    }
}
