package tns.cuda.ptx;

/**
 * What the kernels that copy rows by index have in common: their first eight parameters and how elements are found.
 *
 * <p>The parameters, in order: how many pieces there are, k rows times {@code columns}; {@code columns}; the index,
 * int64 [k], and its stride; the matrix on the source side and its two strides; the contiguous matrix on the target
 * side. Columns and the strides of matrices count pieces: elements, or units of several.
 */
final class RowsOperands {
    private final PtxWriter w;
    private final int bytes;
    private final boolean single;
    final String count;
    private final String columns;
    private final String rows;
    private final String rowsStride;
    private final String source;
    private final String rowStride;
    private final String columnStride;
    private final String target;

    /** Reads the parameters; {@code bytes} is the size of a piece, {@code single} that there is one column. */
    RowsOperands(PtxWriter w, int bytes, boolean single) {
        this.w = w;
        this.bytes = bytes;
        this.single = single;
        count = w.parameter(PtxType.B32);
        columns = w.parameter(PtxType.B32);
        rows = w.pointer();
        rowsStride = w.parameter(PtxType.B32);
        source = w.pointer();
        rowStride = w.parameter(PtxType.B32);
        columnStride = w.parameter(PtxType.B32);
        target = w.pointer();
    }

    /** The row and the column of a piece. */
    String[] split(String piece) {
        if (single) {
            return new String[] {piece, "0"};
        }
        String row = w.make(PtxType.B32, "div.u32", piece, columns);
        String whole = w.make(PtxType.B32, "mul.lo.u32", row, columns);
        return new String[] {row, w.make(PtxType.B32, "sub.u32", piece, whole)};
    }

    /** Loads {@code rows[i]} where the guard holds. Rows are below 2^31, so that the low half of the int64 will do. */
    void row(String guard, String register, String i) {
        String offset = w.make(PtxType.B32, "mul.lo.s32", i, rowsStride);
        String at = w.make(PtxType.B64, "mad.wide.s32", offset, "8", rows);
        w.op(guard + "ld.global.u32", register, "[" + at + "]");
    }

    /** The address of a piece on the source side. */
    String source(String row, String column) {
        String offset = w.make(PtxType.B32, "mul.lo.s32", row, rowStride);
        if (!single) {
            offset = w.make(PtxType.B32, "mad.lo.s32", column, columnStride, offset);
        }
        return w.make(PtxType.B64, "mad.wide.s32", offset, Integer.toString(bytes), source);
    }

    /** The address of a piece on the target side. */
    String target(String row, String column) {
        return target(single ? row : w.make(PtxType.B32, "mad.lo.u32", row, columns, column));
    }

    /** The address of a piece on the target side by its number. */
    String target(String piece) {
        return w.make(PtxType.B64, "mad.wide.u32", piece, Integer.toString(bytes), target);
    }
}
