package tns.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import tns.cpu.x86.MatrixStrip;

/** The tiles of matrix products as machine code, for one element type: each made when its shape is first asked for. */
final class MachineTiles {
    /** Rows of a tile of two vectors a row, and of one with more: as many as there are registers for. */
    private static final int ROWS = 6;

    private static final int FEW_ROWS = 2;
    private static final int VECTORS = 2;
    private static final int MOST_VECTORS = 4;

    private final boolean wide;
    private final MachineCode machine;
    private final AtomicReferenceArray<@Nullable MatrixStrip> strips =
            new AtomicReferenceArray<>((ROWS + 1) * MOST_VECTORS * 4);

    /** Multiply-adds so far, roughly: threads may overwrite each other's additions. */
    private long work;

    /** Tiles of doubles if {@code wide}, else of floats. */
    MachineTiles(boolean wide, MachineCode machine) {
        this.wide = wide;
        this.machine = machine;
    }

    /** Whether nothing faster is to be expected: the JVM's compiler has no longer vectors. */
    boolean isBest() {
        return machine.isBest(Long.MAX_VALUE);
    }

    /**
     * See {@link MatrixKernel#strip}.
     *
     * @return whether it has been done
     */
    boolean run(
            Object a,
            int at,
            int aRow,
            int aStep,
            Object b,
            int bAt,
            int bRow,
            Object c,
            int cAt,
            int cRow,
            int rows,
            int columns,
            int steps,
            boolean add) {
        work += (long) rows * columns * steps;
        if (!isReady()) {
            return false;
        }
        divide(rows, columns, add, (strip, i, tiles, column, used) -> {
            int from = at + i * aRow;
            int to = cAt + i * cRow + column;
            strip.run(a, from, aRow, aStep, b, bAt + column, bRow, c, to, cRow, tiles, used, steps);
        });
        return true;
    }

    /**
     * The calls that compute a small product of matrices that stay where they are, whenever they are made.
     *
     * @throws IllegalStateException where the system has no memory for code
     */
    List<Runnable> bind(
            Object a,
            int at,
            int aRow,
            int aStep,
            Object b,
            int bAt,
            int bRow,
            Object c,
            int cAt,
            int cRow,
            int rows,
            int columns,
            int steps) {
        List<Runnable> calls = new ArrayList<>();
        divide(rows, columns, false, (strip, i, tiles, column, used) -> {
            int from = at + i * aRow;
            int to = cAt + i * cRow + column;
            calls.add(strip.bind(a, from, aRow, aStep, b, bAt + column, bRow, c, to, cRow, tiles, used, steps));
        });
        return calls;
    }

    /** Takes tiles one below the other, from row {@code i} on, of the columns from {@code column} on. */
    @FunctionalInterface
    private interface Part {
        void take(MatrixStrip strip, int i, int tiles, int column, int columns);
    }

    private void divide(int rows, int columns, boolean add, Part part) {
        int lanes = MatrixStrip.lanes(wide);
        int most = (rows <= FEW_ROWS ? MOST_VECTORS : VECTORS) * lanes;
        int height = Math.min(rows, ROWS);
        for (int column = 0; column < columns; column += most) {
            int used = Math.min(most, columns - column);
            for (int i = 0; i < rows; ) {
                // All the tiles of full height, then what remains.
                int tall = Math.min(height, rows - i);
                int tiles = (rows - i) / tall;
                part.take(strip(tall, (used + lanes - 1) / lanes, used % lanes != 0, add), i, tiles, column, used);
                i += tiles * tall;
            }
        }
    }

    /** Whether there has been work enough, and tiles can be made. */
    boolean isReady() {
        return machine.isWorth(work);
    }

    private MatrixStrip strip(int rows, int vectors, boolean ragged, boolean add) {
        int index = ((rows * MOST_VECTORS + vectors - 1) * 2 + (ragged ? 1 : 0)) * 2 + (add ? 1 : 0);
        MatrixStrip known = strips.get(index);
        if (known == null) {
            known = MatrixStrip.of(wide, rows, vectors, ragged, add);
            strips.set(index, known); // two threads may make one each, which are alike
        }
        return known;
    }
}
