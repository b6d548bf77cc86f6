package tns.cpu;

/** A row program as one method of vectorised loops: made for it alone by {@link RowCode}. */
abstract class RowLoop {
    /**
     * Computes {@code rows} rows of {@code n} elements; none if that is negative.
     *
     * @param arrays of the lane's type: as {@link RowPlaces} says, for each value its operand or working memory, then
     *     working memory of a row, twice of the layout's threads, and the constants
     * @param at where in them the first row's begin
     * @param piece the layout's, but to warm it up: after so many elements sums begin anew
     */
    abstract void run(Object[] arrays, int[] at, int rows, int n, int piece);
}
