package tns.op;

import tns.tensor.DType;
import tns.tensor.Reduction;
import tns.tensor.Tensor;

/** Softmax and its logarithm along one dim, shifted by the greatest element so that nothing overflows. */
public final class Softmax {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("softmax");

    static {
        FAMILY.define("softmax(x: tensor, dim: int, dtype: dtype = none)")
                .doc("exp(x) / sum(exp(x)) along a dim: positive, summing to 1.")
                .example("softmax([1., 2., 3.], dim=0)", "tensor([0.0900, 0.2447, 0.6652])")
                .gradient("softmax(x, dim=1)", "x: [2, 3]")
                .is(args -> softmax(input(args), dim(args, "softmax")));
        FAMILY.define("log_softmax(x: tensor, dim: int, dtype: dtype = none)")
                .doc("The logarithm of softmax along a dim, exact where softmax underflows.")
                .example("log_softmax([1., 2., 3.], dim=0)", "tensor([-2.4076, -1.4076, -0.4076])")
                .gradient("log_softmax(x, dim=1)", "x: [2, 3]")
                .is(args -> logSoftmax(input(args), dim(args, "log_softmax")));
        FAMILY.define("softmin(x: tensor, dim: int, dtype: dtype = none)")
                .doc("softmax(-x): the smallest element weighs most.")
                .example("softmin([1., 2., 3.], dim=0)", "tensor([0.6652, 0.2447, 0.0900])")
                .gradient("softmin(x, dim=1)", "x: [2, 3]")
                .is(args -> softmax(Arithmetic.NEG.apply(input(args)), dim(args, "softmin")));
    }

    private Softmax() {}

    private static Tensor input(Args args) {
        Tensor x = args.tensor("x");
        DType dtype = args.dtypeOrNull("dtype");
        return dtype == null ? ReductionOps.floating(x) : Casts.to(x, dtype);
    }

    private static int dim(Args args, String op) {
        return args.tensor("x").shape().dim(args.integer("dim"), op);
    }

    /** Along {@code dim}, from 0; a float tensor in and out. */
    public static Tensor softmax(Tensor x, int dim) {
        return RowFunction.suits(x, dim) ? RowFunctions.softmax(x) : softmaxOfOps(x, dim);
    }

    /** The logarithm of softmax along {@code dim}, from 0; a float tensor in and out. */
    public static Tensor logSoftmax(Tensor x, int dim) {
        return RowFunction.suits(x, dim) ? RowFunctions.logSoftmax(x) : logSoftmaxOfOps(x, dim);
    }

    /** Softmax op by op. */
    static Tensor softmaxOfOps(Tensor x, int dim) {
        Dims dims = Dims.of(x, dim, true);
        if (x.elements() == 0) {
            return x;
        }
        Tensor weights = Elementary.EXP.apply(shifted(x, dims));
        return Arithmetic.DIV.apply(weights, dims.restored(Reductions.sum(weights, dims)));
    }

    /** Its logarithm op by op. */
    static Tensor logSoftmaxOfOps(Tensor x, int dim) {
        Dims dims = Dims.of(x, dim, true);
        if (x.elements() == 0) {
            return x;
        }
        Tensor shifted = shifted(x, dims);
        Tensor total = Reductions.sum(Elementary.EXP.apply(shifted), dims);
        return Arithmetic.SUB.apply(shifted, dims.restored(Elementary.LOG.apply(total)));
    }

    private static Tensor shifted(Tensor x, Dims dims) {
        Tensor greatest = Reductions.extreme(Reduction.MAX, x.plain(), dims, "softmax");
        return Arithmetic.SUB.apply(x, dims.restored(greatest));
    }
}
