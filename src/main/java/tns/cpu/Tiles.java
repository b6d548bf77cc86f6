package tns.cpu;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The tiles of one element type, each made when products have made so much use of its shape that it pays. */
final class Tiles {
    /**
     * Rows of a tile: with two vectors a row, its accumulators fill half of AVX-512's registers, and three quarters of
     * AVX2's. There, 4 rows come to 85 GFLOP/s in the cache, 5 to 97 and 6 to 98; 2048² to 64 with 4 and to 81 with 6 (AMD
     * EPYC without AVX-512, one core, 2026-11-27).
     */
    private static final int ROWS = TileCode.REGISTERS == 32 ? 8 : 6;

    /** The same where the rows of a lie along k, each of which then needs an index: AVX2's 6 come to 76, 4 to 87. */
    private static final int LINE_ROWS = TileCode.REGISTERS == 32 ? 8 : 4;

    /** Rows of a tile with twice the vectors. */
    private static final int FEWEST_ROWS = TileCode.REGISTERS == 32 ? 4 : 2;

    /**
     * Rows of a packed left block, of up to 2048 steps along k: it stays in the second-level cache of a processor with
     * AVX-512. Machine code's tiles of six rows read the panels of the right side so much faster than these come from memory
     * that as few rows as fit there are too few: 2048² in 61 GFLOP/s with 64, 66 with 128, 69 with 256 (AMD EPYC without
     * AVX-512, one core, busy, 2026-11-28).
     */
    private static final int BLOCK_ROWS = TileCode.REGISTERS == 32 ? 64 : 256;

    /** Vectors in a row of a tile; the one with the fewest rows has twice as many. */
    private static final int VECTORS = 2;

    /** Rows by vectors by what else a shape says. */
    private static final int SHAPES = ROWS * 2 * VECTORS * 8;

    /** Multiply-adds of a shape after which its tile is made: some 2 ms in plain Java. */
    private static final int MAKE_AFTER = 1 << 23;

    /** Nanoseconds a vector's fma may take when it is compiled: about ten times what it does then. */
    private static final double COMPILED_NANOS = 3;

    /** For floats; doubles have half the columns. */
    static final Tiling FLOATS = tiling(false);

    static final Tiling DOUBLES = tiling(true);

    private final MatrixKernel plain;
    private final MachineTiles machine;
    private final boolean wide;
    private final Workshop workshop;
    private final int makeAfter;
    private final AtomicReferenceArray<@Nullable Tile> tiles = new AtomicReferenceArray<>(SHAPES);

    /** Multiply-adds so far, roughly: threads may overwrite each other's additions. Negative from the order on. */
    private final int[] work = new int[SHAPES];

    /**
     * Tiles of doubles if {@code wide}, else of floats, made by the workshop; if {@code atOnce}, at their first use.
     *
     * @param plain what does the work meanwhile
     * @param machine the same of machine code, where there can be some
     */
    Tiles(MatrixKernel plain, MachineTiles machine, boolean wide, Workshop workshop, boolean atOnce) {
        this.plain = plain;
        this.machine = machine;
        this.wide = wide;
        this.workshop = workshop;
        makeAfter = atOnce ? 0 : MAKE_AFTER;
    }

    private static Tiling tiling(boolean wide) {
        return new Tiling(ROWS, LINE_ROWS, FEWEST_ROWS, VECTORS * TileCode.lanes(wide), BLOCK_ROWS);
    }

    /** See {@link MatrixKernel#isFastByLines}. */
    boolean isFastByLines() {
        return machine.isBest() && machine.isReady();
    }

    /** See {@link MatrixKernel#strip}; what has no tile yet is left to plain Java. */
    void strip(
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
        if (machine.isBest()
                && machine.run(a, at, aRow, aStep, b, bAt, bRow, c, cAt, cRow, rows, columns, steps, add)) {
            return;
        }
        int lanes = TileCode.lanes(wide);
        int vectors = (columns + lanes - 1) / lanes;
        int last = (columns - 1) % lanes + 1;
        boolean lines = aStep == 1;
        int height = vectors > VECTORS ? FEWEST_ROWS : lines ? LINE_ROWS : ROWS;
        int stride = lines ? aRow : aStep;
        for (int i = 0; i < rows; ) {
            // All the tiles of full height, then what remains.
            int tall = Math.min(height, rows - i);
            int end = rows - (rows - i) % tall;
            Tile tile = null;
            // Not where rows of b come backwards: a tile takes it for certain that they do not (see TileCode).
            if (bRow >= 0 && (lines || aRow == 1 || tall == 1)) {
                Tile.Shape shape = new Tile.Shape(wide, tall, vectors, last < lanes, lines, add);
                tile = find(shape, (long) (end - i) * columns * steps);
            }
            if (tile == null) {
                int from = at + i * aRow;
                int to = cAt + i * cRow;
                if (!machine.run(a, from, aRow, aStep, b, bAt, bRow, c, to, cRow, end - i, columns, steps, add)) {
                    plain.strip(a, from, aRow, aStep, b, bAt, bRow, c, to, cRow, end - i, columns, steps, add);
                }
            } else {
                for (int row = i; row < end; row += tall) {
                    tile.run(a, at + row * aRow, stride, b, bAt, bRow, c, cAt + row * cRow, cRow, steps, last);
                }
            }
            i = end;
        }
    }

    /** The tile of this shape if it is ready, else null; so many multiply-adds count as its use. */
    private @Nullable Tile find(Tile.Shape shape, long steps) {
        int kind = (shape.ragged() ? 4 : 0) + (shape.lines() ? 2 : 0) + (shape.add() ? 1 : 0);
        int index = ((shape.rows() - 1) * 2 * VECTORS + shape.vectors() - 1) * 8 + kind;
        Tile ready = tiles.get(index);
        if (ready == null && used(index, steps)) {
            order(shape, index);
            return tiles.get(index);
        }
        return ready;
    }

    /** Counts; true once, when it has become worth it. */
    private boolean used(int index, long more) {
        int now = work[index];
        if (now < 0) {
            return false;
        }
        synchronized (work) {
            now = work[index];
            boolean enough = now >= 0 && now + more >= makeAfter;
            work[index] = enough ? -1 : now < 0 ? now : now + (int) more;
            return enough;
        }
    }

    private void order(Tile.Shape shape, int index) {
        int columns = shape.vectors() * TileCode.lanes(wide);
        Object a = array(shape.rows() * Workshop.TURNS);
        Object b = array(columns * Workshop.TURNS);
        Object c = array(shape.rows() * columns);
        int stride = shape.lines() ? Workshop.TURNS : shape.rows();
        workshop.order(
                () -> TileCode.write(shape),
                (tile, turns) -> tile.run(a, 0, stride, b, 0, columns, c, 0, columns, turns, 1),
                COMPILED_NANOS * shape.rows() * shape.vectors() * Workshop.TURNS,
                tile -> tiles.set(index, tile));
    }

    private Object array(int size) {
        return wide ? new double[size] : new float[size];
    }
}
