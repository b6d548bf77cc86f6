package tns.op;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.RowProgram;
import tns.expr.RowProgram.Definition;
import tns.expr.RowProgram.Extent;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The row programs of softmax, its relatives and layer_norm, and of their gradients. */
final class RowFunctions {
    private static final Function<Lane, RowProgram> SOFTMAX = RowProgram.of(d -> {
        Expr x = d.input(Extent.ELEMENT);
        Expr weight = d.keep(x.sub(d.max(x)).exp());
        // The total is at least 1: its reciprocal costs half an ulp, and saves a division for every element.
        Expr scale = d.keep(d.sum(weight).reciprocal());
        return List.of(d.keep(weight.mul(scale)));
    });

    private static final Function<Lane, RowProgram> SOFTMAX_GRADIENT = RowProgram.of(d -> {
        Expr y = d.input(Extent.ELEMENT);
        Expr dy = d.input(Extent.ELEMENT);
        return List.of(d.keep(y.mul(dy.sub(d.sum(y.mul(dy))))));
    });

    private static final Function<Lane, RowProgram> LOG_SOFTMAX = RowProgram.of(d -> {
        Expr x = d.input(Extent.ELEMENT);
        Expr greatest = d.max(x);
        Expr log = d.keep(d.sum(x.sub(greatest).exp()).log());
        return List.of(d.keep(x.sub(greatest).sub(log)));
    });

    private static final Function<Lane, RowProgram> LOG_SOFTMAX_GRADIENT = RowProgram.of(d -> {
        Expr y = d.input(Extent.ELEMENT);
        Expr dy = d.input(Extent.ELEMENT);
        return List.of(d.keep(dy.sub(y.exp().mul(d.sum(dy)))));
    });

    /** Also gives the logarithm of the row's total, in two parts: the greatest element, and what is beyond it. */
    private static final Function<Lane, RowProgram> CHOSEN = RowProgram.of(d -> {
        Expr x = d.input(Extent.ELEMENT);
        Expr target = d.input(Extent.ROW);
        Expr greatest = d.max(x);
        Expr log = d.keep(d.sum(x.sub(greatest).exp()).log());
        Expr chosen = d.sum(Expr.select(d.index().eq(target), x, Expr.constant(0.0)));
        return List.of(d.keep(chosen.sub(greatest).sub(log)), greatest, log);
    });

    /** Those two parts alone. */
    private static final Function<Lane, RowProgram> TOTAL = RowProgram.of(d -> {
        Expr x = d.input(Extent.ELEMENT);
        Expr greatest = d.max(x);
        return List.of(greatest, d.keep(d.sum(x.sub(greatest).exp()).log()));
    });

    /** An element, as a sum of it and zeros has it, over the total. */
    private static final Pointwise SHARE = new Pointwise(
            "log_softmax",
            3,
            Pointwise.Result.SAME,
            Expr.input(0).add(0.0).sub(Expr.input(1)).sub(Expr.input(2)));

    private static final Function<Lane, RowProgram> CHOSEN_GRADIENT = RowProgram.of(d -> {
        Expr x = d.input(Extent.ELEMENT);
        Expr target = d.input(Extent.ROW);
        Expr greatest = d.input(Extent.ROW);
        Expr log = d.input(Extent.ROW);
        Expr dy = d.input(Extent.ROW);
        Expr share = x.sub(greatest).sub(log).exp();
        return List.of(d.keep(d.index().eq(target).sub(share).mul(dy)));
    });

    private static final Function<Lane, RowProgram> NORM = RowProgram.of(d -> norm(d, false, false));
    private static final Function<Lane, RowProgram> WEIGHTED_NORM = RowProgram.of(d -> norm(d, true, false));
    private static final Function<Lane, RowProgram> BIASED_NORM = RowProgram.of(d -> norm(d, false, true));
    private static final Function<Lane, RowProgram> AFFINE_NORM = RowProgram.of(d -> norm(d, true, true));
    private static final Function<Lane, RowProgram> NORM_GRADIENT = RowProgram.of(d -> normGradient(d, false));
    private static final Function<Lane, RowProgram> WEIGHTED_NORM_GRADIENT = RowProgram.of(d -> normGradient(d, true));

    /** How much each element of the weight's gradient gets from one element: dy, x, mean and scale to it. */
    private static final Pointwise WEIGHT_GRADIENT = new Pointwise(
            "layer_norm'",
            4,
            Pointwise.Result.SAME,
            Expr.input(0).mul(Expr.input(1).sub(Expr.input(2)).mul(Expr.input(3))));

    private RowFunctions() {}

    private static List<Expr> norm(Definition d, boolean weighted, boolean biased) {
        Expr x = d.input(Extent.ELEMENT);
        Expr eps = d.input(Extent.UNIFORM);
        Expr n = d.length();
        Expr mean = d.keep(d.sum(x).div(n));
        Expr centred = d.keep(x.sub(mean));
        Expr scale = d.keep(d.sum(centred.square()).div(n).add(eps).rsqrt());
        Expr y = centred.mul(scale);
        if (weighted) {
            y = y.mul(d.input(Extent.COLUMN));
        }
        if (biased) {
            y = y.add(d.input(Extent.COLUMN));
        }
        return List.of(d.keep(y), mean, scale);
    }

    private static List<Expr> normGradient(Definition d, boolean weighted) {
        Expr x = d.input(Extent.ELEMENT);
        Expr dy = d.input(Extent.ELEMENT);
        Expr mean = d.input(Extent.ROW);
        Expr scale = d.input(Extent.ROW);
        Expr n = d.length();
        Expr given = weighted ? d.keep(dy.mul(d.input(Extent.COLUMN))) : dy;
        Expr standard = d.keep(x.sub(mean).mul(scale));
        Expr total = d.sum(given);
        Expr product = d.sum(given.mul(standard));
        Expr level = d.keep(total.div(n));
        Expr slope = d.keep(product.div(n));
        return List.of(d.keep(scale.mul(given.sub(level).sub(standard.mul(slope)))));
    }

    /** The program of softmax, for elements to weights. */
    static RowProgram softmax(DType dtype) {
        return SOFTMAX.apply(dtype.lane());
    }

    /** The program of its gradient, for weights and their gradients to those of the elements. */
    static RowProgram softmaxGradient(DType dtype) {
        return SOFTMAX_GRADIENT.apply(dtype.lane());
    }

    /** Softmax along the last dim. */
    static Tensor softmax(Tensor x) {
        Shape shape = x.shape();
        return RowFunction.recorded(
                "softmax",
                RowFunction.run(SOFTMAX, shape, x)[0],
                in -> Softmax.softmaxOfOps(in[0], shape.rank() - 1),
                (i, y, dy) -> RowFunction.run(SOFTMAX_GRADIENT, shape, y, dy)[0],
                x);
    }

    /** Its logarithm. */
    static Tensor logSoftmax(Tensor x) {
        Shape shape = x.shape();
        return RowFunction.recorded(
                "log_softmax",
                RowFunction.run(LOG_SOFTMAX, shape, x)[0],
                in -> Softmax.logSoftmaxOfOps(in[0], shape.rank() - 1),
                (i, y, dy) -> RowFunction.run(LOG_SOFTMAX_GRADIENT, shape, y, dy)[0],
                x);
    }

    /** Of the logarithm of softmax along the last dim, the element that {@code index} gives for each row. */
    static Tensor chosenLogSoftmax(Tensor x, Tensor index) {
        Tensor[] results = RowFunction.run(CHOSEN, x.shape(), x, index);
        return chosen(x, index, results[0], results[1], results[2]);
    }

    /**
     * The same with the elements looked up, which no class that is none may ask for: less to do on the host where rows are
     * long. A loop for {@link #CHOSEN} is too much for the JVM's first compiler where vectors are short, and so comes last
     * of all to the second one: cross_entropy of (4096, 4096) took 55 ms and not 33 for its first six seconds (AMD EPYC
     * without AVX-512, one core, 2026-11-28).
     */
    static Tensor pickedLogSoftmax(Tensor x, Tensor index) {
        Tensor[] total = RowFunction.run(TOTAL, x.shape(), x);
        Tensor picked = Selection.chosen(x.plain(), x.rank() - 1, index);
        Tensor y = SHARE.apply(picked, total[0], total[1]);
        picked.lost();
        return chosen(x, index, y, total[0], total[1]);
    }

    private static Tensor chosen(Tensor x, Tensor index, Tensor y, Tensor greatest, Tensor log) {
        int last = x.rank() - 1;
        return RowFunction.recorded(
                "log_softmax",
                y,
                new Tensor[] {index.plain(), greatest, log},
                in -> Selection.chosen(Softmax.logSoftmaxOfOps(in[0], last), last, index),
                (i, own, dy) -> RowFunction.run(CHOSEN_GRADIENT, x.shape(), x, index, greatest, log, dy)[0],
                x);
    }

    /** {@code (x - mean) / sqrt(variance + eps) * weight + bias} along the last dim. */
    static Tensor layerNorm(Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        Shape shape = x.shape();
        Tensor small = Reductions.scalar(x, eps);
        Tensor[] inputs;
        Function<Lane, RowProgram> program;
        if (weight != null && bias != null) {
            inputs = new Tensor[] {x, weight, bias};
            program = AFFINE_NORM;
        } else if (weight != null) {
            inputs = new Tensor[] {x, weight};
            program = WEIGHTED_NORM;
        } else if (bias != null) {
            inputs = new Tensor[] {x, bias};
            program = BIASED_NORM;
        } else {
            inputs = new Tensor[] {x};
            program = NORM;
        }
        Tensor[] read = new Tensor[inputs.length + 1];
        read[0] = x;
        read[1] = small;
        System.arraycopy(inputs, 1, read, 2, inputs.length - 1);
        Tensor[] results = RowFunction.run(program, shape, read);
        return RowFunction.recorded(
                "layer_norm",
                results[0],
                new Tensor[] {results[1], results[2]},
                in -> Normalization.layerNormOfOps(
                        in[0], weight == null ? null : in[1], bias == null ? null : in[in.length - 1], eps),
                (i, y, dy) -> normGradient(i, x, weight, results, dy),
                inputs);
    }

    /** A number for each row, beside the elements of the row. */
    private static Tensor column(Tensor numbers) {
        return numbers.window(numbers.view().insert(numbers.rank()));
    }

    private static Tensor normGradient(int i, Tensor x, @Nullable Tensor weight, Tensor[] results, Tensor dy) {
        Tensor mean = results[1];
        Tensor scale = results[2];
        if (i == 0) {
            return weight == null
                    ? RowFunction.run(NORM_GRADIENT, x.shape(), x, dy, mean, scale)[0]
                    : RowFunction.run(WEIGHTED_NORM_GRADIENT, x.shape(), x, dy, mean, scale, weight)[0];
        }
        Shape columns = Shape.of(x.size(-1));
        if (i == 2 || weight == null) {
            return Reductions.sumTo(dy, columns);
        }
        Tensor each = WEIGHT_GRADIENT.apply(dy, x, column(mean), column(scale));
        Tensor sum = Reductions.sumTo(each, columns);
        if (!sum.sharesMemory(each)) {
            each.lost();
        }
        return sum;
    }
}
