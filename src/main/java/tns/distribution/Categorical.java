package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Broadcasting;
import tns.op.Comparison;
import tns.op.Context;
import tns.op.Movement;
import tns.op.Multinomial;
import tns.op.Reductions;
import tns.op.Selection;
import tns.op.Softmax;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The distribution over the classes 0, 1, …: one probability for each in the last dim. */
final class Categorical extends Distribution {
    private final Tensor probs;
    private final Tensor logits;
    private final int classes;

    Categorical(Args args) {
        this(args, Given.form(args));
    }

    private Categorical(Args args, String form) {
        this(args, form, Given.together(args, form)[0]);
    }

    private Categorical(Args args, String form, Tensor given) {
        super(args.name(), Given.batchOfClasses(args, form, given));
        this.classes = given.size(-1);
        int last = given.rank() - 1;
        if (form.equals("probs")) {
            Given.require(args, "probs", given, "at least 0 and finite", v -> v >= 0 && v < Double.POSITIVE_INFINITY);
            Tensor total = Reductions.sum(given, last, true);
            Given.require(args, "the sum of probs", total, "above 0", v -> v > 0);
            this.probs = Arithmetic.DIV.apply(given, total).share();
            this.logits = Logits.log(probs).share();
        } else {
            this.probs = Softmax.softmax(given, last).share();
            this.logits = Softmax.logSoftmax(given, last).share();
        }
        parameter(form, form.equals("probs") ? probs : logits);
        property("probs", () -> probs);
        property("logits", () -> logits);
        entropy(() ->
                Arithmetic.NEG.apply(Reductions.sum(Arithmetic.MUL.apply(probs, logits), probs.rank() - 1, false)));
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        int rows = batch().elements();
        Shape samples = shape.part(0, shape.rank() - batch().rank());
        if (shape.elements() == 0) {
            return Tensor.allocate(probs.device(), DType.INT64, shape);
        }
        Tensor table = Movement.reshape(probs, Shape.of(rows, classes));
        Tensor draws = Multinomial.draw(context, table, samples.elements(), true);
        return Movement.reshape(Movement.transpose(draws, 0, 1), shape);
    }

    @Override
    Tensor logProbability(Tensor x) {
        if (x.dtype() != DType.INT64) {
            throw new TnsException(ErrorKind.DTYPE, "log_prob: needs classes, an int tensor, found " + x.describe())
                    .help("x.long() makes ints of whole floats")
                    .argument(0);
        }
        Tensor outside = Comparison.LOGICAL_OR.apply(
                Comparison.LT.apply(x, Reductions.scalar(x, 0)), Comparison.GE.apply(x, Reductions.scalar(x, classes)));
        if (Reductions.anyTrue(outside)) {
            throw new TnsException(ErrorKind.INDEX, "log_prob: a class must be from 0 to " + (classes - 1)).argument(0);
        }
        Shape shape = Broadcasting.shape("log_prob", x, Movement.select(logits.detach(), logits.rank() - 1, 0));
        Tensor each = Movement.expand(logits, shape.concat(Shape.of(classes)));
        return Selection.chosen(each, shape.rank(), Movement.expand(x, shape));
    }

    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        if (!(q instanceof Categorical other)) {
            return null;
        }
        Tensor each = Divergence.infinite(
                Divergence.impossible(probs, other.probs), Divergence.outcome(probs, logits, other.logits));
        return Reductions.sum(each, each.rank() - 1, false);
    }
}
