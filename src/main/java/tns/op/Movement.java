package tns.op;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * The views every other op is written with: reshape, permute, slice, expand and the like. No element is copied, except by
 * a reshape whose strides do not allow a view. All are differentiable.
 */
public final class Movement {
    private Movement() {}

    /** How to take a gradient back through one view. */
    @FunctionalInterface
    interface Back {
        Tensor of(Tensor dy);
    }

    /** The view of {@code x}, remembering how to send its gradient back. */
    private static Tensor view(String op, Tensor x, View view, Back back) {
        return tracked(x) ? x.viewed(view, new ViewOrigin(op, x, back)) : x.viewed(view);
    }

    /** An untracked identity that starts a new place in the graph: gradients can be asked with respect to it. */
    static Tensor alias(Tensor x) {
        return view("alias", x, x.view(), dy -> dy);
    }

    /** The elements in row-major order under another shape of as many elements. */
    public static Tensor reshape(Tensor x, Shape shape) {
        if (x.shape().equals(shape)) {
            return x;
        }
        View view = x.view().reshape(shape);
        if (view == null) {
            return tracked(x)
                    ? reshape(Casts.duplicate(x), shape)
                    : Casts.duplicate(x).window(View.contiguous(shape));
        }
        Shape before = x.shape();
        return view("reshape", x, view, dy -> reshape(dy, before));
    }

    /**
     * As {@link #reshape}, within an op: unlike it, what is not tracked does not count as shared, so that the view is to be
     * used up there, or to be all that is left of {@code x}.
     */
    static Tensor reshapeWithin(Tensor x, Shape shape) {
        View view = tracked(x) ? null : x.view().reshape(shape);
        return view == null ? reshape(x, shape) : x.window(view);
    }

    /** As {@link #permute}, with the same condition. */
    static Tensor permuteWithin(Tensor x, int... order) {
        return tracked(x) ? permute(x, order) : x.window(x.view().permute(order));
    }

    private static boolean tracked(Tensor x) {
        return x.requiresGrad() && GradMode.enabled();
    }

    /** The shape that {@code sizes} asks for, with at most one -1 worked out from the element count. */
    static Shape resolve(String op, Tensor x, int[] sizes) {
        int unknown = -1;
        long known = 1;
        for (int d = 0; d < sizes.length; d++) {
            if (sizes[d] == -1) {
                if (unknown >= 0) {
                    throw new TnsException(ErrorKind.SHAPE, op + ": only one size can be -1, found " + words(sizes));
                }
                unknown = d;
            } else {
                known *= sizes[d];
            }
        }
        boolean fits = unknown < 0 ? known == x.elements() : known > 0 && x.elements() % known == 0;
        if (!fits) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            op + ": " + x.describe() + " has " + x.elements() + " elements, which do not fit shape "
                                    + words(sizes))
                    .help("the sizes must multiply to " + x.elements() + "; one of them may be -1");
        }
        int[] resolved = sizes.clone();
        if (unknown >= 0) {
            resolved[unknown] = (int) (x.elements() / known);
        }
        return Shape.of(resolved);
    }

    private static String words(int[] sizes) {
        return java.util.Arrays.toString(sizes);
    }

    /** The dims in another order. */
    public static Tensor permute(Tensor x, int... order) {
        int[] back = new int[order.length];
        boolean same = true;
        for (int d = 0; d < order.length; d++) {
            back[order[d]] = d;
            same &= order[d] == d;
        }
        return same ? x : view("permute", x, x.view().permute(order), dy -> permute(dy, back));
    }

    /** Dims {@code a} and {@code b} swapped; negative counts from the end. */
    public static Tensor transpose(Tensor x, int a, int b) {
        int[] order = identityOrder(x.rank());
        int from = a < 0 ? a + x.rank() : a;
        int to = b < 0 ? b + x.rank() : b;
        if (order.length == 0) {
            return x;
        }
        order[from] = to;
        order[to] = from;
        return permute(x, order);
    }

    static int[] identityOrder(int rank) {
        int[] order = new int[rank];
        for (int d = 0; d < rank; d++) {
            order[d] = d;
        }
        return order;
    }

    /** Dim {@code from} moved to place {@code to}, both from 0. */
    public static Tensor moveDim(Tensor x, int from, int to) {
        int[] order = new int[x.rank()];
        int at = 0;
        for (int d = 0; d < order.length; d++) {
            if (d == to) {
                order[d] = from;
            } else {
                at += at == from ? 1 : 0;
                order[d] = at++;
            }
        }
        return permute(x, order);
    }

    /** The elements repeated without copying to a shape that {@code x} broadcasts to. */
    public static Tensor expand(Tensor x, Shape shape) {
        if (x.shape().equals(shape)) {
            return x;
        }
        Shape before = x.shape();
        return view("expand", x, x.view().expand(shape), dy -> Reductions.sumTo(dy, before));
    }

    /** A dim of size 1 before dim {@code d}. */
    public static Tensor unsqueeze(Tensor x, int d) {
        return view("unsqueeze", x, x.view().insert(d), dy -> squeeze(dy, d));
    }

    /** Without dim {@code d}, whose size is 1. */
    public static Tensor squeeze(Tensor x, int d) {
        return view("squeeze", x, x.view().select(d, 0), dy -> unsqueeze(dy, d));
    }

    /** {@code count} elements of dim {@code d} from {@code start}, {@code step} apart; the step may be negative. */
    public static Tensor slice(Tensor x, int d, int start, int step, int count) {
        if (start == 0 && step == 1 && count == x.size(d)) {
            return x;
        }
        Shape before = x.shape();
        return view("slice", x, x.view().slice(d, start, step, count), dy -> {
            View window = View.contiguous(before).slice(d, start, step, count);
            return scatterWindow(dy, before, window, z -> slice(z, d, start, step, count));
        });
    }

    /** The elements of dim {@code d} from {@code start} up to {@code stop}. */
    public static Tensor range(Tensor x, int d, int start, int stop) {
        return slice(x, d, start, 1, stop - start);
    }

    /** Element {@code index} of dim {@code d}, without that dim. */
    public static Tensor select(Tensor x, int d, int index) {
        Shape before = x.shape();
        return view("select", x, x.view().select(d, index), dy -> {
            View window = View.contiguous(before).select(d, index);
            return scatterWindow(dy, before, window, z -> select(z, d, index));
        });
    }

    /** Dim {@code d} in reverse. */
    public static Tensor flip(Tensor x, int d) {
        int n = x.size(d);
        return n < 2 ? x : view("flip", x, x.view().slice(d, n - 1, -1, n), dy -> flip(dy, d));
    }

    /** The diagonal of the square or oblong dims {@code a} and {@code b} as the last dim. */
    public static Tensor diagonal(Tensor x, int offset, int a, int b) {
        Shape before = x.shape();
        return view("diagonal", x, diagonalView(x.view(), offset, a, b), dy -> {
            View window = diagonalView(View.contiguous(before), offset, a, b);
            return scatterWindow(dy, before, window, z -> diagonal(z, offset, a, b));
        });
    }

    private static View diagonalView(View v, int offset, int a, int b) {
        int rows = v.shape().size(a) + Math.min(offset, 0);
        int columns = v.shape().size(b) - Math.max(offset, 0);
        int length = Math.max(Math.min(rows, columns), 0);
        int start = length == 0 ? 0 : Math.max(-offset, 0) * v.strides()[a] + Math.max(offset, 0) * v.strides()[b];
        int rank = v.shape().rank();
        int[] sizes = new int[rank - 1];
        int[] strides = new int[rank - 1];
        int at = 0;
        for (int d = 0; d < rank; d++) {
            if (d != a && d != b) {
                sizes[at] = v.shape().size(d);
                strides[at++] = v.strides()[d];
            }
        }
        sizes[at] = length;
        strides[at] = v.strides()[a] + v.strides()[b];
        return new View(Shape.of(sizes), strides, v.offset() + start);
    }

    /** The sub-tensors along dim {@code d}, without that dim. */
    public static Tuple unbind(Tensor x, int d) {
        Object[] parts = new Object[x.size(d)];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = select(x, d, i);
        }
        return Tuple.of(parts);
    }

    /** Zeros of {@code shape} with {@code part} written into the window; its gradient is the window read back. */
    private static Tensor scatterWindow(Tensor part, Shape shape, View window, Back read) {
        Tensor full = Tensor.allocate(part.device(), part.dtype(), shape);
        Casts.write(part, full.window(window));
        return tracked(part) ? full.withOrigin(new ViewOrigin("window", part, read)) : full;
    }

    static final class ViewOrigin extends Origin {
        private final Back back;

        ViewOrigin(String op, Tensor x, Back back) {
            super(op, x);
            this.back = back;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            return back.of(dy);
        }
    }
}
