package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * How rows of a table are looked up by int tensors.
 *
 * @param padding the row that gets no gradient, or {@link #NO_PADDING}
 * @param maxNorm the greatest length of a row that is looked up, infinity for no limit
 * @param normType the p of that length
 * @param scaleByFrequency whether a row's gradient is divided by how often it was looked up
 */
public record Embedding(int padding, double maxNorm, double normType, boolean scaleByFrequency) {
    public static final int NO_PADDING = -1;

    /** The row that {@code given} names among {@code rows}; negative counts from the end. */
    public static int row(int given, int rows) {
        if (given < -rows || given >= rows) {
            throw new TnsException(
                    ErrorKind.INDEX, "embedding: padding_idx " + given + " is out of range for " + rows + " rows");
        }
        return given < 0 ? given + rows : given;
    }

    /** The settings other than the defaults, as a printed layer shows them. */
    public String settings() {
        return (padding == NO_PADDING ? "" : ", padding_idx=" + padding)
                + (limitsNorm() ? ", max_norm=" + maxNorm : "")
                + (scaleByFrequency ? ", scale_grad_by_freq=true" : "");
    }

    public boolean limitsNorm() {
        return maxNorm != Double.POSITIVE_INFINITY;
    }

    /**
     * The rows of {@code table} [n, m] at {@code x} [..]: [.., m]. Differentiable by the table.
     *
     * @throws TnsException when x does not hold ints from 0 up to n, or the table is not a matrix
     */
    public Tensor lookUp(Tensor x, Tensor table) {
        Tensor rows = rows(x, table);
        Tensor source = table;
        if (limitsNorm()) {
            Tensor limited = shortened(x, table.detach());
            source = Reductions.tracked(table)
                    ? limited.withOrigin(new Movement.ViewOrigin("embedding", table, dy -> dy))
                    : limited;
        }
        Tensor y = Selection.takeRows(source, rows);
        if (Reductions.tracked(table) && (padding != NO_PADDING || scaleByFrequency)) {
            y = y.withOrigin(new Movement.ViewOrigin("embedding", y, dy -> scaled(dy, rows, table)));
        }
        return Movement.reshape(y, x.shape().concat(Shape.of(table.size(1))));
    }

    private Tensor scaled(Tensor dy, Tensor rows, Tensor table) {
        Tensor scaled = dy;
        if (scaleByFrequency) {
            Tensor counts = counts(rows, table);
            scaled = Arithmetic.DIV.apply(dy, Selection.takeRows(counts, rows));
        }
        if (padding != NO_PADDING) {
            Tensor padded = Comparison.EQ.apply(rows, Reductions.scalar(rows, padding));
            scaled = Comparison.WHERE.apply(Movement.unsqueeze(padded, 1), Reductions.scalar(dy, 0), scaled);
        }
        return scaled;
    }

    /** How often each row of the table is among {@code rows}, [n, 1]. */
    private static Tensor counts(Tensor rows, Tensor table) {
        Tensor zeros = Tensor.allocate(table.device(), table.dtype(), Shape.of(table.size(0), 1));
        Tensor ones = Movement.expand(Tensor.scalar(table.device(), table.dtype(), 1), Shape.of(rows.elements(), 1));
        return Selection.putRows(zeros, rows, Casts.contiguous(ones), true);
    }

    /** The untracked table with the rows that {@code x} names made no longer than the limit. */
    public Tensor shortened(Tensor x, Tensor table) {
        Tensor length = ReductionOps.norm(table, normType, Dims.of(table, 1, true));
        Tensor used = Comparison.GT.apply(counts(rows(x, table), table), Reductions.scalar(table, 0));
        Tensor limit = Reductions.scalar(table, maxNorm);
        Tensor over = Comparison.LOGICAL_AND.apply(used, Comparison.GT.apply(length, limit));
        // torch.embedding_renorm_ adds 1e-7 to the length.
        Tensor factor = Arithmetic.DIV.apply(limit, Arithmetic.ADD.apply(length, Reductions.scalar(table, 1e-7)));
        return Comparison.WHERE.apply(over, Arithmetic.MUL.apply(table, factor), table);
    }

    /** The initial table of a layer: the padding row is 0. */
    public Tensor initial(Tensor table) {
        if (padding == NO_PADDING) {
            return table;
        }
        long[] numbers = new long[table.size(0)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i;
        }
        Tensor places = Tensor.upload(table.device(), DType.INT64, Shape.of(numbers.length, 1), numbers);
        Tensor padded = Comparison.EQ.apply(places, Reductions.scalar(places, padding));
        return Comparison.WHERE.apply(padded, Reductions.scalar(table, 0), table);
    }

    /** x as a vector of rows of the table, checked. */
    private static Tensor rows(Tensor x, Tensor table) {
        if (table.rank() != 2) {
            throw new TnsException(ErrorKind.SHAPE, "embedding: the weight must be a matrix, found " + table.describe())
                    .help("embedding(ints, weight) looks rows up; embedding(rows, width) makes the layer");
        }
        Selection.requireInts("embedding", x);
        Broadcasting.device("embedding", x, table);
        Tensor within = x;
        if (!Selection.isKnownWithin(x, table.size(0))) {
            Tensor negative = Comparison.LT.apply(x, Reductions.scalar(x, 0));
            if (Reductions.anyTrue(negative)) {
                throw new TnsException(ErrorKind.INDEX, "embedding: a negative index names no row");
            }
            within = Selection.wrapped("embedding", x, table.size(0), 0);
        }
        return Casts.contiguous(Movement.reshape(within, Shape.of(x.elements())));
    }
}
