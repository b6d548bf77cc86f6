package tns.cpu;

/**
 * How large the tiles of a matrix product are, which are kept in registers while they run along k.
 *
 * @param rows of a tile
 * @param lineRows of one whose rows of the left side lie along k
 * @param fewestRows of one that has twice the columns
 * @param columns of a tile
 * @param blockRows the most rows of the left side that are packed at a time
 */
record Tiling(int rows, int lineRows, int fewestRows, int columns, int blockRows) {
    /** The columns of a tile that has the fewest rows. */
    int mostColumns() {
        return 2 * columns;
    }
}
