package tns.op;

import java.util.List;
import java.util.stream.IntStream;
import tns.error.ErrorKind;
import tns.error.TnsException;
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
        FAMILY.define("renorm(x: tensor, p: float, dim: int, maxnorm: float)")
                .doc("x with each slice of a dim that has a p-norm above maxnorm scaled down to it.")
                .example(
                        "renorm([[3., 4.], [0., 1.]], 2, 0, 1)",
                        "tensor([[0.6000, 0.8000],\n        [0.0000, 1.0000]])")
                .gradient("renorm(x, 2, 0, 1)", "x: [2, 3] in 1..2")
                .gradient("renorm(x, 1, -1, 1.5)", "x: [2, 2, 2] in 0.5..1")
                .is(Scaling::renorm);
    }

    private Scaling() {}

    private static Tensor renorm(Args args) {
        Tensor x = ReductionOps.requireFloat(args.tensor("x"), "renorm");
        double p = args.real("p");
        double most = args.real("maxnorm");
        if (x.rank() < 2) {
            throw new TnsException(ErrorKind.SHAPE, "renorm: needs at least 2 dims, found " + x.describe()).argument(0);
        }
        if (!(p > 0) || !(most >= 0)) {
            throw new TnsException(
                    ErrorKind.VALUE, "renorm: p must be above 0 and maxnorm at least 0, found " + p + " and " + most);
        }
        int dim = x.shape().dim(args.integer("dim"), "renorm");
        int[] others = IntStream.range(0, x.rank()).filter(d -> d != dim).toArray();
        Tensor norm = ReductionOps.norm(x, p, Dims.of(x, others, true));
        Tensor above = Comparison.GT.apply(norm.detach(), Reductions.scalar(x, most));
        // The small number is PyTorch's.
        Tensor divisor = Arithmetic.ADD.apply(norm, Reductions.scalar(x, 1e-7));
        Tensor scale = Arithmetic.DIV.apply(Reductions.scalar(x, most), divisor);
        return Arithmetic.MUL.apply(x, Comparison.WHERE.apply(above, scale, Reductions.scalar(x, 1)));
    }
}
