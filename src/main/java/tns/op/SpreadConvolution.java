package tns.op;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;
import tns.tensor.Windowing;

/**
 * A convolution over elements that lie apart with zeros between, which is what a transposed one with a stride is, done as
 * several over the elements alone: one for the results of each remainder of their places by the distance, with the part
 * of the kernel that meets elements there. None multiplies the zeros: for a distance of 2 that leaves a quarter of the
 * work.
 *
 * @param x [n, c, h, w]
 * @param weight [o, c / groups, kh, kw]
 * @param g without strides
 * @param y contiguous [n, o, windows], zeros yet
 */
record SpreadConvolution(Tensor x, Tensor weight, Windowing g, int[] spread, Tensor y) {
    /**
     * The results of one dim whose places leave one remainder.
     *
     * @param first of them, the others are the distance apart
     * @param count of results
     * @param tap the first of the kernel that meets elements, and {@code step} from one to the next
     * @param taps how many do
     * @param before the padding
     */
    private record Part(int first, int count, int tap, int step, int taps, int before, int dilation) {}

    /** Whether it was done; if not, the results may hold anything. */
    boolean run() {
        if (g.stride()[0] != 1 || g.stride()[1] != 1) {
            return false;
        }
        for (Part high : parts(0)) {
            for (Part wide : parts(1)) {
                if (!run(high, wide)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Those with the fewest taps first, as a device is the likeliest to leave them. */
    private List<Part> parts(int d) {
        int distance = spread[d];
        int kernel = weight.size(d + 2);
        int dilation = g.dilation()[d];
        int common = common(dilation, distance);
        int step = distance / common;
        List<Part> parts = new ArrayList<>();
        for (int first = 0; first < Math.min(distance, y.size(d + 2)); first++) {
            int tap = 0;
            while (tap < Math.min(step, kernel)
                    && Math.floorMod(first - g.before()[d] + tap * dilation, distance) != 0) {
                tap++;
            }
            if (tap < Math.min(step, kernel)) {
                int count = (y.size(d + 2) - first + distance - 1) / distance;
                int taps = (kernel - tap + step - 1) / step;
                int before = -(first - g.before()[d] + tap * dilation) / distance;
                parts.add(new Part(first, count, tap, step, taps, before, dilation / common));
            }
        }
        parts.sort(Comparator.comparingInt(Part::taps));
        return parts;
    }

    private static int common(int a, int b) {
        return b == 0 ? a : common(b, a % b);
    }

    private boolean run(Part high, Part wide) {
        View kernel = weight.view().slice(2, high.tap, high.step, high.taps).slice(3, wide.tap, wide.step, wide.taps);
        Windowing windowing = new Windowing(
                g.stride(),
                new int[] {high.before, wide.before},
                new int[2],
                new int[] {high.dilation, wide.dilation},
                g.groups());
        Shape shape = y.shape().with(2, high.count).with(3, wide.count);
        Tensor part = Tensor.room(x.device(), x.dtype(), shape);
        Tensor factors = Casts.contiguous(weight.window(kernel));
        boolean done = x.device().correlate(x, factors, windowing, new int[] {1, 1}, part);
        if (done) {
            View places =
                    y.view().slice(2, high.first, spread[0], high.count).slice(3, wide.first, spread[1], wide.count);
            Casts.write(part, y.window(places));
        }
        return done;
    }
}
