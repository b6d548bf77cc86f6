package tns.cpu;

import tns.tensor.View;

/**
 * Products of a few floats, where choosing and filling tiles would take longer than the arithmetic. Each result element
 * is one chain of fused multiply-adds in the order of k, in plain Java as in vectors.
 */
final class SmallProducts {
    /** Products of more multiply-adds are worth tiles. */
    static final int MOST_STEPS = 1 << 11;

    /** From this length of a line of the result on, it is computed as a whole. */
    private static final int LINE = 8;

    /** Lines of results after which they are computed in vectors: some 100 ms in plain Java. See {@link FusedLoops}. */
    private static final int VECTORS_AFTER = 1 << 21;

    private static final int WARM_UP = 32;

    /** Nanoseconds a line of the warm-up may take when it is compiled: about ten times what it does then. */
    private static final double COMPILED_NANOS = 300;

    private final Workshop workshop;
    private final int vectorsAfter;
    /** Plain Java until the code in vectors is ready. */
    private volatile LineProducts lines = new LineProducts();

    /** Lines so far, roughly: threads may overwrite each other's additions. */
    private int done;

    private boolean ordered;

    SmallProducts(MatrixKernel.Kind kind) {
        boolean atOnce = kind == MatrixKernel.Kind.VECTORS_AT_ONCE;
        workshop = new Workshop(atOnce);
        vectorsAfter = atOnce ? 0 : VECTORS_AFTER;
        ordered = kind == MatrixKernel.Kind.PLAIN;
    }

    /** {@code c = a @ b}, [m, k] by [k, n]; the rows of c lie from {@code at} on, without gaps. */
    void run(float[] a, View x, float[] b, View y, float[] c, int at, int m, int n, int k) {
        int aRow = x.strides()[0];
        int aColumn = x.strides()[1];
        int bRow = y.strides()[0];
        int bColumn = y.strides()[1];
        if (bColumn == 1 && n >= LINE) {
            count(m);
            lines.run(a, x.offset(), aRow, aColumn, b, y.offset(), bRow, c, at, m, n, k);
            return;
        }
        for (int i = 0; i < m; i++) {
            line(a, x.offset() + i * aRow, aColumn, b, y.offset(), bRow, bColumn, c, at + i * n, n, k);
        }
    }

    private static void line(
            float[] a,
            int line,
            int aColumn,
            float[] b,
            int at,
            int bRow,
            int bColumn,
            float[] c,
            int to,
            int n,
            int k) {
        int j = 0;
        for (; j + 4 <= n; j += 4) {
            // Four sums at a time: each waits for its own last addition only.
            int from = at + j * bColumn;
            float s = 0;
            float t = 0;
            float u = 0;
            float v = 0;
            for (int p = 0; p < k; p++, from += bRow) {
                float factor = a[line + p * aColumn];
                s = Math.fma(factor, b[from], s);
                t = Math.fma(factor, b[from + bColumn], t);
                u = Math.fma(factor, b[from + 2 * bColumn], u);
                v = Math.fma(factor, b[from + 3 * bColumn], v);
            }
            c[to + j] = s;
            c[to + j + 1] = t;
            c[to + j + 2] = u;
            c[to + j + 3] = v;
        }
        for (; j < n; j++) {
            int from = at + j * bColumn;
            float sum = 0;
            for (int p = 0; p < k; p++) {
                sum = Math.fma(a[line + p * aColumn], b[from + p * bRow], sum);
            }
            c[to + j] = sum;
        }
    }

    /** Adds the {@code columns} numbers of {@code b} from {@code from} on to each row of {@code c}, which lie without gaps. */
    static void addToRows(float[] c, int at, int elements, float[] b, int from, int columns) {
        for (int row = at; row < at + elements; row += columns) {
            for (int j = 0; j < columns; j++) {
                c[row + j] += b[from + j];
            }
        }
    }

    /** Counts lines, and has the code in vectors made when there have been enough of them. */
    private void count(int more) {
        if (!ordered) {
            done += more;
            if (done >= vectorsAfter) {
                order();
            }
        }
    }

    private synchronized void order() {
        if (ordered) {
            return;
        }
        ordered = true;
        float[] a = new float[WARM_UP * WARM_UP];
        float[] b = new float[WARM_UP * WARM_UP];
        float[] c = new float[WARM_UP * WARM_UP];
        workshop.order(
                () -> VectorLineProducts.make(), // found there, once the Vector API is: it may not be yet
                (made, turns) -> {
                    int k = turns < Workshop.TURNS ? turns : WARM_UP;
                    int n = turns == Workshop.NO_TURNS ? 0 : WARM_UP;
                    made.run(a, 0, WARM_UP, 1, b, 0, WARM_UP, c, 0, WARM_UP, n, k);
                    made.run(a, 0, 1, 1, b, 0, 1, c, 0, WARM_UP, Math.max(0, n - 1), 1);
                },
                2 * WARM_UP * COMPILED_NANOS,
                made -> lines = made);
    }
}
