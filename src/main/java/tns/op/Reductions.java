package tns.op;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Folds of dims into one value each: sum, product, extremes and their positions, as every other op uses them. */
public final class Reductions {
    /** Equality by which NaN is equal to NaN: an extreme that is NaN was taken from the NaNs. */
    static final Pointwise SAME = new Family("reductions")
            .pointwise("same(x, y)")
            .predicate()
            .is((x, y) -> x.eq(y).or(x.isNaN().and(y.isNaN())));

    private Reductions() {}

    /** The sum over {@code dims} (from 0), which stay with size 1 when {@code keep}. */
    public static Tensor sum(Tensor x, Dims dims) {
        if (dims.isEmpty()) {
            return x.dtype().isFloat() ? x : Casts.to(x, DType.INT64);
        }
        Tensor y = dims.shaped(fold(Reduction.SUM, x, dims));
        if (!tracked(x)) {
            return y;
        }
        Shape before = x.shape();
        return y.withOrigin(new FoldOrigin("sum", x, dy -> Movement.expand(dims.restored(dy), before)));
    }

    /** The sum over one dim, from 0. */
    public static Tensor sum(Tensor x, int dim, boolean keep) {
        return sum(x, Dims.of(x, dim, keep));
    }

    /** The sum of all elements, 0-d. */
    public static Tensor sum(Tensor x) {
        return sum(x, Dims.all(x, false));
    }

    /** The greatest of all elements, of which there must be one; 0-d. */
    public static Tensor max(Tensor x) {
        return extreme(Reduction.MAX, x, Dims.all(x, false), "max");
    }

    /** The mean over {@code dims}; NaN of no elements. */
    public static Tensor mean(Tensor x, Dims dims) {
        return Arithmetic.DIV.apply(sum(x, dims), scalar(x, dims.count()));
    }

    /** Sums {@code x} down to {@code shape}, which broadcasts to x's: the gradient of a broadcast. */
    static Tensor sumTo(Tensor x, Shape shape) {
        if (x.shape().equals(shape)) {
            return x;
        }
        int lead = x.rank() - shape.rank();
        int[] folded = new int[x.rank()];
        int count = 0;
        for (int d = 0; d < x.rank(); d++) {
            if (d < lead || shape.size(d - lead) == 1 && x.size(d) != 1) {
                folded[count++] = d;
            }
        }
        Tensor summed = sum(x, Dims.of(x, java.util.Arrays.copyOf(folded, count), true));
        return Movement.reshapeWithin(summed, shape);
    }

    /**
     * The product over {@code dims}. With a gradient it is a tree of products, so that the derivative is exact with zeros
     * among the factors, at any order.
     */
    static Tensor prod(Tensor x, Dims dims) {
        if (!tracked(x)) {
            return dims.shaped(fold(Reduction.PROD, x, dims));
        }
        Tensor rows = Movement.reshape(dims.folded(x), Shape.of(dims.keptCount(), dims.count()));
        while (rows.size(1) > 1) {
            int half = rows.size(1) / 2;
            Tensor pairs =
                    Arithmetic.MUL.apply(Movement.slice(rows, 1, 0, 2, half), Movement.slice(rows, 1, 1, 2, half));
            rows = rows.size(1) % 2 == 0
                    ? pairs
                    : Joining.cat(new Tensor[] {pairs, Movement.range(rows, 1, 2 * half, 2 * half + 1)}, 1);
        }
        Tensor y = rows.size(1) == 1 ? whole(Movement.squeeze(rows, 1)) : ones(rows);
        return dims.shaped(Movement.reshape(y, dims.keptShape()));
    }

    /** The products of no factors, which depend on nothing. */
    private static Tensor ones(Tensor rows) {
        Shape before = rows.shape();
        return fold(Reduction.PROD, rows, Dims.of(rows, 1, false))
                .withOrigin(new FoldOrigin("prod", rows, dy -> Tensor.allocate(dy.device(), dy.dtype(), before)));
    }

    /** The products, such that one that is NaN gives a gradient of NaN to all its factors, as in PyTorch. */
    private static Tensor whole(Tensor products) {
        return products.withOrigin(new FoldOrigin("prod", products, dy -> {
            Tensor y = products.detach();
            return Comparison.WHERE.apply(Comparison.IS_NAN.apply(y), y, dy);
        }));
    }

    /** The greatest or least over {@code dims}; NaN wins, ties share the gradient equally, that of NaN is NaN. */
    static Tensor extreme(Reduction reduction, Tensor x, Dims dims, String op) {
        return extreme(reduction, x, dims, op, Comparison.EQ);
    }

    /** The same; the elements that {@code equal} the extreme share its gradient. */
    static Tensor extreme(Reduction reduction, Tensor x, Dims dims, String op, Pointwise equal) {
        requireElements(op, x, dims);
        if (dims.isEmpty()) {
            return x;
        }
        Tensor kept = fold(reduction, x, dims);
        if (!tracked(x)) {
            return dims.shaped(kept);
        }
        return chosen(op, x, dims, dims.shaped(kept), equal);
    }

    /** {@code y}, found among the elements of {@code x}: those that {@code equal} it share its gradient. */
    static Tensor chosen(String op, Tensor x, Dims dims, Tensor y, Pointwise equal) {
        return y.withOrigin(new FoldOrigin(op, x, dy -> {
            Tensor chosen = Casts.to(equal.apply(x.plain(), dims.restored(y)), x.dtype());
            Tensor share = Arithmetic.DIV.apply(dims.restored(dy), dims.restored(sum(chosen, dims)));
            return Arithmetic.MUL.apply(share, chosen);
        }));
    }

    /** The places of the greatest elements along {@code dim}, the first of each. */
    public static Tensor places(Tensor x, int dim) {
        return position(Reduction.ARGMAX, x, Dims.of(x, dim, false), "argmax");
    }

    /** The position of the first greatest or least element along {@code dims}, as int64. */
    static Tensor position(Reduction reduction, Tensor x, Dims dims, String op) {
        requireElements(op, x, dims);
        return dims.shaped(fold(reduction, x, dims));
    }

    /** Whether any element is true or not 0. */
    public static boolean anyTrue(Tensor x) {
        return x.elements() > 0
                && (Boolean) truth(Reduction.MAX, x, Dims.all(x, false)).item();
    }

    /** Any (MAX) or all (MIN) of the elements' truth over {@code dims}; no elements: any is false, all is true. */
    static Tensor truth(Reduction reduction, Tensor x, Dims dims) {
        Tensor mask =
                x.dtype() == DType.BOOL ? x : Comparison.NE.apply(x.plain(), Tensor.scalar(x.device(), x.dtype(), 0));
        if (dims.count() == 0) {
            Tensor constant = Tensor.scalar(x.device(), DType.BOOL, reduction == Reduction.MIN ? 1 : 0);
            return dims.shaped(Casts.duplicate(Movement.expand(constant, dims.keptShape())));
        }
        return dims.shaped(fold(reduction, mask, dims));
    }

    private static void requireElements(String op, Tensor x, Dims dims) {
        if (dims.count() == 0 && dims.keptCount() > 0) {
            throw new TnsException(
                            ErrorKind.SHAPE, op + ": no elements to choose from in " + x.describe() + " over " + dims)
                    .help("check x.numel() > 0 first");
        }
    }

    /** Folds without recording; the result has the kept dims only. */
    private static Tensor fold(Reduction reduction, Tensor x, Dims dims) {
        Tensor input = dims.foldedPlain(x);
        Tensor y = Tensor.room(x.device(), resultType(reduction, x.dtype()), dims.keptShape());
        boolean kept = tracked(x) && x.device().isHost() && Pointwise.isNeededBack(x);
        if (kept || !foldedAsComputed(reduction, input, dims.keptRank(), y)) {
            x.device().reduce(reduction, input, dims.keptRank(), y);
        } else if (!tracked(x)) {
            x.absorbed();
        }
        return y;
    }

    /** Folds what still waits to be computed within its computation, where the device can. */
    private static boolean foldedAsComputed(Reduction reduction, Tensor input, int keptRank, Tensor y) {
        return input.pending() instanceof Fusion.Application waiting
                && input.isContiguous()
                && input.shape().equals(waiting.shape())
                && input.device()
                        .reduce(
                                reduction,
                                waiting.op().program(waiting.lane()),
                                waiting.dtype(),
                                waiting.inputs(),
                                waiting.shape(),
                                keptRank,
                                y);
    }

    private static DType resultType(Reduction reduction, DType dtype) {
        return switch (reduction) {
            case ARGMAX, ARGMIN -> DType.INT64;
            case SUM, PROD -> dtype.isFloat() ? dtype : DType.INT64;
            case MAX, MIN -> dtype;
        };
    }

    /** A 0-d tensor in x's dtype and device. */
    public static Tensor scalar(Tensor x, Number value) {
        return Tensor.scalar(x.device(), x.dtype(), value);
    }

    static boolean tracked(Tensor x) {
        return x.requiresGrad() && GradMode.enabled();
    }

    private static final class FoldOrigin extends Origin {
        private final Movement.Back back;

        FoldOrigin(String op, Tensor x, Movement.Back back) {
            super(op, x);
            this.back = back;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            return back.of(dy);
        }
    }
}
