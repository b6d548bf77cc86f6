package tns.op;

import java.util.Arrays;
import java.util.function.IntPredicate;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Connectionist temporal classification: how improbable a label sequence is under the probabilities of longer input, all
 * ways to align them summed. Graves and others, "Connectionist temporal classification", 2006, section 4.1, in logarithms.
 */
final class SequenceLosses {
    /** The logarithm of no probability, finite so that differences of two have no NaN; no sum of real ones comes near. */
    private static final double IMPOSSIBLE = -1e30;

    private static final String OP = "ctc_loss";

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("losses");

    static {
        FAMILY.define("ctc_loss(log_probs: tensor, targets: tensor, input_lengths: ints, target_lengths: ints,"
                        + " blank: int = 0, reduction: string = 'mean', zero_infinity: bool = false)")
                .doc("Minus the log probability of the targets [n, s], or all in one row, under log_probs [t, n,"
                        + " classes], which may repeat a class and put blanks between; \"mean\" divides by the"
                        + " target lengths first. The gradient is that of log_probs made by log_softmax, as in"
                        + " PyTorch.")
                .example("ctc_loss(zeros(3, 1, 2).log_softmax(2), [[1]], (3,), (1,))", "tensor(0.2877)")
                .gradient(
                        "ctc_loss(x.log_softmax(2), [[1, 1], [2, 0]], (4, 3), (2, 1), reduction=\"sum\")",
                        "x: [4, 2, 3]")
                .is(SequenceLosses::ctc);
    }

    private SequenceLosses() {}

    /** The labels of all sequences with a blank before, between and behind them: [n, 2 * longest + 1]. */
    private record Labels(long[] extended, boolean[] skips, int width) {}

    private static Object ctc(Args args) {
        Tensor given = ReductionOps.requireFloat(args.tensor("log_probs"), OP);
        if (given.rank() != 2 && given.rank() != 3) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    OP + ": log_probs must be [t, n, classes] or [t, classes], found " + given.describe());
        }
        Tensor x = given.rank() == 2 ? Movement.unsqueeze(given, 1) : given;
        int steps = x.size(0);
        int n = x.size(1);
        int classes = x.size(2);
        int blank = args.integer("blank");
        if (blank < 0 || blank >= classes) {
            throw new TnsException(ErrorKind.VALUE, OP + ": blank " + blank + " is not among " + classes + " classes");
        }
        int[] inputs = lengths(args, "input_lengths", n, steps);
        int[] sizes = lengths(args, "target_lengths", n, Integer.MAX_VALUE);
        Labels labels = labels(args.tensor("targets"), sizes, classes, blank);
        Tensor losses = losses(x, labels, inputs, sizes);
        if (args.flag("zero_infinity")) {
            Tensor infinite = Comparison.IS_INF.apply(losses);
            losses = Comparison.WHERE.apply(infinite, Reductions.scalar(losses, 0), losses);
        }
        if (args.text("reduction").equals("mean")) {
            double[] divisors =
                    Arrays.stream(sizes).mapToDouble(s -> Math.max(s, 1)).toArray();
            Tensor wide = Tensor.upload(x.device(), DType.FLOAT64, Shape.of(n), divisors);
            losses = Arithmetic.DIV.apply(losses, Casts.to(wide, x.dtype()));
        }
        return LossOps.reduced(args, OP, given.rank() == 2 ? Movement.reshape(losses, Shape.of()) : losses);
    }

    private static int[] lengths(Args args, String parameter, int n, int most) {
        int[] lengths = args.ints(parameter);
        if (lengths.length != n) {
            throw new TnsException(
                    ErrorKind.SHAPE, OP + ": " + parameter + " has " + lengths.length + " numbers for a batch of " + n);
        }
        for (int length : lengths) {
            if (length < 0 || length > most) {
                throw new TnsException(
                        ErrorKind.VALUE,
                        OP + ": a length of " + parameter + " must be from 0 to " + most + ", found " + length);
            }
        }
        return lengths;
    }

    private static Labels labels(Tensor targets, int[] sizes, int classes, int blank) {
        Selection.requireInts(OP, targets);
        long[] all = HostArray.longs(targets);
        int longest = Arrays.stream(sizes).max().orElse(0);
        boolean padded = targets.rank() == 2;
        long needed = padded ? longest : Arrays.stream(sizes).asLongStream().sum();
        boolean fits = padded
                ? targets.size(0) == sizes.length && targets.size(1) >= needed
                : targets.rank() == 1 && targets.elements() >= needed;
        if (!fits) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            OP + ": targets " + targets.describe() + " do not hold sequences of the lengths "
                                    + Arrays.toString(sizes))
                    .help("targets are [n, longest], or one row of all sequences");
        }
        int width = 2 * longest + 1;
        long[] extended = new long[sizes.length * width];
        Arrays.fill(extended, blank);
        boolean[] skips = new boolean[extended.length];
        for (int i = 0, start = 0; i < sizes.length; start += padded ? targets.size(1) : sizes[i], i++) {
            for (int s = 0; s < sizes[i]; s++) {
                long label = all[start + s];
                if (label < 0 || label >= classes) {
                    throw new TnsException(
                            ErrorKind.INDEX, OP + ": label " + label + " is not among " + classes + " classes");
                }
                int at = i * width + 2 * s + 1;
                extended[at] = label;
                skips[at] = s > 0 && label != blank && label != extended[at - 2];
            }
        }
        return new Labels(extended, skips, width);
    }

    private static Tensor losses(Tensor x, Labels labels, int[] inputs, int[] sizes) {
        int n = x.size(1);
        int width = labels.width;
        Tensor places = Tensor.upload(x.device(), DType.INT64, Shape.of(n, width), labels.extended);
        Tensor skips = mask(x, Shape.of(n, width), i -> labels.skips[i]);
        Tensor none = Reductions.scalar(x, IMPOSSIBLE);
        // Before the first step only the start is possible: the place before the first blank.
        Tensor alpha = Comparison.WHERE.apply(
                mask(x, Shape.of(1, width), i -> i == 0),
                Reductions.scalar(x, 0),
                Movement.expand(none, Shape.of(n, width)));
        for (int t = 0; t < x.size(0); t++) {
            int step = t;
            Tensor now = Movement.select(x, 0, t);
            Tensor emitted = Selection.gather(now, 1, places);
            Tensor one = shifted(alpha, 1, none);
            Tensor reached = t == 0
                    ? logSum(alpha, startOfLabels(x, n, width, none), none)
                    : logSum(alpha, one, Comparison.WHERE.apply(skips, shifted(alpha, 2, none), none));
            Tensor next = Arithmetic.MAXIMUM.apply(Arithmetic.ADD.apply(reached, emitted), none);
            Tensor running = mask(x, Shape.of(n, 1), i -> step < inputs[i]);
            alpha = Comparison.WHERE.apply(running, next, alpha);
        }
        Tensor ends = mask(x, Shape.of(n, width), i -> {
            int end = 2 * sizes[i / width];
            return i % width == end || i % width == end - 1;
        });
        Tensor last = Comparison.WHERE.apply(ends, alpha, none);
        Tensor sum = ReductionOps.logSumExp(last, Dims.of(last, 1, false));
        Tensor impossible = Comparison.LT.apply(sum, Reductions.scalar(x, IMPOSSIBLE / 2));
        Tensor losses = Comparison.WHERE.apply(
                impossible, Reductions.scalar(x, Double.POSITIVE_INFINITY), Arithmetic.NEG.apply(sum));
        return Reductions.tracked(x) ? Arithmetic.ADD.apply(losses, slopeOfAll(x, inputs)) : losses;
    }

    /** Where the first step may be: on the first blank, which alpha is, or the first label. */
    private static Tensor startOfLabels(Tensor x, int n, int width, Tensor none) {
        return Comparison.WHERE.apply(
                mask(x, Shape.of(1, width), i -> i == 1),
                Reductions.scalar(x, 0),
                Movement.expand(none, Shape.of(n, width)));
    }

    /** 0, whose gradient is e^x within the lengths: PyTorch's gradient takes the probabilities to sum to 1. */
    private static Tensor slopeOfAll(Tensor x, int[] inputs) {
        int n = x.size(1);
        Tensor probabilities = Elementary.EXP.apply(x);
        Tensor nothing = Arithmetic.SUB.apply(probabilities, probabilities.detach());
        Tensor within = mask(x, Shape.of(x.size(0), n, 1), i -> i / n < inputs[i % n]);
        Tensor kept = Comparison.WHERE.apply(within, nothing, Reductions.scalar(x, 0));
        return Reductions.sum(kept, Dims.of(kept, new int[] {0, 2}, false));
    }

    private static Tensor shifted(Tensor alpha, int by, Tensor none) {
        int n = alpha.size(0);
        int width = alpha.size(1);
        Tensor start = Movement.expand(none, Shape.of(n, Math.min(by, width)));
        return width <= by ? start : Joining.cat(new Tensor[] {start, Movement.range(alpha, 1, 0, width - by)}, 1);
    }

    private static Tensor logSum(Tensor a, Tensor b, Tensor c) {
        Tensor greatest = Arithmetic.MAXIMUM.apply(Arithmetic.MAXIMUM.apply(a.detach(), b.detach()), c.detach());
        Tensor sum = power(a, greatest);
        sum = Arithmetic.ADD.apply(sum, power(b, greatest));
        sum = Arithmetic.ADD.apply(sum, power(c, greatest));
        return Arithmetic.ADD.apply(Elementary.LOG.apply(sum), greatest);
    }

    private static Tensor power(Tensor a, Tensor greatest) {
        return Elementary.EXP.apply(Arithmetic.SUB.apply(a, greatest));
    }

    private static Tensor mask(Tensor x, Shape shape, IntPredicate holds) {
        byte[] bits = new byte[shape.elements()];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (byte) (holds.test(i) ? 1 : 0);
        }
        return Tensor.upload(x.device(), DType.BOOL, shape, bits);
    }
}
