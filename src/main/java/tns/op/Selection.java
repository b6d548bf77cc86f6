package tns.op;

import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.GradMode;
import tns.tensor.HostArray;
import tns.tensor.Origin;
import tns.tensor.Recording;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Elements picked and placed by int tensors, all through rows taken from and put into one flat table. */
public final class Selection {
    /** Whether an int lies outside of 0..n, the second operand. */
    static final Pointwise OUTSIDE = new Pointwise(
            "outside",
            2,
            Pointwise.Result.BOOL,
            Expr.input(0).lt(Expr.constant(0L)).or(Expr.input(0).ge(Expr.input(1))));

    private Selection() {}

    /** Rows of {@code table} [n, m] at {@code rows} [k], which lie in 0..n: [k, m]. Differentiable. */
    static Tensor takeRows(Tensor table, Tensor rows) {
        Tensor y = Tensor.room(table.device(), table.dtype(), Shape.of(rows.size(0), table.size(1)));
        table.device().take(table, rows, y);
        return Reductions.tracked(table) ? y.withOrigin(new TakeOrigin(table, rows)) : y;
    }

    /** {@code table} [n, m] with {@code source} [k, m] written or added at {@code rows}, in a copy. Differentiable. */
    static Tensor putRows(Tensor table, Tensor rows, Tensor source, boolean add) {
        Tensor y = Casts.duplicate(table.plain());
        y.device().put(y, rows, source, add);
        boolean tracked = (table.requiresGrad() || source.requiresGrad()) && GradMode.enabled();
        return tracked ? y.withOrigin(new PutOrigin(table, source, rows, add)) : y;
    }

    /** torch.gather: {@code y[i][j] = x[index[i][j]][j]} for dim 0, and so on. */
    static Tensor gather(Tensor x, int dim, Tensor index) {
        requireInts("gather", index);
        Broadcasting.device("gather", x, index);
        Tensor within = within("gather", x, dim, index);
        Tensor y = x.device().indexesElements()
                ? Along.take(lifted(x), dim, within)
                : takeRows(elements(x), positions(x, dim, within));
        return Movement.reshape(y, index.shape());
    }

    /** The element of dim {@code dim} that {@code index} gives for each place of the other dims. */
    public static Tensor chosen(Tensor x, int dim, Tensor index) {
        return Movement.squeeze(gather(x, dim, Movement.unsqueeze(index, dim)), dim);
    }

    /** torch.scatter and scatter_add. */
    static Tensor scatter(Tensor x, int dim, Tensor index, Tensor source, boolean add) {
        requireInts("scatter", index);
        Broadcasting.device("scatter", x, index, source);
        Tensor within = within("scatter", x, dim, index);
        Tensor sent = sent("scatter", x, index, source);
        Tensor y = x.device().indexesElements()
                ? Along.put(lifted(x), dim, within, lifted(sent), add)
                : putRows(elements(x), positions(x, dim, within), elements(sent), add);
        return Movement.reshape(y, x.shape());
    }

    /** All elements, as a table of rows of one. */
    private static Tensor elements(Tensor x) {
        return Movement.reshape(x, Shape.of(x.elements(), 1));
    }

    /** A vector of int64 with these elements, [n]. */
    public static Tensor ints(Device device, LongStream values) {
        long[] array = values.toArray();
        return Tensor.upload(device, DType.INT64, Shape.of(array.length), array);
    }

    /** The elements of {@code source} that go to the places of an index, in its order, as x has them: [n, 1]. */
    static Tensor column(String op, Tensor x, Tensor index, Tensor source) {
        return elements(sent(op, x, index, source));
    }

    private static Tensor sent(String op, Tensor x, Tensor index, Tensor source) {
        Tensor part = source.shape().equals(index.shape()) ? source : fitted(op, source, index.shape());
        return Casts.to(part, x.dtype());
    }

    private static Tensor fitted(String op, Tensor source, Shape shape) {
        if (source.rank() == 0) {
            return Movement.expand(source, shape);
        }
        Tensor part = source;
        for (int d = 0; d < shape.rank(); d++) {
            if (source.rank() != shape.rank() || source.size(d) < shape.size(d)) {
                throw new TnsException(
                        ErrorKind.SHAPE, op + ": the source " + source.shape() + " is smaller than the index " + shape);
            }
            part = Movement.range(part, d, 0, shape.size(d));
        }
        return part;
    }

    /** A 0-d tensor counts as one of 1 element, as in PyTorch. */
    private static Tensor lifted(Tensor x) {
        return x.rank() == 0 ? Movement.reshape(x, Shape.of(1)) : x;
    }

    /** The row-major positions in {@code x} that {@code given} names along {@code dim}, flat. */
    static Tensor places(String op, Tensor x, int dim, Tensor given) {
        return positions(x, dim, within(op, x, dim, given));
    }

    /** The index, of as many dims as x and at least 1, checked against its shape, and without negatives. */
    private static Tensor within(String op, Tensor x, int dim, Tensor given) {
        Tensor index = lifted(given);
        Shape shape = lifted(x.plain()).shape();
        if (index.rank() != shape.rank()) {
            throw new TnsException(
                    ErrorKind.SHAPE, op + ": the index " + index.shape() + " must have as many dims as " + shape);
        }
        Tensor within = wrapped(op, index, shape.size(dim), dim);
        for (int d = 0; d < shape.rank(); d++) {
            if (d != dim && index.size(d) > shape.size(d)) {
                throw new TnsException(
                        ErrorKind.SHAPE,
                        op + ": the index " + index.shape() + " is larger than " + shape + " in dim " + d);
            }
        }
        return within;
    }

    private static Tensor positions(Tensor x, int dim, Tensor index) {
        int[] strides = lifted(x.plain()).shape().contiguousStrides();
        Tensor places = Arithmetic.MUL.apply(index, Reductions.scalar(index, strides[dim]));
        for (int d = 0; d < index.rank(); d++) {
            if (d != dim) {
                places = Arithmetic.ADD.apply(places, along(index, d, index.rank(), strides[d]));
            }
        }
        return Movement.reshape(places, Shape.of(index.elements()));
    }

    /** 0, step, 2 step … along dim {@code d} of a tensor of {@code rank} dims, broadcasting over the others. */
    private static Tensor along(Tensor like, int d, int rank, int step) {
        long[] values = new long[like.size(d)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (long) i * step;
        }
        int[] sizes = new int[rank];
        java.util.Arrays.fill(sizes, 1);
        sizes[d] = values.length;
        return Tensor.upload(like.device(), DType.INT64, Shape.of(sizes), values);
    }

    /**
     * Whether all of an index are known to lie in 0..size, which is the common case: one pass over it on the host, and what
     * the device knows elsewhere. Of 4 million it takes 1.8 ms on one thread, the least and the greatest on their own 6;
     * looking up 4096 rows of 256 took 0.25 ms of 1.07 for nine passes (AMD EPYC, one core, 2026-11-27).
     */
    static boolean isKnownWithin(Tensor index, int size) {
        if (index.elements() == 0) {
            return false;
        }
        if (!index.device().isHost()) {
            return index.device().isKnownWithin(index, size);
        }
        Recording recording = index.device().recording();
        if (recording == null) {
            return isWithin(index, size);
        }
        boolean[] known = new boolean[1];
        recording.check(index, () -> known[0] = isWithin(index, size), now -> isWithin(now, size) == known[0]);
        return known[0];
    }

    private static boolean isWithin(Tensor index, int size) {
        if (index.isContiguous()) {
            return isWithin(
                    (long[]) index.device().download(index.buffer()),
                    index.view().offset(),
                    index.elements(),
                    size);
        }
        Dims all = Dims.all(index, false);
        return (Long) Reductions.extreme(Reduction.MIN, index, all, "index").item() >= 0
                && (Long) Reductions.extreme(Reduction.MAX, index, all, "index").item() < size;
    }

    /** The sign of what is or-ed is that of any that is negative or too great. */
    private static boolean isWithin(long[] index, int start, int n, int size) {
        long signs = 0;
        for (int i = start; i < start + n; i++) {
            signs |= index[i] | (size - 1L - index[i]);
        }
        return signs >= 0;
    }

    /** The index with negatives counted from the end, checked to lie within {@code size}. */
    static Tensor wrapped(String op, Tensor index, int size, int dim) {
        if (isKnownWithin(index, size)) {
            return index;
        }
        Tensor negative = Comparison.LT.apply(index, Reductions.scalar(index, 0));
        Tensor wrapped =
                Comparison.WHERE.apply(negative, Arithmetic.ADD.apply(index, Reductions.scalar(index, size)), index);
        Tensor bad = Comparison.LOGICAL_OR.apply(
                Comparison.LT.apply(wrapped, Reductions.scalar(index, 0)),
                Comparison.GE.apply(wrapped, Reductions.scalar(index, size)));
        if (Reductions.anyTrue(bad)) {
            for (long i : HostArray.longs(index)) {
                if (i < -size || i >= size) {
                    throw new TnsException(
                            ErrorKind.INDEX,
                            op + ": index " + i + " is out of range for dim " + dim + " of size " + size);
                }
            }
        }
        return wrapped;
    }

    static void requireInts(String op, Tensor index) {
        if (index.dtype() != DType.INT64) {
            throw new TnsException(
                    ErrorKind.DTYPE, op + ": the index must be an int tensor, found " + index.describe());
        }
    }

    /** Whole slices of dim {@code dim} at {@code index} [k]. */
    static Tensor indexSelect(String op, Tensor x, int dim, Tensor index) {
        requireInts(op, index);
        Broadcasting.device(op, x, index);
        if (index.rank() > 1) {
            throw new TnsException(
                            ErrorKind.SHAPE, op + ": the index must have at most 1 dim, found " + index.describe())
                    .help("x[index] takes an index of any shape");
        }
        if (x.rank() == 0) {
            Tensor picked = indexSelect(op, lifted(x), 0, index);
            return Movement.reshape(picked, index.elements() == 1 ? x.shape() : picked.shape());
        }
        Tensor places = Movement.reshape(wrapped(op, index, x.size(dim), dim), Shape.of(index.elements()));
        return slices(x, dim, places);
    }

    /** Whole slices of dim {@code dim} at {@code places} [k], which lie within it. Differentiable. */
    static Tensor slices(Tensor x, int dim, Tensor places) {
        if (goesAlong(x, dim)) {
            return Along.take(x, dim, Along.slices(x, dim, places));
        }
        Tensor front = Movement.moveDim(x, dim, 0);
        Shape rest = front.shape().part(1, front.rank());
        Tensor table = Movement.reshape(front, Shape.of(front.size(0), rest.elements()));
        Tensor y = Movement.reshape(
                takeRows(table, places), Shape.of(places.size(0)).concat(rest));
        return Movement.moveDim(y, 0, dim);
    }

    /** {@code x} with slices of dim {@code dim} written or added at {@code places} [k], likewise. Differentiable. */
    static Tensor putSlices(Tensor x, int dim, Tensor places, Tensor source, boolean add) {
        if (goesAlong(x, dim)) {
            return Along.put(x, dim, Along.slices(x, dim, places), source, add);
        }
        Tensor front = Movement.moveDim(x, dim, 0);
        Shape rest = front.shape().part(1, front.rank());
        Tensor table = Movement.reshape(front, Shape.of(front.size(0), rest.elements()));
        Tensor rows = Movement.reshape(Movement.moveDim(source, dim, 0), Shape.of(places.size(0), rest.elements()));
        Tensor y = Movement.reshape(putRows(table, places, rows, add), front.shape());
        return Movement.moveDim(y, 0, dim);
    }

    /** Whether the slices of a dim are not rows as they lie, and need not be made such. */
    static boolean goesAlong(Tensor x, int dim) {
        return x.device().indexesElements() && (dim > 0 || !x.isContiguous());
    }

    /** Whole slices of dim 0 of a contiguous tensor at {@code places} [k], which lie within it. Differentiable. */
    public static Tensor rows(Tensor x, Tensor places) {
        Shape rest = x.shape().part(1, x.rank());
        Tensor table = Movement.reshape(x, Shape.of(x.size(0), rest.elements()));
        return Movement.reshape(
                takeRows(table, places), Shape.of(places.size(0)).concat(rest));
    }

    private static final class TakeOrigin extends Origin {
        private final Tensor rows;

        TakeOrigin(Tensor table, Tensor rows) {
            super("take", table);
            this.rows = save(rows.plain());
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            Tensor table = input(0);
            Tensor zeros = Tensor.allocate(table.device(), table.dtype(), table.shape());
            if (Reductions.tracked(dy)) {
                return putRows(zeros, rows, dy, true);
            }
            table.device().put(zeros, rows, dy, true);
            return zeros;
        }
    }

    private static final class PutOrigin extends Origin {
        private final Tensor rows;
        private final boolean add;

        PutOrigin(Tensor table, Tensor source, Tensor rows, boolean add) {
            super("put", table, source);
            this.rows = save(rows.plain());
            this.add = add;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            if (i == 1) {
                return takeRows(dy, rows);
            }
            Tensor zeros = Tensor.allocate(dy.device(), dy.dtype(), Shape.of(rows.size(0), dy.size(1)));
            return add ? dy : putRows(dy, rows, zeros, false);
        }
    }
}
