package tns.op;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tns.tensor.Cells;
import tns.tensor.DType;
import tns.tensor.Origin;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Sums and greatest elements of cells of planes, where the device pools them in one go. */
final class CellPooling {
    private CellPooling() {}

    /** Whether x, [n, c, sizes], is pooled so over cells of these dims. */
    static boolean suits(Tensor x, Cells... cells) {
        boolean filled = cells.length <= 2;
        for (Cells each : cells) {
            filled &= each.areFilled();
        }
        return filled && x.device().poolsCells() && x.dtype().isFloat() && x.elements() > 0;
    }

    /** With two spatial dims, of which the first may be added. */
    private static Tensor plane(Tensor t) {
        return t.window(t.rank() == 4 ? t.view() : t.view().insert(2));
    }

    private static Cells lines(Cells[] cells) {
        return cells.length == 2 ? cells[0] : new Cells(new int[] {0}, new int[] {1}, 1);
    }

    private static Cells columns(Cells[] cells) {
        return cells[cells.length - 1];
    }

    private static Shape pooled(Tensor x, Cells[] cells) {
        Shape shape = x.shape();
        for (int d = 0; d < cells.length; d++) {
            shape = shape.with(d + 2, cells[d].count());
        }
        return shape;
    }

    /** The sums of cells. */
    static Tensor sums(Tensor x, Cells... cells) {
        return sums(x, cells, () -> {
            Tensor y = Tensor.room(x.device(), x.dtype(), pooled(x, cells));
            x.device().cellSums(plane(x), lines(cells), columns(cells), plane(y));
            return y;
        });
    }

    /** The sums of cells, which {@code way} computes without a history. */
    static Tensor sums(Tensor x, Cells[] cells, Supplier<Tensor> way) {
        Tensor y = way.get();
        return Reductions.tracked(x) ? y.withOrigin(new SumOrigin(x, cells)) : y;
    }

    /** The gradient of {@link #sums} for an x of this shape. */
    private static Tensor spread(Tensor dy, Shape shape, Cells[] cells) {
        Tensor dx = Tensor.allocate(dy.device(), dy.dtype(), shape);
        dy.device().spreadCells(plane(dy), lines(cells), columns(cells), plane(dx));
        return Reductions.tracked(dy) ? dx.withOrigin(new SpreadOrigin(dy, cells)) : dx;
    }

    /** The greatest elements of cells, and where they are in their plane. */
    record Greatest(Tensor values, Tensor places) {}

    /** Of equal ones the first, of NaNs the last. */
    static Greatest greatest(Tensor x, Cells... cells) {
        Shape shape = pooled(x, cells);
        Tensor values = Tensor.room(x.device(), x.dtype(), shape);
        Tensor places = Tensor.room(x.device(), DType.INT64, shape);
        Tensor dense = Casts.contiguous(x.plain());
        x.device().greatest(plane(dense), lines(cells), columns(cells), plane(values), plane(places));
        boolean tracked = Reductions.tracked(x);
        return new Greatest(tracked ? values.withOrigin(new GreatestOrigin(x, places)) : values, places);
    }

    private static final class SumOrigin extends Origin {
        private final Cells[] cells;

        SumOrigin(Tensor x, Cells[] cells) {
            super("cell sum", x);
            this.cells = cells;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            return spread(dy, input(0).shape(), cells);
        }
    }

    private static final class SpreadOrigin extends Origin {
        private final Cells[] cells;

        SpreadOrigin(Tensor dy, Cells[] cells) {
            super("spread cells", dy);
            this.cells = cells;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor dx, Tensor ddx) {
            return sums(ddx, cells);
        }
    }

    private static final class GreatestOrigin extends Origin {
        private final Tensor places;

        GreatestOrigin(Tensor x, Tensor places) {
            super("greatest of cells", x);
            this.places = save(places.plain());
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            return Pooling.placed(dy, places, input(0).shape());
        }
    }
}
