package tns.op;

import java.util.stream.LongStream;
import tns.expr.Expr;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The part of matrices on one side of a diagonal, found by comparing the numbers of rows and columns. */
final class Triangles {
    private static final Expr ROW = Expr.input(1);
    private static final Expr COLUMN = Expr.input(2);
    private static final Pointwise LOWER = new Pointwise(
            "tril", 3, Pointwise.Result.SAME, Expr.select(COLUMN.le(ROW), Expr.input(0), Expr.constant(0)));
    private static final Pointwise UPPER = new Pointwise(
            "triu", 3, Pointwise.Result.SAME, Expr.select(COLUMN.ge(ROW), Expr.input(0), Expr.constant(0)));

    private Triangles() {}

    /** x [.., rows, columns] on and below a diagonal if {@code lower}, otherwise on and above it, and 0 elsewhere. */
    static Tensor part(Tensor x, int diagonal, boolean lower) {
        if (x.dtype() == DType.BOOL) {
            return Casts.to(part(Casts.to(x, DType.INT64), diagonal, lower), DType.BOOL);
        }
        Tensor row = counted(x.device(), x.dtype(), diagonal, Shape.of(x.size(-2), 1));
        Tensor column = counted(x.device(), x.dtype(), 0, Shape.of(x.size(-1)));
        return (lower ? LOWER : UPPER).apply(x, row, column);
    }

    /** Where the number of a column is no greater than that of the row: bools [rows, columns]. */
    static Tensor below(Device device, int rows, int columns) {
        Tensor row = counted(device, DType.INT64, 0, Shape.of(rows, 1));
        return Comparison.LE.apply(counted(device, DType.INT64, 0, Shape.of(columns)), row);
    }

    /** {@code start}, {@code start + 1} and so on; floats are exact near every diagonal that a matrix can have. */
    private static Tensor counted(Device device, DType dtype, long start, Shape shape) {
        Tensor ints = Selection.ints(device, LongStream.range(start, start + shape.elements()));
        return Casts.to(Movement.reshape(ints, shape), dtype);
    }
}
