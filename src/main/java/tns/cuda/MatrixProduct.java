package tns.cuda;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tns.cuda.driver.CublasStream;
import tns.cuda.ptx.MatrixKernel;
import tns.cuda.ptx.MatrixSide;
import tns.cuda.ptx.MatrixTile;
import tns.cuda.ptx.PartSumKernel;
import tns.tensor.DType;

/**
 * A batch of matrix products about to be launched: which tile they are cut in, and how often k is.
 *
 * @param batches how many products, at least 1, of at least 1 result each
 * @param output the address of the contiguous results
 */
record MatrixProduct(int batches, int m, int n, int k, MatrixPlace left, MatrixPlace right, long output) {
    /** So many blocks of small tiles keep a large device busy: k is cut where there are fewer. */
    private static final int BUSY_BLOCKS = 128;

    /** A part has at least so many steps, which take longer than to start another kernel. */
    private static final int PART_MIN_STEPS = 512;

    private static final int MOST_PARTS = 64;

    /** Parts start at multiples of it: the depth of every tile divides it, and so does every width of loads. */
    private static final int PART_STEPS = 64;

    /** What is stated by {@link tns.tensor.Device#gemm}, for an output that has elements. */
    static MatrixProduct of(Region left, Region right, Region output) {
        int batches = output.view().shape().size(0);
        int m = output.view().shape().size(1);
        int n = output.view().shape().size(2);
        int k = left.view().shape().size(2);
        return new MatrixProduct(batches, m, n, k, MatrixPlace.left(left), MatrixPlace.right(right), output.first());
    }

    /** The same results as few products: where all have one right side, the left sides below each other as one. */
    MatrixProduct stacked() {
        boolean stacks = right.batchStride() == 0 && (m == 1 || left.batchStride() == (long) m * left.lineStride());
        return batches > 1 && stacks
                ? new MatrixProduct(1, batches * m, n, k, left.stacked(batches), right, output)
                : this;
    }

    /**
     * Computes it by cuBLAS; false, and nothing done, for dtypes and strides that cuBLAS does not take.
     *
     * @param floats the arithmetic for float32, which says too what the factors' elements really are
     */
    boolean computedBy(CublasStream blas, CublasStream.Arithmetic floats) {
        CublasStream.@Nullable Arithmetic arithmetic = switch (left.dtype()) {
            case FLOAT32 -> floats;
            case FLOAT64 -> CublasStream.Arithmetic.FLOAT64;
            default -> null;
        };
        CublasStream.Factor a = left.factor(k, true);
        CublasStream.Factor b = right.factor(k, false);
        if (arithmetic == null || k == 0 || a == null || b == null) {
            return false;
        }
        blas.product(arithmetic, batches, m, n, k, a, b, output);
        return true;
    }

    /** In how many parts k is cut; depends on the shapes alone, since the bits of the results depend on it. */
    int parts() {
        int blocks = blocks(MatrixTile.SMALL);
        if (blocks >= BUSY_BLOCKS || k < 2 * PART_MIN_STEPS) {
            return 1;
        }
        return Math.min(MOST_PARTS, Math.min(k / PART_MIN_STEPS, 2 * BUSY_BLOCKS / blocks));
    }

    /** The tile with which {@code multiprocessors} are expected to take the least time for so many parts. */
    MatrixTile tile(int multiprocessors, int parts) {
        MatrixTile best = MatrixTile.TINY;
        double least = Double.POSITIVE_INFINITY;
        for (MatrixTile tile : MatrixTile.values()) {
            if (tile == MatrixTile.LARGE && left.dtype() != DType.FLOAT32) {
                continue;
            }
            long each = Math.ceilDiv((long) blocks(tile) * parts, multiprocessors);
            double time = each * tile.rows() * tile.columns() / speed(tile);
            if (time < least) {
                least = time;
                best = tile;
            }
        }
        return best;
    }

    /** Multiply-adds in the time of one, relative to large tiles: an estimate from loads per multiply-add. */
    private static double speed(MatrixTile tile) {
        return switch (tile) {
            case LARGE -> 1;
            case MEDIUM -> 0.8;
            case SMALL -> 0.5;
            case TINY -> 0.25;
        };
    }

    private int blocks(MatrixTile tile) {
        long blocks = (long) Math.ceilDiv(m, tile.rows()) * Math.ceilDiv(n, tile.columns()) * batches;
        return Math.toIntExact(blocks);
    }

    /** The kernel for a tile: its loads and stores are as wide as the operands allow. */
    MatrixKernel kernel(MatrixTile tile) {
        return kernel(tile, false);
    }

    private MatrixKernel kernel(MatrixTile tile, boolean bias) {
        MatrixSide a = left.side(k);
        MatrixSide b = right.side(k);
        int width = 16 / MatrixKernel.result(left.dtype()).bytes();
        // Single loads on both sides leave a large tile without the neighbouring registers that wide stores take.
        boolean room = tile != MatrixTile.LARGE || a.width() > 1 || b.width() > 1;
        boolean wide = room && n % width == 0 && output % 16 == 0;
        return new MatrixKernel(left.dtype(), tile, a, b, wide ? width : 1, bias);
    }

    /** Launches the product over {@code tile}, with k in about {@code parts} parts. */
    void launch(Stream stream, MatrixTile tile, int parts) {
        int partSteps = parts == 1 ? k : Math.ceilDiv(Math.ceilDiv(k, parts), PART_STEPS) * PART_STEPS;
        int cut = parts == 1 ? 1 : Math.ceilDiv(k, partSteps);
        if (cut == 1) {
            launch(stream, tile, 1, k, output, 0);
            return;
        }
        DType dtype = MatrixKernel.result(left.dtype());
        int results = batches * m * n;
        long apart = stream.reserve((long) cut * results * dtype.bytes());
        launch(stream, tile, cut, partSteps, apart, 0);
        int blocks = Math.ceilDiv(results, PartSumKernel.THREADS);
        stream.launch(new PartSumKernel(dtype, cut), blocks, results, apart, output);
        stream.release(apart);
    }

    /**
     * Launches the product with {@code n} elements at {@code bias} added to every row of the results; false, and nothing
     * done, where k is cut or a large tile has no registers for them.
     */
    boolean launchWithBias(Stream stream, long bias) {
        MatrixTile tile = tile(stream.multiprocessors(), 1);
        if (parts() > 1 || tile == MatrixTile.LARGE) {
            return false;
        }
        launch(stream, tile, 1, k, output, bias);
        return true;
    }

    private void launch(Stream stream, MatrixTile tile, int parts, int partSteps, long target, long bias) {
        long[] arguments = {
            left.address(),
            right.address(),
            target,
            m,
            n,
            k,
            left.batchStride(),
            left.lineStride(),
            left.stepStride(),
            right.batchStride(),
            right.lineStride(),
            right.stepStride(),
            Math.ceilDiv(m, tile.rows()),
            Math.ceilDiv(n, tile.columns()),
            batches,
            partSteps,
            bias
        };
        stream.launch(
                kernel(tile, bias != 0),
                Math.multiplyExact(blocks(tile), parts),
                bias == 0 ? Arrays.copyOf(arguments, arguments.length - 1) : arguments);
    }
}
