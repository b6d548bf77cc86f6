package tns.cuda.ptx;

import tns.tensor.DType;

/**
 * How much of a matrix product a block computes: a tile of the result, over which the operands are brought to shared
 * memory some steps of k at a time.
 */
public enum MatrixTile {
    /** 64 sums a thread for 4 loads of 16 bytes from shared memory: float32 only, whose sums fit in 128 registers. */
    LARGE(128, 128, 8, 8, 8, 4, 2),
    /** Half as many sums a thread, for matrices of which large tiles would leave multiprocessors idle. */
    MEDIUM(64, 64, 16, 8, 4, 4, 4),
    SMALL(32, 32, 32, 4, 2, 4, 1),
    /** One sum a thread: a few hundred results of long sums, such as the scores of ten classes. */
    TINY(16, 16, 64, 1, 1, 1, 1);

    private final int rows;
    private final int columns;
    private final int depth;
    private final int rowsEach;
    private final int columnsEach;
    private final int padding;
    private final int residents;

    MatrixTile(int rows, int columns, int depth, int rowsEach, int columnsEach, int padding, int residents) {
        this.rows = rows;
        this.columns = columns;
        this.depth = depth;
        this.rowsEach = rowsEach;
        this.columnsEach = columnsEach;
        this.padding = padding;
        this.residents = residents;
    }

    /** Rows of the result. */
    public int rows() {
        return rows;
    }

    /** Columns of the result. */
    public int columns() {
        return columns;
    }

    /** Steps of k that are in shared memory together. */
    public int depth() {
        return depth;
    }

    /** Rows of the result that a thread computes. */
    int rowsEach() {
        return rowsEach;
    }

    /** Columns of the result that a thread computes. */
    int columnsEach() {
        return columnsEach;
    }

    /** Threads of a block. */
    public int threads() {
        return rows / rowsEach * (columns / columnsEach);
    }

    /**
     * Blocks that have to fit on a multiprocessor; 1 leaves the choice of registers to the assembler, which for some
     * tiles would rather spill than let one block less fit.
     */
    int residents(DType dtype) {
        return Math.max(1, residents * 4 / dtype.bytes());
    }

    /** Whether so many tiles are expected that neighbours in both directions should run at the same time. */
    boolean isGrouped() {
        return rows >= 64;
    }

    /**
     * Elements between the lines of shared memory that hold one step of k of an operand with {@code lines} lines.
     * Padding keeps the threads that turn an operand round from meeting in one bank.
     */
    int pitch(int lines, DType dtype) {
        return lines + Math.max(1, padding * 4 / dtype.bytes());
    }
}
