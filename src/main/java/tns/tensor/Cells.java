package tns.tensor;

/**
 * Ranges of places along a dim, none of them empty, one for each result of a pooling: range i is {@code from[i]}, {@code
 * from[i] + step}, … below {@code to[i]}.
 */
public record Cells(int[] from, int[] to, int step) {
    public int count() {
        return from.length;
    }

    /** Whether each range has a place, as it must. */
    public boolean areFilled() {
        for (int i = 0; i < from.length; i++) {
            if (from[i] >= to[i]) {
                return false;
            }
        }
        return true;
    }
}
