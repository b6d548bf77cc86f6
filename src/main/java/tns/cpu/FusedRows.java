package tns.cpu;

import org.jspecify.annotations.Nullable;
import tns.expr.Lane;
import tns.expr.RowProgram;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Feeds a row program's loop: operands of the lane's type are passed as they are, others go through blocks of rows that
 * stay in the second-level cache.
 */
final class FusedRows {
    private static final int BLOCK_ELEMENTS = 1 << 15;
    private static final int LANES = RowExecutor.LAYOUT.threads();

    private final RowLoops.Ready ready;
    private final RowPlaces places;
    private final Lane lane;
    private final int n;
    /** For each value its operand, and whether the loop cannot work on that. */
    private final @Nullable Tensor[] operands;

    private final boolean[] copied;
    private boolean anyCopied;
    private final boolean hasRoom;
    /** The number of each column, where the program asks for it; all threads read it. */
    private final Object columns;

    FusedRows(RowLoops.Ready ready, RowProgram program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        this.ready = ready;
        places = ready.places();
        lane = program.lane();
        n = shape.size(1);
        operands = new @Nullable Tensor[places.count()];
        hasRoom = ready.hasRoom();
        columns = RowExecutor.columns(lane, program.values().contains(new RowProgram.Index()) ? n : 0);
        copied = new boolean[operands.length];
        for (int k = 0; k < operands.length; k++) {
            Tensor operand = places.input(k) >= 0
                    ? inputs[places.input(k)]
                    : places.output(k) >= 0 ? outputs[places.output(k)] : null;
            operands[k] = operand;
            copied[k] = operand != null && !FusedBlocks.holds(lane, HostBuffer.array(operand));
            anyCopied |= copied[k];
        }
    }

    /** Computes rows {@code from} to before {@code to}; in any thread. */
    void rows(int from, int to) {
        int block = anyCopied || places.looksAhead() ? Math.max(1, BLOCK_ELEMENTS / n) : to - from;
        Object[] arrays = new Object[places.arrays()];
        for (int k = 0; k < operands.length; k++) {
            Tensor operand = operands[k];
            if (operand != null && !copied[k]) {
                arrays[k] = HostBuffer.array(operand);
            } else if (places.isIndex(k)) {
                arrays[k] = columns;
            } else if (places.of(k) == k) {
                arrays[k] = FusedBlocks.array(lane, places.size(k, block, n));
            }
        }
        arrays[places.room()] = FusedBlocks.array(lane, hasRoom ? n : 0);
        arrays[places.all()] = FusedBlocks.array(lane, LANES);
        arrays[places.part()] = FusedBlocks.array(lane, LANES);
        arrays[places.numbers()] = ready.constants();
        int[] at = new int[arrays.length];
        for (int first = from; first < to; first += block) {
            int count = Math.min(block, to - first);
            for (int k = 0; k < operands.length; k++) {
                Tensor operand = operands[k];
                if (operand == null) {
                    continue;
                }
                int position = operand.view().offset() + first * places.step(k, n);
                if (!copied[k]) {
                    at[k] = position;
                } else if (places.input(k) >= 0) {
                    Transfer.load(arrays[k], places.size(k, count, n), HostBuffer.array(operand), position);
                }
            }
            ready.loop().run(arrays, at, count, n, RowExecutor.LAYOUT.piece());
            for (int k = 0; k < operands.length; k++) {
                Tensor operand = operands[k];
                if (operand != null && copied[k] && places.output(k) >= 0) {
                    int position = operand.view().offset() + first * places.step(k, n);
                    Transfer.store(arrays[k], 0, places.size(k, count, n), HostBuffer.array(operand), position);
                }
            }
        }
    }
}
