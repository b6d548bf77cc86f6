package tns.tensor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How a tensor's elements lie in its buffer: element {@code (i, j, …)} is at {@code offset + i * strides[0] + j *
 * strides[1] + …}, in elements. Strides may be zero (broadcast) or negative (flipped).
 */
public record View(Shape shape, int[] strides, int offset) {
    /** The row-major view of a whole buffer. */
    public static View contiguous(Shape shape) {
        return shape.contiguous();
    }

    /** Whether the elements lie in row-major order without gaps. */
    public boolean isContiguous() {
        if (shape.hasContiguous(this)) {
            return true;
        }
        int step = 1;
        for (int d = strides.length - 1; d >= 0; d--) {
            int size = shape.size(d);
            if (size != 1 && strides[d] != step) {
                return shape.elements() == 0;
            }
            step *= size;
        }
        return true;
    }

    /** Whether every element is the same one of the buffer. */
    public boolean isRepeated() {
        for (int d = 0; d < strides.length; d++) {
            if (strides[d] != 0 && shape.size(d) != 1) {
                return false;
            }
        }
        return true;
    }

    /** The strides with which this view is read over {@code target}, to which its shape must broadcast. */
    public int[] stridesOver(Shape target) {
        if (target.rank() == strides.length && target.equals(shape)) {
            return strides;
        }
        int[] over = new int[target.rank()];
        int lead = target.rank() - strides.length;
        for (int d = 0; d < strides.length; d++) {
            over[lead + d] = shape.size(d) == 1 && target.size(lead + d) != 1 ? 0 : strides[d];
        }
        return over;
    }

    public View permute(int[] order) {
        int[] sizes = new int[order.length];
        int[] moved = new int[order.length];
        for (int d = 0; d < order.length; d++) {
            sizes[d] = shape.size(order[d]);
            moved[d] = strides[order[d]];
        }
        return new View(Shape.of(sizes), moved, offset);
    }

    /** Every {@code step}-th element of dim {@code d} from {@code start}, {@code count} of them; step may be negative. */
    public View slice(int d, int start, int step, int count) {
        int[] stepped = strides.clone();
        stepped[d] = strides[d] * step;
        return new View(shape.with(d, count), stepped, count == 0 ? offset : offset + start * strides[d]);
    }

    /** Element {@code index} of dim {@code d}, without that dim. */
    public View select(int d, int index) {
        int[] fewer = new int[strides.length - 1];
        System.arraycopy(strides, 0, fewer, 0, d);
        System.arraycopy(strides, d + 1, fewer, d, fewer.length - d);
        return new View(shape.without(d), fewer, offset + index * strides[d]);
    }

    public View expand(Shape target) {
        return new View(target, stridesOver(target), offset);
    }

    /** This matrix with its dims exchanged. */
    public View turned() {
        return shape.hasContiguous(this) ? shape.turned() : permute(new int[] {1, 0});
    }

    /** This vector as a matrix of one row. */
    public View row() {
        if (shape.hasContiguous(this)) {
            return shape.row();
        }
        return new View(Shape.matrix(1, shape.elements()), new int[] {0, strides[0]}, offset);
    }

    public View insert(int d) {
        int[] more = new int[strides.length + 1];
        System.arraycopy(strides, 0, more, 0, d);
        more[d] = 0;
        System.arraycopy(strides, d, more, d + 1, strides.length - d);
        return new View(shape.insert(d, 1), more, offset);
    }

    /** The same elements under another shape without copying, or null when the strides do not allow it. */
    public @Nullable View reshape(Shape target) {
        if (isContiguous()) {
            return new View(target, target.contiguousStrides(), offset);
        }
        if (shape.elements() == 0) {
            return new View(target, target.contiguousStrides(), 0);
        }
        int[] result = new int[target.rank()];
        int old = shape.rank() - 1;
        int d = target.rank() - 1;
        while (old >= 0 && d >= 0) {
            // The run of old dims that are contiguous among themselves must split exactly into new dims.
            int stride = strides[old];
            long run = shape.size(old);
            while (old > 0 && (shape.size(old - 1) == 1 || run == 1 || strides[old - 1] == (long) stride * run)) {
                old--;
                if (run == 1) {
                    stride = strides[old];
                }
                run *= shape.size(old);
            }
            long covered = 1;
            while (d >= 0 && covered * target.size(d) <= run && run % (covered * target.size(d)) == 0) {
                result[d] = (int) (stride * covered);
                covered *= target.size(d);
                d--;
            }
            if (covered != run) {
                return null;
            }
            old--;
        }
        while (d >= 0 && target.size(d) == 1) {
            result[d--] = 1;
        }
        return d >= 0 ? null : new View(target, result, offset);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof View v
                && offset == v.offset
                && shape.equals(v.shape)
                && Arrays.equals(strides, v.strides);
    }

    @Override
    public int hashCode() {
        return 31 * shape.hashCode() + Arrays.hashCode(strides) + offset;
    }
}
