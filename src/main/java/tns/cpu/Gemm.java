package tns.cpu;

import tns.tensor.DType;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * Batched matrix products of any strides.
 *
 * <p>Each result element is one chain of fused multiply-adds in the order of k, however its matrix is cut, so the bits
 * do not depend on block sizes or on the number of threads. Only where few vectors meet rows that lie along k are dot
 * products taken in lanes instead, which reads those rows as they lie.
 */
final class Gemm {
    /** Products of fewer multiply-adds are left to one thread: waking another takes about as long, 20 µs. */
    private static final long SHARE_MIN_STEPS = 1 << 20;

    /** Up to this many rows against lines along k, packing the lines costs more than dot products. */
    private static final int DOT_MAX_ROWS = 4;

    /** A right side of at most so many elements stays in cache and is read where it lies. */
    private static final int DIRECT_MAX_ELEMENTS = 1 << 15;

    /** Float products of so few multiply-adds are done as they stand. */
    private static final int SMALL_MAX_STEPS = 1 << 11;

    /** From this length of a line of the result on, it is computed as a whole. */
    private static final int SMALL_LINE = 8;

    /** Cache blocks: a packed left block takes 128 KiB as float32, a packed right block 1 MiB. */
    private static final int BLOCK_K = 256;

    private static final int BLOCK_M = 128;
    private static final int BLOCK_N = 1024;

    private final Parallel parallel;
    private final Parallel alone = new Parallel(1);
    private final MatrixKernel floats;
    private final MatrixKernel doubles;
    private final MatrixKernel longs;

    /** Kernels of the Vector API when {@code vectors}, else of plain Java. */
    Gemm(Parallel parallel, boolean vectors) {
        this.parallel = parallel;
        floats = MatrixKernel.floats(vectors);
        doubles = MatrixKernel.doubles(vectors);
        longs = MatrixKernel.longs();
    }

    /** Where a matrix lies: element (i, j) at {@code at + i * row + j * column}. */
    private record Matrix(Object array, int at, int row, int column) {
        Matrix transposed() {
            return new Matrix(array, at, column, row);
        }

        Matrix moved(int rows, int columns) {
            return new Matrix(array, at + rows * row + columns * column, row, column);
        }
    }

    /** See {@link tns.tensor.Device#gemm}; {@code output} is contiguous. */
    void run(Tensor left, Tensor right, Tensor output) {
        int batches = output.size(0);
        int m = output.size(1);
        int n = output.size(2);
        int k = left.size(2);
        if (output.elements() == 0) {
            return;
        }
        MatrixKernel kernel = kernel(output.dtype());
        int[] leftStrides = left.view().strides();
        int[] rightStrides = right.view().strides();
        Object leftArray = HostBuffer.array(left);
        Object rightArray = HostBuffer.array(right);
        Object outputArray = HostBuffer.array(output);
        int leftAt = left.view().offset();
        int rightAt = right.view().offset();
        int outputAt = output.view().offset();
        if (batches > 1 && rightStrides[0] == 0 && leftStrides[0] == (long) m * leftStrides[1]) {
            // One right side for all: the left sides together are one tall matrix.
            m *= batches;
            batches = 1;
        }
        if (batches == 1) {
            Matrix a = new Matrix(leftArray, leftAt, leftStrides[1], leftStrides[2]);
            Matrix b = new Matrix(rightArray, rightAt, rightStrides[1], rightStrides[2]);
            product(parallel, kernel, a, b, new Matrix(outputArray, outputAt, n, 1), m, n, k);
            return;
        }
        int rows = m;
        long steps = (long) m * n * Math.max(1, k);
        boolean shareBatches = batches >= parallel.threads();
        int grain = shareBatches ? (int) Math.min(batches, SHARE_MIN_STEPS / steps + 1) : batches;
        Parallel inside = shareBatches ? alone : parallel;
        parallel.range(batches, grain, (from, to) -> {
            for (int i = from; i < to; i++) {
                Matrix a = new Matrix(leftArray, leftAt + i * leftStrides[0], leftStrides[1], leftStrides[2]);
                Matrix b = new Matrix(rightArray, rightAt + i * rightStrides[0], rightStrides[1], rightStrides[2]);
                Matrix c = new Matrix(outputArray, outputAt + i * rows * n, n, 1);
                product(inside, kernel, a, b, c, rows, n, k);
            }
        });
    }

    /** See {@link tns.tensor.Device#product}; {@code output} is contiguous. */
    void product(Tensor left, Tensor right, Tensor output) {
        int m = output.size(0);
        int n = output.size(1);
        int k = left.size(1);
        View a = left.view();
        View b = right.view();
        Object c = HostBuffer.array(output);
        int at = output.view().offset();
        if (output.elements() == 0) {
            return;
        }
        if ((long) m * n * k <= SMALL_MAX_STEPS && c instanceof float[] floats) {
            small((float[]) HostBuffer.array(left), a, (float[]) HostBuffer.array(right), b, floats, at, m, n, k);
            return;
        }
        Matrix x = new Matrix(HostBuffer.array(left), a.offset(), a.strides()[0], a.strides()[1]);
        Matrix y = new Matrix(HostBuffer.array(right), b.offset(), b.strides()[0], b.strides()[1]);
        product(parallel, kernel(output.dtype()), x, y, new Matrix(c, at, n, 1), m, n, k);
    }

    /** A product of a few elements, where choosing and filling tiles would take longer than the arithmetic. */
    private static void small(float[] a, View x, float[] b, View y, float[] c, int at, int m, int n, int k) {
        int aRow = x.strides()[0];
        int aColumn = x.strides()[1];
        int bRow = y.strides()[0];
        int bColumn = y.strides()[1];
        for (int i = 0; i < m; i++) {
            int line = x.offset() + i * aRow;
            int to = at + i * n;
            if (bColumn == 1 && n >= SMALL_LINE) {
                for (int j = 0; j < n; j++) {
                    c[to + j] = k == 0 ? 0 : Math.fma(a[line], b[y.offset() + j], 0f);
                }
                for (int p = 1; p < k; p++) {
                    float factor = a[line + p * aColumn];
                    int from = y.offset() + p * bRow;
                    for (int j = 0; j < n; j++) {
                        c[to + j] = Math.fma(factor, b[from + j], c[to + j]);
                    }
                }
                continue;
            }
            int j = 0;
            for (; j + 4 <= n; j += 4) {
                // Four sums at a time: each waits for its own last addition only.
                int from = y.offset() + j * bColumn;
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
                int from = y.offset() + j * bColumn;
                float sum = 0;
                for (int p = 0; p < k; p++) {
                    sum = Math.fma(a[line + p * aColumn], b[from + p * bRow], sum);
                }
                c[to + j] = sum;
            }
        }
    }

    private MatrixKernel kernel(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> floats;
            case FLOAT64 -> doubles;
            case INT64 -> longs;
            case BOOL -> throw new IllegalArgumentException("no matrix product of bool");
        };
    }

    /** {@code c = a @ b}, of m by k and k by n; the rows of c have no gaps. */
    private void product(Parallel parallel, MatrixKernel kernel, Matrix a, Matrix b, Matrix c, int m, int n, int k) {
        long steps = (long) m * n * k;
        Parallel threads = steps >= SHARE_MIN_STEPS ? parallel : alone;
        if (n == 1 && m > 1) {
            // A column is a row turned round: with one row, the tiles run along m.
            product(parallel, kernel, b.transposed(), a.transposed(), new Matrix(c.array(), c.at(), m, 1), 1, m, k);
        } else if (m <= DOT_MAX_ROWS && b.row() == 1 && b.column() != 1 && k > 1) {
            dots(threads, kernel, a, b, c, m, n, k);
        } else if (b.column() == 1 && ((long) n * k <= DIRECT_MAX_ELEMENTS || m <= 2 * kernel.rows())) {
            direct(threads, kernel, a, b, c, m, n, k);
        } else {
            blocked(threads, kernel, a, b, c, m, n, k);
        }
    }

    private static void dots(
            Parallel parallel, MatrixKernel kernel, Matrix a, Matrix b, Matrix c, int m, int n, int k) {
        Matrix lines = a;
        if (a.column() != 1) {
            Object packed = kernel.array(m * k);
            kernel.pack(a.array(), a.at(), a.row(), a.column(), m, k, packed, 0, k);
            lines = new Matrix(packed, 0, k, 1);
        }
        Matrix x = lines;
        parallel.range(n, Math.max(1, (int) (SHARE_MIN_STEPS / k / 4)), (from, to) -> {
            for (int j = from; j < to; j++) {
                for (int i = 0; i < m; i++) {
                    int line = b.at() + j * b.column();
                    kernel.dot(
                            x.array(), x.at() + i * x.row(), b.array(), line, k, c.array(), c.at() + i * c.row() + j);
                }
            }
        });
    }

    /** Tiles straight over the operands: no packing but for the last columns. */
    private static void direct(
            Parallel parallel, MatrixKernel kernel, Matrix a, Matrix b, Matrix c, int m, int n, int k) {
        int width = kernel.columns();
        int tiles = (n + width - 1) / width;
        if (tiles > 1 && tiles >= parallel.threads()) {
            int grain = (tiles + 4 * parallel.threads() - 1) / (4 * parallel.threads());
            parallel.range(tiles, grain, (from, to) -> strips(kernel, a, b, c, m, n, k, from, to));
        } else {
            int height = kernel.rows();
            int strips = (m + height - 1) / height;
            int grain = (strips + 4 * parallel.threads() - 1) / (4 * parallel.threads());
            parallel.range(strips, grain, (from, to) -> {
                int first = from * height;
                int count = Math.min(m, to * height) - first;
                strips(kernel, a.moved(first, 0), b, c.moved(first, 0), count, n, k, 0, tiles);
            });
        }
    }

    private static void strips(
            MatrixKernel kernel, Matrix a, Matrix b, Matrix c, int m, int n, int k, int from, int to) {
        int width = kernel.columns();
        int next = kernel.rows() * a.row();
        for (int tile = from; tile < to; tile++) {
            int column = tile * width;
            int columns = Math.min(width, n - column);
            Matrix panel = b.moved(0, column);
            if (columns < width) {
                Object padded = kernel.array(k * width);
                kernel.pack(panel.array(), panel.at(), panel.row(), 1, k, columns, padded, 0, width);
                panel = new Matrix(padded, 0, width, 1);
            }
            strip(kernel, a, next, panel, c.moved(0, column), m, columns, k, false);
        }
    }

    /** All m rows, whose tiles are {@code next} apart, against one panel of b, of which {@code columns} count. */
    private static void strip(
            MatrixKernel kernel, Matrix a, int next, Matrix b, Matrix c, int m, int columns, int k, boolean add) {
        int height = kernel.rows();
        int width = kernel.columns();
        boolean whole = columns == width;
        Matrix target = whole ? c : new Matrix(kernel.array(height * width), 0, width, 1);
        for (int i = 0, aAt = a.at(); i < m; i += height, aAt += next) {
            int count = Math.min(height, m - i);
            int cAt = c.at() + i * c.row();
            int at = whole ? cAt : 0;
            if (!whole && add) {
                kernel.pack(c.array(), cAt, c.row(), 1, count, columns, target.array(), 0, width);
            }
            kernel.tile(
                    a.array(),
                    aAt,
                    a.row(),
                    a.column(),
                    b.array(),
                    b.at(),
                    b.row(),
                    target.array(),
                    at,
                    target.row(),
                    count,
                    k,
                    add);
            for (int r = 0; !whole && r < count; r++) {
                System.arraycopy(target.array(), r * width, c.array(), cAt + r * c.row(), columns);
            }
        }
    }

    /**
     * Panels of both sides are packed block by block so that tiles read them from cache without gaps (Goto and van de
     * Geijn, Anatomy of High-Performance Matrix Multiplication, 2008).
     */
    private static void blocked(
            Parallel parallel, MatrixKernel kernel, Matrix a, Matrix b, Matrix c, int m, int n, int k) {
        int height = kernel.rows();
        int width = kernel.columns();
        int blockN = Math.min(BLOCK_N, n);
        int blockK = Math.clamp(k, 1, BLOCK_K);
        int blockM = Math.min(BLOCK_M, (m + height - 1) / height * height);
        int panels = (blockN + width - 1) / width;
        Object packed = kernel.array(panels * width * blockK);
        for (int column = 0; column < n; column += blockN) {
            int columns = Math.min(blockN, n - column);
            int tiles = (columns + width - 1) / width;
            for (int step = 0; step == 0 || step < k; step += blockK) {
                int steps = Math.min(blockK, k - step);
                Matrix right = b.moved(step, column);
                Matrix left = a.moved(0, step);
                Matrix target = c.moved(0, column);
                boolean add = step > 0;
                parallel.range(tiles, Math.max(1, tiles / 8), (from, to) -> {
                    for (int t = from; t < to; t++) {
                        int first = t * width;
                        int used = Math.min(width, columns - first);
                        int at = right.at() + first * right.column();
                        kernel.pack(
                                right.array(),
                                at,
                                right.row(),
                                right.column(),
                                steps,
                                used,
                                packed,
                                first * steps,
                                width);
                    }
                });
                int blocks = (m + blockM - 1) / blockM;
                parallel.range(blocks, 1, (from, to) -> {
                    Object rows = kernel.array(blockM * steps);
                    for (int block = from; block < to; block++) {
                        int row = block * blockM;
                        int count = Math.min(blockM, m - row);
                        packRows(kernel, left.moved(row, 0), count, steps, rows);
                        Matrix x = new Matrix(rows, 0, 1, height);
                        for (int first = 0; first < columns; first += width) {
                            Matrix panel = new Matrix(packed, first * steps, width, 1);
                            int used = Math.min(width, columns - first);
                            strip(kernel, x, height * steps, panel, target.moved(row, first), count, used, steps, add);
                        }
                    }
                });
            }
        }
    }

    private static void packRows(MatrixKernel kernel, Matrix a, int m, int steps, Object rows) {
        int height = kernel.rows();
        for (int i = 0; i < m; i += height) {
            int count = Math.min(height, m - i);
            kernel.pack(a.array(), a.at() + i * a.row(), a.column(), a.row(), steps, count, rows, i * steps, height);
        }
    }
}
