package tns.op;

import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * The layout of the matrices that one factorisation yields: side by side in the last dim of one tensor, so that one rule
 * takes the gradients of all of them back. Each stands there column by column.
 */
final class Factors {
    private final Shape batch;
    private final Shape[] parts;

    /** Factors of the sizes [rows, columns] of {@code parts}, for each place of {@code batch}. */
    Factors(Shape batch, Shape... parts) {
        this.batch = batch;
        this.parts = parts;
    }

    private int start(int part) {
        int start = 0;
        for (int p = 0; p < part; p++) {
            start = Math.addExact(start, parts[p].elements());
        }
        return start;
    }

    /** Room for all on the host. */
    HostMatrices room() {
        return HostMatrices.zeros(batch, start(parts.length), 1);
    }

    /** Writes the factors of matrix {@code i}. */
    void put(HostMatrices room, int i, double[]... factors) {
        double[] all = new double[start(parts.length)];
        for (int p = 0; p < factors.length; p++) {
            System.arraycopy(factors[p], 0, all, start(p), parts[p].elements());
        }
        room.put(i, all);
    }

    /** All factors as one tensor [.., elements]. */
    Tensor packed(HostMatrices room, Tensor like) {
        return Movement.squeeze(room.tensor(like), batch.rank() + 1);
    }

    /** The factor {@code part} of {@code packed}, or of its gradient: [.., rows, columns]. */
    Tensor of(Tensor packed, int part) {
        Shape size = parts[part];
        Tensor flat = Movement.range(packed, batch.rank(), start(part), start(part) + size.elements());
        Shape columns = batch.concat(Shape.of(size.size(1), size.size(0)));
        return Movement.transpose(Movement.reshape(flat, columns), -2, -1);
    }

    /** A factor of one column, as vectors [.., rows]. */
    Tensor vector(Tensor packed, int part) {
        return Movement.squeeze(of(packed, part), batch.rank() + 1);
    }
}
