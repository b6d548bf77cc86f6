package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Draws of positions by their probabilities, in the two ways of PyTorch 2 on the CPU: with replacement a double for each
 * draw, looked up in the running sum; without, and for a single draw, the greatest of p / q with exponential q.
 */
public final class Multinomial {
    private Multinomial() {}

    /** {@code count} positions for each row of {@code probs} [n] or [rows, n], int64 [count] or [rows, count]. */
    public static Tensor draw(Context context, Tensor probs, int count, boolean replacement) {
        Tensor p = ReductionOps.requireFloat(probs, "multinomial").detach();
        check(p, count, replacement);
        int last = p.rank() - 1;
        if (replacement && count > 1) {
            Tensor sums = Differences.runningSum(p, last);
            Tensor whole = Movement.range(sums, last, p.size(last) - 1, p.size(last));
            Shape shape = p.shape().part(0, last).concat(Shape.of(count));
            Tensor draws = RandomOps.uniform(context, DType.FLOAT64, shape, p.device());
            return Counting.search(Arithmetic.DIV.apply(sums, whole), draws, false, "multinomial");
        }
        Tensor q = RandomOps.exponential(context, p.dtype(), p.shape(), p.device());
        Tensor keys = Arithmetic.DIV.apply(p, q);
        return count == 1
                ? Reductions.position(Reduction.ARGMAX, keys, Dims.of(keys, last, true), "multinomial")
                : (Tensor) SortingOps.top(keys, last, count, true).get(1);
    }

    private static void check(Tensor p, int count, boolean replacement) {
        if (p.rank() < 1 || p.rank() > 2 || p.size(-1) == 0) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "multinomial: needs a row of probabilities or a matrix of rows, found " + p.describe())
                    .argument(0);
        }
        int n = p.size(-1);
        if (count < 1 || !replacement && count > n) {
            TnsException wrong = new TnsException(
                            ErrorKind.VALUE,
                            count < 1
                                    ? "multinomial: num_samples must be at least 1, found " + count
                                    : "multinomial: cannot draw " + count + " of " + n + " without replacement")
                    .argument(1);
            throw count < 1 ? wrong : wrong.help("multinomial(probs, " + count + ", replacement=true)");
        }
        Tensor sound = Comparison.LOGICAL_AND.apply(
                Comparison.GE.apply(p, Reductions.scalar(p, 0)), Comparison.IS_FINITE.apply(p));
        if (Reductions.anyTrue(Comparison.LOGICAL_NOT.apply(sound))) {
            throw new TnsException(
                            ErrorKind.VALUE, "multinomial: a probability must be neither negative, infinite nor NaN")
                    .help("softmax(x, dim=-1) makes probabilities of scores")
                    .argument(0);
        }
        Tensor total = Reductions.sum(p, Dims.of(p, p.rank() - 1, false));
        if (Reductions.anyTrue(Comparison.LE.apply(total, Reductions.scalar(total, 0)))) {
            throw new TnsException(ErrorKind.VALUE, "multinomial: a row needs a probability above 0").argument(0);
        }
    }
}
