package tns.op;

import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Recording;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Losses: how far a prediction is from its target. Shapes must be equal; nothing broadcasts by accident. */
public final class LossOps {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("losses");

    private static final Pointwise BCE = new Family("losses")
            .pointwise("binary_cross_entropy_with_logits(x, y)")
            .floating()
            .is((x, y) -> x.logSigmoid()
                    .neg()
                    .mul(y)
                    .sub(x.neg().logSigmoid().mul(y.neg().add(1.0))));

    /** Row programs count columns in floats: up to here float32 has every integer. */
    private static final int MOST_COUNTED = 1 << 24;

    /** Classes from which on looking one up costs less than to compare all. */
    private static final int LEAST_PICKED = 64;

    private static final Pointwise SQUARED_DIFFERENCE = new Family("losses")
            .pointwise("mse_loss(x, y)")
            .is((x, y) -> x.sub(y).square());

    static {
        FAMILY.define("mse_loss(x: tensor, target: tensor, reduction: string = 'mean')")
                .doc("The mean of the squared differences.")
                .example("mse_loss([1., 2.], [1., 4.])", "tensor(2.)")
                .gradient("mse_loss(x, y)", "x: [2, 3]", "y: [2, 3]")
                .is(args -> {
                    requireEqualShapes("mse_loss", args.tensor("x"), args.tensor("target"));
                    return reduced(args, "mse_loss", SQUARED_DIFFERENCE.apply(args.tensor("x"), args.tensor("target")));
                });
        FAMILY.define("l1_loss(x: tensor, target: tensor, reduction: string = 'mean')")
                .doc("The mean of the absolute differences.")
                .example("l1_loss([1., 2.], [1., 4.])", "tensor(1.)")
                .gradient("l1_loss(x, y)", "x: [2, 3]", "y: [2, 3]")
                .is(args -> reduced(args, "l1_loss", Elementary.ABS.apply(difference(args, "l1_loss"))));
        FAMILY.define("binary_cross_entropy_with_logits(x: tensor, target: tensor, weight: tensor = none,"
                        + " reduction: string = 'mean', pos_weight: tensor = none)")
                .doc("The cross entropy of sigmoid(x) against targets between 0 and 1, without overflow.")
                .example("binary_cross_entropy_with_logits([0., 2.], [1., 1.])", "tensor(0.4100)")
                .gradient("binary_cross_entropy_with_logits(x, y)", "x: [2, 3]", "y: [2, 3] in 0.1..0.9")
                .is(LossOps::binary);
        FAMILY.define("nll_loss(x: tensor, target: tensor, weight: tensor = none, ignore_index: int = -100,"
                        + " reduction: string = 'mean')")
                .doc("Minus the log probability of the target class, averaged.")
                .example("nll_loss([[-1., -2.]], [1])", "tensor(2.)")
                .gradient("nll_loss(x, [0, 2])", "x: [2, 3]")
                .is(args -> nll(args, args.tensor("x"), "nll_loss", 0, Selection::chosen));
        FAMILY.define("cross_entropy(x: tensor, target: tensor, weight: tensor = none, ignore_index: int = -100,"
                        + " reduction: string = 'mean', label_smoothing: float = 0)")
                .doc("The cross entropy of softmax(x) over dim 1 against class indices or class probabilities.")
                .example("cross_entropy([[1., 2.]], [1])", "tensor(0.3133)")
                .gradient("cross_entropy(x, [0, 2])", "x: [2, 3]")
                .is(LossOps::crossEntropy);
    }

    private LossOps() {}

    static Tensor difference(Args args, String op) {
        Tensor x = args.tensor("x");
        Tensor target = args.tensor("target");
        requireEqualShapes(op, x, target);
        return Arithmetic.SUB.apply(x, target);
    }

    static void requireEqualShapes(String op, Tensor x, Tensor target) {
        if (!x.shape().equals(target.shape())) {
            TnsException error = new TnsException(
                            ErrorKind.SHAPE,
                            op + ": the prediction has shape " + x.shape() + ", but the target has " + target.shape())
                    .argument(1);
            throw x.rank() == target.rank() + 1
                    ? error.help("losses do not broadcast: y[:, none] adds a dim, broadcast_to(y, x.shape) repeats")
                    : error.help("losses do not broadcast: reshape one of them, or use broadcast_to(y, x.shape)");
        }
    }

    static Tensor reduced(Args args, String op, Tensor each) {
        return switch (args.text("reduction")) {
            case "mean" -> Reductions.mean(each, Dims.all(each, false));
            case "sum" -> Reductions.sum(each);
            case "none" -> each;
            default ->
                throw new TnsException(ErrorKind.VALUE, op + ": unknown reduction \"" + args.text("reduction") + '"')
                        .help("\"mean\", \"sum\" or \"none\"");
        };
    }

    /** The cross entropy of sigmoid(x) at every position, without overflow. */
    static Tensor crossEntropyOfLogits(Tensor x, Tensor target) {
        return BCE.apply(x, target);
    }

    private static Object binary(Args args) {
        Tensor x = args.tensor("x");
        Tensor target = args.tensor("target");
        requireEqualShapes("binary_cross_entropy_with_logits", x, target);
        Tensor positive = args.tensorOrNull("pos_weight");
        Tensor each;
        if (positive == null) {
            each = BCE.apply(x, target);
        } else {
            Tensor one = Reductions.scalar(x, 1);
            Tensor hit = Arithmetic.MUL.apply(Arithmetic.MUL.apply(target, positive), Activations.LOG_SIGMOID.apply(x));
            Tensor miss = Arithmetic.MUL.apply(
                    Arithmetic.SUB.apply(one, target), Activations.LOG_SIGMOID.apply(Arithmetic.NEG.apply(x)));
            each = Arithmetic.NEG.apply(Arithmetic.ADD.apply(hit, miss));
        }
        Tensor weight = args.tensorOrNull("weight");
        return reduced(
                args, "binary_cross_entropy_with_logits", weight == null ? each : Arithmetic.MUL.apply(each, weight));
    }

    private static Object crossEntropy(Args args) {
        Tensor x = args.tensor("x");
        Tensor target = args.tensor("target");
        int classes = x.rank() == 1 ? 0 : 1;
        if (x.rank() == 0) {
            throw new TnsException(ErrorKind.SHAPE, "cross_entropy: x needs a dim of classes, found " + x.describe());
        }
        double smoothing = args.real("label_smoothing");
        boolean indices = target.dtype() == DType.INT64;
        if (indices && smoothing == 0 && RowFunction.suits(x, classes) && x.size(classes) <= MOST_COUNTED) {
            boolean isLong = x.device().isHost() && x.size(classes) >= LEAST_PICKED;
            return nll(args, x, "cross_entropy", 0, isLong ? PICKED : COMPARED);
        }
        Tensor logs = Softmax.logSoftmax(x, classes);
        if (indices) {
            return nll(args, logs, "cross_entropy", smoothing, Selection::chosen);
        }
        requireEqualShapes("cross_entropy", x, target);
        int n = x.size(classes);
        Tensor wanted = smoothing == 0
                ? target
                : Arithmetic.ADD.apply(
                        Arithmetic.MUL.apply(target, Reductions.scalar(target, 1 - smoothing)),
                        Reductions.scalar(target, smoothing / n));
        Tensor products = Arithmetic.MUL.apply(logs, wanted);
        Tensor weight = args.tensorOrNull("weight");
        if (weight != null) {
            products = Arithmetic.MUL.apply(products, alongClasses(weight, x.rank(), classes));
        }
        Tensor each = Arithmetic.NEG.apply(Reductions.sum(products, Dims.of(products, classes, false)));
        return reduced(args, "cross_entropy", each);
    }

    /** @param safe the classes of {@code target}, with another in place of {@code without} */
    private static void requireClasses(String op, Tensor safe, Tensor target, long without, int n, boolean compared) {
        Recording recording = safe.device().recording();
        if (compared && recording != null && recording.records()) {
            return; // nobody can look now; a class out of range is equal to none, and harms no memory
        }
        if (recording == null) {
            requireInside(op, safe, n);
        } else {
            recording.check(target, () -> requireInside(op, safe, n), classes -> areInside(classes, without, n));
        }
    }

    private static boolean areInside(Tensor target, long without, int n) {
        for (long c : tns.tensor.HostArray.longs(target)) {
            if (c != without && (c < 0 || c >= n)) {
                return false;
            }
        }
        return true;
    }

    private static void requireInside(String op, Tensor classes, int n) {
        boolean folds = classes.device().runsRows(classes.elements(), n);
        if (folds && !Reductions.anyTrue(Selection.OUTSIDE.apply(classes, Reductions.scalar(classes, n)))) {
            return; // found there: only one element had to be read from the device
        }
        for (long c : tns.tensor.HostArray.longs(classes)) {
            if (c < 0 || c >= n) {
                throw new TnsException(ErrorKind.INDEX, op + ": class " + c + " is out of range for " + n + " classes")
                        .argument(1);
            }
        }
    }

    private static Tensor alongClasses(Tensor weight, int rank, int dim) {
        int[] sizes = new int[rank];
        java.util.Arrays.fill(sizes, 1);
        sizes[dim] = weight.elements();
        return Movement.reshape(weight, Shape.of(sizes));
    }

    /** How the log probabilities of the target classes are found. */
    @FunctionalInterface
    private interface Choice {
        Tensor of(Tensor logs, int dim, Tensor classes);
    }

    /** By comparing every class with the wanted one, within the pass that adds them up. */
    private static final Choice COMPARED = (all, dim, index) -> RowFunctions.chosenLogSoftmax(all, index);

    /** By looking them up beside it. */
    private static final Choice PICKED = (all, dim, index) -> RowFunctions.pickedLogSoftmax(all, index);

    private static Object nll(Args args, Tensor logs, String op, double smoothing, Choice choice) {
        Tensor target = args.tensor("target");
        if (logs.rank() == 0) {
            throw new TnsException(ErrorKind.SHAPE, op + ": x needs a dim of classes, found " + logs.describe());
        }
        int dim = logs.rank() == 1 ? 0 : 1;
        if (!logs.shape().without(dim).equals(target.shape())) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            op + ": " + logs.describe() + " needs targets of shape "
                                    + logs.shape().without(dim) + ", found " + target.describe())
                    .argument(1);
        }
        Selection.requireInts(op, target);
        Broadcasting.device(op, logs, target);
        int n = logs.size(dim);
        long without = args.integer("ignore_index");
        // The common case, which needs no look at the numbers and no share of those that count.
        boolean all = Selection.isKnownWithin(target, n) && (without < 0 || without >= n);
        Tensor counted = all ? null : Comparison.NE.apply(target, Reductions.scalar(target, without));
        Tensor safe = counted == null ? target : Comparison.WHERE.apply(counted, target, Reductions.scalar(target, 0));
        if (counted != null) {
            requireClasses(op, safe, target, without, n, choice == COMPARED);
        }
        // A class that is to be ignored equals none.
        Tensor chosen = choice.of(logs, dim, choice == COMPARED ? target : safe);
        Tensor ones = counted == null
                ? null
                : Comparison.WHERE.apply(counted, Reductions.scalar(logs, 1), Reductions.scalar(logs, 0));
        Tensor weight = args.tensorOrNull("weight");
        Tensor share = ones;
        if (weight != null) {
            Tensor picked = Selection.indexSelect(op, weight, 0, Movement.reshape(safe, Shape.of(safe.elements())));
            share = times(Movement.reshape(picked, safe.shape()), ones);
        }
        Tensor shared = times(chosen, share);
        Tensor each = Arithmetic.NEG.apply(shared);
        lost(chosen, shared);
        if (smoothing != 0) {
            Tensor weighed = weight == null ? logs : Arithmetic.MUL.apply(logs, alongClasses(weight, logs.rank(), dim));
            Tensor spread = Arithmetic.NEG.apply(times(Reductions.sum(weighed, Dims.of(weighed, dim, false)), ones));
            each = Arithmetic.ADD.apply(
                    Arithmetic.MUL.apply(each, Reductions.scalar(each, 1 - smoothing)),
                    Arithmetic.MUL.apply(spread, Reductions.scalar(each, smoothing / n)));
        }
        if (!args.text("reduction").equals("mean")) {
            return reduced(args, op, each);
        }
        Tensor total = Reductions.sum(each);
        Tensor count = share == null ? null : Reductions.sum(share);
        Tensor mean = Arithmetic.DIV.apply(total, count == null ? Reductions.scalar(total, target.elements()) : count);
        lost(total, count, each, share, ones, counted == null ? null : safe, counted);
        return mean;
    }

    /** The share of each, where not all have one of 1. */
    private static Tensor times(Tensor each, @Nullable Tensor share) {
        return share == null ? each : Arithmetic.MUL.apply(each, share);
    }

    /** None of these is needed any more; some may be missing or the same. */
    private static void lost(@Nullable Tensor... spent) {
        Stream.of(spent).filter(Objects::nonNull).distinct().forEach(Tensor::lost);
    }
}
