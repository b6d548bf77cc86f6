package tns.cpu;

/** A tile of a matrix product, kept in registers while it runs along k: made for its shape alone by {@link TileCode}. */
abstract class Tile {
    /**
     * {@code c[i, j] = fma(a[i, p], b[p, j], …)} along p, for the rows and columns of this tile's shape.
     *
     * @param aStride elements between rows of a in a tile of lines, between steps along p in any other; the other
     *     distance is 1
     * @param bRow elements between rows of b; its columns, and those of c, have no gaps
     * @param cRow elements between rows of c
     * @param steps along p; if negative, nothing is done
     * @param lanes the columns of the last vector that count
     */
    abstract void run(
            Object a,
            int aAt,
            int aStride,
            Object b,
            int bAt,
            int bRow,
            Object c,
            int cAt,
            int cRow,
            int steps,
            int lanes);

    /**
     * What a tile is made for.
     *
     * @param wide double and not float
     * @param rows its rows
     * @param vectors its columns, in vectors
     * @param ragged whether not all lanes of the last vector count
     * @param lines whether the rows of a lie along p; if not, its columns do
     * @param add whether the chains start from c and not from 0
     */
    record Shape(boolean wide, int rows, int vectors, boolean ragged, boolean lines, boolean add) {}
}
