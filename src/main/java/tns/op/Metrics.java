package tns.op;

import java.util.function.Function;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** How good predictions are, to be read and not to be differentiated, but for r2_score. The prediction comes first. */
public final class Metrics {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("metrics");

    private static final String CLASSES = "(pred: tensor, target: tensor, num_classes: int = none";

    static {
        FAMILY.define("accuracy(pred: tensor, target: tensor)")
                .doc("The part of predictions that are right. pred has classes, as target does, or a score for each"
                        + " class in one more dim, dim 1, of which the greatest counts.")
                .example("accuracy([0, 1, 1, 1], [0, 1, 0, 1])", "tensor(0.7500)")
                .example("accuracy([[0.9, 0.1], [0.2, 0.8]], [0, 0])", "tensor(0.5000)")
                .is(args -> {
                    Tensor pred = classes(args, "accuracy");
                    Tensor right = Casts.to(
                            Comparison.EQ.apply(pred, args.tensor("target").detach()),
                            args.context().defaultDType());
                    return Reductions.mean(right, Dims.all(right, false));
                });
        FAMILY.define("confusion_matrix" + CLASSES + ")")
                .doc("How often each class was taken for which: row i, column j counts the targets i predicted as j."
                        + " Classes are ints from 0; pred may have a score for each class in dim 1.")
                .example("confusion_matrix([0, 1, 1], [0, 1, 0])", "tensor([[1, 1],\n        [0, 1]])")
                .is(args -> confusion(args, "confusion_matrix"));
        score(
                "precision",
                "Of the predictions of a class, the part that is right",
                "tensor(0.7500)",
                counts -> ratio(counts.right, counts.predicted));
        score(
                "recall",
                "Of the targets of a class, the part that was found",
                "tensor(0.7500)",
                counts -> ratio(counts.right, counts.wanted));
        score(
                "f1_score",
                "The harmonic mean of precision and recall",
                "tensor(0.6667)",
                counts -> ratio(
                        Arithmetic.MUL.apply(counts.right, Reductions.scalar(counts.right, 2)),
                        Arithmetic.ADD.apply(counts.predicted, counts.wanted)));
        FAMILY.define("r2_score(pred: tensor, target: tensor)")
                .doc("The part of the target's variance that the prediction explains, 1 at best; of several"
                        + " columns, the mean of theirs. The prediction comes first, unlike in scikit-learn.")
                .example("r2_score([1., 2., 4.], [1., 2., 3.])", "tensor(0.5000)")
                .gradient("r2_score(x, y)", "x: [4, 2]", "y: [4, 2]")
                .is(Metrics::explained);
    }

    private Metrics() {}

    /** For each class: how often it was predicted rightly, predicted, and wanted. */
    private record Counts(Tensor right, Tensor predicted, Tensor wanted) {
        static Counts of(Tensor confusion, DType dtype) {
            Tensor table = Casts.to(confusion, dtype);
            return new Counts(
                    Movement.diagonal(table, 0, 0, 1),
                    Reductions.sum(table, Dims.of(table, 0, false)),
                    Reductions.sum(table, Dims.of(table, 1, false)));
        }

        Counts summed() {
            return new Counts(Reductions.sum(right), Reductions.sum(predicted), Reductions.sum(wanted));
        }
    }

    private static void score(String name, String words, String result, Function<Counts, Tensor> score) {
        FAMILY.define(name + CLASSES + ", average: string = 'macro')")
                .doc(words + ", 0 where there is none: the mean over the classes that occur, \"micro\": of all"
                        + " together, \"none\": for each class, \"binary\": of class 1.")
                .example(name + "([0, 1, 1], [0, 1, 0])", result)
                .example(name + "([0, 1, 1], [0, 1, 0], average=\"none\").shape", "(2,)")
                .is(args -> {
                    Counts counts =
                            Counts.of(confusion(args, name), args.context().defaultDType());
                    return switch (args.text("average")) {
                        case "none" -> score.apply(counts);
                        case "micro" -> score.apply(counts.summed());
                        case "binary" -> ofClassOne(name, score.apply(counts));
                        case "macro" -> {
                            Tensor seen = Arithmetic.ADD.apply(counts.predicted, counts.wanted);
                            Tensor occurs = Casts.to(
                                    Comparison.GT.apply(seen, Reductions.scalar(seen, 0)),
                                    args.context().defaultDType());
                            yield ratio(Reductions.sum(score.apply(counts)), Reductions.sum(occurs));
                        }
                        default ->
                            throw new TnsException(
                                            ErrorKind.VALUE, name + ": unknown average \"" + args.text("average") + '"')
                                    .help("\"macro\", \"micro\", \"none\" or \"binary\"");
                    };
                });
    }

    private static Tensor ofClassOne(String op, Tensor scores) {
        if (scores.elements() != 2) {
            throw new TnsException(
                            ErrorKind.VALUE, op + ": average \"binary\" needs 2 classes, found " + scores.elements())
                    .help("num_classes=2, or average=\"none\" for every class");
        }
        return Movement.select(scores, 0, 1);
    }

    /** a / b, and 0 where b is 0. */
    private static Tensor ratio(Tensor a, Tensor b) {
        Tensor none = Comparison.EQ.apply(b, Reductions.scalar(b, 0));
        return Arithmetic.DIV.apply(a, Comparison.WHERE.apply(none, Reductions.scalar(b, 1), b));
    }

    /** The predicted classes in the target's shape. */
    private static Tensor classes(Args args, String op) {
        Tensor pred = args.tensor("pred").detach();
        Tensor target = args.tensor("target");
        if (pred.rank() == target.rank() + 1) {
            int dim = pred.rank() == 1 ? 0 : 1;
            if (pred.shape().without(dim).equals(target.shape())) {
                return Reductions.position(Reduction.ARGMAX, pred, Dims.of(pred, dim, false), op);
            }
        }
        if (!pred.shape().equals(target.shape())) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            op + ": the prediction has shape " + pred.shape() + ", but the target has "
                                    + target.shape())
                    .help("equal shapes, or scores for each class in dim 1: [n, classes] and [n]")
                    .argument(1);
        }
        if (pred.dtype().isFloat()) {
            throw new TnsException(
                            ErrorKind.DTYPE,
                            op + ": the prediction must have classes, ints or bools, found " + pred.describe())
                    .help("p > 0.5 makes classes of probabilities, x > 0 of logits, x.long() of whole floats")
                    .argument(0);
        }
        return pred;
    }

    private static Tensor confusion(Args args, String op) {
        Tensor pred = Casts.to(classes(args, op), DType.INT64);
        Tensor given = args.tensor("target").detach();
        if (given.dtype().isFloat()) {
            throw new TnsException(
                            ErrorKind.DTYPE,
                            op + ": the target must have classes, ints or bools, found " + given.describe())
                    .help("x.long() makes ints of whole floats")
                    .argument(1);
        }
        Tensor target = Casts.to(given, DType.INT64);
        boolean scores = args.tensor("pred").rank() > given.rank();
        int known = scores ? args.tensor("pred").size(given.rank() == 0 ? 0 : 1) : given.dtype() == DType.BOOL ? 2 : 0;
        int n = args.has("num_classes") ? args.integer("num_classes") : Math.max(known, greatest(pred, target) + 1);
        requireClasses(op, pred, n, 0);
        requireClasses(op, target, n, 1);
        Tensor cell = Arithmetic.ADD.apply(Arithmetic.MUL.apply(target, Reductions.scalar(target, n)), pred);
        int size = Shape.of(n, n).elements();
        Tensor zeros = Tensor.allocate(pred.device(), DType.INT64, Shape.of(size, 1));
        Tensor ones = Movement.expand(Reductions.scalar(pred, 1), Shape.of(pred.elements(), 1));
        Tensor places = Casts.contiguous(Movement.reshape(cell, Shape.of(pred.elements())));
        return Movement.reshape(Selection.putRows(zeros, places, Casts.contiguous(ones), true), Shape.of(n, n));
    }

    private static int greatest(Tensor pred, Tensor target) {
        int greatest = -1;
        for (Tensor classes : new Tensor[] {pred, target}) {
            if (classes.elements() > 0) {
                Tensor top = Reductions.extreme(Reduction.MAX, classes, Dims.all(classes, false), "max");
                greatest = (int) Math.max(greatest, Math.min((Long) top.item(), Integer.MAX_VALUE - 1));
            }
        }
        return greatest;
    }

    private static void requireClasses(String op, Tensor classes, int n, int argument) {
        if (n < 0) {
            throw new TnsException(ErrorKind.VALUE, op + ": num_classes must not be negative, found " + n);
        }
        if (Selection.isKnownWithin(classes, n)) {
            return;
        }
        Tensor outside = Selection.OUTSIDE.apply(classes, Reductions.scalar(classes, n));
        if (Reductions.anyTrue(outside)) {
            Tensor flat = Movement.reshape(Casts.to(outside, DType.INT64), Shape.of(classes.elements()));
            Tensor at = Reductions.position(Reduction.ARGMAX, flat, Dims.all(flat, false), op);
            Tensor wrong = Movement.select(Movement.reshape(classes, flat.shape()), 0, (int) (long) (Long) at.item());
            throw new TnsException(
                            ErrorKind.INDEX,
                            op + ": class " + wrong.item() + " is not between 0 and " + (n - 1)
                                    + (argument == 0 ? " in the prediction" : " in the target"))
                    .argument(argument);
        }
    }

    private static Object explained(Args args) {
        Tensor pred = ReductionOps.floating(args.tensor("pred"));
        Tensor target = ReductionOps.floating(args.tensor("target"));
        LossOps.requireEqualShapes("r2_score", pred, target);
        Dims rows = Dims.of(target, 0, true);
        Tensor missed = Reductions.sum(Arithmetic.SQUARE.apply(Arithmetic.SUB.apply(target, pred)), rows);
        Tensor away = Arithmetic.SUB.apply(target, Reductions.mean(target, rows));
        Tensor spread = Reductions.sum(Arithmetic.SQUARE.apply(away), rows);
        Tensor each = Arithmetic.SUB.apply(Reductions.scalar(missed, 1), Arithmetic.DIV.apply(missed, spread));
        return Reductions.mean(each, Dims.all(each, false));
    }
}
