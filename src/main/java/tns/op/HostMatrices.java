package tns.op;

import java.util.Arrays;
import java.util.OptionalDouble;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * A batch of matrices on the host, each column by column in float64, on the way from a tensor to the factorisations of
 * {@code tns.op.linalg} and back. A tensor on another device is copied to the host, and the result to the device.
 */
final class HostMatrices {
    private static final int TILE = 16;

    private final Shape batch;
    private final int rows;
    private final int columns;
    private final double[] elements;

    private HostMatrices(Shape batch, int rows, int columns, double[] elements) {
        this.batch = batch;
        this.rows = rows;
        this.columns = columns;
        this.elements = elements;
    }

    /** A copy of the elements of {@code x}, [.., rows, columns]. */
    static HostMatrices of(Tensor x) {
        Shape batch = x.shape().part(0, x.rank() - 2);
        int rows = x.size(-2);
        int columns = x.size(-1);
        Tensor turned = Movement.transpose(x.detach(), -2, -1);
        if (turned.view().isContiguous()) {
            return new HostMatrices(batch, rows, columns, HostArray.doubles(turned));
        }
        double[] byRows = HostArray.doubles(x.detach());
        double[] elements = new double[byRows.length];
        for (int start = 0; start < elements.length; start += rows * columns) {
            turn(byRows, rows, columns, start, elements);
        }
        return new HostMatrices(batch, rows, columns, elements);
    }

    /** Writes one matrix, given row by row, column by column: in tiles, whose lines stay in cache. */
    private static void turn(double[] byRows, int rows, int columns, int start, double[] byColumns) {
        for (int row = 0; row < rows; row += TILE) {
            int end = Math.min(rows, row + TILE);
            for (int j = 0; j < columns; j++) {
                for (int i = row; i < end; i++) {
                    byColumns[start + j * rows + i] = byRows[start + i * columns + j];
                }
            }
        }
    }

    /** The first element of matrix {@code i} that is NaN or infinite. */
    OptionalDouble notFinite(int i) {
        int size = rows * columns;
        for (int at = i * size; at < (i + 1) * size; at++) {
            if (!Double.isFinite(elements[at])) {
                return OptionalDouble.of(elements[at]);
            }
        }
        return OptionalDouble.empty();
    }

    /** Room for a batch of matrices, all 0. */
    static HostMatrices zeros(Shape batch, int rows, int columns) {
        return new HostMatrices(
                batch,
                rows,
                columns,
                new double[batch.concat(Shape.of(rows, columns)).elements()]);
    }

    Shape batch() {
        return batch;
    }

    int count() {
        return batch.elements();
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    /** A copy of one matrix. */
    double[] get(int i) {
        int size = rows * columns;
        return Arrays.copyOfRange(elements, i * size, (i + 1) * size);
    }

    /** Writes one matrix, or its beginning. */
    void put(int i, double[] matrix) {
        System.arraycopy(matrix, 0, elements, i * rows * columns, Math.min(matrix.length, rows * columns));
    }

    /** Matrix {@code i} in words: "the matrix", or its place in the batch. */
    String name(int i) {
        if (batch.rank() == 0) {
            return "the matrix";
        }
        int[] place = new int[batch.rank()];
        for (int d = place.length - 1, rest = i; d >= 0; d--) {
            place[d] = rest % batch.size(d);
            rest /= batch.size(d);
        }
        String index = Arrays.toString(place);
        return "matrix " + (place.length == 1 ? place[0] : "(" + index.substring(1, index.length() - 1) + ")")
                + " of the batch";
    }

    /** The matrices as a tensor in the dtype and on the device of {@code like}. */
    Tensor tensor(Tensor like) {
        return Movement.transpose(upload(like, batch.concat(Shape.of(columns, rows)), elements), -2, -1);
    }

    /** A tensor in the dtype and on the device of {@code like}, rounded from float64. */
    static Tensor upload(Tensor like, Shape shape, double[] elements) {
        if (like.dtype() == DType.FLOAT64) {
            return Tensor.upload(like.device(), DType.FLOAT64, shape, elements);
        }
        float[] rounded = new float[elements.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) elements[i];
        }
        return Tensor.upload(like.device(), DType.FLOAT32, shape, rounded);
    }
}
