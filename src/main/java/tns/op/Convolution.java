package tns.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;
import tns.tensor.Windowing;

/**
 * Convolution over any number of spatial dims, and its two adjoints. All three are linear in both inputs and each is a
 * gradient of the others, so derivatives of every order are again these three.
 *
 * <p>x: [n, c, sizes], w: [o, c / groups, kernel], y: [n, o, windows]. Every one is {@link
 * tns.tensor.Device#correlate} where the device offers it, else a matrix product with {@link WindowRows}.
 */
final class Convolution {
    private Convolution() {}

    /** {@code y[n, o, p] = sum over c, k of x[n, c, p * stride - before + k * dilation] * w[o, c, k]}. */
    static Tensor forward(Tensor x, Tensor w, Windowing g) {
        int[] kernel = spatial(w);
        int[] outputs = new int[g.dims()];
        for (int d = 0; d < outputs.length; d++) {
            outputs[d] = g.count(x.size(d + 2), kernel[d], d);
        }
        return forward(x, w, g, outputs);
    }

    /** The same for the first {@code outputs} windows of each dim, which may be fewer than fit. */
    private static Tensor forward(Tensor x, Tensor w, Windowing g, int[] outputs) {
        Tensor y = correlate(x, w, outputs, g, ones(g.dims()));
        return tracked(x, w) ? y.withOrigin(new ForwardOrigin(x, w, g)) : y;
    }

    /** The gradient of {@link #forward} with respect to x of spatial {@code sizes}: the transposed convolution of dy. */
    static Tensor input(Tensor dy, Tensor w, Windowing g, int[] sizes) {
        int dims = g.dims();
        int[] kernel = spatial(w);
        int[] before = new int[dims];
        int[] after = new int[dims];
        for (int d = 0; d < dims; d++) {
            int reach = g.dilation()[d] * (kernel[d] - 1);
            int spread = (dy.size(d + 2) - 1) * g.stride()[d] + 1;
            before[d] = reach - g.before()[d];
            after[d] = sizes[d] - spread - before[d] + reach;
        }
        Windowing turned = new Windowing(ones(dims), before, after, g.dilation(), g.groups());
        Tensor dx = correlate(dy, turned(w, g.groups()), sizes, turned, g.stride());
        return tracked(dy, w) ? dx.withOrigin(new InputOrigin(dy, w, g)) : dx;
    }

    /** The gradient of {@link #forward} with respect to w of {@code kernel} sizes. */
    static Tensor weight(Tensor x, Tensor dy, Windowing g, int[] kernel) {
        Tensor dw = weightProduct(x.plain(), dy.plain(), g, kernel);
        return tracked(x, dy) ? dw.withOrigin(new WeightOrigin(x, dy, g)) : dw;
    }

    private static boolean tracked(Tensor a, Tensor b) {
        return (a.requiresGrad() || b.requiresGrad()) && GradMode.enabled();
    }

    static int[] spatial(Tensor t) {
        return Arrays.copyOfRange(t.shape().toArray(), 2, t.rank());
    }

    private static int[] ones(int n) {
        int[] ones = new int[n];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static Tensor correlate(Tensor x, Tensor w, int[] outputs, Windowing g, int[] spread) {
        int images = x.size(0);
        int own = w.size(0) / g.groups();
        int last = outputs.length - 1;
        Tensor y = Tensor.allocate(
                x.device(), x.dtype(), Shape.of(images, w.size(0)).concat(Shape.of(outputs)));
        if (y.elements() == 0 || w.elements() == 0) {
            return y;
        }
        Tensor weight = Casts.contiguous(w.plain());
        if (g.dims() <= 2) {
            boolean parted = !Arrays.equals(spread, ones(g.dims()));
            if (parted && new SpreadConvolution(plane(x), plane(weight), plane(g), plane(spread), plane(y)).run()) {
                return y;
            }
            if (x.device().correlate(plane(x), plane(weight), plane(g), plane(spread), plane(y))) {
                return y;
            }
        }
        int[] kernel = spatial(w);
        WindowRows windows = new WindowRows(x, kernel, outputs, g, spread);
        Tensor matrices = matrices(weight, g.groups());
        boolean direct = g.groups() == 1 && windows.lineRows() == outputs[last];
        Shape lines = Shape.of(outputs).with(last, windows.lineRows());
        Tensor product =
                direct ? y : Tensor.allocate(x.device(), x.dtype(), Shape.of(windows.chunk(), own, windows.rows()));
        for (int first = 0; first < images; first += windows.chunk()) {
            int count = Math.min(windows.chunk(), images - first);
            windows.fill(first, count);
            for (int group = 0; group < g.groups(); group++) {
                Tensor right = windows.group(group, count);
                Tensor columns = right.window(right.view().permute(new int[] {0, 2, 1}));
                View matrix = matrices.view().select(0, group).insert(0);
                Tensor left = matrices.window(
                        matrix.expand(Shape.of(count).concat(matrix.shape().part(1, 3))));
                Shape shape = Shape.of(count, own, windows.rows());
                int at = direct ? first * y.view().strides()[0] : 0;
                Tensor result = product.window(new View(shape, shape.contiguousStrides(), at));
                x.device().gemm(left, columns, result);
                if (!direct) {
                    View view = View.contiguous(Shape.of(count, own).concat(lines));
                    View target = y.view().slice(0, first, 1, count).slice(1, group * own, 1, own);
                    Casts.write(result.window(view.slice(last + 2, 0, 1, outputs[last])), y.window(target));
                }
            }
        }
        windows.release();
        if (!direct) {
            product.release();
        }
        if (!matrices.sharesMemory(weight)) {
            matrices.release();
        }
        return y;
    }

    /** [n, c, sizes] with two spatial dims, of which the first may be added. */
    private static Tensor plane(Tensor t) {
        return t.window(t.rank() == 4 ? t.view() : t.view().insert(2));
    }

    private static Windowing plane(Windowing g) {
        return g.dims() == 2
                ? g
                : new Windowing(
                        plane(g.stride()),
                        new int[] {0, g.before()[0]},
                        new int[] {0, g.after()[0]},
                        plane(g.dilation()),
                        g.groups());
    }

    private static int[] plane(int[] distances) {
        return distances.length == 2 ? distances : new int[] {1, distances[0]};
    }

    /** w as one matrix per group: [g, o / g, last kernel dim * other kernel dims * c / g], the order of the rows. */
    private static Tensor matrices(Tensor w, int groups) {
        int dims = w.rank() - 2;
        int own = w.size(0) / groups;
        int[] order = new int[dims + 3];
        order[1] = 1;
        order[2] = dims + 2;
        for (int d = 0; d < dims - 1; d++) {
            order[d + 3] = d + 3;
        }
        order[dims + 2] = 2;
        Tensor grouped =
                Movement.reshapeWithin(w, Shape.of(groups, own).concat(w.shape().part(1, dims + 2)));
        int width = w.elements() / Math.max(1, w.size(0));
        return Movement.reshapeWithin(Movement.permuteWithin(grouped, order), Shape.of(groups, own, width));
    }

    /** w reversed along the kernel, with inputs and outputs exchanged within each group: [c, o / g, kernel]. */
    private static Tensor turned(Tensor w, int groups) {
        Tensor reversed = w.detach();
        for (int d = 2; d < w.rank(); d++) {
            reversed = Movement.flip(reversed, d);
        }
        Shape kernel = w.shape().part(2, w.rank());
        int own = w.size(0) / groups;
        Tensor grouped =
                Movement.reshape(reversed, Shape.of(groups, own, w.size(1)).concat(kernel));
        return Movement.reshape(
                Movement.transpose(grouped, 1, 2),
                Shape.of(groups * w.size(1), own).concat(kernel));
    }

    private static Tensor weightProduct(Tensor x, Tensor dy, Windowing g, int[] kernel) {
        int groups = g.groups();
        int own = dy.size(1) / groups;
        int inputs = x.size(1) / groups;
        int dims = kernel.length;
        int[] outputs = spatial(dy);
        if (dims <= 2 && dy.elements() > 0 && inputs > 0) {
            Tensor dw = Tensor.room(
                    x.device(), x.dtype(), Shape.of(dy.size(1), inputs).concat(Shape.of(kernel)));
            if (x.device().correlateWeight(plane(x), plane(dy), plane(g), plane(dw))) {
                return dw;
            }
            dw.release();
        }
        int width = inputs * Shape.of(kernel).elements();
        Tensor sum = Tensor.allocate(x.device(), x.dtype(), Shape.of(groups, own, width));
        if (dy.elements() > 0 && sum.elements() > 0) {
            WindowRows windows = new WindowRows(x, kernel, outputs, g, ones(dims));
            boolean whole = windows.lineRows() == outputs[dims - 1];
            Tensor gradient = whole ? Casts.contiguous(dy) : widened(dy, windows.lineRows());
            for (int first = 0; first < x.size(0); first += windows.chunk()) {
                int count = Math.min(windows.chunk(), x.size(0) - first);
                windows.fill(first, count);
                for (int group = 0; group < groups; group++) {
                    int[] strides = {dy.size(1) * windows.rows(), windows.rows(), 1};
                    int at = gradient.view().offset() + first * strides[0] + group * own * strides[1];
                    Tensor left = gradient.window(new View(Shape.of(count, own, windows.rows()), strides, at));
                    Tensor part = Tensor.allocate(x.device(), x.dtype(), Shape.of(count, own, width));
                    x.device().gemm(left, windows.group(group, count), part);
                    Tensor total = sum.window(sum.view().select(0, group));
                    Tensor added = Reductions.sum(part, Dims.of(part, 0, false));
                    Arithmetic.ADD.into(total, total, added);
                    added.release();
                    part.release();
                }
            }
            windows.release();
            if (!gradient.sharesMemory(dy)) {
                gradient.release();
            }
        }
        Tensor dw = fromMatrices(sum, kernel, inputs);
        if (!dw.sharesMemory(sum)) {
            sum.release();
        }
        return dw;
    }

    /** dy with zeros after every line, which take nothing from the rows that mean nothing. */
    private static Tensor widened(Tensor dy, int lineRows) {
        int last = dy.rank() - 1;
        Tensor wide = Tensor.allocate(dy.device(), dy.dtype(), dy.shape().with(last, lineRows));
        Casts.write(dy, wide.window(wide.view().slice(last, 0, 1, dy.size(last))));
        return wide;
    }

    /** The inverse of {@link #matrices}. */
    private static Tensor fromMatrices(Tensor matrices, int[] kernel, int inputs) {
        int dims = kernel.length;
        int[] sizes = new int[dims + 3];
        int[] order = new int[dims + 3];
        sizes[0] = matrices.size(0);
        sizes[1] = matrices.size(1);
        sizes[2] = kernel[dims - 1];
        sizes[dims + 2] = inputs;
        order[1] = 1;
        order[2] = dims + 2;
        order[dims + 2] = 2;
        for (int d = 0; d < dims - 1; d++) {
            sizes[d + 3] = kernel[d];
            order[d + 3] = d + 3;
        }
        Tensor w = Movement.permuteWithin(Movement.reshapeWithin(matrices, Shape.of(sizes)), order);
        return Movement.reshapeWithin(
                w, Shape.of(matrices.size(0) * matrices.size(1), inputs).concat(Shape.of(kernel)));
    }

    private static final class ForwardOrigin extends Origin {
        private final Windowing g;

        ForwardOrigin(Tensor x, Tensor w, Windowing g) {
            super("convolution", x, w);
            this.g = g;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            Tensor x = input(0);
            Tensor w = input(1);
            return i == 0 ? Convolution.input(dy, w, g, spatial(x)) : weight(x, dy, g, spatial(w));
        }
    }

    private static final class InputOrigin extends Origin {
        private final Windowing g;

        InputOrigin(Tensor dy, Tensor w, Windowing g) {
            super("transposed convolution", dy, w);
            this.g = g;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor dx, Tensor ddx) {
            Tensor dy = input(0);
            Tensor w = input(1);
            return i == 0 ? forward(ddx, w, g, spatial(dy)) : weight(ddx, dy, g, spatial(w));
        }
    }

    private static final class WeightOrigin extends Origin {
        private final Windowing g;

        WeightOrigin(Tensor x, Tensor dy, Windowing g) {
            super("convolution weight", x, dy);
            this.g = g;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor dw, Tensor ddw) {
            Tensor x = input(0);
            Tensor dy = input(1);
            return i == 0 ? Convolution.input(dy, ddw, g, spatial(x)) : forward(x, ddw, g, spatial(dy));
        }
    }
}
