package tns.cpu;

/** A program as one vectorised loop: made for it alone by {@link FusedCode}. */
abstract class FusedLoop {
    private final boolean takesAny;

    /** One for multiples of the vector length, unless it was made for any number. */
    FusedLoop() {
        this(false);
    }

    /** @param takesAny whether any number of elements will do */
    FusedLoop(boolean takesAny) {
        this.takesAny = takesAny;
    }

    /**
     * Computes {@code n} elements, a multiple of the vector length unless {@link #takesAny} or it was made so; none if
     * that is negative. Operand k, inputs first, is {@code arrays[k]} of the lane's type from {@code at[k]}; an input that
     * the loop was made to repeat is its one element there. An output may be the same array at the same place as an input.
     */
    abstract void run(Object[] arrays, int[] at, int n);

    /** Whether any number of elements will do. Not for each class to say: there are many, and this is asked at every run. */
    final boolean takesAny() {
        return takesAny;
    }
}
