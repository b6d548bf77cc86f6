package tns.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.HostArray;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Rows of a table looked up in bags, each of which becomes one row: their sum, mean or greatest elements, and zeros for an
 * empty bag.
 */
public final class EmbeddingBag {
    private static final String OP = "embedding_bag";

    private final Embedding embedding;
    /** The ints of all bags one after the other, and the place where each bag starts; the last one is their number. */
    private final Tensor x;

    private final long[] starts;

    private EmbeddingBag(Embedding embedding, Tensor x, long[] starts) {
        this.embedding = embedding;
        this.x = x;
        this.starts = starts;
    }

    /**
     * The bags of {@code x}: its rows when it is a matrix [b, n], else the parts of a vector [n] that start at
     * {@code offsets} [b].
     *
     * @param includesEnd whether the last of the offsets is the end of the last bag
     * @throws TnsException for an x of other dims, or offsets that do not lead through it
     */
    public static EmbeddingBag of(Embedding embedding, Tensor x, @Nullable Tensor offsets, boolean includesEnd) {
        Selection.requireInts(OP, x);
        boolean matrix = x.rank() == 2;
        if (!matrix && x.rank() != 1 || matrix != (offsets == null)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            OP + ": expected a matrix of ints, or a vector with offsets, found " + x.describe()
                                    + (offsets == null ? "" : " and offsets " + offsets.describe()))
                    .help("embedding_bag([[0, 2]], weight) or embedding_bag([0, 2, 1], weight, offsets=[0, 2])");
        }
        if (offsets != null) {
            return new EmbeddingBag(embedding, x, starts(x, offsets, includesEnd));
        }
        long[] starts = new long[x.size(0) + 1];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = (long) i * x.size(1);
        }
        return new EmbeddingBag(embedding, Movement.reshape(x, Shape.of(x.elements())), starts);
    }

    private static long[] starts(Tensor x, Tensor offsets, boolean includesEnd) {
        Selection.requireInts(OP, offsets);
        if (offsets.rank() != 1 || includesEnd && offsets.elements() == 0) {
            throw new TnsException(
                    ErrorKind.SHAPE, OP + ": the offsets must be a vector of ints, found " + offsets.describe());
        }
        long[] given = HostArray.longs(offsets);
        long[] starts = includesEnd ? given : Arrays.copyOf(given, given.length + 1);
        starts[starts.length - 1] = includesEnd ? given[given.length - 1] : given.length == 0 ? 0 : x.elements();
        long before = 0;
        for (int i = 0; i < starts.length; i++) {
            if (starts[i] < before || i == 0 && starts.length > 1 && starts[i] > 0 || starts[i] > x.elements()) {
                throw new TnsException(
                                ErrorKind.VALUE,
                                OP + ": the offsets must start at 0, not fall and not pass the " + x.elements()
                                        + " ints, found " + starts[i] + " at " + i)
                        .help("each is the place of the first int of a bag");
            }
            before = starts[i];
        }
        return starts;
    }

    private int bags() {
        return starts.length - 1;
    }

    /**
     * One row for each bag, [b, m]. Differentiable by the table and the weights; where rows of a bag tie for its greatest,
     * the first has the gradient.
     *
     * @param weights what each row is multiplied by before it is added, [n] or as the ints were given; only for sums
     */
    public Tensor folded(Tensor table, @Nullable Tensor weights, String mode) {
        if (weights != null && (!mode.equals("sum") || weights.elements() != x.elements())) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            OP + ": per_sample_weights needs mode=\"sum\" and one weight for each of the "
                                    + x.elements() + " ints, found mode=\"" + mode + "\" and " + weights.describe())
                    .help("embedding_bag(x, weight, per_sample_weights=w, mode=\"sum\")");
        }
        if (weights != null && weights.dtype() != table.dtype()) {
            throw new TnsException(
                            ErrorKind.DTYPE,
                            OP + ": per_sample_weights must have the weight's dtype " + table.dtype() + ", found "
                                    + weights.describe())
                    .help("w.to(weight.dtype) converts");
        }
        Tensor inside = x.elements() == starts[bags()] ? x : Movement.range(x, 0, 0, (int) starts[bags()]);
        Tensor rows = embedding.lookUp(inside, table);
        return switch (mode) {
            case "sum" -> sums(kept(rows, inside, 0), weights);
            case "mean" -> means(kept(rows, inside, 0), inside);
            case "max" -> greatest(kept(rows, inside, Double.NEGATIVE_INFINITY), inside);
            default ->
                throw new TnsException(ErrorKind.VALUE, OP + ": unknown mode \"" + mode + '"')
                        .help("\"sum\", \"mean\" or \"max\"");
        };
    }

    /** The rows with those that are padding replaced. */
    private Tensor kept(Tensor rows, Tensor ints, double padding) {
        return embedding.padding() == Embedding.NO_PADDING
                ? rows
                : Comparison.WHERE.apply(isPadding(ints), Reductions.scalar(rows, padding), rows);
    }

    private Tensor isPadding(Tensor ints) {
        return Movement.unsqueeze(Comparison.EQ.apply(ints, Reductions.scalar(ints, embedding.padding())), 1);
    }

    private Tensor sums(Tensor rows, @Nullable Tensor weights) {
        if (weights == null) {
            return added(rows);
        }
        Tensor column = Movement.reshape(weights, Shape.of(weights.elements(), 1));
        return added(Arithmetic.MUL.apply(rows, Movement.range(column, 0, 0, rows.size(0))));
    }

    private Tensor means(Tensor rows, Tensor ints) {
        Tensor counts = Arithmetic.MAXIMUM.apply(counts(rows, ints), Reductions.scalar(rows, 1));
        return Arithmetic.DIV.apply(added(rows), counts);
    }

    /** How many rows of each bag count, [b, 1]. */
    private Tensor counts(Tensor rows, Tensor ints) {
        Tensor one = Movement.expand(Reductions.scalar(rows.detach(), 1), Shape.of(rows.size(0), 1));
        return added(kept(Casts.contiguous(one), ints, 0));
    }

    /** Rows [k, m] added up bag by bag. */
    private Tensor added(Tensor rows) {
        long[] bag = new long[rows.size(0)];
        for (int b = 0; b < bags(); b++) {
            Arrays.fill(bag, (int) starts[b], (int) starts[b + 1], b);
        }
        Tensor zeros = Tensor.allocate(rows.device(), rows.dtype(), Shape.of(bags(), rows.size(1)));
        return Selection.putRows(zeros, Selection.ints(rows.device(), Arrays.stream(bag)), rows, true);
    }

    /** The bags beside each other, each filled up by a row below all others to as many as the longest has. */
    private Tensor greatest(Tensor rows, Tensor ints) {
        int longest = 0;
        for (int b = 0; b < bags(); b++) {
            longest = Math.max(longest, (int) (starts[b + 1] - starts[b]));
        }
        if (longest == 0) {
            return added(rows);
        }
        long[] places = new long[Math.multiplyExact(bags(), longest)];
        Arrays.fill(places, rows.size(0));
        for (int b = 0; b < bags(); b++) {
            for (long i = starts[b]; i < starts[b + 1]; i++) {
                places[b * longest + (int) (i - starts[b])] = i;
            }
        }
        Tensor lowest = Reductions.scalar(rows.detach(), Double.NEGATIVE_INFINITY);
        Tensor filled = Joining.cat(
                new Tensor[] {rows, Casts.contiguous(Movement.expand(lowest, Shape.of(1, rows.size(1))))}, 0);
        Tensor beside = Movement.reshape(
                Selection.takeRows(filled, Selection.ints(rows.device(), Arrays.stream(places))),
                Shape.of(bags(), longest, rows.size(1)));
        Tensor first = Reductions.position(Reduction.ARGMAX, beside.detach(), Dims.of(beside, 1, false), OP);
        Tensor none = Comparison.EQ.apply(counts(rows, ints), Reductions.scalar(rows, 0));
        return Comparison.WHERE.apply(none, Reductions.scalar(rows, 0), Selection.chosen(beside, 1, first));
    }
}
