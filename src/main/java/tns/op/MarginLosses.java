package tns.op;

import java.util.Arrays;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Losses that ask for a margin: between two scores, between a class and the others, between near and far. */
public final class MarginLosses {
    private static final Family PRIMITIVES = new Family("losses");
    private static final Expr ZERO = Expr.constant(0.0);
    private static final String REDUCTION = ", reduction: string = 'mean')";

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("losses");

    private static final Pointwise HINGE_EMBEDDING = PRIMITIVES
            .pointwise("hinge_embedding_loss(x, y, margin)")
            .is((x, y, margin) -> {
                Expr far = Expr.select(y.ne(Expr.constant(1L)), atLeastZero(margin.sub(x)), ZERO);
                return far.add(Expr.select(y.ne(Expr.constant(-1L)), x, ZERO));
            });
    private static final Pointwise RANKING = PRIMITIVES
            .pointwise("margin_ranking_loss(difference, y, margin)")
            .is((difference, y, margin) -> atLeastZero(margin.sub(y.mul(difference))));
    private static final Pointwise POSITIVE_PART =
            PRIMITIVES.pointwise("positive_part(x)").is(x -> atLeastZero(x));
    private static final Pointwise COSINE_EMBEDDING = PRIMITIVES
            .pointwise("cosine_embedding_loss(cosine, y, margin)")
            .is((cosine, y, margin) -> Expr.select(
                    y.eq(Expr.constant(1L)),
                    Expr.constant(1.0).sub(cosine),
                    Expr.select(y.eq(Expr.constant(-1L)), atLeastZero(cosine.sub(margin)), ZERO)));

    static {
        FAMILY.define("hinge_embedding_loss(x: tensor, target: tensor, margin: float = 1.0" + REDUCTION)
                .doc("x where the target is 1, and what it lacks to the margin where the target is -1.")
                .example("hinge_embedding_loss([0.5, 0.25], [1, -1])", "tensor(0.6250)")
                .gradient("hinge_embedding_loss(x, [1, -1, 1])", "x: [3]")
                .is(args -> {
                    Tensor x = ReductionOps.floating(args.tensor("x"));
                    Tensor target = Casts.to(args.tensor("target"), x.dtype());
                    LossOps.requireEqualShapes("hinge_embedding_loss", x, target);
                    Tensor each = HINGE_EMBEDDING.apply(x, target, Reductions.scalar(x, args.real("margin")));
                    return LossOps.reduced(args, "hinge_embedding_loss", each);
                });
        FAMILY.define("margin_ranking_loss(x: tensor, other: tensor, target: tensor, margin: float = 0.0" + REDUCTION)
                .doc("What x lacks to exceed the other by the margin where the target is 1, the reverse where it is"
                        + " -1.")
                .example("margin_ranking_loss([1., 2.], [2., 1.], [1, 1])", "tensor(0.5000)")
                .gradient("margin_ranking_loss(x, y, [1, -1, 1], margin=0.3)", "x: [3]", "y: [3]")
                .is(args -> {
                    Tensor x = ReductionOps.floating(args.tensor("x"));
                    LossOps.requireEqualShapes("margin_ranking_loss", x, args.tensor("other"));
                    Tensor difference = Arithmetic.SUB.apply(x, args.tensor("other"));
                    LossOps.requireEqualShapes("margin_ranking_loss", x, args.tensor("target"));
                    Tensor target = Casts.to(args.tensor("target"), difference.dtype());
                    Tensor each = RANKING.apply(difference, target, Reductions.scalar(difference, args.real("margin")));
                    return LossOps.reduced(args, "margin_ranking_loss", each);
                });
        FAMILY.define("soft_margin_loss(x: tensor, target: tensor" + REDUCTION)
                .doc("log(1 + exp(-target * x)) for targets 1 and -1.")
                .example("soft_margin_loss([0., 2.], [1, -1])", "tensor(1.4100)")
                .gradient("soft_margin_loss(x, [1, -1, 1])", "x: [3]")
                .is(args -> {
                    Tensor x = ReductionOps.floating(args.tensor("x"));
                    Tensor target = Casts.to(args.tensor("target"), x.dtype());
                    LossOps.requireEqualShapes("soft_margin_loss", x, target);
                    Tensor each = Arithmetic.NEG.apply(Activations.LOG_SIGMOID.apply(Arithmetic.MUL.apply(target, x)));
                    return LossOps.reduced(args, "soft_margin_loss", each);
                });
        FAMILY.define("multilabel_soft_margin_loss(x: tensor, target: tensor, weight: tensor = none" + REDUCTION)
                .doc("The mean over the last dim of the cross entropies of sigmoid(x) against targets 0 and 1.")
                .example("multilabel_soft_margin_loss([[0., 2.]], [[1., 0.]])", "tensor(1.4100)")
                .gradient("multilabel_soft_margin_loss(x, y)", "x: [2, 3]", "y: [2, 3] in 0..1")
                .is(MarginLosses::multilabel);
        FAMILY.define("multi_margin_loss(x: tensor, target: tensor, p: int = 1, margin: float = 1.0,"
                        + " weight: tensor = none" + REDUCTION)
                .doc("How far each other class comes within the margin of the target class, to the power p, over the"
                        + " number of classes.")
                .example("multi_margin_loss([[0.1, 0.2, 0.9]], [2])", "tensor(0.1667)")
                .gradient("multi_margin_loss(x, [0, 2], p=2)", "x: [2, 3]")
                .is(MarginLosses::multiMargin);
        FAMILY.define("triplet_margin_loss(anchor: tensor, positive: tensor, negative: tensor, margin: float = 1.0,"
                        + " p: float = 2, eps: float = 1e-06, swap: bool = false" + REDUCTION)
                .doc("What the distance to the negative lacks to exceed that to the positive by the margin.")
                .example("triplet_margin_loss([[0., 0.]], [[0., 1.]], [[0., 1.5]])", "tensor(0.5000)")
                .gradient("triplet_margin_loss(a, b, c, swap=true)", "a: [2, 3]", "b: [2, 3]", "c: [2, 3]")
                .is(MarginLosses::triplet);
        FAMILY.define("triplet_margin_with_distance_loss(anchor: tensor, positive: tensor, negative: tensor,"
                        + " distance_function: any = none, margin: float = 1.0, swap: bool = false" + REDUCTION)
                .doc("triplet_margin_loss with a distance of one's own, a function of two tensors;"
                        + " pairwise_distance when none is given.")
                .example(
                        "triplet_margin_with_distance_loss([[0.]], [[1.]], [[1.5]], (a, b) -> abs(a - b))",
                        "tensor(0.5000)")
                .gradient(
                        "triplet_margin_with_distance_loss(a, b, c, (x, y) -> (x - y).square().sum(dim=1), margin=9.)",
                        "a: [2, 3]",
                        "b: [2, 3]",
                        "c: [2, 3]")
                .is(MarginLosses::tripletWithDistance);
        FAMILY.define("multilabel_margin_loss(x: tensor, target: tensor" + REDUCTION)
                .doc("How far the other classes come within 1 of each target class, summed and divided by the number of"
                        + " classes. A row of targets lists classes and ends at the first that is negative.")
                .example("multilabel_margin_loss([[0.1, 0.2, 0.4, 0.8]], [[3, 0, -1, 1]])", "tensor(0.8500)")
                .gradient("multilabel_margin_loss(x, [[2, -1, 0], [1, 2, -1]])", "x: [2, 3]")
                .is(MarginLosses::multilabelMargin);
        FAMILY.define("cosine_embedding_loss(x: tensor, other: tensor, target: tensor, margin: float = 0.0" + REDUCTION)
                .doc("1 less the cosine of x and the other where the target is 1, and the cosine beyond the margin"
                        + " where it is -1.")
                .example("cosine_embedding_loss([[1., 0.]], [[0., 1.]], [1])", "tensor(1.)")
                .gradient("cosine_embedding_loss(x, y, [1, -1])", "x: [2, 3]", "y: [2, 3]")
                .is(MarginLosses::cosine);
    }

    private MarginLosses() {}

    private static Expr atLeastZero(Expr x) {
        return Expr.select(x.lt(ZERO), ZERO, x);
    }

    private static Object multilabel(Args args) {
        String op = "multilabel_soft_margin_loss";
        Tensor x = ReductionOps.floating(args.tensor("x"));
        Tensor target = Casts.to(args.tensor("target"), x.dtype());
        LossOps.requireEqualShapes(op, x, target);
        if (x.rank() == 0) {
            throw new TnsException(ErrorKind.SHAPE, op + ": x needs a dim of labels, found " + x.describe());
        }
        Tensor each = LossOps.crossEntropyOfLogits(x, target);
        Tensor weight = args.tensorOrNull("weight");
        each = weight == null ? each : Arithmetic.MUL.apply(each, weight);
        return LossOps.reduced(args, op, Reductions.mean(each, Dims.of(each, each.rank() - 1, false)));
    }

    private static Object multiMargin(Args args) {
        String op = "multi_margin_loss";
        Tensor given = ReductionOps.floating(args.tensor("x"));
        Tensor target = args.tensor("target");
        Tensor x = given.rank() == 1 ? Movement.unsqueeze(given, 0) : given;
        int p = args.integer("p");
        if (x.rank() != 2 || target.elements() != x.size(0) || x.size(1) == 0) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    op + ": needs scores [n, classes] and a class for each row, found " + given.describe() + " and "
                            + target.describe());
        }
        if (p != 1 && p != 2) {
            throw new TnsException(ErrorKind.VALUE, op + ": p must be 1 or 2, found " + p);
        }
        Selection.requireInts(op, target);
        Tensor index = Movement.reshape(target, Shape.of(x.size(0), 1));
        Tensor chosen = Selection.gather(x, 1, index);
        Tensor lack = POSITIVE_PART.apply(
                Arithmetic.ADD.apply(Arithmetic.SUB.apply(x, chosen), Reductions.scalar(x, args.real("margin"))));
        Tensor terms = p == 1 ? lack : Arithmetic.SQUARE.apply(lack);
        Tensor weight = args.tensorOrNull("weight");
        if (weight != null) {
            Tensor picked = Selection.indexSelect(op, weight, 0, Movement.reshape(target, Shape.of(x.size(0))));
            terms = Arithmetic.MUL.apply(terms, Movement.unsqueeze(picked, 1));
        }
        terms = Selection.scatter(terms, 1, index, Reductions.scalar(x, 0), false);
        Tensor each = Reductions.mean(terms, Dims.of(terms, 1, false));
        return LossOps.reduced(args, op, given.rank() == 1 ? Movement.squeeze(each, 0) : each);
    }

    private static Object multilabelMargin(Args args) {
        String op = "multilabel_margin_loss";
        Tensor given = ReductionOps.floating(args.tensor("x"));
        Tensor target = args.tensor("target");
        LossOps.requireEqualShapes(op, given, target);
        Selection.requireInts(op, target);
        if (given.rank() > 2) {
            throw new TnsException(ErrorKind.SHAPE, op + ": needs scores [n, classes], found " + given.describe());
        }
        int classes = given.rank() == 0 ? 1 : given.size(-1);
        int rows = given.rank() < 2 ? 1 : given.size(0);
        Tensor x = Movement.reshape(given, Shape.of(rows, classes));
        long[] labels = HostArray.longs(target);
        double[] counts = new double[labels.length];
        double[] others = new double[labels.length];
        Arrays.fill(others, 1);
        for (int i = 0, row = 0; i < labels.length; i = ++row * classes) {
            for (; i < (row + 1) * classes && labels[i] >= 0; i++) {
                if (labels[i] >= classes) {
                    throw new TnsException(
                            ErrorKind.INDEX, op + ": class " + labels[i] + " is not among the " + classes + " of x");
                }
                counts[i] = 1;
                others[row * classes + (int) labels[i]] = 0;
            }
            for (; i < (row + 1) * classes; i++) {
                labels[i] = 0;
            }
        }
        Tensor chosen = Selection.gather(x, 1, Tensor.upload(x.device(), target.dtype(), x.shape(), labels));
        Tensor lack = POSITIVE_PART.apply(Arithmetic.SUB.apply(
                Arithmetic.ADD.apply(Movement.unsqueeze(x, 1), Reductions.scalar(x, 1)),
                Movement.unsqueeze(chosen, 2)));
        Tensor wanted = Movement.unsqueeze(weights(x, counts), 2);
        Tensor terms =
                Arithmetic.MUL.apply(lack, Arithmetic.MUL.apply(wanted, Movement.unsqueeze(weights(x, others), 1)));
        Tensor sums = Reductions.sum(terms, Dims.of(terms, new int[] {1, 2}, false));
        Tensor each = Arithmetic.DIV.apply(sums, Reductions.scalar(x, classes));
        return LossOps.reduced(args, op, given.rank() < 2 ? Movement.reshape(each, Shape.of()) : each);
    }

    private static Tensor weights(Tensor x, double[] values) {
        return Casts.to(Tensor.upload(x.device(), DType.FLOAT64, x.shape(), values), x.dtype());
    }

    private static Object tripletWithDistance(Args args) {
        Tensor anchor = ReductionOps.floating(args.tensor("anchor"));
        Tensor positive = args.tensor("positive");
        Tensor near = distance(args, anchor, positive);
        Tensor far = distance(args, anchor, args.tensor("negative"));
        if (args.flag("swap")) {
            far = Arithmetic.MINIMUM.apply(far, distance(args, positive, args.tensor("negative")));
        }
        Tensor lack =
                Arithmetic.ADD.apply(Arithmetic.SUB.apply(near, far), Reductions.scalar(near, args.real("margin")));
        return LossOps.reduced(args, "triplet_margin_with_distance_loss", POSITIVE_PART.apply(lack));
    }

    private static Tensor distance(Args args, Tensor x, Tensor y) {
        if (!args.has("distance_function")) {
            return Distances.pairwise(x, y, 2, 1e-6, false);
        }
        String op = "triplet_margin_with_distance_loss";
        Object function = args.get("distance_function");
        if (!(function instanceof Callable callable)) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            op + ": distance_function must be a function, found " + TypeName.describe(function))
                    .help("(a, b) -> (a - b).abs().sum(dim=-1)");
        }
        Object value = callable.call(args.context(), x, y);
        Tensor distance = Conversion.tensor(args.context(), value);
        if (distance == null) {
            throw new TnsException(
                    ErrorKind.VALUE, op + ": distance_function gave " + TypeName.describe(value) + ", not a tensor");
        }
        return distance;
    }

    private static Object triplet(Args args) {
        Tensor anchor = ReductionOps.floating(args.tensor("anchor"));
        double p = args.real("p");
        double eps = args.real("eps");
        Tensor near = Distances.pairwise(anchor, args.tensor("positive"), p, eps, false);
        Tensor far = Distances.pairwise(anchor, args.tensor("negative"), p, eps, false);
        if (args.flag("swap")) {
            far = Arithmetic.MINIMUM.apply(
                    far, Distances.pairwise(args.tensor("positive"), args.tensor("negative"), p, eps, false));
        }
        Tensor lack =
                Arithmetic.ADD.apply(Arithmetic.SUB.apply(near, far), Reductions.scalar(near, args.real("margin")));
        return LossOps.reduced(args, "triplet_margin_loss", POSITIVE_PART.apply(lack));
    }

    private static Object cosine(Args args) {
        String op = "cosine_embedding_loss";
        Tensor x = ReductionOps.floating(args.tensor("x"));
        Tensor other = ReductionOps.floating(args.tensor("other"));
        LossOps.requireEqualShapes(op, x, other);
        if (x.rank() == 0) {
            throw new TnsException(ErrorKind.SHAPE, op + ": needs vectors, found " + x.describe());
        }
        Dims last = Dims.of(x, x.rank() - 1, false);
        Tensor tiny = Reductions.scalar(x, 1e-12);
        Tensor product = Reductions.sum(Arithmetic.MUL.apply(x, other), last);
        Tensor left = Arithmetic.ADD.apply(Reductions.sum(Arithmetic.SQUARE.apply(x), last), tiny);
        Tensor right = Arithmetic.ADD.apply(Reductions.sum(Arithmetic.SQUARE.apply(other), last), tiny);
        Tensor cosine = Arithmetic.DIV.apply(product, Arithmetic.SQRT.apply(Arithmetic.MUL.apply(left, right)));
        Tensor target = Casts.to(args.tensor("target"), cosine.dtype());
        LossOps.requireEqualShapes(op, cosine, target);
        return LossOps.reduced(
                args, op, COSINE_EMBEDDING.apply(cosine, target, Reductions.scalar(cosine, args.real("margin"))));
    }
}
