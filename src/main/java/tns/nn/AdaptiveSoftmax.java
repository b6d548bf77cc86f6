package tns.nn;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Casts;
import tns.op.Family;
import tns.op.Joining;
import tns.op.Method;
import tns.op.Movement;
import tns.op.Reductions;
import tns.op.Selection;
import tns.op.Softmax;
import tns.op.Tuple;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * {@code adaptive_log_softmax_with_loss}: a softmax of very many classes whose rare ones share clusters (Grave and others,
 * Efficient softmax approximation for GPUs, 2016), with PyTorch's parameters.
 */
final class AdaptiveSoftmax {
    private static final String OP = "adaptive_log_softmax_with_loss";

    private final int features;
    /** Where the clusters start, and the number of classes at the end. */
    private final int[] cutoffs;

    private AdaptiveSoftmax(int features, int[] cutoffs) {
        this.features = features;
        this.cutoffs = cutoffs;
    }

    static void define(Family family) {
        family.define(OP + "(in_features: int, n_classes: int, cutoffs: ints, div_value: float = 4.0,"
                        + " head_bias: bool = false" + Weights.OPTIONS)
                .doc("The layer of a softmax of many classes, the frequent ones first: those from each of the cutoffs"
                        + " on form clusters with fewer features, in_features / div_value and so on. Called with x"
                        + " [n, in_features] and the target [n] it gives (output, loss): the log probability of each"
                        + " target, and minus their mean. log_prob(x) has those of all classes, predict(x) the most"
                        + " likely one.")
                .example(OP + "(8, 20, (5, 10))(ones(3, 8), [0, 7, 19]).output.shape", "(3,)")
                .example(OP + "(8, 20, (5, 10)).log_prob(ones(3, 8)).exp().sum().round().detach()", "tensor(3.)")
                .is(AdaptiveSoftmax::layer);
    }

    private static Object layer(Args args) {
        int features = args.integer("in_features");
        int classes = args.integer("n_classes");
        int[] given = args.ints("cutoffs");
        for (int i = 0; i < given.length; i++) {
            if (given[i] <= (i == 0 ? 0 : given[i - 1]) || given[i] > classes - 1) {
                throw wrongCutoffs(given, classes);
            }
        }
        if (given.length == 0) {
            throw wrongCutoffs(given, classes);
        }
        int[] cutoffs = Arrays.copyOf(given, given.length + 1);
        cutoffs[given.length] = classes;
        AdaptiveSoftmax plan = new AdaptiveSoftmax(features, cutoffs);
        Layer layer = new Layer(
                OP, args.settings(), "x: tensor, target: tensor", (self, in) -> plan.loss(self, in.tensor("x"), in));
        Weights weights = new Weights(args);
        layer.with("head", Layers.linear(weights, features, cutoffs[0] + given.length, args.flag("head_bias")));
        Object[] tail = new Object[given.length];
        for (int i = 0; i < tail.length; i++) {
            int inner = (int) Math.floor(features / Math.pow(args.real("div_value"), i + 1));
            Layer cluster = new Layer("sequential", "", (self, in) -> projected(self, in.tensor("x")));
            cluster.with("0", Layers.linear(weights, features, inner, false));
            tail[i] = cluster.with("1", Layers.linear(weights, inner, cutoffs[i + 1] - cutoffs[i], false));
        }
        layer.with("tail", Tuple.of(tail));
        layer.with("log_prob", Method.of("log_prob(x: tensor)", in -> plan.all(layer, in.tensor("x"))));
        return layer.with("predict", Method.of("predict(x: tensor)", in -> plan.likeliest(layer, in.tensor("x"))));
    }

    private static TnsException wrongCutoffs(int[] given, int classes) {
        return new TnsException(
                        ErrorKind.VALUE,
                        OP + ": cutoffs must rise from 1 to at most n_classes - 1 = " + (classes - 1) + ", found "
                                + Arrays.toString(given))
                .help("cutoffs=(1000, 10000) has clusters 1000 … 9999 and 10000 … n_classes - 1");
    }

    private static Tensor projected(Layer cluster, Tensor x) {
        Tensor inner = Layers.apply(x, cluster.layer("0").tensor("weight"), null);
        return Layers.apply(inner, cluster.layer("1").tensor("weight"), null);
    }

    /** Log probabilities of the frequent classes, then of the clusters. */
    private static Tensor head(Layer self, Tensor x) {
        Layer head = self.layer("head");
        return Softmax.logSoftmax(Layers.apply(x, head.tensor("weight"), head.tensorOrNull("bias")), 1);
    }

    /** Log probabilities of the classes of cluster {@code i} within it. */
    private static Tensor cluster(Layer self, int i, Tensor x) {
        if (self.fields().get("tail") instanceof Tuple tail && tail.get(i) instanceof Layer cluster) {
            return Softmax.logSoftmax(projected(cluster, x), 1);
        }
        throw new TnsException(ErrorKind.VALUE, OP + ": tail must be the layers it was made with");
    }

    private Tensor checked(Tensor x) {
        if (x.rank() != 2 || x.size(1) != features) {
            throw new TnsException(
                    ErrorKind.SHAPE, OP + ": expected x of shape [n, " + features + "], found " + x.describe());
        }
        return x;
    }

    private Object loss(Layer self, Tensor given, Args in) {
        Tensor one = in.tensor("target");
        boolean alone = given.rank() == 1 && one.rank() == 0;
        Tensor x = checked(alone ? Movement.unsqueeze(given, 0) : given);
        Tensor target = alone ? Movement.unsqueeze(one, 0) : one;
        if (target.dtype() != DType.INT64 || !target.shape().equals(Shape.of(x.size(0)))) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    OP + ": expected a target of ints of shape [" + x.size(0) + "], found " + target.describe());
        }
        Tensor output = chosen(self, x, HostArray.longs(target));
        Tensor loss = Arithmetic.NEG.apply(
                Arithmetic.DIV.apply(Reductions.sum(output), Reductions.scalar(output, output.elements())));
        return Tuple.named(List.of("output", "loss"), alone ? Movement.squeeze(output, 0) : output, loss);
    }

    /** The log probability of each target; each cluster is asked only for the rows whose targets it has. */
    private Tensor chosen(Layer self, Tensor x, long[] target) {
        int clusters = cutoffs.length - 1;
        int[] owner = new int[target.length];
        long[] column = new long[target.length];
        for (int n = 0; n < target.length; n++) {
            long t = target[n];
            if (t < 0 || t >= cutoffs[clusters]) {
                throw new TnsException(
                        ErrorKind.INDEX,
                        OP + ": target " + t + " is out of range for " + cutoffs[clusters] + " classes");
            }
            while (t >= cutoffs[owner[n]]) {
                owner[n]++;
            }
            column[n] = owner[n] == 0 ? t : cutoffs[0] + owner[n] - 1;
        }
        Tensor output = Selection.chosen(head(self, x), 1, ints(x, column));
        Tensor[] parts = new Tensor[clusters + 1];
        long[] order = new long[target.length];
        int placed = 0;
        for (int c = 0; c <= clusters; c++) {
            int from = c == 0 ? 0 : cutoffs[c - 1];
            int cluster = c;
            long[] rows = LongStream.range(0, target.length)
                    .filter(n -> owner[(int) n] == cluster)
                    .toArray();
            for (long row : rows) {
                order[(int) row] = placed++;
            }
            Tensor within =
                    ints(x, Arrays.stream(rows).map(n -> target[(int) n] - from).toArray());
            parts[c] = c == 0 || rows.length == 0
                    ? Tensor.allocate(output.device(), output.dtype(), Shape.of(rows.length))
                    : Selection.chosen(
                            cluster(self, c - 1, Selection.rows(Casts.contiguous(x), ints(x, rows))), 1, within);
        }
        return Arithmetic.plus(output, Selection.rows(Joining.cat(parts, 0), ints(x, order)));
    }

    private static Tensor ints(Tensor like, long[] values) {
        return Selection.ints(like.device(), LongStream.of(values));
    }

    private Tensor all(Layer self, Tensor x) {
        Tensor head = head(self, checked(x));
        Tensor[] parts = new Tensor[cutoffs.length];
        parts[0] = Movement.range(head, 1, 0, cutoffs[0]);
        for (int i = 1; i < parts.length; i++) {
            Tensor whole = Movement.range(head, 1, cutoffs[0] + i - 1, cutoffs[0] + i);
            parts[i] = Arithmetic.plus(cluster(self, i - 1, x), whole);
        }
        return Joining.cat(parts, 1);
    }

    private Tensor likeliest(Layer self, Tensor x) {
        return Reductions.places(all(self, x).detach(), 1);
    }
}
