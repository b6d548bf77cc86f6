package tns.cpu;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * A product of a few floats on matrices that stay where they are: by machine code, once it has been done often. Each result
 * element is the chain that {@link SmallProducts} computes. One thread at a time.
 */
final class BoundProduct implements Runnable {
    private final MachineCode machine;
    private final MachineTiles tiles;
    private final SmallProducts small;
    private final float[] a;
    private final View x;
    private final float[] b;
    private final View y;
    private final float[] c;
    private final int at;
    private final int m;
    private final int n;
    private final int k;
    /** What is added to each row, from where on; null for nothing. */
    private final float @Nullable [] bias;

    private final int biasAt;
    /** The lines of a right side that has none along n. */
    private float[] turned = {};

    private Runnable[] calls = {};
    private int runs;

    BoundProduct(
            MachineCode machine,
            MachineTiles tiles,
            SmallProducts small,
            Tensor left,
            Tensor right,
            @Nullable Tensor bias,
            Tensor output) {
        this.machine = machine;
        this.tiles = tiles;
        this.small = small;
        a = (float[]) HostBuffer.array(left);
        x = left.view();
        b = (float[]) HostBuffer.array(right);
        y = right.view();
        c = (float[]) HostBuffer.array(output);
        at = output.view().offset();
        m = output.size(0);
        n = output.size(1);
        k = left.size(1);
        this.bias = bias == null ? null : (float[]) HostBuffer.array(bias);
        biasAt = bias == null ? 0 : bias.view().offset();
    }

    @Override
    public void run() {
        if (calls.length > 0) {
            turn();
            for (Runnable call : calls) {
                call.run();
            }
        } else {
            small.run(a, x, b, y, c, at, m, n, k);
            if (machine.isWorthBinding(++runs)) {
                bind();
            }
        }
        float[] added = bias;
        if (added != null) {
            SmallProducts.addToRows(c, at, m * n, added, biasAt, n);
        }
    }

    private void bind() {
        int aRow = x.strides()[0];
        int aStep = x.strides()[1];
        int bRow = y.strides()[0];
        int bStep = y.strides()[1];
        List<Runnable> made;
        try {
            if (bStep == 1 || n == 1) {
                made = tiles.bind(a, x.offset(), aRow, aStep, b, y.offset(), bRow, c, at, n, m, n, k);
            } else if (m == 1) {
                // A row is a column turned round.
                made = tiles.bind(b, y.offset(), bStep, bRow, a, x.offset(), aStep, c, at, 1, n, 1, k);
            } else {
                turned = new float[k * n];
                made = tiles.bind(a, x.offset(), aRow, aStep, turned, 0, n, c, at, n, m, n, k);
            }
        } catch (IllegalStateException full) {
            return; // the system has no memory for code: it goes on without
        }
        calls = made.toArray(new Runnable[0]);
    }

    private void turn() {
        int row = y.strides()[0];
        int column = y.strides()[1];
        for (int to = 0, from = y.offset(); to < turned.length; to += n, from += row) {
            for (int j = 0; j < n; j++) {
                turned[to + j] = b[from + j * column];
            }
        }
    }
}
