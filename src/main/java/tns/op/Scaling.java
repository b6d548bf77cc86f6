package tns.op;

import java.util.List;
import tns.tensor.Tensor;

/** Data brought to one scale. */
public final class Scaling {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("data");

    private static final List<String> PARTS = List.of("x", "mean", "std");

    static {
        FAMILY.define("standardize(x: tensor, dim: ints = 0)")
                .doc("The triple (x, mean, std): x less its mean over dim, over its standard deviation as std has"
                        + " it, and both of these to use again, (new - mean) / std. Where all values are equal, or"
                        + " there is but one, std is 1. dim=() means all dims.")
                .example("x, mean, std = standardize([[1., 7.], [3., 7.]]); mean", "tensor([[2., 7.]])")
                .example("standardize([1., 2., 3.]).x", "tensor([-1.,  0.,  1.])")
                .gradient("standardize(x, dim=1).x", "x: [2, 3]")
                .gradient("standardize(x, dim=()).std", "x: [2, 3]")
                .is(args -> {
                    Tensor x = ReductionOps.requireFloat(args.tensor("x"), "standardize");
                    int[] given = args.ints("dim");
                    Dims dims =
                            given.length == 0 ? Dims.all(x, true) : ReductionOps.keeping(x, given, "standardize", true);
                    Tensor mean = Reductions.mean(x, dims);
                    Tensor away = Arithmetic.SUB.apply(x, mean);
                    Tensor total = Reductions.sum(Arithmetic.SQUARE.apply(away), dims);
                    Tensor variance = Arithmetic.DIV.apply(total, Reductions.scalar(x, Math.max(dims.count() - 1, 1)));
                    Tensor some = Comparison.GT.apply(variance.detach(), Reductions.scalar(x, 0));
                    // Chosen before the root, whose slope at 0 is infinite.
                    Tensor std = Arithmetic.SQRT.apply(Comparison.WHERE.apply(some, variance, Reductions.scalar(x, 1)));
                    return Tuple.named(PARTS, Arithmetic.DIV.apply(away, std), mean, std);
                });
    }

    private Scaling() {}
}
