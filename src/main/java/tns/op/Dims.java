package tns.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The dims of one tensor that a reduction folds, and the shapes before and after. */
final class Dims {
    private final Shape shape;
    private final boolean[] folded;
    private final boolean keep;

    private Dims(Shape shape, boolean[] folded, boolean keep) {
        this.shape = shape;
        this.folded = folded;
        this.keep = keep;
    }

    /** All dims of {@code x}. */
    static Dims all(Tensor x, boolean keep) {
        boolean[] folded = new boolean[x.rank()];
        Arrays.fill(folded, true);
        return new Dims(x.shape(), folded, keep);
    }

    /** One dim, from 0. */
    static Dims of(Tensor x, int dim, boolean keep) {
        boolean[] folded = new boolean[x.rank()];
        if (x.rank() > 0) {
            folded[dim] = true;
        }
        return new Dims(x.shape(), folded, keep);
    }

    /** The dim of {@code x} that {@code given} names, from 0; a 0-d tensor has none. */
    static int one(Tensor x, int given, String op) {
        if (x.rank() == 0) {
            throw new TnsException(ErrorKind.SHAPE, op + ": needs at least 1 dim, found " + x.describe())
                    .help("x[none] adds a dim")
                    .argument(0);
        }
        return x.shape().dim(given, op);
    }

    /** Several dims, from 0; none means none. */
    static Dims of(Tensor x, int[] dims, boolean keep) {
        boolean[] folded = new boolean[x.rank()];
        for (int d : dims) {
            folded[d] = true;
        }
        return new Dims(x.shape(), folded, keep);
    }

    /** The dims of the arguments {@code dim} and {@code keepdim}: none and () mean all, negative counts from the end. */
    static Dims of(Args args, Tensor x, String op) {
        boolean keep = args.flag("keepdim");
        int[] given = args.intsOrNull("dim");
        if (given == null || given.length == 0) {
            return all(x, keep);
        }
        boolean[] folded = new boolean[x.rank()];
        for (int d : given) {
            int dim = x.shape().dim(d, op);
            if (x.rank() == 0) {
                continue;
            }
            if (folded[dim]) {
                throw new TnsException(ErrorKind.VALUE, op + ": dim " + d + " is given twice");
            }
            folded[dim] = true;
        }
        return new Dims(x.shape(), folded, keep);
    }

    boolean isEmpty() {
        for (boolean f : folded) {
            if (f) {
                return false;
            }
        }
        return true;
    }

    /** The number of elements folded into each result. */
    int count() {
        int count = 1;
        for (int d = 0; d < folded.length; d++) {
            count *= folded[d] ? shape.size(d) : 1;
        }
        return count;
    }

    int keptRank() {
        int rank = 0;
        for (boolean f : folded) {
            rank += f ? 0 : 1;
        }
        return rank;
    }

    int keptCount() {
        return keptShape().elements();
    }

    /** The dims not folded. */
    Shape keptShape() {
        int[] sizes = new int[keptRank()];
        int at = 0;
        for (int d = 0; d < folded.length; d++) {
            if (!folded[d]) {
                sizes[at++] = shape.size(d);
            }
        }
        return Shape.of(sizes);
    }

    /** The tensor with the folded dims moved last. */
    Tensor folded(Tensor x) {
        int[] order = order();
        return order == null ? x : Movement.permute(x, order);
    }

    /** The same untracked, for one who reads it while {@code x} is there. */
    Tensor foldedPlain(Tensor x) {
        int[] order = order();
        return order == null ? x.plain() : x.window(x.view().permute(order));
    }

    /** The dims with the folded ones last; null where they are. */
    private int @Nullable [] order() {
        int[] order = new int[folded.length];
        int kept = 0;
        int last = keptRank();
        boolean moved = false;
        for (int d = 0; d < folded.length; d++) {
            moved |= folded[d] ? last != d : kept != d;
            order[folded[d] ? last++ : kept++] = d;
        }
        return moved ? order : null;
    }

    /** A result of the kept dims, with the folded ones back at size 1 when they are to be kept. */
    Tensor shaped(Tensor y) {
        return keep ? withUnitDims(y) : y;
    }

    /** A result as {@link #shaped} gave it, with every folded dim at size 1, ready to broadcast against the input. */
    Tensor restored(Tensor y) {
        return keep ? y : withUnitDims(y);
    }

    private Tensor withUnitDims(Tensor y) {
        int[] sizes = new int[folded.length];
        for (int d = 0; d < folded.length; d++) {
            sizes[d] = folded[d] ? 1 : shape.size(d);
        }
        return Movement.reshapeWithin(y, Shape.of(sizes));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int d = 0; d < folded.length; d++) {
            if (folded[d]) {
                text.append(text.isEmpty() ? "dim " : ", ").append(d);
            }
        }
        return text.isEmpty() ? "no dim" : text.toString();
    }
}
