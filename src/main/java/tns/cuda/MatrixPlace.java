package tns.cuda;

import org.jspecify.annotations.Nullable;
import tns.cuda.driver.CublasStream;
import tns.cuda.ptx.MatrixSide;
import tns.tensor.DType;

/**
 * Where an operand of a product lies, seen as lines along k: a line is a row of the left operand, a column of the right.
 *
 * @param address of the first element
 * @param lines how many, m or n
 * @param batchStride elements from matrix to matrix; as the other strides 0 where there is but one
 * @param lineStride elements from line to line
 * @param stepStride elements from step to step of k
 */
record MatrixPlace(DType dtype, long address, int lines, int batchStride, int lineStride, int stepStride) {
    /** The left operand, [b, m, k]. */
    static MatrixPlace left(Region region) {
        return of(region, 1, 2);
    }

    /** The right operand, [b, k, n]. */
    static MatrixPlace right(Region region) {
        return of(region, 2, 1);
    }

    private static MatrixPlace of(Region region, int lineDim, int stepDim) {
        return new MatrixPlace(
                region.dtype(),
                region.first(),
                region.view().shape().size(lineDim),
                stride(region, 0),
                stride(region, lineDim),
                stride(region, stepDim));
    }

    private static int stride(Region region, int dim) {
        return region.view().shape().size(dim) == 1 ? 0 : region.view().strides()[dim];
    }

    /** The same with all of {@code batches} matrices below each other as one. */
    MatrixPlace stacked(int batches) {
        int line = lines == 1 ? batchStride : lineStride;
        return new MatrixPlace(dtype, address, lines * batches, 0, line, stepStride);
    }

    /**
     * The operand as cuBLAS takes it: elements side by side along lines or across them, and no two in one place. Null
     * where they lie otherwise.
     *
     * @param rows whether lines are the rows of the operand, and not its columns
     */
    CublasStream.@Nullable Factor factor(int k, boolean rows) {
        if (batchStride < 0) {
            return null;
        }
        if ((k == 1 || stepStride == 1) && (lines == 1 || lineStride >= k)) {
            return new CublasStream.Factor(address, lines == 1 ? k : lineStride, !rows, batchStride);
        }
        if ((lines == 1 || lineStride == 1) && (k == 1 || stepStride >= lines)) {
            return new CublasStream.Factor(address, k == 1 ? lines : stepStride, rows, batchStride);
        }
        return null;
    }

    /** How the threads of a block read it. */
    MatrixSide side(int k) {
        int width = dtype == DType.BOOL ? 1 : 16 / dtype.bytes();
        if (width > 1 && address % 16 == 0 && batchStride % width == 0) {
            if (stepStride == 1 && k % width == 0 && lineStride % width == 0) {
                return new MatrixSide(true, width);
            }
            if (lineStride == 1 && lines % width == 0 && stepStride % width == 0) {
                return new MatrixSide(false, width);
            }
        }
        int line = Math.abs(lineStride);
        return new MatrixSide(Math.abs(stepStride) <= (line == 0 ? 1 : line), 1);
    }
}
