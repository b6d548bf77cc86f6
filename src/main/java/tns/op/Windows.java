package tns.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Origin;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * Sliding windows over one dim, as a view, and the sum of windows back to where they lie: each the other's gradient.
 */
final class Windows {
    private Windows() {}

    /**
     * Dim {@code d} becomes the number of windows; their elements are a new last dim. {@code y[.., i, .., k] = x[.., i *
     * step + k * dilation, ..]}. What is not tracked does not count as shared, as {@link Movement#reshapeWithin}.
     */
    static Tensor of(Tensor x, int d, int size, int step, int dilation) {
        View windows = view(x.view(), d, size, step, dilation);
        return Reductions.tracked(x) ? x.viewed(windows, new SlideOrigin(x, d, step, dilation)) : x.window(windows);
    }

    /** The sums of the windows of dim {@code d}: element by element of the window, for the whole tensor at a time. */
    static Tensor sum(Tensor x, int d, int size, int step) {
        Tensor windows = of(x.plain(), d, size, step, 1);
        int last = windows.rank() - 1;
        Tensor sum = Movement.select(windows, last, 0);
        for (int k = 1; k < size; k++) {
            sum = Arithmetic.ADD.apply(sum, Movement.select(windows, last, k));
        }
        return Reductions.tracked(x) ? sum.withOrigin(new SumOrigin(x, d, size, step)) : sum;
    }

    private static final class SumOrigin extends Origin {
        private final int d;
        private final int size;
        private final int step;

        SumOrigin(Tensor x, int d, int size, int step) {
            super("window sum", x);
            this.d = d;
            this.size = size;
            this.step = step;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            Shape wide = dy.shape().insert(dy.rank(), size);
            return fold(Movement.expand(Movement.unsqueeze(dy, dy.rank()), wide), d, input(0).size(d), step, 1);
        }
    }

    private static View view(View v, int d, int size, int step, int dilation) {
        int n = v.shape().size(d);
        long reach = (long) dilation * (size - 1) + 1;
        int count = n < reach ? 0 : (int) (n - reach) / step + 1;
        int rank = v.strides().length;
        int[] sizes = Arrays.copyOf(v.shape().toArray(), rank + 1);
        int[] strides = Arrays.copyOf(v.strides(), rank + 1);
        sizes[d] = count;
        sizes[rank] = size;
        strides[rank] = strides[d] * dilation;
        strides[d] *= step;
        return new View(Shape.of(sizes), strides, v.offset());
    }

    /** The sum of {@code windows}, shaped as {@link #of} gives them, over a dim of size {@code n}. */
    static Tensor fold(Tensor windows, int d, int n, int step, int dilation) {
        int last = windows.rank() - 1;
        int size = windows.size(last);
        Shape shape = windows.shape().part(0, last).with(d, n);
        Tensor x = Tensor.allocate(windows.device(), windows.dtype(), shape);
        Tensor parts = windows.detach();
        View all = view(x.view(), d, size, step, dilation);
        if (windows.elements() > 0) {
            if (step > dilation * (size - 1)) {
                Casts.write(parts, x.window(all));
            } else {
                for (int k = 0; k < size; k++) {
                    Tensor target = x.window(all.select(last, k));
                    Casts.write(Arithmetic.ADD.apply(target, Movement.select(parts, last, k)), target);
                }
            }
        }
        return Reductions.tracked(windows) ? x.withOrigin(new FoldOrigin(windows, d, step, dilation)) : x;
    }

    private static final class SlideOrigin extends Origin {
        private final int d;
        private final int step;
        private final int dilation;

        SlideOrigin(Tensor x, int d, int step, int dilation) {
            super("windows", x);
            this.d = d;
            this.step = step;
            this.dilation = dilation;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            return fold(dy, d, input(0).size(d), step, dilation);
        }
    }

    private static final class FoldOrigin extends Origin {
        private final int d;
        private final int step;
        private final int dilation;

        FoldOrigin(Tensor windows, int d, int step, int dilation) {
            super("fold", windows);
            this.d = d;
            this.step = step;
            this.dilation = dilation;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            return of(dy, d, input(0).size(-1), step, dilation);
        }
    }

    /**
     * The argument as one int per spatial dim: an int or a tuple of one stands for all.
     *
     * @throws TnsException for another number of ints, or one below {@code least}
     */
    static int[] perDim(Args args, String parameter, int dims, int least) {
        int[] given = Conversion.ints(args.get(parameter));
        if (given == null || given.length != 1 && given.length != dims) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    args.name() + ": " + parameter + " must be an int"
                            + (dims == 1 ? "" : " or a tuple of " + dims + " ints") + ", found "
                            + (given == null ? TypeName.describe(args.get(parameter)) : Arrays.toString(given)));
        }
        int[] each = new int[dims];
        for (int d = 0; d < dims; d++) {
            each[d] = given[given.length == 1 ? 0 : d];
            if (each[d] < least) {
                throw new TnsException(
                        ErrorKind.VALUE,
                        args.name() + ": " + parameter + " must be at least " + least + ", found " + each[d]);
            }
        }
        return each;
    }
}
