package tns.cpu;

/** A program as one vectorised loop: made for it alone by {@link FusedCode}. */
abstract class FusedLoop {
    /**
     * Computes {@code n} elements, a multiple of the vector length unless {@link #takesAny} or it was made so; none if
     * that is negative. Operand k, inputs first, is {@code arrays[k]} of the lane's type from {@code at[k]}; an input that
     * the loop was made to repeat is its one element there. An output may be the same array at the same place as an input.
     */
    abstract void run(Object[] arrays, int[] at, int n);

    /** Whether any number of elements will do. */
    boolean takesAny() {
        return false;
    }
}
