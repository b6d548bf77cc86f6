package tns.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Elements picked and placed along one dim on a device that goes element by element ({@link
 * tns.tensor.Device#indexesElements}): without flat positions, by which a gather of 4 million took 41 ms, so 12 (AMD EPYC,
 * one core, 2026-11-27).
 */
final class Along {
    private Along() {}

    /** {@code y[.., i, ..] = x[.., index[.., i, ..], ..]} for an index within dim {@code dim}. Differentiable. */
    static Tensor take(Tensor x, int dim, Tensor index) {
        Tensor y = Tensor.room(x.device(), x.dtype(), index.shape());
        x.device().take(front(x, dim), front(index, dim), front(y, dim));
        return Reductions.tracked(x) ? y.withOrigin(new TakeOrigin(x, dim, index)) : y;
    }

    /** A copy of {@code x} with {@code source}, of the index's shape, written or added there. Differentiable. */
    static Tensor put(Tensor x, int dim, Tensor index, Tensor source, boolean add) {
        Tensor y = Casts.duplicate(x.detach());
        y.device().put(front(y, dim), front(index, dim), front(source, dim), add);
        boolean tracked = (x.requiresGrad() || source.requiresGrad()) && GradMode.enabled();
        return tracked ? y.withOrigin(new PutOrigin(x, source, dim, index, add)) : y;
    }

    /** One index for all slices of dim {@code dim}, as an index of their elements. */
    static Tensor slices(Tensor x, int dim, Tensor index) {
        int[] sizes = new int[x.rank()];
        Arrays.fill(sizes, 1);
        sizes[dim] = index.elements();
        return Movement.expand(
                Movement.reshape(index, Shape.of(sizes)), x.shape().with(dim, index.elements()));
    }

    private static Tensor front(Tensor x, int dim) {
        int[] order = new int[x.rank()];
        for (int d = 0; d < order.length; d++) {
            order[d] = d == 0 ? dim : d <= dim ? d - 1 : d;
        }
        return x.window(x.view().permute(order));
    }

    private static final class TakeOrigin extends Origin {
        private final int dim;
        private final Tensor index;

        TakeOrigin(Tensor x, int dim, Tensor index) {
            super("take", x);
            this.dim = dim;
            this.index = save(index.plain());
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            Tensor x = input(0);
            Tensor zeros = Tensor.allocate(x.device(), x.dtype(), x.shape());
            if (Reductions.tracked(dy)) {
                return put(zeros, dim, index, dy, true);
            }
            zeros.device().put(front(zeros, dim), front(index, dim), front(dy, dim), true);
            return zeros;
        }
    }

    private static final class PutOrigin extends Origin {
        private final int dim;
        private final Tensor index;
        private final boolean add;

        PutOrigin(Tensor x, Tensor source, int dim, Tensor index, boolean add) {
            super("put", x, source);
            this.dim = dim;
            this.index = save(index.plain());
            this.add = add;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            if (i == 1) {
                return take(dy, dim, index);
            }
            Tensor zero = Movement.expand(Reductions.scalar(dy, 0), index.shape());
            return add ? dy : put(dy, dim, index, zero, false);
        }
    }
}
