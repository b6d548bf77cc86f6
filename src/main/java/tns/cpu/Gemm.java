package tns.cpu;

import org.jspecify.annotations.Nullable;
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
    static final long SHARE_MIN_STEPS = 1 << 20;

    /** Up to this many rows against lines along k, packing the lines costs more than dot products. */
    private static final int DOT_MAX_ROWS = 4;

    /** A right side of at most so many elements stays in cache and is read where it lies. */
    private static final int DIRECT_MAX_ELEMENTS = 1 << 15;

    /** Up to so many strips of tiles, packing the right side costs more than reading it where it lies. */
    private static final int DIRECT_MAX_STRIPS = 4;

    /**
     * From so many columns on, the left side is packed where tiles are faster so: those of machine code are not where its
     * rows lie along k (512² in 88 GFLOP/s and not 73, 2048² in 89 and not 86; AMD EPYC without AVX-512, one core,
     * 2026-11-28).
     */
    private static final int PACK_LEFT_MIN_COLUMNS = 256;

    /**
     * Cache blocks: a packed left block takes 512 KiB to 2 MiB as float32, a packed right block up to 8 MiB. Long lines
     * along k leave the result alone until it is done: 107 GFLOP/s at 2048², where blocks of 256 along k and 128 rows
     * came to 94, and OpenBLAS to 103 (AMD EPYC, one core, 2026-11-26).
     */
    private static final int BLOCK_K = 2048;

    /** The fewest rows of a left block, or up to a tile more; see {@link Tiling#blockRows}. */
    private static final int BLOCK_M = 64;

    /** Left blocks that each thread is to have, before they grow. */
    private static final int BLOCKS = 4;

    private static final int BLOCK_N = 1024;

    /** Panels that are packed side by side from lines without gaps. */
    private static final int GROUP = 8;

    private final Parallel parallel;
    private final Parallel alone;
    private final MatrixKernel.Kind kind;
    private final MachineCode machine;
    /** Made by the first product that needs one, as is its like for doubles: small products do without the Vector API. */
    private @Nullable MatrixKernel floats;

    private @Nullable MatrixKernel doubles;
    private final MatrixKernel longs = MatrixKernel.longs();
    private final SmallProducts small;
    /** Of products that are bound. */
    private final MachineTiles tiles;

    Gemm(Parallel parallel, MatrixKernel.Kind kind, MachineCode machine) {
        this.parallel = parallel;
        this.alone = parallel.alone();
        this.kind = kind;
        this.machine = machine;
        this.small = new SmallProducts(kind);
        this.tiles = new MachineTiles(false, machine);
    }

    /** Where a matrix lies: element (i, j) at {@code at + i * row + j * column}. */
    private record Matrix(Object array, int at, int row, int column) {
        Matrix transposed() {
            return new Matrix(array, at, column, row);
        }

        /** Whether its lines along one of the two directions have no gaps. */
        boolean isDense() {
            return row == 1 || column == 1;
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
        if ((long) m * n * k <= SmallProducts.MOST_STEPS && c instanceof float[] floats) {
            small.run((float[]) HostBuffer.array(left), a, (float[]) HostBuffer.array(right), b, floats, at, m, n, k);
            return;
        }
        Matrix x = new Matrix(HostBuffer.array(left), a.offset(), a.strides()[0], a.strides()[1]);
        Matrix y = new Matrix(HostBuffer.array(right), b.offset(), b.strides()[0], b.strides()[1]);
        product(parallel, kernel(output.dtype()), x, y, new Matrix(c, at, n, 1), m, n, k);
    }

    /**
     * The same product of a few floats, to be done again and again on the same matrices; null where it is another.
     *
     * @param bias what is added to each row without gaps, or null
     */
    @Nullable
    Runnable bound(Tensor left, Tensor right, @Nullable Tensor bias, Tensor output) {
        int m = output.size(0);
        int n = output.size(1);
        int k = left.size(1);
        boolean suits = (long) m * n * k <= SmallProducts.MOST_STEPS
                && output.elements() > 0
                && k > 0
                && HostBuffer.array(output) instanceof float[];
        return suits ? new BoundProduct(machine, tiles, small, left, right, bias, output) : null;
    }

    /** What multiplies elements of this type. */
    MatrixKernel kernel(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> floats();
            case FLOAT64 -> doubles();
            case INT64 -> longs;
            case BOOL -> throw new IllegalArgumentException("no matrix product of bool");
        };
    }

    /** Two threads may make one each, which are alike. */
    private MatrixKernel floats() {
        MatrixKernel known = floats;
        if (known == null) {
            known = MatrixKernel.floats(kind, machine);
            floats = known;
        }
        return known;
    }

    private MatrixKernel doubles() {
        MatrixKernel known = doubles;
        if (known == null) {
            known = MatrixKernel.doubles(kind, machine);
            doubles = known;
        }
        return known;
    }

    /** {@code c = a @ b}, of m by k and k by n; the rows of c have no gaps. */
    private void product(Parallel parallel, MatrixKernel kernel, Matrix a, Matrix b, Matrix c, int m, int n, int k) {
        long steps = (long) m * n * k;
        Parallel threads = steps >= SHARE_MIN_STEPS ? parallel : alone;
        if (n == 1 && m > 1) {
            // A column is a row turned round: with one row, the tiles run along m.
            product(parallel, kernel, b.transposed(), a.transposed(), new Matrix(c.array(), c.at(), m, 1), 1, m, k);
        } else if (m <= DOT_MAX_ROWS && b.row() == 1 && (b.column() != 1 || n == 1) && k > 1) {
            dots(threads, kernel, a, b, c, m, n, k);
        } else if (b.row() == 1 && b.column() != 1 && (long) m * (n + k) < (long) n * k) {
            turned(parallel, kernel, a, b, c, m, n, k);
        } else if (b.column() == 1
                && ((long) n * k <= DIRECT_MAX_ELEMENTS
                        || m <= DIRECT_MAX_STRIPS * kernel.tiling().rows())) {
            if (a.isDense()) {
                direct(threads, kernel, a, b, c, m, n, k);
            } else {
                Matrix x = packed(kernel, a, m, k);
                direct(threads, kernel, x, b, c, m, n, k);
                kernel.scratch().giveBack(x.array(), m * k);
            }
        } else {
            blocked(threads, kernel, a, b, c, m, n, k);
        }
    }

    /** A copy whose rows have no gaps, in an array of {@code m * k} elements that is to be given back. */
    private static Matrix packed(MatrixKernel kernel, Matrix a, int m, int k) {
        Object packed = kernel.scratch().lend(m * k);
        kernel.pack(a.array(), a.at(), a.row(), a.column(), m, k, packed, 0, k);
        return new Matrix(packed, 0, k, 1);
    }

    private static void dots(
            Parallel parallel, MatrixKernel kernel, Matrix a, Matrix b, Matrix c, int m, int n, int k) {
        boolean packs = a.column() != 1;
        Matrix x = packs ? packed(kernel, a, m, k) : a;
        parallel.range(n, Math.max(1, (int) (SHARE_MIN_STEPS / k / 4)), (from, to) -> {
            for (int j = from; j < to; j++) {
                for (int i = 0; i < m; i++) {
                    int line = b.at() + j * b.column();
                    kernel.dot(
                            x.array(), x.at() + i * x.row(), b.array(), line, k, c.array(), c.at() + i * c.row() + j);
                }
            }
        });
        if (packs) {
            kernel.scratch().giveBack(x.array(), m * k);
        }
    }

    /** By {@code cᵀ = bᵀ @ aᵀ}: where lines of b lie along k, a takes less packing than b. */
    private void turned(Parallel parallel, MatrixKernel kernel, Matrix a, Matrix b, Matrix c, int m, int n, int k) {
        Object turned = kernel.scratch().lend(n * m);
        product(parallel, kernel, b.transposed(), a.transposed(), new Matrix(turned, 0, m, 1), n, m, k);
        kernel.pack(turned, 0, 1, m, m, n, c.array(), c.at(), c.row());
        kernel.scratch().giveBack(turned, n * m);
    }

    /** Tiles straight over the operands, without packing. */
    private static void direct(
            Parallel parallel, MatrixKernel kernel, Matrix a, Matrix b, Matrix c, int m, int n, int k) {
        // Tiles of twice the columns cost less for each step along k, but with fewer rows they read b more often.
        boolean wide =
                (long) n * k <= DIRECT_MAX_ELEMENTS || m <= kernel.tiling().fewestRows();
        int width = wide ? kernel.tiling().mostColumns() : kernel.tiling().columns();
        int tiles = (n + width - 1) / width;
        int height = kernel.tiling().rows();
        int strips = (m + height - 1) / height;
        boolean across = tiles > 1 && tiles >= parallel.threads();
        int pieces = across ? tiles : strips;
        int grain = (pieces + 4 * parallel.threads() - 1) / (4 * parallel.threads());
        parallel.range(pieces, grain, (from, to) -> {
            int firstRow = across ? 0 : from * height;
            int rows = across ? m : Math.min(m, to * height) - firstRow;
            int firstColumn = across ? from * width : 0;
            int columns = across ? Math.min(n, to * width) : n;
            for (int column = firstColumn; column < columns; column += width) {
                int used = Math.min(width, columns - column);
                strip(
                        kernel,
                        a.moved(firstRow, 0),
                        b.moved(0, column),
                        c.moved(firstRow, column),
                        rows,
                        used,
                        k,
                        false);
            }
        });
    }

    /** All m rows of a against so many columns of b, of one tile at most. */
    private static void strip(
            MatrixKernel kernel, Matrix a, Matrix b, Matrix c, int m, int columns, int k, boolean add) {
        kernel.strip(
                a.array(),
                a.at(),
                a.row(),
                a.column(),
                b.array(),
                b.at(),
                b.row(),
                c.array(),
                c.at(),
                c.row(),
                m,
                columns,
                k,
                add);
    }

    /** The same with a packed: its strips lie one after the other, each step along k without gaps. */
    private static void packedStrip(
            MatrixKernel kernel, Object a, Matrix b, Matrix c, int m, int columns, int k, boolean add) {
        int height = kernel.tiling().rows();
        for (int i = 0; i < m; i += height) {
            int rows = Math.min(height, m - i);
            strip(kernel, new Matrix(a, i * k, 1, rows), b, c.moved(i, 0), rows, columns, k, add);
        }
    }

    /**
     * Panels of b, and of a where it pays, are packed block by block so that tiles read them from cache without gaps
     * (Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008).
     */
    private static void blocked(
            Parallel parallel, MatrixKernel kernel, Matrix a, Matrix b, Matrix c, int m, int n, int k) {
        int width = kernel.tiling().columns();
        int blockN = Math.min(BLOCK_N, n);
        int blockK = Math.clamp(k, 1, BLOCK_K);
        int height = kernel.tiling().rows();
        int most = kernel.tiling().blockRows();
        int blockRows = Math.clamp(m / (BLOCKS * parallel.threads()), BLOCK_M, most);
        int blockM = (blockRows + height - 1) / height * height;
        int blocks = (m + blockM - 1) / blockM;
        boolean asItLies = n < PACK_LEFT_MIN_COLUMNS || a.column() == 1 && kernel.isFastByLines();
        boolean packLeft = !a.isDense() || !asItLies;
        Object packed = kernel.scratch().lend(blockN * blockK);
        for (int column = 0; column < n; column += blockN) {
            int columns = Math.min(blockN, n - column);
            int tiles = (columns + width - 1) / width;
            // Few rows are shared by columns too.
            int groups =
                    parallel.threads() == 1 ? 1 : Math.clamp((2L * parallel.threads() + blocks - 1) / blocks, 1, tiles);
            int share = (tiles + groups - 1) / groups * width;
            for (int step = 0; step == 0 || step < k; step += blockK) {
                int steps = Math.min(blockK, k - step);
                Matrix right = b.moved(step, column);
                Matrix left = a.moved(0, step);
                Matrix target = c.moved(0, column);
                boolean add = step > 0;
                parallel.range(tiles, Math.max(1, tiles / 8), (from, to) -> {
                    int last = Math.min(columns, to * width);
                    packColumns(kernel, right, from * width, last, steps, packed);
                });
                parallel.range(blocks * groups, 1, (from, to) -> {
                    int rowsSize = Math.min(blockM, m) * steps;
                    Object rows = packLeft ? kernel.scratch().lend(rowsSize) : packed;
                    for (int piece = from; piece < to; piece++) {
                        int row = piece / groups * blockM;
                        int count = Math.min(blockM, m - row);
                        Matrix x = left.moved(row, 0);
                        if (packLeft) {
                            packRows(kernel, x, count, steps, rows);
                        }
                        int begin = piece % groups * share;
                        for (int first = begin; first < Math.min(columns, begin + share); first += width) {
                            int used = Math.min(width, columns - first);
                            Matrix panel = new Matrix(packed, first * steps, used, 1);
                            Matrix result = target.moved(row, first);
                            if (packLeft) {
                                packedStrip(kernel, rows, panel, result, count, used, steps, add);
                            } else {
                                strip(kernel, x, panel, result, count, used, steps, add);
                            }
                        }
                    }
                    if (packLeft) {
                        kernel.scratch().giveBack(rows, rowsSize);
                    }
                });
            }
        }
        kernel.scratch().giveBack(packed, blockN * blockK);
    }

    /** Packs the columns from {@code first} to {@code last} into panels as wide as a tile, one after the other. */
    private static void packColumns(MatrixKernel kernel, Matrix b, int first, int last, int steps, Object packed) {
        int width = kernel.tiling().columns();
        if (b.column() == 1) {
            // Lines are read several panels wide: pieces of one panel's width would each lie in another page.
            for (int group = first; group < last; group += GROUP * width) {
                int end = Math.min(last, group + GROUP * width);
                int at = b.at() + group;
                kernel.panels(b.array(), at, b.row(), steps, end - group, packed, group * steps, width);
            }
            return;
        }
        for (int column = first; column < last; column += width) {
            int used = Math.min(width, last - column);
            int at = b.at() + column * b.column();
            kernel.pack(b.array(), at, b.row(), b.column(), steps, used, packed, column * steps, used);
        }
    }

    /** Packs the rows into strips as high as a tile, one after the other. */
    private static void packRows(MatrixKernel kernel, Matrix a, int m, int steps, Object packed) {
        int height = kernel.tiling().rows();
        if (a.row() == 1) {
            kernel.panels(a.array(), a.at(), a.column(), steps, m, packed, 0, height);
            return;
        }
        for (int i = 0; i < m; i += height) {
            int rows = Math.min(height, m - i);
            kernel.pack(a.array(), a.at() + i * a.row(), a.column(), a.row(), steps, rows, packed, i * steps, rows);
        }
    }
}
