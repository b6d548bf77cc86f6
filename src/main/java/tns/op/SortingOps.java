package tns.op;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Order along a dim: sorting and the greatest few. */
public final class SortingOps {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("sorting");

    private static final List<String> PAIR = List.of("values", "indices");

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
                    return top(x, d, k, args.flag("largest"));
                });
    }

    private SortingOps() {}

    static Tuple sort(Tensor x, int d, boolean descending) {
        if (x.rank() == 0) {
            return Tuple.named(PAIR, x, Tensor.scalar(x.device(), DType.INT64, 0));
        }
        int last = x.rank() - 1;
        Tensor rows = Movement.moveDim(x.detach(), d, last);
        Tensor values = Tensor.room(x.device(), x.dtype(), rows.shape());
        Tensor places = Tensor.room(x.device(), DType.INT64, rows.shape());
        x.device().sort(rows, descending, values, places);
        Tensor indices = Movement.moveDim(places, last, d);
        Tensor sorted = Reductions.tracked(x) ? Selection.gather(x, d, indices) : Movement.moveDim(values, last, d);
        return Tuple.named(PAIR, sorted, indices);
    }

    /** The first {@code k} of {@link #sort}. */
    static Tuple top(Tensor x, int d, int k, boolean descending) {
        if (x.rank() == 0 || !x.device().ranks()) {
            Tuple all = sort(x, d, descending);
            return x.rank() == 0
                    ? all
                    : Tuple.named(
                            PAIR,
                            Movement.range((Tensor) all.get(0), d, 0, k),
                            Movement.range((Tensor) all.get(1), d, 0, k));
        }
        Tensor indices = ranked(x, d, descending, along(x, d, LongStream.range(0, k)));
        return Tuple.named(PAIR, Selection.gather(x, d, indices), indices);
    }

    /** Ranks that are the same for every row along dim {@code d} of {@code x}. */
    static Tensor along(Tensor x, int d, LongStream ranks) {
        Tensor row = Selection.ints(x.device(), ranks);
        int[] ones = new int[x.rank()];
        Arrays.fill(ones, 1);
        return Movement.expand(
                Movement.reshape(row, Shape.of(ones).with(d, row.size(0))),
                x.shape().with(d, row.size(0)));
    }

    /** The positions of the elements that have these int64 ranks in the order along dim {@code d}. */
    static Tensor ranked(Tensor x, int d, boolean descending, Tensor ranks) {
        if (!x.device().ranks()) {
            return Selection.gather((Tensor) sort(x.detach(), d, descending).get(1), d, ranks);
        }
        int last = x.rank() - 1;
        Tensor places = Movement.moveDim(ranks, d, last);
        Tensor positions = Tensor.room(x.device(), DType.INT64, places.shape());
        x.device().ranked(Movement.moveDim(x.detach(), d, last), descending, places, positions);
        return Movement.moveDim(positions, last, d);
    }
}
