package tns.cpu;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The tiles of one element type, each made when products have made so much use of its shape that it pays. */
final class Tiles {
    /** Rows of a tile: with two vectors a row, its accumulators fill half the registers of AVX-512, and of AVX2. */
    static final int ROWS = VectorF32Loops.vectorBytes() >= 64 ? 8 : 4;

    static final int VECTORS = 2;

    /** Multiply-adds of a shape after which its tile is made: some 2 ms in plain Java. */
    private static final int MAKE_AFTER = 1 << 23;

    /** Nanoseconds a vector's fma may take when it is compiled: about ten times what it does then. */
    private static final double COMPILED_NANOS = 3;

    private final boolean wide;
    private final Workshop workshop;
    private final int makeAfter;
    private final AtomicReferenceArray<@Nullable Tile> tiles = new AtomicReferenceArray<>(ROWS * VECTORS * 8);

    /** Multiply-adds so far, roughly: threads may overwrite each other's additions. Negative from the order on. */
    private final int[] work = new int[ROWS * VECTORS * 8];

    /** Tiles of doubles if {@code wide}, else of floats, made by the workshop; if {@code atOnce}, at their first use. */
    Tiles(boolean wide, Workshop workshop, boolean atOnce) {
        this.wide = wide;
        this.workshop = workshop;
        makeAfter = atOnce ? 0 : MAKE_AFTER;
    }

    /** The tile for these rows and columns if it is ready, else null; {@code steps} along p count as its use. */
    @Nullable
    Tile find(int rows, int columns, boolean lines, boolean add, int steps) {
        int lanes = TileCode.lanes(wide);
        int vectors = (columns + lanes - 1) / lanes;
        boolean ragged = columns % lanes != 0;
        int index = (((rows - 1) * VECTORS + vectors - 1) * 2 + (ragged ? 1 : 0)) * 4 + (lines ? 2 : 0) + (add ? 1 : 0);
        Tile ready = tiles.get(index);
        if (ready == null && used(index, rows * columns * steps)) {
            order(new Tile.Shape(wide, rows, vectors, ragged, lines, add), index);
            return tiles.get(index);
        }
        return ready;
    }

    /** Counts; true once, when it has become worth it. */
    private boolean used(int index, int more) {
        int now = work[index];
        if (now < 0) {
            return false;
        }
        synchronized (work) {
            now = work[index];
            boolean enough = now >= 0 && now + (long) more >= makeAfter;
            work[index] = enough ? -1 : now < 0 ? now : now + more;
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
                (tile, brief) -> tile.run(a, 0, stride, b, 0, columns, c, 0, columns, brief ? 1 : Workshop.TURNS, 1),
                COMPILED_NANOS * shape.rows() * shape.vectors() * Workshop.TURNS,
                tile -> tiles.set(index, tile));
    }

    private Object array(int size) {
        return wide ? new double[size] : new float[size];
    }
}
